"""The invocation log: written off the caller's path, read by id and by filter.

An invocation leaves as one masked JSON line. CloudWatch Logs hands the lines, in batches and at least once, to
`store`, which puts each by its ULID, so a second delivery changes nothing. It is a log and not a ledger.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import heapq
import itertools
import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ulid import ULID

from chalicelib.auth import connections
from chalicelib.auth.tables import ApiKeyRow
from chalicelib.errors import InvocationNotFound, NotRecordedYet
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


def store(event: Mapping[str, Any]) -> int:
    """Put the invocations in a CloudWatch Logs subscription event; how many there were."""
    payload = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if payload.get("messageType") != "DATA_MESSAGE":
        return 0
    records = [r for r in (_parse(e["message"]) for e in payload["logEvents"]) if r is not None]
    with InvocationRow.batch_write() as batch:
        for record in {r["request_id"]: r for r in records}.values():
            batch.save(_row(record))
    _note_use(records)
    return len(records)


def get(workspace: str, request_id: str, *, now: float | None = None) -> dict[str, Any]:
    """The record of one invocation.

    Raises `NotRecordedYet` for an id so young that it may be on its way, else `InvocationNotFound`.
    """
    ulid = _ulid(request_id)
    if ulid is None:
        raise InvocationNotFound(f"`{request_id}` is not the id of an invocation; it looks like req_01J….")
    row = InvocationRow.find(_bucket(workspace, ulid), str(ulid))
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
    failed: bool = False
    integrations: frozenset[str] | None = None

    def matches(self, record: Mapping[str, Any]) -> bool:
        """True where every filter holds."""
        if self.integrations is not None and record["integration"] not in self.integrations:
            return False
        pairs = (
            (self.integration, record["integration"]),
            (self.action, record["action"]),
            (self.connection, record["connection"]),
            (self.status, record["status"]),
            (self.code, record["code"]),
            (self.outcome, record.get("outcome")),
            (self.idempotency_key, record.get("idempotency_key")),
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


def _row(record: dict[str, Any]) -> InvocationRow:
    workspace = record.pop("workspace")
    record.pop("kind")
    ulid = ULID.from_str(record["request_id"].removeprefix(_PREFIX))
    return InvocationRow(
        _bucket(workspace, ulid),
        str(ulid),
        owner=connections.owner(workspace, record["integration"]),
        failed=workspace if record["code"] else None,
        record=record,
        expires_at=int(ulid.timestamp + Caps.INVOCATION_TTL_S),
    )


def _note_use(records: list[dict[str, Any]]) -> None:
    """Keep when each key was last used: one write per key and batch, none on the way of a call."""
    latest: dict[str, str] = {}
    for record in records:
        key_id = record["key_id"]
        latest[key_id] = max(latest.get(key_id, ""), record["at"])
    for key_id, at in latest.items():
        moment = dt.datetime.fromisoformat(at)
        row = ApiKeyRow.find(key_id)
        if row is not None and (row.last_used_at is None or row.last_used_at < moment):
            row.update(actions=[ApiKeyRow.last_used_at.set(moment)], condition=ApiKeyRow.key_id.exists())


def _parse(message: str) -> dict[str, Any] | None:
    try:
        record = json.loads(message)
    except json.JSONDecodeError:
        logger.warning("a line of the invocation log is not JSON", extra={"bytes": len(message)})
        return None
    return record if isinstance(record, dict) and record.get("kind") == KIND else None


def _ulid(request_id: str) -> ULID | None:
    if not request_id.startswith(_PREFIX):
        return None
    try:
        ulid = ULID.from_str(request_id.removeprefix(_PREFIX))
        return ulid if ulid.datetime else None
    except (ValueError, OverflowError):  # not a ULID, or one of a year beyond 9999
        return None


def _bucket(workspace: str, ulid: ULID) -> str:
    return f"{workspace}#{ulid.datetime.date().isoformat()}#{int(ulid) % SHARDS}"
