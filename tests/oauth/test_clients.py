"""OAuth clients as a resource, tokens that are brought along, and canaries: nothing secret is ever seen again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from infra.local.standin import LocalAws
from tests.client import Api
from tests.oauth.browser import Browser
from tests.oauth.conftest import CLIENT, PLAIN, add_integration, auth_of
from tests.oauth.provider import Provider

PATH = "/integrations/crm/clients/default"


@pytest.fixture
def provider(start_provider: Callable[..., Provider]) -> Provider:
    return start_provider()


def test_a_client_is_written_and_its_secret_never_read(api: Api, origin: str, provider: Provider) -> None:  # B2
    add_integration(api, provider)
    shown = api.ok("GET", PATH)
    assert shown["client_id"] == "waygate"
    assert shown["auth_method"] == "client_secret_basic"
    assert shown["secret"]["last4"] == CLIENT["client_secret"][-4:]
    listed = api.ok("GET", "/integrations/crm/clients")
    assert listed["callback_url"] == shown["callback_url"] == f"{origin}/api/v1/oauth/callback"
    assert api.ok("GET", "/integrations/crm")["callback_url"] == shown["callback_url"]
    assert CLIENT["client_secret"] not in str(shown) + str(listed)
    etag = api.get(PATH).headers["ETag"]
    assert api.put(PATH, CLIENT, headers={"If-Match": etag}).status == 200
    assert api.put(PATH, CLIENT, headers={"If-Match": etag}).status == 412


def test_where_nobody_is_sent_to_the_provider_no_callback_is_shown(api: Api, origin: str, provider: Provider) -> None:
    added = add_integration(api, provider, auth=auth_of(provider, grant="client_credentials"))
    listed = api.ok("GET", "/integrations/crm/clients")
    assert [one["callback_url"] for one in (added, api.ok("GET", PATH), listed, *listed["data"])] == [None] * 4
    api.ok("DELETE", PATH)
    refused = api.put("/connections/crm/default", {"client": "default"})
    assert refused.json["code"] == "client_not_found"
    assert "callback" not in str(refused.json)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"client_id": "x", "auth_method": "client_secret_post"},
        {"client_id": "x", "auth_method": "private_key_jwt"},
        {"client_id": "x", "private_key": "nonsense-canary"},
        {"client_id": "x", "private_key": "-----BEGIN PUBLIC KEY-----"},
        {"client_id": "x", "client_secret": "a\nb"},
        {"client_id": "x", "workspace": "other"},
    ],
)
def test_a_client_that_could_not_work_is_refused(
    api: Api, origin: str, provider: Provider, body: dict[str, Any]
) -> None:
    add_integration(api, provider)
    answer = api.put(PATH, body)
    assert answer.status == 422
    assert b"canary" not in answer.body


def test_a_client_in_use_is_deleted_only_by_force(api: Api, origin: str, provider: Provider, browser: Browser) -> None:
    add_integration(api, provider)
    browser.connect(api.ok("POST", "/connections/crm/default/authorize")["authorize_url"])
    answer = api.delete(PATH)
    assert (answer.status, answer.json["connections"]) == (409, ["default"])
    assert api.delete(f"{PATH}?force=true").status == 204
    answer = api.post("/connections/crm/default/reconnect")
    assert answer.json["code"] == "client_not_found"
    assert answer.json["callback_url"] == f"{origin}/api/v1/oauth/callback"


def test_a_deleted_integration_leaves_no_client_behind(api: Api, provider: Provider) -> None:
    add_integration(api, provider)
    api.ok("DELETE", "/integrations/crm")
    add = {"name": "crm", "base_url": provider.url, "auth": auth_of(provider)}
    api.ok("POST", "/integrations", add)
    assert api.ok("GET", "/integrations/crm/clients")["data"] == []


def test_a_connection_names_the_client_that_it_uses(api: Api, provider: Provider) -> None:
    add_integration(api, provider)
    tokens = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_at": "2030-01-01T00:00:00Z"}
    assert api.ok("PUT", "/connections/crm/default", tokens)["client"] == "default"
    made = api.ok("PUT", "/connections/crm/second", {**tokens, "client": "emea"})
    assert (made["client"], made["expires_at"]) == ("emea", "2030-01-01T00:00:00.000Z")


def test_a_refresh_token_alone_is_enough_to_import_a_connection(api: Api, provider: Provider) -> None:
    add_integration(api, provider)
    provider.refresh_tokens.add("imported")
    connection = api.ok("PUT", "/connections/crm/default", {"refresh_token": "imported"})
    assert connection["status"] == "active"
    assert api.ok("POST", "/actions/crm/me")["data"] == {"known": True}
    refused = api.put("/connections/crm/other", {"refresh_token": "unknown-canary"})
    assert (refused.status, refused.json["code"], refused.json["reason"]) == (424, "upstream_refused", "invalid_grant")
    assert b"canary" not in refused.body


def test_what_needs_no_consent_is_fetched_when_it_is_put(api: Api, start_provider: Callable[..., Provider]) -> None:
    behaviour = {**PLAIN, "answer": {"access_token": "access-$access", "expires_in": 60, "token_type": "Bearer"}}
    provider = start_provider(behaviour)
    add_integration(api, provider, auth=auth_of(provider, grant="client_credentials"))
    connection = api.ok("PUT", "/connections/crm/default", {})
    assert (connection["status"], connection["warnings"]) == ("active", [])
    assert api.ok("POST", "/actions/crm/me")["data"] == {"known": True}
    assert api.post("/connections/crm/default/authorize").json["code"] in ("wrong_state", "public_url_unknown")

    add_integration(api, provider, "legacy", auth=auth_of(provider, grant="password"))
    api.ok("PUT", "/connections/legacy/default", {"username": "ada", "password": "pw-canary"})
    assert provider.token_requests[-1].form["username"] == "ada"
    assert api.put("/connections/crm/default", {"username": "ada"}).status == 422


@pytest.mark.parametrize(
    ("auth", "pointer"),
    [
        ({"token_url": "https://{host}/token"}, ""),
        ({"token_url": "https://{host}.com/token"}, ""),
        ({"token_url": "https://{unknown}.example.com/token"}, ""),
        ({"token_url": "ftp://x.example.com"}, "/auth/token_url"),
        ({"oauth": {"request": {"headers": {"Authorization": "x"}}}}, "/auth/oauth/request/headers"),
        ({"oauth": {"authorize": {"parameters": {"state": "x"}}}}, "/auth/oauth/authorize/parameters"),
        ({"oauth": {"unknown": 1}}, "/auth/oauth/unknown"),
        ({"oauth": {"answer": {"access_token": "no-pointer"}}}, "/auth/oauth/answer/access_token"),
    ],
)
def test_a_profile_is_checked_when_it_is_stored(api: Api, auth: dict[str, Any], pointer: str) -> None:
    profile = {"config": {"host": {"description": "any"}}}
    body = {"name": "crm", "base_url": "https://a.example.com", "auth": {"type": "oauth2", **auth}, "profile": profile}
    answer = api.post("/integrations", body)
    assert answer.status == 422, answer.json
    assert pointer in {error["pointer"] for error in answer.json["errors"]}


def test_a_tenants_host_is_fine_below_a_domain(api: Api) -> None:
    profile = {"config": {"shop": {}, "region": {"enum": ["a.example.com", "b.example.org"]}}}
    for url in ("https://{shop}.example.com/token", "https://{region}/token", "https://example.com/{shop}/token"):
        auth = {"type": "oauth2", "token_url": url}
        body = {"name": "crm", "base_url": "https://x.example.com", "auth": auth, "profile": profile}
        assert api.post("/integrations", body).status == 201
        api.ok("DELETE", "/integrations/crm")


def test_no_secret_of_a_flow_is_ever_seen_again(
    api: Api, aws: LocalAws, provider: Provider, browser: Browser, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:  # B1, B3
    caplog.set_level(logging.DEBUG)
    add_integration(api, provider)
    for scripted in ([], [(500, b"oops")], [(400, b'{"error": "x"}')], [(200, b'{"access_token"')]):
        provider.scripted = list(scripted)
        start = api.ok("POST", "/connections/crm/default/authorize")["authorize_url"]
        callback = browser.consent(start)
        browser.open(callback)
    api.ok("POST", "/actions/crm/me")
    verifiers = [asked.form.get("code_verifier", "no-verifier") for asked in provider.token_requests]
    canaries = [CLIENT["client_secret"], "access-canary-", "refresh-canary-", "code-canary-", *verifiers]
    seen = [caplog.text, *capfd.readouterr()]
    dynamodb = boto3.client("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        seen += [
            str(item) for page in dynamodb.get_paginator("scan").paginate(TableName=name) for item in page["Items"]
        ]
    for path in ("/connections", "/integrations/crm", PATH, "/integrations/crm/clients", "/invocations"):
        seen.append(api.get(path).body.decode())
    assert len(provider.token_requests) == 4
    for canary in canaries:
        assert not [text for text in seen if canary in text], canary
