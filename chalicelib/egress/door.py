"""One request out, one bounded answer in.

Nothing is retried, redirected, decoded by guesswork or taken from the environment here (A6, A10, G3): the caller
gets exactly what happened, and for a failure whether a byte of the request can have left.
"""

from __future__ import annotations

import functools
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Literal, NoReturn

from chalicelib.egress.connections import Connection, NotConnected, pool_of
from chalicelib.egress.deadline import ends_at
from chalicelib.egress.guard import CannotResolve, Target, parse_target
from chalicelib.egress.unpacking import CannotUnpack, unpacker
from chalicelib.errors import EgressBlocked
from chalicelib.http1.answer import Head, NotHttp, read_body, read_head
from chalicelib.http1.reader import Reader
from chalicelib.http1.request import NotCarried, request_head
from chalicelib.observability import traced
from chalicelib.settings import Caps

Reason = Literal["dns_error", "connect_error", "tls_error", "timeout", "broken", "too_large", "invalid_answer"]
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})  # whose length is said, be it 0 (RFC 9110, 8.6)


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
    asked = _head(request, target)
    started = time.monotonic()
    with ends_at(started + timeout_s, first_byte_s) as call, traced("upstream", origin=target.origin):
        try:
            pool = pool_of(target, request.ca_pem)
            connection = pool.take()
            try:
                head, body = _exchange(connection, asked, request, max_bytes)
            except BaseException:
                connection.close()
                raise
            if head.is_last:
                connection.close()
            else:
                pool.keep(connection)
        except (_Unusable, CannotUnpack, CannotResolve, NotConnected, NotHttp, OSError) as error:
            reason, detail = _explain(error, target.origin, has_sent=call.has_sent)
            raise CallFailed(reason, detail, sent=call.has_sent, duration_ms=_ms_since(started)) from None
    return Answer(head.status, head.fields, body, _ms_since(started))


def check_ca(pem: str) -> None:
    """Raises `ValueError` where `pem` holds no certificate."""
    try:
        loaded = ssl.create_default_context(cadata=pem).get_ca_certs()
    except (ssl.SSLError, ValueError, TypeError):  # the last for text that is not ASCII
        loaded = []
    if "-----BEGIN CERTIFICATE-----" not in pem or not loaded:
        raise ValueError("holds no certificate of an authority, as PEM")


def _head(request: Outbound, target: Target) -> bytes:
    fields = [("Host", target.authority)]
    if request.body is not None or request.method in _WITH_BODY:
        fields.append(("Content-Length", str(len(request.body or b""))))
    try:
        return request_head(request.method, target.path_query, (*fields, *request.headers))
    except NotCarried as error:
        raise EgressBlocked(f"The request has {error}.") from None


def _exchange(connection: Connection, asked: bytes, request: Outbound, max_bytes: int) -> tuple[Head, bytes]:
    """Send, and read the answer. Time-outs are the sockets' own affair (`deadline`)."""
    with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
        connection.send(asked, request.body or b"")
    # A server may answer, and hang up, before it has all of the body; if it did not answer, reading tells.
    head = read_head(connection.reader, request.method)
    return head, _read(connection.reader, head, max_bytes)


class _Unusable(Exception):
    """An answer that came, and that cannot be taken."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason


def _read(reader: Reader, head: Head, max_bytes: int) -> bytes:
    """The whole body, decoded and bounded: memory never exceeds the bound by more than a chunk (D6)."""
    if head.status < 200:  # the real answer would follow, and reach whoever uses this connection next
        raise _Unusable("invalid_answer", f"the answer's status is {head.status}, which was not asked for")
    if sum([len(name) + len(value) for name, value in head.fields]) > Caps.UPSTREAM_HEADER_BYTES:
        raise _Unusable("too_large", f"the answer's headers are larger than {Caps.UPSTREAM_HEADER_BYTES:,} bytes")
    unpack = unpacker(head.joined.get("content-encoding", ""))
    body = bytearray()
    for piece in read_body(reader, head):
        body += unpack(piece, max_bytes - len(body) + 1)
        if len(body) > max_bytes:
            raise _Unusable("too_large", f"the answer is larger than {max_bytes:,} bytes")
    unpack.check_end()
    return bytes(body)


def _explain(error: Exception, origin: str, *, has_sent: bool) -> tuple[Reason, str]:
    match error:
        case _Unusable():
            return error.reason, str(error)
        case CannotUnpack():
            return "invalid_answer", str(error)
        case CannotResolve():
            return "dns_error", str(error)
        case NotConnected() if error.is_late:
            return "timeout", f"no connection to {origin} within the time limit"
        case NotConnected():
            return "connect_error", f"nothing answers at {origin}"
        case TimeoutError():
            return "timeout", f"no answer from {origin} within the time limit"
        case ssl.SSLError() if not has_sent:
            return "tls_error", f"TLS with {origin} failed"
        case OSError():
            return "broken", f"the connection to {origin} broke"
        case _:
            return "invalid_answer", f"what {origin} answered is not HTTP as Waygate reads it"


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
