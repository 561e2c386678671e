"""``/scrape-jobs`` and their drafts: documentation in, reviewed actions out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from chalicelib.api import cursors, instants
from chalicelib.api.application import dump
from chalicelib.api.routing import Context, Page, Query, Reply, Routes, etag, invalid, read_model
from chalicelib.auth.schemes import AuthScheme
from chalicelib.egress import check_origin
from chalicelib.errors import DraftNotFound, EgressBlocked, InvalidInput, WrongState
from chalicelib.merge_patch import compose, merge
from chalicelib.registry.closure import bundle
from chalicelib.registry.models import ActionFacts, ActionName, Name, Verification, check_base_url
from chalicelib.registry.profile import Strict
from chalicelib.scraper import SourceType, drafts, jobs, uploads
from chalicelib.scraper.drafts import Draft, Proposal
from chalicelib.scraper.site.limits import Limits
from chalicelib.scraper.tables import JobRow
from chalicelib.settings import Caps

routes = Routes()
_SHOWN = 600_000  # characters of findings of each kind, of the three; `counts` tells of every one
_SHOWN_OF_ACTION = 10_000  # characters of differences, and of warnings, in a list; the page of an action has them all


class Source(Strict):
    """Where the description is: exactly one of `url`, `document` (inline) and `upload` (a file, or a zip of files).


    `url` may lead to documentation for people. `auto` then reads a machine-readable description where the site has one,
    and the pages where it has none; `site` always reads the pages.
    """

    type: SourceType = "auto"
    url: str | None = Field(default=None, max_length=2048)
    document: dict[str, Any] | str | None = None
    upload: str | None = Field(default=None, pattern=r"^upl_[0-9A-Z]{26}$")

    @model_validator(mode="after")
    def _exactly_one(self) -> Source:
        given = [name for name in ("url", "document", "upload") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of `url`, `document` and `upload`")
        if self.type == "site" and self.url is None:
            raise ValueError("a site is read from its `url`")
        return self


class NewJob(Strict):
    """A job. `base_url` and `auth` are for descriptions that lack them, and win over what they say.

    `verification` is the call that proves a credential: no description says which it is. `limits` bound the reading of
    a site.
    """

    integration: Name
    source: Source
    base_url: str | None = Field(default=None, max_length=2048)
    auth: AuthScheme | None = None
    verification: Verification | None = None
    auto_publish: bool = False
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _base_url(self) -> NewJob:
        if self.base_url is not None:
            check_base_url(self.base_url)
        return self


class JobFilter(Page):
    """How a list of jobs is narrowed."""

    integration: str | None = Field(default=None, max_length=63)
    status: Literal["queued", "running", "needs_review", "published", "failed", "cancelled"] | None = None


class Narrowed(Query):
    """Which of a draft's actions."""

    state: Literal["proposed", "accepted", "rejected"] | None = None
    change: Literal["added", "changed", "same"] | None = None
    min_confidence: float = Field(default=0.0, ge=0, le=1)
    max_confidence: float = Field(default=1.0, ge=0, le=1)
    warning: str | None = Field(default=None, max_length=100, description="A code: actions that have this warning.")
    q: str | None = Field(default=None, max_length=100, description="Text in its name, title, summary or path.")

    def takes(self, name: str, entry: Mapping[str, Any], state: str) -> bool:
        """True for an action of a draft that is asked for; see `drafts.Draft`."""
        return (
            self.state in (None, state)
            and self.change in (None, entry["change"])
            and self.min_confidence <= entry["confidence"] <= self.max_confidence
            and (self.warning is None or any(each["code"] == self.warning for each in entry["warnings"]))
            and (self.q is None or self.q.casefold() in _text_of(name, entry["facts"]))
        )


class DraftFilter(Narrowed, Page):
    """How a list of a draft's actions is narrowed."""


class Verdicts(Strict):
    """The same verdict on many actions of a draft: on those named, or on all that the query narrows it to."""

    state: Literal["proposed", "accepted", "rejected"]
    actions: Annotated[tuple[ActionName, ...], Field(min_length=1, max_length=5_000)] | None = None


class Decision(Strict):
    """A verdict on a draft action, and edits to it (a merge patch, RFC 7396)."""

    state: Literal["proposed", "accepted", "rejected"] | None = None
    edits: dict[str, Any] | None = None


class Publication(Strict):
    """What to publish: "all" that is sure enough and not rejected, or exactly the actions named."""

    accept: Literal["all"] | Annotated[tuple[ActionName, ...], Field(min_length=1, max_length=5_000)] = "all"
    min_confidence: float = Field(default=0.0, ge=0, le=1)


@routes("GET", "/v1/scrape-jobs", scope="registry:read", query=JobFilter)
def page(context: Context, query: JobFilter) -> dict[str, Any]:
    """Jobs, the latest first."""
    listing = cursors.listing("/scrape-jobs", query.model_dump())
    before = cursors.read(context.workspace, listing, query.cursor)
    found, more = jobs.page(
        context.workspace, limit=query.limit, before=before, integration=query.integration, status=query.status
    )
    return {
        "data": [show(row) for row in found if context.who.sees(row.integration)],
        "next_cursor": cursors.make(context.workspace, listing, more),
    }


@routes("POST", "/v1/scrape-jobs", scope="registry:write", body=NewJob, max_bytes=Caps.REQUEST_BYTES)
def create(context: Context, body: NewJob) -> Reply:
    """Start a job."""
    context.who.require("registry:write", body.integration)
    source: dict[str, Any] = {"type": body.source.type}
    if body.source.url is not None:
        _check_url("/source/url", body.source.url)
        source["url"] = body.source.url
    elif body.source.upload is not None:
        uploads.load(context.workspace, body.source.upload)
        source |= {"upload": body.source.upload, "name": f"upload:{body.source.upload}"}
    else:
        document = body.source.document
        data = document.encode() if isinstance(document, str) else dump(document)
        kept = uploads.keep(context.workspace, data)
        source |= {"upload": kept.upload_id, "name": f"document:{kept.sha256[:16]}"}
    if body.base_url is not None:
        _check_url("/base_url", body.base_url.replace("{", "").replace("}", ""))
    row = jobs.new_row(context.workspace, body.integration, source, now=instants.now())
    row.base_url, row.auto_publish = body.base_url, body.auto_publish
    row.verification = body.verification.model_dump() if body.verification else None
    row.auth = body.auth.model_dump(mode="json", by_alias=True, exclude_none=True) if body.auth else None
    row.limits = body.limits.model_dump(mode="json", exclude_defaults=True) or None
    jobs.start(row)
    return Reply(show(row), 202, {"Location": f"/api/v1/scrape-jobs/{row.id}"})


@routes("GET", "/v1/scrape-jobs/{job}", scope="registry:read")
def get(context: Context) -> dict[str, Any]:
    """A job's state, progress, and of a site which pages were read and which skipped, and why."""
    row = _get(context)
    return {**show(row), "coverage": row.coverage}


@routes("POST", "/v1/scrape-jobs/{job}/cancel", scope="registry:write")
def cancel(context: Context) -> dict[str, Any]:
    """Stop a job that has not ended."""
    row = _get(context)
    jobs.cancel(row, now=instants.now())
    return show(jobs.get(row.owner, row.id))


@routes("GET", "/v1/scrape-jobs/{job}/draft", scope="registry:read", query=DraftFilter)
def draft(context: Context, query: DraftFilter) -> dict[str, Any]:
    """What the job has read, for review; a page of its actions at a time."""
    row = _get(context)
    read = drafts.load(row)
    listing = cursors.listing(f"/scrape-jobs/{row.id}/draft", query.model_dump())
    after = cursors.read(context.workspace, listing, query.cursor)

    decided = drafts.decisions(row)
    states = drafts.states(read, decided)
    wanted = [name for name, state in states.items() if query.takes(name, read.actions[name], state)]
    rest = [name for name in wanted if after is None or name > after]
    more = rest[query.limit - 1] if len(rest) > query.limit else None
    return {
        "integration": {"name": row.integration, **read.integration, "evidence": read.evidence},
        "actions": [_brief(p) for p in drafts.proposals(read, decided, rest[: query.limit])],
        "total": len(read.actions),
        "matching": len(wanted),
        "states": _count(states),
        "removed": read.removed,
        "changes": read.changes,
        "repaired": _fitting(read.repaired, _SHOWN),
        "dropped": _fitting(read.dropped, _SHOWN),
        "warnings": _fitting(read.warnings, _SHOWN),
        "counts": read.counts,
        "next_cursor": cursors.make(context.workspace, listing, more),
    }


@routes("PATCH", "/v1/scrape-jobs/{job}/draft", scope="registry:write", query=Narrowed, body=Verdicts)
def decide_all(context: Context, query: Narrowed, body: Verdicts) -> dict[str, Any]:
    """Accept or reject many draft actions: those named, or all that the query narrows the draft to.

    What has something unproved is accepted only by name: `held` says what and why.
    """
    row = _reviewable(context)
    read, decided = drafts.load(row), drafts.decisions(row)
    states = drafts.states(read, decided)
    if unknown := [name for name in body.actions or () if name not in read.actions]:
        raise DraftNotFound(f"The draft has no action `{unknown[0]}`.")
    wanted = [n for n in body.actions or states if query.takes(n, read.actions[n], states[n])]
    found = list(drafts.proposals(read, decided, wanted))
    held: dict[str, str] = {}
    if body.state == "accepted" and body.actions is None:
        from chalicelib.scraper import publishing

        held = {each.name: why for each in found if (why := publishing.held(each))}
    taken = [each for each in found if each.name not in held]
    changed = drafts.decide_all(row, taken, body.state, now=instants.now())
    return {"changed": changed, "held": held, "states": _count(states | {each.name: body.state for each in taken})}


@routes("GET", "/v1/scrape-jobs/{job}/draft/actions/{action}", scope="registry:read")
def draft_action(context: Context) -> Reply:
    """One draft action, whole."""
    row = _get(context)
    return _whole(drafts.proposal(row, context.parameters["action"]), drafts.load(row))


@routes("PATCH", "/v1/scrape-jobs/{job}/draft/actions/{action}", scope="registry:write", body=Decision)
def decide(context: Context, body: Decision) -> Reply:
    """Accept, reject or edit one draft action."""
    row = _reviewable(context)
    before = drafts.proposal(row, context.parameters["action"])
    context.check_etag(before.version)
    edits = compose(before.edits, body.edits or {})
    try:
        read_model(ActionFacts, merge(before.facts.model_dump(mode="json", by_alias=True), body.edits or {}))
    except ValidationError as error:
        raise invalid(error, "edited action") from None
    drafts.decide(row, before, body.state or before.state, edits or None, now=instants.now())
    return _whole(drafts.proposal(row, before.name), drafts.load(row))


@routes("POST", "/v1/scrape-jobs/{job}/publish", scope="registry:write", body=Publication)
def publish(context: Context, body: Publication) -> dict[str, Any]:
    """Publish accepted actions; may be repeated with more of them."""
    from chalicelib.scraper import publishing

    row = _reviewable(context)
    done = publishing.publish(row, accept=body.accept, min_confidence=body.min_confidence, now=instants.now())
    return {"integration": row.integration, **vars(done)}


def show(row: JobRow) -> dict[str, Any]:
    """A job as the API shows it."""
    return {
        "id": row.id,
        "integration": row.integration,
        "status": row.status,
        "step": row.step,
        "source": row.source,
        "auto_publish": bool(row.auto_publish),
        "limits": row.limits or {},
        "progress": _progress(row),
        "warnings": row.warnings or [],
        "error": row.error,
        "created_at": instants.show(row.created_at),
        "updated_at": instants.show(row.updated_at),
    }


def _progress(row: JobRow) -> dict[str, Any]:
    counted = {
        "endpoints": int(row.endpoints or 0),
        "tokens": int(row.tokens or 0),
        "cost_usd": round(float(row.cost_usd or 0), 6),
    }
    return {"pages_found": 0, "pages_read": 0, **counted, **row.progress}


def _get(context: Context) -> JobRow:
    row = jobs.get(context.workspace, context.parameters["job"])
    context.who.require("registry:read", row.integration)
    return row


def _reviewable(context: Context) -> JobRow:
    row = _get(context)
    if row.status not in jobs.REVIEWABLE:
        raise WrongState(f"The job is {row.status}; only a draft that waits for review can be changed and published.")
    return row


def _count(states: Mapping[str, str]) -> dict[str, int]:
    found = Counter(states.values())
    return {state: found[state] for state in get_args(drafts.State)}


def _text_of(name: str, facts: Mapping[str, Any]) -> str:
    said = (name, facts.get("title", ""), facts.get("summary", ""), facts.get("path", ""))
    return "\n".join(said).casefold()


def _brief(proposal: Proposal) -> dict[str, Any]:
    facts = proposal.facts
    return {
        "name": proposal.name,
        "title": facts.title,
        "summary": facts.summary,
        "method": facts.method,
        "path": facts.path,
        "tags": list(facts.tags),
        "behaviour": facts.behaviour,
        "deprecated": facts.deprecated,
        "state": proposal.state,
        "confidence": proposal.confidence,
        "change": proposal.change,
        "differences": _fitting(proposal.differences, _SHOWN_OF_ACTION),
        "warnings": _fitting(proposal.warnings, _SHOWN_OF_ACTION),
    }


def _fitting(findings: list[dict[str, str]], most: int) -> list[dict[str, str]]:
    """As many as have `most` characters together."""
    size = 0
    for n, each in enumerate(findings):
        size += sum(map(len, each.values()))
        if size > most:
            return findings[:n]
    return findings


def _whole(proposal: Proposal, read: Draft) -> Reply:
    facts = proposal.facts.model_dump(mode="json", by_alias=True)
    for member in ("input_schema", "output_schema"):
        if isinstance(facts[member], dict):
            facts[member] = bundle(facts[member], read.definitions)
    told = {"differences": proposal.differences, "warnings": proposal.warnings, "version": proposal.version}
    return Reply({**facts, **_brief(proposal), **told}, headers={"ETag": etag(proposal.version)})


def _check_url(pointer: str, url: str) -> None:
    try:
        check_origin(url)
    except EgressBlocked as error:
        fault = {"pointer": pointer, "code": "egress_blocked", "detail": str(error.detail)}
        raise InvalidInput(str(error.detail), errors=[fault]) from None
