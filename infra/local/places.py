"""Items in moto's DynamoDB tables: their keys, and their places."""

from __future__ import annotations

import functools
from typing import Any

Key = tuple[Any, Any]  # the values of the hash key and of the range key, or None for a table that has none


def key_of(table: Any, attributes: dict[str, Any]) -> Key | None:
    """The key among `attributes`; None if a part of it is missing, which moto will report."""
    hash_name, range_name = table.hash_key_attr, table.range_key_attr
    if hash_name not in attributes or (range_name and range_name not in attributes):
        return None
    return attribute_of(attributes[hash_name]), attribute_of(attributes[range_name]) if range_name else None


def attribute_of(value: dict[str, Any]) -> Any:
    """moto's object of an attribute's value. A scalar without its constructor, which looks into each for lists and
    maps: 10,000 items have 160,000."""
    ((kind, inner),) = value.items()
    if kind in ("L", "M"):
        return _dynamo_type()(value)
    attribute = object.__new__(_dynamo_type())
    attribute.type, attribute.value = kind, inner
    return attribute


@functools.cache
def _dynamo_type() -> Any:
    from moto.dynamodb.models.dynamo_type import DynamoType

    return DynamoType


def item_at(table: Any, key: Key) -> Any:
    """The item, or None."""
    hash_key, range_key = key
    found = table.items.get(hash_key)
    return found.get(range_key) if found is not None and range_key is not None else found


def put_at(table: Any, key: Key, item: Any) -> None:
    """Puts the item at its place; None removes it, and the partition with its last item."""
    hash_key, range_key = key
    if item is not None and range_key is not None:
        table.items[hash_key][range_key] = item
    elif item is not None:
        table.items[hash_key] = item
    elif range_key is None:
        table.items.pop(hash_key, None)
    elif hash_key in table.items:
        table.items[hash_key].pop(range_key, None)
        if not table.items[hash_key]:
            del table.items[hash_key]
