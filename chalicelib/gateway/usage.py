"""Usage: calls, errors and latency by the hour, for each action and for each integration.

`record_invocations` adds what it has just put into the log, in the same transaction: a request that is there already is
not counted again, and none is counted by half. An hour of an action is one item of counters; one more of the same shape
counts for its integration, in the workspace's own partition, so that a page over all integrations is one query.

An item that another batch is writing at that moment is not waited for: the count goes to a sibling, and readers add the
siblings up. What resolved to no action, and what was only a dry run, is no usage; nor is what policy keeps out of the
log (`record: none`).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from chalicelib import aws
from chalicelib.auth import connections
from chalicelib.errors import TooLarge
from chalicelib.gateway import latency
from chalicelib.gateway.tables import UsageRow
from chalicelib.settings import Caps

Bucket = Literal["hour", "day"]
Place = tuple[str, str]  # of an item: owner and slot
FAULTS: Final = ("caller", "upstream", "gateway")
SIBLINGS: Final = 16
ROWS: Final = 50_000  # that one answer may be made of
_HOUR: Final = dt.timedelta(hours=1)
_LENGTH: Final[Mapping[Bucket, dt.timedelta]] = {"hour": _HOUR, "day": 24 * _HOUR}
_HOUR_FORMAT: Final = "%Y-%m-%dT%H"  # as the time of a record begins
_HOUR_CHARACTERS: Final = len("2026-11-28T19")
_OF_LATENCY: Final = "ms"  # begins the name of a counter that is a bucket of the histogram
_THEIRS: Final = frozenset({"upstream_rate_limited", "circuit_open"})  # whatever the status says


# --- written ----------------------------------------------------------------------------------------------------------


def tally(records: Iterable[Mapping[str, Any]], *, now: float) -> dict[Place, Counter[str]]:
    """What to add where for these records of the log, each with its `workspace`; old ones count for nothing."""
    added: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    expired = dt.datetime.fromtimestamp(now - Caps.INVOCATION_TTL_S, dt.UTC)
    oldest = expired.isoformat(timespec="milliseconds").replace("+00:00", "Z")  # as records say when they began
    for record in records:
        if record["at"] <= oldest:  # its log entry may be gone: it could count twice
            continue
        counters = _counters(record)
        for place in places_of(record):
            counted = added[place]
            for counter in counters:
                counted[counter] += 1
    return added


def places_of(record: Mapping[str, Any]) -> frozenset[Place]:
    """Where a record of the log counts, unless it is old: for its action, and for its integration."""
    if record["version"] is None or record["dry_run"]:
        return frozenset()
    hour = record["at"][:_HOUR_CHARACTERS]  # it is in UTC
    return _places(record["workspace"], record["integration"], record["action"], hour)


@functools.lru_cache(1_024)
def _places(workspace: str, integration: str, action: str, hour: str) -> frozenset[Place]:
    owner = connections.owner(workspace, integration)
    return frozenset({(owner, f"{hour}#{action}"), (workspace, f"{hour}#{integration}")})


def _counters(record: Mapping[str, Any]) -> list[str]:
    counters = ["calls", f"{_OF_LATENCY}{latency.bucket_of(record['duration_ms'])}"]
    if record["code"] is not None:
        counters.append(fault_of(record["status"], record["code"]))
    return counters


def fault_of(status: int, code: str) -> str:
    """Whose fault an error is: one of `FAULTS`."""
    if code in _THEIRS or status in (424, 502, 504):
        return "upstream"
    return "gateway" if status >= 500 else "caller"


def addition(place: Place, counters: Mapping[str, int], sibling: int) -> dict[str, Any]:
    """UpdateItem's arguments that add `counters` to the item at `place`, or to one of its siblings (from 1 up)."""
    owner, slot = place
    hour = dt.datetime.strptime(slot.partition("#")[0], _HOUR_FORMAT).replace(tzinfo=dt.UTC)
    names = {f"#{number}": name for number, name in enumerate(counters)}
    values = {f":{number}": {"N": str(count)} for number, count in enumerate(counters.values())}
    return {
        "TableName": UsageRow.Meta.table_name,
        "Key": UsageRow.raw_key(owner, f"{slot}#{sibling}" if sibling else slot),
        "UpdateExpression": "ADD " + ", ".join(f"#{n} :{n}" for n in range(len(counters))) + " SET #e = :e",
        "ExpressionAttributeNames": names | {"#e": "expires_at"},
        "ExpressionAttributeValues": values | {":e": {"N": str(int(hour.timestamp() + Caps.USAGE_TTL_S))}},
    }


# --- read -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """Whole buckets from `since` to `until` (exclusive), in UTC."""

    since: dt.datetime
    until: dt.datetime
    bucket: Bucket

    @classmethod
    def around(cls, since: dt.datetime, until: dt.datetime, bucket: Bucket) -> Window:
        """The shortest window that holds both moments."""
        last = max(since, until - dt.timedelta(microseconds=1))
        return cls(_floor(since, bucket), _floor(last, bucket) + _LENGTH[bucket], bucket)

    @property
    def times(self) -> list[dt.datetime]:
        """The beginning of each bucket."""
        length = _LENGTH[self.bucket]
        return [self.since + length * number for number in range((self.until - self.since) // length)]

    def place_of(self, moment: dt.datetime) -> int:
        """The number of the bucket that a moment falls into."""
        return (moment - self.since) // _LENGTH[self.bucket]


def _floor(moment: dt.datetime, bucket: Bucket) -> dt.datetime:
    whole = moment.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    return whole.replace(hour=0) if bucket == "day" else whole


def read(
    workspace: str, integration: str | None, window: Window, *, wanted: Callable[[str], bool]
) -> dict[str, list[Counter[str]]]:
    """The counters of each bucket, by action of `integration`, or without one by integration of the workspace.

    Only names that are `wanted`, and that have been called. Raises `TooLarge` where more than `ROWS` items would have
    to be read.
    """
    owner = connections.owner(workspace, integration) if integration else workspace
    found: dict[str, list[Counter[str]]] = {}
    for slot, counters in _rows(owner, window):
        hour, name = slot.split("#")[:2]
        if wanted(name):
            moment = dt.datetime.strptime(hour, _HOUR_FORMAT).replace(tzinfo=dt.UTC)
            buckets = found.setdefault(name, [Counter() for _ in window.times])
            buckets[window.place_of(moment)].update(counters)
    return found


def _rows(owner: str, window: Window) -> Iterator[tuple[str, dict[str, int]]]:
    pages = (
        aws.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=UsageRow.Meta.table_name,
            KeyConditionExpression="#owner = :owner AND slot BETWEEN :first AND :last",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={
                ":owner": {"S": owner},
                ":first": {"S": window.since.strftime(_HOUR_FORMAT)},
                ":last": {"S": (window.until - _HOUR).strftime(_HOUR_FORMAT) + "$"},  # the character after "#"
            },
        )
    )
    seen = 0
    for page in pages:
        seen += len(page["Items"])
        if seen > ROWS:
            raise TooLarge(
                f"The answer would be made of more than {ROWS:,} hours of calls.", fix="Ask for a shorter time."
            )
        for item in page["Items"]:
            yield (
                item.pop("slot")["S"],
                {name: int(value["N"]) for name, value in item.items() if name not in ("owner", "expires_at")},
            )


def shown(buckets: list[Counter[str]]) -> dict[str, Any]:
    """The counters of a window as the API shows them: in all, and bucket by bucket."""
    whole: Counter[str] = Counter()
    for one in buckets:
        whole.update(one)
    return {
        "calls": whole["calls"],
        "errors": {fault: whole[fault] for fault in FAULTS},
        "latency_ms": {f"p{percent}": _percentile(whole, percent) for percent in (50, 95, 99)},
        "series": {
            "calls": [one["calls"] for one in buckets],
            "errors": [sum(one[fault] for fault in FAULTS) for one in buckets],
            "p95_ms": [_percentile(one, 95) for one in buckets],
        },
    }


def _percentile(counters: Mapping[str, int], percent: float) -> float | None:
    start = len(_OF_LATENCY)
    histogram = {int(name[start:]): count for name, count in counters.items() if name.startswith(_OF_LATENCY)}
    return latency.percentile(histogram, percent)
