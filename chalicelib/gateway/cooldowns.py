"""Cool-downs: where an upstream's limit is reached, no process calls it until it may be called again.

What `rate_limits` reads from an answer is kept here and in the runtime table, where the longest wins and an item exists
until the cool-down is over. A process that has met no limit makes no AWS call for it: it hears of others' cool-downs
when its rows lapse, as they are read along. Once it has met one it looks for more at most once a second, while it is
called and until a minute has passed without any. Where the table fails, each process keeps what it has learned itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from chalicelib.aws import RowKey
from chalicelib.errors import UpstreamRateLimited
from chalicelib.gateway.tables import CooldownRow
from chalicelib.observability import logger
from chalicelib.registry.profile import LimitScope
from chalicelib.runtime import FAILURES, key_of

LONGEST_S: Final = 3_600.0  # (G5)
UNSAID_S: Final = 2.0  # for a refusal that names no time
_SHARED_FROM_S: Final = 1.0  # what is over before another process could hear of it is not written
_EVERY_S: Final = 1.0
_WATCHED_S: Final = 60.0
_REMEMBERED: Final = 10_000
_NOBODY: Final = "-"  # in place of a connection where there is none; no name begins like that


@dataclass
class _Known:
    until: float
    looked_at: float


_known: dict[str, _Known] = {}


def row_key(workspace: str, integration: str, connection: str | None, action: str, scope: LimitScope) -> RowKey:
    """Where the cool-down is kept that such a call has to respect: what the upstream counts together, by profile."""
    names = {
        "integration": (),
        "connection": (connection or _NOBODY,),
        "action": (connection or _NOBODY, action),
    }[scope]
    return (CooldownRow, key_of("cooldown", workspace, integration, *names), None)


def admit(key: str, integration: str, now: float) -> None:
    """Raises `UpstreamRateLimited` during a cool-down. `now` is in epoch seconds."""
    known = _known.get(key)
    if known is None:
        return
    if known.until <= now and not 0 <= now - known.looked_at < _EVERY_S:
        if now - known.until > _WATCHED_S:
            _known.pop(key, None)
            return
        _look(key, known, now)
    if known.until > now:
        raise refusal(integration, known.until - now)


def learn(key: str, wait_s: float, now: float) -> None:
    """The upstream wants no more calls for `wait_s` seconds, of which at most an hour is believed."""
    wait_s = min(LONGEST_S, wait_s)
    until = round(now + wait_s, 3)
    known = _known.get(key)
    if known is not None and known.until >= until:
        return
    _keep(key, until, now)
    if wait_s < _SHARED_FROM_S:
        return
    try:
        theirs, is_longest = CooldownRow.update_if(
            key,
            "SET #expires_at = :until",
            {"until": until},
            condition="attribute_not_exists(#key) OR #expires_at < :until",
        )
    except FAILURES as error:
        logger.warning("cooldown_store_failed", extra={"cooldown": key, "error": type(error).__name__})
        return
    if not is_longest and theirs is not None:
        _keep(key, min(float(theirs.expires_at), now + LONGEST_S), now)


def lift(key: str, now: float) -> None:
    """A call that waited as long as it was told has succeeded."""
    known = _known.get(key)
    if known is not None:
        known.until = min(known.until, now)


def hear(row: CooldownRow, now: float) -> None:
    """A cool-down that was read along with other rows."""
    if row.expires_at > now:
        _keep(row.key, float(row.expires_at), now)


def refusal(integration: str, wait_s: float) -> UpstreamRateLimited:
    """What a caller gets during a cool-down."""
    seconds = max(1, math.ceil(min(LONGEST_S, wait_s)))
    return UpstreamRateLimited(
        f"The upstream of `{integration}` has said that its limit is reached. No call was made.",
        fix=f"Come back in {seconds} s.",
        headers={"Retry-After": str(seconds)},
        facts={"rate_limit": {"remaining": 0, "reset_s": seconds}},
    )


def _look(key: str, known: _Known, now: float) -> None:
    known.looked_at = now
    try:
        row = CooldownRow.current(key, now)
    except FAILURES as error:
        logger.warning("cooldown_store_failed", extra={"cooldown": key, "error": type(error).__name__})
        return
    if row is not None:
        known.until = float(row.expires_at)


def _keep(key: str, until: float, now: float) -> None:
    if len(_known) >= _REMEMBERED:
        _known.clear()
    _known[key] = _Known(until, now)


def forget_everything() -> None:
    """Forget all cool-downs: for tests, and for a store that was replaced underneath."""
    _known.clear()
