"""One request out, one bounded answer in.

Nothing is retried, redirected, decoded by guesswork or taken from the environment here (A6, A10, G3): the caller
gets exactly what happened, and for a failure whether a byte of the request can have left.
"""

from __future__ import annotations

import functools
import socket
import ssl
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from chalicelib.egress.deadline import TimedSocket, TimedTlsSocket, ends_at, remaining_s
from chalicelib.egress.guard import Target, parse_target, resolve
from chalicelib.errors import EgressBlocked, UpstreamUnreachable
from chalicelib.settings import Caps

Reason = Literal["connect_error", "timeout", "tls_error", "broken", "too_large", "bad_encoding"]
_POOLS = 64
_CHUNK = 65_536


@dataclass(frozen=True)
class Outbound:
    """A request ready to go: `url` fully encoded, `headers` complete but for Host and Content-Length."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is decoded (one layer of gzip or deflate); `headers` keep order and repetition."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    duration_ms: int
    request_bytes: int

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class CallFailed(Exception):
    """No usable answer. `sent` is False only when no byte of the request can have reached the other side."""

    def __init__(self, reason: Reason, detail: str, *, sent: bool, duration_ms: int = 0, status: int | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.sent, self.duration_ms, self.status = reason, detail, sent, duration_ms, status


class _PinnedConnection(HTTPConnection):
    """Connects to an address that the guard has judged, and to no other."""

    def _new_conn(self) -> socket.socket:
        last: OSError | None = None
        for family, address in resolve(self._dns_host, self.port):
            sock = TimedSocket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(min(remaining_s(), Caps.CONNECT_TIMEOUT_S))
                sock.connect((address, self.port))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
            except OSError as error:
                sock.close()
                last = error
        if isinstance(last, TimeoutError):
            raise ConnectTimeoutError(self, "no connection within the time limit") from last
        raise NewConnectionError(self, f"{type(last).__name__}") from last


class _PinnedTlsConnection(_PinnedConnection, HTTPSConnection):
    pass


@functools.cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TimedTlsSocket
    context.set_alpn_protocols(["http/1.1"])
    return context


@functools.lru_cache(maxsize=_POOLS)
def _pool(scheme: str, host: str, port: int) -> HTTPConnectionPool:
    options: dict[str, Any] = {"maxsize": 32, "block": False, "retries": False}
    if scheme == "https":
        pool: HTTPConnectionPool = HTTPSConnectionPool(host, port, ssl_context=_tls(), **options)
        pool.ConnectionCls = _PinnedTlsConnection
    else:
        pool = HTTPConnectionPool(host, port, **options)
        pool.ConnectionCls = _PinnedConnection
    return pool


def send(
    request: Outbound,
    *,
    timeout_s: float = Caps.CALL_TIMEOUT_S,
    max_bytes: int = Caps.UPSTREAM_TEXT_BYTES,
    clock: Callable[[], float] = time.monotonic,
) -> Answer:
    """Send `request`; the answer's body, decoded, is at most `max_bytes` long.

    Raises `EgressBlocked` before anything is opened, `UpstreamUnreachable` for a name that does not resolve, and
    `CallFailed` for all that can go wrong afterwards.
    """
    target = parse_target(request.url)
    started = clock()

    def failed(reason: Reason, detail: str, *, sent: bool) -> CallFailed:
        return CallFailed(reason, detail, sent=sent, duration_ms=round((clock() - started) * 1000))

    try:
        with ends_at(started + timeout_s, Caps.FIRST_BYTE_TIMEOUT_S):
            response = _open(target, request, timeout_s)
            try:
                body = _read(response, max_bytes)
            except BaseException:
                response.close()
                raise
            response.release_conn()
    except (EgressBlocked, UpstreamUnreachable):
        raise
    except ConnectTimeoutError:
        raise failed("timeout", f"no connection to {target.origin} within {Caps.CONNECT_TIMEOUT_S:g} s", sent=False) from None
    except NewConnectionError:
        raise failed("connect_error", f"nothing answers at {target.origin}", sent=False) from None
    except (SSLError, ssl.SSLError) as error:
        if isinstance(getattr(error, "args", (None,))[0], TimeoutError):
            raise failed("timeout", f"{target.origin} did not answer in time", sent=True) from None
        raise failed("tls_error", f"TLS with {target.origin} failed", sent=False) from None
    except (TimeoutError, urllib3.exceptions.TimeoutError):
        raise failed("timeout", f"{target.origin} did not answer in time", sent=True) from None
    except _Excess as error:
        raise failed(error.reason, str(error), sent=True) from None
    except (HTTPError, OSError):
        raise failed("broken", f"the connection to {target.origin} broke", sent=True) from None
    return Answer(
        status=response.status,
        headers=tuple(response.headers.iteritems()),
        body=body,
        duration_ms=round((clock() - started) * 1000),
        request_bytes=len(request.body or b""),
    )


def _open(target: Target, request: Outbound, timeout_s: float) -> urllib3.BaseHTTPResponse:
    return _pool(target.scheme, target.host, target.port).urlopen(
        request.method,
        target.path_query,
        body=request.body,
        headers=urllib3.HTTPHeaderDict(request.headers),
        timeout=urllib3.Timeout(connect=Caps.CONNECT_TIMEOUT_S, read=min(timeout_s, Caps.FIRST_BYTE_TIMEOUT_S)),
        retries=False,
        redirect=False,
        assert_same_host=False,
        preload_content=False,
        decode_content=False,
    )


class _Excess(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int) -> bytes:
    """The whole body, decoded and bounded: memory never exceeds the bound by more than a chunk (D6)."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        decoder = None
    elif encoding in ("gzip", "x-gzip", "deflate"):
        decoder = zlib.decompressobj(47)  # 32 + 15: gzip or zlib, told by the first bytes
    else:
        raise _Excess("bad_encoding", f"the answer is encoded as {encoding[:40]!r}, which was not asked for")
    parts: list[bytes] = []
    size = 0
    while chunk := response.read1(_CHUNK, decode_content=False):
        try:
            part = decoder.decompress(chunk, max_bytes - size + 1) if decoder else chunk
        except zlib.error:
            raise _Excess("bad_encoding", "the answer's compression is broken") from None
        size += len(part)
        if size > max_bytes:
            raise _Excess("too_large", f"the answer is larger than {max_bytes:,} bytes")
        parts.append(part)
    return b"".join(parts)
