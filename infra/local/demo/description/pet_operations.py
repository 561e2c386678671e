"""The operations on pets, as described."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from infra.local.demo.description.parts import WRITE, header, json_answer, json_body, parameter, problems, query, schema
from infra.local.demo.description.schemas import NEW_PET, REX
from infra.local.demo.media import draw_photo

PHOTO = {
    "pet_id": 1,
    "media_type": "image/png",
    "bytes": len(draw_photo(1)),
    "sha256": sha256(draw_photo(1)).hexdigest(),
    "caption": "Rex at the lake",
}

_COLLECTION: dict[str, Any] = {
    "get": {
        "operationId": "listPets",
        "tags": ["pets"],
        "summary": "List pets",
        "description": "Pets in the order of their numbers, page by page.",
        "parameters": [
            parameter("Limit"),
            query("cursor", "`next_cursor` of the page before.", {"type": "string"}),
            query("status", "Only pets with this status.", schema("PetStatus"), example="available"),
            query(
                "tags",
                "Only pets with all of these tags.",
                {"type": "array", "items": {"type": "string"}},
                style="form",
                explode=True,
                example=["friendly", "small"],
            ),
        ],
        "responses": {
            "200": json_answer("A page of pets.", schema("PetPage"), {"data": [REX], "next_cursor": "cGV0OjE"}),
            **problems(400),
        },
    },
    "post": {
        "operationId": "createPet",
        "tags": ["pets"],
        "summary": "Add a pet",
        "description": "Without a status, the pet is available.",
        "security": WRITE,
        "requestBody": json_body("NewPet", NEW_PET),
        "responses": {
            "201": json_answer("The pet, with its number.", schema("Pet"), REX, Location=header("Location")),
            **problems(400, 415, 422),
        },
    },
}

_ONE: dict[str, Any] = {
    "parameters": [parameter("PetId")],
    "get": {
        "operationId": "getPet",
        "tags": ["pets"],
        "summary": "Get a pet",
        "description": "One pet by its number.",
        "responses": {"200": json_answer("The pet.", schema("Pet"), REX), **problems(400, 404)},
    },
    "put": {
        "operationId": "replacePet",
        "tags": ["pets"],
        "summary": "Replace a pet",
        "description": "What is left out goes back to its default.",
        "security": WRITE,
        "requestBody": json_body("NewPet", NEW_PET),
        "responses": {"200": json_answer("The pet as it is now.", schema("Pet"), REX), **problems(400, 404, 415, 422)},
    },
    "patch": {
        "operationId": "updatePet",
        "tags": ["pets"],
        "summary": "Change a pet",
        "description": "A merge patch (RFC 7396): what is left out stays.",
        "security": WRITE,
        "requestBody": json_body("PetPatch", {"status": "pending"}, "application/json", "application/merge-patch+json"),
        "responses": {"200": json_answer("The pet as it is now.", schema("Pet"), REX), **problems(400, 404, 415, 422)},
    },
    "delete": {
        "operationId": "deletePet",
        "tags": ["pets"],
        "summary": "Remove a pet",
        "description": "Its photo and notes go with it.",
        "security": WRITE,
        "responses": {"204": {"description": "It is gone."}, **problems(400, 404)},
    },
}

_SEARCH: dict[str, Any] = {
    "post": {
        "operationId": "searchPets",
        "tags": ["pets"],
        "summary": "Search pets",
        "description": "Reads only, although it is a POST. Without conditions, it finds all pets.",
        "requestBody": json_body("PetSearch", {"name_contains": "re", "max_price": 400}),
        "responses": {
            "200": json_answer("The pets found.", schema("PetMatches"), {"data": [REX], "total": 1}),
            **problems(400, 415, 422),
        },
    }
}

_PHOTO: dict[str, Any] = {
    "parameters": [parameter("PetId")],
    "get": {
        "operationId": "downloadPhoto",
        "tags": ["pets"],
        "summary": "Download a pet's photo",
        "description": "The picture itself.",
        "responses": {
            "200": {"description": "A PNG picture.", "content": {"image/png": {}}},
            **problems(400, 404),
        },
    },
    "post": {
        "operationId": "uploadPhoto",
        "tags": ["pets"],
        "summary": "Upload a pet's photo",
        "description": "Takes the place of the photo before. PNG only, 1 MiB at most.",
        "security": WRITE,
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": schema("PhotoUpload"),
                    "encoding": {"file": {"contentType": "image/png"}},
                }
            },
        },
        "responses": {
            "201": json_answer("What was stored.", schema("Photo"), PHOTO, Location=header("Location")),
            **problems(400, 404, 415, 422),
        },
    },
}

_NOTES: dict[str, Any] = {
    "parameters": [parameter("PetId")],
    "get": {
        "operationId": "getPetNotes",
        "tags": ["pets"],
        "summary": "Read a pet's notes",
        "description": "What the keepers wrote down, as plain text.",
        "responses": {
            "200": {
                "description": "The notes.",
                "content": {"text/plain": {"schema": {"type": "string"}, "example": "Rex likes long walks.\n"}},
            },
            **problems(400, 404),
        },
    },
}

_FEATURED: dict[str, Any] = {
    "get": {
        "operationId": "getFeaturedPet",
        "tags": ["pets"],
        "summary": "Go to the pet of the day",
        "description": "Redirects to the pet that the shop recommends.",
        "responses": {
            "302": {"description": "Go to that pet.", "headers": {"Location": header("Location")}},
            **problems(),
        },
    }
}

PET_PATHS: dict[str, Any] = {
    "/pets": _COLLECTION,
    "/pets/search": _SEARCH,
    "/pets/{pet_id}": _ONE,
    "/pets/{pet_id}/photo": _PHOTO,
    "/pets/{pet_id}/notes": _NOTES,
    "/featured-pet": _FEATURED,
}
