"""Refreshing a connection's tokens: once, whoever asks, and without ever losing a grant (`lease` decides).

1. **acquire** the lease: one conditional write, whose answer is the item as it is now. Refused though the owner is us:
   an answer got lost, and we go on. Refused otherwise: wait, reading consistently, and use what the winner saves.
2. **exchange** at the provider: only while 15 s of the lease are left, for at most 10 s.
3. **save** on ``fence = :mine``: tokens, expiry, the next date and the audit's entry in one transaction; repeated until
   the lease is over. What could not be saved becomes an orphan (`orphans`), and is adopted later.

A crash leaves lease and intent behind. The next holder looks for an orphan, then tries the old tokens once more; what
the provider refuses then, or a second crash, is reported as `needs_reauth` and not tried again.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from ulid import ULID

from chalicelib import aws, rows
from chalicelib.auth import audit, connections, due, lease, orphans
from chalicelib.auth.audit import Actor
from chalicelib.auth.due import Chance
from chalicelib.auth.lease import Seen, Step, Trouble, Wish
from chalicelib.auth.oauth.tokens import GrantFailed, GrantRefused, Tokens
from chalicelib.auth.tables import ConnectionRow
from chalicelib.auth.vault import CannotOpen
from chalicelib.aws import is_condition_failure
from chalicelib.errors import WaygateError
from chalicelib.observability import emit_metrics, logger

_LEAST_EXCHANGE_S: Final = 5.0  # a caller with less time than that does not begin one
_POLL_S: Final = (0.1, 1.0)  # between two looks at what another one does: at first, at most
_SAVE_AGAIN_S: Final = (0.1, 2.0)


class Pace(NamedTuple):
    """Time and chance; `now` is epoch seconds."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Chance = random.uniform


# After these the provider may have given new tokens: no answer was read, or none that could be used.
_DOUBTFUL: Final = (
    *("timeout", "broken", "too_large", "invalid_answer", "no_access_token", "unexpected_value", "internal_error"),
    "http_5",
)
PACE = Pace()  # of this process; tests replace it


class Renewal(NamedTuple):
    """How an integration's tokens are renewed. `renew` is given a connection, its tokens and the seconds it may take.

    It raises `GrantRefused`, `GrantFailed` or a `WaygateError`. `margin_s` is the profile's.
    """

    renew: Callable[[ConnectionRow, Tokens, float], Tokens]
    margin_s: float | None
    actor: Actor


class Outcome(NamedTuple):
    """The connection as it is now. `failure` says why its tokens were not refreshed where that was wanted."""

    row: ConnectionRow
    is_refreshed: bool = False
    failure: str | None = None
    retry_at: float | None = None


def refresh(row: ConnectionRow, wish: Wish, renewal: Renewal, *, until: float, pace: Pace | None = None) -> Outcome:
    """Bring the tokens of `row`, as it was read at some time, to what `wish` wants, until `until` (epoch seconds).

    Raises `ConnectionNotFound` where it is gone. An `Outcome` with tokens that have ended has a `failure`.
    """
    pace = pace or PACE
    seen = Seen(wish, row.fingerprint, renewal.margin_s)
    owner, poll_s = str(ULID()), _POLL_S[0]
    while True:
        now = pace.now()
        match lease.decide(row, seen, now):
            case Step.USE:
                return Outcome(row)
            case Step.COOL:
                return Outcome(row, failure=row.reason or "a refresh failed", retry_at=_at(row))
            case Step.GIVE_UP:
                row = _give_up(row, "interrupted_refresh", renewal, pace)
            case Step.WAIT:
                serves = wish in (Wish.DUE, Wish.SWEPT) and not lease.life_of(row, None).has_ended(now)
                if serves or wish is Wish.SWEPT or now >= until:
                    return Outcome(row, failure="another process refreshes it", retry_at=float(row.lease_until or now))
                pace.sleep(min(poll_s, max(0.0, until - now)))
                poll_s = min(poll_s * 1.5, _POLL_S[1])
                row = _read(row)
            case Step.TAKE:
                if until - now < _LEAST_EXCHANGE_S:
                    return Outcome(row, failure="there was no time left for it", retry_at=now)
                is_ours, row = _acquire(row, lease.take(row, owner, now), owner)
                if is_ours:
                    return _with_lease(row, renewal, until=until, pace=pace)


def refresh_due(place: tuple[str, str], renewal: Renewal, *, until: float, pace: Pace | None = None) -> Outcome | None:
    """Refresh the connection at `place` (its row's keys), which the index called due. None where there is no such."""
    pace = pace or PACE
    owner = str(ULID())
    blank = ConnectionRow(*place)
    is_ours, row = _acquire(blank, lease.take_due(*place, owner, pace.now()), owner)
    if is_ours:
        return _with_lease(row, renewal, until=until, pace=pace)
    if row is blank:
        return None
    if row.status not in lease.USABLE:
        _take_out(row)
        return Outcome(row)
    return refresh(row, Wish.SWEPT, renewal, until=until, pace=pace)


def _acquire(row: ConnectionRow, request: dict[str, Any], owner: str) -> tuple[bool, ConnectionRow]:
    """Whether the lease is ours, and the item as it is now; `row` itself where there is no item."""
    try:
        answer = aws.client("dynamodb").update_item(**request)
    except ClientError as error:
        if not is_condition_failure(error):
            raise
        item: Any = error.response.get("Item")
        if item is None:
            return False, row
        found = ConnectionRow.from_raw_data(item)
        return found.lease_owner == owner, found
    return True, ConnectionRow.from_raw_data(answer["Attributes"])


def _with_lease(row: ConnectionRow, renewal: Renewal, *, until: float, pace: Pace) -> Outcome:
    """Steps 2 and 3. `row` is as the lease's answer had it."""
    if Trouble.of(row).is_in_doubt:
        orphans.adopt_waiting(renewal.actor, now=_moment(pace))
        found = _read(row)
        if found.fingerprint != row.fingerprint:
            return Outcome(found, is_refreshed=True)
    try:
        tokens = connections.open_tokens(row)
    except CannotOpen:
        return Outcome(_give_up(row, "cannot_be_opened", renewal, pace), failure="Its tokens cannot be opened.")
    try:
        now = pace.now()
        if float(row.lease_until or 0) - now < lease.EXCHANGE_LEFT_S:
            raise GrantFailed("too_late", "The lease was almost over.", sent=False)
        new = renewal.renew(row, tokens, min(lease.EXCHANGE_S, until - now))
    except GrantRefused as refused:
        return _refused(row, refused, renewal, pace)
    except GrantFailed as failed:
        return _failed(row, failed, pace)
    except WaygateError as error:
        return _failed(row, GrantFailed(error.code, error.detail or error.title, sent=False), pace)
    except Exception:
        _failed(row, GrantFailed("internal_error", "Something went wrong on our side."), pace)
        raise
    return _save(row, new, renewal, until=until, pace=pace)


def _save(row: ConnectionRow, tokens: Tokens, renewal: Renewal, *, until: float, pace: Pace) -> Outcome:
    """Keep the new tokens before anyone uses them."""
    replaced, mine = row.fingerprint, row.fence
    names: tuple[str, ...] = connections.TOKENS
    last = min(float(row.lease_until or 0), until)
    connections.hold_tokens(row, tokens, margin_s=renewal.margin_s, chance=pace.chance)
    row.lease_owner = row.lease_until = row.intent = row.intent_at = row.trouble = None
    if row.reason or row.status != "active":
        row.status, row.reason, names = "active", None, (*names, "status", "reason")
    entry = _entry(row, "refreshed", renewal, pace, {"fingerprint": row.fingerprint})
    update = row.change(names, condition="fence = :mine", values={":mine": lease.number(int(mine or 0))})
    wait_s = _SAVE_AGAIN_S[0]
    while True:
        try:
            aws.transact([update], [entry])
        except (ClientError, BotoCoreError) as error:
            if is_condition_failure(error) or pace.now() + wait_s >= last:
                return _orphan(row, replaced, renewal, pace)
            pace.sleep(wait_s)
            wait_s = min(wait_s * 2, _SAVE_AGAIN_S[1])
        else:
            _forget(row)
            emit_metrics({"refreshes": 1}, {"integration": row.integration})
            return Outcome(row, is_refreshed=True)


def _orphan(row: ConnectionRow, replaced: str | None, renewal: Renewal, pace: Pace) -> Outcome:
    """The fence has moved, or the store did not take them in time: the tokens go to the queue."""
    orphans.send(row, replaces=replaced)
    emit_metrics({"orphaned_tokens": 1}, {"integration": row.integration})
    try:
        _entry(row, "orphaned", renewal, pace, {"fingerprint": row.fingerprint}).save()
        found = _read(row)
    except WaygateError:
        raise
    except Exception:  # noqa: BLE001 (the store is in trouble, and what matters is in the queue)
        logger.exception("orphaned tokens", extra={"integration": row.integration, "connection": row.name})
        found = row
    return Outcome(found, failure="the new tokens could not be saved yet", retry_at=pace.now())


def _refused(row: ConnectionRow, refused: GrantRefused, renewal: Renewal, pace: Pace) -> Outcome:
    """The provider says that the grant is dead. It is believed once nobody has newer tokens."""
    reason = "interrupted_refresh" if Trouble.of(row).is_in_doubt else refused.code
    found = _give_up(row, reason, renewal, pace)
    return Outcome(found, failure=None if found.fingerprint != row.fingerprint else refused.detail)


def _give_up(row: ConnectionRow, reason: str, renewal: Renewal, pace: Pace) -> ConnectionRow:
    """Mark the connection `needs_reauth`, unless its tokens are others by now. The row as it is then."""
    orphans.adopt_waiting(renewal.actor, now=_moment(pace))
    return row if connections.give_up(row, reason, renewal.actor, now=_moment(pace)) else _read(row)


def _failed(row: ConnectionRow, failed: GrantFailed, pace: Pace) -> Outcome:
    """Not this time: give the lease back, and say when to come again."""
    trouble = Trouble.of(row)
    is_in_doubt = failed.sent and failed.reason.startswith(_DOUBTFUL)
    trouble = trouble._replace(failures=trouble.failures + 1, lost=trouble.lost + int(is_in_doubt))
    now, names = pace.now(), ["lease_owner", "lease_until", "refresh_at", "trouble", "reason", "updated_at"]
    row.refresh_at = due.retry_at(trouble.failures, now, pace.chance, asked_s=failed.retry_after_s)
    row.trouble, row.reason, row.updated_at = trouble.noted(), f"refresh_failed: {failed.detail}"[:300], _moment(pace)
    mine = lease.number(int(row.fence or 0))
    has_stopped = trouble.failures >= due.TRIES
    if has_stopped or row.status not in lease.USABLE:
        row.refresh_at = None
    becomes_error = row.status == "active" and (has_stopped or lease.life_of(row, None).has_ended(now))
    if becomes_error:
        row.status = "error"
        names.append("status")
    if not is_in_doubt:
        row.intent = row.intent_at = None
        names += ["intent", "intent_at"]
    row.lease_owner = row.lease_until = None
    counts = ("version",) if becomes_error else ()
    update = row.change(names, condition="fence = :mine", values={":mine": mine}, counts=counts)
    emit_metrics({"refresh_failures": 1}, {"integration": row.integration})
    try:
        aws.client("dynamodb").update_item(**update)
    except ClientError as error:
        if not is_condition_failure(error):
            raise
        return Outcome(_read(row), failure=failed.detail)
    _forget(row)
    return Outcome(row, failure=failed.detail, retry_at=_at(row))


def _take_out(row: ConnectionRow) -> None:
    """A connection that may not be refreshed has no place in the index."""
    row.refresh_at = None
    values = {":status": {"S": row.status}}
    update = row.change(("refresh_at",), condition="#s = :status", values=values)
    update["ExpressionAttributeNames"]["#s"] = "status"
    try:
        aws.client("dynamodb").update_item(**update)
    except ClientError as error:
        if not is_condition_failure(error):
            raise


def _read(row: ConnectionRow) -> ConnectionRow:
    return connections.get(str(row.workspace), str(row.integration), str(row.name))


def _forget(row: ConnectionRow) -> None:
    rows.forget(connections.row_key(row.workspace, row.integration, row.name))


def _entry(row: ConnectionRow, what: audit.What, renewal: Renewal, pace: Pace, details: dict[str, Any]) -> Any:
    return audit.entry(connections.place_of(row), what, renewal.actor, now=_moment(pace), details=details)


def _moment(pace: Pace) -> dt.datetime:
    return dt.datetime.fromtimestamp(pace.now(), dt.UTC)


def _at(row: ConnectionRow) -> float | None:
    return None if row.refresh_at is None else float(row.refresh_at)
