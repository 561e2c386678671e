"""Connections to addresses that the guard has judged, kept open for the next call to the same origin."""

from __future__ import annotations

import functools
import select
import socket
import ssl
import time
from collections import deque
from contextlib import suppress
from typing import Any, Final

from chalicelib.egress.deadline import TimedSocket, TimedTlsSocket, remaining_s
from chalicelib.egress.guard import Target, resolve
from chalicelib.http1.reader import Reader
from chalicelib.settings import Caps

_ORIGINS: Final = 64
_KEPT: Final = 32  # of an origin
_IDLE_S: Final = 60.0  # servers and load balancers mostly hang up after 5 to 75 s, NAT gateways forget after 350 s
_IN_ONE_PIECE: Final = 65_536  # bytes of a body that are copied to be sent together with the head


class NotConnected(Exception):
    """Nothing answers at any of the addresses; `is_late` where it might have, had there been more time."""

    def __init__(self, *, is_late: bool) -> None:
        super().__init__()
        self.is_late = is_late


class Connection:
    """One connection to an origin. `reader` has what comes back."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Connects. Without `tls` it is plain.

        Raises `EgressBlocked`, `CannotResolve`, `NotConnected`, and for TLS `OSError`.
        """
        self._sock: Any = _dial(host, port)
        if tls is not None:
            try:
                self._sock.settimeout(_connect_timeout_s())
                self._sock = tls.wrap_socket(self._sock, server_hostname=host)
            except BaseException:
                self._sock.close()
                raise
        self.reader = Reader(self._sock)
        self.kept_at = 0.0  # epoch seconds
        self._is_tls = tls is not None
        self._poll = select.poll()
        self._poll.register(self._sock, select.POLLIN)

    def send(self, head: bytes, body: bytes) -> None:
        """Sends a request. Raises `OSError`."""
        if len(body) <= _IN_ONE_PIECE:
            self._sock.sendall(head + body)
        else:
            self._sock.sendall(head)
            self._sock.sendall(body)

    def is_usable(self) -> bool:
        """True while the other side has said nothing: what comes unasked is the end, or no answer to the next call.

        And only for a while: where this process, frozen in between, or a network in the middle missed the end, nobody
        tells of it, and the next call would be lost.
        """
        is_quiet = not self._poll.poll(0) and not (self._is_tls and self._sock.pending())
        return is_quiet and time.time() - self.kept_at < _IDLE_S

    def close(self) -> None:
        """Hangs up."""
        self._sock.close()


class Pool:
    """The open connections to one origin that nobody uses."""

    def __init__(self, scheme: str, host: str, port: int, ca_pem: str | None) -> None:
        self._scheme, self._host, self._port, self._ca_pem = scheme, host, port, ca_pem
        self._idle: deque[Connection] = deque()

    def take(self) -> Connection:
        """A connection of the caller's own, which goes back by `keep` or is closed. Raises as `Connection` does."""
        while self._idle:
            try:
                connection = self._idle.pop()  # the latest, which is the least likely to have been closed
            except IndexError:  # another thread was faster
                break
            if connection.is_usable():
                return connection
            connection.close()
        return Connection(self._host, self._port, tls_of(self._ca_pem) if self._scheme == "https" else None)

    def keep(self, connection: Connection) -> None:
        """The answer has been read to its end, and another may follow."""
        reader = connection.reader
        if reader.has_ended or reader.has_data() or len(self._idle) >= _KEPT:  # data is an answer that none must get
            connection.close()
        else:
            connection.kept_at = time.time()
            self._idle.append(connection)

    def __del__(self) -> None:
        with suppress(IndexError):
            while True:  # a thread that has `_idle` in its hands may be popping too
                self._idle.pop().close()


def pool_of(target: Target, ca_pem: str | None) -> Pool:
    """The pool of the target's origin, for calls that trust the authorities in `ca_pem` besides the system's."""
    return _pool(target.scheme, target.host, target.port, ca_pem)


_pool: Final = functools.lru_cache(maxsize=_ORIGINS)(Pool)


@functools.lru_cache(maxsize=_ORIGINS)
def tls_of(ca_pem: str | None) -> ssl.SSLContext:
    """How TLS is spoken, trusting the authorities in `ca_pem` besides the system's."""
    context = ssl.create_default_context()
    if ca_pem is not None:
        context.load_verify_locations(cadata=ca_pem)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TimedTlsSocket
    context.set_alpn_protocols(["http/1.1"])
    return context


def _dial(host: str, port: int) -> TimedSocket:
    last: OSError | None = None
    try:
        addresses = resolve(host, port, timeout_s=_connect_timeout_s())
    except TimeoutError:
        raise NotConnected(is_late=True) from None
    for family, address in addresses:
        sock = TimedSocket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(_connect_timeout_s())
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            last = error
    raise NotConnected(is_late=isinstance(last, TimeoutError)) from last


def _connect_timeout_s() -> float:
    return min(remaining_s(), Caps.CONNECT_TIMEOUT_S)
