"""Our Chalice application: safe under threads, honest about methods, and the only place where errors become answers.

Chalice keeps the current request in a plain attribute, so threads of the local server would answer each other's
callers (199 of 200, measured); here it is local to the thread. API Gateway passes on only declared pairs of path and
method: each resource therefore declares the methods that it lacks (405 with ``Allow``), and two catch-alls give 404.
"""

from __future__ import annotations

import base64
import gzip
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import orjson
from chalice.app import Chalice, Request, Response, RestAPIEventHandler

from chalicelib import aws
from chalicelib.api import cross_origin
from chalicelib.api.routing import Context, Endpoint, Reply, answer_to, declared_by
from chalicelib.errors import MethodNotAllowed, RouteNotFound, TooLarge, WaygateError
from chalicelib.gateway.invoke import new_request_id
from chalicelib.observability import call_of, forget_secrets, logger, redact_bytes, trace_id
from chalicelib.settings import Caps

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_GZIP_FROM = 1_400  # bytes; a smaller body fits one packet anyway
_ENCODED_FROM = 1_000_000  # bytes; Lambda escapes text, which could double it: large text travels as base64


class _Handler(RestAPIEventHandler):
    """Chalice wants an Accept header that matches a binary answer; with binary type `*/*` that makes a 400 of all."""

    def _validate_binary_response(self, *_: Any) -> bool:
        return True


class _Answer(Response):
    """An answer as API Gateway takes it: bytes are encoded, text is not."""

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:  # noqa: ARG002 (Chalice's signature)
        """The Lambda proxy answer."""
        encoded = isinstance(self.body, bytes)
        return {
            "statusCode": self.status_code,
            "headers": self.headers,
            "multiValueHeaders": {},
            "body": base64.b64encode(self.body).decode() if encoded else self.body,
            "isBase64Encoded": encoded,
        }


class Application(Chalice):
    """The deployed application: `serve` declares the paths of the modules of `api`."""

    _here = threading.local()

    def __init__(self, app_name: str) -> None:
        super().__init__(app_name, configure_logs=False)
        self.api.binary_types = ["*/*"]
        self._modules: list[str] = []
        for kind in ("pure_lambda", "scheduled", "sqs"):
            self.register_middleware(_with_ids, kind)

    @property
    def current_request(self) -> Request | None:
        """The request that this thread answers."""
        return getattr(self._here, "request", None)

    @current_request.setter
    def current_request(self, request: Request | None) -> None:
        self._here.request = request

    @property
    def lambda_context(self) -> Any:
        """The Lambda context of this thread's request."""
        return getattr(self._here, "context", None)

    @lambda_context.setter
    def lambda_context(self, context: Any) -> None:
        self._here.context = context

    def __call__(self, event: Any, context: Any) -> Any:
        """Answer one API Gateway event."""
        self.lambda_context = context
        aws.learn_account(str(getattr(context, "invoked_function_arn", "")))
        handler = _Handler(self.routes, self.api, self.log, self.debug, self._get_middleware_handlers("http"))
        self.current_request = handler.create_request_object(event, context)
        return handler(event, context)

    @property
    def endpoints(self) -> list[Endpoint]:
        """All that is served. Imports every module of `api`."""
        return [endpoint for module in self._modules for endpoint in declared_by(module).values()]

    def serve(self, resources: Mapping[str, Sequence[str]]) -> None:
        """Declare, with every method, the paths of each module of `api`; and the two catch-alls.

        A module is imported at the first request to one of its paths. A path of several modules asks them in turn.
        """
        self._modules = list(resources)
        paths = dict.fromkeys(path for named in resources.values() for path in named)
        for path in (*paths, "/{proxy+}", "/v1/{proxy+}"):
            self._declare(path, [module for module, named in resources.items() if path in named])

    def _declare(self, path: str, modules: Sequence[str]) -> None:
        def view(**parameters: str) -> Response:
            return self._answer(path, modules, parameters)

        view.__name__ = path.strip("/").replace("/", "_").replace("{", "").replace("}", "") or "root"
        self.route(path, methods=list(METHODS), content_types=[], name=view.__name__)(view)

    def _answer(self, path: str, modules: Sequence[str], parameters: dict[str, str]) -> Response:
        request = self.current_request
        if request is None:
            raise RuntimeError("there is no request to answer")
        context = Context.of(request, self.lambda_context, parameters, request_id=new_request_id())
        with call_of(**_ids_of(request, context, self.lambda_context)):
            return self._answer_to(path, modules, request, context)

    def _answer_to(self, path: str, modules: Sequence[str], request: Request, context: Context) -> Response:
        try:
            endpoint = _endpoint(path, modules, "GET" if request.method == "HEAD" else request.method)
            if endpoint is not None:
                reply = answer_to(endpoint, context)
            elif (told := cross_origin.preflight(context, _methods(path, modules))) is not None:
                reply = told
            else:
                raise _no_such(path, _methods(path, modules), request.method)
        except WaygateError as error:
            reply = _problem(error, context)
        except Exception:  # noqa: BLE001 (the edge: whatever happened, the caller gets an answer)
            logger.exception("unhandled", extra={"route": path})
            reply = _problem(WaygateError(), context)
        try:
            return _encode(reply, context, is_head=request.method == "HEAD")
        except TooLarge as error:
            return _encode(_problem(error, context), context)
        finally:
            forget_secrets()


def _endpoint(path: str, modules: Sequence[str], method: str) -> Endpoint | None:
    """The endpoint of the first of `modules` that has one; those after it are not imported."""
    for module in modules:
        if (found := declared_by(module).get((method, path))) is not None:
            return found
    return None


def _methods(path: str, modules: Sequence[str]) -> list[str]:
    return [method for module in modules for method, where in declared_by(module) if where == path]


def _ids_of(request: Request, context: Context, lambda_context: Any) -> dict[str, str | None]:
    """What ties the lines of a request together: our id, the trace's, API Gateway's (its access log), Lambda's."""
    return {
        "request_id": context.request_id,
        "trace_id": trace_id(context.header("x-amzn-trace-id")),
        "gateway_request_id": request.context.get("requestId"),
        "function_request_id": getattr(lambda_context, "aws_request_id", None),
    }


def _with_ids(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice's middleware of all functions but the API: their lines carry Lambda's id of the call, and the trace's."""
    with call_of(trace_id=trace_id(), function_request_id=getattr(event.context, "aws_request_id", None)):
        return get_response(event)


def _no_such(path: str, methods: Iterable[str], method: str) -> WaygateError:
    allowed = sorted({*methods, *({"HEAD"} if "GET" in methods else ())})
    if not allowed:
        return RouteNotFound("There is no such path.")
    return MethodNotAllowed(
        f"{path.removeprefix('/v1')} knows {', '.join(allowed)}, not {method}.", headers={"Allow": ", ".join(allowed)}
    )


def _problem(error: WaygateError, context: Context) -> Reply:
    body = redact_bytes(dump(error.problem(context.request_id)))
    return Reply(body, error.status, {"Content-Type": "application/problem+json", **error.headers})


def dump(value: Any) -> bytes:
    """JSON; integers beyond 64 bits stay exact."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        import json

        return json.dumps(value, separators=(",", ":"), default=str).encode()


def _encode(reply: Reply, context: Context, *, is_head: bool = False) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/json",
        "Request-Id": context.request_id,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **cross_origin.headers(context),
        **reply.headers,
    }
    body = reply.body if isinstance(reply.body, bytes) else b"" if reply.body is None else dump(reply.body)
    if len(body) >= _GZIP_FROM and "gzip" in (context.header("accept-encoding") or "") and not reply.is_raw:
        body = gzip.compress(body, 1, mtime=0)
        vary = "Origin, Accept-Encoding" if "Vary" in headers else "Accept-Encoding"
        headers |= {"Content-Encoding": "gzip", "Vary": vary}
    if len(body) > Caps.ANSWER_BYTES:
        raise TooLarge(
            f"The answer has {len(body):,} bytes; {Caps.ANSWER_BYTES:,} fit.",
            fix="Ask for a smaller page or use a filter; send `Accept-Encoding: gzip`.",
        )
    if is_head:
        return _Answer("", headers, reply.status)
    if "Content-Encoding" in headers or reply.is_raw or len(body) > _ENCODED_FROM:
        return _Answer(body, headers, reply.status)
    return _Answer(body.decode(), headers, reply.status)
