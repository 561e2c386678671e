"""The sweep: every minute, what is due is read from the sparse index and refreshed.

A few are done on the spot. More are handed on in messages of 25, which a worker function takes one by one. The queue
is a FIFO queue whose message groups are a provider's lanes: SQS gives out one message of a group at a time, and of it a
worker refreshes `AT_ONCE` at a time. So a provider never sees more requests of ours at once than its profile allows
(`refresh.at_once`), however many workers there are. What a worker has no time for goes back into the queue. Running a
message twice refreshes nothing twice: the lease asks for a `refresh_at` that has passed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from chalicelib import aws, rows
from chalicelib.auth import audit, due, expiry, refresh
from chalicelib.auth.oauth import profile
from chalicelib.auth.refresh import Pace
from chalicelib.auth.tables import ConnectionRow
from chalicelib.aws import RowKey
from chalicelib.observability import emit_metrics, forget_secrets, logger
from chalicelib.registry import integrations
from chalicelib.registry.renewal import renewal_of
from chalicelib.registry.tables import IntegrationRow

QUEUE: Final = "refresh.fifo"
BATCH: Final = 25  # connections of a message
AT_ONCE: Final = 8  # refreshes at the same time in one function
_MESSAGES: Final = 10  # of one SendMessageBatch (AWS limit)
_PER_SHARD: Final = 2_000  # connections that one sweep reads of a shard; the next one is a minute away
RESERVE_S: Final = 12.0  # no refresh begins later than this before the function's end


@dataclass(frozen=True)
class Due:
    """A connection that is due, as the index knows it. `provider` None: a secret with an expiry date.

    `at_once` is how many the provider may be asked for at the same time.
    """

    owner: str
    name: str
    workspace: str
    integration: str
    provider: str | None
    at_once: int = profile.AT_ONCE

    @property
    def lane(self) -> str:
        """The message group that it is refreshed in."""
        number = int(hashlib.sha256(f"{self.owner}#{self.name}".encode()).hexdigest(), 16) % lanes(self.at_once)
        return f"{hashlib.sha256((self.provider or '-').encode()).hexdigest()[:32]}-{number}"


def lanes(at_once: int) -> int:
    """How many messages of a provider may be worked on at the same time."""
    return max(1, at_once // AT_ONCE)


def sweep(*, remaining_s: float, pace: Pace | None = None) -> dict[str, int]:
    """Refresh what is due, or hand it on; how many there were of both."""
    pace = pace or refresh.PACE
    found = _paced(itertools.chain.from_iterable(_due(str(shard), pace.now()) for shard in range(due.SHARDS)))
    here, rest = (found, []) if len(found) <= BATCH else (found[:0], found)
    hand_on(rest)
    left = work(here, remaining_s=remaining_s, pace=pace)
    hand_on(left)
    emit_metrics({"due": len(found), "handed_on": len(rest) + len(left)}, {})
    return {"due": len(found), "handed_on": len(rest) + len(left)}


def _due(shard: str, now: float) -> Iterator[Due]:
    index = ConnectionRow.due
    for row in index.query(shard, ConnectionRow.refresh_at <= now, limit=_PER_SHARD):
        yield Due(row.owner, row.name, row.workspace, row.integration, row.provider)


def _paced(found: Iterable[Due]) -> list[Due]:
    """The same, with what their integrations' profiles say of their providers."""
    by_key: dict[RowKey, list[Due]] = {}
    for one in found:
        by_key.setdefault(integrations.row_key(one.workspace, one.integration), []).append(one)
    paced, keys = [], list(by_key)
    for start in range(0, len(keys), aws.BATCH):
        for key, row in rows.read(keys[start : start + aws.BATCH]).items():
            members = by_key[key]
            if isinstance(row, IntegrationRow):
                at_once = integrations.facts_of(row).auth.departures.refresh.at_once
                members = [replace(one, at_once=at_once) for one in members]
            paced += members
    return paced


def hand_on(found: Sequence[Due]) -> int:
    """Put `found` into the queue, by provider and lane; how many messages that made."""
    by_lane: dict[str, list[Due]] = {}
    for one in found:
        by_lane.setdefault(one.lane, []).append(one)
    messages = [
        _message(lane, members[start : start + BATCH])
        for lane, members in by_lane.items()
        for start in range(0, len(members), BATCH)
    ]
    sqs = aws.client("sqs")
    for start in range(0, len(messages), _MESSAGES):
        entries = [{"Id": str(n), **message} for n, message in enumerate(messages[start : start + _MESSAGES])]
        answer = sqs.send_message_batch(QueueUrl=aws.queue_url(QUEUE), Entries=entries)
        if failed := answer.get("Failed"):
            logger.error("refreshes not handed on", extra={"messages": len(failed)})  # due still: the next sweep's
    return len(messages)


def _message(lane: str, members: Sequence[Due]) -> dict[str, str]:
    body = json.dumps([asdict(one) for one in members], separators=(",", ":"))
    return {
        "MessageBody": body,
        "MessageGroupId": lane,
        "MessageDeduplicationId": hashlib.sha256(f"{refresh.PACE.now() // 60:.0f}{body}".encode()).hexdigest(),
    }


def work_message(event: Mapping[str, Any], *, remaining_s: float) -> None:
    """The queue's worker: an SQS event of Lambda."""
    for record in event["Records"]:
        hand_on(work([Due(**one) for one in json.loads(record["body"])], remaining_s=remaining_s))


def work(found: Sequence[Due], *, remaining_s: float, pace: Pace | None = None) -> list[Due]:
    """Refresh `found`, as many at a time as `AT_ONCE` and all their providers allow; those for which was no time."""
    pace = pace or refresh.PACE
    until = pace.now() + remaining_s
    if not found:
        return []

    def one(each: Due) -> Due | None:
        if pace.now() + RESERVE_S > until:
            return each
        try:
            visit(each, until=until, pace=pace)
        except Exception:  # noqa: BLE001 (one connection's trouble is not that of the others; it stays due)
            logger.exception("refresh", extra={"integration": each.integration, "connection": each.name})
        finally:
            forget_secrets()  # the next one's lines need not be searched for them
        return None

    at_once = min(AT_ONCE, len(found), *(each.at_once for each in found))
    with ThreadPoolExecutor(at_once, thread_name_prefix="refresh") as pool:
        return [left for left in pool.map(one, _fairly(found)) if left is not None]


def visit(one: Due, *, until: float, pace: Pace) -> None:
    """Refresh one connection that the index called due."""
    key = integrations.row_key(one.workspace, one.integration)
    row = rows.read([key])[key]
    if not isinstance(row, IntegrationRow):
        return  # being deleted, and its connections with it
    if one.provider is None:
        found = ConnectionRow.find(one.owner, one.name)
        if found is not None:
            expiry.look(found, now=dt.datetime.fromtimestamp(pace.now(), dt.UTC))
        return
    renewal = renewal_of(integrations.facts_of(row), audit.SWEEP)
    refresh.refresh_due((one.owner, one.name), renewal, until=until, pace=pace)


def _fairly(found: Iterable[Due]) -> list[Due]:
    """The same, so that the providers take turns."""
    by_provider: dict[str | None, list[Due]] = {}
    for one in found:
        by_provider.setdefault(one.provider, []).append(one)
    turns = itertools.zip_longest(*by_provider.values())
    return [one for turn in turns for one in turn if one is not None]
