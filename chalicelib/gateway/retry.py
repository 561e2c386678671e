"""Trying again: when it is safe, when it can help, and for how long.

Safe (G3): a read always; a write only where no byte was sent, where the upstream says that it did not do it (its rate
limit), or where a declared idempotency header makes the repetition harmless. Never a write after a 5xx or a lost
answer. Able to help: connections that failed, time-outs, 502, 503, 504 and rate limits. For how long: at most three
tries, with exponential backoff and full jitter, inside the caller's deadline; what the upstream asks for is respected,
and where it does not fit it is returned to the caller instead of slept (G4, G5). A workspace's retries are at most a
fifth of its calls within a minute, so an upstream that is down is not called three times as often.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.egress import Answer, CallFailed
from chalicelib.gateway.rate_limits import NO_LIMIT, Limit
from chalicelib.gateway.verdicts import Verdict

if TYPE_CHECKING:
    from tenacity import RetryCallState

TRIES: Final = 3
LONGEST_WAIT_S: Final = 10.0
_BASE_S: Final = 0.2
_CAP_S: Final = 5.0
_TRANSIENT: Final = frozenset({502, 503, 504})
_UNSENT: Final = frozenset({"dns_error", "connect_error", "timeout", "broken"})
_LOST: Final = frozenset({"timeout", "broken"})


@dataclass(frozen=True)
class Try:
    """One attempt and what follows from it; `reason` names why it was not good. `verdict` None: there is no answer."""

    result: Answer | CallFailed
    verdict: Verdict | None
    reason: str | None
    may_repeat: bool

    @property
    def limit(self) -> Limit:
        """What the answer says of the upstream's rate limit."""
        return self.verdict.limit if self.verdict else NO_LIMIT

    @property
    def asked_s(self) -> float | None:
        """Seconds that the upstream asks to wait."""
        return self.limit.cool_down_s


def judge(result: Answer | CallFailed, verdict: Verdict | None, *, is_repeatable: bool) -> Try:
    """What follows from `result`. `is_repeatable`: the call is a read, or carries an idempotency header."""
    if isinstance(result, CallFailed):
        if not result.sent:
            return Try(result, None, result.reason, result.reason in _UNSENT)
        return Try(result, None, result.reason, is_repeatable and result.reason in _LOST)
    match verdict.kind if verdict else "good":
        case "good" | "refused":
            return Try(result, verdict, None, False)
        case "rate_limited":
            return Try(result, verdict, "rate_limited", is_repeatable or result.status < 500)
        case "asked_to_retry":
            return Try(result, verdict, "asked_to_retry", is_repeatable)
        case "failed":
            return Try(result, verdict, f"http_{result.status}", is_repeatable and result.status in _TRANSIENT)
        case declared:  # the credential, or a body that says that the call failed
            return Try(result, verdict, declared, False)


class Budget:
    """Retries of one workspace in this process: at most a fifth of its calls within 60 s, and always a few."""

    _FREE: Final = 5

    def __init__(self) -> None:
        self._calls: deque[float] = deque()
        self._retries: deque[float] = deque()
        self._lock = threading.Lock()

    def count_call(self, now: float) -> None:
        """A call has come in."""
        with self._lock:
            self._calls.append(now)
            self._forget(now)

    def take(self, now: float) -> bool:
        """True, and counted, where one more retry is within the budget."""
        with self._lock:
            self._forget(now)
            if len(self._retries) >= max(self._FREE, len(self._calls) // 5):
                return False
            self._retries.append(now)
            return True

    def _forget(self, now: float) -> None:
        for moments in (self._calls, self._retries):
            while moments and moments[0] < now - 60:
                moments.popleft()


_budgets: dict[str, Budget] = {}


def budget_of(workspace: str) -> Budget:
    """The workspace's budget in this process."""
    known = _budgets.get(workspace)
    return known or _budgets.setdefault(workspace, Budget())


def forget_everything() -> None:
    """Start all budgets anew: for tests."""
    _budgets.clear()


@dataclass(frozen=True)
class Pace:
    """Time and chance, so that tests need neither."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[float, float], float] = random.uniform  # jitter needs no secrecy


PACE = Pace()  # of every invocation; tests replace it


def run(
    send: Callable[[float], Try], *, deadline: float, budget: Budget, pace: Pace
) -> tuple[Try, list[dict[str, Any]]]:
    """Call `send` (given the seconds that are left) until it is good, hopeless or out of time.

    Returns the last try, and every attempt as `{n, status, reason?, duration_ms, wait_ms?}`.
    """
    story: list[dict[str, Any]] = []

    def once() -> Try:
        tried = send(max(0.05, deadline - pace.clock()))
        status = tried.result.status if isinstance(tried.result, Answer) else None
        entry: dict[str, Any] = {"n": len(story) + 1, "status": status, "duration_ms": tried.result.duration_ms}
        if tried.reason:
            entry["reason"] = tried.reason
        story.append(entry)
        return tried

    def wait(state: RetryCallState) -> float:
        backoff = pace.chance(0.0, min(_CAP_S, _BASE_S * 2**state.attempt_number))
        asked = state.outcome.result().asked_s if state.outcome else None
        return max(backoff, asked or 0.0)

    def stop(state: RetryCallState) -> bool:
        if state.attempt_number >= TRIES or state.upcoming_sleep > LONGEST_WAIT_S:
            return True
        return pace.clock() + state.upcoming_sleep >= deadline or not budget.take(pace.clock())

    def slept(state: RetryCallState) -> None:
        story[-1]["wait_ms"] = round(state.upcoming_sleep * 1_000)

    budget.count_call(pace.clock())
    first = once()
    if not first.may_repeat:  # nearly always: tenacity, 17 µs and 5 ms to import, is for the others
        return first, story
    from tenacity import Retrying, retry_if_result

    made = [first]
    retrying = Retrying(
        stop=stop,
        wait=wait,
        sleep=pace.sleep,
        retry=retry_if_result(lambda tried: tried.may_repeat),
        before_sleep=slept,
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    last: Try = retrying(lambda: made.pop() if made else once())
    return last, story
