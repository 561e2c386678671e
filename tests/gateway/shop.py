"""An integration whose upstream is a server of the test's own."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.egress import Outbound, send
from infra.local.demo import DemoServer, credentials
from tests.client import Answer, Api
from tests.egress.wire import Wire

SECRET = "canary-0123456789abcdef"
SCHEMES: dict[str, dict[str, Any]] = {
    "api_key": {"type": "api_key", "in": "header", "name": "X-Api-Key"},
    "query": {"type": "api_key", "in": "query", "name": "api_key"},
    "cookie": {"type": "api_key", "in": "cookie", "name": "sid"},
    "basic": {"type": "basic"},
    "bearer": {"type": "bearer"},
    "custom_headers": {"type": "custom_headers"},
}
MEMBERS: dict[str, dict[str, Any]] = {
    "api_key": {"value": SECRET},
    "query": {"value": SECRET},
    "cookie": {"value": SECRET},
    "basic": {"username": "ann", "password": SECRET},
    "bearer": {"token": SECRET},
    "custom_headers": {"headers": {"X-App-Id": SECRET[:12], "X-App-Secret": SECRET}},
}


def open_shop(api: Api, wire: Wire, *, auth: str = "bearer", **members: Any) -> None:
    """An integration `shop` on `wire` with a connection, an action `read` and an action `write`."""
    facts = {"name": "shop", "base_url": f"{wire.url}/v1", "auth": SCHEMES[auth], **members}
    api.ok("POST", "/integrations", facts)
    api.ok("PUT", "/connections/shop/default", MEMBERS[auth])
    add(api, "read")
    add(api, "write", method="POST", behaviour="create", properties={"name": {}}, bindings={"name": "body"})


def add(api: Api, name: str, **members: Any) -> dict[str, Any]:
    """An action of it; `properties` are those of the input schema, `bindings` may be just places."""
    bindings = {
        one: {"in": binding, "name": one} if isinstance(binding, str) else binding
        for one, binding in members.pop("bindings", {}).items()
    }
    schema = {"type": "object", "properties": members.pop("properties", {one: {} for one in bindings})}
    facts = {"method": "GET", "path": f"/{name}", "behaviour": "read", "input_schema": schema, "bindings": bindings}
    made: dict[str, Any] = api.ok("PUT", f"/actions/shop/{name}", facts | members)
    return made


def call(api: Api, name: str = "read", values: dict[str, Any] | None = None, **headers: str) -> Answer:
    """Invoke it; `Waygate_Timeout="1"` becomes a header."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return api.post(f"/actions/shop/{name}", values or {}, headers=named)


def switch(demo: DemoServer, **switches: float) -> None:
    """Make the demo upstream misbehave."""
    headers = (("X-Api-Key", credentials.API_KEY), ("Content-Type", "application/json"))
    done = send(Outbound("PUT", f"{demo.url}/v1/switches", headers, json.dumps(switches).encode()))
    assert done.status == 200, done.body
