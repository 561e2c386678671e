"""Connect links: somebody without a key connects an account, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.api import instants
from chalicelib.auth.oauth import sessions
from infra.local.demo import DemoServer, credentials
from tests.client import Api
from tests.oauth.browser import ORIGIN, Browser, hidden, visit
from tests.oauth.conftest import add_integration
from tests.oauth.provider import Provider
from tests.world import add_action, add_shop


def link(api: Api, *integrations: str, **members: Any) -> dict[str, Any]:
    """A new session, with its link."""
    made: dict[str, Any] = api.ok("POST", "/connect-sessions", {"integrations": list(integrations), **members})
    return made


def test_a_key_is_pasted_by_somebody_who_has_none_of_ours(api: Api, demo: DemoServer, browser: Browser) -> None:
    add_shop(api, demo)
    add_action(api)
    session = link(api, "shop", connection="acme", tags=["customer:acme"])
    assert session["url"].startswith(f"{ORIGIN}/api/v1/connect/cs_")
    page = browser.open(session["url"])
    assert page.status == 200 and b"API key" in page.body
    wrong = browser.open(session["url"], form={**hidden(page.body), "value": "not-the-key-canary"})
    assert wrong.status == 400
    assert b"did not accept it" in wrong.body and b"not-the-key-canary" not in wrong.body
    assert api.ok("GET", f"/connect-sessions/{session['id']}")["status"] == "open"
    done = browser.open(session["url"], form={**hidden(page.body), "value": credentials.API_KEY})
    assert done.status == 200 and b"is connected" in done.body
    result = api.ok("GET", f"/connect-sessions/{session['id']}")
    assert (result["status"], result["connected"]) == ("connected", {"integration": "shop", "connection": "acme"})
    connection = api.ok("GET", "/connections/shop/acme")
    assert (connection["status"], connection["tags"]) == ("active", ["customer:acme"])
    assert browser.open(session["url"]).status == 410
    assert browser.open(session["url"], form={**hidden(page.body), "value": "x"}).status == 410
    assert api.ok("POST", "/actions/shop/get-pet", {"pet_id": 1}, headers={"Waygate-Connection": "acme"})


def test_user_name_and_password_are_asked_for_where_they_are_needed(
    api: Api, demo: DemoServer, browser: Browser
) -> None:
    add_shop(api, demo, auth={"type": "basic"})
    session = link(api, "shop")
    page = browser.open(session["url"])
    given = {"username": credentials.USERNAME, "password": credentials.PASSWORD}
    assert browser.open(session["url"], form={**hidden(page.body), **given}).status == 200


def test_of_several_apis_one_is_chosen_and_oauth_goes_over_the_provider(
    api: Api, demo: DemoServer, browser: Browser, start_provider: Callable[..., Provider]
) -> None:
    add_shop(api, demo)
    provider = start_provider()
    add_integration(api, provider, title="Our <CRM>")
    session = link(api, "shop", "crm", return_to="/done")
    choice = browser.open(session["url"]).body.decode()
    assert "?integration=shop" in choice and "Our &lt;CRM&gt;" in choice
    page = browser.open(f"{session['url']}?integration=crm")
    onward = browser.open(session["url"], form=hidden(page.body)).body.decode()
    start = onward.split('content="0; url=')[1].split('"')[0]
    callback = visit(browser.open(ORIGIN + start).headers["Location"])
    answer = browser.open(callback)
    assert answer.headers["Location"] == f"{ORIGIN}/done?connected=true&integration=crm"
    assert api.ok("GET", f"/connect-sessions/{session['id']}")["connected"]["integration"] == "crm"
    assert api.ok("GET", "/connections/crm/default")["status"] == "active"


def test_a_link_connects_once_even_where_two_came_far(
    api: Api, browser: Browser, start_provider: Callable[..., Provider]
) -> None:
    provider = start_provider()
    add_integration(api, provider)
    session = link(api, "crm")

    def callback() -> str:
        page = browser.open(session["url"])
        onward = browser.open(session["url"], form=hidden(page.body)).body.decode()
        return visit(browser.open(ORIGIN + onward.split('content="0; url=')[1].split('"')[0]).headers["Location"])

    first, second = callback(), callback()
    assert browser.open(first).status == 200
    late = browser.open(second)
    assert late.status == 400 and b"used already" in late.body
    assert len(provider.token_requests) == 1


def test_no_other_site_can_send_the_form(api: Api, demo: DemoServer, browser: Browser) -> None:  # F9
    add_shop(api, demo)
    session = link(api, "shop")
    page = browser.open(session["url"])
    form = {**hidden(page.body), "value": credentials.API_KEY}
    stranger = Browser(api)
    assert stranger.open(session["url"], form=form).status == 400
    assert browser.open(session["url"], form={**form, "token": "x"}).status == 400
    assert browser.open(session["url"], form=form, headers={"Sec-Fetch-Site": "cross-site"}).status == 400
    assert api.get("/connections/shop/default").status == 404
    assert browser.open(session["url"], form=form, headers={"Sec-Fetch-Site": "same-origin"}).status == 200


def test_a_link_is_over_after_an_hour(
    api: Api, demo: DemoServer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_shop(api, demo)
    session = link(api, "shop")
    later = instants.now() + dt.timedelta(seconds=sessions.TTL_S + 1)
    monkeypatch.setattr(instants, "now", lambda: later)
    assert browser.open(session["url"]).status == 410
    assert api.ok("GET", f"/connect-sessions/{session['id']}")["status"] == "expired"
    assert browser.open(session["url"][:-1]).status == 404


def test_only_what_a_key_may_connect_can_be_linked_to(api: Api, demo: DemoServer, origin: str) -> None:
    add_shop(api, demo)
    add_shop(api, demo, "open", auth={"type": "none"}, verification=None)
    key = api.ok("POST", "/api-keys", {"name": "k", "scopes": ["connections:write"], "integrations": ["other"]})["key"]
    assert api.as_key(key).post("/connect-sessions", {"integrations": ["shop"]}).status == 403
    session = link(api, "shop")
    assert api.as_key(key).get(f"/connect-sessions/{session['id']}").status == 403
    assert api.post("/connect-sessions", {"integrations": ["nope"]}).json["code"] == "integration_not_found"
    assert api.post("/connect-sessions", {"integrations": ["open"]}).status == 422
    assert "url" not in api.ok("GET", f"/connect-sessions/{session['id']}")


def test_the_page_has_strict_headers_and_escapes_what_it_shows(
    api: Api, demo: DemoServer, browser: Browser
) -> None:  # F7
    add_shop(api, demo, title='<img src=x onerror="alert(1)">')
    page = browser.open(link(api, "shop")["url"])
    assert b"<img" not in page.body
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Frame-Options"] == "DENY"
