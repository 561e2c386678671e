"""One request out, one bounded answer in.

Nothing is retried, redirected, decoded by guesswork or taken from the environment here (A6, A10, G3): the caller
gets exactly what happened, and for a failure whether a byte of the request can have left.
"""

from __future__ import annotations

import functools
import ssl
import time
from dataclasses import dataclass, field
from http.client import HTTPException, IncompleteRead
from typing import Final, Literal, NoReturn

from chalicelib.egress import connections
from chalicelib.egress.connections import Connection, NotConnected
from chalicelib.egress.deadline import ends_at
from chalicelib.egress.guard import CannotResolve, Target, parse_target
from chalicelib.egress.head import Response
from chalicelib.egress.unpacking import CannotUnpack, unpacker
from chalicelib.observability import traced
from chalicelib.settings import Caps

Reason = Literal["dns_error", "connect_error", "tls_error", "timeout", "broken", "too_large", "invalid_answer"]
_CHUNK: Final = 65_536
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
    started = time.monotonic()
    with ends_at(started + timeout_s, first_byte_s) as call, traced("upstream", origin=target.origin):
        try:
            connection = connections.take(target, request.ca_pem)
            try:
                with _open(connection, target, request) as response:
                    headers = tuple(response.headers.items())
                    body = _read(response, headers, max_bytes)
            except BaseException:
                connection.close()
                raise
            if response.has_more:  # an answer to nobody, which the next caller must not get
                connection.close()
            else:
                connections.keep(connection, target, request.ca_pem)
        except (_Unusable, CannotUnpack, CannotResolve, NotConnected, HTTPException, OSError) as error:
            reason, detail = _explain(error, target.origin, has_sent=call.has_sent)
            raise CallFailed(reason, detail, sent=call.has_sent, duration_ms=_ms_since(started)) from None
    return Answer(response.status, headers, body, _ms_since(started))


def check_ca(pem: str) -> None:
    """Raises `ValueError` where `pem` holds no certificate."""
    try:
        loaded = ssl.create_default_context(cadata=pem).get_ca_certs()
    except (ssl.SSLError, ValueError, TypeError):  # the last for text that is not ASCII
        loaded = []
    if "-----BEGIN CERTIFICATE-----" not in pem or not loaded:
        raise ValueError("holds no certificate of an authority, as PEM")


def _open(connection: Connection, target: Target, request: Outbound) -> Response:
    """Send, and read the answer's head. Time-outs are the sockets' own affair (`deadline`)."""
    connection.putrequest(request.method, target.path_query, skip_accept_encoding=True)
    if request.body is not None or request.method in _WITH_BODY:
        connection.put_field("Content-Length", str(len(request.body or b"")))
    for name, value in request.headers:
        connection.put_field(name, value)
    try:
        connection.endheaders(request.body)
    except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
        if connection.sock is None:  # there was no connection yet
            raise
        # A server may answer, and hang up, before it has all of the body; if it did not answer, reading tells.
    return connection.getresponse()


class _Unusable(Exception):
    """An answer that came, and that cannot be taken."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason


def _read(response: Response, headers: tuple[tuple[str, str], ...], max_bytes: int) -> bytes:
    """The whole body, decoded and bounded: memory never exceeds the bound by more than a chunk (D6)."""
    if response.status < 200:  # the real answer would follow, and reach whoever uses this connection next
        raise _Unusable("invalid_answer", f"the answer's status is {response.status}, which was not asked for")
    if sum(len(name) + len(value) for name, value in headers) > Caps.UPSTREAM_HEADER_BYTES:
        raise _Unusable("too_large", f"the answer's headers are larger than {Caps.UPSTREAM_HEADER_BYTES:,} bytes")
    unpack = unpacker(", ".join(response.headers.get_all("content-encoding", ())))
    body = bytearray()
    while response.length != 0 and (chunk := response.read1(_CHUNK)):
        body += unpack(chunk, max_bytes - len(body) + 1)
        if len(body) > max_bytes:
            raise _Unusable("too_large", f"the answer is larger than {max_bytes:,} bytes")
    if response.length:
        raise IncompleteRead(b"", response.length)
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
        case OSError() | IncompleteRead():
            return "broken", f"the connection to {origin} broke"
        case _:
            return "invalid_answer", f"what {origin} answered is not HTTP as Waygate reads it"


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
