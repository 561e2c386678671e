"""moto's DynamoDB: transactions that put plain items and count, done at once.

Such are those of the invocation log: up to a hundred small items and the counters that they add to. moto takes some
50 µs for each item and 2 ms for each of the items that count. What is not plain, and whatever is refused, goes moto's
way; `tests/local/test_transactions.py` holds the two against each other.

Items stay DynamoDB's JSON as it was sent, with binary values in base64, from the request to the store.
"""

from __future__ import annotations

import functools
import re
from typing import Any, Final

from chalicelib.dynamodb import with_bytes
from infra.local import codecs
from infra.local.places import item_at, key_of

_EXPRESSIONS: Final = 1_000  # kept in their parsed form
_TOGETHER: Final = 100  # entries of a transaction, DynamoDB's limit
_OF_A_PUT: Final = frozenset({"TableName", "Item", "ConditionExpression"})
_OF_A_COUNT: Final = frozenset(
    {"TableName", "Key", "UpdateExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"}
)
_SHORT, _DIGITS, _SMALL = 250, 38, 90_000  # characters of a key, a number, an item: of four bytes at most

Attributes = dict[str, dict[str, Any]]  # in DynamoDB's JSON
Entry = dict[str, dict[str, Any]]  # of a transaction: its kind and what it says


def apply() -> None:
    """Applies the patches of this module."""
    transact_plain_items_at_once()


def transact_plain_items_at_once() -> None:
    """moto parses, checks and copies each item of a transaction, several times."""
    from moto.core.responses import ActionResult
    from moto.dynamodb.responses import DynamoHandler

    original = DynamoHandler.transact_write_items

    def transact_write_items(self: Any) -> Any:
        left = outcomes(self.dynamodb_backend.tables, self.body.get("TransactItems", []))
        if left is None:
            self.body = self.params = with_bytes(self.params)
            return original(self)
        for table, attributes in left:
            codecs.item_from_json(table, attributes)
        self.left = left
        return ActionResult({"ConsumedCapacity": [], "ItemCollectionMetrics": {}})

    DynamoHandler.transact_write_items = transact_write_items


def outcomes(tables: dict[str, Any], entries: list[Entry]) -> list[tuple[Any, Attributes]] | None:
    """Table and item that each entry leaves; None unless all are plain, succeed, and are of different items."""
    left, places = [], set()
    for entry in entries[: _TOGETHER + 1]:
        ((kind, operation),) = entry.items() if len(entry) == 1 else (("", {}),)
        table = tables.get(operation.get("TableName"))
        key = key_of(table, operation.get("Key") or operation.get("Item") or {}) if table else None
        if table is None or key is None or table.stream_shard or kind not in _OUTCOMES:
            return None
        outcome = _OUTCOMES[kind](table, operation, item_at(table, key))
        if outcome is None or not _is_small(outcome, table):
            return None
        places.add((table.name, key))
        left.append((table, outcome))
    return left if 0 < len(places) == len(entries) <= _TOGETHER else None


def _is_small(attributes: Attributes, table: Any) -> bool:
    """Far below every limit, with nothing nested, and with texts for its key."""
    for name in table.table_key_attrs:
        if not 0 < len(attributes[name].get("S", "")) <= _SHORT:
            return False
    size = 0
    for name, value in attributes.items():
        ((kind, held),) = value.items()
        if kind not in ("S", "B", "BOOL") and not (kind == "N" and _is_count(held)):
            return False
        size += len(name) + (len(held) if kind != "BOOL" else 1)
    return size <= _SMALL


def _is_count(number: str) -> bool:
    return number.isdecimal() and number.isascii() and len(number) <= _DIGITS


def _put(table: Any, operation: dict[str, Any], present: Any) -> Attributes | None:
    """A Put, at the most if nothing is there."""
    condition = operation.get("ConditionExpression")
    if not _OF_A_PUT.issuperset(operation) or (condition is not None and present is not None):
        return None
    is_plain = condition is None or condition in {f"attribute_not_exists({name})" for name in table.table_key_attrs}
    return operation["Item"] if is_plain else None


def _count(table: Any, operation: dict[str, Any], present: Any) -> Attributes | None:
    """An Update that adds whole numbers to some attributes, and sets others."""
    clauses = _counting(operation.get("UpdateExpression", ""))
    names, values = operation.get("ExpressionAttributeNames", {}), operation.get("ExpressionAttributeValues", {})
    if clauses is None or not _OF_A_COUNT.issuperset(operation) or set(operation["Key"]) != set(table.table_key_attrs):
        return None
    used = [each for pairs in clauses for each in pairs]
    targets = [names.get(name) for name, _ in used]
    if {name for name, _ in used} != set(names) or {value for _, value in used} != set(values):
        return None
    if len({*targets, *table.table_key_attrs}) < len(targets) + len(table.table_key_attrs):
        return None
    attributes = codecs.item_to_json(present) if present is not None else dict(operation["Key"])
    added, changed = clauses
    for name, value in added:
        held, more = attributes.get(names[name], {"N": "0"}).get("N", ""), values[value].get("N", "")
        if not _is_count(held) or not _is_count(more):
            return None
        attributes[names[name]] = {"N": str(int(held) + int(more))}
    return attributes | {names[name]: values[value] for name, value in changed}


@functools.lru_cache(maxsize=_EXPRESSIONS)
def _counting(expression: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] | None:
    """(name, value) of what ``ADD #a :a, #b :b SET #c = :c`` adds and sets; None for other expressions."""
    found = re.fullmatch(r"ADD ((?:#\w+ :\w+(?:, |$| (?=SET)))+)(?:SET ((?:#\w+ = :\w+(?:, |$))+))?", expression)
    if found is None:
        return None
    added, changed = (re.findall(r"(#\w+)(?: =)? (:\w+)", clause or "") for clause in found.groups())
    return tuple(added), tuple(changed)


_OUTCOMES: Final = {"Put": _put, "Update": _count}
