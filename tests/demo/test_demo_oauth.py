"""The OAuth 2.0 provider: the dance with PKCE, rotation, revocation, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

CLIENT = ("demo-client", "demo-client-secret")
REDIRECT = "http://127.0.0.1:8787/api/v1/oauth/callback?from=demo"
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REQUEST = {
    "response_type": "code",
    "client_id": "demo-client",
    "redirect_uri": REDIRECT,
    "state": 'a "state" & <more>',
    "scope": "shop:read",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def provider(demo):
    return Provider(demo.url)


class Provider:
    def __init__(self, url: str) -> None:
        self.url = url

    def consent_page(self, **changes):
        return requests.get(self.url + "/oauth/authorize", params=_changed(changes), allow_redirects=False, timeout=10)

    def consent(self, **changes):
        """Presses the button of the consent page; what the browser is then sent to, taken apart."""
        page = self.consent_page(**changes).text
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
        form = {html.unescape(name): html.unescape(value) for name, value in fields}
        response = requests.post(self.url + "/oauth/authorize", data=form, allow_redirects=False, timeout=10)
        assert response.status_code == 303
        return _answer(response)

    def token(self, auth=CLIENT, **form):
        return requests.post(self.url + "/oauth/token", data=form, auth=auth, timeout=10)

    def exchange(self, code, **changes):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        form.update(changes)
        return self.token(**{name: value for name, value in form.items() if value is not None})

    def granted(self):
        return self.exchange(self.consent()["code"]).json()

    def refresh(self, token, **more):
        return self.token(grant_type="refresh_token", refresh_token=token, **more)

    def revoke(self, token):
        return requests.post(self.url + "/oauth/revoke", data={"token": token}, auth=CLIENT, timeout=10)

    def is_valid(self, access_token):
        headers = {"Authorization": f"Bearer {access_token}"}
        return requests.get(f"{self.url}/auth/oauth2/whoami", headers=headers, timeout=10).status_code == 200


def _changed(changes):
    return {name: value for name, value in {**REQUEST, **changes}.items() if value is not None}


def _answer(response):
    location = response.headers["Location"]
    assert location.startswith(REDIRECT + "&")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_the_dance_with_pkce_gives_tokens_and_the_state_back(provider):
    answer = provider.consent()
    assert answer["state"] == REQUEST["state"]
    response = provider.exchange(answer["code"])
    tokens = response.json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3600, "shop:read")
    assert response.headers["Cache-Control"] == "no-store"
    assert provider.is_valid(tokens["access_token"])


def test_the_dance_works_without_pkce_and_without_state_for_all_scopes(provider):
    answer = provider.consent(code_challenge=None, code_challenge_method=None, state=None, scope=None)
    assert set(answer) == {"from", "code"}
    assert provider.exchange(answer["code"], code_verifier=None).json()["scope"] == "shop:read shop:write"


def test_the_consent_page_has_one_button_and_cannot_be_injected(provider):
    page = provider.consent_page()
    assert page.text.count("<button>") == 1
    assert "<more>" not in page.text
    assert "script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://shop.example/callback"},
        {"redirect_uri": "http://127.0.0.1.example/callback"},
        {"redirect_uri": "http://127.0.0.1@shop.example/"},
        {"redirect_uri": "http://127.0.0.1/\r\nSet-Cookie: a=b"},
        {"redirect_uri": "http://127.0.0.1/#fragment"},
        {"redirect_uri": "http://[oops/"},
        {"redirect_uri": None},
        {"client_id": "somebody"},
        {"state": ["one", "two"]},
    ],
)
def test_an_unknown_client_or_redirect_is_told_to_the_user_and_never_redirected(provider, changes):
    response = provider.consent_page(**changes)
    assert (response.status_code, response.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "Location" not in response.headers
    posted = requests.post(provider.url + "/oauth/authorize", data=_changed(changes), timeout=10)
    assert posted.status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "shop:burn"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
    ],
)
def test_other_errors_go_to_the_redirect_with_the_state(provider, changes, error):
    answer = _answer(provider.consent_page(**changes))
    assert (answer["error"], answer["state"]) == (error, REQUEST["state"])


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "code_made-up"},
        {"redirect_uri": REDIRECT + "x"},
        {"redirect_uri": None},
        {"code_verifier": VERIFIER + "x"},
        {"code_verifier": None},
    ],
)
def test_a_code_is_not_exchanged_with_anything_else_than_it_was_asked_with(provider, changes):
    response = provider.exchange(**{"code": provider.consent()["code"], **changes})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def test_a_code_works_once_and_its_reuse_revokes_its_tokens(provider):
    code = provider.consent()["code"]
    tokens = provider.exchange(code).json()
    assert provider.exchange(code).json()["error"] == "invalid_grant"
    assert not provider.is_valid(tokens["access_token"])
    assert provider.refresh(tokens["refresh_token"]).status_code == 400


def test_a_code_expires_after_a_minute(provider, clock):
    code = provider.consent()["code"]
    clock.advance(60)
    assert provider.exchange(code).json()["error"] == "invalid_grant"


def test_an_access_token_expires_after_an_hour(provider, clock):
    token = provider.granted()["access_token"]
    clock.advance(3599)
    assert provider.is_valid(token)
    clock.advance(1)
    assert not provider.is_valid(token)


def test_refreshing_rotates_and_reuse_ends_the_grant(provider):
    first = provider.granted()
    second = provider.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert provider.is_valid(second["access_token"])
    assert provider.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert not provider.is_valid(second["access_token"])
    assert provider.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_refresh_cannot_widen_the_scope(provider):
    token = provider.granted()["refresh_token"]
    assert provider.refresh(token, scope="shop:write").json()["error"] == "invalid_scope"
    assert provider.refresh(token, scope="shop:read").status_code == 200


def test_client_credentials_bring_no_refresh_token(provider):
    tokens = provider.token(grant_type="client_credentials", scope="shop:write").json()
    assert tokens["scope"] == "shop:write"
    assert "refresh_token" not in tokens


def test_the_client_may_authenticate_in_the_form(provider):
    form = {"grant_type": "client_credentials", "client_id": CLIENT[0], "client_secret": CLIENT[1]}
    assert provider.token(auth=None, **form).status_code == 200
    assert provider.token(**form).json()["error"] == "invalid_request"


@pytest.mark.parametrize("auth", [None, ("demo-client", "wrong"), ("somebody", "demo-client-secret")])
def test_a_client_that_does_not_prove_itself_is_refused(provider, auth):
    response = provider.token(auth=auth, grant_type="client_credentials")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("form", "error"),
    [({}, "invalid_request"), ({"grant_type": "password"}, "unsupported_grant_type")],
)
def test_an_unknown_grant_is_refused(provider, form, error):
    response = provider.token(**form, unused="1")
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_a_token_request_must_be_a_form(provider):
    response = requests.post(provider.url + "/oauth/token", json={"grant_type": "client_credentials"}, timeout=10)
    assert response.json()["error"] == "invalid_request"


def test_revoking_an_access_token_leaves_the_grant(provider):
    tokens = provider.granted()
    assert provider.revoke(tokens["access_token"]).status_code == 200
    assert not provider.is_valid(tokens["access_token"])
    assert provider.refresh(tokens["refresh_token"]).status_code == 200


def test_revoking_a_refresh_token_ends_the_grant(provider):
    tokens = provider.granted()
    assert provider.revoke(tokens["refresh_token"]).status_code == 200
    assert not provider.is_valid(tokens["access_token"])
    assert provider.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_revoking_an_unknown_token_is_fine_but_needs_the_client(provider):
    assert provider.revoke("made-up").status_code == 200
    anonymous = requests.post(provider.url + "/oauth/revoke", data={"token": "made-up"}, timeout=10)
    assert anonymous.status_code == 401
