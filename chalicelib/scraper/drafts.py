"""Drafts: what a job has read, kept for review.

The draft itself is one immutable document in S3; what a reviewer decides is kept beside the job, a row per action.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pynamodb.exceptions import PutError

from chalicelib import aws
from chalicelib.aws import is_condition_failure
from chalicelib.errors import DraftNotFound, VersionConflict
from chalicelib.merge_patch import merge
from chalicelib.registry.integrations import did_you_mean
from chalicelib.registry.models import ActionFacts
from chalicelib.scraper.tables import DecisionRow, JobRow

State = Literal["proposed", "accepted", "rejected"]
_KEPT = 4
_loaded: OrderedDict[str, Draft] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Draft:
    """What was read. `removed` are names that are gone; `counts` says how often each code was found.

    `actions`: name → ``{facts, imported, operation, seen, is_news, confidence, change, differences, warnings}``, where
    `facts` has the edits made by hand and `imported` (None: the same) has not; `seen` is the version that was there.
    """

    integration: dict[str, Any]
    definitions: dict[str, Any]
    actions: dict[str, dict[str, Any]]
    removed: list[str]
    repaired: list[dict[str, str]]
    dropped: list[dict[str, str]]
    warnings: list[dict[str, str]]
    counts: dict[str, int] = field(default_factory=dict)
    evidence: list[dict[str, Any]] = field(default_factory=list)  # of the integration's own facts

    @property
    def changes(self) -> dict[str, int]:
        """How many actions were added, changed (and how many of those break callers), removed, or stayed the same."""
        found = dict.fromkeys(("added", "changed", "breaking", "removed", "same"), 0)
        for read in self.actions.values():
            found[read["change"]] += 1
            found["breaking"] += any(each["kind"] == "breaking" for each in read["differences"])
        return {**found, "removed": len(self.removed)}


@dataclass(frozen=True)
class Proposal:
    """One draft action as it stands: as read, with the reviewer's edits and verdict."""

    name: str
    facts: ActionFacts
    state: State
    confidence: float
    change: str
    differences: list[dict[str, str]]
    warnings: list[dict[str, str]]
    edits: dict[str, Any]
    version: int  # goes up with each verdict and edit


def store(row: JobRow, draft: Draft) -> str:
    """Keep `draft`; the key of the stored document."""
    key = f"drafts/{row.owner}/{row.id}"
    aws.put_object(key, aws.pack(vars(draft)))
    return key


def load(row: JobRow) -> Draft:
    """The job's draft. Raises `DraftNotFound`."""
    if row.draft_key is None:
        raise DraftNotFound(f"The job `{row.id}` is {row.status} and has no draft.")
    with _lock:
        if row.draft_key in _loaded:
            return _loaded[row.draft_key]
    packed = aws.get_object(row.draft_key)
    if packed is None:
        raise DraftNotFound(f"The draft of job `{row.id}` is not kept any more.")
    draft = Draft(**aws.unpack(packed))
    with _lock:
        _loaded[row.draft_key] = draft
        while len(_loaded) > _KEPT:
            _loaded.popitem(last=False)
    return draft


def decisions(row: JobRow) -> dict[str, DecisionRow]:
    """What was decided about the job's draft, by name of action."""
    return {decision.id: decision for decision in DecisionRow.query(_owner(row), consistent_read=True)}


def states(draft: Draft, decided: Mapping[str, DecisionRow]) -> dict[str, State]:
    """The state of each of the draft's actions, by name, sorted."""
    found: dict[str, Any] = {name: decision.state for name, decision in decided.items()}
    return {name: found.get(name, "proposed") for name in sorted(draft.actions)}


def proposals(
    draft: Draft, decided: Mapping[str, DecisionRow], names: Iterable[str] | None = None
) -> Iterator[Proposal]:
    """These actions of the draft (None: all, by name), each with what was decided about it. Each is validated."""
    for name in sorted(draft.actions) if names is None else names:
        yield _proposal(name, draft.actions[name], decided.get(name))


def proposal(row: JobRow, name: str) -> Proposal:
    """One action of the job's draft. Raises `DraftNotFound`."""
    draft = load(row)
    if name not in draft.actions:
        near = did_you_mean(name, list(draft.actions))
        fix = f"Did you mean `{near[0]}`?" if near else None
        raise DraftNotFound(f"The draft has no action `{name}`.", fix=fix, facts={"did_you_mean": near})
    return _proposal(name, draft.actions[name], DecisionRow.find(_owner(row), name))


def decide(row: JobRow, before: Proposal, state: State, edits: dict[str, Any] | None, *, now: dt.datetime) -> None:
    """Keep a verdict and edits (a merge patch on the action as read) of an action that was like `before`.

    Raises `VersionConflict` where somebody else has decided meanwhile.
    """
    decision = _decision(row, before, state, edits, now)
    try:
        decision.save(
            DecisionRow.version.does_not_exist() if before.version == 1 else DecisionRow.version == before.version
        )
    except PutError as error:
        if is_condition_failure(error):
            raise VersionConflict(f"`{before.name}` was decided about at the same time.") from None
        raise


def decide_all(row: JobRow, before: Iterable[Proposal], state: State, *, now: dt.datetime) -> int:
    """Give actions the same verdict, keeping the edits of each; how many have changed. May be repeated."""
    changed = [each for each in before if each.state != state]
    with DecisionRow.batch_write() as batch:
        for each in changed:
            if not each.edits:
                batch.save(_decision(row, each, state, None, now))
    for each in changed:
        if each.edits:  # somebody's work: not to be lost to one who edits it at this moment
            decide(row, each, state, each.edits, now=now)
    return len(changed)


def _decision(
    row: JobRow, before: Proposal, state: State, edits: dict[str, Any] | None, now: dt.datetime
) -> DecisionRow:
    return DecisionRow(_owner(row), before.name, state=state, edits=edits, version=before.version + 1, updated_at=now)


def _proposal(name: str, read: dict[str, Any], decision: DecisionRow | None) -> Proposal:
    edits = dict(decision.edits or {}) if decision else {}
    facts = merge(read["facts"], edits)
    return Proposal(
        name=name,
        facts=ActionFacts.model_validate(facts),
        state=decision.state if decision else "proposed",  # type: ignore[arg-type]  # written by `decide` alone
        confidence=float(read["confidence"]),
        change=read["change"],
        differences=read["differences"],
        warnings=read["warnings"],
        edits=edits,
        version=int(decision.version) if decision else 1,
    )


def _owner(row: JobRow) -> str:
    return f"{row.owner}#{row.id}"
