"""A server that takes requests off the wire as they are: what a client really sent, byte for byte."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """One request: its first line, its header lines in order, its body."""

    line: bytes
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def target(self) -> str:
        """The request target, as sent."""
        return self.line.split(b" ")[1].decode("ascii")

    def header(self, name: str) -> str | None:
        """The only header of that name."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) < 2, found
        return found[0] if found else None


Reply = Callable[[Seen], "bytes | Iterable[bytes]"]


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass
class Wire:
    """A listening server on loopback. `reply` makes an answer, or pieces of one; empty closes the connection."""

    reply: Reply = lambda seen: answer()
    tls: ssl.SSLContext | None = None
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> Wire:
        """Listen; the address is `url`."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close everything."""
        self.stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        self._thread.join(5)

    def hang_up(self) -> None:
        """Close the connections that are open, and go on listening."""
        while self._open:
            one = self._open.pop()
            with suppress(OSError):  # the client was faster
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def drip(self, data: bytes, pause_s: float = 0.05) -> Iterator[bytes]:
        """`data`, byte by byte."""
        for n in range(len(data)):
            yield data[n : n + 1]
            if self.stopping.wait(pause_s):
                return

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            stream = connection.makefile("rb")
            while (seen := _read(stream)) is not None:
                self.requests.append(seen)
                reply = self.reply(seen)
                if not reply:
                    break
                for piece in [reply] if isinstance(reply, bytes) else reply:
                    connection.sendall(piece)
        except OSError:
            pass  # the client hung up, or refused our certificate
        finally:
            connection.close()


@contextmanager
def serving(reply: Reply = lambda seen: answer(), tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """A server for the duration of a block."""
    wire = Wire(reply, tls).start()
    try:
        yield wire
    finally:
        wire.stop()


def _read(stream: socket.SocketIO) -> Seen | None:
    line = stream.readline().rstrip(b"\r\n")
    if not line:
        return None
    headers = []
    while (raw := stream.readline().rstrip(b"\r\n")) != b"":
        name, _, value = raw.decode("latin-1").partition(": ")
        headers.append((name, value))
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    return Seen(line, tuple(headers), stream.read(length))
