"""Small factories: what most tests of the API begin with."""

from __future__ import annotations

from typing import Any

from infra.local.demo import DemoServer, credentials
from tests.client import Api

GET_PET: dict[str, Any] = {
    "method": "GET",
    "path": "/pets/{pet_id}",
    "behaviour": "read",
    "input_schema": {
        "type": "object",
        "properties": {"pet_id": {"type": "integer", "minimum": 1}},
        "required": ["pet_id"],
    },
    "bindings": {"pet_id": {"in": "path", "name": "pet_id"}},
}
API_KEY_AUTH = {"type": "api_key", "in": "header", "name": "X-Api-Key"}
CREATE_PET: dict[str, Any] = {
    "method": "POST",
    "path": "/pets",
    "behaviour": "create",
    "input_schema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    "bindings": {"name": {"in": "body", "name": "name"}},
    "body_media_type": "application/json",
}


def add_shop(api: Api, demo: DemoServer, name: str = "shop", **members: Any) -> dict[str, Any]:
    """The demo upstream as an integration written by hand."""
    facts = {"name": name, "base_url": f"{demo.url}/v1", "auth": API_KEY_AUTH, "verification": {"path": "/whoami"}}
    added: dict[str, Any] = api.ok("POST", "/integrations", {**facts, **members})
    return added


def add_action(api: Api, integration: str = "shop", name: str = "get-pet", **changes: Any) -> dict[str, Any]:
    """An action of it, `get-pet` unless told otherwise."""
    base = CREATE_PET if name == "create-pet" else GET_PET
    added: dict[str, Any] = api.ok("PUT", f"/actions/{integration}/{name}", {**base, **changes})
    return added


def connect(api: Api, integration: str = "shop", name: str = "default", **credential: Any) -> dict[str, Any]:
    """A connection with the demo's API key, or with `credential`."""
    body = credential or {"value": credentials.API_KEY}
    added: dict[str, Any] = api.ok("PUT", f"/connections/{integration}/{name}", body)
    return added
