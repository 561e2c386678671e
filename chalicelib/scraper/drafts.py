"""Drafts: what a job has read, kept for review.

The draft itself is one immutable document in S3; what a reviewer decides is kept beside the job, a row per action.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib import aws
from chalicelib.errors import DraftNotFound
from chalicelib.merge_patch import merge
from chalicelib.registry.integrations import did_you_mean
from chalicelib.registry.models import ActionFacts
from chalicelib.scraper.tables import DecisionRow, JobRow

State = Literal["proposed", "accepted", "rejected"]
Wants = Callable[[str, Mapping[str, Any], str], bool]  # name, entry of the draft, state
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


def proposals(row: JobRow, draft: Draft, wants: Wants | None = None) -> Iterator[Proposal]:
    """The actions of the draft that `wants` takes (None: all), each with what was decided about it, by name.

    Only what is taken, and consumed, is validated.
    """
    decided = {decision.id: decision for decision in DecisionRow.query(_owner(row), consistent_read=True)}
    for name in sorted(draft.actions):
        decision = decided.get(name)
        if wants is None or wants(name, draft.actions[name], decision.state if decision else "proposed"):
            yield _proposal(name, draft.actions[name], decision)


def proposal(row: JobRow, name: str) -> Proposal:
    """One action of the job's draft. Raises `DraftNotFound`."""
    draft = load(row)
    if name not in draft.actions:
        near = did_you_mean(name, list(draft.actions))
        fix = f"Did you mean `{near[0]}`?" if near else None
        raise DraftNotFound(f"The draft has no action `{name}`.", fix=fix, facts={"did_you_mean": near})
    return _proposal(name, draft.actions[name], DecisionRow.find(_owner(row), name))


def decide(row: JobRow, name: str, state: State, edits: dict[str, Any] | None, *, now: dt.datetime) -> None:
    """Keep a verdict and edits (a merge patch on the action as read)."""
    DecisionRow(_owner(row), name, state=state, edits=edits, updated_at=now).save()


def edits_of(row: JobRow, name: str) -> dict[str, Any]:
    """The edits that are kept of one action."""
    decision = DecisionRow.find(_owner(row), name)
    return dict(decision.edits or {}) if decision else {}


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
    )


def _owner(row: JobRow) -> str:
    return f"{row.owner}#{row.id}"
