"""The verification call: does a credential work?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from chalicelib.auth.schemes import Credential, place
from chalicelib.egress import CallFailed, send
from chalicelib.errors import WrongState
from chalicelib.gateway import response
from chalicelib.gateway.request import Request, masked, sign, standard_headers
from chalicelib.observability import guard_secrets
from chalicelib.registry import integrations
from chalicelib.registry.models import IntegrationFacts
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
    base_url = integrations.complete_base_url(facts, config)
    request = Request(wanted.method, base_url, wanted.path, headers=tuple(standard_headers()))
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
