"""Connections to addresses that the guard has judged, kept open for the next call to the same origin.

`http.client` speaks the protocol. What urllib3 adds to it (retries, redirects, proxies, decoding, time-outs per
operation) is what no call may have here, and costs a tenth of an invocation.
"""

from __future__ import annotations

import functools
import re
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection
from typing import Any, Final

from chalicelib.egress.deadline import TimedSocket, TimedTlsSocket, remaining_s
from chalicelib.egress.grammar import TOKEN
from chalicelib.egress.guard import Target, resolve
from chalicelib.egress.head import Response
from chalicelib.errors import EgressBlocked
from chalicelib.settings import Caps

_TOKEN: Final = re.compile(TOKEN)
_FIELD: Final = re.compile(TOKEN + r": [\t\x20-\x7e\x80-\xff]*")
_ORIGINS: Final = 64
_KEPT: Final = 32  # of an origin
_IDLE_S: Final = 60.0  # servers and load balancers mostly hang up after 5 to 75 s, NAT gateways forget after 350 s


class NotConnected(Exception):
    """Nothing answers at any of the addresses; `is_late` where it might have, had there been more time."""

    def __init__(self, *, is_late: bool) -> None:
        super().__init__()
        self.is_late = is_late


class Connection(HTTPConnection):
    """One connection to an origin. `tls` None: it is plain."""

    response_class = Response
    getresponse: Callable[[], Response]  # what they say of `http.client` is less
    sock: Any

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port)
        self.default_port = 443 if tls else 80  # which the Host header leaves out
        self.kept_at = 0.0  # epoch seconds
        self._tls = tls
        self._poll = select.poll()

    def connect(self) -> None:
        """Raises `EgressBlocked`, `CannotResolve`, `NotConnected`, and for TLS `OSError`."""
        sock: socket.socket = _dial(self.host, self.port)
        if self._tls is not None:
            try:
                sock.settimeout(_connect_timeout_s())
                sock = self._tls.wrap_socket(sock, server_hostname=self.host)
            except BaseException:
                sock.close()
                raise
        self.sock = sock
        self._poll.register(sock, select.POLLIN)

    def put_field(self, name: str, value: str) -> None:
        """As `putheader`, which lets some line breaks pass, and names the value of those that it refuses.

        Raises `EgressBlocked`.
        """
        line = f"{name}: {value}"
        if not _FIELD.fullmatch(line):
            raise EgressBlocked("The request has a header that HTTP does not carry.")
        self._output(line.encode("latin-1"))  # type: ignore[attr-defined]

    def _validate_method(self, method: str) -> None:
        if not _TOKEN.fullmatch(method):
            raise EgressBlocked("The request has a method that HTTP does not know.")

    def is_usable(self) -> bool:
        """True while the other side has said nothing: what comes unasked is the end, or no answer to the next call.

        And only for a while: where this process, frozen in between, or a network in the middle missed the end, nobody
        tells of it, and the next call would be lost.
        """
        is_quiet = not self._poll.poll(0) and (self._tls is None or not self.sock.pending())
        return is_quiet and time.time() - self.kept_at < _IDLE_S


def take(target: Target, ca_pem: str | None) -> Connection:
    """A connection of the caller's own, open already if there is one; it goes back by `keep`, or is closed."""
    idle = _idle(target.scheme, target.host, target.port, ca_pem).connections
    while idle:
        try:
            connection = idle.pop()  # the latest, which is the least likely to have been closed
        except IndexError:  # another thread was faster
            break
        if connection.is_usable():
            return connection
        connection.close()
    return Connection(target.host, target.port, tls_of(ca_pem) if target.scheme == "https" else None)


def keep(connection: Connection, target: Target, ca_pem: str | None) -> None:
    """The answer has been read to its end."""
    idle = _idle(target.scheme, target.host, target.port, ca_pem).connections
    if connection.sock is None or len(idle) >= _KEPT:
        connection.close()
    else:
        connection.kept_at = time.time()
        idle.append(connection)


class _Idle:
    """Connections of one origin that wait."""

    def __init__(self) -> None:
        self.connections: deque[Connection] = deque()

    def __del__(self) -> None:
        with suppress(IndexError):
            while True:  # a thread that has `connections` in its hands may be popping too
                self.connections.pop().close()


@functools.lru_cache(maxsize=_ORIGINS)
def _idle(scheme: str, host: str, port: int, ca_pem: str | None) -> _Idle:  # noqa: ARG001 (what tells origins apart)
    return _Idle()


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
