"""Connections to addresses that the guard has judged, kept open for the next call to the same origin.

`http.client` speaks the protocol. What urllib3 adds to it (retries, redirects, proxies, decoding, time-outs per
operation) is what no call may have here, and costs a tenth of an invocation.
"""

from __future__ import annotations

import functools
import select
import socket
import ssl
from collections import deque
from http.client import HTTPConnection
from typing import Final

from chalicelib.egress.deadline import TimedSocket, TimedTlsSocket, remaining_s
from chalicelib.egress.guard import Target, resolve
from chalicelib.egress.head import Response
from chalicelib.settings import Caps

_ORIGINS: Final = 64
_KEPT: Final = 32  # of an origin


class NotConnected(Exception):
    """Nothing answers at any of the addresses; `is_late` where it might have, had there been more time."""

    def __init__(self, *, is_late: bool) -> None:
        super().__init__()
        self.is_late = is_late


class Connection(HTTPConnection):
    """One connection to an origin. `tls` None: it is plain."""

    response_class = Response

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port)
        self.default_port = 443 if tls else 80  # which the Host header leaves out
        self._tls = tls
        self._poll = select.poll()

    def connect(self) -> None:
        """Raises `EgressBlocked`, `CannotResolve`, `NotConnected`, and for TLS `OSError`."""
        sock: socket.socket = _dial(self.host, self.port)
        if self._tls is not None:
            try:
                sock = self._tls.wrap_socket(sock, server_hostname=self.host)
            except BaseException:
                sock.close()
                raise
        self.sock = sock
        self._poll.register(sock, select.POLLIN)

    def is_usable(self) -> bool:
        """True while the other side has said nothing: what comes unasked is the end, or no answer to the next call."""
        return not self._poll.poll(0)


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
        idle.append(connection)


class _Idle:
    """Connections of one origin that wait."""

    def __init__(self) -> None:
        self.connections: deque[Connection] = deque()

    def __del__(self) -> None:
        for connection in self.connections:
            connection.close()


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
