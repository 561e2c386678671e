"""What an answer means, by the integration's profile where its status alone does not say."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final, Literal

from chalicelib.egress import Answer
from chalicelib.gateway import rate_limits
from chalicelib.gateway.body_rules import matches
from chalicelib.gateway.rate_limits import NO_LIMIT, Limit
from chalicelib.registry.profile import AnswerRule, AuthFailure, Profile

Kind = Literal["good", "refused", "failed", "rate_limited", "credential_refused", "declared_failure", "asked_to_retry"]
_MEANING: Final[dict[str, Kind]] = {
    "success": "good",
    "failure": "declared_failure",
    "retry": "asked_to_retry",
    "rate_limited": "rate_limited",
}


@dataclass(frozen=True)
class Verdict:
    """`refused` is a 4xx, `failed` a 5xx; the other kinds of bad answer are told by the profile."""

    kind: Kind
    limit: Limit = NO_LIMIT


def judge(answer: Answer, profile: Profile, *, now: dt.datetime) -> Verdict:
    """The verdict on `answer`: a declared meaning goes first, then the rate limit, the credential, and the status."""
    limit = rate_limits.read(answer, profile.rate_limits, now=now)
    declared = next((rule.means for rule in profile.answers if _applies(answer, rule)), None)
    if declared is not None:
        kind = _MEANING[declared]
        if kind != "rate_limited":
            return Verdict(kind, replace(limit, is_hit=False))
        return Verdict(kind, replace(limit, is_hit=True, cool_down_s=limit.cool_down_s or limit.wait_s))
    if limit.is_hit:
        return Verdict("rate_limited", limit)
    if refuses_credential(answer, profile.auth_failure):
        return Verdict("credential_refused", limit)
    if answer.status < 400:
        return Verdict("good", limit)
    return Verdict("failed" if answer.status >= 500 else "refused", limit)


def refuses_credential(answer: Answer, rule: AuthFailure) -> bool:
    """True where `answer` says so by its status or, whatever that is, by its body."""
    return answer.status in rule.statuses or (rule.body is not None and matches(answer, rule.body))


def _applies(answer: Answer, rule: AnswerRule) -> bool:
    return (not rule.statuses or answer.status in rule.statuses) and (rule.body is None or matches(answer, rule.body))
