"""Switches that make the shop misbehave on demand, so that retries, cool-downs and breakers can be watched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

COUNTED = ("rate_limit_next", "fail_next", "hang_next", "nonsense_next", "drop_next", "slow_bytes_next")
"""Each affects so many of the next calls. A call uses up one count, of the first switch in this order."""

DEFAULTS: dict[str, int | float] = {**dict.fromkeys(COUNTED, 0), "down_for_s": 0, "hang_s": 30}


class Switches:
    """The switches of one server. Safe for use by several threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._settings = dict(DEFAULTS)
        self._down_until = 0.0

    def set(self, settings: dict[str, Any]) -> None:
        """Replaces all settings; what is not named goes back to its default."""
        with self._lock:
            self._settings = {**DEFAULTS, **settings}
            self._down_until = self._now() + self._settings["down_for_s"]

    def settings(self) -> dict[str, Any]:
        """What is left of each switch; `down_for_s` counts down."""
        with self._lock:
            return {**self._settings, "down_for_s": self._seconds_down()}

    def take(self) -> str | None:
        """What befalls the call that has just come in: `down_for_s`, one of `COUNTED`, or None."""
        with self._lock:
            if self._seconds_down():
                return "down_for_s"
            for name in COUNTED:
                if self._settings[name] > 0:
                    self._settings[name] -= 1
                    return name
            return None

    def _seconds_down(self) -> float:
        return round(max(0.0, self._down_until - self._now()), 3)
