"""Credentials that leave for a backup and come back: sealed, audited, bound to their addresses, by admins alone."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import settings as settings_module
from chalicelib.auth import api_keys, transfer
from chalicelib.auth.transfer import Belonging
from chalicelib.auth.vault import CannotOpen
from infra.local.demo import DemoServer, credentials
from tests.client import Api
from tests.oauth.conftest import add_integration, auth_of, start_provider
from tests.oauth.provider import Provider
from tests.world import add_action, add_shop, connect

__all__ = ["start_provider"]
KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(32)).decode()
BELONGING = Belonging("connection", "shop", "default", ("https://a.example", "https://b.example"))


@given(value=st.recursive(st.none() | st.text() | st.integers(), lambda x: st.dictionaries(st.text(), x)))
def test_what_is_sealed_opens_with_its_key_and_for_what_it_belongs_to(value: Any) -> None:
    key = secrets.token_bytes(32)
    sealed = transfer.seal(key, BELONGING, value)
    again = Belonging("connection", "shop", "default", tuple(reversed(BELONGING.origins)))
    assert transfer.unseal(key, again, sealed) == value


@pytest.mark.parametrize(
    "belonging",
    [
        Belonging("client", "shop", "default", BELONGING.origins),
        Belonging("connection", "shop2", "default", BELONGING.origins),
        Belonging("connection", "shop", "other", BELONGING.origins),
        Belonging("connection", "shop", "default", ("https://a.example",)),
        Belonging("connection", "shop", "default", ("https://a.example", "https://evil.example")),
    ],
)
def test_it_opens_for_nothing_else(belonging: Belonging) -> None:  # A8 B1
    sealed = transfer.seal(bytes(32), BELONGING, "x")
    with pytest.raises(CannotOpen):
        transfer.unseal(bytes(32), belonging, sealed)


@pytest.mark.parametrize(
    "change", [lambda s: s[:-8], lambda s: "", lambda s: "é", lambda s: "Ag" + s[2:], lambda s: s[:4]]
)
def test_damage_is_noticed(change: Callable[[str], str]) -> None:
    with pytest.raises(CannotOpen):
        transfer.unseal(bytes(32), BELONGING, change(transfer.seal(bytes(32), BELONGING, "x")))


@pytest.fixture
def elsewhere(root: Api, api: Api) -> Api:
    """Another workspace, with an admin key."""
    return api.as_key(root.ok("POST", "/workspaces", {"name": "elsewhere"})["api_key"]["key"])


def test_a_connection_moves_elsewhere_and_works_there(api: Api, elsewhere: Api, demo: DemoServer) -> None:  # B2
    add_shop(api, demo)
    connect(api)
    exported = api.ok("POST", "/connections/shop/default/export", {"key": KEY})
    assert credentials.API_KEY not in json.dumps(exported)
    assert credentials.API_KEY.encode() not in base64.b64decode(exported["sealed"])

    add_shop(elsewhere, demo)
    add_action(elsewhere)
    body = {"key": KEY, **exported, "tags": ["customer-17"], "metadata": {"a": 1}, "expires_at": "2099-01-01T00:00:00Z"}
    made = elsewhere.post("/connections/shop/default/import", body)
    assert made.status == 201, made.body
    assert (made.json["status"], made.json["tags"], made.json["metadata"]) == ("active", ["customer-17"], {"a": 1})
    assert made.json["expires_at"].startswith("2099-01-01")
    assert elsewhere.ok("POST", "/actions/shop/get-pet", {"pet_id": 1})["data"]["name"] == "Rex"
    again = elsewhere.post("/connections/shop/default/import", body)
    assert (again.status, again.json["code"]) == (409, "name_taken")


def test_the_audit_has_an_entry_before_the_credential_leaves(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    fingerprint = connect(api)["secret"]["fingerprint"]
    api.ok("POST", "/connections/shop/default/export", {"key": KEY})
    entry = api.ok("GET", "/audit?integration=shop&connection=default")["data"][0]
    assert (entry["what"], entry["connection"]) == ("exported", "default")
    assert entry["actor"].startswith("key:")
    assert entry["details"] == {"fingerprint": fingerprint}


def test_where_the_audit_cannot_be_written_nothing_leaves(
    api: Api, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.auth.tables import AuditRow

    add_shop(api, demo)
    connect(api)

    def broken(_: AuditRow) -> None:
        raise RuntimeError("no store")

    monkeypatch.setattr(AuditRow, "save", broken)
    answer = api.post("/connections/shop/default/export", {"key": KEY})
    assert (answer.status, b"sealed" in answer.body) == (500, False)


def test_only_an_admin_key_takes_a_credential_out(api: Api, demo: DemoServer) -> None:  # B2
    add_shop(api, demo)
    connect(api)
    scopes = ("invoke", "registry:read", "registry:write", "connections:write")
    less = api.as_key(api_keys.issue("default", "less", scopes)[1])
    answer = less.post("/connections/shop/default/export", {"key": KEY})
    assert (answer.status, answer.json["code"]) == (403, "insufficient_scope")


def test_a_deployment_lets_nothing_out_unless_its_owner_says_so(
    api: Api, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.api import transfers

    add_shop(api, demo)
    connect(api)
    deployed = settings_module.Settings(stage="prod")
    monkeypatch.setattr(transfers, "settings", lambda: deployed)
    answer = api.post("/connections/shop/default/export", {"key": KEY})
    assert (answer.status, answer.json["code"]) == (403, "export_disabled")
    assert "WAYGATE_CREDENTIAL_EXPORT=true" in answer.json["suggested_fix"]
    allowed = settings_module.Settings(stage="prod", credential_export=True)
    monkeypatch.setattr(transfers, "settings", lambda: allowed)
    api.ok("POST", "/connections/shop/default/export", {"key": KEY})


def test_a_credential_does_not_follow_a_changed_address(api: Api, elsewhere: Api, demo: DemoServer) -> None:  # A8
    add_shop(api, demo)
    connect(api)
    sealed = api.ok("POST", "/connections/shop/default/export", {"key": KEY})["sealed"]
    facts = {"name": "shop", "base_url": "https://evil.example/v1", "auth": {"type": "bearer"}}
    elsewhere.ok("POST", "/integrations", facts)
    answer = elsewhere.post("/connections/shop/default/import", {"key": KEY, "sealed": sealed})
    assert (answer.status, answer.json["errors"][0]["code"]) == (422, "unreadable")
    assert "https://evil.example" in answer.json["errors"][0]["detail"]
    assert elsewhere.get("/connections/shop/default").status == 404


@pytest.mark.parametrize("body", [{}, {"key": "x"}, {"key": KEY[:-4]}, {"key": "é" * 44}, {"key": KEY, "more": 1}])
def test_a_key_that_is_none_is_refused_and_not_repeated(api: Api, demo: DemoServer, body: dict[str, str]) -> None:
    add_shop(api, demo)
    connect(api)
    answer = api.post("/connections/shop/default/export", body)
    assert answer.status == 422
    assert KEY[:-4].encode() not in answer.body


def test_what_another_key_sealed_does_not_open(api: Api, elsewhere: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    connect(api)
    sealed = api.ok("POST", "/connections/shop/default/export", {"key": KEY})["sealed"]
    add_shop(elsewhere, demo)
    answer = elsewhere.post("/connections/shop/default/import", {"key": OTHER_KEY, "sealed": sealed})
    assert answer.json["errors"][0]["pointer"] == "/sealed"
    changed = elsewhere.ok("PATCH", "/integrations/shop", {"auth": {"type": "bearer", "in": None, "name": None}})
    assert changed["auth"]["type"] == "bearer"
    other_type = elsewhere.post("/connections/shop/default/import", {"key": KEY, "sealed": sealed})
    assert (other_type.status, other_type.json["code"]) == (409, "wrong_state")


def test_a_connection_without_a_credential_has_nothing_to_export(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo, auth={"type": "none"})
    api.ok("PUT", "/connections/shop/default", {})
    answer = api.post("/connections/shop/default/export", {"key": KEY})
    assert (answer.status, answer.json["code"]) == (409, "wrong_state")


def test_an_oauth_client_and_its_tokens_move_and_are_renewed_there(
    api: Api, elsewhere: Api, start_provider: Callable[..., Provider]
) -> None:
    provider = start_provider()
    provider.refresh_tokens.add("brought-refresh")
    add_integration(api, provider)
    before = api.ok("PUT", "/connections/crm/acme", {"refresh_token": "brought-refresh", "tags": ["x"]})
    client = api.ok("POST", "/integrations/crm/clients/default/export", {"key": KEY})
    tokens = api.ok("POST", "/connections/crm/acme/export", {"key": KEY})
    entries = [entry["connection"] for entry in api.ok("GET", "/audit")["data"] if entry["what"] == "exported"]
    assert sorted(entries) == ["acme", "client#default"]

    elsewhere.ok("POST", "/integrations", {"name": "crm", "base_url": provider.url, "auth": auth_of(provider)})
    elsewhere.ok("PUT", "/actions/crm/me", {"method": "GET", "path": "/me", "behaviour": "read"})
    made = elsewhere.post("/integrations/crm/clients/default/import", {"key": KEY, **client})
    assert made.status == 201, made.body
    assert made.json["client_id"] == provider.client["client_id"]
    assert elsewhere.post("/integrations/crm/clients/default/import", {"key": KEY, **client}).status == 409
    moved = elsewhere.post("/connections/crm/acme/import", {"key": KEY, **tokens, "client": "default", "tags": ["x"]})
    assert moved.status == 201, moved.body
    assert (moved.json["status"], moved.json["tags"]) == ("active", ["x"])
    assert moved.json["secret"]["last4"] == before["secret"]["last4"]
    assert elsewhere.ok("POST", "/actions/crm/me")["data"] == {"known": True}
    elsewhere.ok("POST", "/connections/crm/acme/refresh")


def test_tokens_that_have_expired_meanwhile_are_renewed_as_they_come(
    api: Api, elsewhere: Api, start_provider: Callable[..., Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    import datetime as dt

    from chalicelib.api import instants

    provider = start_provider()
    provider.refresh_tokens.add("brought-refresh")
    add_integration(api, provider)
    api.ok("PUT", "/connections/crm/acme", {"refresh_token": "brought-refresh"})
    tokens = api.ok("POST", "/connections/crm/acme/export", {"key": KEY})
    add_integration(elsewhere, provider)
    asked = len(provider.token_requests)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    monkeypatch.setattr(instants, "now", lambda: later)
    moved = elsewhere.post("/connections/crm/acme/import", {"key": KEY, **tokens})
    assert (moved.status, moved.json["status"]) == (201, "active"), moved.body
    assert len(provider.token_requests) == asked + 1


@pytest.mark.parametrize(
    "document",
    [
        *([], "x", {}, {"auth_type": "api_key"}, {"auth_type": 1, "credential": {}}),
        {"auth_type": "api_key", "credential": {"value": "canary-canary", "unknown": 1}},
        {"auth_type": "api_key", "credential": {"value": {"canary": 1}}},
        {"auth_type": "api_key", "credential": {"value": "canary-canary"}, "more": 1},
    ],
)
def test_what_somebody_has_sealed_themselves_is_checked_as_any_input(api: Api, demo: DemoServer, document: Any) -> None:
    shop = add_shop(api, demo)
    origin = shop["base_url"].removesuffix("/v1")
    sealed = transfer.seal(bytes(range(32)), Belonging("connection", "shop", "default", (origin,)), document)
    answer = api.post("/connections/shop/default/import", {"key": KEY, "sealed": sealed})
    assert (answer.status, answer.json["code"]) == (422, "invalid_input"), answer.body
    assert b"canary" not in answer.body


@pytest.mark.parametrize("document", [{"access_token": 1}, {"access_token": "a b"}, {"unknown": "x"}])
def test_tokens_and_clients_that_somebody_has_sealed_are_checked_too(
    api: Api, start_provider: Callable[..., Provider], document: dict[str, Any]
) -> None:
    provider = start_provider()
    add_integration(api, provider)
    tokens = Belonging("connection", "crm", "acme", (provider.url,))
    sealed = transfer.seal(bytes(range(32)), tokens, {"auth_type": "oauth2", "credential": document})
    assert api.post("/connections/crm/acme/import", {"key": KEY, "sealed": sealed}).status == 422
    client = transfer.seal(bytes(range(32)), Belonging("client", "crm", "new", (provider.url,)), document)
    assert api.post("/integrations/crm/clients/new/import", {"key": KEY, "sealed": client}).status == 422
