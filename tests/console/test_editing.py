"""What is there already is changed by hand, all of it, in a real browser on the real stack."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.console.hand import Hand


def _write(page: Page, document: str, value: Any) -> None:
    editor = page.get_by_role("textbox", name=document, exact=True)
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(value if isinstance(value, str) else json.dumps(value, indent=2))


def _group(page: Page, title: str) -> Locator:
    return page.get_by_role("group", name=title, exact=True)


def _whole(hand: Hand, action: str) -> Any:
    return hand.api("GET", f"/actions/{action}?include=output_schema")


def test_an_imported_action_is_edited_with_its_faults_where_they_are(hand: Hand) -> None:
    page, before = hand.page, _whole(hand, "demo/create-order")
    hand.go("/integrations/demo/actions/create-order", "Place an order")
    hand.press("Edit")
    expect(page.get_by_role("heading", name="Edit Place an order", level=1)).to_be_visible()
    save = page.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_disabled()

    hand.fill("Description", "Orders one pet, at once.")
    hand.fill("Tags", "orders fast")
    properties = {**before["input_schema"]["properties"], "gift": {"type": "nonsense"}}
    _write(page, "Input schema", '{"type": ')
    save.click()
    expect(_group(page, "Inputs").get_by_role("alert")).to_contain_text("It is not JSON")
    bindings = {name: {"in": "body", "name": name} for name in (*before["bindings"], "gift")}
    _write(page, "Bindings", bindings)
    _write(page, "Input schema", {**before["input_schema"], "properties": properties})
    save.click()
    expect(_group(page, "Inputs").get_by_role("alert")).to_contain_text("/properties/gift/type")
    expect(_group(page, "Inputs").locator(".cm-lintRange-error")).to_have_text('"type"')
    properties["gift"] = {"type": "boolean", "description": "Wrapped, with a bow."}
    _write(page, "Input schema", {**before["input_schema"], "properties": properties})
    save.click()

    expect(page.get_by_role("heading", name="Place an order", level=1)).to_be_visible()
    expect(page.get_by_text("Orders one pet, at once.")).to_be_visible()
    expect(page.get_by_label("gift", exact=True)).to_be_visible()
    after = _whole(hand, "demo/create-order")
    assert after["version"] == before["version"] + 1
    assert after["output_schema"] == before["output_schema"]
    assert (after["tags"], after["bindings"]["gift"]["in"]) == (["orders", "fast"], "body")


def test_definitions_that_actions_share_are_edited_for_one_of_them_alone(hand: Hand) -> None:
    page, mine = hand.page, _whole(hand, "demo/get-pet")["output_schema"]
    others = _whole(hand, "demo/create-pet")["output_schema"]
    hand.go("/integrations/demo/actions/get-pet/edit", "Edit Get a pet")
    assert mine["$defs"]["Pet"] == others["$defs"]["Pet"]
    mine["$defs"]["Pet"]["properties"]["colour"] = {"type": "string"}
    _write(page, "Output schema", mine)
    expect(page.get_by_text("Saved with definitions of its own")).to_be_visible()
    hand.press("Save", exact=True)
    expect(page.get_by_role("heading", name="Get a pet", level=1)).to_be_visible()
    assert _whole(hand, "demo/get-pet")["output_schema"] == mine
    assert _whole(hand, "demo/create-pet")["output_schema"] == others


def test_an_action_written_by_hand_is_completed_called_and_deleted(hand: Hand) -> None:
    page = hand.page
    hand.go("/integrations/demo", "Demo pet shop")
    hand.press("Add an action")
    hand.fill("Path", "/pets/{pet_id}")
    hand.fill("Name", "one-pet")
    hand.press("Add it")
    expect(page.get_by_role("heading", name="one-pet", level=1)).to_be_visible()
    hand.press("Edit")
    hand.fill("Title", "One pet")
    schema = {"type": "object", "properties": {"pet_id": {"type": "integer"}}, "required": ["pet_id"]}
    _write(page, "Input schema", schema)
    _write(page, "Output schema", {"type": "object", "required": ["name"]})
    page.get_by_label("Checking of answers").select_option("strict")
    hand.press("Save", exact=True)
    expect(page.get_by_role("heading", name="One pet", level=1)).to_be_visible()
    page.get_by_label("pet_id", exact=True).fill("1")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("region", name="Answer", exact=True)).to_contain_text('"name"')

    hand.press("Edit")
    hand.press("Delete one-pet …")
    page.get_by_role("dialog").get_by_role("button", name="Delete one-pet").click()
    expect(page.get_by_role("heading", name="Demo pet shop", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="One pet")).to_have_count(0)


def test_settings_of_an_integration_are_saved_unless_somebody_was_faster(hand: Hand) -> None:
    page = hand.page
    hand.go("/integrations/demo/settings", "Demo pet shop")
    hand.fill("Tags", "animals shop")
    hand.press("Save", exact=True)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert hand.api("GET", "/integrations/demo")["tags"] == ["animals", "shop"]

    hand.fill("Time-out of a call, in seconds", "11")
    hand.api("PATCH", "/integrations/demo", {"policy": {"timeout_s": 12}})
    hand.press("Save", exact=True)
    expect(page.get_by_role("alert")).to_contain_text("etag_mismatch")
    assert hand.api("GET", "/integrations/demo")["policy"]["timeout_s"] == 12


def test_settings_of_a_connection_are_saved(hand: Hand) -> None:
    hand.go("/connections/demo/default", "default")
    hand.fill("Metadata", '{"team": "shop"}')
    hand.press("Save the settings")
    expect(hand.page.get_by_text("Saved", exact=True)).to_be_visible()
    assert hand.api("GET", "/connections/demo/default")["metadata"] == {"team": "shop"}
