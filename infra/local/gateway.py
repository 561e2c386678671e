"""API Gateway in front of the application: routes, events, limits and its own answers.

One HTTP request becomes the event of a REST API with Lambda proxy integration, in the steps

    find the resource → read the body → make the event → call the application → make the answer

and whatever fails on the way is answered from `infra/gateway_responses.json`, which a deployment gives to AWS. The
rules are those of REST APIs: the most specific resource wins before its methods are looked at; path parameters are
percent-decoded; with binary types ``*/*`` every body is base64; Lambda takes and returns at most 6 MB.
"""

from __future__ import annotations

import base64
import functools
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from infra.local import backends
from infra.local.functions import API_TIMEOUT_S, Context

RESPONSES_FILE: Final = Path(__file__).parent.parent / "gateway_responses.json"
BASE_PATH: Final = "/api"
STAGE: Final = "api"
MAX_BODY_BYTES: Final = 10 * 1024 * 1024  # API Gateway quotas, "Payload size"
MAX_EVENT_BYTES: Final = 6 * 1024 * 1024  # Lambda quotas, "Invocation payload", request and response alike
_PATHS: Final = 1_000  # whose resource is remembered
_SLACK_BYTES: Final = 65_536  # below the limit by this much, a body needs no exact count


class BodyTooLarge(Exception):
    """The body of a request has more bytes than were asked for."""


@dataclass(frozen=True)
class Request:
    """An HTTP request. `target` is the path as sent, undecoded; `headers` hold every value of each name in title
    case; `read(limit)` returns the whole body, or raises `BodyTooLarge` having read no more than `limit` bytes."""

    method: str
    target: str
    query: str
    headers: dict[str, list[str]]
    address: str
    read: Callable[[int], bytes]

    def header(self, name: str) -> str:
        """The last value of a header, or ""."""
        return self.headers.get(name, [""])[-1]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class Gateway:
    """The REST API of one Chalice application."""

    def __init__(self, app: Any, function_name: str, responses: dict[str, Any] | None = None) -> None:
        """`responses` are the gateway's own answers, by kind; those of `infra/gateway_responses.json` if not given."""
        self._app = app
        self._function_name = function_name
        self._responses = responses or json.loads(RESPONSES_FILE.read_text(encoding="utf-8"))
        self._resources = sorted(
            ((_specificity(path), _pattern(path), path, frozenset(methods)) for path, methods in app.routes.items()),
            key=lambda resource: resource[0],
        )
        self._find = functools.lru_cache(_PATHS)(self._look_up)

    def answer(self, request: Request) -> Answer:
        """The answer to a request below the base path."""
        request_id = str(uuid.uuid4())
        path = request.target[len(BASE_PATH) :] or "/"
        resource, parameters = self._find(path, request.method)
        if resource is None:
            return self.refuse("MISSING_AUTHENTICATION_TOKEN", request_id, "MissingAuthenticationTokenException")
        try:
            body = request.read(MAX_BODY_BYTES)
        except BodyTooLarge:
            return self.refuse("REQUEST_TOO_LARGE", request_id, "RequestTooLargeException")
        event = _event(request, resource, path, parameters, body, request_id)
        if _exceeds(event, len(event["body"] or "")):
            return self.refuse("REQUEST_TOO_LARGE", request_id, "RequestTooLargeException")
        try:
            returned = self._app(event, Context(self._function_name, API_TIMEOUT_S))
            if _exceeds(returned, len(returned.get("body") or "")):
                raise ValueError("the function's answer has more than 6 MB")
            return _answer(returned, request_id)
        except Exception as error:  # noqa: BLE001 - API Gateway makes one answer of whatever a function does wrong
            _report(self._function_name, error)
            return self.refuse("DEFAULT_5XX", request_id, "InternalServerErrorException", status=502)

    def refuse(self, kind: str, request_id: str, error_type: str, status: int = 0) -> Answer:
        """An answer of API Gateway itself: the gateway response `kind`, with what it leaves open filled in."""
        response = self._responses[kind]
        headers = [("x-amzn-RequestId", request_id), ("x-amzn-ErrorType", error_type)]
        for parameter, value in response["responseParameters"].items():
            name = parameter.removeprefix("gatewayresponse.header.")
            headers.append((name, request_id if value == "context.requestId" else value.strip("'")))
        body = response["responseTemplates"]["application/json"].replace("$context.requestId", request_id)
        return Answer(int(response.get("statusCode", status)), headers, body.encode())

    def _look_up(self, path: str, method: str) -> tuple[str | None, dict[str, str]]:
        """The resource of an encoded path, and its decoded parameters; None if it is not declared for the method."""
        if path != "/" and path.endswith("/"):
            path = path[:-1]
        for _, pattern, resource, methods in self._resources:
            match = pattern.fullmatch(path)
            if match:
                found = {name: unquote(value) for name, value in match.groupdict().items()}
                return (resource, found) if method in methods else (None, {})
        return None, {}


def _specificity(path: str) -> list[int]:
    """Sorts resources as API Gateway chooses them: segment by segment, literal before `{name}` before `{name+}`."""
    return [2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in path.split("/")[1:]]


def _pattern(path: str) -> re.Pattern[str]:
    parts = []
    for part in path.split("/")[1:]:
        name = part.strip("{+}")
        if part.endswith("+}"):
            parts.append(f"(?P<{name}>.+)")
        elif part.startswith("{"):
            parts.append(f"(?P<{name}>[^/]+)")
        else:
            parts.append(re.escape(part))
    return re.compile("/" + "/".join(parts))


def _event(
    request: Request, resource: str, path: str, parameters: dict[str, str], body: bytes, request_id: str
) -> dict[str, Any]:
    """The event of a Lambda proxy integration, payload version 1.0."""
    headers = _forwarded(request, request_id)
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True) if request.query else ():
        query.setdefault(name, []).append(value)
    now = time.time()
    context = {
        "accountId": backends.ACCOUNT,
        "apiId": "local",
        "resourceId": resource,
        "resourcePath": resource,
        "httpMethod": request.method,
        "stage": STAGE,
        "path": request.target,
        "protocol": "HTTP/1.1",
        "domainName": request.header("Host"),
        "requestId": request_id,
        "extendedRequestId": request_id,
        "requestTime": _request_time(int(now)),
        "requestTimeEpoch": int(now * 1000),
        "identity": {"sourceIp": request.address, "userAgent": request.header("User-Agent")},
    }
    return {
        "resource": resource,
        "path": path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": context,
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


@functools.lru_cache(1)
def _request_time(seconds: int) -> str:
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(seconds))


def _forwarded(request: Request, request_id: str) -> dict[str, list[str]]:
    """The request's headers as API Gateway passes them on: with the client's address, without the connection's own."""
    headers = {name: values for name, values in request.headers.items() if name not in ("Connection", "Expect")}
    before = request.headers.get("X-Forwarded-For", [])
    headers["X-Forwarded-For"] = [", ".join([*before, request.address])]
    headers["X-Forwarded-Proto"] = ["http"]
    headers["X-Amzn-Trace-Id"] = [f"Root=1-{int(time.time()):08x}-{request_id.replace('-', '')[:24]}"]
    return headers


def _exceeds(document: dict[str, Any], body_characters: int) -> bool:
    """True if the document is more than Lambda takes, as JSON."""
    if body_characters + _SLACK_BYTES < MAX_EVENT_BYTES // 2:
        return False
    return len(json.dumps(document)) > MAX_EVENT_BYTES


def _answer(returned: dict[str, Any], request_id: str) -> Answer:
    """What a function returned as an HTTP answer. Raises if it is malformed."""
    text = returned.get("body") or ""
    body = base64.b64decode(text, validate=True) if returned.get("isBase64Encoded") else text.encode()
    headers = list(_answer_headers(returned))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    headers.append(("x-amzn-RequestId", request_id))
    return Answer(int(returned["statusCode"]), headers, body)


def _answer_headers(returned: dict[str, Any]) -> Iterator[tuple[str, str]]:
    multiple = returned.get("multiValueHeaders") or {}
    for name, value in (returned.get("headers") or {}).items():
        if name not in multiple and name.lower() != "content-length":
            yield name, str(value)
    for name, values in multiple.items():
        for value in values:
            yield name, str(value)


def _report(function_name: str, error: Exception) -> None:
    import sys
    import traceback

    print(f"{function_name}: {type(error).__name__}: {error}", file=sys.stderr)
    traceback.print_tb(error.__traceback__, limit=-3, file=sys.stderr)
