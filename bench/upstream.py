"""An upstream for benchmarks: one answer of 1 KB JSON over keep-alive connections, as cheaply as Python can."""

from __future__ import annotations

import json
import socket
import sys
import threading

BODY = json.dumps({"id": 7, "name": "Rex", "tags": ["dog", "brown"], "note": "x" * 954}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


def main() -> None:
    """Print the port, then serve until killed."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def _serve(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pending = b""
    while received := connection.recv(65_536):
        pending += received
        while b"\r\n\r\n" in pending:
            _, _, pending = pending.partition(b"\r\n\r\n")  # GET alone: a request has no body
            connection.sendall(ANSWER)


if __name__ == "__main__":
    sys.exit(main())
