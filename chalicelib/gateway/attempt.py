"""One upstream call, and what its outcome means for the caller."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.egress import Answer, CallFailed, Outbound, send
from chalicelib.errors import (
    UpstreamFailed,
    UpstreamFault,
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
    "connect_error": UpstreamUnreachable,
    "broken": UpstreamUnreachable,
    "timeout": UpstreamTimeout,
    "tls_error": UpstreamTlsError,
    "too_large": UpstreamResponseTooLarge,
    "bad_encoding": UpstreamInvalidResponse,
}


@dataclass(frozen=True)
class Tried:
    """What became of the attempts: an answer, or the failure that ended them."""

    attempts: tuple[dict[str, Any], ...]
    is_write: bool
    answer: Answer | None = None
    failure: CallFailed | None = None

    def facts(self) -> dict[str, Any]:
        """The `upstream` member of `meta`, of errors and of records."""
        return {
            "status": self.answer.status if self.answer else None,
            "duration_ms": sum(a["duration_ms"] for a in self.attempts),
            "attempts": list(self.attempts),
        }


def attempt(request: Outbound, *, timeout_s: float, is_write: bool) -> Tried:
    """Call the upstream once."""
    try:
        answer = send(request, timeout_s=timeout_s)
    except CallFailed as failure:
        story = {"n": 1, "status": None, "reason": failure.reason, "duration_ms": failure.duration_ms}
        return Tried((story,), is_write, failure=failure)
    story = {"n": 1, "status": answer.status, "duration_ms": answer.duration_ms}
    return Tried((story,), is_write, answer=answer)


def outcome(tried: Tried, *, now: dt.datetime) -> Answer:
    """The answer, if it is a good one (1xx–3xx). Raises the error that the caller should get otherwise."""
    if tried.failure is not None:
        raise _FAILURES[tried.failure.reason](f"{_sentence(tried.failure.detail)}", facts=_facts(tried, tried.failure.sent))
    answer = tried.answer
    if answer is None:
        raise UpstreamFault("No attempt was made.")
    if answer.status < 400:
        return answer
    facts = _facts(tried, answer.status >= 500)
    facts["upstream"]["body"] = response.shown(answer)
    if answer.status == 429:
        wait = response.retry_after_s(answer, now=now)
        headers = {"Retry-After": str(wait)} if wait is not None else None
        raise UpstreamRateLimited("The upstream answered 429.", fix="Come back later.", facts=facts, headers=headers)
    if answer.status >= 500:
        raise UpstreamFailed(f"The upstream answered {answer.status}.", facts=facts)
    fix = None
    if answer.status in (401, 403):
        fix = "The upstream does not accept the connection's credential for this: test or replace the connection."
    raise UpstreamRefused(f"The upstream answered {answer.status}.", fix=fix, facts=facts)


def _facts(tried: Tried, may_have_happened: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"upstream": tried.facts()}
    if tried.is_write and may_have_happened:
        facts["outcome"] = "unknown"
    return facts


def _sentence(detail: str) -> str:
    return detail[:1].upper() + detail[1:] + "."
