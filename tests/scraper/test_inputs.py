"""The flat input: parameters and body properties side by side, each bound to its place."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.auth.schemes import AuthScheme
from chalicelib.registry.closure import bundle
from chalicelib.registry.models import ActionFacts
from chalicelib.scraper.reader import Reading, read
from tests.scraper.specs import SOURCE, codes, described, read_small, with_body

STRING = {"type": "string"}


def action(item: dict[str, Any], path: str = "/x", **members: Any) -> tuple[ActionFacts, Reading]:
    reading = read_small({path: item}, **members)
    (found,) = reading.actions.values()
    return found, reading


def parameter(name: str, place: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": STRING, **more}


def places(found: ActionFacts) -> dict[str, tuple[str, str]]:
    return {name: (each.place, each.name) for name, each in found.bindings.items()}


def test_parameters_and_body_properties_stand_side_by_side() -> None:
    item = with_body(
        {"type": "object", "properties": {"title": STRING, "size": {"default": 1}}, "required": ["title"]},
        required=True,
    )
    item["parameters"] = [parameter("id", "path", required=True)]
    item["post"]["parameters"] = [
        parameter("page", "query"),
        parameter("X-Trace", "header"),
        parameter("sid", "cookie"),
    ]
    found, _ = action(item, "/x/{id}")
    assert places(found) == {
        "id": ("path", "id"),
        "page": ("query", "page"),
        "X-Trace": ("header", "X-Trace"),
        "sid": ("cookie", "sid"),
        "title": ("body", "title"),
        "size": ("body", "size"),
    }
    assert found.input_schema["required"] == ["id", "title"]
    assert found.input_schema["additionalProperties"] is False
    assert found.input_schema["properties"]["size"] == {"default": 1}
    assert found.body_media_type == "application/json"


def test_clashing_names_get_a_stable_suffix() -> None:
    item = with_body({"type": "object", "properties": {"id": {"type": "integer"}, "id_in_query": {}}})
    item["post"]["parameters"] = [parameter("id", "query"), parameter("id", "path"), parameter("id", "header")]
    found, _ = action(item, "/x/{id}")
    assert places(found) == {
        "id": ("path", "id"),
        "id_in_query_2": ("query", "id"),
        "id_in_header": ("header", "id"),
        "id_in_body": ("body", "id"),
        "id_in_query": ("body", "id_in_query"),
    }
    assert found.input_schema["properties"]["id_in_body"] == {"type": "integer"}


def test_a_parameter_called_body_does_not_hide_the_body() -> None:
    item = with_body({"type": "array"}, required=True)
    item["post"]["parameters"] = [parameter("body", "query")]
    found, _ = action(item)
    assert places(found) == {"body": ("query", "body"), "body_in_body": ("body", "")}
    assert found.input_schema["required"] == ["body_in_body"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": STRING}, STRING, {}, {"type": "object"}, True,
        {"oneOf": [{"type": "object"}, {"type": "array"}]},
        {"type": "object", "additionalProperties": STRING},
        {"type": "object", "properties": {"a": STRING}, "additionalProperties": True},
        {"type": "object", "properties": {"a": STRING}, "patternProperties": {"^x": STRING}},
        {"type": "object", "properties": {"a": STRING}, "if": {"required": ["a"]}},
        {"type": "object", "properties": {"": STRING}}, {"type": "object", "properties": {"n" * 201: STRING}},
        {"allOf": [{"type": "object", "properties": {"a": {}}}, {"type": "array"}]},
        {"allOf": [True]},
    ],
)  # fmt: skip
def test_a_body_that_is_not_a_plain_object_is_one_property(schema: Any) -> None:
    found, _ = action(with_body(schema))
    assert places(found) == {"body": ("body", "")}


def test_an_object_through_references_and_all_of_is_flattened() -> None:
    schemas = {
        "Base": {
            "type": "object",
            "properties": {"name": STRING, "kind": {"$ref": "#/components/schemas/Kind"}},
            "required": ["name"],
        },
        "Kind": {"enum": ["a"]},
        "Unused": {},
        "Pet": {
            "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"age": {}, "name": {"maxLength": 5}}}]
        },
    }
    found, reading = action(
        with_body({"$ref": "#/components/schemas/Pet"}, required=True), components={"schemas": schemas}
    )
    assert set(found.bindings) == {"name", "kind", "age"}
    assert found.input_schema["required"] == ["name"]
    assert found.input_schema["properties"]["kind"] == {"$ref": "#/$defs/Kind"}
    assert found.input_schema["properties"]["name"] == {"allOf": [{"maxLength": 5}, STRING]}
    assert set(reading.definitions) == {"Kind"}


def test_an_object_that_contains_itself_in_all_of_is_one_property() -> None:
    schemas = {"A": {"allOf": [{"$ref": "#/components/schemas/A"}], "properties": {"a": {}}}}
    found, _ = action(with_body({"$ref": "#/components/schemas/A"}), components={"schemas": schemas})
    assert set(found.bindings) == {"body"}


def test_read_only_properties_are_not_asked_for_and_write_only_ones_are() -> None:
    schemas = {"Id": {"readOnly": True}, "Alias": {"$ref": "#/components/schemas/Id"}}
    properties = {
        "id": {"type": "string", "readOnly": True},
        "alias": {"$ref": "#/components/schemas/Alias"},
        "password": {"type": "string", "writeOnly": True},
        "name": True,
    }
    schema = {"type": ["object", "null"], "properties": properties, "required": ["id", "password"]}
    found, _ = action(with_body(schema, required=True), components={"schemas": schemas})
    assert set(found.bindings) == {"password", "name"}
    assert found.input_schema["required"] == ["password"]


def test_an_optional_body_requires_none_of_its_properties() -> None:
    found, _ = action(with_body({"type": "object", "properties": {"a": STRING}, "required": ["a"]}))
    assert "required" not in found.input_schema


def test_alternatives_of_what_is_required_stay_with_the_flat_input() -> None:
    schema = {"properties": {"a": STRING, "b": STRING}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    found, _ = action(with_body(schema, required=True))
    assert found.input_schema["anyOf"] == schema["anyOf"]
    item = with_body(schema, required=True)
    item["post"]["parameters"] = [parameter("a", "query")]
    assert "anyOf" not in action(item)[0].input_schema


def test_a_body_that_can_only_be_empty_is_not_asked_for() -> None:
    found, _ = action(with_body({"type": "object", "properties": {}, "additionalProperties": False}))
    assert (found.bindings, found.body_media_type) == ({}, None)


@pytest.mark.parametrize(
    ("types", "chosen"),
    [
        (["text/plain", "application/json"], "application/json"),
        (["application/json; charset=utf-8"], "application/json"),
        (["application/vnd.x+json; version=2", "multipart/form-data"], "application/vnd.x+json; version=2"),
        (["*/*"], "application/json"),
        (["multipart/form-data", "application/x-www-form-urlencoded"], "application/x-www-form-urlencoded"),
        (["multipart/form-data", "text/plain"], "multipart/form-data"),
        (["application/octet-stream", "text/plain"], "text/plain"),
        (["image/png", "application/octet-stream"], "application/octet-stream"),
        (["image/png"], "image/png"),
    ],
)
def test_the_media_type_that_suits_json_best_is_chosen(types: list[str], chosen: str) -> None:
    content = {name: {"schema": {"type": "object", "properties": {"a": STRING}}} for name in types}
    found, _ = action({"post": {"requestBody": {"content": content}}})
    assert found.body_media_type == chosen
    assert set(found.bindings) == ({"a"} if "json" in chosen or "form" in chosen else {"body"})


def test_a_form_says_how_its_members_are_written() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array"}, "b": {"type": "object"}, "c": STRING}}
    encoding = {
        "a": {"style": "form", "explode": False},
        "b": {"style": "deepObject"},
        "c": {"contentType": "text/csv"},
        "d": 1,
    }
    media = {"schema": schema, "encoding": encoding}
    found, _ = action({"post": {"requestBody": {"content": {"application/x-www-form-urlencoded": media}}}})
    assert (found.bindings["a"].style, found.bindings["a"].explode) == ("form", False)
    assert found.bindings["b"].style == "deepObject"
    assert found.bindings["c"].media_type == "text/csv"


def test_files_are_base64_or_an_object_with_a_name() -> None:
    binary = {"type": "string", "format": "binary", "description": "d"}
    schema = {
        "type": "object",
        "properties": {"file": binary, "files": {"type": "array", "items": binary}, "note": STRING},
    }
    found, reading = action(with_body(schema, media_type="multipart/form-data"))
    validator = jsonschema_rs.Draft202012Validator(bundle(found.input_schema, reading.definitions))
    assert validator.is_valid({"file": "aGk=", "files": [{"text": "hi", "filename": "a.txt"}], "note": "x"})
    assert not validator.is_valid({"file": {"path": "/etc/passwd"}})
    assert found.bindings["file"].media_type == "application/octet-stream"
    assert found.bindings["note"].media_type is None
    assert found.input_schema["properties"]["file"]["description"] == "d"


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/octet-stream"])
def test_text_and_bytes_are_one_property(media_type: str) -> None:
    found, _ = action(with_body({"type": "object", "properties": {"a": {}}, "description": "d"}, media_type=media_type))
    schema = found.input_schema["properties"]["body"]
    assert schema["description"] == "d"
    assert ("anyOf" in schema) is (media_type == "application/octet-stream")


def test_headers_that_openapi_ignores_and_the_credentials_own_are_not_asked_for() -> None:
    names = [
        ("Accept", "header"),
        ("content-type", "header"),
        ("Authorization", "header"),
        ("X-Key", "header"),
        ("Host", "header"),
    ]
    scheme = AuthScheme(type="api_key", place="header", name="x-key")
    item = {"get": {"parameters": [parameter(name, place, required=True) for name, place in names]}}
    reading = read(described({"/x": item}), source_url=SOURCE, auth=scheme)
    assert reading.actions["get-x"].bindings == {}
    assert [each.code for each in reading.dropped] == ["parameter_reserved"] * 2


def test_a_required_header_with_one_allowed_value_is_a_constant() -> None:
    item = {
        "get": {
            "parameters": [
                parameter("X-Version", "header", required=True, schema={"type": "string", "enum": ["2024-01-01"]}),
                parameter("X-Const", "header", required=True, schema={"const": 3}),
                parameter("X-Optional", "header", schema={"enum": ["a"]}),
                parameter("X-Null", "header", required=True, schema={"enum": [None]}),
            ]
        }
    }
    found, _ = action(item)
    assert [(each.name, each.value) for each in found.constants] == [("X-Version", "2024-01-01"), ("X-Const", "3")]
    assert set(found.bindings) == {"X-Optional", "X-Null"}


@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency-key", "X-Idempotency-Key"])
def test_an_idempotency_header_belongs_to_the_gateway(name: str) -> None:
    found, _ = action({"post": {"parameters": [parameter(name, "header", required=True)]}})
    assert (found.idempotency_header, found.bindings) == (name, {})


def test_a_parameter_keeps_what_is_said_about_it() -> None:
    node = parameter(
        "q", "query", description="d", deprecated=True, style="pipeDelimited", explode=False, allowReserved=True
    )
    node["examples"] = {"one": {"value": ["a"]}, "other": {"externalValue": "http://x"}}
    found, _ = action({"get": {"parameters": [node, parameter("e", "query", example="x", schema=False)]}})
    assert found.input_schema["properties"]["q"] == {
        **STRING,
        "description": "d",
        "deprecated": True,
        "examples": [["a"]],
    }
    assert found.input_schema["properties"]["e"] == {"not": {}, "examples": ["x"]}
    binding = found.bindings["q"]
    assert (binding.style, binding.explode, binding.allow_reserved) == ("pipeDelimited", False, True)


def test_parameters_that_are_not_quite_right_are_repaired() -> None:
    nodes = [
        {"name": "old", "in": "query", "type": "integer", "description": "d"},
        {"name": "filter", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
        {"name": "odd", "in": "query", "content": {"application/json": 5}},
        {"name": "bad-style", "in": "query", "style": "label", "schema": STRING},
        {"name": "id", "in": "path", "schema": STRING},
    ]
    found, reading = action({"get": {"parameters": nodes}}, "/x/{id}")
    assert found.input_schema["properties"]["old"] == {"type": "integer", "description": "d"}
    assert found.bindings["filter"].media_type == "application/json"
    assert found.bindings["bad-style"].style is None
    assert found.input_schema["required"] == ["id"]
    assert codes(reading) >= {"parameter_schema_moved", "schema_keyword_invalid", "path_parameter_required"}


def test_parameters_that_make_no_sense_are_dropped_and_said() -> None:
    nodes: list[Any] = [
        5, {}, {"name": "a", "in": "body", "schema": {}}, {"name": "a" * 201, "in": "query"}, {"$ref": "#/nowhere"},
        {"$ref": "other.json#/P"}, {"$ref": "#/components/parameters/Loop"}, parameter("q", "query"),
        parameter("q", "query"), parameter("gone", "path", required=True),
    ]  # fmt: skip
    components = {"parameters": {"Loop": {"$ref": "#/components/parameters/Loop"}}}
    found, reading = action({"get": {"parameters": nodes}, "parameters": "x"}, components=components)
    assert set(found.bindings) == {"q"}
    assert {each.code for each in reading.dropped} == {
        "parameter_unresolved", "parameter_invalid", "parameter_duplicate", "path_parameter_unused",
    }  # fmt: skip


def test_an_operations_parameter_replaces_the_paths_and_shared_ones_are_read_once() -> None:
    components = {"parameters": {"Page": parameter("page", "query", schema={"type": "integer"})}}
    item = {
        "parameters": [{"$ref": "#/components/parameters/Page"}, parameter("x", "query", description="path")],
        "get": {"parameters": [parameter("x", "query", description="own")]},
        "post": {"parameters": [{"$ref": "#/components/parameters/Page"}]},
    }
    reading = read_small({"/x": item}, components=components)
    assert reading.actions["get-x"].input_schema["properties"]["x"]["description"] == "own"
    assert reading.actions["post-x"].input_schema["properties"]["x"]["description"] == "path"
    assert reading.actions["get-x"].bindings["page"] is reading.actions["post-x"].bindings["page"]


NAMES = st.sampled_from(["id", "a", "body", "id_in_query", "id_in_body", "X", "x", ""])


@given(
    st.lists(st.tuples(NAMES, st.sampled_from(["path", "query", "header", "cookie"])), max_size=8),
    st.lists(NAMES, max_size=4, unique=True),
    st.booleans(),
)
def test_every_property_is_bound_and_every_declared_thing_asked_for_once(
    declared: list[tuple[str, str]], members: list[str], is_required: bool
) -> None:
    item = with_body({"type": "object", "properties": dict.fromkeys(members, STRING)}, required=is_required)
    item["post"]["parameters"] = [parameter(name, place) for name, place in declared]
    path = "/x" + "".join(
        f"/{{{name}}}" for name in sorted({name for name, place in declared if place == "path" and name})
    )
    found, _ = action(item, path)
    assert set(found.input_schema["properties"]) == set(found.bindings)
    assert set(found.input_schema.get("required", [])) <= set(found.bindings)
    targets = [
        (each.place, each.name.lower() if each.place == "header" else each.name) for each in found.bindings.values()
    ]
    assert len(set(targets)) == len(targets)
    wanted = {(place, name.lower() if place == "header" else name) for name, place in declared if name}
    assert {target for target in targets if target[0] != "body"} == wanted


def test_what_makes_a_request_one_of_another_method_is_never_asked_for() -> None:  # C5
    item = with_body({"type": "object", "properties": {"_method": {"type": "string"}, "name": {"type": "string"}}})
    item["post"]["parameters"] = [parameter(name, "query") for name in ("_METHOD", "q")]
    item["post"]["parameters"] += [parameter("X-Forwarded-For", "header")]
    found, reading = action(item)
    assert set(found.bindings) == {"name", "q"}
    assert [each.code for each in reading.dropped] == ["parameter_reserved"] * 3
