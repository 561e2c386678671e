"""Calling the upstream, and what the outcome means for the caller."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from chalicelib.gateway import rate_limits, response, retry
from chalicelib.gateway.rate_limits import NO_LIMIT, Limit
from chalicelib.gateway.retry import Pace, Try
from chalicelib.registry.models import RateLimits

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
    limit: Limit = NO_LIMIT

    def facts(self) -> dict[str, Any]:
        """The `upstream` member of `meta`, of errors and of records."""
        return {
            "status": self.result.status if isinstance(self.result, Answer) else None,
            "duration_ms": sum(one["duration_ms"] for one in self.attempts),
            "attempts": list(self.attempts),
        }

    def followed_by(self, other: Tried, reason: str) -> Tried:
        """Both stories as one; `reason` says why the last attempt of this one was not the last of all."""
        *before, last = self.attempts
        after = ({**one, "n": one["n"] + len(self.attempts)} for one in other.attempts)
        return replace(other, attempts=(*before, {**last, "reason": reason}, *after))

    def explain(self, error: WaygateError, *, may_have_happened: bool) -> None:
        """Add to `error` what is known of the upstream; a write that may have happened must not be repeated blindly."""
        error.facts.setdefault("upstream", self.facts())
        if self.is_write and may_have_happened:
            error.facts |= {"outcome": "unknown", "retryable": False}


@dataclass(frozen=True)
class Conduct:
    """How a call may be made: what the upstream's limits look like, whether repeating it is harmless, until when."""

    limits: RateLimits
    is_write: bool
    is_repeatable: bool
    timeout_s: float
    workspace: str


def attempt(request: Outbound, conduct: Conduct, *, now: Callable[[], dt.datetime], pace: Pace) -> Tried:
    """Call the upstream, again where that is safe and can help (`retry`)."""

    def once(timeout_s: float) -> Try:
        try:
            result: Answer | CallFailed = send(request, timeout_s=timeout_s)
        except CallFailed as failure:
            result = failure
        limit = NO_LIMIT
        if isinstance(result, Answer):
            limit = rate_limits.read(result, conduct.limits, now=now())
        return retry.judge(result, limit, is_repeatable=conduct.is_repeatable)

    last, story = retry.run(
        once, deadline=pace.clock() + conduct.timeout_s, budget=retry.budget_of(conduct.workspace), pace=pace
    )
    return Tried(tuple(story), last.result, conduct.is_write, last.limit)


def outcome(tried: Tried) -> Answer:
    """The answer, if it is a good one (2xx, 3xx). Raises the error that the caller should get otherwise."""
    result = tried.result
    if isinstance(result, CallFailed):
        error = _FAILURES[result.reason](f"{result.detail[:1].upper()}{result.detail[1:]}.")
        tried.explain(error, may_have_happened=result.sent)
        raise error
    if result.status < 400 and not tried.limit.is_hit:
        return result
    refused = _refusal(result, tried.limit)
    refused.facts["upstream"] = {**tried.facts(), "body": response.shown(result)}
    tried.explain(refused, may_have_happened=result.status >= 500)
    raise refused


def _refusal(answer: Answer, limit: Limit) -> WaygateError:
    detail = f"The upstream answered {answer.status}."
    if answer.status == 429 or limit.is_hit:
        headers = {} if limit.wait_s is None else {"Retry-After": str(math.ceil(limit.wait_s))}
        facts = {"rate_limit": limit.facts()} if limit.facts() else {}
        return UpstreamRateLimited(detail, fix="Come back later.", headers=headers, facts=facts)
    if answer.status >= 500:
        return UpstreamFailed(detail)
    if answer.status in (401, 403):
        fix = "The upstream does not accept the connection's credential for this: test or replace the connection."
        return UpstreamRefused(detail, fix=fix)
    return UpstreamRefused(detail)
