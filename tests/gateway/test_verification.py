"""The verification call: does a credential work?"""

from __future__ import annotations

import pytest

from tests.client import Api
from tests.egress.wire import Wire, answer, serving
from tests.gateway.shop import MEMBERS, SCHEMES, SECRET, open_shop

VERIFICATION = {"method": "GET", "path": "/me", "expect_status": 200}


def shop(api: Api, wire: Wire, auth: str = "bearer") -> None:
    """Connected before there was a verification call, so that the test's own calls are the only ones."""
    open_shop(api, wire, auth=auth)
    api.ok("PATCH", "/integrations/shop", {"verification": VERIFICATION})


@pytest.mark.parametrize("auth", SCHEMES)
def test_a_saved_credential_is_tried(api: Api, wire: Wire, auth: str) -> None:
    shop(api, wire, auth)
    verdict = api.ok("POST", "/connections/shop/default/test", {})
    assert (verdict["ok"], verdict["status"], verdict["body"]) == (True, 200, None)
    (seen,) = wire.requests
    assert seen.target.startswith("/v1/me")
    assert SECRET not in str(verdict)  # B2
    assert api.ok("GET", "/connections/shop/default")["last_verified_at"] == verdict["at"]


def test_a_credential_can_be_tried_before_it_is_saved(api: Api, wire: Wire) -> None:
    shop(api, wire)
    verdict = api.ok("POST", "/connections/shop/new/test", {"token": "another-token-123"})
    assert verdict["ok"]
    assert wire.requests[0].header("authorization") == "Bearer another-token-123"
    assert api.get("/connections/shop/new").status == 404


def test_a_refusal_is_a_verdict_with_a_reason(api: Api, wire: Wire) -> None:  # B4
    wire.reply = lambda seen: answer(f"no {SECRET}".encode(), status="401 Unauthorized", kind="text/plain")
    shop(api, wire)
    verdict = api.ok("POST", "/connections/shop/default/test", {})
    assert (verdict["ok"], verdict["status"]) == (False, 401)
    assert verdict["detail"] == "The upstream answered 401; 200 was expected."
    assert verdict["body"] == "no [redacted]"
    assert api.ok("GET", "/connections/shop/default")["last_verified_at"] is None


def test_no_answer_is_a_verdict_too(api: Api) -> None:
    with serving() as gone:
        pass
    shop(api, gone)
    verdict = api.ok("POST", "/connections/shop/default/test", {})
    assert (verdict["ok"], verdict["status"]) == (False, None)
    assert verdict["detail"] == f"Nothing answers at {gone.url}."


def test_a_name_that_does_not_resolve_is_a_verdict_too(api: Api, wire: Wire) -> None:
    shop(api, wire)
    api.ok("PATCH", "/integrations/shop", {"base_url": "http://does-not-exist.invalid"})
    verdict = api.ok("POST", "/connections/shop/default/test", MEMBERS["bearer"])
    assert verdict["detail"] == "The name does-not-exist.invalid does not resolve."


def test_without_a_verification_call_there_is_nothing_to_try(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    got = api.post("/connections/shop/default/test", {})
    assert (got.status, got.json["code"]) == (409, "wrong_state")
    assert "verification" in got.json["suggested_fix"]
