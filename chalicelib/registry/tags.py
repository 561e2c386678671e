"""Tags: what carries which, and changing one everywhere.

A tag has no row of its own: it is there while something carries it. Renaming therefore changes every integration,
action and connection that carries it, each by a conditional write, until the time is up; repeated, it goes on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from chalicelib import aws
from chalicelib.auth import connections
from chalicelib.auth.tables import ConnectionRow
from chalicelib.registry import action_index, actions, integrations
from chalicelib.registry.tables import ActionRow, IntegrationRow

Kind = Literal["integrations", "actions", "connections"]
Sees = Callable[[str], bool]


@dataclass
class Change:
    """How many of each kind were changed, and how many are left for the next call."""

    integrations: int = 0
    actions: int = 0
    connections: int = 0
    remaining: int = 0


@dataclass
class Counts:
    """How many of each kind carry a tag."""

    integrations: int = 0
    actions: int = 0
    connections: int = 0


@dataclass(frozen=True)
class _Carrier:
    """Something that carries tags."""

    kind: Kind
    integration: str
    name: str
    tags: tuple[str, ...] = field(default=())


def counts(workspace: str, sees: Sees) -> dict[str, Counts]:
    """Every tag, by name, with how much of what the caller sees carries it."""
    found: dict[str, Counts] = {}
    for carrier in _carriers(workspace, sees):
        for tag in carrier.tags:
            one = found.setdefault(tag, Counts())
            setattr(one, carrier.kind, getattr(one, carrier.kind) + 1)
    return dict(sorted(found.items()))


def replace(
    workspace: str,
    tag: str,
    new: str | None,
    sees: Sees,
    *,
    now: dt.datetime,
    has_time: Callable[[], bool],
) -> Change:
    """Put `new` in the place of `tag` (None: take it away) on all that the caller sees, while `has_time`.

    Raises `VersionConflict` where something changes at the same time; what was done stays, and the call can be
    repeated.
    """
    change = Change()
    touched: set[str] = set()
    try:
        for carrier in _carriers(workspace, sees):
            if tag not in carrier.tags or tag == new:
                continue
            if not has_time():
                change.remaining += 1
            elif _CHANGES[carrier.kind](workspace, carrier, tag, new, now):
                setattr(change, carrier.kind, getattr(change, carrier.kind) + 1)
                touched.add(carrier.integration)
    finally:
        action_index.mark(workspace, touched)
    return change


def _carriers(workspace: str, sees: Sees) -> Iterator[_Carrier]:
    for row in list(IntegrationRow.query(workspace, consistent_read=True)):
        if sees(row.name) and row.facts.get("tags"):
            yield _Carrier("integrations", row.name, row.name, tuple(row.facts["tags"]))
    for place, tags in [(row.place, row.tags) for row in ActionRow.of_workspace.query(workspace) if row.tags]:
        integration, _, name = str(place).partition("#")
        if sees(integration):
            yield _Carrier("actions", integration, name, tuple(tags))
    places = [str(row.place).split("#", 1) for row in ConnectionRow.of_workspace.query(workspace)]
    keys = [connections.row_key(workspace, integration, name) for integration, name in places if sees(integration)]
    for start in range(0, len(keys), aws.BATCH):
        for connection in aws.batch_read(keys[start : start + aws.BATCH]).values():
            if isinstance(connection, ConnectionRow) and connection.tags:
                yield _Carrier("connections", connection.integration, connection.name, tuple(connection.tags))


def _replaced(tags: tuple[str, ...], tag: str, new: str | None) -> tuple[str, ...]:
    """`tags` with `new` where `tag` was; no tag twice."""
    changed = (new if each == tag else each for each in tags)
    return tuple(dict.fromkeys(each for each in changed if each is not None))


def _change_integration(workspace: str, carrier: _Carrier, tag: str, new: str | None, now: dt.datetime) -> bool:
    row = IntegrationRow.find(workspace, carrier.name)
    if row is None:
        return False
    facts = integrations.facts_of(row)
    changed = facts.model_copy(update={"tags": _replaced(facts.tags, tag, new)})
    integrations.replace(row, changed, now=now)
    return True


def _change_action(workspace: str, carrier: _Carrier, tag: str, new: str | None, now: dt.datetime) -> bool:
    row = actions.find(workspace, carrier.integration, carrier.name)
    if row is None:
        return False
    actions.retag(row, _replaced(actions.facts_of(row).tags, tag, new), now=now)
    return True


def _change_connection(workspace: str, carrier: _Carrier, tag: str, new: str | None, now: dt.datetime) -> bool:
    row = connections.find(workspace, carrier.integration, carrier.name)
    if row is None:
        return False
    row.tags = list(_replaced(tuple(row.tags), tag, new))
    connections.save(row, now=now)
    return True


_CHANGES = {
    "integrations": _change_integration,
    "actions": _change_action,
    "connections": _change_connection,
}
