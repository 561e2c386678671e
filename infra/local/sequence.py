"""One AWS request after the other, and who is told about each.

moto checks a condition and writes in two steps: of 16 threads putting under ``attribute_not_exists`` more than one
can win, where DynamoDB has exactly one winner. So requests to the services that hold state take one lock, and
whoever observes (persistence) is called inside it, after the request and before its answer: what it writes is in
the order in which moto changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

Observer = Callable[[str, Any], None]

LOCK: Final = threading.RLock()
_observers: list[Observer] = []


def observe(observer: Observer) -> Callable[[], None]:
    """Calls `observer(service, response)` after each request; `response` is moto's response object, which holds the
    request (`_get_action()`, `params` or `body`). An error it raises is the request's error. Returns what ends it."""
    _observers.append(observer)
    return lambda: _observers.remove(observer)


def answered(service: str, response: Any) -> None:
    """Tells the observers that moto has carried out a request of `service`. Call it with `LOCK` held."""
    for observer in tuple(_observers):
        observer(service, response)
