"""One exchange over HTTP as two plain values, `Request` and `Response`, and the way from and to WSGI (PEP 3333)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from .problems import Problem

MAX_BODY_BYTES = 1_048_576


@dataclass(frozen=True)
class Request:
    """`path` is decoded, `target` is path and query exactly as sent; header names are in lower case.

    `id` is ours, and goes back as the `Request-Id` header. A HEAD is kept as such; `action_method` is what it asks.
    """

    id: str
    method: str
    path: str
    target: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def action_method(self) -> str:
        """GET for a HEAD (RFC 9110 section 9.3.2), else the method itself."""
        return "GET" if self.method == "HEAD" else self.method

    @property
    def media_type(self) -> str:
        """The media type of the body without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body as JSON (RFC 8259: no NaN, no Infinity). Raises Problem `malformed_json`."""
        try:
            return json.loads(self.body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise Problem("malformed_json", f"The body could not be read as JSON: {error}") from error

    def cookie(self, name: str) -> str | None:
        """The value of one cookie, None without it."""
        try:
            morsel = SimpleCookie(self.headers.get("cookie", "")).get(name)
        except CookieError:
            return None
        return morsel.value if morsel else None


@dataclass(frozen=True)
class Response:
    """`is_slow` asks for the body to be sent one byte a second."""

    status: int
    body: bytes = b""
    media_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    is_slow: bool = False

    @property
    def status_line(self) -> str:
        """For WSGI: `404 Not Found`."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def json_response(status: int, value: Any, *headers: tuple[str, str], media_type: str = "application/json") -> Response:
    """A JSON answer in UTF-8."""
    return Response(status, json.dumps(value, ensure_ascii=False).encode(), media_type, headers)


def html_response(status: int, text: str, *headers: tuple[str, str]) -> Response:
    """An HTML page which may run no script, load nothing and not be framed."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    return Response(status, text.encode(), "text/html; charset=utf-8", (("Content-Security-Policy", policy), *headers))


def problem_response(problem: Problem, request_id: str) -> Response:
    """A problem, as it goes out."""
    document = problem.document(request_id)
    return json_response(problem.status, document, *problem.headers, media_type="application/problem+json")


def request_from(environ: Mapping[str, Any], request_id: str) -> Request:
    """The request of a WSGI environment; the body is read whole. Raises Problem `too_large`."""
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return Request(
        id=request_id,
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        target=environ["REQUEST_URI"],
        query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
        headers=headers,
        body=_read_body(environ),
    )


def _read_body(environ: Mapping[str, Any]) -> bytes:
    if int(environ.get("CONTENT_LENGTH") or 0) <= MAX_BODY_BYTES:
        body: bytes = environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
        if len(body) <= MAX_BODY_BYTES:
            return body
    raise Problem("too_large", f"A body may have up to {MAX_BODY_BYTES} bytes.")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
