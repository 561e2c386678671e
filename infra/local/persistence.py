"""moto → store before each answer; store → moto at the start.

After a request that may have changed something, what it named is read back from moto and written to the store, in
one transaction, before the answer leaves. So a failed request writes nothing new, and a write costs what its own
items cost. Kept are: DynamoDB items, S3 objects (the current version of each), secrets, parameters, messages in
queues, and running executions (`executions`). Everything else comes from the template at each start, so a changed
template takes effect at once.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from infra.local import backends, codecs, sequence
from infra.local.places import item_at, key_of
from infra.local.store import Record, Store

_DYNAMODB_WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
_SQS_WRITES: Final = frozenset(
    {"SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch", "PurgeQueue"}
)
_key_as_text: Final = json.JSONEncoder(default=codecs.in_base64).encode


class Persistence:
    """Keeps a store in step with moto, from `start` to `stop`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queued: dict[str, dict[str, int]] = {}  # queue → message → times received, as the store has it
        self._forget: Callable[[], None] | None = None
        self._touched: dict[str, Callable[[Any], Iterator[Record]]] = {
            "dynamodb": _items,
            "s3": _objects,
            "secretsmanager": _secrets,
            "ssm": _parameters,
            "sqs": self._messages,
        }

    def start(self) -> list[Record]:
        """Loads the store into moto and begins to follow it. The resources must be there; records of others are kept
        but not loaded. Returns the executions that were running, for `executions` to start again."""
        running = []
        with sequence.LOCK, _without_collection():
            tables = backends.dynamodb().tables
            for record in self._store.load():
                if record.kind == "execution":
                    running.append(record)
                else:
                    _restore(record, tables)
            for name, queue in backends.sqs().queues.items():
                self._queued[name] = _received(queue)
            self._forget = sequence.observe(self._follow)
        return running

    def stop(self) -> None:
        """Ends following moto. The store stays open."""
        if self._forget:
            self._forget()
            self._forget = None

    def _follow(self, service: str, response: Any) -> None:
        records = list(self._touched[service](response))
        if records:
            self._store.write(records)

    def _messages(self, response: Any) -> Iterator[Record]:
        """What differs from the store in the queue of this request, and in its dead-letter queue."""
        if response._get_action() not in _SQS_WRITES:
            return
        queue = backends.sqs().queues.get(response._get_queue_name())
        while queue is not None:
            kind = f"sqs/{queue.name}"
            known, present = self._queued.setdefault(queue.name, {}), _received(queue)
            for message in queue._messages:
                if known.get(message.id) != present[message.id]:
                    yield Record(kind, message.id, codecs.message_to_json(message))
            for message_id in known.keys() - present.keys():
                yield Record(kind, message_id, None)
            self._queued[queue.name] = present
            queue = queue.dead_letter_queue


def _received(queue: Any) -> dict[str, int]:
    return {message.id: message.approximate_receive_count for message in queue._messages}


def _items(response: Any) -> Iterator[Record]:
    """The items that a DynamoDB request named as they are now."""
    action = response._get_action()
    if action not in _DYNAMODB_WRITES:
        return
    left = getattr(response, "left", None)  # as `patches.plain_transactions` knows it
    if left is not None:
        yield from (_item(table, attributes, attributes) for table, attributes in left)
        return
    tables = backends.dynamodb().tables
    for table_name, attributes in _named_items(action, response.params):
        table = tables.get(table_name.rpartition("/")[2])
        key = key_of(table, attributes) if table else None
        if table is None or key is None:
            continue  # moto refused it
        item = item_at(table, key)
        yield _item(table, attributes, codecs.item_to_json(item) if item is not None else None)


def _item(table: Any, attributes: dict[str, Any], payload: dict[str, Any] | None) -> Record:
    """The record of an item, whose key is among `attributes`."""
    key = {name: attributes[name] for name in table.table_key_attrs}
    return Record(f"dynamodb/{table.name}", _key_as_text(key), payload)


def _named_items(action: str, params: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(table, attributes holding at least the key) of each write in the request."""
    if action == "BatchWriteItem":
        for table_name, writes in params.get("RequestItems", {}).items():
            for write in writes:
                operation = write.get("PutRequest") or write.get("DeleteRequest") or {}
                yield table_name, operation.get("Item") or operation.get("Key") or {}
    elif action == "TransactWriteItems":
        for entry in params.get("TransactItems", []):
            for kind, operation in entry.items():
                if kind != "ConditionCheck":
                    yield operation.get("TableName", ""), operation.get("Item") or operation.get("Key") or {}
    else:
        yield params.get("TableName", ""), params.get("Item") or params.get("Key") or {}


def _objects(response: Any) -> Iterator[Record]:
    """The S3 objects that a request named as they are now."""
    method = response.method
    if method in ("GET", "HEAD", "OPTIONS"):
        return
    request = response.normalized_request
    bucket_name = response.parse_bucket_name_from_url(request, response.uri)
    bucket = backends.s3().buckets.get(bucket_name)
    if bucket is None:
        return
    for key in _named_objects(response, method):
        stored = bucket.keys.get(key)
        kind = f"s3/{bucket_name}"
        if stored is None or not hasattr(stored, "value"):  # absent, or a delete marker
            yield Record(kind, key, None)
        else:
            yield Record(kind, key, codecs.object_to_json(stored), stored.value)


def _named_objects(response: Any, method: str) -> list[str]:
    key = response.parse_key_name()
    if key:
        return [key]
    if method == "POST" and "delete" in response.querystring:
        import xmltodict

        listed = xmltodict.parse(response.body, force_list=["Object"]).get("Delete", {}).get("Object", [])
        return [entry["Key"] for entry in listed]
    return []


def _secrets(response: Any) -> Iterator[Record]:
    """The secret that a request named as it is now."""
    action = response._get_action()
    if action.startswith(("Get", "List", "Describe", "BatchGet", "Validate")):
        return
    name = response._get_param("SecretId") or response._get_param("Name")
    secret = backends.secretsmanager().secrets.get(name) if name else None
    if secret is not None:
        yield Record("secretsmanager", secret.name, codecs.secret_to_json(secret))
    elif name:
        from moto.secretsmanager.utils import get_secret_name_from_partial_arn

        yield Record("secretsmanager", get_secret_name_from_partial_arn(name), None)


def _parameters(response: Any) -> Iterator[Record]:
    """The Systems Manager parameters that a request named as they are now."""
    if response._get_action() not in ("PutParameter", "DeleteParameter", "DeleteParameters", "LabelParameterVersion"):
        return
    name = response._get_param("Name")
    held = backends.ssm()._parameters
    for named in [name] if name else response._get_param("Names") or []:
        key = held.normalize_name(named)
        versions = held.get(key)
        yield Record("ssm", key, codecs.parameter_to_json(versions) if versions else None)


@contextmanager
def _without_collection() -> Iterator[None]:
    """What is loaded stays: looking through it again and again for garbage would take as long as loading it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _restore(record: Record, tables: dict[str, Any]) -> None:
    """Puts one record back into moto; a record whose table, bucket or queue is gone is left where it is."""
    service, _, owner = record.kind.partition("/")
    if service == "dynamodb":
        if owner in tables:
            codecs.item_from_json(tables[owner], record.payload)
    elif service == "s3" and owner in backends.s3().buckets:
        codecs.object_from_json(backends.s3().buckets[owner], record.key, record.payload, record.body or b"")
    elif service == "secretsmanager":
        codecs.secret_from_json(record.key, record.payload)
    elif service == "ssm":
        codecs.parameter_from_json(record.key, record.payload)
    elif service == "sqs" and owner in backends.sqs().queues:
        codecs.message_from_json(backends.sqs().queues[owner], record.key, record.payload)
