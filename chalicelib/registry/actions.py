"""Actions: create or replace, read, list and search, delete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.exceptions import PutError

from chalicelib import aws, rows
from chalicelib.auth import connections
from chalicelib.aws import RowKey, is_condition_failure
from chalicelib.errors import ActionNotFound, VersionConflict
from chalicelib.registry.integrations import did_you_mean
from chalicelib.registry.models import ActionFacts
from chalicelib.registry.tables import ActionRow
from chalicelib.settings import Caps

_SCANNED = 1_000  # rows that one page of a filtered list looks at


def row_key(workspace: str, integration: str, name: str) -> RowKey:
    """Where the action's row is."""
    return (ActionRow, connections.owner(workspace, integration), name)


def facts_of(row: ActionRow) -> ActionFacts:
    """The action in `row`; parsed once per row read."""
    facts: ActionFacts | None = getattr(row, "_facts", None)
    if facts is None:
        document = row.facts
        if row.stored_at:
            packed = aws.get_object(row.stored_at)
            if packed is None:
                raise LookupError(f"{row.stored_at} is gone")
            document = aws.unpack(packed)
        facts = ActionFacts.model_validate(document)
        object.__setattr__(row, "_facts", facts)
    return facts


def new_row(
    workspace: str,
    integration: str,
    name: str,
    facts: ActionFacts,
    *,
    definitions: str | None,
    now: dt.datetime,
    version: int = 1,
) -> ActionRow:
    """The row of an action; a definition too large for an item is stored in S3 by this call."""
    document = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    row = ActionRow(
        connections.owner(workspace, integration),
        name,
        workspace=workspace,
        place=f"{integration}#{name}",
        integration=integration,
        title=facts.title,
        summary=facts.summary[:500],
        method=facts.method,
        path=facts.path,
        tags=list(facts.tags),
        behaviour=facts.behaviour,
        deprecated=facts.deprecated,
        version=version,
        definitions=definitions,
        created_at=now,
        updated_at=now,
    )
    packed = aws.pack(document)
    if len(packed) > Caps.ITEM_BYTES:
        row.stored_at = f"actions/{workspace}/{integration}/{name}/{version}"
        aws.put_object(row.stored_at, packed)
    else:
        row.facts = document
    return row


def find(workspace: str, integration: str, name: str) -> ActionRow | None:
    """The action as it is now."""
    return ActionRow.find(connections.owner(workspace, integration), name)


def get(workspace: str, integration: str, name: str) -> ActionRow:
    """The action as it is now. Raises `ActionNotFound` with the names that come near."""
    row = find(workspace, integration, name)
    if row is None:
        raise not_found(workspace, integration, name)
    return row


def not_found(workspace: str, integration: str, name: str) -> ActionNotFound:
    """The error for an action that is not there, with similar names."""
    owner = connections.owner(workspace, integration)
    known = [row.name for row in ActionRow.query(owner, attributes_to_get=["name"], limit=3_000)]
    near = did_you_mean(name, known)
    fix = f"Did you mean `{near[0]}`?" if near else f"See `waygate list {integration}`."
    return ActionNotFound(f"`{integration}` has no action `{name}`.", fix=fix, facts={"did_you_mean": near})


def put(row: ActionRow, *, seen: int | None) -> None:
    """Store `row`, provided the stored version still is `seen` (None: there is none)."""
    condition = ActionRow.name.does_not_exist() if seen is None else (ActionRow.version == seen)
    try:
        row.save(condition)
    except PutError as error:
        if not is_condition_failure(error):
            raise
        raise VersionConflict(f"The action `{row.name}` was changed at the same time.") from None
    rows.forget((ActionRow, row.owner, row.name))


def put_many(new: Iterable[ActionRow]) -> None:
    """Store many rows, 25 to a call, whatever was there before."""
    with ActionRow.batch_write() as batch:
        for row in new:
            batch.save(row)
            rows.forget((ActionRow, row.owner, row.name))


def delete(workspace: str, integration: str, names: Iterable[str]) -> None:
    """Delete the actions of these names."""
    owner = connections.owner(workspace, integration)
    with ActionRow.batch_write() as batch:
        for name in names:
            batch.delete(ActionRow(owner, name))
            rows.forget((ActionRow, owner, name))


def names(workspace: str, integration: str) -> dict[str, int]:
    """All of an integration's actions, each with its version."""
    owner = connections.owner(workspace, integration)
    found = ActionRow.query(owner, attributes_to_get=["name", "version"], consistent_read=True)
    return {row.name: int(row.version or 1) for row in found}


@dataclass(frozen=True)
class Wanted:
    """What a list is filtered by. `integrations` is what the key may see; None: all."""

    integration: str | None = None
    text: str | None = None
    tag: str | None = None
    integrations: frozenset[str] | None = None

    def matches(self, row: ActionRow) -> bool:
        """True where every filter holds; all words of `text` must occur somewhere in the list fields."""
        if self.integrations is not None and row.integration not in self.integrations:
            return False
        if self.tag and self.tag not in (row.tags or []):
            return False
        if not self.text:
            return True
        parts = (row.integration, row.name, row.title, row.summary, row.path, *(row.tags or []))
        haystack = " ".join(part or "" for part in parts).lower()
        return all(word in haystack for word in self.text.lower().split())


def page(workspace: str, wanted: Wanted, *, limit: int, after: str | None) -> tuple[list[ActionRow], str | None]:
    """Actions in order of integration and name, and the place to go on after. Looks at 1,000 rows at the most."""
    condition: Any = None
    if wanted.integration:
        prefix = f"{wanted.integration}#"
        start = after if after else prefix
        condition = ActionRow.place.between(start, prefix + "\x7f")
    elif after:
        condition = ActionRow.place > after
    found: list[ActionRow] = []
    seen, last = 0, None
    is_filtered = bool(wanted.text or wanted.tag or wanted.integrations)
    size = 200 if is_filtered else limit + 2
    for row in ActionRow.of_workspace.query(workspace, condition, limit=_SCANNED + 1, page_size=size):
        if row.place == after:
            continue
        if len(found) == limit or seen == _SCANNED:
            return found, last
        seen, last = seen + 1, row.place
        if wanted.matches(row):
            found.append(row)
    return found, None


def list_fields(row: ActionRow) -> Mapping[str, Any]:
    """What a list shows of an action."""
    return {
        "integration": row.integration,
        "name": row.name,
        "title": row.title or "",
        "summary": row.summary or "",
        "method": row.method,
        "path": row.path,
        "tags": row.tags or [],
        "behaviour": row.behaviour,
        "deprecated": bool(row.deprecated),
        "version": row.version,
    }
