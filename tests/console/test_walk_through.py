"""An administrator does everything in the console, on the real stack: adds, reviews, connects, calls, mends."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, expect

from tests.conftest import LocalStack
from tests.console.hand import Hand

KEY = "demo-key-1234567890"


def test_documentation_for_people_becomes_actions_that_can_be_called(hand: Hand) -> None:
    page = hand.page
    hand.press("Add an integration")
    hand.fill("Address", f"{hand.stack.demo_url}/docs")
    expect(page.get_by_text("Documentation site", exact=True)).to_be_visible()
    hand.fill("Name", "shop")
    hand.press("Start", exact=True)

    expect(page.get_by_role("heading", name="shop", level=1)).to_be_visible()
    expect(page.get_by_text("needs review")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile(r"6 of 6 pages read, \d+ endpoints found"))).to_be_visible()
    page.reload()  # a job is where its address leads, however often one looks
    hand.press("Review the draft")

    expect(page.get_by_role("heading", name="Draft of shop", level=1)).to_be_visible()
    first = page.get_by_role("list", name="Draft actions").get_by_role("listitem").first
    expect(first).to_contain_text("proposed")
    # Beside each field, the words that prove it, and a link to them.
    quote = page.locator("blockquote").first
    expect(quote).to_be_visible()
    link = page.locator("figcaption a").first
    assert link.get_attribute("href").startswith(f"{hand.stack.demo_url}/docs")  # type: ignore[union-attr]
    assert ":~:text=" in link.get_attribute("href")  # type: ignore[operator]
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    page.keyboard.press("a")
    expect(first).to_contain_text("accepted")
    page.keyboard.press("r")
    second = page.get_by_role("list", name="Draft actions").get_by_role("listitem").nth(1)
    expect(second).to_contain_text("rejected")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of the review")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("e")
    hand.fill("Title", "Not wanted")
    hand.press("Save", exact=True)
    expect(page.get_by_role("heading", name="Not wanted", level=2)).to_be_visible()

    hand.press("Publish …")
    page.get_by_label("All that is sure enough and not rejected").check()
    page.get_by_label("Sure enough is").select_option("0.8")
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"\d+ published"))
    hand.press("Open shop")
    expect(page.get_by_role("table", name="Actions")).to_be_visible()

    page.get_by_role("navigation", name="Parts of shop").get_by_role("link", name="Connections").click()
    hand.press("New connection")
    hand.fill("API key", KEY)
    hand.press("Save", exact=True)
    expect(page.get_by_role("heading", name="default", level=1)).to_be_visible()
    expect(page.get_by_role("table", name="Audit trail")).to_contain_text("created")
    assert KEY not in page.content()

    hand.go("/integrations/shop/actions/get-pets-pet-id", re.compile("pet", re.IGNORECASE))
    page.get_by_label(re.compile("^pet_id")).first.fill("1")
    hand.press("Run", exact=True)
    expect(page.get_by_role("region", name="Answer", exact=True)).to_contain_text("Rex")


AUTH = {
    "api_key": ({"type": "api_key", "in": "header", "name": "X-Api-Key"}, {"API key": KEY}),
    "bearer": ({"type": "bearer"}, {"Token": "demo-token-1234567890"}),
    "basic": ({"type": "basic"}, {"User name": "demo", "Password": "demo-password-1234"}),
    "custom_headers": ({"type": "custom_headers"}, {"X-App-Id": "demo-app", "X-App-Secret": "demo-secret-1234567890"}),
}


@pytest.mark.parametrize("kind", AUTH)
def test_an_account_is_connected_by_each_kind_of_credential_and_tried_before(hand: Hand, kind: str) -> None:
    scheme, credential = AUTH[kind]
    name = f"by-{kind.replace('_', '-')}"
    facts = {"name": name, "title": name, "base_url": f"{hand.stack.demo_url}/v1", "auth": scheme}
    hand.api("POST", "/integrations", {**facts, "verification": {"path": "/whoami"}})
    page = hand.page
    hand.go(f"/connections/new?integration={name}", "New connection")
    if kind == "custom_headers":
        hand.press("Another header")
        for place, (header, value) in enumerate(credential.items(), 1):
            page.get_by_label(f"Name of header {place}").fill(header)
            page.get_by_label(f"Value of header {place}").fill(value)
    else:
        last = list(credential)[-1]
        for label, value in credential.items():
            hand.fill(label, "wrong-wrong-wrong" if label == last else value)
        hand.press("Test before saving")
        expect(page.get_by_text("It does not work")).to_be_visible()
        for label, value in credential.items():
            hand.fill(label, value)
    hand.press("Test before saving")
    expect(page.get_by_text("It works")).to_be_visible()
    hand.press("Save", exact=True)
    expect(page.get_by_role("heading", name="default", level=1)).to_be_visible()
    expect(page.get_by_text("active", exact=True)).to_be_visible()
    for secret in credential.values():
        if len(secret) > 8:
            assert secret not in page.content()


def test_the_consent_of_an_accounts_owner_makes_a_connection(hand: Hand, context: BrowserContext, watch: Any) -> None:
    page, demo = hand.page, hand.stack.demo_url
    auth = {
        "type": "oauth2",
        "grant": "authorization_code",
        "authorize_url": f"{demo}/oauth/authorize",
        "token_url": f"{demo}/oauth/token",
        "scopes": ["shop:read"],
    }
    facts = {"name": "crm", "title": "CRM", "base_url": f"{demo}/v1", "auth": auth, "verification": {"path": "/whoami"}}
    hand.api("POST", "/integrations", facts)
    hand.go("/connections/new?integration=crm", "New connection")
    expect(page.get_by_text(f"{hand.stack.url}/api/v1/oauth/callback")).to_be_visible()
    expect(page.get_by_text("shop:read")).to_be_visible()
    hand.press("Add a client")
    hand.fill("Client id", "demo-client")
    hand.fill("Client secret", "demo-client-secret")
    hand.press("Save the client")
    expect(page.get_by_role("dialog")).to_be_hidden()
    with context.expect_page() as opened:
        hand.press("Ask for consent")
    consent = opened.value
    consent.get_by_role("button", name="Allow").click()
    expect(consent.get_by_role("heading", name="CRM is connected")).to_be_visible()
    consent.close()
    expect(page.get_by_role("heading", name="default", level=1)).to_be_visible()
    expect(page.get_by_text("active", exact=True)).to_be_visible()
    hand.press("Refresh now")
    expect(page.get_by_role("table", name="Audit trail")).to_contain_text("refreshed")
    assert "demo-client-secret" not in page.content()


def test_a_connect_link_lets_somebody_connect_without_a_key(hand: Hand, browser: Any) -> None:
    page = hand.page
    hand.go("/connections", "Connections")
    hand.press("Connect link")
    page.get_by_role("dialog").get_by_label("Integration").select_option("demo")
    hand.fill("Name of the connection", "customer-17")
    hand.press("Make the link")
    link = page.get_by_role("dialog").locator("code").inner_text()
    stranger = browser.new_context()
    other = stranger.new_page()
    other.goto(link)
    other.locator("input:visible").first.fill(KEY)
    other.get_by_role("button").first.click()
    expect(other.get_by_role("heading", name=re.compile("connected"))).to_be_visible()
    stranger.close()
    expect(page.get_by_role("dialog").get_by_text("connected", exact=True)).to_be_visible()
    hand.press("Open the connection")
    expect(page.get_by_role("heading", name="customer-17", level=1)).to_be_visible()
    hand.press("Delete", exact=True)
    hand.press("Delete customer-17")
    expect(page.get_by_role("table", name="Connections")).not_to_contain_text("customer-17")


def test_an_upstream_in_trouble_is_seen_understood_and_called_again(hand: Hand) -> None:
    page = hand.page
    hand.api(
        "PATCH", "/integrations/demo", {"policy": {"breaker": {"minimum_calls": 2, "failure_rate": 0.2, "open_s": 60}}}
    )
    hand.api("POST", "/actions/demo/set-switches", {"fail_next": 2})
    hand.go("/integrations/demo/actions/get-pet", "Get a pet")
    hand.press("Run", exact=True)
    answer = page.get_by_role("region", name="Answer", exact=True)
    expect(answer.get_by_role("list", name="Attempts")).to_contain_text("503")
    expect(answer).to_contain_text("Rex")
    hand.press("Open in the log")
    expect(page.get_by_text("get-pet").first).to_be_visible()
    page.go_back()  # the panel still has its answer
    expect(page.get_by_role("region", name="Answer", exact=True)).to_contain_text("Rex")

    hand.api("POST", "/actions/demo/set-switches", {"fail_next": 9})
    for _ in range(2):
        hand.press("Run", exact=True)
        expect(page.get_by_role("region", name="Answer", exact=True)).to_contain_text(re.compile("Failed"))
        expect(page.get_by_role("region", name="Answer", exact=True)).not_to_have_attribute("aria-busy", "true")
    hand.go("/integrations/demo/health", "Demo pet shop")
    expect(page.get_by_text("the upstream is left alone", exact=False).first).to_be_visible()
    expect(page.get_by_role("table", name="Latest errors")).to_contain_text("get-pet")
    requests.delete(f"{hand.stack.demo_url}/v1/switches", headers={"X-Api-Key": KEY}, timeout=10)
    hand.press("Call it again now")
    expect(page.get_by_text("calls go through", exact=False)).to_be_visible()

    hand.go("/invocations", "Invocations")
    page.get_by_role("table", name="Invocations").get_by_role("link").first.click()
    hand.press(re.compile("Replay"))
    expect(page.get_by_text(re.compile("req_")).first).to_be_visible()


def test_a_key_is_shown_once_and_sees_only_what_it_may(hand: Hand, browser: Any, stack: LocalStack) -> None:
    page = hand.page
    hand.go("/api-keys", "API keys")
    hand.press("Create a key")
    hand.fill("Name", "auditor")
    page.get_by_label("Invoke", exact=True).uncheck()
    page.get_by_label("Read the registry", exact=True).check()
    hand.press("Create the key")
    shown = page.get_by_role("dialog").locator("code")
    key = shown.inner_text()
    assert key.startswith("wg_live_")
    hand.press("I have copied it")
    assert key not in page.content()

    other = browser.new_context()
    reader = other.new_page()
    reader.route("**/config.json", lambda route: route.fulfill(json={"api": "/api/v1", "key": None}))
    reader.goto(stack.url)
    reader.get_by_label("API key").fill("wg_live_wrong")
    reader.get_by_role("button", name="Sign in", exact=True).click()
    expect(reader.get_by_text("This key is not accepted")).to_be_visible()
    reader.get_by_label("API key").fill(key)
    reader.get_by_role("button", name="Sign in", exact=True).click()
    expect(reader.get_by_role("heading", name="Integrations", level=1)).to_be_visible()
    button = reader.get_by_role("link", name="Add an integration")
    expect(button).to_have_attribute("aria-disabled", "true")
    assert reader.evaluate("Object.values(localStorage).join() + document.cookie + location.href").count(key) == 0
    assert reader.evaluate("Object.values(sessionStorage).join()").count(key) == 1
    other.close()

    page.get_by_role("row", name=re.compile("auditor")).get_by_role("button", name="Revoke auditor").click()
    hand.press("Revoke the key")
    expect(page.get_by_role("table", name="API keys")).not_to_contain_text("auditor")


def test_everything_is_found_by_the_keyboard(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("creat pet")
    expect(page.get_by_role("option", name=re.compile("create-pet"))).to_be_visible()
    page.get_by_role("combobox").fill("usage")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Usage", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Usage", level=1)).to_be_focused()
