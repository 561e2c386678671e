"""What token endpoints are asked, grant by grant and shape by shape, over real sockets."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from chalicelib.auth.oauth import grants, revocation
from chalicelib.auth.oauth.clients import AuthMethod, Client
from chalicelib.auth.oauth.tokens import GrantFailed, GrantRefused, Tokens
from chalicelib.auth.schemes import AuthScheme
from tests.egress.wire import answer, serving
from tests.oauth.provider import Asked, Provider

ANSWER = json.dumps({"access_token": "new", "refresh_token": "r2", "expires_in": 60}).encode()
REFRESHABLE = Tokens(access_token="old", refresh_token="r1")


@pytest.fixture
def provider(start_provider: Callable[..., Provider]) -> Provider:
    one = start_provider()
    one.scripted = [(200, ANSWER)] * 5
    return one


def scheme(provider: Provider, grant: str = "authorization_code", **members: Any) -> AuthScheme:
    return AuthScheme.model_validate(
        {"type": "oauth2", "grant": grant, "token_url": f"{provider.url}/token", "scopes": ["a", "b"], **members}
    )


def client(method: AuthMethod = "client_secret_basic", **members: Any) -> Client:
    return Client(**{"name": "default", "client_id": "id", "client_secret": "s", "auth_method": method, **members})


def renewed(provider: Provider, tokens: Tokens = REFRESHABLE, of: Client | None = None, **members: Any) -> Asked:
    """The one request that renewing made."""
    config = members.pop("config", {})
    assert grants.renew(scheme(provider, **members), of or client(), config, tokens).access_token == "new"
    return provider.token_requests[-1]


@pytest.mark.parametrize(
    ("method", "form", "authorization"),
    [
        ("client_secret_basic", {}, "Basic aWQ6cw=="),
        ("client_secret_post", {"client_id": "id", "client_secret": "s"}, None),
        ("none", {"client_id": "id"}, None),
    ],
)
def test_a_client_proves_itself_as_it_is_registered(
    provider: Provider, method: AuthMethod, form: dict[str, str], authorization: str | None
) -> None:
    asked = renewed(provider, of=client(method))
    assert asked.form == {"grant_type": "refresh_token", "refresh_token": "r1", **form}
    assert asked.headers.get("authorization") == authorization
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


def test_odd_secrets_are_encoded_before_basic_unless_the_provider_knows_no_better(provider: Provider) -> None:
    odd = client(client_id="i:d", client_secret="sécret+%")
    assert renewed(provider, of=odd).headers["authorization"] == "Basic aSUzQWQ6cyVDMyVBOWNyZXQlMkIlMjU="
    raw = {"request": {"basic_encoding": "raw"}}
    assert renewed(provider, of=odd, oauth=raw).headers["authorization"] == "Basic aTpkOnPDqWNyZXQrJQ=="


def rsa_key() -> str:
    key = rsa.generate_private_key(65537, 2048)
    return _pem(key)


def _pem(key: Any) -> str:
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return str(key.private_bytes(encoding, kind, serialization.NoEncryption()).decode())


def test_a_client_proves_itself_by_a_signed_assertion(provider: Provider) -> None:
    pem = rsa_key()  # RFC 7523, section 2.2
    asked = renewed(provider, of=client("private_key_jwt", client_secret=None, private_key=pem, key_id="k1"))
    assert asked.form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    decoded = jwt.decode(asked.form["client_assertion"], RSAKey.import_key(pem))
    assert decoded.header["kid"] == "k1"
    assert decoded.claims["iss"] == decoded.claims["sub"] == "id"
    assert decoded.claims["aud"] == f"{provider.url}/token"
    assert decoded.claims["exp"] > time.time()
    assert "client_secret" not in asked.form


def test_a_service_account_asks_with_an_assertion_and_asks_anew(provider: Provider) -> None:
    pem = _pem(ec.generate_private_key(ec.SECP256R1()))  # RFC 7523, section 2.1
    assertion = {"has_scope": True, "subject": "{user}", "claims": {"tenant": "{tenant}", "none": "{missing}"}}
    asked = renewed(
        provider,
        Tokens(),
        client("none", client_secret=None, private_key=pem, algorithm="ES256"),
        grant="jwt_bearer",
        oauth={"assertion": assertion},
        config={"user": "ada@example.com", "tenant": "t1"},
    )
    assert asked.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert "scope" not in asked.form
    claims = jwt.decode(asked.form["assertion"], ECKey.import_key(pem), algorithms=["ES256"]).claims
    assert (claims["sub"], claims["tenant"], claims["scope"]) == ("ada@example.com", "t1", "a b")
    assert "none" not in claims


def test_a_client_asks_for_itself_every_time(provider: Provider) -> None:
    asked = renewed(provider, Tokens(access_token="old"), grant="client_credentials")
    assert asked.form == {"grant_type": "client_credentials", "scope": "a b"}


def test_a_password_serves_where_the_refresh_token_is_dead(provider: Provider) -> None:
    provider.scripted = [(400, b'{"error": "invalid_grant"}'), (200, ANSWER)]
    tokens = Tokens(refresh_token="r1", username="ada", password="pw")
    asked = renewed(provider, tokens, grant="password")
    assert asked.form == {"grant_type": "password", "username": "ada", "password": "pw", "scope": "a b"}
    assert [one.form["grant_type"] for one in provider.token_requests] == ["refresh_token", "password"]


def test_without_a_refresh_token_only_the_owner_can_help(provider: Provider) -> None:
    with pytest.raises(GrantRefused, match="no_refresh_token"):
        grants.renew(scheme(provider), client(), {}, Tokens(access_token="old"))
    assert provider.token_requests == []


def test_a_request_takes_the_shape_that_the_provider_wants(provider: Provider) -> None:
    rule = {
        "body": "json",
        "headers": {"X-Version": "7"},
        "parameters": {"audience": "https://{region}.example", "left_out": "{missing}"},
        "refresh_parameters": {"type": "refresh"},
        "names": {"client_id": "app_id", "refresh_token": "token"},
    }
    asked = renewed(provider, of=client("client_secret_post"), oauth={"request": rule}, config={"region": "eu"})
    assert json.loads(asked.body) == {
        "grant_type": "refresh_token",
        "token": "r1",
        "type": "refresh",
        "audience": "https://eu.example",
        "app_id": "id",
        "client_secret": "s",
    }
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["x-version"] == "7"


def test_a_header_of_the_profile_replaces_ours_whatever_its_case() -> None:
    with serving(lambda _: answer(ANSWER)) as wire:
        rule = {"headers": {"ACCEPT": "application/vnd.x+json", "accept-encoding": "zstd"}}
        at = AuthScheme.model_validate({"type": "oauth2", "token_url": f"{wire.url}/token", "oauth": {"request": rule}})
        grants.renew(at, client(), {}, REFRESHABLE)
    assert wire.requests[0].header("accept") == "application/vnd.x+json"
    assert wire.requests[0].header("accept-encoding") == "gzip"  # what the door undoes


def test_a_client_proves_itself_for_a_revocation_as_for_tokens() -> None:
    odd = client(client_id="i:d", client_secret="sécret+%")
    with serving() as wire:
        members = {"type": "oauth2", "token_url": f"{wire.url}/token"}
        scheme = AuthScheme.model_validate({**members, "oauth": {"revoke_url": f"{wire.url}/revoke"}})
        assert revocation.revoke(scheme, odd, {}, REFRESHABLE).outcome == "revoked"
    (seen,) = wire.requests
    assert seen.header("authorization") == "Basic aSUzQWQ6cyVDMyVBOWNyZXQlMkIlMjU="
    assert dict(parse_qsl(seen.body.decode())) == {"token": "r1", "token_type_hint": "refresh_token"}


def test_a_request_may_go_by_get(provider: Provider) -> None:
    url = f"{provider.url}/token?own=1"
    asked = renewed(provider, of=client("client_secret_post"), token_url=url, oauth={"request": {"method": "GET"}})
    assert (asked.method, asked.body) == ("GET", b"")
    expected = {"own": "1", "grant_type": "refresh_token", "refresh_token": "r1"}
    assert asked.form == {**expected, "client_id": "id", "client_secret": "s"}


def test_renewing_may_have_an_address_of_its_own_with_variables_in_it(provider: Provider) -> None:
    asked = renewed(provider, refresh_url=f"{provider.url}/{{tenant}}/refresh", config={"tenant": "t1"})
    assert asked.path == "/t1/refresh"
    with pytest.raises(GrantFailed, match="invalid_input"):
        grants.renew(
            scheme(provider, token_url=f"{provider.url}/{{tenant}}"), client(), {"tenant": "../x"}, REFRESHABLE
        )


def test_an_answer_of_more_than_64_kb_is_not_read(provider: Provider) -> None:  # E7
    provider.scripted = [(200, b'{"access_token": "' + b"a" * 70_000 + b'"}')]
    with pytest.raises(GrantFailed, match="too_large"):
        grants.renew(scheme(provider), client(), {}, REFRESHABLE)


def test_a_token_endpoint_that_drips_is_left_in_time(provider: Provider) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while True:
                connection.sendall(b" ")
                time.sleep(0.02)
        except OSError:
            connection.close()

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    slow = AuthScheme(type="oauth2", token_url=f"http://127.0.0.1:{listener.getsockname()[1]}/token")
    started = time.monotonic()
    with pytest.raises(GrantFailed, match="timeout") as failed:
        grants.renew(slow, client(), {}, REFRESHABLE, timeout_s=0.3)
    assert time.monotonic() - started < 2
    assert failed.value.sent
    listener.close()
    thread.join(5)


@pytest.mark.parametrize("url", ["http://169.254.169.254/token", "http://127.0.0.1:6379/token"])
def test_a_token_endpoint_is_behind_the_same_door_as_any_other(url: str) -> None:  # A1, A7
    with pytest.raises(GrantFailed, match="egress_blocked") as failed:
        grants.renew(AuthScheme(type="oauth2", token_url=url), client(), {}, REFRESHABLE)
    assert not failed.value.sent


def test_a_redirect_of_a_token_endpoint_is_not_followed(provider: Provider) -> None:  # A6
    provider.scripted = [(307, b"")]
    with pytest.raises(GrantFailed, match="http_307"):
        grants.renew(scheme(provider), client(), {}, REFRESHABLE)
    assert len(provider.token_requests) == 1
