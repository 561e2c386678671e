"""The steps of the scraping workflow, in order: `discover` → `generate` → review → `publish`.

Each takes and returns ids only, reads the job before it writes, can be run twice, and stops where the job is no
longer running. An error that the user should hear about ends the job with it; any other is retried by the workflow,
which then settles the job.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from chalicelib import aws
from chalicelib.auth.schemes import AuthScheme
from chalicelib.egress import fetch
from chalicelib.errors import WaygateError
from chalicelib.registry import actions, definitions
from chalicelib.registry.tables import ActionRow, IntegrationRow
from chalicelib.scraper import drafts, jobs, publishing, uploads
from chalicelib.scraper.document import parse
from chalicelib.scraper.drafts import Draft
from chalicelib.scraper.jobs import NoLongerRunning
from chalicelib.scraper.reader import Reading, read
from chalicelib.scraper.tables import JobRow

Step = dict[str, Any]
_ACCEPT = "application/json, application/yaml, application/vnd.oai.openapi+json;q=0.9, */*;q=0.5"


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
        url, answer = fetch(source["url"], accept=_ACCEPT)
        data = answer.body
    else:
        url = source["name"]
        data = uploads.load(row.owner, source["upload"])
    key = f"sources/{row.owner}/{row.id}"
    aws.put_object(key, aws.compress(data))
    progress = {"pages_found": 1, "pages_read": 1, "endpoints": 0, "tokens": 0, "cost_usd": 0}
    jobs.advance(row, now=_now(), document_key=key, document_url=url, progress=progress)
    return "generate"


def _generate(row: JobRow) -> str:
    packed = aws.get_object(str(row.document_key))
    if packed is None:
        raise WaygateError("The fetched description is not kept any more.")
    data = aws.decompress(packed)
    reading = read(
        parse(data),
        source_url=str(row.document_url),
        page_hash=hashlib.sha256(data).hexdigest(),
        base_url=row.base_url,
        auth=AuthScheme.model_validate(row.auth) if row.auth else None,
    )
    draft = _draft(row, reading)
    changes: dict[str, Any] = {
        "draft_key": drafts.store(row, draft),
        "progress": {**row.progress, "endpoints": len(draft.actions)},
        "warnings": [*draft.warnings, *draft.dropped][:200],
    }
    if row.auto_publish:
        jobs.advance(row, now=_now(), **changes)
        return "publish"
    jobs.advance(row, now=_now(), **changes, status="needs_review", step=None)
    return "stop"


def _publish(row: JobRow) -> str:
    publishing.publish(row, accept="all", min_confidence=0.0, now=_now())
    return "stop"


def _draft(row: JobRow, reading: Reading) -> Draft:
    existing = IntegrationRow.find(row.owner, row.integration)
    before = _fingerprints(row) if existing is not None else {}
    read_actions: dict[str, dict[str, Any]] = {}
    for name, facts in reading.actions.items():
        document = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        change = "added"
        if name in before:
            same = before[name] == publishing.fingerprint(document, reading.definitions)
            change = "same" if same else "changed"
        confidence = min((piece.confidence for piece in facts.evidence), default=0.0)
        read_actions[name] = {"facts": document, "confidence": confidence, "change": change, "warnings": []}
    return Draft(
        integration={
            "title": reading.title[:200],
            "base_url": reading.base_url,
            "hosts": list(reading.hosts),
            "auth": reading.auth.model_dump(mode="json", by_alias=True, exclude_none=True),
            "profile": {"config": {name: field.model_dump(mode="json") for name, field in reading.config.items()}},
        },
        definitions=reading.definitions,
        actions=read_actions,
        removed=sorted(set(before) - set(reading.actions)),
        repaired=[asdict(finding) for finding in reading.repaired],
        dropped=[asdict(finding) for finding in reading.dropped],
        warnings=[asdict(finding) for finding in reading.warnings],
    )


def _fingerprints(row: JobRow) -> dict[str, str]:
    """What each imported action of the integration is now; those written by hand are nobody's to remove."""
    found: dict[str, str] = {}
    for action in ActionRow.query(f"{row.owner}#{row.integration}", consistent_read=True):
        facts = actions.facts_of(action)
        if facts.evidence:
            shared = definitions.load(row.owner, row.integration, action.definitions)
            document = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            found[action.name] = publishing.fingerprint(document, shared)
    return found


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
