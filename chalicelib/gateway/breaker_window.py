"""The latest outcomes of calls to one origin, as this process has seen them. Pure: time is an argument."""

from __future__ import annotations

from collections import deque
from typing import Final

CALLS: Final = 20
SPAN_S: Final = 150.0  # five calls that each take all of their 25 s fit in


class Window:
    """At most the latest 20 outcomes, none older than 150 s.

    Bounded by count, a busy origin that fails is noticed within 20 calls; bounded by time, a quiet one is not judged by
    what has long passed. Not safe for several threads at once: its owner holds a lock.
    """

    __slots__ = ("_failures", "_outcomes")

    def __init__(self) -> None:
        self._outcomes: deque[tuple[float, bool]] = deque()
        self._failures = 0

    def add(self, failed: bool, now: float) -> None:
        """One more outcome, at `now` (seconds of any clock that goes forward)."""
        self._outcomes.append((now, failed))
        self._failures += failed
        if len(self._outcomes) > CALLS:
            self._failures -= self._outcomes.popleft()[1]

    def counts(self, now: float) -> tuple[int, int]:
        """How many outcomes there are, and how many of them are failures."""
        while self._outcomes and self._outcomes[0][0] <= now - SPAN_S:
            self._failures -= self._outcomes.popleft()[1]
        return len(self._outcomes), self._failures

    def clear(self) -> None:
        """Forget all outcomes."""
        self._outcomes.clear()
        self._failures = 0
