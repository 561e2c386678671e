"""Moments as the API shows them: RFC 3339, UTC, milliseconds."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)


def show(moment: dt.datetime | None) -> str | None:
    """``2026-11-24T01:23:45.678Z``; None stays None."""
    if moment is None:
        return None
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def at(seconds: float) -> dt.datetime:
    """The moment of that many epoch seconds."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
