"""What this process knows of the store: rows that it has read, trusted for 30 s.

An invocation needs four rows (API key, integration, action, connection). Warm it reads none of them again; after
the lapse it reads all of them in one BatchGetItem. A write through this process forgets its row at once; other
processes follow within the 30 s (F3 allows 60). A row that was not there is never remembered.

Age is told by the wall clock: a monotonic one stands still while Lambda has the process frozen, and a revoked key
would live on. A clock that went back makes rows stale, never fresh.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from chalicelib.aws import RowKey, Table, batch_read
from chalicelib.settings import Caps

_KEPT: Final = 20_000  # rows; about 2 KB each, so at most 40 MB
_HASH_KEY_BYTES: Final = 2_048  # DynamoDB's limits: a longer key, or an empty one, names nothing
_RANGE_KEY_BYTES: Final = 1_024


class _Known(NamedTuple):
    row: Table
    read_at: float


_known: OrderedDict[RowKey, _Known] = OrderedDict()
_writes = 0  # rows forgotten so far: what was being read meanwhile may be older than the write
_lock = threading.Lock()


def read(
    keys: Sequence[RowKey],
    *,
    along: Callable[[], Sequence[RowKey]] = tuple,
    now: Callable[[], float] = time.time,
) -> dict[RowKey, Table | None]:
    """The rows of `keys`, each at most 30 s old; what is older is read again, all of it in one call.

    Where there is such a call, the rows of `along` are read with it: they are in the answer then and only then, and
    nothing remembers them here.
    """
    moment = now()
    with _lock:
        known = {key: _known.get(key) for key in keys}
        writes = _writes
    answer: dict[RowKey, Table | None] = {
        key: one.row for key, one in known.items() if one and 0 <= moment - one.read_at < Caps.FRESH_S
    }
    if len(answer) == len(known):
        return answer
    riders: Sequence[RowKey] = ()
    if wanted := [key for key in known if key not in answer and _can_exist(key)]:
        riders = [key for key in along() if _can_exist(key)]
        answer.update(_read_now(wanted, riders, moment, writes))
    return {key: answer.get(key) for key in (*keys, *riders)}


def _read_now(
    keys: Sequence[RowKey], riders: Sequence[RowKey], moment: float, writes: int
) -> dict[RowKey, Table | None]:
    found = batch_read([*keys, *riders])
    with _lock:
        for key in keys:
            row = found[key]
            _known.pop(key, None)
            if row is not None and writes == _writes:
                _known[key] = _Known(row, moment)
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found


def peek(key: RowKey) -> Table | None:
    """The row as it was last read, however long ago; no call is made."""
    with _lock:
        known = _known.get(key)
    return known.row if known else None


def forget(key: RowKey) -> None:
    """Drop a row that this process has just written."""
    global _writes
    with _lock:
        _writes += 1
        _known.pop(key, None)


def forget_everything() -> None:
    """Drop all rows: for tests, and for a store that was replaced underneath."""
    global _writes
    with _lock:
        _writes += 1
        _known.clear()


def _can_exist(key: RowKey) -> bool:
    _, hash_key, range_key = key
    return 0 < len(hash_key.encode()) <= _HASH_KEY_BYTES and (
        range_key is None or 0 < len(range_key.encode()) <= _RANGE_KEY_BYTES
    )
