"""The circuit breaker: an origin that keeps failing is left alone for a while, by all processes together.

One breaker per workspace, integration and origin (G1). A process feeds a window with how its invocations ended; at five
or more, half of them failed, the breaker opens: calls are refused without a call upstream. After 10 s one call of all
processes may try; if it fails too, the next may after 20 s, then 40, then every 60. What counts as a failure is the
caller's to say (`admit`).

While nothing fails, nothing but the window is touched: no AWS call, no pybreaker. A process that has seen a failure
looks at the shared item at most once a second, for as long as its window holds failures or the breaker is not closed.
"""

from __future__ import annotations

import datetime as dt
import math
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from chalicelib.aws import RowKey, batch_read
from chalicelib.errors import CircuitOpen
from chalicelib.gateway.breaker_window import Window
from chalicelib.gateway.tables import BreakerRow
from chalicelib.registry.models import BreakerPolicy
from chalicelib.runtime import key_of

if TYPE_CHECKING:
    from pybreaker import CircuitBreaker

    from chalicelib.gateway.breaker_store import SharedStorage

_EVERY_S: Final = 1.0  # between two looks at the shared item
_AFTER_FAILURE_S: Final = 10.0  # between two looks where the store has just failed
_PROBE_S: Final = 2.0  # what a caller is told to wait while another one probes
_REMEMBERED: Final = 10_000
SHOWN: Final = 100  # breakers at once: the keys of one BatchGetItem


def row_key(workspace: str, integration: str, origin: str) -> RowKey:
    """Where the breaker's item is."""
    return (BreakerRow, key_of("breaker", workspace, integration, origin), None)


class Breaker:
    """One origin as this process knows it."""

    def __init__(self, workspace: str, integration: str, origin: str, *, clock: Callable[[], float]) -> None:
        self._key = row_key(workspace, integration, origin)[1]
        self._place = {"workspace": workspace, "integration": integration, "origin": origin}
        self._clock = clock
        self._window = Window()
        self._lock = threading.RLock()
        self._shared: tuple[CircuitBreaker, SharedStorage] | None = None  # made at the first failure
        self._looked_at = -math.inf

    def admit(self) -> bool:
        """True where this call is the one that probes. Raises `CircuitOpen`."""
        if self._shared is None:
            return False
        circuit, storage = self._shared
        self._look_if_due()
        with self._lock:
            state = circuit.state.name
            if state == "open" and storage.row is not None and self._clock() >= storage.row.retry_at:
                circuit.half_open()
                if storage.is_probing:
                    return True
                state = circuit.state.name
        if state == "closed":
            return False
        raise self._refusal(storage)

    def may_go_on(self) -> bool:
        """A try has failed: may the same call try again, as far as all processes know?"""
        circuit, _ = self._share()
        self._look_if_due(has_failed=True)
        with self._lock:
            return circuit.state.name == "closed"

    def record(self, failed: bool, policy: BreakerPolicy) -> None:
        """How a call ended that was let through as usual."""
        now = self._clock()
        with self._lock:
            self._window.add(failed, now)
            if not failed:
                return
            circuit, storage = self._share()  # from the first failure on, `admit` looks at what others have seen
            calls, failures = self._window.counts(now)
            if calls < policy.minimum_calls or failures < policy.failure_rate * calls:
                return
            if circuit.state.name == "closed" and not self._is_blind(storage):
                storage.open_s = policy.open_s
                circuit.open()

    def decide(self, failed: bool) -> None:
        """How the probe ended."""
        circuit, _ = self._share()
        with self._lock:
            if failed:
                circuit.open()
            else:
                circuit.close()

    def give_back(self) -> None:
        """The probe did not take place."""
        _, storage = self._share()
        storage.give_back()

    def hear(self, row: BreakerRow | None) -> None:
        """The item, as it was just read along with other rows; None: there is none."""
        if self._shared is None and (row is None or row.state != "open"):
            return
        circuit, storage = self._share()
        with self._lock:
            self._adopt(circuit, storage, lambda: setattr(storage, "row", row))

    def _share(self) -> tuple[CircuitBreaker, SharedStorage]:
        if self._shared is None:
            from chalicelib.gateway.breaker_store import SharedStorage, circuit

            with self._lock:
                if self._shared is None:
                    storage = SharedStorage(self._key, self._place, self._window.clear, clock=self._clock)
                    self._shared = circuit(storage), storage
        return self._shared

    def _look_if_due(self, *, has_failed: bool = False) -> None:
        circuit, storage = self._share()
        with self._lock:
            now = self._clock()
            wait = _AFTER_FAILURE_S if self._is_blind(storage) else _EVERY_S
            is_calm = not has_failed and storage.state == "closed" and self._window.counts(now)[1] == 0
            if is_calm or 0 <= now - self._looked_at < wait:
                return
            self._looked_at = now
            self._adopt(circuit, storage, storage.look)

    def _adopt(self, circuit: CircuitBreaker, storage: SharedStorage, learn: Callable[[], None]) -> None:
        """Take over what is known now. It was closed by somebody else: what this process saw before counts no more."""
        before = None if storage.row is None else storage.row.epoch
        learn()
        self._looked_at = self._clock()
        if storage.row is not None and storage.row.epoch != before and circuit.state.name == "closed":
            self._window.clear()

    def _is_blind(self, storage: SharedStorage) -> bool:
        return 0 <= self._clock() - storage.failed_at < _AFTER_FAILURE_S

    def _refusal(self, storage: SharedStorage) -> CircuitOpen:
        retry_at = float(storage.row.retry_at) if storage.row is not None else 0.0
        wait_s = retry_at - self._clock()
        seconds = max(1, math.ceil(wait_s if wait_s > 0 else _PROBE_S))
        return CircuitOpen(
            f"{self._place['origin']} has failed too often; the next try is in {seconds} s. No call was made.",
            fix=f"Come back in {seconds} s, or try at once: `waygate reset-breaker {self._place['integration']}`.",
            headers={"Retry-After": str(seconds)},
        )


_breakers: dict[tuple[str, str, str], Breaker] = {}


def breaker_of(workspace: str, integration: str, origin: str, *, clock: Callable[[], float]) -> Breaker:
    """The breaker of that origin in this process."""
    key = (workspace, integration, origin)
    found = _breakers.get(key)
    if found is None:
        if len(_breakers) >= _REMEMBERED:
            _breakers.clear()
        found = _breakers.setdefault(key, Breaker(workspace, integration, origin, clock=clock))
    return found


def shown(workspace: str, origins: Mapping[str, Iterable[str]], *, now: float) -> dict[str, dict[str, Any]]:
    """By integration: `{state, retry_at, origins}` over its `origins` (at most 100 in all), by one BatchGetItem.

    `origins` of the answer are those that are not closed; `state` is open where one of them is, else half_open.
    """
    keys = {row_key(workspace, name, origin): (name, origin) for name, several in origins.items() for origin in several}
    answer: dict[str, dict[str, Any]] = {name: {"state": "closed", "retry_at": None, "origins": []} for name in origins}
    for key, row in (batch_read(list(keys)) if keys else {}).items():
        if not isinstance(row, BreakerRow) or row.expires_at <= now or row.state != "open":
            continue
        name, origin = keys[key]
        said = answer[name]
        is_probing = (row.probe_until or 0) > now
        said["origins"].append(origin)
        said["state"] = "half_open" if is_probing and said["state"] != "open" else "open"
        said["retry_at"] = max(said["retry_at"] or 0.0, float(row.retry_at))
    for said in answer.values():
        if said["retry_at"] is not None:
            said["retry_at"] = dt.datetime.fromtimestamp(said["retry_at"], dt.UTC)
    return answer


def reset(workspace: str, integration: str, origins: Iterable[str]) -> None:
    """Close the breakers of an integration. Other processes that refuse calls follow within a second."""
    for origin in origins:
        _breakers.pop((workspace, integration, origin), None)
        BreakerRow.update_if(
            row_key(workspace, integration, origin)[1],
            "SET #state = :closed ADD #epoch :one REMOVE #probe_owner, #probe_until",
            {"closed": "closed", "one": 1},
            condition="attribute_exists(#key)",
        )


def forget_everything() -> None:
    """Forget all breakers: for tests, and for a store that was replaced underneath."""
    _breakers.clear()
