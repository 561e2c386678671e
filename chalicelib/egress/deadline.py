"""Sockets that know when the call that uses them must be over, and whether it has sent anything yet.

A socket's own time-out starts anew with every byte, so a server that drips one byte a second holds a plain client
for as long as it likes (D7). Here each operation gets what is left until the deadline of the call that this thread
makes, and at most `step_s`.

To set a socket's time-out is a system call, for which a thread gives up the interpreter and may have to wait to get it
back. So what is left is told in hundredths of a second, and what is set already is not set again: mostly nothing is.
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

_IDLE_S: Final = 1.0  # for a socket that is used outside of a call: closing one says goodbye under TLS


@dataclass
class Call:
    """One outbound call. `has_sent` is False as long as no byte of the request can have reached the other side."""

    deadline: float  # monotonic seconds
    step_s: float
    has_sent: bool = False

    def __enter__(self) -> Self:
        _here.call = self
        return self

    def __exit__(self, *_: object) -> None:
        _here.call = None


_here = threading.local()


def ends_at(deadline: float, step_s: float) -> Call:
    """Within this block, in this thread, no socket operation outlives `deadline` (monotonic seconds) or `step_s`."""
    return Call(deadline, step_s)


def remaining_s() -> float:
    """Seconds that the next socket operation of this thread may take, rounded up to hundredths.

    Raises `TimeoutError` when there are none.
    """
    call: Call | None = getattr(_here, "call", None)
    if call is None:
        return _IDLE_S
    left = call.deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the call's deadline has passed")
    return min(math.ceil(left * 100) / 100, call.step_s)


def _sends() -> None:
    call: Call | None = getattr(_here, "call", None)
    if call is not None:
        call.has_sent = True


if TYPE_CHECKING:
    _Base = socket.socket
else:
    _Base = object


class _Timed(_Base):
    def settimeout(self, value: float | None) -> None:
        if value != self.gettimeout():
            super().settimeout(value)

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        self.settimeout(remaining_s())
        return super().recv(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(remaining_s())
        _sends()
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(remaining_s())
        _sends()
        super().sendall(*args, **kwargs)


class TimedSocket(_Timed, socket.socket):
    """A TCP socket that ends in time."""


class TimedTlsSocket(_Timed, ssl.SSLSocket):
    """The same under TLS; `ssl.SSLContext.sslsocket_class` makes it. A handshake sends nothing in this sense."""
