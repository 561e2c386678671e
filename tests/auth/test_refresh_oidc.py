"""Refreshing at a certified provider: PKCE, rotation, and a grant that dies when a refresh token is used twice."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from chalicelib.auth import connections, refresh
from chalicelib.auth.lease import Wish
from chalicelib.registry.models import IntegrationFacts
from infra.local.endpoint import Endpoint
from tests.auth import grants, oidc_provider
from tests.auth.grants import Clock, add_crm, connect, renewal, stored, token_in
from tests.auth.oidc_provider import OidcProvider
from tests.auth.provider import LIFETIME_S, Provider, serving
from tests.auth.test_refresh_processes import call_from_processes, endpoint
from tests.client import Api

__all__ = ["endpoint"]


@pytest.fixture(scope="module")
def oidc() -> Iterator[OidcProvider]:
    with oidc_provider.serving() as one:
        yield one


@pytest.fixture
def upstream() -> Iterator[Provider]:
    with serving() as one:
        one.accepts_all = True
        yield one


@pytest.fixture
def crm(api: Api, oidc: OidcProvider, upstream: Provider) -> IntegrationFacts:
    return add_crm(api, upstream, token_url=f"{oidc.url}/token", oauth={"revoke_url": f"{oidc.url}/token/revocation"})


def test_fifty_callers_in_five_processes_make_one_token_request(
    api: Api, crm: IntegrationFacts, oidc: OidcProvider, endpoint: Endpoint
) -> None:  # E5
    connect(crm, oidc.grant(), now=time.time() - LIFETIME_S - 10)
    before = oidc.token_requests
    assert [status for status, *_ in call_from_processes(api, endpoint)] == [200] * 50
    assert oidc.token_requests == before + 1
    assert oidc.is_alive(token_in(stored()))


def test_a_grant_lives_through_many_rotations_and_is_revoked_in_the_end(
    api: Api, crm: IntegrationFacts, oidc: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(crm, oidc.grant(), now=time.time() - LIFETIME_S - 10)
    clock = Clock(time.time())
    grants.pace_of(monkeypatch, clock)
    seen = {connections.open_tokens(row).refresh_token}
    for _ in range(5):
        outcome = refresh.refresh(stored(), Wish.DUE, renewal(crm), until=clock.at + 60)
        assert outcome.is_refreshed
        seen.add(connections.open_tokens(outcome.row).refresh_token)
        clock.at += LIFETIME_S
    assert len(seen) == 6
    token = token_in(stored())
    assert oidc.is_alive(token)
    assert api.ok("DELETE", "/connections/crm/default")["revocation"]["outcome"] == "revoked"
    assert not oidc.is_alive(token)


def test_a_token_used_twice_kills_the_grant_and_that_is_reported_once(
    crm: IntegrationFacts, oidc: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:  # E6
    row = connect(crm, oidc.grant(), now=time.time() - LIFETIME_S - 10)
    clock = Clock(time.time())
    grants.pace_of(monkeypatch, clock)
    renewal(crm).renew(row, connections.open_tokens(row), 10)  # an exchange that was never saved
    before = oidc.token_requests
    for _ in range(3):
        refresh.refresh(stored(), Wish.DUE, renewal(crm), until=clock.at + 60)
    assert (stored().status, stored().reason) == ("needs_reauth", "invalid_grant")
    assert oidc.token_requests == before + 1
