"""Stage 6 of an invocation: may this call be made, and what does its outcome teach?

    limits of our own → cool-down of the upstream's limit → circuit breaker

The breaker comes last, as being let through may mean to have the one turn to probe. A refusal makes no upstream call
and says when to come back. Where nothing fails, all three cost no AWS call and a few µs.

Failures, for the breaker, are time-outs, connections that fail or break, and 5xx. 4xx, failed authentication, rate
limits and faulty input say nothing about the origin's health, and never count (G1).
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from chalicelib.auth.api_keys import Caller
from chalicelib.auth.quota import Quota
from chalicelib.aws import RowKey, Table
from chalicelib.egress import CallFailed, check_origin
from chalicelib.errors import CircuitOpen, EgressBlocked, InvalidInput, UpstreamRateLimited
from chalicelib.gateway import breaker, cooldowns, limits
from chalicelib.gateway.breaker import Breaker
from chalicelib.gateway.retry import Try
from chalicelib.gateway.tables import BreakerRow, CooldownRow
from chalicelib.registry import integrations
from chalicelib.registry.models import BreakerPolicy, IntegrationFacts
from chalicelib.settings import settings

CLOCK: Callable[[], float] = time.time  # of every invocation, in epoch seconds; tests replace it
_UNHEALTHY: Final = frozenset({"dns_error", "connect_error", "tls_error", "timeout", "broken"})
_origin = functools.lru_cache(4_096)(check_origin)


@dataclass
class Admission:
    """A call that may be made. It hears of every try (`judge`) and of the end (`settle`)."""

    integration: str
    cooldown: str
    policy: BreakerPolicy
    breaker: Breaker | None
    is_probe: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def judge(self, tried: Try) -> Try:
        """Learn from a try. It is not repeated where it was the probe, or where others have opened the breaker."""
        limit = tried.limit
        if limit.cool_down_s is not None:
            cooldowns.learn(self.cooldown, limit.cool_down_s, CLOCK())
        if not tried.may_repeat or self.breaker is None:
            return tried
        if self.is_probe or (_is_failure(tried) and not self.breaker.may_go_on()):
            return replace(tried, may_repeat=False)
        return tried

    def settle(self, last: Try | None) -> None:
        """The call has ended with `last`; None: it was not made."""
        if last is not None:
            if last.limit.is_hit:
                if last.limit.cool_down_s is None:
                    cooldowns.learn(self.cooldown, cooldowns.UNSAID_S, CLOCK())
            elif last.limit.cool_down_s is None:
                cooldowns.lift(self.cooldown, CLOCK())
        if self.breaker is None:
            return
        was_probe, self.is_probe = self.is_probe, False  # a call with a refreshed token is settled again
        if not was_probe:
            if last is not None:
                self.breaker.record(_is_failure(last), self.policy)
        elif last is None:
            self.breaker.give_back()
        else:
            self.breaker.decide(_is_failure(last))


def admit(caller: Caller, facts: IntegrationFacts, *, connection: str | None, action: str, base_url: str) -> Admission:
    """Let a call through. Raises `RateLimited`, `UpstreamRateLimited` or `CircuitOpen`, each with `Retry-After`."""
    workspace, now = caller.workspace, CLOCK()
    headers = limits.admit(workspace, _quotas(caller, facts), now)
    cooldown = cooldowns.row_key(workspace, facts.name, connection, action, facts.profile.rate_limits.scope)[1]
    policy = facts.policy.breaker
    guard = breaker.breaker_of(workspace, facts.name, _origin(base_url), clock=_now) if policy.enabled else None
    admission = Admission(facts.name, cooldown, policy, guard, headers=headers)
    try:
        cooldowns.admit(cooldown, facts.name, now)
        if guard is not None:
            admission.is_probe = guard.admit()
    except (UpstreamRateLimited, CircuitOpen) as refusal:
        refusal.headers |= headers
        raise
    return admission


def riders(
    workspace: str,
    integration: str,
    action: str,
    connection: str | None,
    known: IntegrationFacts | None,
    config: dict[str, str],
) -> list[RowKey]:
    """The rows that are worth reading whenever others are: the cool-down, and the breaker if its origin is known."""
    if known is None and connection is None:
        return []
    scope = known.profile.rate_limits.scope if known else "connection"
    keys = [cooldowns.row_key(workspace, integration, connection, action, scope)]
    if known is not None and known.policy.breaker.enabled:
        try:
            origin = _origin(integrations.complete_url(known.base_url, known, config))
        except (InvalidInput, EgressBlocked):
            return keys
        keys.append(breaker.row_key(workspace, integration, origin))
    return keys


def hear(found: Iterable[tuple[RowKey, Table | None]]) -> None:
    """What was read along."""
    for (kind, key, _), row in found:
        if kind is CooldownRow and isinstance(row, CooldownRow):
            cooldowns.hear(row, CLOCK())
        elif kind is BreakerRow:
            _, workspace, integration, origin = key.split("#", 3)
            current = row if isinstance(row, BreakerRow) and row.expires_at > CLOCK() else None
            breaker.breaker_of(workspace, integration, origin, clock=_now).hear(current)


def _now() -> float:
    return CLOCK()


def _quotas(caller: Caller, facts: IntegrationFacts) -> dict[str, Quota]:
    quotas = {"workspace": _of_a_workspace()}
    if caller.limits is not None:
        quotas[f"key:{caller.key_id}"] = caller.limits
    if facts.policy.limits is not None:
        quotas[f"integration:{facts.name}"] = facts.policy.limits
    return quotas


@functools.cache
def _of_a_workspace() -> Quota:
    return Quota(per_second=settings().calls_per_s)


def _is_failure(tried: Try) -> bool:
    if isinstance(tried.result, CallFailed):
        return tried.result.reason in _UNHEALTHY
    return tried.verdict is not None and tried.verdict.kind == "failed"


def forget_everything() -> None:
    """Forget all that this process has learned: for tests, and for a store that was replaced underneath."""
    breaker.forget_everything()
    cooldowns.forget_everything()
    limits.forget_everything()
