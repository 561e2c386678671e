"""One request out, one bounded answer in.

Nothing is retried, redirected, decoded by guesswork or taken from the environment here (A6, A10, G3): the caller
gets exactly what happened, and for a failure whether a byte of the request can have left.
"""

from __future__ import annotations

import functools
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import IncompleteRead
from typing import Any, Final, Literal, NoReturn

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    SSLError,
)

from chalicelib.egress.deadline import TimedSocket, TimedTlsSocket, ends_at, remaining_s
from chalicelib.egress.guard import CannotResolve, Target, parse_target, resolve
from chalicelib.egress.unpacking import CannotUnpack, unpacker
from chalicelib.observability import traced
from chalicelib.settings import Caps

Reason = Literal["dns_error", "connect_error", "tls_error", "timeout", "broken", "too_large", "invalid_answer"]
_POOLS: Final = 64
_CHUNK: Final = 65_536


@dataclass(frozen=True, repr=False)
class Outbound:
    """A request ready to go: `url` fully encoded, `headers` complete but for Host and Content-Length.

    `ca_pem` holds certificates that this call trusts besides those that everybody trusts.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)
    ca_pem: str | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"Outbound({self.method} {self.url.partition('?')[0]})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a request with its credential does not leave the process")


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is decoded (one layer of gzip, deflate or br); `headers` keep order and repetition."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    duration_ms: int = 0

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return self._by_name.get(name.lower())

    @functools.cached_property
    def _by_name(self) -> dict[str, str]:
        return {name.lower(): value for name, value in reversed(self.headers)}


class CallFailed(Exception):
    """No usable answer. `sent` is False only when no byte of the request can have reached the other side."""

    def __init__(self, reason: Reason, detail: str, *, sent: bool, duration_ms: int = 0) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.sent, self.duration_ms = reason, detail, sent, duration_ms


def send(
    request: Outbound,
    *,
    timeout_s: float = Caps.CALL_TIMEOUT_S,
    first_byte_s: float = Caps.FIRST_BYTE_TIMEOUT_S,
    max_bytes: int = Caps.UPSTREAM_TEXT_BYTES,
) -> Answer:
    """Send `request`; the answer's body, decoded, is at most `max_bytes` long.

    All is over after `timeout_s` seconds, and after `first_byte_s` in which nothing came.

    Raises `EgressBlocked` before anything is opened, and `CallFailed` for all that can go wrong afterwards.
    """
    target = parse_target(request.url)
    started = time.monotonic()
    with ends_at(started + timeout_s, first_byte_s) as call, traced("upstream", origin=target.origin):
        try:
            response = _open(target, request)
            try:
                headers = tuple(response.headers.iteritems())
                body = _read(response, headers, max_bytes)
            except BaseException:
                response.close()
                raise
            response.release_conn()
        except (_Unusable, CannotUnpack, CannotResolve, HTTPError, OSError) as error:
            reason, detail = _explain(error, target.origin, has_sent=call.has_sent)
            raise CallFailed(reason, detail, sent=call.has_sent, duration_ms=_ms_since(started)) from None
    return Answer(response.status, headers, body, _ms_since(started))


class _PinnedConnection(HTTPConnection):
    """Connects to an address that the guard has judged, and to no other."""

    def _new_conn(self) -> socket.socket:
        last: OSError | None = None
        try:
            addresses = resolve(self._dns_host, self.port, timeout_s=_connect_timeout_s())
        except TimeoutError as error:
            raise ConnectTimeoutError(self, str(error)) from None
        for family, address in addresses:
            sock = TimedSocket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(_connect_timeout_s())
                sock.connect((address, self.port))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
            except OSError as error:
                sock.close()
                last = error
        if isinstance(last, TimeoutError):
            raise ConnectTimeoutError(self, "no connection within the time limit") from last
        raise NewConnectionError(self, type(last).__name__) from last


class _PinnedTlsConnection(_PinnedConnection, HTTPSConnection):
    pass


def _connect_timeout_s() -> float:
    return min(remaining_s(), Caps.CONNECT_TIMEOUT_S)


def check_ca(pem: str) -> None:
    """Raises `ValueError` where `pem` holds no certificate."""
    try:
        loaded = ssl.create_default_context(cadata=pem).get_ca_certs()
    except (ssl.SSLError, ValueError, TypeError):  # the last for text that is not ASCII
        loaded = []
    if "-----BEGIN CERTIFICATE-----" not in pem or not loaded:
        raise ValueError("holds no certificate of an authority, as PEM")


@functools.lru_cache(maxsize=_POOLS)
def _tls(ca_pem: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_pem is not None:
        context.load_verify_locations(cadata=ca_pem)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TimedTlsSocket
    context.set_alpn_protocols(["http/1.1"])
    return context


@functools.lru_cache(maxsize=_POOLS)
def _pool(scheme: str, host: str, port: int, ca_pem: str | None) -> HTTPConnectionPool:
    options: dict[str, Any] = {"maxsize": 32, "block": False, "retries": False}
    if scheme == "https":
        pool: HTTPConnectionPool = HTTPSConnectionPool(host, port, ssl_context=_tls(ca_pem), **options)
        pool.ConnectionCls = _PinnedTlsConnection
    else:
        pool = HTTPConnectionPool(host, port, **options)
        pool.ConnectionCls = _PinnedConnection
    return pool


def _open(target: Target, request: Outbound) -> urllib3.BaseHTTPResponse:
    """Send, and read status and headers. Time-outs are the sockets' own affair (`deadline`), as urllib3 is told."""
    return _pool(target.scheme, target.host, target.port, request.ca_pem).urlopen(
        request.method,
        target.path_query,
        body=request.body,
        headers=_headers(request),
        timeout=remaining_s(),
        retries=False,
        redirect=False,
        assert_same_host=False,
        preload_content=False,
        decode_content=False,
    )


def _headers(request: Outbound) -> Mapping[str, str]:
    """As urllib3 takes them; its own class, which keeps repeated names, costs more than a dict."""
    once = dict(request.headers)
    return once if len(once) == len(request.headers) else urllib3.HTTPHeaderDict(request.headers)


class _Unusable(Exception):
    """An answer that came, and that cannot be taken."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason


def _read(response: urllib3.BaseHTTPResponse, headers: tuple[tuple[str, str], ...], max_bytes: int) -> bytes:
    """The whole body, decoded and bounded: memory never exceeds the bound by more than a chunk (D6)."""
    if response.status < 200:  # the real answer would follow, and reach whoever uses this connection next
        raise _Unusable("invalid_answer", f"the answer's status is {response.status}, which was not asked for")
    if sum(len(name) + len(value) for name, value in headers) > Caps.UPSTREAM_HEADER_BYTES:
        raise _Unusable("too_large", f"the answer's headers are larger than {Caps.UPSTREAM_HEADER_BYTES:,} bytes")
    unpack = unpacker(response.headers.get("content-encoding", "identity"))
    body = bytearray()
    while chunk := response.read1(_CHUNK, decode_content=False):
        body += unpack(chunk, max_bytes - len(body) + 1)
        if len(body) > max_bytes:
            raise _Unusable("too_large", f"the answer is larger than {max_bytes:,} bytes")
        if response.length_remaining == 0:
            break
    unpack.check_end()
    return bytes(body)


def _explain(error: Exception, origin: str, *, has_sent: bool) -> tuple[Reason, str]:
    cause = error.args[-1] if isinstance(error, ProtocolError) and error.args else error
    match cause:
        case _Unusable():
            return cause.reason, str(cause)
        case CannotUnpack():
            return "invalid_answer", str(cause)
        case CannotResolve():
            return "dns_error", str(cause)
        case NewConnectionError():  # to urllib3 a kind of ConnectTimeoutError
            return "connect_error", f"nothing answers at {origin}"
        case ConnectTimeoutError():
            return "timeout", f"no connection to {origin} within the time limit"
        case TimeoutError() | urllib3.exceptions.TimeoutError():
            return "timeout", f"no answer from {origin} within the time limit"
        case SSLError() | ssl.SSLError() if not has_sent:
            return "tls_error", f"TLS with {origin} failed"
        case OSError() | HTTPError() | IncompleteRead():
            return "broken", f"the connection to {origin} broke"
        case _:
            return "invalid_answer", f"what {origin} answered is not HTTP as Waygate reads it"


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
