"""Each kind of credential is accepted in its place, and nowhere else."""

from __future__ import annotations

import pytest
import requests

KEY = "demo-key-1234567890"
SENT = {
    "api-key-header": {"headers": {"X-Api-Key": KEY}},
    "api-key-query": {"params": {"api_key": KEY}},
    "api-key-cookie": {"cookies": {"shop_key": KEY}},
    "bearer": {"headers": {"Authorization": "Bearer demo-token-1234567890"}},
    "basic": {"auth": ("demo", "demo-password-1234")},
    "custom-headers": {"headers": {"X-App-Id": "demo-app", "X-App-Secret": "demo-secret-1234567890"}},
}
WRONG = {
    "api-key-header": {"headers": {"X-Api-Key": KEY + "0"}},
    "api-key-query": {"params": {"api_key": ""}},
    "api-key-cookie": {"cookies": {"shop_key": "wrong"}},
    "bearer": {"headers": {"Authorization": "Bearer"}},
    "basic": {"auth": ("demo", "wrong")},
    "custom-headers": {"headers": {"X-App-Id": "demo-app"}},
    "oauth2": {"headers": {"Authorization": "Bearer access_made-up"}},
}
KINDS = [*SENT, "oauth2"]


@pytest.fixture
def sent(demo):
    """A valid credential of each kind, as arguments of a request."""
    token = requests.post(
        f"{demo.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=("demo-client", "demo-client-secret"),
        timeout=10,
    ).json()["access_token"]
    return {**SENT, "oauth2": {"headers": {"Authorization": f"Bearer {token}"}}}


def get(url, **more):
    return requests.get(url, timeout=10, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_the_shop_takes_every_kind_and_says_which(demo, sent, kind):
    response = get(f"{demo.url}/v1/whoami", **sent[kind])
    assert response.status_code == 200
    assert response.json() == {"kind": kind, "account": "demo", "scopes": ["shop:read", "shop:write"]}


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_for_one_kind_takes_that_kind_only(demo, sent, kind):
    statuses = {other: get(f"{demo.url}/auth/{kind}/whoami", **sent[other]).status_code for other in KINDS}
    assert statuses == {other: 200 if other == kind else 401 for other in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_credential_is_a_401_with_a_challenge(demo, kind):
    for url in (f"{demo.url}/v1/whoami", f"{demo.url}/auth/{kind}/whoami"):
        response = get(url, **WRONG[kind])
        assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
        assert "realm=" in response.headers["WWW-Authenticate"]
        assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("value", ["Basic", "Basic !!!", "Basic ZGVtbw==", "Basic /w==", "Digest x", "Bearer \u00e9"])
def test_a_malformed_authorization_header_is_a_401(demo, value):
    assert get(f"{demo.url}/v1/pets/1", headers={"Authorization": value}).status_code == 401


def test_an_unknown_kind_is_not_found(demo):
    assert get(f"{demo.url}/auth/magic/whoami").status_code == 404


def test_a_token_for_reading_cannot_write(demo):
    token = requests.post(
        f"{demo.url}/oauth/token",
        data={
            "grant_type": "client_credentials",
            "scope": "shop:read",
            "client_id": "demo-client",
            "client_secret": "demo-client-secret",
        },
        timeout=10,
    ).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert get(f"{demo.url}/v1/pets/1", headers=bearer).status_code == 200
    found = requests.post(f"{demo.url}/v1/pets/search", json={}, headers=bearer, timeout=10)
    assert found.status_code == 200
    refused = requests.delete(f"{demo.url}/v1/pets/1", headers=bearer, timeout=10)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert 'scope="shop:write"' in refused.headers["WWW-Authenticate"]
