"""Exports over HTTP: valid documents, and a pack that imports elsewhere."""

from __future__ import annotations

import json
import random

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.registry import packs
from chalicelib.registry.models import ActionFacts
from chalicelib.scraper.reader import read
from infra.local.demo import DemoServer
from tests.client import Api
from tests.world import add_action, add_shop, connect


@pytest.fixture
def shop(api: Api, demo: DemoServer) -> Api:
    """The demo upstream with two actions; one has definitions of its own."""
    add_shop(api, demo, title="Shop", tags=["pets"])
    add_action(api, name="get-pet", tags=["pets"])
    pet = {"type": "object", "properties": {"name": {"type": "string"}, "parent": {"$ref": "#/$defs/pet"}}}
    add_action(
        api,
        name="create-pet",
        input_schema={
            "type": "object",
            "properties": {"name": {"type": "string"}, "parent": {"$ref": "#/$defs/pet"}},
            "required": ["name"],
            "$defs": {"pet": pet},
        },
        bindings={"name": {"in": "body", "name": "name"}, "parent": {"in": "body", "name": "parent"}},
    )
    connect(api)
    return api


@pytest.mark.parametrize("of", ["gateway", "upstream"])
def test_what_is_exported_is_valid(shop: Api, of: str) -> None:
    document = shop.ok("GET", f"/integrations/shop/openapi.json?of={of}")
    assert document["openapi"].startswith("3.1")
    assert not list(OpenAPIV31SpecValidator(document).iter_errors())


def test_the_document_describes_the_calls_that_waygate_takes(shop: Api) -> None:
    document = shop.ok("GET", "/integrations/shop/openapi.json")
    assert document["servers"] == [{"url": "/api/v1"}]
    path, item = next((path, item) for path, item in document["paths"].items() if path.endswith("/get-pet"))
    answer = shop.post(path, {"pet_id": 1})
    assert answer.status == 200, answer.body
    envelope = item["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    meta = document["components"]["schemas"]["WaygateMeta"]
    assert set(envelope["required"]) <= set(answer.json)
    assert set(meta["required"]) <= set(answer.json["meta"])
    problem = shop.post(path, {}).json
    assert set(document["components"]["schemas"]["WaygateProblem"]["required"]) <= set(problem)
    assert document["components"]["securitySchemes"]["waygate"]["scheme"] == "bearer"


def test_the_upstream_is_described_as_it_was_imported(shop: Api, demo: DemoServer) -> None:
    document = shop.ok("GET", "/integrations/shop/openapi.json?of=upstream")
    assert document["servers"] == [{"url": f"{demo.url}/v1"}]
    assert document["components"]["securitySchemes"]["default"] == {
        "type": "apiKey", "in": "header", "name": "X-Api-Key",
    }  # fmt: skip
    again = read(document, source_url="https://docs.example.test/x.json")
    assert set(again.actions) == {"get-pet", "create-pet"}
    stored = shop.ok("GET", "/actions/shop/get-pet")
    assert again.actions["get-pet"].bindings["pet_id"].model_dump(by_alias=True) == stored["bindings"]["pet_id"]


def test_a_pack_holds_everything_but_secrets_and_places(shop: Api) -> None:
    answer = shop.get("/integrations/shop/pack")
    text = answer.body.decode()
    pack = json.loads(text)
    assert pack["waygate"] == packs.FORMAT
    assert list(pack["actions"]) == ["create-pet", "get-pet"]
    for secret in ("default", "workspace", "demo-api-key", "connections", "version", "updated_at"):
        assert f'"{secret}"' not in text
    assert shop.get("/integrations/shop/pack").body == answer.body


def test_a_pack_imports_as_the_same_actions(shop: Api) -> None:
    read_pack = packs.read(shop.ok("GET", "/integrations/shop/pack"), name="other")
    assert (read_pack.integration.name, read_pack.integration.title) == ("other", "Shop")
    assert read_pack.dropped == []
    assert read_pack.definitions["pet"]["properties"]["parent"] == {"$ref": "#/$defs/pet"}
    for name, facts in read_pack.actions.items():
        stored = shop.ok("GET", f"/actions/shop/{name}")
        assert facts.bindings == ActionFacts.model_validate({**_facts(stored)}).bindings


def _facts(stored: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in stored.items() if name in ActionFacts.model_fields}


def test_an_integration_that_is_not_there_is_not_exported(shop: Api) -> None:
    for path in ("openapi.json", "pack"):
        assert shop.get(f"/integrations/nope/{path}").json["code"] == "integration_not_found"
    assert shop.get("/integrations/shop/openapi.json?of=both").json["code"] == "invalid_input"


def test_a_document_too_large_for_one_answer_says_so(shop: Api) -> None:
    noise = random.Random(1)
    for n in range(60):
        facts = {
            "method": "GET",
            "path": f"/big/{n}",
            "behaviour": "read",
            "description": noise.randbytes(45_000).hex(),
        }
        shop.ok("PUT", f"/actions/shop/big-{n}", facts)
    answer = shop.get("/integrations/shop/pack")
    assert (answer.status, answer.json["code"]) == (413, "too_large")
    assert "gzip" in answer.json["suggested_fix"]
    assert shop.get("/integrations/shop/pack", headers={"Accept-Encoding": "gzip"}).status == 200
