"""The steps of the scraping workflow, in order:

`discover` → (`crawl` → `extract`, once per chunk of pages → `merge` →) `generate` → review → `publish`

The steps in brackets are for sources that are written for people (`chalicelib.scraper.site`). Each takes and returns
ids only, reads the job before it writes, can be run twice, and stops where the job is no longer running. An error that
the user should hear about ends the job with it; any other is retried by the workflow, which then settles the job.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from chalicelib import aws
from chalicelib.auth.schemes import AuthScheme
from chalicelib.errors import BaseUrlMissing, NothingToImport, WaygateError
from chalicelib.registry import packs
from chalicelib.scraper import drafting, drafts, jobs, openid, packed, publishing, reimport, sources, uploads
from chalicelib.scraper.document import parse
from chalicelib.scraper.findings import Finding
from chalicelib.scraper.jobs import NoLongerRunning
from chalicelib.scraper.naming import Known
from chalicelib.scraper.reader import Reading, read
from chalicelib.scraper.tables import JobRow

Step = dict[str, Any]
_ENDING_S: Final = 5.0  # of a function's time, kept for storing what was done


def discover(event: Step) -> Step:
    """Find the description that the job names or that its pages lead to; otherwise the first page of a crawl."""
    return _run(event, "discover", _discover)


def crawl(event: Step, *, time_left_s: float) -> Step:
    """Read pages for at most `time_left_s`. Says ``crawl`` while there are more, then which `chunks` to extract."""
    return _run(event, "crawl", lambda row: _crawl(row, time_left_s - _ENDING_S))


def extract(event: Step, *, time_left_s: float) -> Step:
    """Read what a chunk of pages claims."""
    return _run(event, "extract", lambda row: _extract(row, int(event["chunk"]), time_left_s - _ENDING_S))


def merge(event: Step) -> Step:
    """Make one description of what all pages claim."""
    return _run(event, "merge", _merge)


def generate(event: Step) -> Step:
    """Read the description into a draft."""
    return _run(event, "generate", _generate)


def publish(event: Step) -> Step:
    """Publish the whole draft of a job that says so."""
    return _run(event, "publish", _publish)


def _run(event: Step, step: str, work: Callable[[JobRow], Step]) -> Step:
    """One step; `next` in its answer is what the workflow does then, or ``stop``."""
    onward = {"workspace": event["workspace"], "job": event["job"], "chunks": []}
    try:
        row = jobs.running(event, step, now=_now())
    except NoLongerRunning:
        return {**onward, "next": "stop"}
    try:
        return {**onward, **work(row)}
    except NoLongerRunning:
        return {**onward, "next": "stop"}
    except WaygateError as error:
        jobs.fail(row, error)
        return {**onward, "next": "stop"}


def _discover(row: JobRow) -> Step:
    source = row.source
    if "url" in source and source.get("type", "auto") in ("auto", "site"):
        from chalicelib.scraper.site import job

        found, notes = job.discover(row)
        if found is None:
            return {"next": "crawl"}
        found = replace(found, notes=(*found.notes, *notes))
    elif "url" in source:
        found = sources.from_url(source["url"])
    else:
        found = sources.from_bytes(uploads.load(row.owner, source["upload"]), source["name"])
    _keep(row, found.data, found.url, found.notes)
    progress = {"pages_found": found.files, "pages_read": found.files}
    jobs.advance(row, now=_now(), progress=progress)
    return {"next": "generate"}


def _crawl(row: JobRow, time_left_s: float) -> Step:
    from chalicelib.scraper.site import job

    if not job.crawl(row, time_left_s, now=_now):
        return {"next": "crawl"}
    return {"next": "extract", "chunks": job.chunks(row)}


def _extract(row: JobRow, chunk: int, time_left_s: float) -> Step:
    from chalicelib.scraper.site import job

    job.extract(row, chunk, time_left_s, now=_now)
    return {"next": "done"}


def _merge(row: JobRow) -> Step:
    from chalicelib.scraper.site import job

    merged = job.merge(row)
    _keep(row, merged.data, merged.url, merged.notes)
    return {"next": "generate"}


def _generate(row: JobRow) -> Step:
    packed, notes = aws.get_object(str(row.document_key)), aws.get_object(f"{row.document_key}.notes")
    if packed is None:
        raise WaygateError("The fetched description is not kept any more.")
    data = aws.decompress(packed)
    before = reimport.stored(row)
    try:
        reading = _read(row, data, aws.unpack(notes) if notes else (), [each.known for each in before.values()])
    except BaseUrlMissing as error:
        if row.coverage is None:
            raise
        raise BaseUrlMissing(f"The documentation was read, and no page says where the API is. {error.detail}") from None
    draft = drafting.draft(_discovered(reading), before, is_ours=row.coverage is not None)
    if row.verification is not None:
        draft.integration["verification"] = row.verification
    changes: dict[str, Any] = {
        "draft_key": drafts.store(row, draft),
        "progress": {**row.progress, "endpoints": len(draft.actions)},
        "warnings": drafting.brief([*draft.warnings, *draft.dropped], draft.counts),
    }
    if row.auto_publish:
        jobs.advance(row, now=_now(), **changes)
        return {"next": "publish"}
    jobs.advance(row, now=_now(), **changes, status="needs_review", step=None)
    return {"next": "stop"}


def _read(row: JobRow, data: bytes, notes: Sequence[tuple[str, str, str]], known: Sequence[Known]) -> Reading:
    document, source_type = parse(data), row.source.get("type", "auto")
    auth = AuthScheme.model_validate(row.auth) if row.auth else None
    is_ours = row.coverage is not None  # a description that was made of pages
    if source_type == "pack" or (source_type == "auto" and not is_ours and packs.is_pack(document)):
        return packed.read(document, integration=row.integration, base_url=row.base_url, auth=auth, known=known)
    return read(
        document,
        source_url=str(row.document_url),
        page_hash=hashlib.sha256(data).hexdigest(),
        base_url=row.base_url,
        auth=auth,
        source_type=source_type,
        known=known,
        notes=notes,
        is_ours=is_ours,
    )


def _discovered(reading: Reading) -> Reading:
    """`reading` with the endpoints that an OpenID provider publishes; with a warning where it does not."""
    if reading.openid_url is None:
        return reading
    others = tuple(each for each in reading.warnings if each.code != "auth_urls_missing")
    try:
        return replace(reading, auth=openid.discover(reading.auth, reading.openid_url), warnings=others)
    except ValueError as error:
        missing = Finding("auth_urls_missing", "/components/securitySchemes", f"{reading.openid_url}: {error}."[:500])
        return replace(reading, warnings=(*others, missing))


def _publish(row: JobRow) -> Step:
    try:
        publishing.publish(row, accept="all", min_confidence=0.0, now=_now())
    except NothingToImport:  # all of it is held back for a reviewer
        jobs.advance(row, now=_now(), status="needs_review", step=None)
    return {"next": "stop"}


def _keep(row: JobRow, data: bytes, url: str, notes: sources.Notes) -> None:
    """Keep the description that the draft is made from."""
    key = f"sources/{row.owner}/{row.id}"
    aws.put_object(key, aws.compress(data))
    aws.put_object(f"{key}.notes", aws.pack(notes))
    jobs.advance(row, now=_now(), document_key=key, document_url=url)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
