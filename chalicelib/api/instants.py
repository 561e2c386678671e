"""Moments as the API shows them: RFC 3339, UTC, milliseconds."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _read(value: object) -> object:
    """pydantic would take a number for epoch seconds, and much that is no RFC 3339."""
    if isinstance(value, dt.datetime):
        return value
    try:
        if isinstance(value, str) and _RFC_3339.fullmatch(value):
            return dt.datetime.fromisoformat(value.upper())
    except ValueError:
        pass  # the 31st of February
    raise PydanticCustomError("datetime_parsing", "must be an RFC 3339 time, such as 2026-11-24T12:00:00Z")


Instant = Annotated[AwareDatetime, BeforeValidator(_read)]
"""A moment as callers give it."""


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
