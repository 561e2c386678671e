"""Swagger 2.0 → OpenAPI 3.0, and on to actions."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.auth.schemes import AuthScheme
from chalicelib.scraper import swagger2
from chalicelib.scraper.document import parse
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.reader import Reading, read
from tests.scraper.specs import SOURCE, codes, installed_swagger

STRING = {"type": "string"}


def swagger(paths: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "swagger": "2.0",
        "info": {"title": "Old", "version": "1"},
        "host": "api.example.test",
        "paths": paths,
        **members,
    }


def read_old(paths: dict[str, Any], **members: Any) -> Reading:
    return read(swagger(paths, **members), source_url=SOURCE)


def upgraded(paths: dict[str, Any], **members: Any) -> dict[str, Any]:
    return swagger2.upgrade(swagger(paths, **members), Findings(), source_url=SOURCE).document


def test_host_base_path_and_schemes_become_servers() -> None:
    assert upgraded({})["servers"] == [{"url": "https://api.example.test/"}]
    both = upgraded({}, basePath="/v1", schemes=["http", "https", "wss"])["servers"]
    assert [each["url"] for each in both] == ["https://api.example.test/v1", "http://api.example.test/v1"]
    assert upgraded({}, host="https://a.test", basePath="/v1")["servers"] == [{"url": "https://a.test/v1"}]
    assert upgraded({}, host="", basePath="/v1")["servers"] == [{"url": "/v1"}]
    assert "servers" not in upgraded({}, host=None)
    findings = Findings()
    assert swagger2.upgrade(swagger({}), findings).document["servers"] == [{"url": "https://api.example.test/"}]
    assert [each.code for each in findings.of("warning")] == ["scheme_assumed"]


def test_a_body_parameter_becomes_the_request_body() -> None:
    pet = {"type": "object", "properties": {"name": {"type": "string", "x-nullable": True}}, "discriminator": "name"}
    parameters = [
        {"$ref": "#/parameters/Page"},
        {"in": "body", "name": "pet", "required": True, "description": "d", "schema": {"$ref": "#/definitions/Pet"}},
    ]
    responses = {200: {"description": "ok", "schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}}}}
    reading = read_old(
        {"/pets": {"post": {"parameters": parameters, "responses": responses, "operationId": "add"}}},
        definitions={"Pet": pet},
        parameters={"Page": {"in": "query", "name": "page", "type": "integer", "minimum": 0, "exclusiveMinimum": True}},
    )
    action = reading.actions["add"]
    assert set(action.bindings) == {"page", "name"}
    assert action.input_schema["properties"]["page"] == {"type": "integer", "exclusiveMinimum": 0}
    assert action.input_schema["properties"]["name"] == {"type": ["string", "null"]}
    assert action.output_schema == {"type": "array", "items": {"$ref": "#/$defs/Pet"}}
    assert reading.definitions["Pet"]["discriminator"] == {"propertyName": "name"}
    assert not codes(reading) - {"auth_unknown"}


def test_form_parameters_become_a_form_and_files_multipart() -> None:
    form = [
        {"in": "formData", "name": "a", "type": "string", "required": True, "description": "d"},
        {"in": "formData", "name": "b", "type": "array", "items": STRING, "collectionFormat": "multi"},
    ]
    plain = read_old({"/x": {"post": {"parameters": form}}}).actions["post-x"]
    assert plain.body_media_type == "application/x-www-form-urlencoded"
    assert plain.input_schema["required"] == ["a"]
    assert plain.input_schema["properties"]["a"]["description"] == "d"
    assert plain.bindings["b"].explode is True
    file = {"in": "formData", "name": "f", "type": "file"}
    reading = read_old({"/x": {"parameters": form, "post": {"parameters": [file]}}}, consumes="multipart/form-data")
    action = reading.actions["post-x"]
    assert action.body_media_type == "multipart/form-data"
    assert set(action.bindings) == {"a", "b", "f"}
    assert action.bindings["f"].media_type == "application/octet-stream"


def test_body_and_form_together_are_merged_and_said() -> None:
    parameters = [{"in": "formData", "name": "a", "type": "string"}, {"in": "body", "name": "b", "schema": {}}]
    reading = read_old({"/x": {"post": {"parameters": parameters}}})
    assert set(reading.actions["post-x"].bindings) == {"a"}
    assert "swagger_body_merged" in codes(reading)


def test_an_operations_body_replaces_the_paths() -> None:
    shared = {"in": "body", "name": "shared", "schema": {"type": "object", "properties": {"old": STRING}}}
    own = {"in": "body", "name": "own", "schema": {"type": "object", "properties": {"new": STRING}}}
    item = {
        "parameters": [shared, {"in": "query", "name": "q", "type": "string"}],
        "put": {},
        "post": {"parameters": [own]},
    }
    reading = read_old({"/x": item})
    assert set(reading.actions["put-x"].bindings) == {"q", "old"}
    assert set(reading.actions["post-x"].bindings) == {"q", "new"}


def test_a_body_without_schema_takes_what_stands_beside_it() -> None:
    reading = read_old({"/x": {"post": {"parameters": [{"in": "body", "name": "b", "type": "string"}]}}})
    assert reading.actions["post-x"].input_schema["properties"]["body"] == STRING


def test_collection_formats_become_styles() -> None:
    def array(name: str, place: str, collection: Any) -> dict[str, Any]:
        return {"in": place, "name": name, "type": "array", "items": STRING, "collectionFormat": collection}

    wanted = {
        "csv": (None, False),
        "ssv": ("spaceDelimited", False),
        "pipes": ("pipeDelimited", False),
        "multi": ("form", True),
        "tsv": (None, False),
    }
    nodes = [array(name, "query", name) for name in wanted] + [array("h", "header", "csv"), array("odd", "query", 5)]
    reading = read_old({"/x": {"get": {"parameters": nodes}}})
    bindings = reading.actions["get-x"].bindings
    assert {name: (bindings[name].style, bindings[name].explode) for name in wanted} == wanted
    assert bindings["h"].explode is None
    assert [each.code for each in reading.warnings].count("swagger_collection_format") == 2


def test_shared_responses_and_files_are_understood() -> None:
    responses = {"Ok": {"description": "ok", "schema": {"type": "object"}}}
    paths = {
        "/x": {"get": {"responses": {"200": {"$ref": "#/responses/Ok"}}}},
        "/file": {"get": {"responses": {"200": {"schema": {"type": "file"}}}, "produces": ["application/pdf"]}},
        "/text": {"get": {"responses": {"200": {"schema": STRING}}, "produces": ["text/plain"]}},
    }
    reading = read_old(paths, responses=responses)
    assert reading.actions["get-x"].output_schema == {"type": "object"}
    assert reading.actions["get-file"].output_schema is None
    assert reading.actions["get-text"].output_schema is None


def test_security_definitions_are_renamed() -> None:
    flow = {
        "type": "oauth2",
        "flow": "accessCode",
        "authorizationUrl": "https://id.test/a",
        "tokenUrl": "https://id.test/t",
        "scopes": {"r": ""},
    }
    for definition, kind in (
        (flow, "oauth2"),
        ({"type": "basic", "description": "d"}, "basic"),
        ({"type": "apiKey", "in": "query", "name": "k"}, "api_key"),
    ):
        reading = read_old({"/x": {"get": {}}}, securityDefinitions={"s": definition}, security=[{"s": []}])
        assert reading.auth.type == kind
    assert read_old({"/x": {"get": {}}}, securityDefinitions={"s": flow}).auth.grant == "authorization_code"


def test_findings_point_into_the_document_as_it_was_given() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/definitions/A"}}}
    reading = read_old(
        {"/x": {"post": {"parameters": [{"in": "body", "name": "b", "schema": schema}]}}},
        definitions={"A": {"type": "wibble"}},
    )
    assert [each.pointer for each in reading.dropped] == ["/definitions/A"]
    assert reading.actions["post-x"].evidence[0].pointer == "/paths/~1x/post"


def test_data_that_looks_like_a_schema_stays_as_it_is() -> None:
    data = {"$ref": "#/definitions/A", "discriminator": "x"}
    found = upgraded(
        {}, definitions={"A": {"default": data, "properties": {"discriminator": STRING, "x-nullable": STRING}}}
    )
    schema = found["components"]["schemas"]["A"]
    assert schema["default"] == data
    assert set(schema["properties"]) == {"discriminator", "x-nullable"}


def test_what_is_not_as_it_should_be_never_sinks_the_document() -> None:
    paths: dict[str, Any] = {
        "/ok": {"get": {"responses": {"200": "x"}, "parameters": "x"}},
        "/ref": {"$ref": "#/paths/~1ok"},
        "/bad": 5,
        "/op": {"get": 5, "post": {"parameters": [5, {"$ref": "#/nowhere"}], "responses": 5}},
    }
    reading = read_old(
        paths,
        definitions={"A": 5},
        parameters={"P": 5},
        responses={"R": 5},
        securityDefinitions={"S": 5},
        security=[{"S": []}],
    )
    assert set(reading.actions) == {"get-ok", "get-ref", "post-op"}
    assert codes(reading) >= {"operation_not_an_object", "parameter_invalid", "parameter_unresolved"}


def test_the_description_that_jupyter_server_ships_imports_with_base_url_and_auth() -> None:
    auth = AuthScheme(type="bearer", prefix="token")
    reading = read(parse(installed_swagger()), source_url="upload:upl_1", base_url="http://127.0.0.1:8888", auth=auth)
    assert (reading.base_url, reading.auth) == ("http://127.0.0.1:8888", auth)
    assert len(reading.actions) == 32
    assert set(reading.actions["post-kernels"].bindings) == {"name", "path"}
    assert not reading.dropped


def test_a_schema_may_lead_into_a_response_or_a_parameter() -> None:
    document = swagger(
        {
            "/a": {"get": {"responses": {"200": {"schema": {"$ref": "#/responses/Pets/schema"}}}}},
            "/b": {"get": {"responses": {"200": {"schema": {"$ref": "#/paths/~1a/get/responses/200/schema"}}}}},
        },
        responses={"Pets": {"schema": {"type": "array", "items": {"x-nullable": True, "type": "wibble"}}}},
    )
    found = read(document, source_url=SOURCE)
    for action in found.actions.values():
        name = action.output_schema["$ref"].removeprefix("#/$defs/")  # type: ignore[index]
        assert "array" in json.dumps(found.definitions[name]) or "$ref" in found.definitions[name]
    assert {each.pointer for each in found.dropped} == {"/responses/Pets/schema/items"}
    assert not [each for each in found.warnings if each.code == "reference_missing"]
