"""Integrations and actions: create, read, list, replace, merge, delete."""

from __future__ import annotations

import pytest

from infra.local.demo import DemoServer
from tests.client import Api
from tests.world import GET_PET, add_action, add_shop, connect


def test_an_integration_is_kept_whole(api: Api, demo: DemoServer) -> None:
    made = add_shop(api, demo, title="Shop", tags=["pets"], policy={"timeout_s": 5, "output": "strict"})
    assert made["title"] == "Shop"
    breaker = {"enabled": True, "failure_rate": 0.5, "minimum_calls": 5, "open_s": 10.0}
    policy = {"timeout_s": 5.0, "output": "strict", "record": "full", "limits": None, "breaker": breaker}
    assert made["policy"] == policy
    assert made["auth"] == {"type": "api_key", "in": "header", "name": "X-Api-Key"}
    assert (made["version"], made["connections"]) == (1, 0)
    assert api.ok("GET", "/integrations/shop") == made
    assert api.ok("GET", "/integrations")["data"] == [made]


def test_a_name_is_taken_once(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    answer = api.post("/integrations", {"name": "shop", "base_url": demo.url})
    assert (answer.status, answer.json["code"]) == (409, "name_taken")


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"name": "Shop", "base_url": "https://x.example"}, "/name"),
        ({"name": "a" * 64, "base_url": "https://x.example"}, "/name"),
        ({"name": "shop"}, "/base_url"),
        ({"name": "shop", "base_url": "ftp://x.example"}, "/base_url"),
        ({"name": "shop", "base_url": "https://user:pw@x.example"}, "/base_url"),
        ({"name": "shop", "base_url": "https://x.example/a?b=c"}, "/base_url"),
        ({"name": "shop", "base_url": "https://x.example:6379"}, "/base_url"),
        ({"name": "shop", "base_url": "https://x.example/v1/%2E./admin"}, "/base_url"),
        ({"name": "shop", "base_url": "https://x.example", "verification": {"path": "/../me"}}, "/verification/path"),
        ({"name": "shop", "base_url": "https://{region}.x.example"}, ""),
        ({"name": "shop", "base_url": "https://x.example", "version": 7}, "/version"),
        ({"name": "shop", "base_url": "https://x.example", "auth": {"type": "api_key"}}, "/auth"),
        ({"name": "shop", "base_url": "https://x.example", "auth": {"type": "magic"}}, "/auth/type"),
        ({"name": "shop", "base_url": "https://x.example", "policy": {"retries": 9}}, "/policy/retries"),
        ({"name": "shop", "base_url": "https://x.example", "verification": {"path": "x"}}, "/verification/path"),
    ],
)
def test_a_wrong_integration_says_where(api: Api, facts: dict[str, object], pointer: str) -> None:
    answer = api.post("/integrations", facts)
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    assert pointer in [error["pointer"] for error in answer.json["errors"]]
    assert api.ok("GET", "/integrations")["data"] == []


def test_a_merge_patch_changes_what_it_names_and_no_more(api: Api, demo: DemoServer) -> None:
    made = add_shop(api, demo, title="Shop", tags=["pets"])
    patched = api.ok("PATCH", "/integrations/shop", {"title": None, "policy": {"output": "off"}})
    assert patched["title"] == ""
    assert patched["policy"]["output"] == "off"
    assert patched["tags"] == ["pets"]
    assert patched["base_url"] == made["base_url"]
    assert patched["version"] == 2


def test_a_merge_patch_may_say_so_in_its_media_type(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    headers = {"Content-Type": "application/merge-patch+json"}
    assert api.patch("/integrations/shop", {"title": "x"}, headers=headers).status == 200


def test_an_integration_keeps_its_name(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    assert api.patch("/integrations/shop", {"name": "other"}).json["errors"][0]["pointer"] == "/name"


def test_a_patch_of_another_version_is_refused(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    first = api.get("/integrations/shop").headers["ETag"]
    assert api.patch("/integrations/shop", {"title": "a"}, headers={"If-Match": first}).status == 200
    late = api.patch("/integrations/shop", {"title": "b"}, headers={"If-Match": first})
    assert (late.status, late.json["code"]) == (412, "etag_mismatch")
    assert api.ok("GET", "/integrations/shop")["title"] == "a"


def test_a_name_that_is_nearly_right_is_suggested(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    add_action(api)
    missing = api.get("/integrations/shp").json
    assert (missing["code"], missing["did_you_mean"]) == ("integration_not_found", ["shop"])
    missing = api.get("/actions/shop/getpet").json
    assert (missing["code"], missing["did_you_mean"]) == ("action_not_found", ["get-pet"])


def test_deleting_an_integration_deletes_what_is_below(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    add_action(api)
    connect(api)
    assert api.delete("/integrations/shop").status == 204
    assert api.get("/integrations/shop").status == 404
    add_shop(api, demo)
    assert api.ok("GET", "/actions?integration=shop")["data"] == []
    assert api.ok("GET", "/connections")["data"] == []
    assert api.ok("GET", "/integrations/shop")["connections"] == 0


def test_an_action_is_kept_whole(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    made = add_action(api, summary="One pet", tags=["pets"], output_schema={"type": "object"})
    assert made["version"] == 1
    shown = api.ok("GET", "/actions/shop/get-pet?include=output_schema")
    assert shown == made
    assert "output_schema" not in api.ok("GET", "/actions/shop/get-pet")
    listed = api.ok("GET", "/actions")["data"][0]
    assert (listed["integration"], listed["name"], listed["summary"]) == ("shop", "get-pet", "One pet")


def test_replacing_an_action_is_a_new_version(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    assert api.put("/actions/shop/get-pet", GET_PET).status == 201
    again = api.put("/actions/shop/get-pet", {**GET_PET, "summary": "x"})
    assert (again.status, again.json["version"]) == (200, 2)
    assert api.put("/actions/shop/get-pet", GET_PET, headers={"If-Match": '"v1"'}).status == 412
    patched = api.ok("PATCH", "/actions/shop/get-pet", {"deprecated": True})
    assert (patched["version"], patched["deprecated"], patched["summary"]) == (3, True, "x")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"path": "pets"}, "/path"),
        ({"method": "FETCH"}, "/method"),
        ({"bindings": {}}, ""),
        ({"path": "/pets/{id}"}, ""),
        (
            {"input_schema": {"type": "object", "properties": {"pet_id": {"type": "wrong"}}}},
            "/input_schema/properties/pet_id/type",
        ),
        (
            {"input_schema": {"type": "object", "properties": {"pet_id": {"$ref": "#/$defs/Nothing"}}}},
            "/input_schema",
        ),
        (
            {"input_schema": {"type": "object", "properties": {"pet_id": {"$ref": "file:///etc/passwd"}}}},
            "/input_schema",
        ),
        (
            {"input_schema": {"type": "object", "properties": {"pet_id": {"type": "string", "pattern": "(a)\\1"}}}},
            "/input_schema/properties/pet_id/pattern",
        ),
        ({"output_schema": {"type": "wrong"}}, "/output_schema/type"),
        ({"bindings": {"pet_id": {"in": "nowhere", "name": "pet_id"}}}, "/bindings/pet_id/in"),
        ({"version": 3}, "/version"),
        ({"path": "/../admin/{pet_id}"}, "/path"),
        ({"path": "/%2e%2E/{pet_id}"}, "/path"),
    ],
)
def test_a_wrong_action_says_where(api: Api, demo: DemoServer, changes: dict[str, object], pointer: str) -> None:
    add_shop(api, demo)
    answer = api.put("/actions/shop/get-pet", {**GET_PET, **changes})
    assert (answer.status, answer.json["code"]) == (422, "invalid_input"), answer.json
    assert pointer in [error["pointer"] for error in answer.json["errors"]], answer.json
    assert api.get("/actions/shop/get-pet").status == 404


def test_actions_are_filtered_and_paged(api: Api, demo: DemoServer) -> None:
    for integration in ("shop", "store"):
        add_shop(api, demo, integration)
        for n in range(4):
            add_action(api, integration, f"get-{n}", tags=["even"] if n % 2 == 0 else [], summary=f"Number {n}")
    names = [a["name"] for a in api.ok("GET", "/actions?integration=shop&tag=even")["data"]]
    assert names == ["get-0", "get-2"]
    assert len(api.ok("GET", "/actions?q=number+3")["data"]) == 2
    seen, cursor = [], ""
    while True:
        page = api.ok("GET", f"/actions?limit=3{cursor}")
        seen += [(a["integration"], a["name"]) for a in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [(i, f"get-{n}") for i in ("shop", "store") for n in range(4)]


def test_a_disabled_integration_invokes_nothing(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    add_action(api)
    connect(api)
    api.ok("PATCH", "/integrations/shop", {"enabled": False})
    answer = api.post("/actions/shop/get-pet", {"pet_id": 1})
    assert (answer.status, answer.json["code"]) == (403, "integration_disabled")


def test_a_changed_address_needs_the_credential_again(api: Api, demo: DemoServer) -> None:  # A8
    add_shop(api, demo)
    add_action(api)
    connect(api)
    elsewhere = demo.url.replace("127.0.0.1", "localhost")
    api.ok("PATCH", "/integrations/shop", {"base_url": f"{elsewhere}/v1"})
    assert api.ok("GET", "/connections/shop/default")["status"] == "needs_reauth"
    answer = api.post("/actions/shop/get-pet", {"pet_id": 1})
    assert (answer.status, answer.json["code"]) == (409, "needs_reauth")
    connect(api)
    assert api.post("/actions/shop/get-pet", {"pet_id": 1}).status == 200


def test_a_base_url_is_completed_from_the_connection(api: Api, demo: DemoServer) -> None:
    host = demo.url.replace("127.0.0.1", "{host}")
    profile = {"config": {"host": {"enum": ["127.0.0.1", "localhost"]}}}
    add_shop(api, demo, base_url=f"{host}/v1", profile=profile)
    add_action(api)
    body = {"value": "demo-key-1234567890"}
    missing = api.put("/connections/shop/default", body)
    assert missing.json["errors"][0]["pointer"] == "/config/host"
    wrong = api.put("/connections/shop/default", {**body, "config": {"host": "evil.example"}})
    assert wrong.json["errors"][0]["pointer"] == "/config/host"
    api.ok("PUT", "/connections/shop/default", {**body, "config": {"host": "127.0.0.1"}})
    assert api.post("/actions/shop/get-pet", {"pet_id": 1}).status == 200
