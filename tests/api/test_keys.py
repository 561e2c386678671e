"""API keys: shown once, scoped, limited, expiring, revoked."""

from __future__ import annotations

import datetime as dt

import pytest

from infra.local.demo import DemoServer
from tests.client import Api
from tests.world import add_action, add_shop, connect


def test_a_key_says_who_it_is(api: Api) -> None:
    me = api.ok("GET", "/me")
    assert me["workspace"] == "default"
    assert me["scopes"] == ["admin"]
    assert me["key_id"] == api.key.split("_")[2]


def test_a_new_key_is_shown_once_and_never_again(api: Api) -> None:
    made = api.post("/api-keys", {"name": "app", "scopes": ["invoke"]})
    assert made.status == 201
    key = made.json["key"]
    assert api.as_key(key).ok("GET", "/me")["name"] == "app"
    for answer in (api.get("/api-keys"), api.get(f"/api-keys/{made.json['id']}"), api.as_key(key).get("/me")):
        assert key.encode() not in answer.body
        assert key.split("_")[3].encode() not in answer.body


def test_a_revoked_key_is_refused_at_once(api: Api) -> None:
    made = api.ok("POST", "/api-keys", {"name": "app", "scopes": ["invoke"]})
    app = api.as_key(made["key"])
    assert app.get("/me").status == 200
    assert api.delete(f"/api-keys/{made['id']}").status == 204
    assert app.get("/me").status == 401
    assert api.get(f"/api-keys/{made['id']}").json["code"] == "api_key_not_found"


@pytest.mark.parametrize(
    "authorization", [None, "", "Basic abc", "Bearer", "Bearer nonsense", "Bearer wg_live_00000000_" + "0" * 49]
)
def test_a_wrong_key_is_401_with_a_challenge(api: Api, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization is not None else {}
    answer = api.as_key(None).get("/me", headers=headers)
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_unknown_and_revoked_keys_look_the_same(api: Api) -> None:
    made = api.ok("POST", "/api-keys", {"name": "app", "scopes": ["invoke"]})
    api.delete(f"/api-keys/{made['id']}")
    from chalicelib.auth.api_keys import new_key

    answers = [api.as_key(key).get("/me").json for key in (made["key"], new_key()[1])]
    for answer in answers:
        answer.pop("request_id")
    assert answers[0] == answers[1]


def test_an_expired_key_is_refused(api: Api) -> None:
    from chalicelib.auth import api_keys

    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    _, key = api_keys.issue("default", "old", ["admin"], expires_at=past)
    assert api.as_key(key).get("/me").status == 401


def test_a_key_cannot_be_made_already_expired(api: Api) -> None:
    answer = api.post("/api-keys", {"name": "x", "scopes": ["invoke"], "expires_at": "2020-01-01T00:00:00Z"})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/expires_at"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x", "scopes": ["everything"]}, "/scopes/0"),
        ({"name": "x", "scopes": ["root"]}, "/scopes"),
        ({"name": "x", "scopes": []}, "/scopes"),
        ({"scopes": ["invoke"]}, "/name"),
        ({"name": "x", "scopes": ["invoke"], "id": "mine"}, "/id"),
        ({"name": "x", "scopes": ["invoke"], "expires_at": "tomorrow"}, "/expires_at"),
    ],
)
def test_a_key_in_the_wrong_shape_says_where(api: Api, body: dict[str, object], pointer: str) -> None:
    answer = api.post("/api-keys", body)
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    assert pointer in [error["pointer"] for error in answer.json["errors"]]


def test_an_invoking_key_invokes_and_does_nothing_else(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    add_action(api)
    connect(api)
    app = api.as_key(api.ok("POST", "/api-keys", {"name": "app", "scopes": ["invoke"]})["key"])
    assert app.post("/actions/shop/get-pet", {"pet_id": 1}).status == 200
    assert app.get("/actions/shop/get-pet").status == 200
    for method, path in [
        ("GET", "/integrations"),
        ("GET", "/actions"),
        ("GET", "/connections"),
        ("GET", "/api-keys"),
        ("POST", "/integrations"),
        ("PUT", "/connections/shop/other"),
        ("DELETE", "/integrations/shop"),
        ("GET", "/workspaces"),
        ("POST", "/scrape-jobs"),
        ("GET", "/invocations"),
    ]:
        answer = app.call(method, path)
        assert (answer.status, answer.json["code"]) == (403, "insufficient_scope"), (method, path)


def test_a_key_for_one_integration_sees_no_other(api: Api, demo: DemoServer) -> None:
    for name in ("shop", "other"):
        add_shop(api, demo, name)
        add_action(api, name)
        connect(api, name)
    body = {"name": "app", "scopes": ["invoke", "registry:read"], "integrations": ["shop"]}
    app = api.as_key(api.ok("POST", "/api-keys", body)["key"])
    assert app.post("/actions/shop/get-pet", {"pet_id": 1}).status == 200
    assert app.post("/actions/other/get-pet", {"pet_id": 1}).json["code"] == "insufficient_scope"
    assert app.get("/integrations/other").json["code"] == "insufficient_scope"
    assert [i["name"] for i in app.ok("GET", "/integrations")["data"]] == ["shop"]
    assert {a["integration"] for a in app.ok("GET", "/actions")["data"]} == {"shop"}
    assert {c["integration"] for c in app.ok("GET", "/connections")["data"]} == {"shop"}


def test_a_limited_key_cannot_make_an_unlimited_one(api: Api) -> None:
    body = {"name": "a", "scopes": ["admin"], "integrations": ["shop"]}
    limited = api.as_key(api.ok("POST", "/api-keys", body)["key"])
    assert limited.post("/api-keys", {"name": "b", "scopes": ["admin"]}).status == 403
    assert limited.post("/api-keys", {"name": "b", "scopes": ["invoke"], "integrations": ["other"]}).status == 403
    assert limited.post("/api-keys", {"name": "b", "scopes": ["invoke"], "integrations": ["shop"]}).status == 201


def test_keys_are_listed_page_by_page(api: Api) -> None:
    made = {api.ok("POST", "/api-keys", {"name": f"k{n}", "scopes": ["invoke"]})["id"] for n in range(5)}
    seen, cursor = set(), ""
    while True:
        page = api.ok("GET", f"/api-keys?limit=2{cursor}")
        assert len(page["data"]) <= 2
        seen |= {key["id"] for key in page["data"]}
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert made < seen
