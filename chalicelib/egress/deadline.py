"""Sockets that know when the call that uses them must be over.

A socket's own time-out starts anew with every byte, so a server that drips one byte a second holds a plain client
for as long as it likes (D7). Here each operation gets what is left until the deadline of the call that this thread
makes, and at most `step_s`.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

_call = threading.local()


@contextmanager
def ends_at(deadline: float, step_s: float) -> Iterator[None]:
    """Within this block, in this thread, no socket operation outlives `deadline` (monotonic seconds) or `step_s`."""
    _call.deadline, _call.step_s = deadline, step_s
    try:
        yield
    finally:
        _call.deadline = None


def remaining_s() -> float:
    """Seconds that the next socket operation of this thread may take. Raises `TimeoutError` when there are none."""
    deadline: float | None = getattr(_call, "deadline", None)
    if deadline is None:
        return 1.0
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the call's deadline has passed")
    return min(left, float(_call.step_s))


if TYPE_CHECKING:
    _Base = socket.socket
else:
    _Base = object


class _Timed(_Base):
    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(remaining_s())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(remaining_s())
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(remaining_s())
        super().sendall(*args, **kwargs)


class TimedSocket(_Timed, socket.socket):
    """A TCP socket that ends in time."""


class TimedTlsSocket(_Timed, ssl.SSLSocket):
    """The same under TLS; `ssl.SSLContext.sslsocket_class` makes it."""
