"""The operations on pets, their photos and their notes."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from .exchange import Response, json_response
from .media import PNG_SIGNATURE
from .problems import Problem
from .shop import Call, Photo, Shop

FEATURED_PET = 1


def list_pets(shop: Shop, call: Call) -> Response:
    """Pages by number, so that pets which come or go between two pages neither repeat nor hide others."""
    after = _read_cursor(call.parameters.get("cursor"))
    limit, wanted_tags = call.parameters["limit"], set(call.parameters.get("tags", []))
    status = call.parameters.get("status")
    found = [
        pet
        for pet in shop.pets.values()
        if pet["id"] > after and status in (None, pet["status"]) and wanted_tags <= set(pet["tags"])
    ]
    page = found[:limit]
    next_cursor = _write_cursor(page[-1]["id"]) if len(found) > limit else None
    return json_response(200, {"data": page, "next_cursor": next_cursor})


def create_pet(shop: Shop, call: Call) -> Response:
    shop.last_pet_id += 1
    pet_id, now = shop.last_pet_id, shop.timestamp()
    shop.pets[pet_id] = {"id": pet_id, **_fields(call.body), "created_at": now, "updated_at": now}
    shop.notes[pet_id] = ""
    shop.record("pet.created", f"/pets/{pet_id}")
    return json_response(201, shop.pets[pet_id], ("Location", f"/v1/pets/{pet_id}"))


def get_pet(shop: Shop, call: Call) -> Response:
    return json_response(200, shop.pet(call.parameters["pet_id"]))


def replace_pet(shop: Shop, call: Call) -> Response:
    pet = shop.pet(call.parameters["pet_id"])
    return _change(shop, pet, _fields(call.body))


def update_pet(shop: Shop, call: Call) -> Response:
    """A merge patch (RFC 7396). A category is a tree, so it is merged level by level; a null removes."""
    pet = shop.pet(call.parameters["pet_id"])
    changes = dict(call.body)
    if isinstance(changes.get("category"), dict):
        changes["category"] = _merge_category(pet["category"], changes["category"])
    return _change(shop, pet, changes)


def delete_pet(shop: Shop, call: Call) -> Response:
    pet_id = shop.pet(call.parameters["pet_id"])["id"]
    del shop.pets[pet_id]
    shop.photos.pop(pet_id, None)
    shop.notes.pop(pet_id, None)
    shop.record("pet.deleted", f"/pets/{pet_id}")
    return Response(204)


def search_pets(shop: Shop, call: Call) -> Response:
    wanted = call.body
    text, tags = wanted.get("name_contains", "").casefold(), set(wanted.get("tags", []))
    statuses, max_price = wanted.get("statuses"), wanted.get("max_price")
    found = [
        pet
        for pet in shop.pets.values()
        if text in pet["name"].casefold()
        and tags <= set(pet["tags"])
        and (statuses is None or pet["status"] in statuses)
        and (max_price is None or pet["price"] <= max_price)
    ]
    return json_response(200, {"data": found[: wanted.get("limit", 10)], "total": len(found)})


def get_featured_pet(shop: Shop, call: Call) -> Response:
    return Response(302, headers=(("Location", f"/v1/pets/{FEATURED_PET}"),))


def upload_photo(shop: Shop, call: Call) -> Response:
    pet = shop.pet(call.parameters["pet_id"])
    file, caption = call.body.get("file"), call.body.get("caption")
    if file is None:
        raise Problem("invalid_body", "The form lacks a field.", [{"pointer": "/file", "detail": "is required"}])
    if not file.body.startswith(PNG_SIGNATURE):
        raise Problem("unsupported_media_type", "The file is not a PNG picture.")
    photo = Photo(file.body, caption.body.decode("utf-8", "replace") if caption else None)
    shop.photos[pet["id"]] = photo
    shop.record("photo.uploaded", f"/pets/{pet['id']}/photo")
    document = {
        "pet_id": pet["id"],
        "media_type": "image/png",
        "bytes": len(photo.png),
        "sha256": hashlib.sha256(photo.png).hexdigest(),
        "caption": photo.caption,
    }
    return json_response(201, document, ("Location", f"/v1/pets/{pet['id']}/photo"))


def download_photo(shop: Shop, call: Call) -> Response:
    pet = shop.pet(call.parameters["pet_id"])
    if pet["id"] not in shop.photos:
        raise Problem("not_found", f"There is no photo of pet {pet['id']}.")
    disposition = f'inline; filename="pet-{pet["id"]}.png"'
    return Response(200, shop.photos[pet["id"]].png, "image/png", (("Content-Disposition", disposition),))


def get_pet_notes(shop: Shop, call: Call) -> Response:
    pet = shop.pet(call.parameters["pet_id"])
    return Response(200, shop.notes[pet["id"]].encode(), "text/plain; charset=utf-8")


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    """All that a caller may set, with the defaults of the description."""
    defaults: dict[str, Any] = {"status": "available", "tags": [], "category": None, "price": 0, "born": None}
    category = body.get("category")
    return {**defaults, **body, "category": _merge_category(None, category) if category else None}


def _change(shop: Shop, pet: dict[str, Any], changes: dict[str, Any]) -> Response:
    pet.update(changes, updated_at=shop.timestamp())
    shop.record("pet.updated", f"/pets/{pet['id']}")
    return json_response(200, pet)


def _merge_category(current: dict[str, Any] | None, patch: dict[str, Any]) -> dict[str, Any]:
    current = current or {"parent": None}
    parent = patch.get("parent", current["parent"])
    if isinstance(parent, dict):
        parent = _merge_category(current["parent"], parent)
    return {"name": patch["name"], "parent": parent}


def _write_cursor(pet_id: int) -> str:
    return base64.urlsafe_b64encode(f"pet:{pet_id}".encode()).rstrip(b"=").decode()


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        kind, _, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        if kind == "pet":
            return int(number)
    except ValueError:
        pass
    raise Problem("invalid_cursor", "Use next_cursor of the page before, as it is.")
