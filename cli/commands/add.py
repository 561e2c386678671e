"""`waygate add`: a description, or documentation for people, in; a draft or published actions out."""

from __future__ import annotations

import enum
import gzip
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli.client import Api, open_api
from cli.credentials import as_auth
from cli.failures import Misuse, Problem
from cli.inputs import name_from
from cli.jobs import watched, why
from cli.options import AsJson, Url
from cli.output import out

_UPLOAD_BYTES: Final = 4_000_000  # what the API takes, as sent
_FILE_BYTES: Final = 64_000_000
_GZIP: Final = b"\x1f\x8b"


class SourceType(enum.StrEnum):
    """What the API takes as a source's type."""

    auto = enum.auto()
    openapi = enum.auto()
    postman = enum.auto()
    pack = enum.auto()
    site = enum.auto()


def add(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|URL",
            help="A description, a pack, documentation for people, or the address of one; - for standard input.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the integration (else made from the file or host).", show_default=False)
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where the API is, if the description does not say so.", show_default=False),
    ] = None,
    auth: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE", help="none, bearer, basic, custom_headers or api_key:header:X-Api-Key.", show_default=False
        ),
    ] = None,
    auth_json: Annotated[
        str | None, typer.Option(metavar="JSON", help="The whole auth scheme instead.", show_default=False)
    ] = None,
    verify: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="A GET that proves a credential, such as /me.", show_default=False),
    ] = None,
    kind: Annotated[
        SourceType,
        typer.Option("--type", help="What the source is; site: read the pages even beside a description for machines."),
    ] = SourceType.auto,
    scope: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTH", help="How much of a site: path (below the address), host, or site.", show_default=False
        ),
    ] = None,
    pages: Annotated[
        int | None, typer.Option(metavar="N", help="Read at most so many pages.", min=1, max=200, show_default=False)
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish everything at once, without a review.")] = False,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait for the job.", min=0)] = 600,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Add an API from its description, or from its documentation for people.

    Example: `waygate add https://example.com/docs --name shop`
    """
    chosen = name or name_from(source)
    if not chosen:
        raise Misuse("No name can be made of that source.", fix="Add --name NAME.")
    scheme = as_auth(auth, auth_json)
    api = open_api(url)
    order: dict[str, Any] = {"integration": chosen, "source": _source(api, source, kind), "auto_publish": publish}
    verification = {"path": verify} if verify else None
    limits = {key: value for key, value in (("scope", scope), ("pages", pages)) if value is not None}
    extras = (("base_url", base_url), ("auth", scheme), ("verification", verification), ("limits", limits or None))
    order |= {key: value for key, value in extras if value is not None}
    job = api.send("POST", "scrape-jobs", body=order).json()
    job = watched(api, job, timeout)
    if job["status"] in ("failed", "cancelled"):
        raise Problem(why(job))
    draft = api.get("scrape-jobs", job["id"], "draft", limit=1)
    if as_json:
        out.result({"job": job, "draft": _counts(draft)})
        return
    _summary(job, draft)


def _source(api: Api, source: str, kind: SourceType) -> dict[str, str]:
    """The `source` of the job; a file is uploaded first, gzipped."""
    if source.startswith(("http://", "https://")):
        return {"type": kind.value, "url": source}
    if kind is SourceType.site:
        raise Misuse("A site is read from its address.", fix="Give a URL with https://.")
    packed = _packed(source)
    kept = api.send(
        "POST", "uploads", content=packed, headers={"Content-Type": "application/octet-stream"}, answer_s=120
    ).json()
    return {"type": kind.value, "upload": kept["upload"]}


def _packed(source: str) -> bytes:
    """The file, gzipped unless it already is. Raises `Misuse` for what cannot be read or sent."""
    path = Path(source)
    try:
        content = sys.stdin.buffer.read() if source == "-" else path.read_bytes()
    except OSError as error:
        raise Misuse(
            f"{source} cannot be read ({error.strerror}).", fix="Give a file, or a URL with https://."
        ) from None
    if not content.strip():
        raise Misuse(f"{source} is empty.")
    if len(content) > _FILE_BYTES:
        raise Misuse(f"{source} has {len(content):,} bytes; {_FILE_BYTES:,} is the most that is read.")
    packed = content if content.startswith(_GZIP) else gzip.compress(content, 6, mtime=0)
    if len(packed) > _UPLOAD_BYTES:
        raise Misuse(
            f"{source} has {len(packed):,} bytes even gzipped; {_UPLOAD_BYTES:,} can be sent.",
            fix="Put it where Waygate can fetch it, and give the URL.",
        )
    return packed


def _counts(draft: dict[str, Any]) -> dict[str, Any]:
    found = {
        kind: dict(Counter(finding["code"] for finding in draft[kind])) for kind in ("repaired", "dropped", "warnings")
    }
    return {"actions": draft["total"], "changes": draft["changes"], "removed": len(draft["removed"]), **found}


def _summary(job: dict[str, Any], draft: dict[str, Any]) -> None:
    name, integration = job["integration"], draft["integration"]
    out.facts(
        (
            ("Integration", name),
            ("Base URL", integration.get("base_url")),
            ("Auth", (integration.get("auth") or {}).get("type")),
            ("Pages", _pages(job)),
            ("Read by", _reader(job)),
            ("Endpoints", str(draft["total"])),
            ("Changes", _changes(draft["changes"])),
            ("Removed", ", ".join(draft["removed"])),
            ("Repaired", _by_code(draft["repaired"])),
            ("Dropped", _by_code(draft["dropped"])),
            ("Warnings", _by_code(draft["warnings"])),
            ("Status", "published" if job["status"] == "published" else "draft, waits for review"),
        )
    )
    if job["status"] != "published":
        out.note(f"Next: waygate review {name}")
    elif (integration.get("auth") or {}).get("type", "none") != "none":
        out.note(f"Next: waygate connect {name}")
    else:
        out.note(f"Next: waygate list {name}")


def _changes(changes: dict[str, int]) -> str | None:
    """What importing again has found; nothing at the first time, when all is added."""
    told = {name: f"{count} {name}" for name, count in changes.items() if count and name != "breaking"}
    if "changed" in told and changes["breaking"]:
        told["changed"] += f" ({changes['breaking']} breaking)"
    return ", ".join(told.values()) if told.keys() - {"added"} else None


def _pages(job: dict[str, Any]) -> str | None:
    """How much of a site was read; None for a description."""
    coverage = job.get("coverage")
    if coverage is None:
        return None
    skipped = ", ".join(f"{count} {why}" for why, count in coverage["skipped"].items())
    return f"{coverage['read']}/{coverage['found']}" + (f" (skipped: {skipped})" if skipped else "")


def _reader(job: dict[str, Any]) -> str | None:
    if job.get("coverage") is None:
        return None
    model = job["coverage"].get("model")
    counted = f"{job['progress'].get('tokens', 0):,} tokens, ${job['progress'].get('cost_usd', 0):.2f}"
    return f"rules and the model {model} ({counted})" if model else "rules alone: no model is configured"


def _by_code(findings: list[dict[str, str]]) -> str:
    counted = Counter(finding["code"] for finding in findings)
    return ", ".join(f"{count} {code}" for code, count in counted.most_common())
