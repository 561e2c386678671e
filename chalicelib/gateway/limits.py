"""Limits of our own: a workspace, an API key or an integration makes so many calls per second, over all processes.

Each process has a bucket per scope, filled at the scope's rate (a token bucket). Alone that would limit nothing, as a
Lambda environment takes one request at a time. So a process that has counted 10 calls within a minute adds what it
counts to an item that all of the workspace's processes share, at most every 2 s, and what comes back tells its share of
the calls since its last exchange: its buckets are then filled at that share of the rate. Refused calls count as well,
so the shares are those of the demand and together give the whole rate, however much is asked for.

Idle time and single calls cost nothing; the error is what comes in within 2 s (G9). Where the exchange fails, the
share stays as it was, and the local limits hold. An item is of one workspace and one minute, and takes at most a write
per process and 2 s (G8).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from chalicelib import aws
from chalicelib.auth.quota import Quota
from chalicelib.errors import RateLimited
from chalicelib.gateway.tables import TallyRow
from chalicelib.observability import logger
from chalicelib.runtime import FAILURES, key_of

WINDOW_S: Final = 60
EVERY_S: Final = 2.0
FROM_CALLS: Final = 10
_AFTER_FAILURE_S: Final = 10.0
_SHARE_KEPT_S: Final = 10.0  # after that long without an exchange a share says nothing any more
_LONGEST_WAIT_S: Final = 60
_REMEMBERED: Final = 10_000


@dataclass
class Bucket:
    """The calls of one scope that this process may make: `tokens` now, of the scope's quota its `share`."""

    tokens: float
    at: float
    share: float = 1.0
    pending: int = 0  # calls that the other processes have not been told of
    total: int = 0  # of all processes, when last exchanged in this window

    def fill(self, quota: Quota, now: float) -> None:
        """Add what has come in since."""
        most = max(1.0, quota.at_once * self.share)
        self.tokens = min(most, self.tokens + max(0.0, now - self.at) * quota.per_second * self.share)
        self.at = now

    def wait_s(self, quota: Quota) -> float:
        """Seconds until the next call may be made; 0 where one may be made now."""
        return max(0.0, 1.0 - self.tokens) / (quota.per_second * self.share)


@dataclass
class Tally:
    """What this process knows of one workspace."""

    buckets: dict[str, Bucket] = field(default_factory=dict)
    window: int = 0
    counted: int = 0  # calls in this window
    next_at: float = -math.inf
    exchanged_at: float = -math.inf
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, quotas: Mapping[str, Quota], now: float) -> dict[str, int]:
        """Count a call, and fill the buckets. What is to be told to the others by now; empty if nothing is."""
        window = int(now // WINDOW_S)
        if window != self.window:
            self.window, self.counted = window, 0
            for bucket in self.buckets.values():
                bucket.total = 0
        if now - self.exchanged_at > _SHARE_KEPT_S:
            for bucket in self.buckets.values():
                bucket.share = 1.0
        self.counted += 1
        for scope, quota in quotas.items():
            if scope not in self.buckets:
                self.buckets[scope] = Bucket(quota.at_once, now)
            bucket = self.buckets[scope]
            bucket.pending += 1
            bucket.fill(quota, now)
        if self.counted < FROM_CALLS or now < self.next_at <= now + _AFTER_FAILURE_S:
            return {}
        self.next_at = now + EVERY_S
        told = {scope: bucket.pending for scope, bucket in self.buckets.items() if bucket.pending}
        for scope in told:
            self.buckets[scope].pending = 0
        return told

    def hear(self, told: Mapping[str, int], totals: Mapping[str, int], now: float) -> None:
        """Totals that came back for what was told: the share is ours of all that was counted since the last time."""
        self.exchanged_at = now
        for scope, mine in told.items():
            bucket, total = self.buckets[scope], totals[scope]
            bucket.share = mine / max(mine, total - bucket.total)
            bucket.total = total

    def take(self, quotas: Mapping[str, Quota]) -> tuple[str, float] | None:
        """Take a call from every scope; from none, and which one refuses for how many seconds, where one is used up."""
        waits = [(scope, self.buckets[scope].wait_s(quota)) for scope, quota in quotas.items()]
        scope, wait_s = max(waits, key=lambda one: one[1])
        if wait_s > 0:
            return scope, wait_s
        for name in quotas:
            self.buckets[name].tokens -= 1
        return None


_tallies: dict[str, Tally] = {}


def admit(workspace: str, quotas: Mapping[str, Quota], now: float) -> dict[str, str]:
    """Count a call at `now` (epoch seconds) against `quotas`, by scope: ``workspace``, ``key:…``, ``integration:…``.

    Returns the headers that tell of them. Raises `RateLimited`, with the same headers.
    """
    tally = _tallies.get(workspace)
    if tally is None:
        if len(_tallies) >= _REMEMBERED:
            _tallies.clear()
        tally = _tallies.setdefault(workspace, Tally())
    with tally.lock:
        told = tally.count(quotas, now)
    if told:
        _exchange(workspace, tally, told, now)
    with tally.lock:
        refused = tally.take(quotas)
        headers = _headers(tally, quotas)
    if refused is None:
        return headers
    scope, wait_s = refused
    seconds = max(1, min(_LONGEST_WAIT_S, math.ceil(wait_s)))
    quota = quotas[scope]
    raise RateLimited(
        f"The limit of this {scope.split(':')[0]} is {quota.per_second:g} calls per second, {quota.at_once:g} at once.",
        fix=f"Come back in {seconds} s, or have the limit raised.",
        headers={"Retry-After": str(seconds), **headers},
    )


def _exchange(workspace: str, tally: Tally, told: Mapping[str, int], now: float) -> None:
    names = {f"#n{n}": scope for n, scope in enumerate(told)}
    values = {f":n{n}": {"N": str(count)} for n, count in enumerate(told.values())}
    try:
        answer = aws.client("dynamodb").update_item(
            TableName=TallyRow.Meta.table_name,
            Key=TallyRow.raw_key(key_of("tally", workspace, str(tally.window))),
            UpdateExpression=f"ADD {', '.join(f'#n{n} :n{n}' for n in range(len(told)))} SET #until = :until",
            ExpressionAttributeNames={**names, "#until": "expires_at"},
            ExpressionAttributeValues={**values, ":until": {"N": str((tally.window + 2) * WINDOW_S)}},
            ReturnValues="UPDATED_NEW",
        )
    except FAILURES as error:
        logger.warning("tally_store_failed", extra={"workspace": workspace, "error": type(error).__name__})
        tally.next_at = now + _AFTER_FAILURE_S
        return
    totals = {scope: int(answer["Attributes"][scope]["N"]) for scope in told}
    with tally.lock:
        tally.hear(told, totals, now)


def _headers(tally: Tally, quotas: Mapping[str, Quota]) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-11 has them.

    A policy is `q` calls in `w` seconds, here the burst and the time in which it comes back; `r` calls are left to this
    process, and all of them come back within `t` seconds.
    """
    policies, lefts = [], []
    for scope, quota in quotas.items():
        name, bucket = scope.split(":")[0], tally.buckets[scope]
        most = quota.at_once
        policies.append(f'"{name}";q={int(most)};w={math.ceil(most / quota.per_second)}')
        lefts.append(
            f'"{name}";r={int(bucket.tokens)};t={math.ceil(max(0.0, most - bucket.tokens) / quota.per_second)}'
        )
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(lefts)}


def forget_everything() -> None:
    """Forget all counts: for tests, and for a store that was replaced underneath."""
    _tallies.clear()
