"""An OpenAI-compatible server on loopback that says what a test tells it to.

It may know only some ways of structured answers, as real servers do; refuse, be busy, be slow, cut its answers off,
answer nonsense, or invent endpoints.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

EMPTY: dict[str, Any] = {"endpoints": [], "base_urls": [], "auth": []}
Script = Callable[[str, dict[str, Any]], Any]


@dataclass
class Status:
    """An HTTP error instead of an answer."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": {"message": "no"}}'


@dataclass
class Raw:
    """An answer's text as it is, with the reason why it ended; `message` replaces the whole message."""

    text: str
    finish: str = "stop"
    message: dict[str, Any] | None = None


@dataclass
class Llm:
    """`script` is given the user's message and the whole request, and returns the claims, `Raw` or `Status`."""

    script: Script
    ways: tuple[str, ...] = ("json_schema", "tool", "json_object")
    usage: dict[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 1_000, "completion_tokens": 100})
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        way = "tool" if "tools" in request else request.get("response_format", {}).get("type", "text")
        if way not in self.ways:
            return 500 if way == "json_schema" else 400, {}, b'{"error": {"message": "unsupported"}}'
        said = self.script(request["messages"][-1]["content"], request)
        if isinstance(said, Status):
            return said.code, said.headers, said.body
        raw = said if isinstance(said, Raw) else Raw(json.dumps(said))
        message: dict[str, Any] = {"role": "assistant", "content": raw.text}
        if way == "tool":
            call = {"id": "c1", "type": "function", "function": {"name": "report", "arguments": raw.text}}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "finish_reason": raw.finish, "message": raw.message or message}
        body = {"id": "x", "object": "chat.completion", "created": 1, "model": request["model"], "choices": [choice]}
        if self.usage is not None:
            body["usage"] = {**self.usage, "total_tokens": sum(self.usage.values())}
        return 200, {}, json.dumps(body).encode()


@contextmanager
def serving(script: Script, **options: Any) -> Iterator[Llm]:
    """A server for the duration of a block; `url` is its base URL."""
    llm = Llm(script, **options)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                llm.asked.append({**request, "path": self.path})
                llm.keys.add(self.headers.get("Authorization") or "")
                status, headers, body = llm.answer(request)
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    llm.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield llm
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def endpoint(
    method: str | None, path: str, quote: str, *parameters: dict[str, Any], summary: str = ""
) -> dict[str, Any]:
    """A claimed endpoint."""
    return {"method": method, "path": path, "summary": summary or None, "parameters": list(parameters), "quote": quote}


def parameter(name: str, quote: str, **members: Any) -> dict[str, Any]:
    """A claimed parameter."""
    given = {"place": None, "type": None, "required": None, "description": None, **members}
    return {"name": name, **given, "quote": quote}
