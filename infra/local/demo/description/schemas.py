"""The schemas of all that goes in and out (JSON Schema 2020-12), and the examples shared by operations."""

from __future__ import annotations

from typing import Any

from infra.local.demo.seed import SEEDED_AT
from infra.local.demo.switches import COUNTED, DEFAULTS


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Any], *, optional: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """An object as the shop answers it: all properties are there, except the optional ones."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", **more, "properties": properties, "required": required}


def _input(properties: dict[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    """An object as the shop accepts it: unknown properties are refused."""
    described = {"type": "object", **more, "properties": properties, "additionalProperties": False}
    return {**described, "required": list(required)} if required else described


def _page(items: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(items)}


CATEGORY = {"anyOf": [_ref("Category"), {"type": "null"}]}
WHEN = {"type": "string", "format": "date-time"}
NUMBER = {"type": "integer", "format": "int64", "minimum": 1}
COUNT = {"type": "integer", "minimum": 0}
PRICE = {"type": "number", "minimum": 0, "maximum": 1_000_000, "description": "In euros."}
TAGS = {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 30}, "uniqueItems": True}
NULLABLE_TEXT = {"type": ["string", "null"], "maxLength": 500}
BORN = {"type": ["string", "null"], "format": "date", "description": "Date of birth, if known."}

SETTABLE = {
    "name": {"type": "string", "minLength": 1, "maxLength": 60},
    "status": _ref("PetStatus"),
    "tags": {**TAGS, "maxItems": 10},
    "category": CATEGORY,
    "price": PRICE,
    "born": BORN,
}

SWITCHES = {
    "rate_limit_next": "So many calls answer 429 with `Retry-After: 1`.",
    "fail_next": "So many calls answer 503.",
    "hang_next": "So many calls are answered after `hang_s` seconds only.",
    "nonsense_next": "So many calls answer 200 with JSON that is cut off.",
    "drop_next": "So many calls get no answer: the connection closes.",
    "slow_bytes_next": "So many calls are answered with one byte a second.",
}
SWITCH_PROPERTIES: dict[str, Any] = {
    **{name: {"type": "integer", "minimum": 0, "maximum": 1000, "description": SWITCHES[name]} for name in COUNTED},
    "down_for_s": {
        "type": "number",
        "minimum": 0,
        "maximum": 3600,
        "description": "All calls answer 503 for so many seconds.",
    },
    "hang_s": {"type": "number", "minimum": 0, "maximum": 3600, "description": "How long `hang_next` lasts."},
}

SCHEMAS: dict[str, Any] = {
    "PetStatus": {"type": "string", "enum": ["available", "pending", "sold"], "description": "Can it be bought?"},
    "Category": {
        "type": "object",
        "description": "A kind of animal, inside a wider kind.",
        "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 60}, "parent": CATEGORY},
        "required": ["name"],
        "additionalProperties": False,
    },
    "Pet": _object({"id": NUMBER, **SETTABLE, "created_at": WHEN, "updated_at": WHEN}, description="A pet."),
    "NewPet": _input(SETTABLE, "name", description="A pet to add, or all that a pet shall be."),
    "PetPatch": _input(SETTABLE, description="What shall change (RFC 7396); null removes.", minProperties=1),
    "PetPage": _object({"data": _page("Pet"), "next_cursor": {"type": ["string", "null"]}}),
    "PetSearch": _input(
        {
            "name_contains": {"type": "string", "maxLength": 60, "description": "In upper or lower case."},
            "statuses": {"type": "array", "items": _ref("PetStatus"), "minItems": 1},
            "tags": {**TAGS, "description": "Only pets with all of these."},
            "max_price": PRICE,
            "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
        },
        description="What to look for; all conditions hold together.",
    ),
    "PetMatches": _object({"data": _page("Pet"), "total": {**COUNT, "description": "Beyond the limit, too."}}),
    "PhotoUpload": _object(
        {
            "file": {"type": "string", "contentMediaType": "image/png", "description": "The picture."},
            "caption": {"type": "string", "maxLength": 200, "description": "What is to be seen."},
        },
        optional=("caption",),
    ),
    "Photo": _object(
        {
            "pet_id": NUMBER,
            "media_type": {"type": "string"},
            "bytes": COUNT,
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "caption": {"type": ["string", "null"]},
        }
    ),
    "NewOrder": _input(
        {"pet_id": NUMBER, "quantity": {"type": "integer", "minimum": 1, "maximum": 5}, "note": NULLABLE_TEXT},
        "pet_id",
        description="What to buy; one, unless a quantity is given.",
    ),
    "Order": _object(
        {
            "id": NUMBER,
            "pet_id": NUMBER,
            "quantity": {"type": "integer", "minimum": 1},
            "note": NULLABLE_TEXT,
            "status": {"type": "string", "enum": ["placed", "shipped"]},
            "total": {"type": "number", "description": "In euros."},
            "created_at": WHEN,
        }
    ),
    "Inventory": {
        "type": "object",
        "description": "How many there are of each article. A count may be beyond 64 bits.",
        "additionalProperties": COUNT,
    },
    "Event": _object({"id": NUMBER, "type": {"type": "string"}, "subject": {"type": "string"}, "at": WHEN}),
    "NewReport": _input({"kind": {"type": "string", "enum": ["sales", "stock"]}}, "kind"),
    "Report": _object(
        {
            "id": {"type": "string"},
            "kind": {"type": "string", "enum": ["sales", "stock"]},
            "created_at": WHEN,
            "status": {"type": "string", "enum": ["running", "done"]},
            "result": {"type": ["object", "null"], "additionalProperties": COUNT, "description": "Null until done."},
        }
    ),
    "Whoami": _object(
        {
            "kind": {"type": "string", "description": "The kind of credential, such as `api-key-header`."},
            "account": {"type": "string"},
            "scopes": {"type": "array", "items": {"type": "string"}},
        }
    ),
    "Switches": _object(SWITCH_PROPERTIES, description="What is left of each switch; `down_for_s` counts down."),
    "SwitchSettings": _input(SWITCH_PROPERTIES, description="What is not named goes back to its default."),
    "Problem": _object(
        {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "The stable name of the problem."},
            "detail": {"type": "string"},
            "request_id": {"type": "string"},
            "errors": {
                "type": "array",
                "items": _object({"pointer": {"type": "string"}, "detail": {"type": "string"}}),
                "description": "Each thing that is wrong, by JSON Pointer or the name of the parameter.",
            },
        },
        optional=("errors",),
        description="What went wrong (RFC 9457).",
    ),
}

REX = {
    "id": 1,
    "name": "Rex",
    "status": "available",
    "tags": ["friendly", "large"],
    "category": {"name": "Dogs", "parent": {"name": "Mammals", "parent": None}},
    "price": 350.0,
    "born": "2021-04-12",
    "created_at": SEEDED_AT,
    "updated_at": SEEDED_AT,
}
NEW_PET = {"name": "Fido", "tags": ["friendly"], "category": {"name": "Dogs"}, "price": 300, "born": "2024-02-03"}
ORDER = {
    "id": 8,
    "pet_id": 1,
    "quantity": 1,
    "note": "Please call before delivery.",
    "status": "placed",
    "total": 350.0,
    "created_at": "2026-01-15T12:00:00Z",
}
SWITCHES_OFF = dict(DEFAULTS)
