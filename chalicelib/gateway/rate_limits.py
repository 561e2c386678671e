"""The upstream's own limits, as its answers tell of them: what is left, and when to come back.

Pure. Which headers, in which unit, and which answers mean “too many” is the integration's profile (data, never a
guess: a reset of 60 could be seconds from now or a moment in 1970). Several windows: the longest wait counts.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.egress import Answer
from chalicelib.gateway.body_rules import matches
from chalicelib.gateway.response import retry_after_s
from chalicelib.registry.profile import RateLimits, Window

_LONGEST_S: Final = 3_600.0  # what we tell a caller at most (G5)
_DURATION: Final = re.compile(
    r"(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,6}(?:\.\d{1,6})?)s)?(?:(\d{1,9})ms)?", re.ASCII
)
_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True)
class Limit:
    """What an answer says of the upstream's limit: calls left, seconds until it starts anew, and whether it was hit.

    `cool_down_s`: no further call should be made for so long; None where the answer does not ask for that, or a hit
    names no time.
    """

    is_hit: bool
    remaining: int | None = None
    wait_s: float | None = None
    cool_down_s: float | None = None

    def facts(self) -> dict[str, Any] | None:
        """`meta.rate_limit`; None where the upstream says nothing."""
        if self.remaining is None and self.wait_s is None:
            return None
        return {"remaining": self.remaining, "reset_s": None if self.wait_s is None else math.ceil(self.wait_s)}


NO_LIMIT: Final = Limit(is_hit=False)


def read(answer: Answer, profile: RateLimits, *, now: dt.datetime) -> Limit:
    """What `answer` says, by `profile`.

    It is a hit where its status is declared as one and something confirms it (429 confirms itself; any other needs a
    Retry-After, a window that is used up, or the body rule), or where the body rule alone matches.
    """
    asked = retry_after_s(answer, now=now)
    if asked is None and not profile.windows and profile.body is None and answer.status != 429:
        return NO_LIMIT
    windows = [
        (_remaining(answer, window), reset_s(answer.header(window.reset), window, now)) for window in profile.windows
    ]
    used_up = [wait for left, wait in windows if left == 0]
    in_body = profile.body is not None and matches(answer, profile.body)
    confirmed = answer.status == 429 or asked is not None or bool(used_up) or in_body
    is_hit = (answer.status in profile.statuses and confirmed) or in_body
    left = [count for count, _ in windows if count is not None]
    # 503 asks the same of all its clients (RFC 9110, 10.2.3); elsewhere Retry-After says something else
    cool_down = _longest([asked if is_hit or answer.status == 503 else None, *used_up])
    if is_hit and cool_down is None:
        cool_down = _longest(wait for count, wait in windows if count is None)
    wait_s = _longest([cool_down, asked])
    return Limit(
        is_hit,
        min(left) if left else None,
        _longest(wait for _, wait in windows) if wait_s is None else wait_s,
        cool_down,
    )


def _longest(waits: Iterable[float | None]) -> float | None:
    return max((wait for wait in waits if wait is not None), default=None)


def reset_s(text: str | None, window: Window, now: dt.datetime) -> float | None:
    """Seconds until a window starts anew, from a header in the declared unit; None for nonsense, at most an hour."""
    raw = (text or "").strip()
    if not raw or len(raw) > 64 or not raw.isascii():
        return None
    seconds: float | None = None
    match window.unit:
        case "iso":
            try:
                moment = dt.datetime.fromisoformat(raw)
            except ValueError:
                return None
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp() - now.timestamp()
        case "duration":
            parts = _DURATION.fullmatch(raw)
            if parts is not None:
                h, m, s, ms = (float(part or 0) for part in parts.groups())
                seconds = h * 3_600 + m * 60 + s + ms / 1_000
        case _ if _NUMBER.fullmatch(raw):
            value = float(raw)
            scale = 1_000 if window.unit.endswith("_ms") else 1
            seconds = value / scale - (now.timestamp() if window.unit.startswith("epoch") else 0)
    return None if seconds is None else max(0.0, min(_LONGEST_S, seconds))


def _remaining(answer: Answer, window: Window) -> int | None:
    raw = (answer.header(window.remaining) or "").strip() if window.remaining else ""
    return int(float(raw)) if _NUMBER.fullmatch(raw) else None
