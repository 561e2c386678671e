"""From a request to a handler's arguments and back: authentication, scopes, media types, bodies, queries.

A module of this package declares its endpoints on a `Routes`; a handler takes a `Context` and, where the endpoint
has one, a validated query and body, and returns a `Reply` or plain data.
"""

from __future__ import annotations

import base64
import functools
import importlib
import json
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib import checked_json
from chalicelib.api import bad_keys, client_address
from chalicelib.auth import api_keys
from chalicelib.auth.api_keys import Caller, Scope
from chalicelib.auth.audit import Actor
from chalicelib.errors import (
    BadHeader,
    EtagMismatch,
    InvalidInput,
    MalformedJson,
    RouteNotFound,
    TooLarge,
    Unauthenticated,
    UnsupportedMediaType,
)
from chalicelib.registry.validation import pointer
from chalicelib.settings import Caps

_LONGEST_NAME = 200  # characters of a path parameter; DynamoDB takes keys of 1,024 bytes
# curl's `-d` says form where it sends JSON; a browser's form post cannot carry our Authorization header (F9)
_JSON_KINDS = frozenset({"", "application/json", "application/x-www-form-urlencoded", "text/plain"})


class Reply(NamedTuple):
    """An answer: `body` is JSON data, bytes as they are, or None for no body."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    is_raw: bool = False


class Context(NamedTuple):
    """One request of ours."""

    request_id: str
    method: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    query: Mapping[str, list[str]]
    raw_body: bytes
    remaining_s: float
    address: str | None = None
    caller: Caller | None = None

    @classmethod
    def of(cls, request: Any, lambda_context: Any, parameters: Mapping[str, str], *, request_id: str) -> Context:
        """The context of an API Gateway request."""
        event = request.to_original_event()
        body = event.get("body") or ""
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        remaining = getattr(lambda_context, "get_remaining_time_in_millis", lambda: 28_000)()
        return cls(
            request_id=request_id,
            method=request.method,
            parameters=parameters,
            headers=headers,
            query=event.get("multiValueQueryStringParameters") or {},
            raw_body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
            remaining_s=remaining / 1000,
            address=(event.get("requestContext", {}).get("identity") or {}).get("sourceIp"),
        )

    def header(self, name: str) -> str | None:
        """A request header, by lower-case name."""
        return self.headers.get(name)

    @property
    def source(self) -> str:
        """Whose bad keys are counted together."""
        return client_address.source_of(self.address or "", self.headers)

    @property
    def client(self) -> str | None:
        """Where the request comes from: the client's own address, as far as it is known."""
        return client_address.address_of(self.address or "", self.headers)

    @property
    def who(self) -> Caller:
        """The authenticated caller."""
        if self.caller is None:
            raise RuntimeError("this endpoint authenticates nobody")
        return self.caller

    @property
    def workspace(self) -> str:
        """The caller's workspace."""
        return self.who.workspace

    @property
    def actor(self) -> Actor:
        """The caller, as the audit names it."""
        return Actor(f"key:{self.who.key_id}", self.client)

    def check_etag(self, version: int) -> None:
        """Raises `EtagMismatch` where ``If-Match`` names another version (RFC 9110, 13.1.1)."""
        wanted = self.header("if-match")
        if wanted and wanted.strip() != "*" and etag(version) not in (tag.strip() for tag in wanted.split(",")):
            raise EtagMismatch(f"The stored version is {etag(version)}, not {wanted[:100]}.")


def etag(version: int | float | None) -> str:
    """The entity tag of a version."""
    return f'"v{int(version or 1)}"'


class Query(BaseModel):
    """Query parameters; unknown ones are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Page(Query):
    """What every list takes."""

    limit: int = Field(default=Caps.PAGE_DEFAULT, ge=1, le=Caps.PAGE_MAX)
    cursor: str | None = Field(default=None, max_length=2_000)


M = TypeVar("M", bound=BaseModel)
Q = TypeVar("Q", bound=Query)
Handler = Callable[..., Any]


class Endpoint(NamedTuple):
    """One method of one path. `scope` None: any valid key; `is_public`: no key at all."""

    method: str
    path: str
    handler: Handler
    scope: Scope | None
    is_public: bool
    body: type[BaseModel] | None
    query: type[Query] | None
    max_bytes: int
    reads_raw_body: bool


class Routes:
    """The endpoints of one resource."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []

    def __call__(
        self,
        method: str,
        path: str,
        *,
        scope: Scope | None = None,
        is_public: bool = False,
        body: type[BaseModel] | None = None,
        query: type[Query] | None = None,
        max_bytes: int = Caps.SMALL_REQUEST_BYTES,
        reads_raw_body: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declare the decorated function as the handler of `method` on `path`."""

        def declare(handler: Handler) -> Handler:
            self.endpoints.append(
                Endpoint(method, path, handler, scope, is_public, body, query, max_bytes, reads_raw_body)
            )
            return handler

        return declare


@functools.cache
def declared_by(module: str) -> Mapping[tuple[str, str], Endpoint]:
    """The endpoints, by method and path, of a module of this package, which is imported the first time."""
    routes: Routes = importlib.import_module(f"{__package__}.{module}").routes
    return {(endpoint.method, endpoint.path): endpoint for endpoint in routes.endpoints}


def answer_to(endpoint: Endpoint, context: Context) -> Reply:
    """Run `endpoint` for `context`. Raises the `WaygateError` that the caller gets."""
    authorization = context.header("authorization")
    if authorization is None:
        return _run(endpoint, context)
    if bad_keys.any_seen():
        bad_keys.check(context.source, authorization)
    try:
        return _run(endpoint, context)
    except Unauthenticated:
        bad_keys.note(context.source)
        raise


def _run(endpoint: Endpoint, context: Context) -> Reply:
    if not endpoint.is_public:
        if any(len(value) > _LONGEST_NAME for value in context.parameters.values()):
            raise RouteNotFound(f"A name in the path is longer than {_LONGEST_NAME} characters.")
        caller = api_keys.authenticate(context.header("authorization"))
        integration = context.parameters.get("integration")
        if endpoint.scope is not None:
            caller.require(endpoint.scope, integration)
        context = context._replace(caller=caller)
    arguments: dict[str, Any] = {}
    if endpoint.query is not None:
        arguments["query"] = _parse_query(endpoint.query, context.query)
    if endpoint.reads_raw_body or endpoint.body is not None:
        raw_body = _body(context, endpoint)
        context = context if raw_body is context.raw_body else context._replace(raw_body=raw_body)
    elif len(context.raw_body) > endpoint.max_bytes:
        raise _too_large(context, endpoint)
    if endpoint.body is not None:
        arguments["body"] = parse_model(endpoint.body, json_object(context.raw_body))
    result = endpoint.handler(context, **arguments)
    return result if isinstance(result, Reply) else Reply(result)


def json_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`; an empty body is an empty object."""
    value = checked_json.loads(raw) if raw.strip() else {}
    if not isinstance(value, dict):
        raise MalformedJson("The body must be a JSON object.")
    return value


def parse_model(model: type[M], members: dict[str, Any]) -> M:
    """`members` as a `model`. Raises `InvalidInput` with every fault; no message repeats a value."""
    try:
        return read_model(model, members)
    except ValidationError as error:
        raise invalid(error, "body") from None


def read_model(model: type[M], members: dict[str, Any]) -> M:
    """The same, as JSON has it: neither is "5" a number, nor 0 false. Raises `ValidationError`."""
    return model.model_validate_json(json.dumps(members), strict=True)


def invalid(error: ValidationError, what: str) -> InvalidInput:
    """pydantic's faults as ours."""
    faults = [
        {
            "pointer": pointer([part for part in e["loc"] if part != "[key]"]),
            "code": "unexpected" if e["type"] == "extra_forbidden" else str(e["type"]),
            "detail": "is not known here" if e["type"] == "extra_forbidden" else str(e["msg"]),
        }
        for e in error.errors(include_input=False, include_url=False)
    ]
    return InvalidInput(f"{len(faults)} fault{'s' * (len(faults) > 1)} in the {what}.", errors=faults)


def _parse_query(model: type[Q], given: Mapping[str, list[str]]) -> Q:
    try:
        return model.model_validate({name: values[-1] for name, values in given.items()}) if given else _empty(model)
    except ValidationError as error:
        raise invalid(error, "query") from None


@functools.cache
def _empty(model: type[Q]) -> Q:
    return model()


def _body(context: Context, endpoint: Endpoint) -> bytes:
    kind = (context.header("content-type") or "").split(";")[0].strip().lower()
    if not endpoint.reads_raw_body and context.raw_body and kind not in _JSON_KINDS and not kind.endswith("+json"):
        raise UnsupportedMediaType(f"This route reads application/json, not {kind[:100]}.")
    if len(context.raw_body) > endpoint.max_bytes:
        raise _too_large(context, endpoint)
    encoding = (context.header("content-encoding") or "identity").strip().lower()
    if encoding == "identity" or not context.raw_body or endpoint.path == "/v1/uploads":
        return context.raw_body
    if encoding != "gzip":
        raise BadHeader(f"Content-Encoding {encoding[:40]!r} is not known; use gzip or none.")
    return gunzip(context.raw_body, endpoint.max_bytes)


def gunzip(packed: bytes, max_bytes: int) -> bytes:
    """The unpacked bytes. Raises `TooLarge` before more than `max_bytes` are held, `BadHeader` for broken gzip."""
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(packed, max_bytes + 1)
    except zlib.error:
        raise BadHeader("Content-Encoding says gzip, and the body is not.") from None
    if len(plain) > max_bytes:
        raise TooLarge(f"The body unpacks to more than {max_bytes:,} bytes.")
    if not unpacker.eof:
        raise BadHeader("The gzip body is cut off.")
    return plain


def _too_large(context: Context, endpoint: Endpoint) -> TooLarge:
    return TooLarge(
        f"The body has {len(context.raw_body):,} bytes; this route takes {endpoint.max_bytes:,}.",
        fix="Send it gzipped (`Content-Encoding: gzip`). API descriptions go gzipped to POST /api/v1/uploads, "
        "or by URL in the job's source; `waygate add` does either by itself.",
    )
