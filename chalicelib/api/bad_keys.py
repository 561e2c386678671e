"""Sources that show too many bad keys are told to wait (F5).

Nobody guesses 256 random bits: the limit is there so that guessing costs no look-ups and fills no logs. While a source
waits, its keys are not looked up. A key that this process knows already goes on working, so that neighbours behind one
address do not shut each other out.

Counting is free of AWS calls where nothing is wrong: a process counts bad keys by itself, and adds every fifth one of a
source to a counter in the runtime table, whose total tells it of the other processes. A source thus gets 20 tries a
minute, and at most four more per process. Where the counter fails, each process goes by its own count.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import UpdateError

from chalicelib.auth import api_keys
from chalicelib.errors import RateLimited
from chalicelib.observability import logger
from chalicelib.runtime import RuntimeRow, key_of
from chalicelib.settings import Caps

_WINDOW_S: Final = 60.0
_SHARED_EVERY: Final = 5
_SOURCES: Final = 10_000


class BadKeysRow(RuntimeRow):
    """Bad keys of one source within one minute, in all processes."""

    tries = NumberAttribute(default=0)


@dataclass
class _Source:
    window: int = -1
    tries: int = 0  # in this window, as far as this process knows
    unshared: int = 0
    blocked_until: float = 0.0


_sources: OrderedDict[str, _Source] = OrderedDict()
_lock = threading.Lock()


def any_seen() -> bool:
    """False where this process has seen no bad key, so that no source has to wait."""
    return bool(_sources)


def check(source: str, authorization: str, *, now: Callable[[], float] = time.time) -> None:
    """Raises `RateLimited` where `source` has to wait, unless it shows a key that this process knows."""
    with _lock:
        seen = _sources.get(source)
        left = seen.blocked_until - now() if seen else 0.0
    if 0 < left <= _WINDOW_S and not api_keys.is_known(authorization):
        raise RateLimited(
            "Too many wrong API keys came from this address.",
            fix="Wait, then check the key: `waygate doctor` shows which one is used.",
            headers={"Retry-After": str(math.ceil(left))},
        )


def note(source: str, *, now: Callable[[], float] = time.time) -> None:
    """`source` has shown a bad key."""
    moment = now()
    window = int(moment // _WINDOW_S)
    with _lock:
        seen = _sources.pop(source, None) or _Source()
        _sources[source] = seen
        while len(_sources) > _SOURCES:
            _sources.popitem(last=False)
        if seen.window != window:
            seen.window, seen.tries, seen.unshared = window, 0, 0
        seen.tries += 1
        seen.unshared += 1
        due, seen.unshared = (seen.unshared, 0) if seen.unshared >= _SHARED_EVERY else (0, seen.unshared)
    total = _shared(source, window, due) if due else 0
    with _lock:
        seen.tries = max(seen.tries, total)
        if seen.tries > Caps.BAD_KEYS_PER_MINUTE:
            seen.blocked_until = moment + _WINDOW_S


def forget_everything() -> None:
    """Drop all counts: for tests."""
    with _lock:
        _sources.clear()


def _shared(source: str, window: int, tries: int) -> int:
    row = BadKeysRow(key_of("bad-keys", source, str(window)))
    try:
        row.update(actions=[BadKeysRow.tries.add(tries), BadKeysRow.expires_at.set((window + 2) * _WINDOW_S)])
    except UpdateError as error:
        logger.warning("bad keys are not counted together", extra={"error_type": type(error).__name__})
        return 0
    return int(row.tries)
