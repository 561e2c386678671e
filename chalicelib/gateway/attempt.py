"""One upstream call, and what its outcome means for the caller."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.egress import Answer, CallFailed, Outbound, send
from chalicelib.errors import (
    UpstreamFailed,
    UpstreamInvalidResponse,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamResponseTooLarge,
    UpstreamTimeout,
    UpstreamTlsError,
    UpstreamUnreachable,
    WaygateError,
)
from chalicelib.gateway import response

_FAILURES: Final[dict[str, type[WaygateError]]] = {
    "dns_error": UpstreamUnreachable,
    "connect_error": UpstreamUnreachable,
    "broken": UpstreamUnreachable,
    "tls_error": UpstreamTlsError,
    "timeout": UpstreamTimeout,
    "too_large": UpstreamResponseTooLarge,
    "invalid_answer": UpstreamInvalidResponse,
}


@dataclass(frozen=True)
class Tried:
    """What became of the attempts: an answer, or the failure that ended them."""

    attempts: tuple[dict[str, Any], ...]
    result: Answer | CallFailed
    is_write: bool

    def facts(self) -> dict[str, Any]:
        """The `upstream` member of `meta`, of errors and of records."""
        return {
            "status": self.result.status if isinstance(self.result, Answer) else None,
            "duration_ms": sum(one["duration_ms"] for one in self.attempts),
            "attempts": list(self.attempts),
        }

    def explain(self, error: WaygateError, *, may_have_happened: bool) -> None:
        """Add to `error` what is known of the upstream; a write that may have happened must not be repeated blindly."""
        error.facts.setdefault("upstream", self.facts())
        if self.is_write and may_have_happened:
            error.facts |= {"outcome": "unknown", "retryable": False}


def attempt(request: Outbound, *, timeout_s: float, is_write: bool) -> Tried:
    """Call the upstream once."""
    try:
        answer = send(request, timeout_s=timeout_s)
    except CallFailed as failure:
        story = {"n": 1, "status": None, "reason": failure.reason, "duration_ms": failure.duration_ms}
        return Tried((story,), failure, is_write)
    return Tried(({"n": 1, "status": answer.status, "duration_ms": answer.duration_ms},), answer, is_write)


def outcome(tried: Tried, *, now: dt.datetime) -> Answer:
    """The answer, if it is a good one (2xx, 3xx). Raises the error that the caller should get otherwise."""
    result = tried.result
    if isinstance(result, CallFailed):
        error = _FAILURES[result.reason](f"{result.detail[:1].upper()}{result.detail[1:]}.")
        tried.explain(error, may_have_happened=result.sent)
        raise error
    if result.status < 400:
        return result
    refused = _refusal(result, now)
    refused.facts["upstream"] = {**tried.facts(), "body": response.shown(result)}
    tried.explain(refused, may_have_happened=result.status >= 500)
    raise refused


def _refusal(answer: Answer, now: dt.datetime) -> WaygateError:
    detail = f"The upstream answered {answer.status}."
    if answer.status == 429:
        wait_s = response.retry_after_s(answer, now=now)
        headers = {} if wait_s is None else {"Retry-After": str(wait_s)}
        return UpstreamRateLimited(detail, fix="Come back later.", headers=headers)
    if answer.status >= 500:
        return UpstreamFailed(detail)
    if answer.status in (401, 403):
        fix = "The upstream does not accept the connection's credential for this: test or replace the connection."
        return UpstreamRefused(detail, fix=fix)
    return UpstreamRefused(detail)
