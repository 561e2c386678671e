"""The steps of the scraping workflow, in order: `discover` → `generate` → review → `publish`.

Each takes and returns ids only, reads the job before it writes, can be run twice, and stops where the job is no
longer running. An error that the user should hear about ends the job with it; any other is retried by the workflow,
which then settles the job.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from chalicelib import aws
from chalicelib.auth.schemes import AuthScheme
from chalicelib.errors import WaygateError
from chalicelib.registry import packs
from chalicelib.scraper import drafting, drafts, jobs, openid, packed, publishing, reimport, sources, uploads
from chalicelib.scraper.document import parse
from chalicelib.scraper.findings import Finding
from chalicelib.scraper.jobs import NoLongerRunning
from chalicelib.scraper.naming import Known
from chalicelib.scraper.reader import Reading, read
from chalicelib.scraper.tables import JobRow

Step = dict[str, Any]


def discover(event: Step) -> Step:
    """Find the description that the job names, and keep it as it is."""
    return _run(event, "discover", _discover)


def generate(event: Step) -> Step:
    """Read the description into a draft."""
    return _run(event, "generate", _generate)


def publish(event: Step) -> Step:
    """Publish the whole draft of a job that says so."""
    return _run(event, "publish", _publish)


def _run(event: Step, step: str, work: Callable[[JobRow], str]) -> Step:
    """One step; `next` in its answer is what the workflow does then, or ``stop``."""
    onward = {"workspace": event["workspace"], "job": event["job"]}
    try:
        row = jobs.running(event, step, now=_now())
    except NoLongerRunning:
        return {**onward, "next": "stop"}
    try:
        return {**onward, "next": work(row)}
    except NoLongerRunning:
        return {**onward, "next": "stop"}
    except WaygateError as error:
        jobs.fail(row, error)
        return {**onward, "next": "stop"}


def _discover(row: JobRow) -> str:
    source = row.source
    if "url" in source:
        found = sources.from_url(source["url"])
    else:
        found = sources.from_bytes(uploads.load(row.owner, source["upload"]), source["name"])
    key = f"sources/{row.owner}/{row.id}"
    aws.put_object(key, aws.compress(found.data))
    aws.put_object(f"{key}.notes", aws.pack(found.notes))
    progress = {"pages_found": found.files, "pages_read": found.files, "endpoints": 0, "tokens": 0, "cost_usd": 0}
    jobs.advance(row, now=_now(), document_key=key, document_url=found.url, progress=progress)
    return "generate"


def _generate(row: JobRow) -> str:
    packed, notes = aws.get_object(str(row.document_key)), aws.get_object(f"{row.document_key}.notes")
    if packed is None:
        raise WaygateError("The fetched description is not kept any more.")
    data = aws.decompress(packed)
    before = reimport.stored(row)
    reading = _read(row, data, aws.unpack(notes) if notes else (), [each.known for each in before.values()])
    draft = drafting.draft(_discovered(reading), before)
    if row.verification is not None:
        draft.integration["verification"] = row.verification
    changes: dict[str, Any] = {
        "draft_key": drafts.store(row, draft),
        "progress": {**row.progress, "endpoints": len(draft.actions)},
        "warnings": drafting.brief([*draft.warnings, *draft.dropped], draft.counts),
    }
    if row.auto_publish:
        jobs.advance(row, now=_now(), **changes)
        return "publish"
    jobs.advance(row, now=_now(), **changes, status="needs_review", step=None)
    return "stop"


def _read(row: JobRow, data: bytes, notes: Sequence[tuple[str, str, str]], known: Sequence[Known]) -> Reading:
    document, source_type = parse(data), row.source.get("type", "auto")
    auth = AuthScheme.model_validate(row.auth) if row.auth else None
    if source_type == "pack" or (source_type == "auto" and packs.is_pack(document)):
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


def _publish(row: JobRow) -> str:
    publishing.publish(row, accept="all", min_confidence=0.0, now=_now())
    return "stop"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
