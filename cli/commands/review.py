"""`waygate review`: what a job has read, and what of it is published."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Any, Final

import typer

from cli.client import Api, open_api
from cli.failures import Failure, Misuse
from cli.inputs import commas
from cli.options import AsJson, Url
from cli.output import Cell, is_interactive, out

_SHOWN: Final = 50
_DETAIL: Final = 200  # characters of a finding
_JOBS_LOOKED_AT: Final = 300
_REVIEWABLE: Final = ("needs_review", "published")
_CONFIDENCE: Final = re.compile(r"^confidence\s*>=\s*(\d(?:\.\d+)?|\.\d+)$")
_STYLES: Final = {"added": "green", "changed": "yellow", "removed": "red"}


def review(
    target: Annotated[
        str,
        typer.Argument(
            metavar="NAME|JOB", help="An integration (its latest draft), or a job's id.", show_default=False
        ),
    ],
    accept: Annotated[
        str | None,
        typer.Option(metavar="WHICH", help="Publish: all, 'confidence>=0.8', or name,name.", show_default=False),
    ] = None,
    reject: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Reject: name,name. They stay out of --accept all.", show_default=False),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Publish everything that is not rejected, without asking.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help=f"Show every action, not the first {_SHOWN}.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show a draft, and publish what is accepted.

    Example: `waygate review shop --accept 'confidence>=0.8'`
    """
    rejected = commas(reject)
    chosen = publication(accept if accept is not None else "all" if yes else None)
    if chosen and (both := set(chosen["accept"]) & set(rejected) if isinstance(chosen["accept"], list) else None):
        raise Misuse(f"Accepted and rejected at once: {', '.join(sorted(both))}.")
    api = open_api(url)
    job = _job(api, target)
    for name in rejected:
        api.send("PATCH", "scrape-jobs", job["id"], "draft", "actions", name, body={"state": "rejected"})
    if chosen is None:
        draft = _draft(api, job, None if everything or as_json else _SHOWN)
        if as_json:
            out.result({"job": job, **draft})
            return
        _show(draft)
        chosen = _asked() if is_interactive() else None
        if chosen is None:
            out.note(f"Next: waygate review {target} --accept all|'confidence>=0.8'|name,name")
            return
    done = api.send("POST", "scrape-jobs", job["id"], "publish", body=chosen, answer_s=120).json()
    if as_json:
        out.result({"job": job["id"], **done})
        return
    _published(job["integration"], done)


def publication(accept: str | None) -> dict[str, Any] | None:
    """The body of publish that `--accept` stands for; None for none. Raises `Misuse`."""
    if accept is None:
        return None
    text = accept.strip()
    if text == "all":
        return {"accept": "all"}
    if found := _CONFIDENCE.match(text):
        least = float(found[1])
        if least > 1:
            raise Misuse("A confidence lies between 0 and 1.")
        return {"accept": "all", "min_confidence": least}
    names = commas([text])
    if not names or not all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) for name in names):
        raise Misuse(
            f"{accept!r} accepts nothing.", fix="Use all, 'confidence>=0.8', or the names of actions: name,name."
        )
    return {"accept": names}


def _job(api: Api, target: str) -> dict[str, Any]:
    """The job of that id, or the integration's latest one that can be reviewed. Raises `Failure`."""
    if target.startswith("job_"):
        return dict(api.get("scrape-jobs", target))
    own = list(islice(api.pages("scrape-jobs", integration=target), _JOBS_LOOKED_AT))
    for status in _REVIEWABLE:
        for job in own:
            if job["status"] == status:
                return job
    if own:
        error = own[0]["error"] or {}
        raise Failure(
            f"The latest job of {target}, {own[0]['id']}, is {own[0]['status']}. {error.get('detail', '')}".rstrip(),
            fix=error.get("suggested_fix") or f"Add it again: waygate add FILE|URL --name {target}",
        )
    raise Failure(f"There is no draft of {target}.", fix=f"Make one: waygate add FILE|URL --name {target}")


def _draft(api: Api, job: dict[str, Any], most: int | None) -> dict[str, Any]:
    """The draft with its first `most` actions, or all of them."""
    first: dict[str, Any] = api.get("scrape-jobs", job["id"], "draft", limit=min(most or 100, 100))
    cursor = first.pop("next_cursor")
    while cursor is not None and (most is None or len(first["actions"]) < most):
        page = api.get("scrape-jobs", job["id"], "draft", limit=100, cursor=cursor)
        first["actions"] += page["actions"]
        cursor = page["next_cursor"]
    return first


def _show(draft: dict[str, Any]) -> None:
    rows = [_row(action) for action in draft["actions"]]
    rows += [(("removed", "red"), "", "", "", name, "", "") for name in draft["removed"]]
    if rows:
        out.table(("CHANGE", "STATE", "SURE", "METHOD", "NAME", "PATH", "WARNINGS"), rows)
    if left := draft["total"] - len(draft["actions"]):
        out.note(f"… and {left} more: --all shows them.")
    for kind in ("dropped", "warnings"):
        for finding in draft[kind][:10]:
            out.note("  ".join((finding["code"], finding["pointer"], finding["detail"][:_DETAIL])), "yellow")
        if len(draft[kind]) > 10:
            out.note(f"… and {len(draft[kind]) - 10} more {kind}: --json shows them.")


def _row(action: dict[str, Any]) -> tuple[Cell, ...]:
    change, state = action["change"], action["state"]
    return (
        (change, _STYLES.get(change, "dim")),
        (state, {"accepted": "green", "rejected": "red"}.get(state, "")),
        f"{action['confidence']:.2f}",
        action["method"],
        action["name"],
        action["path"],
        ", ".join(_codes(action["warnings"])),
    )


def _codes(warnings: Iterable[dict[str, str]]) -> list[str]:
    return list(dict.fromkeys(warning["code"] for warning in warnings))


def _asked() -> dict[str, Any] | None:
    answer = typer.prompt("Publish which? all, confidence>=0.8, name,name or none", default="none", err=True)
    return None if answer.strip() in ("none", "no", "n") else publication("all" if answer in ("yes", "y") else answer)


def _published(integration: str, done: dict[str, Any]) -> None:
    counts = (("published", done["published"]), ("unchanged", done["unchanged"]), ("removed", done["removed"]))
    out.say(", ".join(f"{len(names)} {word}" for word, names in counts if names or word == "published") + ".")
    if done["kept"]:
        named = [f"{name} ({done['held'][name]})" if name in done["held"] else name for name in done["kept"][:10]]
        more = ", …" if len(done["kept"]) > 10 else ""
        out.say(f"{len(done['kept'])} kept in the draft: {', '.join(named)}{more}")
    out.note(f"Next: waygate list {integration}")
