"""What both of Waygate's rivals call: an integration with a bearer credential and as many actions as asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

NAME: Final = "bench"
_OUTPUT: Final = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string", "maxLength": 100},
        "tags": {"type": "array", "items": {"type": "string"}},
        "note": {"type": ["string", "null"]},
    },
}


def prepare(call: Callable[[str, str, Any], Any], upstream: str, actions: int, record: str = "metadata") -> None:
    """`call` takes method, path below `/api/v1`, body. Deployed, `record` is `metadata`; locally, bodies are kept."""
    policy = {"record": record}
    facts = {"name": NAME, "base_url": upstream, "auth": {"type": "bearer"}, "policy": policy}
    call("POST", "/integrations", facts)
    for number in range(actions):
        call("PUT", f"/actions/{NAME}/read-item-{number}", _action(number))
    call("PUT", f"/connections/{NAME}/default", {"token": "a-token-of-the-bench"})


def _action(number: int) -> dict[str, Any]:
    return {
        "method": "GET",
        "path": f"/items-{number}/{{id}}",
        "behaviour": "read",
        "input_schema": {
            "type": "object",
            "properties": {"id": {"type": "integer", "minimum": 1}},
            "required": ["id"],
            "additionalProperties": False,
        },
        "bindings": {"id": {"in": "path", "name": "id"}},
        "output_schema": _OUTPUT,
    }
