"""Serving the demo upstream from a background thread."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable

from cheroot import wsgi

from .app import DemoApp

THREADS = 32
"""A hanging answer occupies one, so more than the 16 that a busy client needs."""


class DemoServer:
    """A running server: `url` (without a slash at the end), `port`, and `stop()`."""

    def __init__(self, server: wsgi.Server, app: DemoApp, thread: threading.Thread) -> None:
        self.url = app.url
        self.port: int = server.bind_addr[1]
        self._server = server
        self._app = app
        self._thread = thread

    def stop(self) -> None:
        """Ends hanging and slow answers at once by closing their connections, then the server. May be repeated."""
        self._app.stopping.set()
        self._server.stop()
        self._thread.join()


def serve(
    port: int = 8788, host: str = "127.0.0.1", now: Callable[[], float] = time.time, url: str | None = None
) -> DemoServer:
    """Starts a shop of its own, with the first state, and returns when it accepts connections.

    Port 0 means any free one. It calls itself `url`, or else by its address, which is 127.0.0.1 where it listens on
    all (0.0.0.0). `now` gives the time in seconds since 1970: dates of what is created, expiry of tokens, the end of
    `down_for_s`. Raises OSError when the port is taken.
    """
    server = wsgi.Server(
        (host, port), wsgi_app=None, numthreads=THREADS, max=THREADS, request_queue_size=128, shutdown_timeout=2
    )
    server.gateway = OneWriteGateway
    server.expiration_interval = 0.2  # how long cheroot's loop sleeps, so how long stop() may wait for it
    server.prepare()
    name = "127.0.0.1" if host == "0.0.0.0" else host  # nosec B104
    app = DemoApp(url=url or f"http://{name}:{server.bind_addr[1]}", now=now)
    server.wsgi_app = app
    thread = threading.Thread(target=server.serve, name="demo-upstream", daemon=True)
    thread.start()
    return DemoServer(server, app, thread)


class OneWriteGateway(wsgi.Gateway_10):
    """Sends headers and the first piece of the body in one segment.

    Cheroot writes them apart. On a kept-alive connection that costs a client some 40 ms where Nagle's algorithm
    meets delayed acknowledgements (RFC 9293 section 3.7.4).
    """

    def write(self, chunk: bytes) -> None:
        if self.req.sent_headers:
            super().write(chunk)
            return
        wire, held = self.req.conn.wfile, io.BytesIO()
        self.req.conn.wfile = held
        try:
            super().write(chunk)
        finally:
            self.req.conn.wfile = wire
        wire.write(held.getvalue())
