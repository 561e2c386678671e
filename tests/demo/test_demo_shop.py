"""What the operations do."""

from __future__ import annotations

import json
import re

import pytest
import requests
from jsonschema import Draft202012Validator

from infra.local.demo import serve


def test_rex_is_pet_1(api):
    rex = api.get("/pets/1").json()
    assert (rex["id"], rex["name"]) == (1, "Rex")
    assert rex["category"] == {"name": "Dogs", "parent": {"name": "Mammals", "parent": None}}


def test_cursors_lead_through_all_pets_once(api):
    names, cursor = [], None
    while True:
        page = api.get("/pets", params={"limit": 5, "cursor": cursor}).json()
        names += [pet["name"] for pet in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(names) == len(set(names)) == 12


def test_a_pet_that_goes_between_two_pages_hides_no_other(api):
    first = api.get("/pets?limit=5").json()
    api.delete("/pets/2")
    second = api.get("/pets", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert second["data"][0]["id"] == 6


def test_pets_are_filtered_by_status_and_by_all_tags(api):
    pets = api.get("/pets?status=available&tags=friendly&tags=small").json()["data"]
    assert [pet["name"] for pet in pets] == ["Luna", "Zoë"]


def test_a_created_pet_is_found_where_location_says(api):
    created = api.post("/pets", json={"name": "Fido"})
    found = api.get(created.headers["Location"].removeprefix("/v1"))
    assert found.json() == created.json()
    assert found.json()["created_at"] == "2026-01-15T12:00:00Z"


def test_a_replacement_brings_defaults_back_and_a_patch_keeps_what_it_does_not_name(api):
    assert api.put("/pets/1", json={"name": "Rexi"}).json()["tags"] == []
    patched = api.patch("/pets/2", data='{"price": 1}', headers={"Content-Type": "application/merge-patch+json"}).json()
    assert (patched["price"], patched["name"], patched["tags"]) == (1, "Luna", ["friendly", "small"])


def test_a_patch_merges_categories_and_null_removes(api):
    merged = api.patch("/pets/1", json={"category": {"name": "Hounds"}}).json()
    assert merged["category"] == {"name": "Hounds", "parent": {"name": "Mammals", "parent": None}}
    assert api.patch("/pets/1", json={"category": None, "born": None}).json()["born"] is None


def test_a_removed_pet_is_gone(api):
    assert api.delete("/pets/1").content == b""
    assert [api.get(path).status_code for path in ("/pets/1", "/pets/1/photo", "/pets/1/notes")] == [404] * 3


def test_a_search_holds_all_conditions_and_counts_beyond_the_limit(api):
    found = api.post("/pets/search", json={"tags": ["friendly"], "max_price": 360, "limit": 1}).json()
    assert ([pet["name"] for pet in found["data"]], found["total"]) == (["Rex"], 4)
    assert api.post("/pets/search", json={"name_contains": "ZOË"}).json()["total"] == 1


def test_an_uploaded_photo_comes_back_byte_for_byte(api):
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3 + b"\r\n\r\n--\r\n"
    stored = api.post("/pets/1/photo", files={"file": ("r.png", png, "image/png")}, data={"caption": "Zoë"})
    assert (stored.json()["bytes"], stored.json()["caption"]) == (len(png), "Zoë")
    photo = api.get("/pets/1/photo")
    assert (photo.content, photo.headers["Content-Type"]) == (png, "image/png")


def test_a_new_pet_has_no_photo_and_an_empty_note(api):
    api.post("/pets", json={"name": "Fido"})
    assert api.get("/pets/13/photo").status_code == 404
    notes = api.get("/pets/13/notes")
    assert (notes.status_code, notes.text) == (200, "")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\ncut off"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--x--"),
        ("multipart/form-data; boundary=x", b""),
    ],
)
def test_a_broken_form_is_refused(api, content_type, body):
    response = api.post("/pets/1/photo", data=body, headers={"Content-Type": content_type})
    assert (response.status_code, response.json()["code"]) == (400, "malformed_multipart")


@pytest.mark.parametrize("body", [b"{", b'{"name": NaN}', b"\xff", b"", b"[" * 200_000])
def test_a_body_that_is_not_json_is_refused(api, body):
    response = api.post("/pets", data=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")


def test_notes_are_plain_text(api):
    notes = api.get("/pets/1/notes")
    assert notes.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert notes.text.startswith("Rex likes")


def test_the_pet_of_the_day_is_a_redirect_to_rex(api):
    response = api.get("/featured-pet")
    assert (response.status_code, response.headers["Location"]) == (302, "/v1/pets/1")


def test_an_order_repeated_with_its_key_is_placed_once(api):
    key = {"Idempotency-Key": "a"}
    first = api.post("/orders", json={"pet_id": 1}, headers=key)
    again = api.post("/orders", json={"pet_id": 1}, headers=key)
    assert again.json() == first.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    other = api.post("/orders", json={"pet_id": 2}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert api.post("/orders", json={"pet_id": 1}).json()["id"] == first.json()["id"] + 1


def test_links_lead_through_all_orders(api, demo):
    path, seen = "/orders?per_page=3", []
    while path:
        page = api.get(path)
        seen += [order["id"] for order in page.json()]
        following = page.links.get("next")
        path = following["url"].removeprefix(f"{demo.url}/v1") if following else None
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert page.headers["X-Total-Count"] == "7"
    assert set(page.links) == {"first", "prev", "last"}


def test_a_page_of_orders_beyond_the_last_is_empty(api):
    assert api.get("/orders?page=40").json() == []


def test_the_inventory_has_a_number_beyond_64_bits(api):
    assert max(api.get("/inventory").json().values()) == 2**64 + 13


def test_events_are_lines_of_json_that_fit_their_schema(api, description):
    api.post("/orders", json={"pet_id": 1})
    response = api.get("/events?after=11")
    assert response.headers["Content-Type"] == "application/jsonl"
    events = [json.loads(line) for line in response.text.splitlines()]
    schema = description["components"]["schemas"]["Event"]
    for event in events:
        Draft202012Validator(schema).validate(event)
    assert [(event["id"], event["subject"]) for event in events] == [(12, "/pets/12"), (13, "/orders/8")]


def test_what_is_not_there_says_so_and_what_one_can_do(api):
    assert api.get("/nothing").status_code == 404
    refused = api.delete("/pets")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, POST")
    assert api.get("/pets/search").headers["Allow"] == "POST"


def test_two_shops_share_nothing(api, clock):
    api.delete("/pets/1")
    other = serve(port=0, now=clock)
    try:
        key = {"X-Api-Key": "demo-key-1234567890"}
        assert requests.get(f"{other.url}/v1/pets/1", headers=key, timeout=10).status_code == 200
    finally:
        other.stop()


def test_a_seeded_photo_is_a_png_of_32_by_32(api):
    photo = api.get("/pets/3/photo").content
    assert re.match(rb"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00 \x00\x00\x00 ", photo)
