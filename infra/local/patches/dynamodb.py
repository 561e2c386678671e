"""moto's DynamoDB: costs that do not grow with the table, and writes that happen whole or not at all."""

from __future__ import annotations

import base64
import copy
import json
from collections import defaultdict
from typing import Any, Final

import orjson

from chalicelib.dynamodb import with_bytes
from infra.local.places import item_at, key_of, put_at

_ITEM_ACTIONS: Final = frozenset(
    {
        *("GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"),
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
    }
)
_SCALARS: Final = frozenset({"S", "B", "BOOL"})  # compared as they are held


def apply() -> None:
    """Applies the patches of this module."""
    compare_scalars_directly()
    query_only_the_partition()
    read_parameters_directly()
    read_without_inserting()
    serialise_items_directly()
    transact_on_the_touched_items()
    undo_a_failed_update()


def compare_scalars_directly() -> None:
    """moto asks of each value that it compares, or looks a key up by, whether it is any of five kinds."""
    from moto.dynamodb.models.dynamo_type import DynamoType

    original = DynamoType.cast_value.fget

    def cast_value(self: Any) -> Any:
        return self.value if self.type in _SCALARS else original(self)

    DynamoType.cast_value = property(cast_value)


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
        action = self._get_action()
        if action == "TransactWriteItems":  # `plain_transactions` wants it as it was sent
            self.params = orjson.loads(request.data)
        elif action in _ITEM_ACTIONS:
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
    succeeded."""
    from moto.dynamodb.models import DynamoDBBackend

    original = DynamoDBBackend.transact_write_items

    def transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
        scratch = copy.copy(self)
        scratch.tables = {}
        touched = []
        for operation in (operation for entry in transact_items for operation in entry.values()):
            table = self.tables.get(operation.get("TableName"))
            if table is None:
                continue
            view = scratch.tables.setdefault(table.name, _empty_view(table))
            key = key_of(table, operation.get("Key") or operation.get("Item") or {})
            if key is None:
                continue
            touched.append((table, view, key))
            put_at(view, key, copy.deepcopy(item_at(table, key)))
        original(scratch, transact_items)
        for table, view, key in touched:
            put_at(table, key, item_at(view, key))

    DynamoDBBackend.transact_write_items = transact_write_items


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
