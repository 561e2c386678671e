"""Postman collections become OpenAPI, and nothing secret in them goes along."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import BaseUrlMissing, DocumentError, NotOpenApi
from chalicelib.scraper import postman
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.inference import infer
from chalicelib.scraper.normalise import normalise
from chalicelib.scraper.reader import Reading, read
from tests.scraper.specs import SOURCE, codes
from tests.scraper.test_reader import JUNK, assert_sound, positions

V21 = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
SECRET = "canary-5f2c9e"


def collection(*items: Any, **members: Any) -> dict[str, Any]:
    return {"info": {"name": "Shop", "schema": V21, "description": "d"}, "item": list(items), **members}


def request(name: str, url: Any, method: str = "GET", **members: Any) -> dict[str, Any]:
    responses = members.pop("response", [])
    return {"name": name, "request": {"method": method, "url": url, **members}, "response": responses}


def reading(*items: Any, base_url: str | None = None, **members: Any) -> Reading:
    return read(collection(*items, **members), source_url=SOURCE, base_url=base_url)


def test_a_collection_becomes_an_integration_with_actions() -> None:
    url = {
        "raw": "{{baseUrl}}/users/:id/pets/{{petId}}?limit=10&tag=a&tag=b",
        "host": ["{{baseUrl}}"],
        "path": ["users", ":id", "pets", "{{petId}}"],
        "query": [
            {"key": "limit", "value": "10", "description": "How many"},
            {"key": "tag", "value": "a"},
            {"key": "tag", "value": "b"},
        ],
        "variable": [{"key": "id", "value": "5", "description": "Whose"}],
    }
    header = [{"key": "X-Trace", "value": SECRET}, {"key": "Accept", "value": "x"}]
    pets = request("List pets", url, header=header, description="All of them.")
    answer = {"code": 200, "name": "OK", "body": '[{"name": "Rex", "age": 3, "next": null}]'}
    pets["response"] = [answer, {"code": 404, "body": "no"}]
    found = reading(
        {"name": "Users", "item": [{"name": "Pets", "item": [pets]}]},
        variable=[{"key": "baseUrl", "value": "https://api.example.test/v2/"}],
        auth={"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": SECRET}]},
    )
    assert (found.title, found.description, found.base_url) == ("Shop", "d", "https://api.example.test/v2")
    assert found.auth.model_dump(exclude_defaults=True) == {"type": "api_key", "place": "header", "name": "X-Key"}
    action = found.actions["list-pets"]
    assert (action.method, action.path, action.tags) == ("GET", "/users/{id}/pets/{petId}", ("Users", "Pets"))
    assert (action.title, action.description) == ("List pets", "All of them.")
    places = {name: each.place for name, each in action.bindings.items()}
    assert places == {"id": "path", "petId": "path", "limit": "query", "tag": "query", "X-Trace": "header"}
    properties = action.input_schema["properties"]
    assert properties["id"]["description"] == "Whose"
    assert properties["tag"]["type"] == "array"
    item = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "next": {}}}
    assert action.output_schema == {"type": "array", "items": item}
    assert {each.pointer for each in action.evidence} == {"/item/0/item/0/item/0"}
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("body", "media_type", "properties"),
    [
        ({"mode": "raw", "raw": '{"a": 1, "b": {{b}}, "c": "{{c}}"}'}, "application/json", {"a", "b", "c"}),
        ({"mode": "raw", "raw": "[1, 2]", "options": {"raw": {"language": "json"}}}, "application/json", {"body"}),
        ({"mode": "raw", "raw": "<a/>", "options": {"raw": {"language": "xml"}}}, "application/xml", {"body"}),
        ({"mode": "raw", "raw": "hello"}, "text/plain", {"body"}),
        (
            {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1"}, {"key": "b", "disabled": True}]},
            "application/x-www-form-urlencoded",
            {"a", "b"},
        ),
        (
            {"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": "/x"}, {"key": "t", "type": "text"}]},
            "multipart/form-data",
            {"f", "t"},
        ),
        ({"mode": "file", "file": {"src": "/x"}}, "application/octet-stream", {"body"}),
        ({"mode": "graphql", "graphql": {"query": "{a}"}}, "application/json", {"query", "variables", "operationName"}),
        ({"mode": "none"}, None, set()),
        ({"mode": "raw", "raw": ""}, None, set()),
    ],
)
def test_every_mode_of_body_is_read(body: Any, media_type: str | None, properties: set[str]) -> None:
    found = reading(request("Send", "https://a.test/x", "POST", body=body))
    action = found.actions["send"]
    assert (action.body_media_type, set(action.bindings)) == (media_type, properties)
    assert_sound(found)


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"type": "basic", "basic": [{"key": "password", "value": SECRET}]}, "basic"),
        ({"type": "bearer", "bearer": [{"key": "token", "value": SECRET}]}, "bearer"),
        ({"type": "bearer", "bearer": {"token": SECRET}}, "bearer"),
        ({"type": "jwt", "jwt": [{"key": "secret", "value": SECRET}]}, "bearer"),
        ({"type": "apikey", "apikey": {"key": "k", "in": "query", "value": SECRET}}, "api_key"),
        ({"type": "digest", "digest": []}, "none"),
        ({"type": "awsv4", "awsv4": [{"key": "secretKey", "value": SECRET}]}, "none"),
        ({"type": "hawk"}, "none"),
        (None, "none"),
    ],
)
def test_every_kind_of_auth_is_mapped_or_named(auth: Any, expected: str) -> None:
    found = reading(request("X", "https://a.test/x"), auth=auth)
    assert found.auth.type == expected
    assert ("auth_unsupported" in codes(found)) is (expected == "none" and auth is not None)
    assert SECRET not in repr(found)


def test_oauth_keeps_its_endpoints_and_scopes() -> None:
    members = {
        "grant_type": "client_credentials",
        "accessTokenUrl": "https://id.test/token",
        "authUrl": "{{x}}",
        "scope": "a b",
    }
    told = [{"key": key, "value": value} for key, value in members.items()]
    found = reading(request("X", "https://a.test/x"), auth={"type": "oauth2", "oauth2": told})
    assert (found.auth.grant, found.auth.token_url) == ("client_credentials", "https://id.test/token")
    assert (found.auth.authorize_url, found.auth.scopes) == (None, ("a", "b"))


def test_folders_and_requests_have_auth_of_their_own() -> None:
    free = {**request("Free", "https://a.test/f", auth={"type": "noauth"})}
    other = {"name": "F", "auth": {"type": "basic"}, "item": [request("Other", "https://a.test/o")]}
    found = reading(request("Mine", "https://a.test/m"), free, other, auth={"type": "bearer"})
    assert found.auth.type == "bearer"
    said = {name: [e.quote for e in each.evidence if e.field == "security"] for name, each in found.actions.items()}
    assert said == {"mine": [], "free": ["none"], "other": ["basic"]}
    assert {name: each.auth for name, each in found.actions.items()}["free"] == "none"
    assert "auth_other_needed" in codes(found)


def test_an_authorization_header_tells_where_auth_does_not() -> None:
    header = [{"key": "Authorization", "value": f"Bearer {SECRET}"}]
    found = reading(request("X", "https://a.test/x", header=header))
    assert found.auth.type == "bearer"
    assert (found.actions["x"].bindings, SECRET in repr(found)) == ({}, False)


def test_requests_of_one_method_and_path_are_examples_of_one_operation() -> None:
    one = request("Add cat", "https://a.test/p?x=1", "POST", body={"mode": "raw", "raw": '{"name": "a"}'})
    two = request("Add dog", "https://a.test/p?y=1", "POST", body={"mode": "raw", "raw": '{"name": 5, "age": 1}'})
    one["response"] = [{"code": 200, "body": '{"id": 1}'}]
    two["response"] = [{"code": 200, "body": '{"id": "x"}'}, {"code": 201, "body": "text"}]
    found = reading(one, two)
    assert set(found.actions) == {"add-cat"}
    action = found.actions["add-cat"]
    assert set(action.bindings) == {"x", "y", "name", "age"}
    assert action.input_schema["properties"]["name"] == {"type": ["integer", "string"]}
    assert action.output_schema["properties"]["id"] == {"type": ["integer", "string"]}  # type: ignore[index]
    assert "postman_merged" in codes(found)


def test_an_address_that_the_collection_does_not_settle_is_asked_for() -> None:
    with pytest.raises(BaseUrlMissing):
        reading(request("X", "{{baseUrl}}/x"))
    assert reading(request("X", "{{baseUrl}}/x"), base_url="https://a.test").base_url == "https://a.test"
    found = reading(
        request("X", "https://{{shop}}.example.test/x"),
        request("Y", "https://other.test/y"),
        request("Z", {"protocol": "https", "host": ["{{shop}}", "example", "test"], "path": "z", "port": ""}),
        variable=[{"key": "shop", "value": "acme"}],
    )
    assert found.base_url == "https://{shop}.example.test"
    assert found.config["shop"].default == "acme"
    assert "operation_server_ignored" in codes(found)


def test_requests_may_be_texts_and_what_is_none_is_dropped() -> None:
    found = reading(
        {"name": "Plain", "request": "https://a.test/plain?q=1"},
        {"name": "Nothing"},
        5,
        {"name": "No address", "request": {"method": "GET"}},
        request("Odd", "https://a.test/o", "PURGE"),
        request("Lines", "https://a.test/l", header="X-A: 1\nX-B: 2\nbroken"),
    )
    assert set(found.actions) == {"plain", "lines"}
    assert set(found.actions["plain"].bindings) == {"q"}
    assert set(found.actions["lines"].bindings) == {"X-A", "X-B"}
    assert {(each.code, each.pointer) for each in found.dropped} == {
        ("operation_not_an_object", "/item/1"),
        ("operation_not_an_object", "/item/2"),
        ("operation_invalid", "/item/3"),
        ("operation_invalid", "/item/4"),
    }


def test_collections_are_known_by_their_schema_also_wrapped_and_of_2_0() -> None:
    one = collection(request("X", "https://a.test/x"))
    assert set(read({"collection": one}, source_url=SOURCE).actions) == {"x"}
    one["info"]["schema"] = V21.replace("2.1", "2.0")
    assert set(read(one, source_url=SOURCE, source_type="postman").actions) == {"x"}
    with pytest.raises(NotOpenApi):
        read(one, source_url=SOURCE, source_type="openapi")
    with pytest.raises(NotOpenApi):
        read({"openapi": "3.0.0", "paths": {}}, source_url=SOURCE, source_type="postman")
    assert not postman.is_collection({"info": {"name": "x"}, "item": []})


def test_folders_nested_without_end_need_no_recursion() -> None:
    item: dict[str, Any] = request("X", "https://a.test/x")
    for _ in range(5_000):
        item = {"name": "f", "item": [item]}
    found = reading(item, request("Y", "https://a.test/y"))
    assert set(found.actions) == {"y"}


def test_normalising_twice_is_normalising_once() -> None:
    given_ = collection(request("X", "https://a.test/x/:id", body={"mode": "raw", "raw": '{"a": 1}'}))
    before = copy.deepcopy(given_)
    once = normalise(given_, Findings()).document
    assert given_ == before
    assert normalise(once, Findings()).document == once
    assert json.loads(json.dumps(once)) == once


@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_whatever_is_wrong_in_a_collection_it_imports_soundly_or_says_why(order: Any, changes: int) -> None:
    full = request(
        "X", {"host": ["a", "test"], "path": [":id"], "query": [{"key": "q"}]}, "POST", header=[{"key": "h"}]
    )
    full["request"]["body"] = {"mode": "raw", "raw": '{"a": 1}', "options": {"raw": {"language": "json"}}}
    full["response"] = [{"code": 200, "body": "{}", "name": "n"}]
    document = collection({"name": "F", "item": [full]}, request("Y", "https://a.test/y"), auth={"type": "bearer"})
    for _ in range(changes):
        container, key = order.choice(positions(document) or [({}, "")])
        container[key] = copy.deepcopy(order.choice(JUNK))
    try:
        found = read(document, source_url=SOURCE, base_url="https://own.test")
    except DocumentError:
        return
    assert_sound(found)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(VALUES, max_size=4))
def test_every_example_fits_the_schema_that_is_inferred_from_it(samples: list[Any]) -> None:
    schema = infer(samples)
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert all(validator.is_valid(sample) for sample in samples)


def test_ids_as_keys_are_data_and_nothing_is_required() -> None:
    assert infer([{"1": {"a": 1}, "2": {"a": 2}, "3": {}}]) == {
        "type": "object",
        "additionalProperties": {"type": "object", "properties": {"a": {"type": "integer"}}},
    }
    assert infer([{"a": 1.5}, {"a": 1}, {"b": None}]) == {
        "type": "object",
        "properties": {"a": {"type": "number"}, "b": {}},
    }
    assert infer([]) == {}
