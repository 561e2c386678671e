"""The demo upstream as one WSGI application.

A request goes: read → noted in the request log → the area of its path (`/v1`, `/auth`, `/oauth`, `/docs`,
`/openapi.json`, `/robots.txt`, `/_requests`). In `/v1`: what the switches have in store → operation → credential →
scope → input → performed.
"""

from __future__ import annotations

import errno
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from .account import identity_response
from .credentials import KINDS, identify, require_scope
from .description import describe
from .exchange import Request, Response, html_response, json_response, problem_response, request_from
from .oauth import OAuthProvider
from .oauth_endpoints import handle as handle_oauth
from .operations import PERFORM, Operations
from .pages import documentation
from .problems import Problem
from .shop import Shop
from .switches import Switches

logger = logging.getLogger(__name__)

REQUESTS_KEPT = 500
BODY_CHARACTERS_KEPT = 8192
CALLS_PER_MINUTE = 60  # as the X-RateLimit headers claim


class HangUp(ConnectionResetError):
    """Ends the connection without an answer: Cheroot takes it for a client that went away."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the demo upstream hangs up")


class DemoApp:
    """One shop with its provider, switches and request log. `stopping` ends every wait at once when it is set."""

    def __init__(self, url: str, now: Callable[[], float]) -> None:
        self.url = url
        self.stopping = threading.Event()
        self._now = now
        self._description = describe(url)
        self._operations = Operations(self._description)
        self._oauth = OAuthProvider(now)
        self._switches = Switches(now)
        self._shop = Shop(url, now, self._switches)
        self._one_at_a_time = threading.Lock()
        self._requests: deque[dict[str, Any]] = deque(maxlen=REQUESTS_KEPT)
        self._areas: dict[str, Callable[[Request], Response]] = {
            "": self._go_to_docs,
            "docs": self._show_docs,
            "openapi.json": self._show_description,
            "robots.txt": self._show_robots,
            "v1": self._call,
            "auth": self._prove_kind,
            "oauth": lambda request: handle_oauth(request, self._oauth),
            "_requests": self._show_requests,
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request_id = f"req_{secrets.token_hex(8)}"
        try:
            response = self._respond(request_from(environ, request_id))
        except Problem as problem:
            response = problem_response(problem, request_id)
        headers = [*response.headers, ("Request-Id", request_id), ("X-Content-Type-Options", "nosniff")]
        if response.status != 204:
            headers.append(("Content-Length", str(len(response.body))))
        if response.media_type:
            headers.append(("Content-Type", response.media_type))
        start_response(response.status_line, headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return self._byte_by_byte(response.body) if response.is_slow else [response.body]

    def _respond(self, request: Request) -> Response:
        """Any answer, problems included."""
        area = request.path.split("/")[1] if request.path.startswith("/") else request.path
        if area != "_requests":
            self._note(request)
        try:
            if area not in self._areas:
                raise Problem("not_found", f"There is nothing at {request.path}.")
            return self._areas[area](request)
        except Problem as problem:
            return problem_response(problem, request.id)
        except HangUp:
            raise
        except Exception:
            logger.exception("the demo upstream failed at %s %s", request.method, request.path)
            return problem_response(Problem("internal_error", "See the log of the demo upstream."), request.id)

    def _call(self, request: Request) -> Response:
        path = request.path.removeprefix("/v1")
        trouble = None if path == "/switches" else self._switches.take()
        if trouble in ("down_for_s", "fail_next"):
            raise Problem("unavailable", "A switch says so.")
        if trouble == "rate_limit_next":
            raise self._rate_limited()
        if trouble == "drop_next":
            raise HangUp
        if trouble == "hang_next" and self.stopping.wait(self._switches.settings()["hang_s"]):
            raise HangUp
        if trouble == "nonsense_next":
            return Response(200, b'{"id": 1, "name": "Re', "application/json")
        response = self._perform(request, path)
        return replace(response, is_slow=trouble == "slow_bytes_next")

    def _perform(self, request: Request, path: str) -> Response:
        try:
            operation, in_path = self._operations.find(request.action_method, path)
            identity = identify(request, self._oauth)
            require_scope(identity, operation.scope)
            call = self._operations.read_call(operation, request, in_path, identity)
            with self._one_at_a_time:
                return PERFORM[operation.id](self._shop, call)
        except Problem as problem:
            return problem_response(problem, request.id)

    def _rate_limited(self) -> Problem:
        headers = {
            "Retry-After": "1",
            "X-RateLimit-Limit": str(CALLS_PER_MINUTE),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(int(self._now()) + 1),
        }
        return Problem("rate_limited", "Try again in a second.", headers=list(headers.items()))

    def _prove_kind(self, request: Request) -> Response:
        """`/auth/{kind}/whoami` accepts that kind of credential and no other."""
        match request.path.split("/"):
            case ["", "auth", kind, "whoami"] if kind in KINDS:
                _only_get(request)
                return identity_response(identify(request, self._oauth, [kind]))
        raise Problem("not_found", f"There is nothing at {request.path}. The kinds are {', '.join(KINDS)}.")

    def _go_to_docs(self, request: Request) -> Response:
        _only_get(request)
        return Response(302, headers=(("Location", "/docs"),))

    def _show_docs(self, request: Request) -> Response:
        _only_get(request)
        page = documentation(request.path, self.url)
        if page is None:
            raise Problem("not_found", f"There is no page {request.path}.")
        return html_response(200, page)

    def _show_description(self, request: Request) -> Response:
        _only_get(request)
        if request.path != "/openapi.json":
            raise Problem("not_found", f"There is nothing at {request.path}.")
        return json_response(200, self._description)

    def _show_robots(self, request: Request) -> Response:
        """Robots are to read the pages: so reading them can be seen, where a description lies beside."""
        _only_get(request)
        return Response(200, b"User-agent: *\nDisallow: /openapi.json\n", "text/plain; charset=utf-8")

    def _show_requests(self, request: Request) -> Response:
        """What was really sent, the oldest first; for tests. DELETE forgets it."""
        if request.method == "DELETE":
            with self._one_at_a_time:
                self._requests.clear()
            return Response(204)
        _only_get(request)
        with self._one_at_a_time:
            return json_response(200, {"data": list(self._requests)})

    def _note(self, request: Request) -> None:
        entry = {
            "request_id": request.id,
            "method": request.method,
            "path": request.target,
            "headers": dict(request.headers),
            "body": request.body.decode("utf-8", "replace")[:BODY_CHARACTERS_KEPT],
        }
        with self._one_at_a_time:
            self._requests.append(entry)

    def _byte_by_byte(self, body: bytes) -> Iterator[bytes]:
        for position in range(len(body)):
            if position and self.stopping.wait(1.0):
                raise HangUp
            yield body[position : position + 1]


def _only_get(request: Request) -> None:
    if request.action_method != "GET":
        raise Problem("method_not_allowed", "Here one can GET.", headers=[("Allow", "GET")])
