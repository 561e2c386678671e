"""The verification call: does a credential work?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from chalicelib.auth.schemes import Credential, place, reserved_names
from chalicelib.auth.tables import ConnectionRow
from chalicelib.egress import CallFailed, send
from chalicelib.errors import WrongState
from chalicelib.gateway import response
from chalicelib.gateway.request import Request, build, masked, sign
from chalicelib.observability import guard_secrets, redact
from chalicelib.registry import integrations
from chalicelib.registry.models import ActionFacts, Binding, IntegrationFacts, Verification
from chalicelib.settings import Caps


@dataclass(frozen=True)
class Verdict:
    """What the verification call showed. `detail` says it in a sentence."""

    ok: bool
    status: int | None
    detail: str
    duration_ms: int
    request: dict[str, Any]
    body: Any
    at: dt.datetime


def prove(facts: IntegrationFacts, row: ConnectionRow, credential: Credential | None, *, now: dt.datetime) -> None:
    """Set the state of a connection whose credential was just put: active once the verification call passes.

    Where the integration has none, there is nothing to wait for. Otherwise it stays `pending`, with the reason.
    """
    row.status, row.reason, row.last_verified_at = "active", None, None
    if facts.verification is None:
        return
    verdict = verify(facts, credential, dict(row.config), now=now)
    if verdict.ok:
        row.last_verified_at = verdict.at
    else:
        row.status, row.reason = "pending", f"verification_failed: {redact(verdict.detail)}"


def verify(
    facts: IntegrationFacts, credential: Credential | None, config: dict[str, Any], *, now: dt.datetime
) -> Verdict:
    """Make the integration's verification call with `credential`.

    Raises `WrongState` where the integration has none.
    """
    wanted = facts.verification
    if wanted is None:
        raise WrongState(
            f"`{facts.name}` has no verification call, so there is nothing to test a credential with.",
            fix='PATCH the integration with {"verification": {"method": "GET", "path": "/…", "expect_status": 200}}.',
        )
    request = _request(facts, wanted, integrations.approved_url(facts, config, None))
    placement = place(facts.auth, credential)
    guard_secrets(placement.secrets)
    shown = masked(request, placement)
    try:
        signed = sign(request, placement, facts.profile.tls)
        answer = send(signed, timeout_s=min(facts.policy.timeout_s, Caps.FIRST_BYTE_TIMEOUT_S))
    except CallFailed as failure:
        detail = f"{failure.detail[:1].upper()}{failure.detail[1:]}."
        return Verdict(False, None, detail, failure.duration_ms, shown, None, now)
    ok = answer.status == wanted.expect_status
    detail = f"The upstream answered {answer.status}" + ("." if ok else f"; {wanted.expect_status} was expected.")
    return Verdict(ok, answer.status, detail, answer.duration_ms, shown, None if ok else response.shown(answer), now)


def _request(facts: IntegrationFacts, wanted: Verification, base_url: str) -> Request:
    """The verification call without its credential, with what every request of this API carries."""
    probe = ActionFacts(
        method=wanted.method,
        path=wanted.path,
        behaviour="read",
        bindings={"body": Binding(place="body", name="")},
    )
    values = {} if wanted.body is None else {"body": wanted.body}
    return build(probe, values, base_url=base_url, owned=reserved_names(facts.auth), constants=facts.profile.constants)
