"""Consoles that are served from elsewhere: what a browser lets them do (CORS, Fetch Standard, 3.2).

There are none unless `WAYGATE_CONSOLE_ORIGINS` names their exact origins: the console's own origin is the API's. No
credentials are allowed, as the API takes none but the `Authorization` header.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chalicelib.api.routing import Context, Reply
from chalicelib.settings import settings

_REQUEST_HEADERS: Final = (
    *("Authorization", "Content-Type", "Content-Encoding", "If-Match", "Idempotency-Key"),
    *("Waygate-Connection", "Waygate-Response", "Waygate-Timeout"),
)
_ANSWER_HEADERS: Final = (
    *("ETag", "Idempotency-Replayed", "Location", "Next-Cursor", "RateLimit", "RateLimit-Policy", "Request-Id"),
    *("Retry-After", "Waygate-Upstream-Duration-Ms", "Waygate-Upstream-Status"),
)
_REMEMBERED_S: Final = 600


def preflight(context: Context, methods: Iterable[str]) -> Reply | None:
    """What a browser is told that asks whether it may call; None for any other request."""
    if context.method != "OPTIONS" or not context.header("access-control-request-method"):
        return None
    if not _is_console(context):
        return None
    allowed = {
        "Access-Control-Allow-Methods": ", ".join(sorted(methods)),
        "Access-Control-Allow-Headers": ", ".join(_REQUEST_HEADERS),
        "Access-Control-Max-Age": str(_REMEMBERED_S),
    }
    return Reply(None, 204, allowed)


def headers(context: Context) -> dict[str, str]:
    """What every answer says to a console from elsewhere; nothing where none is configured."""
    if not settings().console_origins:
        return {}
    if not _is_console(context):
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": context.header("origin") or "",
        "Access-Control-Expose-Headers": ", ".join(_ANSWER_HEADERS),
        "Vary": "Origin",
    }


def _is_console(context: Context) -> bool:
    return context.header("origin") in settings().console_origins
