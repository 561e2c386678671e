"""A breaker's state as all processes share it: one item, changed by conditional writes, behind pybreaker's storage.

pybreaker keeps the states (closed, open, half-open). This storage gives it what it lacks: who may change a state is
decided by DynamoDB, so of all processes exactly one opens, probes and closes. Each change names the epoch that it has
seen; one that comes too late is refused, and adopts what it finds instead. Where the store fails, the breaker counts as
closed: calls go on (G2).

Importing pybreaker takes 39 ms of CPU, so this module is imported when the first call fails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from pybreaker import STATE_CLOSED, STATE_HALF_OPEN, STATE_OPEN, CircuitBreaker, CircuitBreakerStorage
from ulid import ULID

from chalicelib.gateway.tables import BreakerRow
from chalicelib.observability import emit_metrics, logger
from chalicelib.runtime import FAILURES

LONGEST_OPEN_S: Final = 60.0
TURN_S: Final = 30.0  # a call ends within 25 s: a prober that has not decided by then is dead
_KEPT_S: Final = 3_600.0  # nobody has called for an hour after it could have closed: forget that it was open
_IS_MINE: Final = "#state = :open AND #epoch = :epoch AND #probe_owner = :me"


class SharedStorage(CircuitBreakerStorage):
    """The state of one breaker: `row` is the item as this process knows it, None where there is none."""

    def __init__(
        self, key: str, place: Mapping[str, str], clear: Callable[[], None], *, clock: Callable[[], float]
    ) -> None:
        super().__init__("dynamodb")
        self.key = key
        self._place = place
        self.open_s = 0.0  # how long it stays open, before it has failed a probe; set by whoever opens
        self.row: BreakerRow | None = None
        self.failed_at = float("-inf")  # when the store last failed
        self._me = str(ULID())
        self._clear = clear
        self._clock = clock

    @property
    def state(self) -> str:
        """What is known of it, without a call. Half-open: somebody, here or elsewhere, has the turn to probe."""
        if self.row is None or self.row.state != "open":
            return STATE_CLOSED
        return STATE_HALF_OPEN if (self.row.probe_until or 0) > self._clock() else STATE_OPEN

    @state.setter
    def state(self, state: str) -> None:
        change = {STATE_OPEN: self._open, STATE_HALF_OPEN: self._take_turn, STATE_CLOSED: self._close}[state]
        if self._ask(change):  # decided here: pybreaker's listeners hear of it before it is written
            logger.warning(f"circuit_{state.replace('-', '_')}", extra=dict(self._place))
            if state == STATE_OPEN:
                emit_metrics({"circuit_opened": 1}, {"integration": self._place["integration"]})

    @property
    def is_probing(self) -> bool:
        """The turn is this process's."""
        return self.state == STATE_HALF_OPEN and self.row is not None and self.row.probe_owner == self._me

    def look(self) -> None:
        """Read the item."""
        self._ask(lambda: (BreakerRow.current(self.key, self._clock()), False))

    def give_back(self) -> None:
        """The probe did not take place: another may have the turn."""
        self._ask(
            lambda: BreakerRow.update_if(
                self.key,
                "REMOVE #probe_owner, #probe_until",
                {"open": "open", "me": self._me, "epoch": self._epoch},
                condition=_IS_MINE,
            )
        )

    def _ask(self, question: Callable[[], tuple[BreakerRow | None, bool]]) -> bool:
        """True where the item was changed. `row` is what it is now."""
        try:
            self.row, has_changed = question()
        except FAILURES as error:
            logger.warning("breaker_store_failed", extra={**self._place, "error": type(error).__name__})
            self.row, self.failed_at = None, self._clock()
            return False
        return has_changed

    @property
    def _epoch(self) -> int:
        return 0 if self.row is None else int(self.row.epoch)

    def _open(self) -> tuple[BreakerRow | None, bool]:
        now = self._clock()
        was_probing = self.is_probing
        open_s = min(LONGEST_OPEN_S, 2 * float(self.row.open_s)) if self.row and was_probing else self.open_s
        values: Mapping[str, str | float] = {
            "open": "open",
            "epoch": self._epoch,
            "next": self._epoch + 1,
            "retry_at": round(now + open_s, 3),
            "open_s": open_s,
            "expires_at": round(now + open_s + _KEPT_S),
        }
        if was_probing:
            values = {**values, "me": self._me}
            condition = _IS_MINE
        else:
            values = {**values, "now": now, "closed": "closed"}
            condition = "attribute_not_exists(#key) OR #expires_at <= :now OR (#state = :closed AND #epoch = :epoch)"
        update = (
            "SET #state = :open, #epoch = :next, #retry_at = :retry_at, #open_s = :open_s, #expires_at = :expires_at "
            "REMOVE #probe_owner, #probe_until"
        )
        return BreakerRow.update_if(self.key, update, values, condition=condition)

    def _take_turn(self) -> tuple[BreakerRow | None, bool]:
        now = self._clock()
        return BreakerRow.update_if(
            self.key,
            "SET #probe_owner = :me, #probe_until = :until, #expires_at = :expires_at",
            {
                "me": self._me,
                "until": now + TURN_S,
                "now": now,
                "open": "open",
                "epoch": self._epoch,
                "expires_at": round(now + _KEPT_S),
            },
            condition="#state = :open AND #epoch = :epoch "
            "AND (attribute_not_exists(#probe_until) OR #probe_until <= :now)",
        )

    def _close(self) -> tuple[BreakerRow | None, bool]:
        return BreakerRow.update_if(
            self.key,
            "SET #state = :closed, #epoch = :next, #expires_at = :expires_at REMOVE #probe_owner, #probe_until",
            {
                "open": "open",
                "closed": "closed",
                "me": self._me,
                "epoch": self._epoch,
                "next": self._epoch + 1,
                "expires_at": round(self._clock() + _KEPT_S),
            },
            condition=_IS_MINE,
        )

    # What pybreaker would decide by, and does not: our window counts, and one good probe closes.

    def reset_counter(self) -> None:
        """pybreaker has noticed that the breaker is closed now: what failed before counts no more."""
        self._clear()

    @property
    def counter(self) -> int:
        """Consecutive failures: not what opens this breaker."""
        return 0

    @property
    def success_counter(self) -> int:
        """Consecutive successes while half-open: one is enough."""
        return 0

    @property
    def opened_at(self) -> dt.datetime | None:
        """Not known: the item says until when it is open."""
        return None

    @opened_at.setter
    def opened_at(self, _: dt.datetime) -> None:
        """Said by pybreaker before it opens; the item says until when instead."""


def circuit(storage: SharedStorage) -> CircuitBreaker:
    """pybreaker's machine over `storage`. Outcomes are never fed to its `call`, which would hold its lock meanwhile."""
    return CircuitBreaker(state_storage=storage, name=storage.key)
