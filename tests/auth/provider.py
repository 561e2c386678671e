"""An OAuth provider that misbehaves on request, and the API behind it: refresh tokens rotate, reuse ends the grant."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Behaviour = Callable[["Provider", dict[str, Any]], "tuple[int, dict[str, Any]] | None"]
LIFETIME_S = 3_600


@dataclass
class Provider:
    """`behaviours` are used up one per token request; without one it does as RFC 6749 says."""

    behaviours: list[Behaviour] = field(default_factory=list)
    asked_with: list[str] = field(default_factory=list)  # the refresh token of every request, in order
    revoked: list[str] = field(default_factory=list)
    most_at_once: int = 0
    takes_s: float = 0.0
    accepts_all: bool = False  # the API behind it
    api_calls: list[str] = field(default_factory=list)
    revocation_status: int = 200
    url: str = ""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._family_of: dict[str, int] = {}
        self._current: dict[int, str] = {}
        self._access: dict[str, int] = {}
        self._dead: set[int] = set()
        self._count = self._now = 0

    def grant(self) -> dict[str, Any]:
        """The tokens of a new grant."""
        with self._lock:
            self._count += 1
            return self._issue(self._count)

    def rotate(self, refresh_token: str) -> tuple[int, dict[str, Any]]:
        """The answer to a refresh, as a careful provider gives it."""
        with self._lock:
            family = self._family_of.get(refresh_token)
            if family is None or family in self._dead:
                return 400, {"error": "invalid_grant"}
            if self._current[family] != refresh_token:
                self._dead.add(family)  # used before: RFC 9700, section 4.14.2
                return 400, {"error": "invalid_grant"}
            return 200, self._issue(family)

    def is_alive(self, access_token: str) -> bool:
        """True for an access token of a grant that lives."""
        with self._lock:
            family = self._access.get(access_token)
            return family is not None and family not in self._dead

    def end_access(self) -> None:
        """Every access token given so far is refused from now on; the grants live."""
        with self._lock:
            self._access.clear()

    def _issue(self, family: int) -> dict[str, Any]:
        self._now += 1
        refresh, access = f"refresh-{family}-{self._now:06d}", f"access-{family}-{self._now:06d}"
        self._family_of[refresh], self._current[family], self._access[access] = family, refresh, family
        return {
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "Bearer",
            "expires_in": LIFETIME_S,
        }

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
        """The token endpoint; None: no answer at all."""
        with self._lock:
            self._now_at_once = getattr(self, "_now_at_once", 0) + 1
            self.most_at_once = max(self.most_at_once, self._now_at_once)
            behaviour = self.behaviours.pop(0) if self.behaviours else None
            self.asked_with.append(form.get("refresh_token", ""))
        try:
            if self.takes_s:
                time.sleep(self.takes_s)  # of the provider, not of the test
            return behaviour(self, form) if behaviour else self.rotate(form["refresh_token"])
        finally:
            with self._lock:
                self._now_at_once -= 1


def says(status: int, **body: Any) -> Behaviour:
    """Answers so, and does nothing."""
    return lambda provider, form: (status, body)


def loses_its_answer(provider: Provider, form: dict[str, str]) -> None:
    """Rotates, and the connection breaks."""
    provider.rotate(form["refresh_token"])


def omits(*names: str) -> Behaviour:
    """Rotates nothing, and leaves these out of the answer."""

    def answer(provider: Provider, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        status, body = provider.rotate(form["refresh_token"])
        with provider._lock:
            family = provider._family_of[form["refresh_token"]]
            provider._current[family] = form["refresh_token"]
        return status, {name: value for name, value in body.items() if name not in names}

    return answer


def gives(**body: Any) -> Behaviour:
    """Answers 200 with just this."""
    return says(200, token_type="Bearer", **body)


@contextmanager
def serving() -> Iterator[Provider]:
    """A provider on loopback: POST /token, POST /revoke, GET and POST /v1/… with a bearer token."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if self.path.startswith("/v1/"):
                return self.api()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            if self.path == "/revoke":
                provider.revoked.append(form["token"])
                return self.reply(provider.revocation_status, {})
            answer = provider.token(form)
            if answer is None:
                self.close_connection = True
                return None
            return self.reply(*answer)

        def do_GET(self) -> None:
            self.api()

        def api(self) -> None:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            provider.api_calls.append(token)
            fine = provider.accepts_all or provider.is_alive(token)
            self.reply(200 if fine else 401, {"ok": fine})

        def reply(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
