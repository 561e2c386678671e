"""Politeness: how fast a host is asked, and when to come back (A14; RFC 9110, 10.2.3)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from chalicelib.egress.guard import CannotResolve, is_allowed, resolve
from chalicelib.errors import EgressBlocked
from chalicelib.settings import Caps, settings

MOST_WAIT_S: Final = 60.0


@dataclass
class Pace:
    """Gives each request to a host its turn. Hosts that `spares` knows need no sparing: they are our own."""

    interval_s: float
    spares: Callable[[str], bool]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _next: dict[str, float] = field(default_factory=dict)
    _spared: dict[str, bool] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, url: str, at_least_s: float = 0.0) -> None:
        """Return when the host of `url` may be asked again; `at_least_s` is what it asks for itself."""
        host = urlsplit(url).netloc
        with self._lock:
            if host not in self._spared:
                self._spared[host] = self.spares(url)
            interval_s = max(at_least_s, 0.0 if self._spared[host] else self.interval_s)
            now = self.clock()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + interval_s
        if turn > now:
            self.sleep(turn - now)

    def hold(self, url: str, seconds: float) -> None:
        """Leave the host of `url` alone for so long."""
        host = urlsplit(url).netloc
        with self._lock:
            self._next[host] = max(self._next.get(host, 0.0), self.clock() + seconds)


def retry_after_s(value: str | None, *, now: datetime | None = None) -> float | None:
    """What Retry-After says, in seconds, as seconds or as a date; None where it says nothing that can be waited for."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        seconds = float(text)
    else:
        try:
            there = parsedate_to_datetime(text[:64])
        except (ValueError, TypeError):
            return None
        there = there if there.tzinfo else there.replace(tzinfo=UTC)
        seconds = max(0.0, (there - (now or datetime.now(UTC))).total_seconds())
    return seconds if seconds <= MOST_WAIT_S else None


def is_ours(url: str) -> bool:
    """Whether `url` is on this machine or its private network: only local mode may go there, and nobody needs to be
    spared."""
    if not settings().is_local:
        return False
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = resolve(parts.hostname or "", port, timeout_s=Caps.CONNECT_TIMEOUT_S)
    except (CannotResolve, EgressBlocked, TimeoutError):
        return False
    return not any(is_allowed(address, allow_private=False) for _, address in addresses)
