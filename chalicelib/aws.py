"""AWS: clients made on first use, one per process; the base of our tables; reads across several tables at once.

Every client connects within 1 s, reads within 2 s and tries twice more: a call of ours must never use up the time
of the caller. The exceptions say so where they are made.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import threading
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import orjson
from botocore.exceptions import ClientError
from pynamodb.attributes import Attribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.constants import BINARY, STRING
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import dynamodb
from chalicelib.settings import settings

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.session import Session

_clients: dict[tuple[str, float], BaseClient] = {}
_making = threading.Lock()  # a session is not safe to use from two threads
_SMALLEST_WINDOW: Final = 9  # as a power of two
_PLAIN: Final = (b"{", b"[")  # how what zlib makes never begins
_LONG_NUMBER: Final = re.compile(rb"\d{19,}")
BATCH = 100  # keys of one BatchGetItem (AWS limit)


def client(service: str, *, read_timeout_s: float = 2.0) -> Any:
    """The process's client of `service`; made at the first call."""
    key = (service, read_timeout_s)
    if key not in _clients:
        from botocore.config import Config

        with _making:
            if key not in _clients:
                more = 1 if service == "dynamodb" else 2  # its first try is `dynamodb.Plain`'s
                config = Config(
                    connect_timeout=1,
                    read_timeout=read_timeout_s,
                    retries={"max_attempts": more, "mode": "standard"},
                    max_pool_connections=50,
                )
                _clients[key] = _session().create_client(service, config=config)
    return _clients[key]


@functools.cache
def _session() -> Session:
    """botocore's: boto3 would add 20 ms of CPU, and nothing that is used here."""
    from botocore.session import get_session

    made = get_session()
    made.register("creating-client-class.dynamodb", dynamodb.mix_in)  # type: ignore[arg-type]
    return made


def region() -> str:
    """The region that this process works in."""
    return str(client("dynamodb").meta.region_name)


def account() -> str:
    """The account that this process works in: part of every bucket's name."""
    if not _account:
        _account.append(str(client("sts").get_caller_identity()["Account"]))
    return _account[0]


def learn_account(function_arn: str) -> None:
    """Take the account from the ARN that Lambda tells with every call, which spares asking STS for it."""
    if not _account and function_arn.count(":") >= 6:
        _account.append(function_arn.split(":")[4])


_account: list[str] = []


def queue_url(purpose: str) -> str:
    """Where this deployment's queue for `purpose` is. Its form is fixed, so it costs no call."""
    sqs = client("sqs")
    return f"{sqs.meta.endpoint_url}/{account()}/{settings().resource(purpose)}"


def bucket() -> str:
    """The bucket that holds documents, uploads, drafts and large definitions."""
    return f"{settings().resource('documents')}-{account()}-{region()}"


def put_object(key: str, body: bytes) -> None:
    """Store `body` in the documents bucket."""
    client("s3", read_timeout_s=20).put_object(Bucket=bucket(), Key=key, Body=body)


def get_object(key: str) -> bytes | None:
    """What is stored under `key`; None if nothing is."""
    try:
        answer = client("s3", read_timeout_s=20).get_object(Bucket=bucket(), Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    body: bytes = answer["Body"].read()
    return body


def delete_objects(prefix: str) -> None:
    """Delete everything below `prefix`."""
    s3 = client("s3", read_timeout_s=20)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket(), Prefix=prefix):
        keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket=bucket(), Delete={"Objects": keys, "Quiet": True})


def transaction() -> TransactWrite:
    """All or nothing: a context manager whose writes happen together at its end."""
    connection = Connection()
    connection._client = client("dynamodb")
    return TransactWrite(connection=connection)


def is_condition_failure(error: BaseException) -> bool:
    """True where a conditional write, alone or in a transaction, was refused by its condition."""
    cause = getattr(error, "cause", None) or error
    if not isinstance(cause, ClientError):
        return False
    code = cause.response["Error"]["Code"]
    reasons = [r.get("Code") for r in cause.response.get("CancellationReasons", [])]
    return code == "ConditionalCheckFailedException" or (
        code == "TransactionCanceledException" and (not reasons or "ConditionalCheckFailed" in reasons)
    )


def compress(data: bytes) -> bytes:
    """Bytes as they are kept (RFC 1950). Window and tables are as large as the data needs: to clear those for 32 KB,
    which `zlib.compress` does at each call, takes five times as long as to compress a record of the log."""
    window = min(max(len(data).bit_length() + 1, _SMALLEST_WINDOW), zlib.MAX_WBITS)
    packer = zlib.compressobj(6, wbits=window, memLevel=min(window - 6, zlib.DEF_MEM_LEVEL))
    return packer.compress(data) + packer.flush()


def decompress(packed: bytes) -> bytes:
    """The inverse of `compress`."""
    return zlib.decompress(packed)


def pack(value: Any, *, plain_below: int = 0) -> bytes:
    """`value` as compressed JSON; an object or array of fewer bytes than `plain_below`, as it is. Integers of any size
    are kept."""
    try:
        text = orjson.dumps(value)
    except TypeError:
        text = json.dumps(value, separators=(",", ":")).encode()
    return text if len(text) < plain_below and text.startswith(_PLAIN) else compress(text)


def unpack(packed: bytes) -> Any:
    """The inverse of `pack`. orjson would make floats of integers beyond 64 bits."""
    text = packed if packed.startswith(_PLAIN) else decompress(packed)
    return json.loads(text) if _LONG_NUMBER.search(text) else orjson.loads(text)


class PackedAttribute(Attribute[Any]):
    """A JSON value of any shape, compressed into a binary attribute."""

    attr_type = BINARY
    legacy_encoding = False

    def serialize(self, value: Any) -> bytes:
        """Python → DynamoDB."""
        return pack(value)

    def deserialize(self, value: bytes) -> Any:
        """DynamoDB → Python."""
        return unpack(value)


class InstantAttribute(Attribute[dt.datetime]):
    """A moment in UTC, kept as RFC 3339 text so that it sorts and reads well."""

    attr_type = STRING

    def serialize(self, value: dt.datetime) -> str:
        """Python → DynamoDB."""
        return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def deserialize(self, value: str) -> dt.datetime:
        """DynamoDB → Python."""
        return dt.datetime.fromisoformat(value)


class Meta:
    """What all tables share; a table's own `Meta` derives from it and names the table."""

    region: ClassVar[str | None] = None


class Table(Model):
    """A DynamoDB table. Subclasses read like the table: keys first, each index with the question that it answers."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """pynamodb's, speaking through our client: one of its own for each table would take 0.1 s of CPU for the first,
        5 ms for every other, and connections of their own."""
        made = super()._get_connection()
        made.connection._client = client("dynamodb")
        return made

    @classmethod
    def raw_key(cls, hash_key: str, range_key: str | None = None) -> dict[str, dict[str, str]]:
        """The item's key as the low-level client wants it."""
        key = {str(cls._hash_keyname): {"S": hash_key}}
        if range_key is not None:
            key[str(cls._range_keyname)] = {"S": range_key}
        return key

    @classmethod
    def find(cls, hash_key: str, range_key: str | None = None) -> Self | None:
        """The item as it is now (a consistent read); None if there is none."""
        try:
            return cls.get(hash_key, range_key, consistent_read=True)
        except cls.DoesNotExist:
            return None

    def change(
        self,
        names: Sequence[str],
        *,
        condition: str,
        values: Mapping[str, Any] | None = None,
        counts: Sequence[str] = (),
    ) -> dict[str, Any]:
        """UpdateItem's arguments that write the attributes `names` as they are in this row (None: away with it).

        The numbers `counts` go up by one. `condition` may use `values`.
        """
        kept, gone, told = [], [], dict(values or {})
        aliases = {}
        for number, name in enumerate(names):
            attribute, value = self.get_attributes()[name], getattr(self, name)
            aliases[f"#n{number}"] = name
            if value is None:
                gone.append(f"#n{number}")
            else:
                kept.append(f"#n{number} = :v{number}")
                told[f":v{number}"] = {attribute.attr_type: attribute.serialize(value)}
        clauses = [f"SET {', '.join(kept)}"] * bool(kept) + [f"REMOVE {', '.join(gone)}"] * bool(gone)
        if counts:
            clauses.append("ADD " + ", ".join(f"{name} :one" for name in counts))
            told[":one"] = {"N": "1"}
        key = [getattr(self, str(name)) for name in (self._hash_keyname, self._range_keyname) if name]
        return {
            "TableName": self.Meta.table_name,
            "Key": self.raw_key(*key),
            "UpdateExpression": " ".join(clauses),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": aliases,
            **({"ExpressionAttributeValues": told} if told else {}),
        }

    def putting(self) -> dict[str, Any]:
        """Put's arguments, as a transaction has them."""
        return {"TableName": self.Meta.table_name, "Item": self.serialize()}


def transact(updates: Sequence[dict[str, Any]], puts: Sequence[Table]) -> None:
    """Write all of it or nothing. Raises `ClientError`; see `is_condition_failure`."""
    items: list[dict[str, Any]] = [{"Update": update} for update in updates]
    items += [{"Put": row.putting()} for row in puts]
    client("dynamodb").transact_write_items(TransactItems=items)


RowKey = tuple[type[Table], str, str | None]


def batch_read(keys: Sequence[RowKey]) -> dict[RowKey, Table | None]:
    """Read items of several tables with one BatchGetItem (a second one only for what DynamoDB left unprocessed)."""
    found: dict[RowKey, Table | None] = dict.fromkeys(keys)
    wanted: dict[str, dict[str, Any]] = {}
    by_identity: dict[tuple[str, str], RowKey] = {}
    for key in keys:
        table, hash_key, range_key = key
        name = str(table.Meta.table_name)
        raw = table.raw_key(hash_key, range_key)
        wanted.setdefault(name, {"Keys": [], "ConsistentRead": True})["Keys"].append(raw)
        by_identity[name, _identity(raw)] = key
    key_names = {str(table.Meta.table_name): (table._hash_keyname, table._range_keyname) for table, _, _ in keys}
    while wanted:
        answer = client("dynamodb").batch_get_item(RequestItems=wanted)
        for name, items in answer["Responses"].items():
            for item in items:
                key = by_identity[name, _identity({k: item[k] for k in key_names[name] if k})]
                found[key] = key[0].from_raw_data(item)
        wanted = answer.get("UnprocessedKeys") or {}
    return found


def _identity(raw: Mapping[str, Mapping[str, str]]) -> str:
    return "\0".join(f"{name}={value['S']}" for name, value in sorted(raw.items()))
