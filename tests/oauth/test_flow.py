"""The way through a browser: who may finish what was begun, and what is told on the way (E1–E4, E8, E9)."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.auth.oauth import authorize, flows, public_origin
from chalicelib.auth.oauth.flows import FlowRow
from chalicelib.runtime import RuntimeRow
from tests.client import Api
from tests.oauth.browser import ORIGIN, Browser
from tests.oauth.conftest import PLAIN, add_integration, auth_of
from tests.oauth.provider import Provider

AUTHORIZE = "/connections/crm/default/authorize"


@pytest.fixture
def provider(start_provider: Callable[..., Provider]) -> Provider:
    return start_provider()


@pytest.fixture
def crm(api: Api, origin: str, provider: Provider) -> Provider:
    add_integration(api, provider)
    return provider


def begin(api: Api, **body: object) -> str:
    """Our start address of a new flow."""
    return str(api.ok("POST", AUTHORIZE, body)["authorize_url"])


def test_a_start_address_works_once_and_gives_its_browser_a_cookie(
    api: Api, crm: Provider, browser: Browser
) -> None:  # E2
    order = api.ok("POST", AUTHORIZE)  # E1
    assert order["authorize_url"].startswith(f"{ORIGIN}/api/v1/oauth/start/")
    assert order["callback_url"] == f"{ORIGIN}/api/v1/oauth/callback"
    answer = browser.open(order["authorize_url"])
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("waygate-flow=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["redirect_uri"] == [f"{ORIGIN}/api/v1/oauth/callback"]  # E3
    assert len(asked["state"][0]) >= 43  # 256 random bits
    assert asked["code_challenge_method"] == ["S256"]
    assert browser.open(order["authorize_url"]).status == 400


def test_under_https_the_cookie_is_secure_and_bound_to_the_host(api: Api, crm: Provider, browser: Browser) -> None:
    url = begin(api)  # E1
    public_origin._known[:] = ["https://waygate.example"]
    cookie = browser.open(url).headers["Set-Cookie"]
    public_origin.forget()
    assert cookie.startswith("__Host-waygate-flow=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_callback_is_taken_once_from_the_browser_that_began(api: Api, crm: Provider, browser: Browser) -> None:  # E1
    callback = browser.consent(begin(api))
    other = Browser(api)
    cases = {
        "no cookie": (other, callback),
        "another state": (browser, callback.replace("state=", "state=x")),
        "no state": (browser, callback.split("state=")[0]),
    }
    for why, (who, url) in cases.items():
        assert who.open(url).status == 400, why
    other.cookies["waygate-flow"] = "x" * 43
    assert other.open(callback).status == 400
    assert crm.token_requests == []
    assert browser.open(callback).status == 200
    assert browser.open(callback).status == 400
    assert len(crm.token_requests) == 1


def test_a_flow_is_over_after_ten_minutes(
    api: Api, crm: Provider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:  # E1
    callback = browser.consent(begin(api))
    url = begin(api)
    later = time.time() + flows.TTL_S + 1
    take = FlowRow.take
    monkeypatch.setattr(FlowRow, "take", lambda key, now, **expected: take(key, later, **expected))
    assert browser.open(url).status == 400
    assert browser.open(callback).status == 400
    assert crm.token_requests == []


def test_two_flows_may_be_under_way_in_one_browser(api: Api, crm: Provider, browser: Browser) -> None:
    first = browser.consent(begin(api))
    second = browser.consent(api.ok("POST", "/connections/crm/second/authorize")["authorize_url"])
    assert browser.open(first).status == browser.open(second).status == 200


def test_neither_state_nor_verifier_nor_code_is_kept_in_plain(api: Api, crm: Provider, browser: Browser) -> None:
    callback = browser.consent(begin(api))  # E1, E2
    state = parse_qs(urlsplit(callback).query)["state"][0]
    rows = [str(row.to_simple_dict()) for row in RuntimeRow.scan()]
    assert rows
    browser.open(callback)
    verifier = crm.token_requests[0].form["code_verifier"]
    rows += [str(row.to_simple_dict()) for row in RuntimeRow.scan()]
    for secret in (state, verifier, "code-canary-1"):
        assert not [row for row in rows if secret in row]


def test_the_end_page_tells_nobody_anything(api: Api, crm: Provider, browser: Browser) -> None:  # E9
    page = browser.connect(begin(api))
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    text = page.body.decode()
    assert "http://" not in text.replace(f'data-origin="{ORIGIN}"', "")
    assert "canary" not in text
    assert f'data-origin="{ORIGIN}"' in text  # what the opener is told goes to this origin alone


def test_the_providers_refusal_ends_on_a_page_and_on_the_connection(api: Api, crm: Provider, browser: Browser) -> None:
    callback = browser.consent(begin(api))
    state = parse_qs(urlsplit(callback).query)["state"][0]
    base = callback.split("?")[0]
    page = browser.open(f"{base}?error=access_denied&error_description=<script>alert(1)</script>&state={state}")
    assert page.status == 400
    assert b"did not agree" in page.body and b"alert" not in page.body
    connection = api.ok("GET", "/connections/crm/default")
    assert (connection["status"], connection["reason"]) == (
        "pending",
        "The account's owner did not agree (access_denied).",
    )
    assert crm.token_requests == []


def test_the_audit_knows_where_a_flow_began_and_where_it_ended(api: Api, crm: Provider, browser: Browser) -> None:
    answer = api.call("POST", AUTHORIZE, {}, address="192.0.2.7")
    browser.connect(answer.json["authorize_url"])
    told = [(one["what"], one["actor"], one["address"]) for one in reversed(api.ok("GET", "/audit")["data"])]
    key = f"key:{api.ok('GET', '/me')['key_id']}"
    assert told == [("created", key, "192.0.2.7"), ("changed", key, "127.0.0.1")]


def test_another_issuer_is_a_mix_up(api: Api, origin: str, provider: Provider, browser: Browser) -> None:  # E3
    auth = auth_of(provider, oauth={"callback": {"issuer": "https://issuer.example"}})
    add_integration(api, provider, auth=auth)
    for iss, status in (("https://evil.example", 400), ("", 400), ("https://issuer.example", 200)):
        callback = browser.consent(begin(api))
        assert browser.open(f"{callback}&iss={iss}" if iss else callback).status == status
    assert len(provider.token_requests) == 1


def test_another_workspace_cannot_take_part(root: Api, api: Api, crm: Provider, browser: Browser) -> None:  # E8
    root.ok("POST", "/workspaces", {"name": "other"})
    from chalicelib.auth import api_keys

    stranger = api.as_key(api_keys.issue("other", "stranger", ["admin"])[1])
    browser.connect(begin(api))
    session = api.ok("POST", "/connect-sessions", {"integrations": ["crm"]})
    for method, path in (
        ("POST", AUTHORIZE),
        ("POST", "/connections/crm/default/reconnect"),
        ("GET", "/integrations/crm/clients"),
        ("GET", "/integrations/crm/clients/default"),
        ("PUT", "/integrations/crm/clients/default"),
        ("DELETE", "/integrations/crm/clients/default"),
        ("GET", f"/connect-sessions/{session['id']}"),
    ):
        body = {"client_id": "x"} if method == "PUT" else None
        assert stranger.call(method, path, body).status == 404, path
    assert stranger.post("/connect-sessions", {"integrations": ["crm"]}).status == 404
    assert len(crm.token_requests) == 1


def test_without_a_public_address_nothing_is_begun(api: Api, provider: Provider) -> None:
    public_origin.forget()
    add_integration(api, provider)
    for path, body in ((AUTHORIZE, None), ("/connect-sessions", {"integrations": ["crm"]})):
        answer = api.post(path, body)
        assert (answer.status, answer.json["code"]) == (409, "public_url_unknown")
        assert "/waygate/local/public-origin" in answer.json["suggested_fix"]
    assert api.ok("GET", "/integrations/crm")["callback_url"] is None


def test_the_host_of_a_request_is_never_our_address(api: Api, crm: Provider) -> None:
    answer = api.post(AUTHORIZE, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert answer.json["authorize_url"].startswith(ORIGIN)


@pytest.mark.parametrize(
    "wanted",
    [
        *("//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example", "http:/evil", "evil"),
        *("%2f%2fevil.example", "\\\\evil", "/\r\nLocation: https://evil", "/\tevil\x00", " /x", "javascript:alert(1)"),
        *("data:text/html,x", "///evil", "/\\/evil", "", "?x", "#x", "/a\u2028b", "/" + "a" * 2000),
    ],
)
def test_only_a_path_of_ours_is_returned_to(wanted: str) -> None:  # E4
    assert authorize.safe_path(wanted) == "/"


def test_a_path_of_ours_is_returned_to(api: Api, crm: Provider, browser: Browser) -> None:  # E4
    answer = browser.connect(begin(api, return_to="/connections?from=crm"))
    assert answer.status == 303
    assert answer.headers["Location"] == f"{ORIGIN}/connections?from=crm&connected=true&integration=crm"
    answer = browser.connect(begin(api, return_to="//evil.example"))
    assert answer.headers["Location"].startswith(f"{ORIGIN}/?connected")


def test_a_missing_refresh_token_is_a_warning_on_the_first_day(
    api: Api, origin: str, browser: Browser, start_provider: Callable[..., Provider]
) -> None:
    answer = {"access_token": "access-$access", "token_type": "bearer", "expires_in": 60, "scope": "read"}
    provider = start_provider({**PLAIN, "answer": answer})
    auth = auth_of(provider, oauth={"refresh": {"hint": "the scope offline.access"}})
    add_integration(api, provider, auth=auth)
    page = browser.connect(begin(api))
    assert b"the scope offline.access" in page.body
    warnings = {one["code"]: one["detail"] for one in api.ok("GET", "/connections/crm/default")["warnings"]}
    assert "offline.access" in warnings["no_refresh_token"]
    assert "write" in warnings["scopes_narrowed"]


def test_a_connection_is_active_only_once_its_credential_was_tried(
    api: Api, origin: str, browser: Browser, start_provider: Callable[..., Provider]
) -> None:
    provider = start_provider()
    add_integration(api, provider, verification={"path": "/me", "expect_status": 204})
    page = browser.connect(begin(api))
    assert page.status == 400
    connection = api.ok("GET", "/connections/crm/default")
    assert connection["status"] == "pending"
    assert "204 was expected" in connection["reason"]


def test_reconnecting_keeps_the_name_and_the_settings(api: Api, crm: Provider, browser: Browser) -> None:
    assert api.post("/connections/crm/default/reconnect").json["code"] == "connection_not_found"
    browser.connect(begin(api, tags=["emea"], metadata={"plan": "pro"}))
    before = api.ok("GET", "/connections/crm/default")
    again = api.ok("POST", "/connections/crm/default/reconnect")
    assert api.ok("GET", "/connections/crm/default")["status"] == "active"  # it serves meanwhile
    browser.connect(again["authorize_url"])
    after = api.ok("GET", "/connections/crm/default")
    assert (after["tags"], after["metadata"], after["status"]) == (["emea"], {"plan": "pro"}, "active")
    assert after["secret"] != before["secret"]


def test_a_changed_token_url_takes_no_credential_along(api: Api, crm: Provider, browser: Browser) -> None:  # A8, E3
    browser.connect(begin(api))
    callback = browser.consent(begin(api))
    changed = {"auth": {"token_url": "http://127.0.0.1:8999/token"}}
    api.ok("PATCH", "/integrations/crm", changed)
    assert api.ok("GET", "/connections/crm/default")["status"] == "needs_reauth"
    assert browser.open(callback).status == 400  # the client's secret is bound to the endpoint as it was
    assert api.post(AUTHORIZE).json["code"] == "needs_reauth"
    assert len(crm.token_requests) == 1
