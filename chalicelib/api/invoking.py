"""``POST /actions/{integration}/{action}`` invokes: what its headers say, and how the result is answered."""

from __future__ import annotations

import math
from typing import Final

from chalicelib.api.routing import Context, Query, Reply, Routes
from chalicelib.errors import BadHeader
from chalicelib.gateway.invoke import invoke
from chalicelib.gateway.story import Call, Result
from chalicelib.settings import Caps

routes = Routes()
_LONGEST_KEY: Final = 255  # characters of an Idempotency-Key
_RESERVE_S: Final = 1.5  # of Lambda's time, for everything but the upstream


class Invocation(Query):
    """How an action is run."""

    dry_run: bool = False


@routes(
    "POST",
    "/v1/actions/{integration}/{action}",
    is_public=True,  # stage 1 of the invocation authorizes
    query=Invocation,
    max_bytes=Caps.REQUEST_BYTES,
    reads_raw_body=True,
)
def run(context: Context, query: Invocation) -> Reply:
    """Invoke the action: the body is its input, and nothing else."""
    parameters = context.parameters
    return answer(context, parameters["integration"], parameters["action"], context.raw_body, dry_run=query.dry_run)


def answer(
    context: Context,
    integration: str,
    action: str,
    body: bytes,
    *,
    connection: str | None = None,
    dry_run: bool = False,
    replay_of: str | None = None,
) -> Reply:
    """Invoke the action with `body`, under the headers of this request."""
    wants_raw = _response_kind(context) == "raw"
    result = invoke(
        Call(
            request_id=context.request_id,
            integration=integration,
            action=action,
            authorization=context.header("authorization"),
            body=body,
            connection=connection or context.header("waygate-connection"),
            timeout_s=_timeout_s(context),
            idempotency_key=_idempotency_key(context),
            dry_run=dry_run,
            replay_of=replay_of,
            address=lambda: context.client,
        )
    )
    headers = {**result.headers, **({"Idempotency-Replayed": "true"} if result.is_repeated else {})}
    if wants_raw and result.answer is not None:
        return _raw(result, headers)
    return Reply({"data": result.data, "meta": result.meta}, headers=headers)


def _timeout_s(context: Context) -> float:
    """What the caller allows, within what Lambda has left (design, section 3)."""
    left = max(0.1, min(Caps.CALL_TIMEOUT_S, context.remaining_s - _RESERVE_S))
    asked = context.header("waygate-timeout")
    if asked is None:
        return left
    try:
        seconds = float(asked)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < 3_600:
        raise BadHeader("Waygate-Timeout must be a number of seconds above 0, such as 20.")
    return min(seconds, left)


def _idempotency_key(context: Context) -> str | None:
    key = context.header("idempotency-key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        raise BadHeader(f"Idempotency-Key must be 1 to {_LONGEST_KEY} printable ASCII characters.")
    return key


def _response_kind(context: Context) -> str:
    kind = context.headers.get("waygate-response", "envelope").strip().lower()
    if kind not in ("envelope", "raw"):
        raise BadHeader("Waygate-Response must be `envelope` or `raw`.")
    return kind


def _raw(result: Result, headers: dict[str, str]) -> Reply:
    """The upstream's status, content type and bytes; the facts in headers."""
    upstream = result.answer
    if upstream is None:
        raise RuntimeError("only an answered call has a raw reply")
    facts = {
        "Content-Type": upstream.header("content-type") or "application/octet-stream",
        "Waygate-Upstream-Status": str(upstream.status),
        "Waygate-Upstream-Duration-Ms": str(upstream.duration_ms),
        "Content-Security-Policy": "sandbox",
    }
    return Reply(result.raw, upstream.status, {**facts, **headers}, is_raw=True)
