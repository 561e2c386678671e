"""The invocation log: written off the caller's path, read by id and by filter.

An invocation leaves as one masked JSON line. CloudWatch Logs hands the lines, in batches and at least once, to
`store`, which puts each by its ULID and counts it in `usage` at the same time, so a second delivery changes nothing. It
is a log and not a ledger.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import gzip
import heapq
import itertools
import json
import math
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from botocore.exceptions import ClientError
from pynamodb.exceptions import UpdateError
from ulid import ULID, base32

from chalicelib import aws
from chalicelib.auth import connections
from chalicelib.auth.tables import ApiKeyRow
from chalicelib.errors import InvocationNotFound, NotRecordedYet
from chalicelib.gateway import usage
from chalicelib.gateway.tables import InvocationRow
from chalicelib.observability import emit_line, logger, one_line, redact
from chalicelib.settings import Caps

SHARDS: Final = 4
KIND: Final = "invocation"
_LOOKED_AT: Final = 500  # rows that one page of a filtered list looks at
_PREFIX: Final = "req_"
_ULID_CHARACTERS: Final = 26
_TIME_CHARACTERS: Final = 10  # of them; the rest is random
_DAY_S: Final = 86_400.0
_TOGETHER: Final = 100  # items of one transaction, DynamoDB's limit
_TOGETHER_BYTES: Final = 3_000_000  # of lines; DynamoDB's limit is 4 MB of items, whose JSON is a little longer
_PLAIN_BELOW: Final = 768  # bytes of a record: shorter would cost DynamoDB's 1 KB all the same
_REMEMBERED: Final = 10_000
_USE_NOTED_S: Final = 60.0  # how exactly it is known when a key was last used
_TRIES: Final = 8
_LONGEST_PAUSE_S: Final = 0.2
_THERE: Final = "ConditionalCheckFailed"
_PASSING: Final = frozenset({"None", _THERE, "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


def emit(record: Mapping[str, Any], workspace: str) -> None:
    """Write the record of one invocation as one line of at most 64 KB."""
    line = _line(record, workspace)
    if len(line) > Caps.INVOCATION_LINE_BYTES:
        line = _line(
            {**record, "request": {**(record["request"] or {}), "url": "(too long)", "headers": []}}, workspace
        )
    emit_line(line)


def _line(record: Mapping[str, Any], workspace: str) -> str:
    return redact(one_line({"kind": KIND, "workspace": workspace, **record}))


def store(
    event: Mapping[str, Any], *, now: Callable[[], float] = time.time, pause: Callable[[float], None] = time.sleep
) -> int:
    """Put the invocations in a CloudWatch Logs subscription event, and count them; how many there were.

    Raises `ClientError` where the store refuses: Lambda then hands the event over again.
    """
    payload = orjson.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if payload.get("messageType") != "DATA_MESSAGE":
        return 0
    return store_lines([each["message"] for each in payload["logEvents"]], now=now, pause=pause)


def store_lines(
    messages: Iterable[str],
    *,
    workspace: str | None = None,
    now: Callable[[], float] = time.time,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """As `store`, for the lines themselves; only those of `workspace`, if one is named."""
    read = ((line, _parse(line)) for line in messages)
    found = [(line, record) for line, record in read if record is not None and workspace in (None, record["workspace"])]
    each_once = {record["request_id"]: (line, record) for line, record in found}
    for records in _bunches(each_once.values()):
        _put(records, now(), pause)
    _note_use([record for _, record in found])
    return len(found)


def _bunches(records: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """As many records, each with its line, as one transaction can hold with what counts them."""
    bunch: list[dict[str, Any]] = []
    places: frozenset[usage.Place] = frozenset()
    size = 0
    for line, record in records:
        more = places | usage.places_of(record)
        is_full = len(bunch) + 1 + len(more) > _TOGETHER or size + len(line) > _TOGETHER_BYTES
        if bunch and is_full:
            yield bunch
            bunch, more, size = [], usage.places_of(record), 0
        bunch.append(record)
        places, size = more, size + len(line)
    if bunch:
        yield bunch


def _put(records: list[dict[str, Any]], now: float, pause: Callable[[float], None]) -> None:
    """Put the records that are not there yet, and count those, all or nothing."""
    sibling = 0
    for tries_left in reversed(range(_TRIES)):
        counts = usage.tally(records, now=now)
        items: list[dict[str, Any]] = [{"Put": _putting(record)} for record in records]
        items += [{"Update": usage.addition(place, counters, sibling)} for place, counters in counts.items()]
        try:
            aws.client("dynamodb").transact_write_items(TransactItems=items)
            return
        except ClientError as error:
            reasons = [reason["Code"] for reason in error.response.get("CancellationReasons", [])]
            if not reasons or not tries_left or not _PASSING.issuperset(reasons):
                raise
        fresh = [record for record, reason in zip(records, reasons, strict=False) if reason != _THERE]
        if not fresh:
            return
        if len(fresh) == len(records):  # others count at the same places, or it is all too much at once
            sibling = random.randint(1, usage.SIBLINGS)  # noqa: S311
            pause(random.uniform(0.0, _LONGEST_PAUSE_S))  # noqa: S311
        records = fresh


def get(workspace: str, request_id: str, *, now: float | None = None) -> dict[str, Any]:
    """The record of one invocation.

    Raises `NotRecordedYet` for an id so young that it may be on its way, else `InvocationNotFound`.
    """
    ulid = _ulid(request_id)
    if ulid is None:
        raise InvocationNotFound(f"`{request_id}` is not the id of an invocation; it looks like req_01J….")
    row = InvocationRow.find(_bucket(workspace, str(ulid)), str(ulid))
    moment = time.time() if now is None else now
    if row is None or row.expires_at <= moment:
        if abs(moment - ulid.timestamp) < Caps.NOT_RECORDED_S:
            raise NotRecordedYet(f"`{request_id}` is not in the log yet.")
        raise InvocationNotFound(f"There is no invocation `{request_id}`; they are kept for 7 days.")
    return _shown(row)


def _shown(row: InvocationRow) -> dict[str, Any]:
    return {"trace_id": None, **row.record}  # an older release's records have none


@dataclass(frozen=True)
class Wanted:
    """What the log is filtered by; times are inclusive."""

    integration: str | None = None
    action: str | None = None
    connection: str | None = None
    status: int | None = None
    code: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    outcome: str | None = None
    idempotency_key: str | None = None  # as the log has it: hashed
    key_id: str | None = None
    replay_of: str | None = None
    failed: bool = False  # only what failed
    integrations: frozenset[str] | None = None

    def matches(self, record: Mapping[str, Any]) -> bool:
        """True where every filter holds."""
        if self.integrations is not None and record["integration"] not in self.integrations:
            return False
        if self.failed and record["code"] is None:
            return False
        pairs = (
            (self.integration, record["integration"]),
            (self.action, record["action"]),
            (self.connection, record["connection"]),
            (self.status, record["status"]),
            (self.code, record["code"]),
            (self.outcome, record.get("outcome")),
            (self.idempotency_key, record.get("idempotency_key")),
            (self.key_id, record["key_id"]),
            (self.replay_of, record.get("replay_of")),
        )
        return all(wanted is None or wanted == value for wanted, value in pairs)


def page(
    workspace: str, wanted: Wanted, *, limit: int, before: str | None, now: float | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Invocations, the latest first, and the ULID to go on before. Looks at 500 rows at the most."""
    moment = time.time() if now is None else now
    found: list[dict[str, Any]] = []
    seen, last = 0, None
    oldest = max(moment - Caps.INVOCATION_TTL_S, wanted.since.timestamp() if wanted.since else 0.0)
    newest = min(moment + _DAY_S, wanted.until.timestamp() if wanted.until else math.inf)
    if oldest > newest:
        return [], None
    span = _Span(oldest, newest, before or _first_ulid(newest + 0.001))
    for row in _rows(workspace, wanted, span):
        if len(found) == limit or seen == _LOOKED_AT:
            return found, last
        seen, last = seen + 1, row.ulid
        if row.expires_at > moment and wanted.matches(row.record):
            found.append(_shown(row))
    return found, None


@dataclass(frozen=True)
class _Span:
    """Rows from `oldest` to `newest` (epoch seconds) whose ULID lies below `before`."""

    oldest: float
    newest: float
    before: str

    def condition(self) -> Any:
        """The same as a key condition, but for its end, which DynamoDB's BETWEEN includes."""
        return InvocationRow.ulid.between(min(_first_ulid(self.oldest), self.before), self.before)

    def days(self) -> Iterator[dt.date]:
        """Its days, the latest first."""
        day = min(_date(self.newest), ULID.from_str(self.before).datetime.date())
        while day >= _date(self.oldest):
            yield day
            day -= dt.timedelta(days=1)


def _first_ulid(moment: float) -> str:
    """The lowest ULID of that millisecond."""
    return str(ULID.from_timestamp(moment))[:_TIME_CHARACTERS].ljust(_ULID_CHARACTERS, "0")


def _date(moment: float) -> dt.date:
    return dt.datetime.fromtimestamp(moment, dt.UTC).date()


def _rows(workspace: str, wanted: Wanted, span: _Span) -> Iterator[InvocationRow]:
    latest_first: dict[str, Any] = {"scan_index_forward": False, "page_size": 100}
    found: Iterable[InvocationRow]
    if wanted.integration:
        owner = connections.owner(workspace, wanted.integration)
        found = InvocationRow.of_integration.query(owner, span.condition(), **latest_first)
    elif wanted.failed or wanted.code:
        found = InvocationRow.failures.query(workspace, span.condition(), **latest_first)
    else:
        found = itertools.chain.from_iterable(_day(workspace, day, span, latest_first) for day in span.days())
    yield from (row for row in found if row.ulid < span.before)


def _day(workspace: str, day: dt.date, span: _Span, options: Mapping[str, Any]) -> Iterable[InvocationRow]:
    shards = [
        InvocationRow.query(f"{workspace}#{day.isoformat()}#{shard}", span.condition(), **options)
        for shard in range(SHARDS)
    ]
    return heapq.merge(*shards, key=lambda row: row.ulid, reverse=True)


def _putting(record: Mapping[str, Any]) -> dict[str, Any]:
    """Put's arguments for an `InvocationRow` that is not there yet, in two thirds of the time that pynamodb takes."""
    workspace, ulid = record["workspace"], record["request_id"].removeprefix(_PREFIX)
    kept = {**record}
    del kept["kind"], kept["workspace"]
    item: dict[str, dict[str, Any]] = {
        "bucket": {"S": _bucket(workspace, ulid)},
        "ulid": {"S": ulid},
        "owner": {"S": connections.owner(workspace, record["integration"])},
        "record": {"B": aws.pack(kept, plain_below=_PLAIN_BELOW)},
        "expires_at": {"N": str(_moment_of(ulid) + Caps.INVOCATION_TTL_S)},
    }
    if record["code"]:
        item["failed"] = {"S": workspace}
    return {
        "TableName": InvocationRow.Meta.table_name,
        "Item": item,
        "ConditionExpression": "attribute_not_exists(ulid)",
    }


_noted: dict[str, dt.datetime] = {}  # when a key was last used, as this process has last written it


def _note_use(records: list[dict[str, Any]]) -> None:
    """Keep when each key was last used, to the minute: one write per key and minute, none on the way of a call."""
    latest: dict[str, str] = {}
    for record in records:
        key_id = record["key_id"]
        latest[key_id] = max(latest.get(key_id, ""), record["at"])
    for key_id, at in latest.items():
        moment = dt.datetime.fromisoformat(at)
        noted = _noted.get(key_id)
        if noted is not None and (moment - noted).total_seconds() < _USE_NOTED_S:
            continue
        is_later = ApiKeyRow.last_used_at.does_not_exist() | (ApiKeyRow.last_used_at < moment)
        try:
            ApiKeyRow(key_id).update(
                actions=[ApiKeyRow.last_used_at.set(moment)], condition=ApiKeyRow.key_id.exists() & is_later
            )
        except UpdateError as error:  # unless the key is gone, or was used later
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
        if len(_noted) >= _REMEMBERED:
            _noted.clear()
        _noted[key_id] = moment


def _parse(message: str) -> dict[str, Any] | None:
    try:
        record = _loads(message)
    except json.JSONDecodeError:
        logger.warning("a line of the invocation log is not JSON", extra={"bytes": len(message)})
        return None
    return record if isinstance(record, dict) and record.get("kind") == KIND else None


def _loads(line: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:  # it may hold half a surrogate pair
        return json.loads(line)


def _ulid(request_id: str) -> ULID | None:
    if not request_id.startswith(_PREFIX):
        return None
    try:
        ulid = ULID.from_str(request_id.removeprefix(_PREFIX))
        return ulid if ulid.datetime else None
    except (ValueError, OverflowError):  # not a ULID, or one of a year beyond 9999
        return None


def _bucket(workspace: str, ulid: str) -> str:
    return f"{workspace}#{_date(_moment_of(ulid)).isoformat()}#{base32.DECODE[ord(ulid[-1])] % SHARDS}"


@functools.lru_cache(1)  # each record asks twice
def _moment_of(ulid: str) -> int:
    """Epoch seconds. To read all of a ULID takes three times as long, and its properties a lock each."""
    return int.from_bytes(base32.decode_timestamp(ulid[:_TIME_CHARACTERS]), "big") // 1000
