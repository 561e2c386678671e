"""A pack made here imports elsewhere: reviewed, merged and bounded as any description is, and with nothing lost."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.local.demo import DemoServer
from infra.local.standin import LocalAws
from tests.client import Api
from tests.world import add_action, connect

RunJob = Callable[..., dict[str, Any]]
PROFILE = {
    "config": {"region": {"description": "Where.", "enum": ["eu", "us"], "default": "eu"}},
    "rate_limits": {"statuses": [429, 403], "windows": [{"reset": "X-Reset", "unit": "epoch_s"}]},
}
POLICY = {"timeout_s": 12.0, "output": "strict", "record": "metadata"}
TREE = {
    "type": "object",
    "properties": {"child": {"$ref": "#"}, "twin": {"$ref": "#/properties/child"}, "n": {"type": "integer"}},
}


@pytest.fixture
def elsewhere(api: Api, root: Api) -> Api:
    """Another workspace."""
    root.ok("POST", "/workspaces", {"name": "elsewhere"})
    from chalicelib.auth import api_keys

    return api.as_key(api_keys.issue("elsewhere", "tests", ["admin"])[1])


@pytest.fixture
def shop(api: Api, run_job: RunJob, demo: DemoServer) -> Api:
    """An imported API with two actions of its own, a policy, a profile and a connection."""
    job = run_job("shop", {"url": f"{demo.url}/openapi.json"}, auto_publish=True)
    assert job["status"] == "published", job
    changes = {"profile": PROFILE, "policy": POLICY, "tags": ["own"], "title": "The shop", "hosts": ["127.0.0.1"]}
    api.ok("PATCH", "/integrations/shop", changes)
    add_action(api, name="by-hand", path="/pets/{pet_id}/more")
    add_action(api, name="tree", output_schema=TREE)
    connect(api)
    return api


def facts(api: Api, integration: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An integration and its actions, less what belongs to one place."""
    about = api.ok("GET", f"/integrations/{integration}")
    kept = ("title", "base_url", "auth", "profile", "policy", "tags", "hosts", "verification", "enabled")
    listed = api.ok("GET", f"/actions?integration={integration}&limit=100")["data"]
    actions = {}
    for each in listed:
        found = api.ok("GET", f"/actions/{integration}/{each['name']}?include=output_schema")
        places = ("integration", "version", "created_at", "updated_at", "connections")
        actions[each["name"]] = {name: value for name, value in found.items() if name not in places}
    return {name: about[name] for name in kept}, actions


@pytest.fixture
def run_there(elsewhere: Api, aws: LocalAws) -> RunJob:
    """Starts a job in the other workspace and returns it as it has ended."""

    def run(integration: str, source: dict[str, Any], **members: Any) -> dict[str, Any]:
        job = elsewhere.ok("POST", "/scrape-jobs", {"integration": integration, "source": source, **members})
        aws.drain(120)
        ended: dict[str, Any] = elsewhere.ok("GET", f"/scrape-jobs/{job['id']}")
        return ended

    return run


def test_a_pack_imports_elsewhere_with_the_same_actions_profile_and_evidence(
    shop: Api, elsewhere: Api, run_there: RunJob
) -> None:
    pack = shop.ok("GET", "/integrations/shop/pack")
    job = run_there("shop", {"document": pack})
    assert (job["status"], job["error"]) == ("needs_review", None)
    there = elsewhere.ok("GET", f"/scrape-jobs/{job['id']}/draft")
    assert (there["changes"]["added"], there["dropped"], there["warnings"]) == (there["total"], [], [])
    elsewhere.ok("POST", f"/scrape-jobs/{job['id']}/publish", {})
    one, other = facts(shop, "shop"), facts(elsewhere, "shop")
    assert one[0] == other[0]
    assert one[1].keys() == other[1].keys() and "tree" in one[1]
    for name in one[1].keys() - {"tree"}:  # whose schema, once a definition of its own, is written another way
        assert one[1][name] == other[1][name], name
    assert other[1]["list-pets"]["evidence"]
    assert elsewhere.get("/integrations/shop/pack").body == shop.get("/integrations/shop/pack").body


def test_a_pack_has_no_secret_and_no_connection(shop: Api, elsewhere: Api, run_there: RunJob) -> None:
    text = shop.get("/integrations/shop/pack").body.decode()
    assert "demo-api-key" not in text and "connection" not in json.loads(text)["integration"]
    run_there("shop", {"type": "pack", "document": json.loads(text)}, auto_publish=True)
    assert elsewhere.ok("GET", "/connections")["data"] == []
    refused = elsewhere.post("/actions/shop/list-pets", {})
    assert refused.json["code"] == "connection_required"
    connect(elsewhere)
    assert elsewhere.post("/actions/shop/list-pets", {}).status == 200


def test_importing_a_newer_pack_shows_differences_and_keeps_edits(shop: Api, elsewhere: Api, run_there: RunJob) -> None:
    pack = shop.ok("GET", "/integrations/shop/pack")
    run_there("shop", {"document": pack}, auto_publish=True)
    elsewhere.ok("PATCH", "/actions/shop/get-pet", {"summary": "My words"})
    add_action(elsewhere, name="mine")
    newer = json.loads(json.dumps(pack))
    newer["actions"]["get-pet"]["description"] = "News."
    newer["actions"]["mine"] = newer["actions"]["by-hand"]
    del newer["actions"]["by-hand"]
    job = run_there("shop", {"document": newer})
    draft = elsewhere.ok("GET", f"/scrape-jobs/{job['id']}/draft?limit=100")
    found = {each["name"]: each for each in draft["actions"]}
    assert found["get-pet"]["change"] == "changed"
    assert [each["pointer"] for each in found["get-pet"]["differences"]] == ["/description"]
    assert (draft["removed"], found["by-hand"]["change"], "mine" in found) == ([], "same", False)
    elsewhere.ok("POST", f"/scrape-jobs/{job['id']}/publish", {})
    shown = elsewhere.ok("GET", "/actions/shop/get-pet")
    assert (shown["summary"], shown["description"]) == ("My words", "News.")
    assert elsewhere.ok("GET", "/actions/shop/mine")["version"] == 1


def test_the_owner_says_where_and_how_a_pack_is_called(shop: Api, elsewhere: Api, run_there: RunJob) -> None:
    pack = shop.ok("GET", "/integrations/shop/pack")
    auth = {"type": "bearer"}
    run_there("other", {"document": pack}, base_url="https://{zone}.example.com", auth=auth, auto_publish=True)
    other = elsewhere.ok("GET", "/integrations/other")
    assert (other["base_url"], other["auth"]["type"]) == ("https://{zone}.example.com", "bearer")
    assert {"zone", "region"} == set(other["profile"]["config"])
    assert other["hosts"] == []


def test_a_hostile_pack_is_bounded_as_a_description_is(elsewhere: Api, run_there: RunJob) -> None:  # D2, D3
    two = [{"$ref": "#/$defs/b0/properties/x"}] * 2
    chain = {f"b{n}": {"anyOf": [{"$ref": f"#/$defs/b{n + 1}"}] * 2} for n in range(1, 20)}
    chain |= {"b0": {"properties": {"x": {"$ref": "#/$defs/b1"}}}, "b20": {"type": "string"}}
    call = {"method": "GET", "path": "/x", "behaviour": "read"}
    pack = {
        "waygate": "waygate-pack/1",
        "integration": {"name": "bad", "base_url": "https://api.example.com"},
        "actions": {
            "forks": {**call, "output_schema": {"anyOf": two}},
            "stray": {**call, "output_schema": {"$ref": "#/properties/x"}},
            "slow": {**call, "output_schema": {"pattern": "(a+)+(?=b)"}},
            "away": {**call, "output_schema": {"$ref": "https://evil.example.com/x"}},
        },
        "definitions": chain,
    }
    job = run_there("bad", {"document": pack})
    draft = elsewhere.ok("GET", f"/scrape-jobs/{job['id']}/draft")
    assert [each["name"] for each in draft["actions"]] == ["forks"]
    assert {each["pointer"] for each in draft["dropped"]} == {"/actions/away", "/actions/slow", "/actions/stray"}
    assert draft["counts"]["schema_branches"] >= 1
    failed = run_there("bad", {"type": "pack", "document": {"openapi": "3.1.0"}})
    assert (failed["status"], failed["error"]["code"]) == ("failed", "not_openapi")


def test_a_change_is_a_small_difference_of_lines(shop: Api) -> None:
    before = shop.get("/integrations/shop/pack").body.decode().splitlines()
    shop.ok("PATCH", "/actions/shop/get-pet", {"summary": "Another word"})
    after = shop.get("/integrations/shop/pack").body.decode().splitlines()
    changed = [line for line in difflib.unified_diff(before, after, n=0, lineterm="") if line[:1] in "+-"][2:]
    assert [line[0] for line in changed] == ["-", "+"]
    names = list(json.loads("\n".join(after))["actions"])
    assert names == sorted(names)
