"""What is too large for a DynamoDB item is kept in S3, and nobody notices (D9)."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import Any

import boto3

from chalicelib import rows
from chalicelib.registry import definitions
from infra.local.demo import DemoServer
from tests.client import Api
from tests.world import GET_PET, add_shop, connect


def _noise(seed: int, length: int) -> str:
    """Text that does not compress well."""
    chosen = random.Random(seed)
    return "".join(chosen.choices(string.ascii_letters + string.digits, k=length))


def _objects(prefix: str) -> list[str]:
    s3 = boto3.client("s3")
    (bucket,) = [b["Name"] for b in s3.list_buckets()["Buckets"] if "documents" in b["Name"]]
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


def test_a_large_action_is_kept_in_s3_and_called_like_any_other(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    connect(api)
    described = {**GET_PET, "input_schema": {**GET_PET["input_schema"], "description": _noise(1, 600_000)}}
    made = api.ok("PUT", "/actions/shop/get-pet", described)
    assert len(_objects("actions/default/shop/get-pet/")) == 1
    rows.forget_everything()
    assert api.ok("GET", "/actions/shop/get-pet")["input_schema"] == made["input_schema"]
    assert api.post("/actions/shop/get-pet", {"pet_id": 1}).status == 200
    assert api.delete("/integrations/shop").status == 204
    assert _objects("actions/") == []


def test_large_shared_definitions_are_kept_in_s3_and_read_once(
    api: Api, demo: DemoServer, run_job: Callable[..., dict[str, Any]]
) -> None:
    schemas = {
        f"S{n}": {"type": "object", "description": _noise(n, 20_000), "properties": {"a": {"type": "integer"}}}
        for n in range(30)
    }
    paths = {
        f"/things/{n}": {
            "post": {
                "operationId": f"makeThing{n}",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"x": {"$ref": f"#/components/schemas/S{n}"}}}
                        }
                    }
                },
                "responses": {"200": {"description": "ok"}},
            }
        }
        for n in range(30)
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1"},
        "servers": [{"url": demo.url}],
        "paths": paths,
        "components": {"schemas": schemas},
    }
    job = run_job("large", {"document": document}, auto_publish=True)
    assert (job["status"], job["error"]) == ("published", None)
    assert len(_objects("definitions/default/large/")) == 1
    definitions._loaded.clear()
    shown = api.ok("GET", "/actions/large/make-thing3")["input_schema"]
    assert shown["$defs"]["S3"]["description"] == _noise(3, 20_000)
    refused = api.post("/actions/large/make-thing3", {"x": {"a": "text"}})
    assert refused.json["errors"][0]["pointer"] == "/x/a"
    assert api.delete("/integrations/large").status == 204
    assert _objects("definitions/") == []


def test_a_body_beyond_a_megabyte_is_refused_before_it_is_kept(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    described = {**GET_PET, "description": "x", "input_schema": {**GET_PET["input_schema"], "title": "x" * 1_000_000}}
    answer = api.put("/actions/shop/get-pet", described)
    assert (answer.status, answer.json["code"]) == (413, "too_large")
    assert api.get("/actions/shop/get-pet").status == 404
