"""An action's page, the log, and the session: what is done there every day, in a real browser on the real stack."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.conftest import LocalStack
from tests.console.hand import Hand


def _answer(page: Page) -> Locator:
    return page.get_by_role("region", name="Answer", exact=True)


def _editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Input as JSON")


def _write(page: Page, text: str) -> None:
    _editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def test_one_input_is_a_form_and_json_and_its_faults_stand_where_they_are(hand: Hand, page: Page) -> None:
    hand.go("/integrations/demo/actions/create-order", "Place an order")
    run = page.get_by_role("button", name="Run against the real account")
    run.click()
    pet = page.get_by_label("pet_id", exact=True)
    expect(pet).to_have_attribute("aria-invalid", "true")
    expect(pet).to_be_focused()
    assert page.locator(f"#{pet.get_attribute('id')}-fault").inner_text() == "is required"

    pet.fill("999")
    page.get_by_label("quantity", exact=True).fill("2")
    expect(pet).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("tab", name="JSON").click()
    expect(_editor(page)).to_contain_text('"pet_id": 999')
    _write(page, '{"pet_id": "one", "quantity": 9}')
    page.keyboard.press("Control+Enter")
    expect(page.locator(".cm-lintRange-error")).to_have_text(['"pet_id"', '"quantity"'])
    _write(page, '{"pet_id": ')
    expect(page.get_by_role("alert").filter(has_text=re.compile("JSON", re.IGNORECASE))).to_be_visible()
    page.get_by_role("tab", name="Form").click()
    expect(page.get_by_text("The JSON cannot be read yet")).to_be_visible()
    page.get_by_role("tab", name="JSON").click()
    _write(page, '{"pet_id": 999, "quantity": 3}')
    page.get_by_role("tab", name="Form").click()
    expect(page.get_by_label("quantity", exact=True)).to_have_value("3")

    run.click()
    expect(_answer(page)).to_contain_text("upstream_refused")
    expect(_answer(page)).to_contain_text("There is no such pet.")
    assert re.search(r"req_[0-9A-Z]{26}", _answer(page).inner_text())


def test_a_run_before_the_form_has_come_goes_to_the_first_fault_when_it_comes(hand: Hand, page: Page) -> None:
    form = re.compile(r"/assets/schema-form-[^/]*\.js$")
    held: list[Route] = []
    page.route(form, lambda route: held.append(route))
    with page.expect_request(form):
        hand.go("/integrations/demo/actions/create-order", "Place an order")
    run = page.get_by_role("button", name="Run against the real account")
    run.click()
    expect(run).to_be_enabled()  # refused: until then it is busy
    pet = page.get_by_label("pet_id", exact=True)
    expect(pet).not_to_be_attached()

    held.pop().continue_()
    expect(pet).to_have_attribute("aria-invalid", "true")
    expect(pet).to_be_focused()


def test_a_dry_run_shows_the_request_and_sends_nothing(hand: Hand, page: Page) -> None:
    before = hand.api("POST", "/actions/demo/list-orders", {})["data"]
    hand.go("/integrations/demo/actions/create-order", "Place an order")
    page.get_by_label("pet_id", exact=True).fill("1")
    page.get_by_role("button", name="Dry run").click()
    expect(_answer(page)).to_contain_text("Nothing was sent")
    request = page.get_by_role("region", name="The request").inner_text()
    assert request.startswith("POST http")
    assert "X-Api-Key: [redacted]" in request
    assert hand.api("POST", "/actions/demo/list-orders", {})["data"] == before


@pytest.mark.parametrize("language", ["curl", "CLI"])
def test_what_is_copied_does_what_the_page_does(hand: Hand, page: Page, stack: LocalStack, language: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("NOT TESTED: there is no curl")
    hand.go("/integrations/demo/actions/search-pets", "Search pets")
    page.get_by_role("tab", name="JSON").click()
    _write(page, '{"name_contains": "re", "statuses": ["available"]}')
    page.get_by_role("tab", name=language).click()
    page.get_by_role("button", name=f"Copy: The call in {language}").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    environment = {**os.environ, "WAYGATE_API_KEY": stack.key, "WAYGATE_URL": stack.url}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(["bash", "-c", copied], env=environment, capture_output=True, text=True, check=True)
    page.get_by_role("button", name="Run against the real account").or_(
        page.get_by_role("button", name="Run", exact=True)
    ).click()
    expect(page.get_by_role("region", name="Data")).to_be_visible()

    assert json.loads(done.stdout)["data"] == json.loads(page.get_by_role("region", name="Data").inner_text())


def test_files_go_up_by_the_form_and_come_back_as_pictures(hand: Hand, page: Page, tmp_path: Path) -> None:
    photo = base64.b64decode(hand.api("POST", "/actions/demo/download-photo", {"pet_id": 1})["data"]["base64"])
    (tmp_path / "rex.png").write_bytes(photo)
    hand.go("/integrations/demo/actions/upload-photo", "Upload a pet's photo")
    page.get_by_label("pet_id", exact=True).fill("2")
    page.get_by_label("file", exact=True).set_input_files(tmp_path / "rex.png")
    page.get_by_role("button", name="Run against the real account").click()
    expect(_answer(page)).to_contain_text("201")

    hand.go("/integrations/demo/actions/download-photo", "Download a pet's photo")
    page.get_by_label("pet_id", exact=True).fill("2")
    page.get_by_role("button", name="Run", exact=True).click()
    picture = page.get_by_role("img", name="The answer")
    expect(picture).to_be_visible()
    assert picture.get_attribute("src") == f"data:image/png;base64,{base64.b64encode(photo).decode()}"
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save").click()
    assert saved.value.path().read_bytes() == photo


def test_a_call_is_found_in_the_log_looked_at_edited_and_run_again(hand: Hand, page: Page, stack: LocalStack) -> None:
    for pet in (1, 2, 998):
        requests.post(
            f"{stack.url}/api/v1/actions/demo/get-pet",
            json={"pet_id": pet},
            headers={"Authorization": f"Bearer {stack.key}"},
            timeout=30,
        )
    hand.go("/invocations", "Invocations")
    page.get_by_label("Action", exact=True).fill("get-pet")
    page.get_by_label("Outcome").select_option("Failed")
    expect(page).to_have_url(re.compile(r"outcome=failed&action=get-pet"))
    table = page.get_by_role("table", name="Invocations")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table).to_contain_text("upstream refused")
    page.reload()  # the filters are in the address
    expect(table.get_by_role("row")).to_have_count(2)
    table.get_by_role("link").click()

    expect(page.get_by_role("heading", name="demo/get-pet", level=1)).to_be_focused()
    expect(page.get_by_role("list", name="Attempts")).to_contain_text("404")
    expect(page.get_by_role("region", name="The request")).to_contain_text("[redacted]")
    expect(page.get_by_role("region", name="Answer")).to_contain_text("There is no pet 998.")
    page.get_by_role("button", name="Edit and run").click()
    pet_id = page.get_by_label("pet_id", exact=True)
    expect(pet_id).to_have_value("998")
    pet_id.fill("1")
    page.keyboard.press("Control+Enter")
    expect(_answer(page)).to_contain_text("Rex")


def test_an_idempotency_key_gathers_the_calls_that_share_it(hand: Hand, page: Page) -> None:
    hand.go("/integrations/demo/actions/create-pet", "Add a pet")
    page.get_by_label("name", exact=True).fill("Once")
    page.get_by_text("More options").click()
    page.get_by_role("button", name="Make an idempotency key").click()
    run = page.get_by_role("button", name="Run against the real account")
    run.click()
    expect(_answer(page)).to_contain_text("Once")
    run.click()
    expect(_answer(page)).to_contain_text("kept answer, not run again")

    page.get_by_role("region", name="Latest calls").get_by_role("link").nth(1).click()
    page.get_by_role("link", name=re.compile("^[0-9a-f]{16}$")).click()
    expect(page.get_by_role("table", name="Invocations").get_by_role("row")).to_have_count(3)


def test_a_key_is_forgotten_after_thirty_minutes_without_a_touch(browser: Browser, stack: LocalStack) -> None:  # F10
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.route("**/config.json", lambda route: route.fulfill(json={"api": "/api/v1"}))
    page.goto(f"{stack.url}/#/usage")
    page.get_by_label("API key").fill(stack.key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Usage", level=1)).to_be_visible()  # where one wanted to go
    assert page.evaluate("JSON.stringify(localStorage) + document.cookie + location.href").count(stack.key) == 0
    page.reload()
    expect(page.get_by_role("heading", name="Usage", level=1)).to_be_visible()

    page.clock.run_for(29 * 60_000)
    page.keyboard.press("Shift")
    page.clock.run_for(29 * 60_000)
    expect(page.get_by_role("heading", name="Usage", level=1)).to_be_visible()
    page.clock.run_for(2 * 60_000)
    expect(page.get_by_text("Signed out after 30 minutes without a touch.")).to_be_visible()
    assert stack.key not in page.evaluate("JSON.stringify(sessionStorage)")
    context.close()


def test_the_keyboard_skips_to_the_page_and_goes_along_with_it(page: Page, stack: LocalStack) -> None:
    page.reload()
    expect(page.get_by_role("heading", name="Integrations", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Invocations").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Invocations", level=1)).to_be_focused()
    expect(page).to_have_title("Invocations · Waygate")


def test_an_integration_is_exported_by_keyboard(hand: Hand, page: Page) -> None:
    hand.go("/integrations/demo", "Demo pet shop")
    button = page.get_by_role("button", name="Export")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    expect(page.get_by_role("menu")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    button.press("Enter")

    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Pack").press("Enter")

    assert download.value.suggested_filename == "demo.pack.json"
    assert json.loads(download.value.path().read_text(encoding="utf-8"))["actions"]


def test_a_double_click_runs_once(hand: Hand, page: Page) -> None:
    hand.go("/integrations/demo/actions/get-pet", "Get a pet")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Run", exact=True).dblclick()
    expect(_answer(page)).to_contain_text("The answer is as documented.")

    assert len(asked) == 1
