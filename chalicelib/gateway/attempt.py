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
from chalicelib.gateway import cooldowns, response, retry, verdicts
from chalicelib.gateway.admit import Admission
from chalicelib.gateway.rate_limits import NO_LIMIT, Limit
from chalicelib.gateway.retry import Pace, Try
from chalicelib.gateway.verdicts import Verdict
from chalicelib.registry.profile import Profile

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
    """What became of the attempts: an answer and what it means, or the failure that ended them.

    `was_sent` is False only where no byte of any attempt can have reached the upstream.
    """

    attempts: tuple[dict[str, Any], ...]
    result: Answer | CallFailed
    is_write: bool
    verdict: Verdict | None = None
    was_sent: bool = True

    @property
    def limit(self) -> Limit:
        """What the answer says of the upstream's rate limit."""
        return self.verdict.limit if self.verdict else NO_LIMIT

    @property
    def refuses_credential(self) -> bool:
        """The upstream says, as its profile declares, that it does not accept the credential."""
        return self.verdict is not None and self.verdict.kind == "credential_refused"

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
    """How a call may be made: what the upstream's answers mean, whether repeating it is harmless, until when."""

    profile: Profile
    is_write: bool
    is_repeatable: bool
    timeout_s: float
    workspace: str


def attempt(
    request: Outbound, conduct: Conduct, admission: Admission, *, now: Callable[[], dt.datetime], pace: Pace
) -> Tried:
    """Call the upstream, again where that is safe and can help (`retry`); `admission` learns what comes of it."""
    sent: list[bool] = []

    def once(timeout_s: float) -> Try:
        try:
            result: Answer | CallFailed = send(request, timeout_s=timeout_s)
        except CallFailed as failure:
            result = failure
        verdict = verdicts.judge(result, conduct.profile, now=now()) if isinstance(result, Answer) else None
        sent.append(verdict is not None or (isinstance(result, CallFailed) and result.sent))
        return admission.judge(retry.judge(result, verdict, is_repeatable=conduct.is_repeatable))

    last = None
    try:
        last, story = retry.run(
            once, deadline=pace.clock() + conduct.timeout_s, budget=retry.budget_of(conduct.workspace), pace=pace
        )
    finally:
        admission.settle(last)
    return Tried(tuple(story), last.result, conduct.is_write, last.verdict, any(sent))


def outcome(tried: Tried) -> Answer:
    """The answer, if it is a good one. Raises the error that the caller should get otherwise."""
    result = tried.result
    if isinstance(result, CallFailed):
        error = _FAILURES[result.reason](f"{result.detail[:1].upper()}{result.detail[1:]}.")
        tried.explain(error, may_have_happened=tried.was_sent)
        raise error
    if tried.verdict is None or tried.verdict.kind == "good":
        return result
    refused = _refusal(result, tried.verdict)
    refused.facts["upstream"] = {**tried.facts(), "body": response.shown(result)}
    tried.explain(refused, may_have_happened=isinstance(refused, UpstreamFailed))
    raise refused


def _refusal(answer: Answer, verdict: Verdict) -> WaygateError:
    detail, limit = f"The upstream answered {answer.status}.", verdict.limit
    match verdict.kind:
        case "rate_limited":
            wait_s = cooldowns.UNSAID_S if limit.cool_down_s is None else limit.cool_down_s
            seconds = max(1, math.ceil(min(cooldowns.LONGEST_S, wait_s)))
            facts = {"rate_limit": limit.facts()} if limit.facts() else {}
            headers = {"Retry-After": str(seconds)}
            return UpstreamRateLimited(detail, fix=f"Come back in {seconds} s.", headers=headers, facts=facts)
        case "credential_refused":
            fix = "The upstream does not accept the connection's credential: test or replace the connection."
            return UpstreamRefused(detail, fix=fix, facts={"credential_refused": True})
        case "declared_failure":
            return UpstreamRefused(f"{detail[:-1]}, and what it says means that the call failed.")
        case "asked_to_retry":
            fix = "The upstream asks to try again later."
            return UpstreamRefused(detail, fix=fix, facts={"retryable": True})
        case "failed":
            return UpstreamFailed(detail)
        case _ if answer.status == 403:
            fix = "The connection's credential may lack the permission for this: test or replace the connection."
            return UpstreamRefused(detail, fix=fix)
        case _:
            return UpstreamRefused(detail)
