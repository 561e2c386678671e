"""Cool-downs: where an upstream's limit is reached, no process calls it until it may be called again.

What `rate_limits` reads from an answer is kept here and in the runtime table, where the longest wins and an item exists
until the cool-down is over. A process that has met no limit makes no AWS call for it: it hears of others' cool-downs
when its rows lapse, as they are read along. Once it has met one it looks at most once a second, while it is called and
until a minute has passed without any: for more, or whether somebody has ended it early. Where the table fails, each
process keeps what it has learned itself.

One more item per integration names its cool-downs of the last hour, so that they can be shown and ended.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from pynamodb.exceptions import PutError, UpdateError

from chalicelib.aws import BATCH, RowKey, batch_read, is_condition_failure
from chalicelib.errors import UpstreamRateLimited
from chalicelib.gateway.tables import CooldownRow, CooldownsRow
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
    is_shared: bool


@dataclass(frozen=True)
class Cooldown:
    """A cool-down that holds: of all calls, of those with a connection, or of an action's with it."""

    connection: str | None
    action: str | None
    until: float  # epoch seconds


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
    if now - known.until > _WATCHED_S:
        _known.pop(key, None)
        return
    if (known.until <= now or known.is_shared) and not 0 <= now - known.looked_at < _EVERY_S:
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
        if is_longest:
            _enlist(key, now)
    except FAILURES as error:
        _warn(key, error)
        return
    if theirs is not None:
        _keep(key, min(float(theirs.expires_at), now + LONGEST_S), now, is_shared=True)


def lift(key: str, now: float) -> None:
    """A call that waited as long as it was told has succeeded."""
    known = _known.get(key)
    if known is not None:
        known.until = min(known.until, now)


def hear(row: CooldownRow, now: float) -> None:
    """A cool-down that was read along with other rows."""
    if row.expires_at > now:
        _keep(row.key, float(row.expires_at), now, is_shared=True)


def shown(workspace: str, integration: str, now: float) -> list[Cooldown]:
    """The integration's cool-downs, the longest first; at most 100 are looked at."""
    found = batch_read([(CooldownRow, key, None) for key in _enlisted(workspace, integration, now)])
    holding = [
        Cooldown(*_names(key), until=float(row.expires_at))
        for (_, key, _), row in found.items()
        if isinstance(row, CooldownRow) and row.expires_at > now
    ]
    return sorted(holding, key=lambda cooldown: cooldown.until, reverse=True)


def reset(workspace: str, integration: str, now: float) -> None:
    """End the integration's cool-downs. Other processes that refuse calls follow within a second."""
    for key in _enlisted(workspace, integration, now):
        _known.pop(key, None)
        CooldownRow(key).delete()


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
        _warn(key, error)
        return
    if row is not None:
        known.until, known.is_shared = float(row.expires_at), True
    else:
        known.until = min(known.until, now)


def _keep(key: str, until: float, now: float, *, is_shared: bool = False) -> None:
    if len(_known) >= _REMEMBERED:
        _known.clear()
    _known[key] = _Known(until, now, is_shared)


def _warn(key: str, error: Exception) -> None:
    logger.warning("cooldown_store_failed", extra={"cooldown": key, "error": type(error).__name__})


def _enlist(key: str, now: float) -> None:
    """Name the cool-down in its integration's item. Where that has expired, nothing in it holds: it begins anew."""
    row = CooldownsRow(_list_key(*key.split("#")[1:3]), keys={key}, expires_at=round(now + LONGEST_S))
    if not _add(row, now) and not _begin(row, now):
        _add(row, now)  # another process has just begun it


def _add(row: CooldownsRow, now: float) -> bool:
    more, longer = CooldownsRow.keys.add(row.keys), CooldownsRow.expires_at.set(row.expires_at)
    try:
        row.update(actions=[more, longer], condition=CooldownsRow.expires_at > now)
    except UpdateError as error:
        if is_condition_failure(error):
            return False
        raise
    return True


def _begin(row: CooldownsRow, now: float) -> bool:
    try:
        row.save(CooldownsRow.key.does_not_exist() | (CooldownsRow.expires_at <= now))
    except PutError as error:
        if is_condition_failure(error):
            return False
        raise
    return True


def _list_key(workspace: str, integration: str) -> str:
    return key_of("cooldowns", workspace, integration)


def _enlisted(workspace: str, integration: str, now: float) -> list[str]:
    row = CooldownsRow.current(_list_key(workspace, integration), now)
    return sorted(row.keys or ())[:BATCH] if row else []


def _names(key: str) -> tuple[str | None, str | None]:
    """The connection and the action that a cool-down is of, by its key."""
    connection, action = [*key.split("#")[3:], None, None][:2]
    return None if connection == _NOBODY else connection, action


def forget_everything() -> None:
    """Forget all cool-downs: for tests, and for a store that was replaced underneath."""
    _known.clear()
