"""Publishing: accepted draft actions become actions of the integration.

The shared definitions are stored first, then the integration, then the actions, 25 at a time; each write can be
repeated, so an interrupted publication is finished by publishing again. An integration that is there already keeps
its own settings; only a new one takes those of the draft.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from chalicelib.errors import DraftNotFound, InvalidInput, NothingToImport, WrongState
from chalicelib.merge_patch import merge
from chalicelib.registry import actions, definitions, integrations
from chalicelib.registry.models import ActionFacts, IntegrationFacts
from chalicelib.registry.tables import ActionRow, IntegrationRow
from chalicelib.scraper import drafts, jobs, reimport
from chalicelib.scraper.drafts import Draft, Proposal
from chalicelib.scraper.evidence import HELD
from chalicelib.scraper.naming import Operation
from chalicelib.scraper.reimport import Fingerprints, Stored
from chalicelib.scraper.tables import JobRow


@dataclass(frozen=True)
class Published:
    """What came of it: names of actions. `held` are those of `kept` that are only accepted by name, and why."""

    published: list[str]
    unchanged: list[str]
    removed: list[str]
    kept: list[str]
    held: dict[str, str]


def publish(
    row: JobRow, *, accept: Literal["all"] | Sequence[str], min_confidence: float, now: dt.datetime
) -> Published:
    """Publish the accepted actions of the job's draft.

    `accept` "all" takes everything that is not rejected and at least as sure as `min_confidence`, but for actions with
    something unproved, which have to be accepted one by one; a list takes exactly the actions named, and is the only
    way to remove one that the description no longer has.
    Raises `WrongState`, `DraftNotFound` for a name that the draft does not have, `NothingToImport`.
    """
    if row.status not in (*jobs.REVIEWABLE, *jobs.RUNNING):
        raise WrongState(f"The job is {row.status}.")
    draft = drafts.load(row)
    everything = list(drafts.proposals(draft, drafts.decisions(row)))
    chosen, removed = _choose(draft, everything, accept, min_confidence)
    if not chosen and not removed:
        raise NothingToImport("No action is accepted.", fix="Accept some, or lower min_confidence.")
    current = reimport.stored(row)
    settled, carried = _settle(chosen, draft, current)
    digest = definitions.store(row.owner, row.integration, {**carried, **draft.definitions})
    _integrate(row, draft, digest, now)
    actions.put_many(_rows(row, settled, draft, current, digest, now))
    if removed:
        actions.delete(row.owner, row.integration, removed)
    taken = {p.name for p in chosen}
    foreign = {name for name in taken if name in current and current[name].base is None}
    jobs.publish_done(row, now=now, progress={**row.progress, "published": len(taken)})
    return Published(
        published=[p.name for p in settled if p.is_told],
        unchanged=sorted(taken - {p.name for p in settled if p.is_told} - foreign),
        removed=removed,
        kept=[p.name for p in everything if p.name not in taken or p.name in foreign],
        held={p.name: why for p in everything if p.name not in taken and (why := held(p))},
    )


def held(proposal: Proposal) -> str | None:
    """Why an action is not accepted with the others; None where it may be."""
    if proposal.state != "proposed":
        return None
    return next((each["detail"] for each in proposal.warnings if each["code"] in HELD), None)


@dataclass(frozen=True)
class _Settled:
    """An action to write; `is_told` is False where only the note about its import is renewed."""

    name: str
    facts: ActionFacts
    is_told: bool


def _settle(
    chosen: Sequence[Proposal], draft: Draft, current: Mapping[str, Stored]
) -> tuple[list[_Settled], dict[str, Any]]:
    """What has to be written, and the definitions that only edits still need.

    An action that was changed since the draft was made is merged again. One that was written by hand meanwhile, under a
    name that the draft wanted, stays.
    """
    prints = Fingerprints(draft.definitions)
    settled: list[_Settled] = []
    carried: dict[str, Any] = {}
    for each in chosen:
        read, now = draft.actions[each.name], current.get(each.name)
        if now is None or now.version == read["seen"]:
            is_told = now is None or each.change != "same" or bool(each.edits) or each.state == "accepted"
            if is_told or read["is_news"]:
                settled.append(_Settled(each.name, each.facts, is_told))
        elif now.base is not None:
            again = reimport.outcome(read["imported"] or read["facts"], draft.definitions, prints, now)
            carried |= again.carried
            facts = ActionFacts.model_validate(merge(again.facts, each.edits))
            is_told = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True) != now.facts
            if is_told or again.is_news:
                settled.append(_Settled(each.name, facts, is_told))
    return settled, carried


def _rows(
    row: JobRow,
    settled: Sequence[_Settled],
    draft: Draft,
    current: Mapping[str, Stored],
    digest: str | None,
    now: dt.datetime,
) -> Iterator[ActionRow]:
    for each in settled:
        read, before = draft.actions[each.name], current.get(each.name)
        yield actions.new_row(
            row.owner,
            row.integration,
            each.name,
            each.facts,
            definitions=digest,
            now=now,
            version=before.version + 1 if before else 1,
            imported=reimport.imported(Operation(*read["operation"]), read["imported"] or read["facts"]),
        )


def _choose(
    draft: Draft, everything: list[Proposal], accept: Literal["all"] | Sequence[str], min_confidence: float
) -> tuple[list[Proposal], list[str]]:
    if accept == "all":
        wanted_all = [p for p in everything if p.state != "rejected" and p.confidence >= min_confidence]
        return [p for p in wanted_all if held(p) is None], []
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
