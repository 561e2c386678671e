"""Secrets with an expiry date that nobody can refresh: warned of ahead, and ended when they end."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws, rows
from chalicelib.auth import audit, connections, due, lease
from chalicelib.auth.tables import ConnectionRow
from chalicelib.aws import is_condition_failure
from chalicelib.observability import emit_metrics, logger

WARNED_AHEAD: Final = (dt.timedelta(days=30), dt.timedelta(days=7), dt.timedelta(days=1), dt.timedelta(0))


def expires(row: ConnectionRow, at: dt.datetime | None, *, now: dt.datetime) -> None:
    """Note in `row` when its secret ends, and have the sweep come by in time; None: it does not."""
    row.expires_at = at
    row.renewable = None
    row.provider = None
    row.refresh_shard = due.shard_of(row.owner, row.name) if at else None
    row.refresh_at = next_look(at, now) if at else None


def next_look(at: dt.datetime, now: dt.datetime) -> float:
    """The first moment after `now` to warn of an end at `at`, or to act on it (epoch seconds)."""
    moments = (at - ahead for ahead in WARNED_AHEAD)
    return next((moment for moment in moments if moment > now), max(at, now)).timestamp()


def warnings_of(row: ConnectionRow, *, now: dt.datetime) -> list[dict[str, str]]:
    """What the owner of a connection should know of its credential's end."""
    at: dt.datetime | None = row.expires_at
    if at is None or row.renewable or row.sealed is None:
        return []
    if at <= now:
        return [{"code": "credential_expired", "detail": "The credential has expired: connect it again."}]
    if at - now > WARNED_AHEAD[0]:
        return []
    days = -((now - at) // dt.timedelta(days=1))  # rounded up
    left = f"in {days} days" if days > 1 else "within a day"
    return [{"code": "credential_expires", "detail": f"The credential expires {left}, and cannot be refreshed."}]


def look(row: ConnectionRow, *, now: dt.datetime) -> None:
    """The sweep's visit: warn in log and metrics, or mark what has ended. Looking twice changes nothing more."""
    at, seen = row.expires_at, row.refresh_at
    if seen is None or float(seen) > now.timestamp():
        return
    about = {"workspace": row.workspace, "integration": row.integration, "connection": row.name}
    names: tuple[str, ...] = ("refresh_at",)
    puts: list[Any] = []
    counts: tuple[str, ...] = ()
    if at is None or row.status not in lease.USABLE:
        row.refresh_at = None
    elif at <= now:
        row.status, row.reason, row.refresh_at = "needs_reauth", "credential_expired", None
        names, counts = ("refresh_at", "status", "reason"), ("version",)
        details = {"reason": row.reason}
        puts = [audit.entry(connections.place_of(row), "needs_reauth", audit.SWEEP, now=now, details=details)]
        emit_metrics({"needs_reauth": 1}, {"integration": row.integration})
        logger.warning("a credential has expired", extra=about)
    else:
        row.refresh_at = next_look(at, now)
        emit_metrics({"expiring_credentials": 1}, {"integration": row.integration})
        logger.warning("a credential expires soon", extra={**about, "expires_at": at.isoformat()})
    values = {":seen": lease.number(float(seen))}
    update = row.change(names, condition="refresh_at = :seen", values=values, counts=counts)
    try:
        aws.transact([update], puts)
    except ClientError as error:
        if not is_condition_failure(error):
            raise
    rows.forget(connections.row_key(row.workspace, row.integration, row.name))
