"""When a token is due: pure arithmetic over epoch seconds.

A token is due at ``expires_at − max(margin, 20 % of its lifetime)``, never before half of its life is over. A
profile's margin replaces both terms, since some providers refuse an early refresh. What has a refresh token is used
once a day at least, since an idle one dies at many providers. The sweep comes a little later than that, by chance, so
that a thousand connections made in one minute are not refreshed in one minute; a call that finds its token due does
not wait for the sweep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, NamedTuple

MARGIN_S: Final = 300.0  # covers a clock that is five minutes off
SHARE: Final = 0.2
TOUCH_S: Final = 86_400.0
SHARDS: Final = 16
TRIES: Final = 24  # without success before we stop: about 20 hours
_BACKOFF_S: Final = 30.0
_LONGEST_BACKOFF_S: Final = 3_600.0
Chance = Callable[[float, float], float]  # a number between the two; jitter needs no secrecy


class Life(NamedTuple):
    """A token's life. `margin_s` is the profile's; `may_idle`: a refresh token that may die when it is not used."""

    issued_at: float
    expires_at: float | None
    margin_s: float | None = None
    may_idle: bool = False

    def has_ended(self, now: float) -> bool:
        """True once the provider has let it expire."""
        return self.expires_at is not None and now >= self.expires_at

    def is_due(self, now: float) -> bool:
        """True where a refresh should happen now."""
        due = self.due_at()
        return due is not None and now >= due

    def due_at(self) -> float | None:
        """When it should be refreshed; None for a token that neither ends nor dies idle."""
        at = None if self.expires_at is None else self.expires_at - self._margin()
        if self.margin_s is None and self.may_idle:
            touch = self.issued_at + TOUCH_S
            at = touch if at is None else min(at, touch)
        return at

    def sweep_at(self, chance: Chance) -> float | None:
        """When the sweep should come for it: when it is due or later, by chance, well before it ends."""
        due = self.due_at()
        if due is None:
            return None
        left = TOUCH_S * SHARE if self.expires_at is None else self.expires_at - due
        return due + chance(0.0, max(0.0, left) / 4)

    def _margin(self) -> float:
        if self.margin_s is not None:
            return self.margin_s
        lifetime = max(0.0, (self.expires_at or 0.0) - self.issued_at)
        return min(max(MARGIN_S, SHARE * lifetime), lifetime / 2)


def retry_at(failures: int, now: float, chance: Chance, *, asked_s: float | None = None) -> float:
    """When to try again after `failures` in a row: exponential, half of it by chance, at most an hour.

    `asked_s` is what the provider asks to wait (``Retry-After``); it is respected up to a day.
    """
    backoff = min(_LONGEST_BACKOFF_S, _BACKOFF_S * 2.0 ** min(failures - 1, 16))
    return now + max(chance(backoff / 2, backoff), min(asked_s or 0.0, TOUCH_S))


def shard_of(owner: str, name: str) -> str:
    """The shard of the refresh index in which a connection lies, for good."""
    digest = hashlib.sha256(f"{owner}#{name}".encode()).digest()
    return str(int.from_bytes(digest[:4]) % SHARDS)
