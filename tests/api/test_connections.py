"""Connections: every auth type, write-only, tested, bound to where they may be sent."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
import pytest

from infra.local.demo import DemoServer, credentials
from tests.client import Api
from tests.world import API_KEY_AUTH, add_action, add_shop, connect

FIVE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "api-key-header": (API_KEY_AUTH, {"value": credentials.API_KEY}),
    "api-key-query": ({"type": "api_key", "in": "query", "name": "api_key"}, {"value": credentials.API_KEY}),
    "api-key-cookie": ({"type": "api_key", "in": "cookie", "name": "shop_key"}, {"value": credentials.API_KEY}),
    "bearer": ({"type": "bearer"}, {"token": credentials.BEARER_TOKEN}),
    "basic": ({"type": "basic"}, {"username": credentials.USERNAME, "password": credentials.PASSWORD}),
    "custom-headers": (
        {"type": "custom_headers"},
        {"headers": {"X-App-Id": credentials.APP_ID, "X-App-Secret": credentials.APP_SECRET}},
    ),
}
WHOAMI = {"method": "GET", "path": "/whoami", "behaviour": "read"}


@pytest.mark.parametrize("kind", FIVE)
def test_each_kind_of_credential_reaches_the_upstream(api: Api, demo: DemoServer, kind: str) -> None:
    auth, credential = FIVE[kind]
    add_shop(api, demo, base_url=f"{demo.url}/auth/{kind}", auth=auth)
    api.ok("PUT", "/actions/shop/whoami", WHOAMI)
    api.ok("PUT", "/connections/shop/default", credential)
    assert api.ok("POST", "/connections/shop/default/test")["ok"] is True
    assert api.ok("GET", "/connections/shop/default")["last_verified_at"] is not None
    answer = api.ok("POST", "/actions/shop/whoami")
    assert answer["data"]["kind"] == kind, answer


@pytest.mark.parametrize("kind", FIVE)
def test_no_credential_is_ever_shown_or_stored_in_the_clear(api: Api, demo: DemoServer, kind: str) -> None:  # B1, B2
    auth, credential = FIVE[kind]
    add_shop(api, demo, base_url=f"{demo.url}/auth/{kind}", auth=auth)
    api.ok("PUT", "/actions/shop/whoami", WHOAMI)
    put = api.put("/connections/shop/default", credential)
    answers = [put.body, api.get("/connections").body, api.get("/connections/shop/default").body]
    answers.append(api.post("/connections/shop/default/test").body)
    answers.append(api.post("/actions/shop/whoami?dry_run=true").body)
    answers.append(api.post("/actions/shop/whoami").body)
    everything = b"".join(answers) + _everything_stored()
    for secret in _secrets(credential):
        assert secret.encode() not in everything
        assert base64.b64encode(secret.encode()) not in everything


@pytest.mark.parametrize(
    ("auth", "body", "pointer"),
    [
        (API_KEY_AUTH, {}, "/value"),
        (API_KEY_AUTH, {"token": "x"}, "/token"),
        (API_KEY_AUTH, {"value": "a\r\nX-Evil: 1"}, "/value"),
        (API_KEY_AUTH, {"value": 7}, "/value"),
        ({"type": "basic"}, {"password": "x"}, "/username"),
        ({"type": "basic"}, {"username": "a:b", "password": "x"}, "/username"),
        ({"type": "bearer"}, {"token": ""}, "/token"),
        ({"type": "custom_headers"}, {"headers": {"Host": "evil"}}, "/headers"),
        ({"type": "custom_headers"}, {"headers": {"X Y": "1"}}, "/headers/X Y"),
        ({"type": "none"}, {"value": "x"}, "/value"),
        (API_KEY_AUTH, {"value": "x", "status": "active"}, "/status"),
    ],
)
def test_a_secret_in_the_wrong_shape_says_where_and_changes_nothing(
    api: Api, demo: DemoServer, auth: dict[str, str], body: dict[str, Any], pointer: str
) -> None:
    add_shop(api, demo, auth=auth)
    answer = api.put("/connections/shop/default", body)
    assert (answer.status, answer.json["code"]) == (422, "invalid_input"), answer.json
    assert pointer in [error["pointer"] for error in answer.json["errors"]], answer.json
    assert api.ok("GET", "/connections")["data"] == []
    assert api.ok("GET", "/integrations/shop")["connections"] == 0


def test_an_unsaved_credential_is_tested_and_not_saved(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    good = api.ok("POST", "/connections/shop/default/test", {"value": credentials.API_KEY})
    bad = api.ok("POST", "/connections/shop/default/test", {"value": "wrong-key-0000000000"})
    assert (good["ok"], good["status"]) == (True, 200)
    assert (bad["ok"], bad["status"]) == (False, 401)
    assert api.ok("GET", "/connections")["data"] == []


def test_a_test_without_a_verification_call_says_what_to_do(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo, verification=None)
    connect(api)
    answer = api.post("/connections/shop/default/test")
    assert (answer.status, answer.json["code"]) == (409, "wrong_state")
    assert "verification" in answer.json["suggested_fix"]


def test_only_four_characters_of_a_long_secret_are_shown(api: Api, demo: DemoServer) -> None:  # B2
    add_shop(api, demo)
    shown = connect(api)["secret"]
    assert shown["last4"] == credentials.API_KEY[-4:]
    assert len(shown["fingerprint"]) == 16
    short = connect(api, value="short-one")["secret"]
    assert short["last4"] is None
    assert short["fingerprint"] != shown["fingerprint"]


def test_config_metadata_and_tags_stay_apart(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    body = {"value": "x" * 20, "config": {"region": "eu"}, "metadata": {"map": {"a": 1}}, "tags": ["team"]}
    made = api.ok("PUT", "/connections/shop/default", body)
    assert (made["config"], made["metadata"], made["tags"]) == ({"region": "eu"}, {"map": {"a": 1}}, ["team"])
    patched = api.ok("PATCH", "/connections/shop/default", {"metadata": {"map": None, "b": 2}})
    assert (patched["config"], patched["metadata"]) == ({"region": "eu"}, {"b": 2})
    assert patched["secret"] == made["secret"]


def test_the_only_connection_is_used_and_several_are_ambiguous(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    add_action(api)
    none = api.post("/actions/shop/get-pet", {"pet_id": 1}).json
    assert (none["code"], none["connect"]["method"]) == ("connection_required", "PUT")
    connect(api, name="octo")
    assert api.ok("POST", "/actions/shop/get-pet", {"pet_id": 1})["meta"]["connection"] == "octo"
    connect(api, name="other")
    several = api.post("/actions/shop/get-pet", {"pet_id": 1}).json
    assert (several["code"], several["connections"]) == ("connection_ambiguous", ["octo", "other"])
    named = api.post("/actions/shop/get-pet", {"pet_id": 1}, headers={"Waygate-Connection": "other"})
    assert named.json["meta"]["connection"] == "other"
    connect(api)
    assert api.ok("POST", "/actions/shop/get-pet", {"pet_id": 1})["meta"]["connection"] == "default"
    unknown = api.post("/actions/shop/get-pet", {"pet_id": 1}, headers={"Waygate-Connection": "nobody"})
    assert (unknown.status, unknown.json["code"]) == (404, "connection_not_found")
    assert unknown.json["connections"] == ["default", "octo", "other"]


def test_the_sole_connection_is_known_again_when_others_go(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    add_action(api)
    for name in ("one", "two", "three"):
        connect(api, name=name)
    assert api.delete("/connections/shop/one").status == 204
    assert api.delete("/connections/shop/three").status == 204
    assert api.ok("POST", "/actions/shop/get-pet", {"pet_id": 1})["meta"]["connection"] == "two"
    assert api.ok("GET", "/integrations/shop")["connections"] == 1


def test_a_disabled_connection_stops_at_once_and_comes_back(api: Api, demo: DemoServer) -> None:  # B9
    add_shop(api, demo)
    add_action(api)
    connect(api)
    api.ok("PATCH", "/connections/shop/default", {"enabled": False})
    assert api.post("/actions/shop/get-pet", {"pet_id": 1}).json["code"] == "needs_reauth"
    api.ok("PATCH", "/connections/shop/default", {"enabled": True})
    assert api.post("/actions/shop/get-pet", {"pet_id": 1}).status == 200


def test_a_replaced_credential_is_used_by_the_next_call(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo, verification=None)
    add_action(api)
    connect(api, value="wrong-key-0000000000")
    refused = api.post("/actions/shop/get-pet", {"pet_id": 1})
    assert (refused.status, refused.json["code"]) == (424, "upstream_refused")
    assert "credential" in refused.json["suggested_fix"]
    connect(api)
    assert api.post("/actions/shop/get-pet", {"pet_id": 1}).status == 200


def test_a_connection_is_active_only_once_its_credential_is_proved(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    add_action(api)
    made = connect(api, value="wrong-key-0000000000")
    assert (made["status"], made["last_verified_at"]) == ("pending", None)
    assert made["reason"] == "verification_failed: The upstream answered 401; 200 was expected."
    refused = api.post("/actions/shop/get-pet", {"pet_id": 1})
    assert (refused.status, refused.json["code"]) == (409, "needs_reauth")
    assert "verification_failed" in refused.json["detail"]
    assert not api.ok("POST", "/connections/shop/default/test", {})["ok"]  # it can be tried again as it is
    made = connect(api)
    assert (made["status"], made["reason"]) == ("active", None)
    assert made["last_verified_at"] is not None
    assert api.post("/actions/shop/get-pet", {"pet_id": 1}).status == 200


def test_a_credential_moved_to_another_item_does_not_open(api: Api, demo: DemoServer) -> None:  # B1
    from chalicelib import rows
    from chalicelib.auth.tables import ConnectionRow

    add_shop(api, demo)
    add_action(api)
    connect(api, name="mine")
    connect(api, name="theirs", value="wrong-key-0000000000")
    mine = ConnectionRow.get("default#shop", "mine")
    theirs = ConnectionRow.get("default#shop", "theirs")
    theirs.sealed = mine.sealed
    theirs.save()
    rows.forget_everything()
    answer = api.post("/actions/shop/get-pet", {"pet_id": 1}, headers={"Waygate-Connection": "theirs"})
    assert (answer.status, answer.json["code"]) == (409, "needs_reauth")


def test_an_oauth_integration_says_how_it_is_connected(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo, auth={"type": "oauth2", "token_url": f"{demo.url}/oauth/token"})
    answer = api.put("/connections/shop/default", {"token": "x"})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/token")
    answer = api.put("/connections/shop/default", {})
    assert (answer.status, answer.json["code"]) == (409, "connection_required")
    assert "/authorize" in answer.json["suggested_fix"]


def test_connections_are_listed_page_by_page(api: Api, demo: DemoServer) -> None:
    for integration in ("shop", "store"):
        add_shop(api, demo, integration)
        for name in ("a", "b", "c"):
            connect(api, integration, name)
    seen, cursor = [], ""
    while True:
        page = api.ok("GET", f"/connections?limit=2{cursor}")
        seen += [(c["integration"], c["name"]) for c in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == [(i, n) for i in ("shop", "store") for n in ("a", "b", "c")]
    assert len(seen) == 6
    assert len(api.ok("GET", "/connections?integration=store")["data"]) == 3


def _secrets(credential: dict[str, Any]) -> list[str]:
    found = [v for k, v in credential.items() if isinstance(v, str) and k != "username"]
    return found + [v for k, v in credential.get("headers", {}).items() if k == "X-App-Secret"]


def _everything_stored() -> bytes:
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    parts = []
    for table in dynamodb.list_tables()["TableNames"]:
        parts += [repr(item).encode() for item in dynamodb.scan(TableName=table)["Items"]]
    for bucket in s3.list_buckets()["Buckets"]:
        for item in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            parts.append(s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read())
    parts.append(json.dumps(boto3.client("secretsmanager").list_secrets(), default=str).encode())
    return b"".join(parts)


def test_an_integration_without_auth_needs_no_connection(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo, base_url=demo.url, auth={"type": "none"}, verification={"path": "/openapi.json"})
    api.ok("PUT", "/actions/shop/describe", {**WHOAMI, "path": "/openapi.json"})
    answer = api.ok("POST", "/actions/shop/describe")
    assert (answer["data"]["openapi"][:3], answer["meta"]["connection"]) == ("3.1", None)
    assert api.ok("PUT", "/connections/shop/default", {})["secret"] is None
    assert api.ok("POST", "/connections/shop/default/test")["ok"] is True
    assert api.ok("POST", "/actions/shop/describe")["meta"]["connection"] == "default"
