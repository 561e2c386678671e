"""Lambda's Runtime API on loopback, for one execution environment: what a runtime client asks and tells.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Literal

_PATH: Final = "/2018-06-01/runtime/"


@dataclass(frozen=True)
class Invocation:
    """What the runtime gets when it asks for work; `payload` is JSON."""

    request_id: str
    payload: bytes
    trace_id: str
    deadline_ms: int  # since the epoch


@dataclass(frozen=True)
class Said:
    """What the environment did: asked for work, answered, failed, could not start; or it ended, or said nothing."""

    what: Literal["next", "response", "error", "init error", "exit", "nothing"]
    body: bytes = b""


class RuntimeApi:
    """The server; `hears` gets what the runtime says, `give` what it is to do."""

    def __init__(self, function_arn: str, hears: queue.Queue[Said]) -> None:
        self._work: queue.Queue[Invocation | None] = queue.Queue()
        self._server = _Server(("127.0.0.1", 0), _handler(function_arn, self._work, hears))
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def give(self, invocation: Invocation) -> None:
        """Answers the runtime's question for work, the present one or the next."""
        self._work.put(invocation)

    def stop(self) -> None:
        """Ends the server and the question that waits."""
        self._work.put(None)
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """The runtime was killed in the middle of an exchange; whoever killed it knows."""


def _handler(
    function_arn: str, work: queue.Queue[Invocation | None], hears: queue.Queue[Said]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave in one segment: apart, the second waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            if self.path != _PATH + "invocation/next":
                return self._answer(404)
            hears.put(Said("next"))
            invocation = work.get()
            if invocation is None:
                return self._answer(410)
            return self._answer(
                200,
                invocation.payload,
                {
                    "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                    "Lambda-Runtime-Invoked-Function-Arn": function_arn,
                    "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
                    "Lambda-Runtime-Trace-Id": invocation.trace_id,
                },
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == _PATH + "init/error":
                hears.put(Said("init error", body))
            elif self.path.endswith("/response"):
                hears.put(Said("response", body))
            elif self.path.endswith("/error"):
                hears.put(Said("error", body))
            else:
                return self._answer(404)
            return self._answer(202, b'{"status": "OK"}')

        def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: the function's own lines are what is read."""

    return Handler
