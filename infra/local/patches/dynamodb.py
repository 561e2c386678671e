"""moto's DynamoDB: costs that do not grow with the table, and writes that happen whole or not at all."""

from __future__ import annotations

import base64
import copy
import functools
import json
import re
from collections import defaultdict
from typing import Any, Final

import orjson

from chalicelib.dynamodb import with_bytes
from infra.local import codecs
from infra.local.places import Key, item_at, key_of, put_at

_EXPRESSIONS: Final = 1_000  # kept in their parsed form
_TOGETHER: Final = 100  # entries of a transaction, DynamoDB's limit
_OF_A_PUT: Final = frozenset({"TableName", "Item", "ConditionExpression"})
_OF_A_COUNT: Final = frozenset(
    {"TableName", "Key", "UpdateExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"}
)
_SHORT, _DIGITS, _SMALL = 250, 38, 90_000  # characters of a key, a number, an item: of four bytes at most
_ITEM_ACTIONS: Final = frozenset(
    {
        *("GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"),
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
    }
)

Attributes = dict[str, dict[str, Any]]  # in DynamoDB's JSON
Entry = dict[str, dict[str, Any]]  # of a transaction: its kind and what it says


def apply() -> None:
    """Applies the patches of this module."""
    parse_a_condition_once()
    query_only_the_partition()
    read_parameters_directly()
    read_without_inserting()
    serialise_items_directly()
    transact_on_the_touched_items()
    undo_a_failed_update()


def parse_a_condition_once() -> None:
    """moto parses the condition of each item of a transaction three times, a quarter of what the item costs. What a
    condition without placeholders means depends on its text alone."""
    from moto.dynamodb.comparisons import ConditionExpressionParser

    original = ConditionExpressionParser.parse
    known: dict[str, Any] = {}

    def parse(self: Any) -> Any:
        text = self.condition_expression
        if not text or self.expression_attribute_names or self.expression_attribute_values:
            return original(self)
        if text not in known:
            meant = original(self)
            if len(known) >= _EXPRESSIONS:
                known.clear()
            known[text] = meant
        return known[text]

    ConditionExpressionParser.parse = parse


def query_only_the_partition() -> None:
    """moto sorts the whole table for every Query (75 ms at 2,000 items) and weighs each item of the partition; give it
    those that the key conditions ask for. It compares once more."""
    from moto.dynamodb.models.table import Table

    original = Table.query

    def query(self: Any, hash_key: Any, *args: Any, **kwargs: Any) -> Any:
        # DynamoHandler passes all but the first by position up to index_name, the sixth after the hash key.
        index_name = kwargs.get("index_name", args[6] if len(args) > 6 else None)
        view = copy.copy(self)
        if index_name is None:
            partition = self.items.get(hash_key, {})
            items = list(partition.values()) if self.range_key_attr else ([partition] if partition else [])
        else:
            wanted = [(name, value.type, value.value) for name, value in kwargs.get("hash_key_conditions") or []]
            items = [item for item in _every_item(self) if _has_all(item, wanted)]
        for name, comparison, values in kwargs.get("range_key_conditions") or []:
            items = [item for item in items if name in item.attrs and item.attrs[name].compare(comparison, values)]
        view.all_items = lambda: items
        return original(view, hash_key, *args, **kwargs)

    Table.query = query


def _every_item(table: Any) -> list[Any]:
    if table.range_key_attr is None:
        return list(table.items.values())
    return [item for partition in table.items.values() for item in partition.values()]


def _has_all(item: Any, wanted: list[tuple[str, str, Any]]) -> bool:
    """True if the item holds each value, compared as sent; numbers, which may be written in two ways, always pass,
    since moto compares once more."""
    for name, kind, value in wanted:
        attribute = item.attrs.get(name)
        if attribute is None or attribute.type != kind or (kind != "N" and attribute.value != value):
            return False
    return True


def read_parameters_directly() -> None:
    """moto looks for a query string in the whole body, and walks through botocore's model for each member of each item;
    items come as DynamoDB's JSON already."""
    from moto.dynamodb.responses import DynamoHandler

    original = DynamoHandler.parse_parameters

    def parse_parameters(self: Any, request: Any) -> None:
        if self._get_action() in _ITEM_ACTIONS:
            self.params = with_bytes(orjson.loads(request.data))
        else:
            original(self, request)

    DynamoHandler.parse_parameters = parse_parameters
    DynamoHandler.use_raw_body = True


def read_without_inserting() -> None:
    """moto's `get_item` leaves an empty partition behind for each key that is not there."""
    from moto.dynamodb.models.table import Table

    original = Table.get_item

    def get_item(self: Any, hash_key: Any, range_key: Any = None, projection_expression: Any = None) -> Any:
        if range_key and hash_key not in self.items:
            return None
        return original(self, hash_key, range_key, projection_expression)

    Table.get_item = get_item


def serialise_items_directly() -> None:
    """moto looks every attribute of every item up under each name that it could have in Python (1.3 ms for an item of
    14 attributes); items are DynamoDB's JSON already."""
    from moto.dynamodb.responses import DynamoHandler, DynamoResult

    original = DynamoHandler.serialized

    def serialized(self: Any, result: Any) -> Any:
        if self._get_action() not in _ITEM_ACTIONS or type(result) is not DynamoResult:
            return original(self, result)
        members = {name: value for name, value in result.result.items() if value is not None}
        headers = {"Content-Type": "application/x-amz-json-1.0", **self.response_headers}
        return 200, headers, json.dumps(members, default=_base64)

    DynamoHandler.serialized = serialized


def _base64(value: Any) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"not an attribute value: {value!r}")
    return base64.b64encode(value).decode()


def transact_on_the_touched_items() -> None:
    """moto copies whole tables before each transaction, once per item, and swaps them in if it fails. Instead, the
    transaction runs on small tables that hold only its items and are not copied, and what came out is taken over if it
    succeeded. What is plain is not even run: it is put once all the rest has succeeded."""
    from moto.dynamodb.models import DynamoDBBackend

    original = DynamoDBBackend.transact_write_items

    def transact_write_items(self: Any, transact_items: list[Entry]) -> None:
        plain, rest = _plain_outcomes(self.tables, transact_items)
        scratch = copy.copy(self)
        touched = _touch(scratch, self.tables, rest)
        try:
            original(scratch, rest)
        except Exception:
            if plain:
                _touch(scratch, self.tables, transact_items)
                original(scratch, transact_items)  # fails again, with the reasons of all in their order
            raise
        for table, view, key in touched:
            put_at(table, key, item_at(view, key))
        for table, attributes in plain:
            codecs.item_from_json(table, attributes)

    DynamoDBBackend.transact_write_items = transact_write_items


def _touch(scratch: Any, tables: dict[str, Any], entries: list[Entry]) -> list[tuple[Any, Any, Key]]:
    """Gives `scratch` tables that hold only the items of the entries: each one's table, the table's view, and key."""
    scratch.tables = {}
    touched = []
    for operation in (operation for entry in entries for operation in entry.values()):
        table = tables.get(operation.get("TableName"))
        if table is None:
            continue
        view = scratch.tables.setdefault(table.name, _empty_view(table))
        key = key_of(table, operation.get("Key") or operation.get("Item") or {})
        if key is None:
            continue
        touched.append((table, view, key))
        put_at(view, key, copy.deepcopy(item_at(table, key)))
    return touched


def _plain_outcomes(tables: dict[str, Any], entries: list[Entry]) -> tuple[list[tuple[Any, Attributes]], list[Entry]]:
    """Table and item that each plain entry leaves, and the other entries. None is plain where the whole is refused."""
    plain, others, places = [], [], set()
    for entry in entries:
        ((kind, operation),) = entry.items() if len(entry) == 1 else (("", {}),)
        table = tables.get(operation.get("TableName"))
        key = key_of(table, operation.get("Key") or operation.get("Item") or {}) if table else None
        if table is None or key is None:
            return [], entries
        places.add((table.name, key))
        outcome = _OUTCOMES[kind](table, operation, item_at(table, key)) if kind in _OUTCOMES else None
        if outcome is None or table.stream_shard or not _is_small(outcome, table):
            others.append(entry)
        else:
            plain.append((table, outcome))
    return (plain, others) if len(places) == len(entries) <= _TOGETHER else ([], entries)


def _is_small(attributes: Attributes, table: Any) -> bool:
    """Far below every limit, with nothing nested, and with texts for its key."""
    if not all(0 < len(attributes[name].get("S", "")) <= _SHORT for name in table.table_key_attrs):
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
    if clauses is None or not _OF_A_COUNT.issuperset(operation):
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


def undo_a_failed_update() -> None:
    """A refused UpdateItem (too large, for one) leaves half of its changes in moto; put the old item back."""
    from moto.dynamodb.models import DynamoDBBackend

    original = DynamoDBBackend.update_item

    def update_item(self: Any, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        table = self.get_table(table_name)
        place = key_of(table, key)
        before = copy.deepcopy(item_at(table, place)) if place else None
        try:
            return original(self, table_name, key, *args, **kwargs)
        except Exception:
            if place:
                put_at(table, place, before)
            raise

    DynamoDBBackend.update_item = update_item


def _empty_view(table: Any) -> Any:
    """The table without items; what is done to it changes nothing else."""
    view = copy.copy(table)
    view.items = defaultdict(dict)
    view.stream_shard = None  # Waygate's tables have no streams
    view.__deepcopy__ = lambda _memo: view  # nobody looks at it again after a failure
    return view
