"""Tokens in an invocation: refreshed when due, once more when refused, and never an error while they serve."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import rows
from chalicelib.registry.models import IntegrationFacts
from tests.auth import grants
from tests.auth.grants import EPOCH, Clock, add_crm, connect, stored, token_in
from tests.auth.provider import LIFETIME_S, Provider, gives, says, serving
from tests.client import Api


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as one:
        yield one


@pytest.fixture
def crm(api: Api, provider: Provider) -> IntegrationFacts:
    return add_crm(api, provider)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(EPOCH + 60)
    grants.pace_of(monkeypatch, clock)
    return clock


def test_a_token_that_is_due_is_refreshed_on_the_way(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    connect(crm, provider.grant())
    assert api.post("/actions/crm/read", {}).status == 200
    assert provider.asked_with == []
    clock.at = EPOCH + LIFETIME_S + 5
    assert api.post("/actions/crm/read", {}).status == 200
    assert api.post("/actions/crm/read", {}).status == 200
    assert len(provider.asked_with) == 1
    assert provider.api_calls[-1] == token_in(stored())


def test_a_failed_refresh_does_not_fail_a_call_whose_token_serves(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    connect(crm, provider.grant())
    clock.at = EPOCH + LIFETIME_S * 0.9
    provider.behaviours = [says(500)]
    assert api.post("/actions/crm/read", {}).status == 200
    shown = api.ok("GET", "/connections/crm/default")
    assert (shown["status"], shown["reason"][:14]) == ("active", "refresh_failed")


def test_a_token_that_has_ended_and_cannot_be_refreshed_says_when_to_come_back(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    connect(crm, provider.grant())
    clock.at = EPOCH + LIFETIME_S + 5
    provider.behaviours = [says(503)]
    got = api.post("/actions/crm/read", {})
    assert (got.status, got.json["code"], got.json["retryable"]) == (502, "upstream_failed", True)
    assert "503" in got.json["detail"]
    assert int(got.headers["Retry-After"]) >= 15
    assert provider.api_calls == []
    assert api.ok("GET", "/connections/crm/default")["status"] == "error"
    again = api.post("/actions/crm/read", {})
    assert (again.status, len(provider.asked_with)) == (502, 1)  # nobody is asked within the cool-down
    clock.at += int(again.headers["Retry-After"])
    assert api.post("/actions/crm/read", {}).status == 200
    assert api.ok("GET", "/connections/crm/default")["status"] == "active"


@pytest.mark.parametrize("action", ["read", "write"])
def test_a_refused_token_is_refreshed_and_the_call_sent_once_more(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock, action: str
) -> None:  # E10
    connect(crm, provider.grant())
    provider.end_access()
    got = api.post(f"/actions/crm/{action}", {})
    assert got.status == 200
    attempts = got.json["meta"]["upstream"]["attempts"]
    assert [(one["n"], one["status"], one.get("reason")) for one in attempts] == [
        (1, 401, "token_refreshed"),
        (2, 200, None),
    ]
    assert (len(provider.asked_with), len(provider.api_calls)) == (1, 2)


def test_a_call_is_not_sent_again_with_the_same_token(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    given = provider.grant()
    connect(crm, given)
    provider.end_access()
    provider.behaviours = [gives(access_token=given["access_token"], expires_in=60)]
    got = api.post("/actions/crm/write", {})
    assert (got.status, got.json["code"]) == (424, "upstream_refused")
    assert len(provider.api_calls) == 1


def test_a_fresh_token_that_is_refused_too_marks_the_connection(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    connect(crm, provider.grant())
    provider.end_access()
    provider.behaviours = [gives(access_token="never-good-enough", refresh_token="refresh-x", expires_in=3600)]
    got = api.post("/actions/crm/read", {})
    assert (got.status, len(provider.api_calls), len(provider.asked_with)) == (424, 2, 1)
    shown = api.ok("GET", "/connections/crm/default")
    assert (shown["status"], shown["reason"]) == ("needs_reauth", "rejected_after_refresh")
    got = api.post("/actions/crm/read", {})
    assert (got.status, got.json["code"]) == (409, "needs_reauth")
    assert (len(provider.api_calls), len(provider.asked_with)) == (2, 1)


def test_a_dead_grant_leaves_the_upstreams_refusal_to_the_caller(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    connect(crm, provider.grant())
    provider.end_access()
    provider.behaviours = [says(400, error="invalid_grant")]
    assert api.post("/actions/crm/read", {}).status == 424
    got = api.post("/actions/crm/read", {})
    assert (got.status, got.json["code"]) == (409, "needs_reauth")
    assert "invalid_grant" in got.json["detail"]


def test_what_another_process_has_refreshed_is_used_without_asking_again(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    connect(crm, provider.grant())
    assert api.post("/actions/crm/read", {}).status == 200
    key = next(key for key in rows._known if key[0].__name__ == "ConnectionRow")
    known = rows._known[key]
    api.ok("POST", "/connections/crm/default/refresh", {})
    rows._known[key] = known  # this process has not heard of it
    provider._access.pop(token_in(known.row))  # type: ignore[arg-type]
    assert api.post("/actions/crm/read", {}).status == 200
    assert len(provider.asked_with) == 1


def test_a_dry_run_refreshes_nothing(api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:
    connect(crm, provider.grant())
    clock.at = EPOCH + LIFETIME_S + 5
    assert api.post("/actions/crm/read?dry_run=true", {}).status == 200
    assert provider.asked_with == []


def test_a_skewed_clock_costs_one_refresh_and_one_more_call_at_most(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:  # E10
    connect(crm, provider.grant())
    for skew in (-300, 300):
        provider.end_access()
        clock.at = EPOCH + LIFETIME_S / 2 + skew
        before = len(provider.asked_with), len(provider.api_calls)
        assert api.post("/actions/crm/read", {}).status == 200
        assert (len(provider.asked_with), len(provider.api_calls)) == (before[0] + 1, before[1] + 2)
