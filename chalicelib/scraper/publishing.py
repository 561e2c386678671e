"""Publishing: accepted draft actions become actions of the integration.

The shared definitions are stored first, then the integration, then the actions, 25 at a time; each write can be
repeated, so an interrupted publication is finished by publishing again. An integration that is there already keeps
its own settings; only a new one takes those of the draft.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from chalicelib.errors import DraftNotFound, InvalidInput, NothingToImport, WrongState
from chalicelib.registry import actions, definitions, integrations
from chalicelib.registry.closure import bundle
from chalicelib.registry.models import IntegrationFacts
from chalicelib.registry.tables import IntegrationRow
from chalicelib.scraper import drafts, jobs
from chalicelib.scraper.drafts import Draft, Proposal
from chalicelib.scraper.tables import JobRow


@dataclass(frozen=True)
class Published:
    """What came of it: names of actions."""

    published: list[str]
    unchanged: list[str]
    removed: list[str]
    kept: list[str]


def publish(
    row: JobRow, *, accept: Literal["all"] | Sequence[str], min_confidence: float, now: dt.datetime
) -> Published:
    """Publish the accepted actions of the job's draft.

    `accept` "all" takes everything that is not rejected and at least as sure as `min_confidence`; a list takes
    exactly the actions named, and is the only way to remove one that the description no longer has.
    Raises `WrongState`, `DraftNotFound` for a name that the draft does not have, `NothingToImport`.
    """
    if row.status not in (*jobs.REVIEWABLE, *jobs.RUNNING):
        raise WrongState(f"The job is {row.status}.")
    draft = drafts.load(row)
    everything = list(drafts.proposals(row, draft))
    chosen, removed = _choose(draft, everything, accept, min_confidence)
    if not chosen and not removed:
        raise NothingToImport("No action is accepted.", fix="Accept some, or lower min_confidence.")
    digest = definitions.store(row.owner, row.integration, draft.definitions)
    _integrate(row, draft, digest, now)
    versions = actions.names(row.owner, row.integration)
    changed = [p for p in chosen if p.change != "same" or p.name not in versions or p.state == "accepted"]
    actions.put_many(
        actions.new_row(
            row.owner,
            row.integration,
            p.name,
            p.facts,
            definitions=digest,
            now=now,
            version=versions.get(p.name, 0) + 1,
        )
        for p in changed
    )
    if removed:
        actions.delete(row.owner, row.integration, removed)
    taken = {p.name for p in chosen}
    jobs.publish_done(row, now=now, progress={**row.progress, "published": len(taken)})
    return Published(
        published=[p.name for p in changed],
        unchanged=sorted(taken - {p.name for p in changed}),
        removed=removed,
        kept=[p.name for p in everything if p.name not in taken],
    )


def fingerprint(document: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    """A digest of what an action is and does, whatever its definitions are called together with; evidence left out."""
    told = {name: value for name, value in document.items() if name not in ("evidence", "proof")}
    for member in ("input_schema", "output_schema"):
        if isinstance(told.get(member), dict):
            told[member] = bundle(told[member], shared)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _choose(
    draft: Draft, everything: list[Proposal], accept: Literal["all"] | Sequence[str], min_confidence: float
) -> tuple[list[Proposal], list[str]]:
    if accept == "all":
        return [p for p in everything if p.state != "rejected" and p.confidence >= min_confidence], []
    wanted = set(accept)
    unknown = wanted - set(draft.actions) - set(draft.removed)
    if unknown:
        raise DraftNotFound(f"The draft has no action {', '.join(sorted(unknown)[:10])}.")
    return [p for p in everything if p.name in wanted], sorted(wanted & set(draft.removed))


def _integrate(row: JobRow, draft: Draft, digest: str | None, now: dt.datetime) -> None:
    existing = IntegrationRow.find(row.owner, row.integration)
    if existing is None:
        try:
            facts = IntegrationFacts.model_validate({"name": row.integration, **draft.integration})
        except ValidationError as error:
            detail = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise InvalidInput(f"The description does not make a usable integration: {detail}.") from None
        existing = integrations.create(row.owner, facts, now=now)
    if digest != existing.definitions:
        integrations.set_definitions(existing, digest, now=now)
