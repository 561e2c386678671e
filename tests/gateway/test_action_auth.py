"""An action may need no credential (`security: []`), or be called with and without one (`security: [{…}, {}]`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Api
from tests.egress.wire import Wire
from tests.gateway.shop import SCHEMES, SECRET, add, call, open_shop

RunJob = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("auth", ["bearer", "query", "cookie"])
def test_an_action_without_auth_never_carries_the_credential(api: Api, wire: Wire, auth: str) -> None:  # B5
    open_shop(api, wire, auth=auth)
    add(api, "open", auth="none")
    assert call(api, "open").json["meta"]["connection"] is None
    assert call(api, "open", Waygate_Connection="default").json["meta"]["connection"] == "default"
    assert SECRET not in repr([(each.target, each.headers, each.body) for each in wire.requests])
    assert SECRET in repr([call(api, "read").status, wire.requests[-1].target, wire.requests[-1].headers])


def test_an_action_without_auth_needs_no_connection_and_an_optional_one_takes_it(api: Api, wire: Wire) -> None:
    api.ok("POST", "/integrations", {"name": "shop", "base_url": wire.url, "auth": SCHEMES["bearer"]})
    for auth in ("required", "optional", "none"):
        add(api, auth, auth=auth)
    statuses = {auth: call(api, auth).status for auth in ("required", "optional", "none")}
    assert statuses == {"required": 409, "optional": 200, "none": 200}
    assert "authorization" not in repr([each.headers for each in wire.requests]).lower()
    api.ok("PUT", "/connections/shop/default", {"token": SECRET})
    assert call(api, "optional").json["meta"]["connection"] == "default"
    assert SECRET in repr(wire.requests[-1].headers)


def test_what_a_description_says_of_security_is_what_is_sent(api: Api, wire: Wire, run_job: RunJob) -> None:
    ok: dict[str, Any] = {"responses": {"200": {"description": ""}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": wire.url}],
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/login": {"post": {**ok, "operationId": "login", "security": []}},
            "/items": {"get": {**ok, "operationId": "items", "security": [{"key": []}, {}]}},
            "/me": {"get": {**ok, "operationId": "me"}},
        },
    }
    job = run_job("shop", {"document": document}, auto_publish=True)
    assert (job["status"], {each["code"] for each in job["warnings"]}) == ("published", set())
    shown = {name: api.ok("GET", f"/actions/shop/{name}")["auth"] for name in ("login", "items", "me")}
    assert shown == {"login": "none", "items": "optional", "me": "required"}
    assert [call(api, name).status for name in shown] == [200, 200, 409]
    again = api.ok("GET", "/integrations/shop/openapi.json?of=upstream")["paths"]
    assert again["/login"]["post"]["security"] == []
    assert again["/items"]["get"]["security"] == [{"default": []}, {}]
    assert "security" not in again["/me"]["get"]
