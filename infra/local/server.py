"""The server in front of the API and the console: HTTP in, one write per answer, and nothing for other hosts.

cheroot parses and keeps connections; this module turns its request into a `Request` and writes the `Answer`. Headers
and body leave in one write: in two, a client with delayed acknowledgements waits 40 ms for the second. A request
body that is refused is drained for a moment after the answer, since a connection closed on unread bytes is reset,
and the client would see that instead of the answer.
"""

from __future__ import annotations

import email.utils
import functools
import json
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from cheroot import errors
from cheroot.server import Gateway as CherootGateway
from cheroot.server import HTTPConnection, HTTPRequest, HTTPServer

from infra.local.fields import FieldReader, Fields
from infra.local.gateway import BASE_PATH, Answer, BodyTooLarge, Request
from infra.local.ports import require_free
from infra.local.reader import ClientReader

THREADS: Final = 24
_KEPT_CONNECTIONS: Final = 256
_IDLE_S: Final = 60
_LINGER_S: Final = 0.02  # for a next request; a thread waits that long at most while others want it
_PIECE_BYTES: Final = 65_536
_DRAIN_S: Final = 2.0
_DRAIN_BYTES: Final = 64 * 1024 * 1024
_HOST: Final = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?", re.IGNORECASE)
_BODILESS: Final = frozenset({204, 304})
_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}


class _ParsedRequest(HTTPRequest):
    header_reader = FieldReader()

    def __init__(self, server: Any, connection: Any, **kwargs: Any) -> None:
        super().__init__(server, connection, **kwargs)
        self.inheaders = Fields()


class _Connection(HTTPConnection):
    """A connection that stays with its thread while its client goes on asking and no other one waits for a thread.

    The way that cheroot has for every request, through its selector and a queue to another thread, costs as much CPU
    as a fifth of an invocation.
    """

    RequestHandlerClass = _ParsedRequest

    def __init__(self, server: Any, connection: Any, makefile: Any) -> None:
        super().__init__(server, connection, makefile)
        self.rfile = ClientReader(connection)

    def communicate(self) -> bool:
        """Answers requests; True if the connection should be kept open."""
        while super().communicate():
            if self.server.requests.qsize or not self.rfile.has_more(_LINGER_S):
                return True
        return False


class _Bridge(CherootGateway):
    """Answers one request of a connection with the server's `responder`."""

    def respond(self) -> None:
        parsed = self.req
        request = _request(parsed)
        answer = parsed.server.responder(request)
        is_read = _is_read(parsed)
        parsed.close_connection |= not is_read
        parsed.sent_headers = True
        parsed.conn.socket.sendall(_bytes(parsed, answer))
        if not is_read:
            _drain(parsed.conn.socket)


def _request(parsed: Any) -> Request:
    target, _, query = parsed.uri.partition(b"?")
    if not target.startswith(b"/"):  # the absolute form, which only a proxy should see
        target = b"/" + target.partition(b"://")[2].partition(b"/")[2]
    return Request(
        method=parsed.method.decode("latin-1"),
        target=target.decode("latin-1"),
        query=query.decode("latin-1"),
        headers=parsed.inheaders.values_of,
        address=parsed.conn.remote_addr or "127.0.0.1",
        read=lambda limit: _read(parsed, limit),
    )


def _read(parsed: Any, limit: int) -> bytes:
    """The body, whole. Raises `BodyTooLarge` after at most `limit` bytes, and before any if its length is declared."""
    if not parsed.chunked_read:
        if parsed.rfile.remaining > limit:
            raise BodyTooLarge
        return bytes(parsed.rfile.read())
    parsed.rfile.maxlen = limit
    pieces = []
    try:
        while piece := parsed.rfile.read(_PIECE_BYTES):
            pieces.append(piece)
    except (errors.MaxSizeExceeded, OSError) as error:  # cheroot raises one at a chunk's head, the other in it
        if isinstance(error, OSError) and error.args != ("Request Entity Too Large",):
            raise
        raise BodyTooLarge from None
    return b"".join(pieces)


def _is_read(parsed: Any) -> bool:
    """True once the whole body has been read, what little is left of it included."""
    if parsed.chunked_read:
        return bool(parsed.rfile.closed)
    if parsed.rfile.remaining > _PIECE_BYTES:
        return False
    parsed.rfile.read()
    return True


def _bytes(parsed: Any, answer: Answer) -> bytes:
    """The whole answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, 'Unknown')}", _date(int(time.time()))]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if answer.status not in _BODILESS:
        lines.append(f"Content-Length: {len(answer.body)}")
    if parsed.close_connection or not parsed.server.can_add_keepalive_connection:
        parsed.close_connection = True
        lines.append("Connection: close")
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    has_body = parsed.method != b"HEAD" and answer.status not in _BODILESS
    return head + answer.body if has_body else head


@functools.lru_cache(1)
def _date(seconds: int) -> str:
    return f"Date: {email.utils.formatdate(seconds, usegmt=True)}"


def _drain(connection: socket.socket) -> None:
    """Takes in and forgets what the client still sends, for a moment, so that it gets to read the answer."""
    deadline, left = time.monotonic() + _DRAIN_S, _DRAIN_BYTES
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.5)
        while left > 0 and time.monotonic() < deadline:
            received = len(connection.recv(_PIECE_BYTES))
            if not received:
                return
            left -= received
    except OSError:
        return  # the client has gone, or sends no more


class Server:
    """An HTTP server, answering with `responder` in its own threads, to who asks for the loopback address."""

    def __init__(
        self,
        port: int,
        responder: Callable[[Request], Answer],
        *,
        address: str = "127.0.0.1",
        certificate: Path | None = None,
    ) -> None:
        """Listens at once on `address`; port 0 takes a free one. With a `certificate` (PEM, and its key), by TLS.

        Raises `PortInUse`."""
        self._server = HTTPServer((address, port), _Bridge, minthreads=THREADS, maxthreads=THREADS)
        if certificate is not None:
            from cheroot.ssl.builtin import BuiltinSSLAdapter

            self._server.ssl_adapter = BuiltinSSLAdapter(str(certificate), str(certificate))
        self._server.ConnectionClass = _Connection
        self._server.responder = _only_for_this_host(responder)
        configure(self._server)
        self._server.timeout = _IDLE_S
        self._thread = listen(self._server, port)

    @property
    def port(self) -> int:
        """The port listened on."""
        return int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        """The server's origin."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Closes the port and ends the threads."""
        stop(self._server, self._thread)


def configure(server: HTTPServer) -> None:
    """Settings that every server of the stand-in shares."""
    server.request_queue_size = 128
    server.keep_alive_conn_limit = _KEPT_CONNECTIONS
    server.shutdown_timeout = 0.5
    server.expiration_interval = 0.2  # also how long a stop waits for the accepting thread
    server.error_log = _ignore_disconnects(server.error_log)


def _ignore_disconnects(log: Callable[..., None]) -> Callable[..., None]:
    def error_log(message: str = "", level: int = 20, traceback: bool = False) -> None:
        if "socket.error" not in message:
            log(message, level, traceback)

    return error_log


def listen(server: HTTPServer, port: int) -> threading.Thread:
    """Binds the server's port and serves it in a thread of its own, which is returned. Raises `PortInUse`."""
    require_free(port)  # cheroot leaks a socket that it cannot bind
    server.prepare()
    thread = threading.Thread(target=server.serve, name=f"http-{port}", daemon=True)
    thread.start()
    return thread


def stop(server: HTTPServer, thread: threading.Thread) -> None:
    """Ends a server that `listen` started."""
    server.stop()
    thread.join(timeout=2.0)


def _only_for_this_host(responder: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """Refuses requests for any other host: a page whose name was rebound to 127.0.0.1 must reach nothing."""

    def answer(request: Request) -> Answer:
        return responder(request) if is_this_host(request.header("Host")) else _misdirected()

    return answer


def is_this_host(host: str) -> bool:
    """True for the Host header of a client that asked for 127.0.0.1 or localhost, on any port."""
    return _HOST.fullmatch(host) is not None


def _misdirected() -> Answer:
    problem = {
        "type": "about:blank",
        "title": "Misdirected request",
        "status": 421,
        "detail": "This server answers only for 127.0.0.1 and localhost.",
        "request_id": str(uuid.uuid4()),
    }
    headers = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")]
    return Answer(421, headers, json.dumps(problem).encode())


def split(api: Callable[[Request], Answer], console: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """One origin, two parts, as behind CloudFront: the API below `/api`, the console everywhere else."""

    def answer(request: Request) -> Answer:
        is_api = request.target == BASE_PATH or request.target.startswith(BASE_PATH + "/")
        return api(request) if is_api else console(request)

    return answer
