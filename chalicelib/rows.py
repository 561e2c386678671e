"""What this process knows of the store: rows that it has read, trusted for 30 s.

An invocation needs four rows (API key, integration, action, connection). Warm it reads none of them again; after
the lapse it reads all of them in one BatchGetItem. A write through this process forgets its row at once; other
processes follow within the 30 s (F3 allows 60). A row that was not there is never remembered.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.aws import RowKey, Table, batch_read
from chalicelib.settings import Caps

_KEPT = 20_000  # rows; about 2 KB each, so at most 40 MB


@dataclass(frozen=True)
class _Known:
    row: Table
    read_at: float


_known: OrderedDict[RowKey, _Known] = OrderedDict()
_lock = threading.Lock()


def read(keys: Sequence[RowKey], *, now: Callable[[], float] = time.monotonic) -> dict[RowKey, Table | None]:
    """The rows of `keys`, each at most 30 s old; what is older is read again, all of it in one call."""
    moment = now()
    with _lock:
        known = {key: _known[key] for key in keys if key in _known}
    fresh = {key: k.row for key, k in known.items() if moment - k.read_at < Caps.FRESH_S}
    stale = [key for key in dict.fromkeys(keys) if key not in fresh]
    answer: dict[RowKey, Table | None] = dict(fresh)
    if stale:
        read_now = batch_read(stale)
        with _lock:
            for key, row in read_now.items():
                _known.pop(key, None)
                if row is not None:
                    _known[key] = _Known(row, moment)
            while len(_known) > _KEPT:
                _known.popitem(last=False)
        answer.update(read_now)
    return answer


def peek(key: RowKey) -> Table | None:
    """The row as it was last read, however long ago; no call is made."""
    with _lock:
        known = _known.get(key)
    return known.row if known else None


def forget(key: RowKey) -> None:
    """Drop a row that this process has just written."""
    with _lock:
        _known.pop(key, None)


def forget_everything() -> None:
    """Drop all rows: for tests, and for a store that was replaced underneath."""
    with _lock:
        _known.clear()
