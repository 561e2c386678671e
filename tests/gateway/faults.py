"""A proxy on loopback that passes a request on to a real upstream, and spoils the answer (or the way to it)."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Spoil = Callable[["Line", bytes], None]


@dataclass
class Line:
    """The connection to the client, as a fault sees it. `pause` waits, unless the proxy is being stopped."""

    client: socket.socket
    pause: Callable[[float], bool]

    def send(self, data: bytes) -> None:
        """Pass `data` on."""
        self.client.sendall(data)

    def reset(self) -> None:
        """Close with RST, as a crashed peer or a firewall does."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()


def nothing(line: Line, answer: bytes) -> None:
    """No fault."""
    line.send(answer)


def latency(seconds: float) -> Spoil:
    """The answer comes late."""

    def spoil(line: Line, answer: bytes) -> None:
        if not line.pause(seconds):
            line.send(answer)

    return spoil


def reset_after(count: int) -> Spoil:
    """The connection is reset after `count` bytes of the answer."""

    def spoil(line: Line, answer: bytes) -> None:
        line.send(answer[:count])
        line.pause(0.02)  # a reset may overtake what was sent before it
        line.reset()

    return spoil


def close_after(count: int) -> Spoil:
    """The connection is closed, in order, after `count` bytes."""

    def spoil(line: Line, answer: bytes) -> None:
        line.send(answer[:count])

    return spoil


def half_close(line: Line, answer: bytes) -> None:
    """The upstream says that it will send nothing more, and goes on listening."""
    line.client.shutdown(socket.SHUT_WR)
    line.pause(5)


def drip(pause_s: float) -> Spoil:
    """One byte at a time."""

    def spoil(line: Line, answer: bytes) -> None:
        for n in range(len(answer)):
            line.send(answer[n : n + 1])
            if line.pause(pause_s):
                return

    return spoil


def says(content: bytes) -> Spoil:
    """Something else than what the upstream answered, and then the end."""

    def spoil(line: Line, answer: bytes) -> None:
        line.send(content)

    return spoil


MALFORMED_CHUNKS = says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
CHUNKS_CUT_OFF = says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{}")
LENGTH_TOO_LONG = says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")
GARBAGE = says(b"\x16\x03\x01\x02\x00 what is this\r\n\r\n")


@dataclass
class FaultProxy:
    """Listens at `url`, passes requests on to the port `upstream`, and answers as `fault` makes of the answer."""

    upstream: int
    fault: Spoil = nothing
    requests: int = 0
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> FaultProxy:
        """Listen."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close; what is still waiting gives up."""
        self._stopping.set()
        with suppress(OSError):  # a test has closed it already
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            request = _message(client)
            if not request:
                return
            self.requests += 1
            with socket.create_connection(("127.0.0.1", self.upstream), 5) as upstream:
                upstream.sendall(request)
                answer = _message(upstream)
            self.fault(Line(client, self._stopping.wait), answer)


def _message(sock: socket.socket) -> bytes:
    """One HTTP message, whole; its length must be declared."""
    sock.settimeout(5)
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65_536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += sock.recv(65_536)
    return head + b"\r\n\r\n" + body


@contextmanager
def faulty(upstream: int, fault: Spoil = nothing) -> Iterator[FaultProxy]:
    """A proxy for the duration of a block."""
    proxy = FaultProxy(upstream, fault).start()
    try:
        yield proxy
    finally:
        proxy.stop()
