"""Actions: create or replace, read, list and search, delete.

The search index is imported by what writes and searches: an invocation, which only reads, starts without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from chalicelib import aws, rows
from chalicelib.auth import connections
from chalicelib.aws import RowKey, is_condition_failure
from chalicelib.errors import ActionNotFound, VersionConflict
from chalicelib.registry.integrations import did_you_mean
from chalicelib.registry.models import ActionFacts
from chalicelib.registry.tables import ActionRow
from chalicelib.settings import Caps

_SCANNED = 1_000  # rows that one page of a filtered list looks at
_RANKED = 500  # results of one search, over all pages


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
    imported: dict[str, Any] | None = None,
) -> ActionRow:
    """The row of an action; what is too large for an item is stored in S3 by this call.

    `imported` is kept for the next import, which tells from it what has been edited by hand since.
    """
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
    packed, kept = aws.pack(document), aws.pack(imported)
    key = f"actions/{workspace}/{integration}/{name}/{version}"
    if len(packed) + len(kept) > Caps.ITEM_BYTES and imported is not None and "stored_at" not in imported:
        aws.put_object(f"{key}-imported", kept)
        imported = {"stored_at": f"{key}-imported"}
    row.imported = imported
    if len(packed) > Caps.ITEM_BYTES:
        row.stored_at = key
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
    from chalicelib.registry import action_index

    _save(row, ActionRow.name.does_not_exist() if seen is None else (ActionRow.version == seen))
    action_index.mark(str(row.workspace), [str(row.integration)])


def _save(row: ActionRow, condition: Condition) -> None:
    try:
        row.save(condition)
    except PutError as error:
        if not is_condition_failure(error):
            raise
        raise VersionConflict(f"The action `{row.name}` was changed at the same time.") from None
    rows.forget((ActionRow, row.owner, row.name))


def retag(row: ActionRow, tags: Sequence[str], *, now: dt.datetime) -> None:
    """Give an action other tags, as a new version. Whoever calls it marks the integration (`action_index.mark`)."""
    facts, seen = facts_of(row), int(row.version or 1)
    document = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"tags": list(tags)}
    row.tags, row.version, row.updated_at = list(tags), seen + 1, now
    if row.stored_at:
        row.stored_at = f"actions/{row.workspace}/{row.integration}/{row.name}/{row.version}"
        aws.put_object(row.stored_at, aws.pack(document))
    else:
        row.facts = document
    _save(row, ActionRow.version == seen)


def put_many(new: Iterable[ActionRow]) -> None:
    """Store many rows, 25 to a call, whatever was there before."""
    from chalicelib.registry import action_index

    written: set[tuple[str, str]] = set()
    with ActionRow.batch_write() as batch:
        for row in new:
            batch.save(row)
            rows.forget((ActionRow, row.owner, row.name))
            written.add((str(row.workspace), str(row.integration)))
    for workspace in {workspace for workspace, _ in written}:
        action_index.mark(workspace, [name for where, name in written if where == workspace])


def delete(workspace: str, integration: str, names: Iterable[str]) -> None:
    """Delete the actions of these names."""
    from chalicelib.registry import action_index

    owner = connections.owner(workspace, integration)
    with ActionRow.batch_write() as batch:
        for name in names:
            batch.delete(ActionRow(owner, name))
            rows.forget((ActionRow, owner, name))
    action_index.mark(workspace, [integration])


def names(workspace: str, integration: str) -> dict[str, int]:
    """All of an integration's actions, each with its version."""
    owner = connections.owner(workspace, integration)
    found = ActionRow.query(owner, attributes_to_get=["name", "version"], consistent_read=True)
    return {row.name: int(row.version or 1) for row in found}


class Wanted(NamedTuple):
    """What a list is filtered by. `integrations` is what the key may see; None: all."""

    integration: str | None = None
    tag: str | None = None
    integrations: frozenset[str] | None = None

    def matches(self, row: ActionRow) -> bool:
        """True where every filter holds."""
        if self.integration is not None and row.integration != self.integration:
            return False
        if self.integrations is not None and row.integration not in self.integrations:
            return False
        return not self.tag or self.tag in (row.tags or [])


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
    is_filtered = wanted.tag or wanted.integrations is not None
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


def search(
    workspace: str, text: str, wanted: Wanted, *, limit: int, after: str | None
) -> tuple[list[ActionRow], str | None]:
    """Actions that answer `text`, the best first, and the place to go on after; 500 at the most over all pages.

    The index only proposes: each action is read from its row, so one that is gone, or that no longer passes the
    filters, does not appear.
    """
    from chalicelib.registry import action_index
    from chalicelib.registry.search.rank import Question

    start = int(after) if after else 0
    question = Question(text, wanted.integration, wanted.integrations, wanted.tag)
    asked = min(_RANKED, start + 2 * limit)
    proposed = action_index.search(workspace, question, asked)
    found: list[ActionRow] = []
    for number in range(start, len(proposed)):
        if len(found) == limit:
            return found, str(number)
        if (number - start) % limit == 0:
            keys = [row_key(workspace, *place) for place in proposed[number : number + limit]]
            read = aws.batch_read(keys)
        row = read[row_key(workspace, *proposed[number])]
        if isinstance(row, ActionRow) and wanted.matches(row):
            found.append(row)
    return found, str(asked) if len(proposed) == asked < _RANKED else None


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
