"""A whole description → an integration and its actions; nothing bad in it sinks the rest."""

from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.auth.schemes import AuthScheme
from chalicelib.errors import BaseUrlMissing, DocumentError, NothingToImport, NotOpenApi
from chalicelib.registry.closure import references
from chalicelib.scraper import findings as findings_module
from chalicelib.scraper.findings import CODES, DROPPED, MOST_OF_ONE_CODE, REPAIRED, WARNINGS, Findings
from chalicelib.scraper.reader import Reading, read
from chalicelib.settings import Caps
from tests.scraper.specs import SOURCE, codes, described, read_small, with_body

STRING = {"type": "string"}


def ok(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"description": "", "content": {media_type: {"schema": schema}}}


def test_an_operation_becomes_an_action_with_evidence() -> None:
    operation = {
        "operationId": "getThing",
        "summary": "Get a thing",
        "description": "Long.",
        "tags": ["Things", "ünïcode/tag", "  ", "!!", 5],
        "deprecated": True,
        "responses": {"200": ok({"$ref": "#/components/schemas/Thing"}), "404": ok(STRING)},
    }
    document = described({"/things/{id}": {"get": operation}}, components={"schemas": {"Thing": {"type": "object"}}})
    reading = read(document, source_url=SOURCE, page_hash="abc")
    action = reading.actions["get-thing"]
    assert (action.title, action.summary, action.description) == ("Get a thing", "Get a thing", "Long.")
    assert (action.method, action.path, action.behaviour, action.deprecated) == ("GET", "/things/{id}", "read", True)
    assert action.tags == ("Things", "unicode/tag", "5")
    assert action.output_schema == {"$ref": "#/$defs/Thing"}
    assert action.proof == "documented"
    assert [(each.field, each.pointer, each.page_hash) for each in action.evidence] == [
        ("operation", "/paths/~1things~1{id}/get", "abc"),
        ("output_schema", "/paths/~1things~1{id}/get/responses/200/content/application~1json/schema", "abc"),
    ]
    assert reading.definitions == {"Thing": {"type": "object"}}
    assert (reading.title, reading.base_url) == ("Small", "https://api.example.test")
    assert codes(reading) == {"path_parameter_added", "tag_unusable", "auth_unknown"}


@pytest.mark.parametrize(
    ("method", "behaviour"),
    [
        ("get", "read"), ("head", "read"), ("options", "read"), ("trace", "read"),
        ("post", "create"), ("put", "update"), ("patch", "update"), ("delete", "delete"),
    ],
)  # fmt: skip
def test_the_method_says_what_an_action_does(method: str, behaviour: str) -> None:
    (action,) = read_small({"/x": {method: {"description": "First sentence. Second."}}}).actions.values()
    assert (action.behaviour, action.summary, action.title) == (behaviour, "First sentence.", f"{method.upper()} /x")


@pytest.mark.parametrize(
    ("responses", "output"),
    [
        ({"200": ok(STRING)}, STRING),
        ({"201": ok(STRING), "200": ok({"type": "object"})}, {"anyOf": [{"type": "object"}, STRING]}),
        ({"200": ok(STRING), "202": ok(STRING)}, STRING),
        ({"2XX": ok(STRING)}, STRING),
        ({"204": {"description": ""}, "default": ok(STRING)}, None),
        ({"default": ok(STRING)}, STRING),
        ({"404": ok(STRING)}, None),
        ({"200": ok(STRING, "text/plain")}, None),
        ({"200": ok(STRING, "application/problem+json")}, STRING),
        ({"200": {"content": {"application/json": {}}}}, None),
        ({"200": {"$ref": "#/components/responses/R"}}, {"type": "null"}),
        (None, None),
        ("x", None),
    ],
)
def test_the_output_is_what_successful_responses_carry(responses: Any, output: Any) -> None:
    components = {"responses": {"R": ok({"type": "null"})}}
    reading = read_small({"/x": {"get": {"responses": responses}}}, components=components)
    assert reading.actions["get-x"].output_schema == output


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "its members are none"),
        ({"a": 1, "b": 2}, "its members are a, b"),
        ({"openapi": "4.0.0"}, "its version is '4.0.0'"),
        ({"swaggerVersion": "1.2"}, "its version is '1.2'"),
        ({"openapi": "3.0.0"}, "no `paths`"),
        ({"swagger": "2.0", "paths": []}, "no `paths`"),
    ],
)
def test_what_is_not_openapi_is_refused(document: dict[str, Any], says: str) -> None:
    with pytest.raises(NotOpenApi, match=says):
        read(document, source_url=SOURCE)


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0", 3.0, 3.1, "3.2.0"])
def test_every_version_3_is_read(version: Any) -> None:
    assert read({**described({"/x": {"get": {}}}), "openapi": version}, source_url=SOURCE).actions


def test_nothing_usable_is_said_with_reasons() -> None:
    with pytest.raises(NothingToImport, match="None of 0 operations"):
        read_small({})
    with pytest.raises(NothingToImport, match="braces"):
        read_small({"/x{": {"get": {}}})
    with pytest.raises(NothingToImport):
        read(described({}, webhooks={"w": {"post": {}}}), source_url=SOURCE)


def test_a_missing_base_url_is_asked_for() -> None:
    with pytest.raises(BaseUrlMissing):
        read(described({"/x": {"get": {}}}, servers=[]), source_url=SOURCE)


def test_bad_operations_are_dropped_with_pointer_and_reason_and_the_rest_imports() -> None:
    paths: dict[str, Any] = {
        "/good": {"get": {}},
        "/not-an-object": 5,
        "/bad-operation": {"get": "x", "post": {}},
        "/lost": {"$ref": "#/components/pathItems/Lost"},
        "/elsewhere": {"$ref": "other.yaml#/x"},
        "/braces}": {"get": {}},
        "/query?a{b}c={q}": {"get": {}},
        "/" + "{" + "n" * 201 + "}": {"get": {}},
        "/" + "x" * 2001: {"get": {}},
        "/body": {"post": {"requestBody": {"$ref": "#/nowhere"}}},
        "/response": {"get": {"responses": {"200": {"$ref": "#/nowhere"}}}},
        "x-internal": {"get": {}},
    }
    reading = read_small(paths)
    assert set(reading.actions) == {"get-good", "post-bad-operation", "post-body", "get-response"}
    assert {(each.code, each.pointer[:20]) for each in reading.dropped} == {
        ("operation_not_an_object", "/paths/~1not-an-obje"),
        ("operation_not_an_object", "/paths/~1bad-operati"),
        ("operation_unresolved", "/paths/~1lost"),
        ("operation_unresolved", "/paths/~1elsewhere"),
        ("operation_invalid", "/paths/~1braces}/get"),
        ("operation_invalid", "/paths/~1query?a{b}c"),
        ("operation_invalid", "/paths/~1{" + "n" * 10),
        ("operation_invalid", "/paths/~1" + "x" * 11),
        ("body_unusable", "/paths/~1body/post/r"),
        ("response_unresolved", "/paths/~1response/ge"),
    }


def test_paths_that_are_not_quite_right_are_repaired() -> None:
    paths: dict[str, Any] = {
        "/a#Action=One": {"get": {}},
        "/b?x=1&y=": {"get": {}},
        "c d": {"get": {}},
        "/e/{id}.json": {"get": {}},
    }
    reading = read_small(paths)
    found = {action.path: action for action in reading.actions.values()}
    assert set(found) == {"/a", "/b", "/c%20d", "/e/{id}.json"}
    assert [(each.place, each.name, each.value) for each in found["/b"].constants] == [
        ("query", "x", "1"),
        ("query", "y", ""),
    ]
    assert set(found["/e/{id}.json"].bindings) == {"id"}
    assert {each.code for each in reading.repaired} == {
        "path_fragment_removed", "path_query_moved", "path_repaired", "path_parameter_added",
    }  # fmt: skip


def test_duplicate_and_missing_operation_ids_still_give_unique_names() -> None:
    paths = {"/a": {"get": {"operationId": "same"}, "post": {"operationId": "same"}}, "/b": {"get": {"operationId": 5}}}
    assert set(read_small(paths).actions) == {"same", "post-a", "get-b"}


def test_a_reference_out_of_the_document_opens_no_file_and_no_socket(tmp_path: Any) -> None:  # A13
    secret = tmp_path / "secret.json"
    secret.write_text('{"type": "string"}')
    refs = [
        f"file://{secret}",
        str(secret),
        f"../{secret.name}",
        "http://127.0.0.1:9/x",
        "ftp://127.0.0.1/x",
        "https://x.test/a#/b",
    ]
    paths = {f"/{n}": with_body({"type": "object", "properties": {"a": {"$ref": ref}}}) for n, ref in enumerate(refs)}
    for item in paths.values():
        del item["post"]["operationId"]
    document = described(paths, externalDocs={"url": f"file://{secret}"})
    opened: list[str] = []
    watching = [True]

    def audit(event: str, args: Any) -> None:
        if watching and event in ("open", "socket.connect", "socket.getaddrinfo") and "secret" in str(args) + "socket":
            opened.append(f"{event} {args}")

    read(copy.deepcopy(document), source_url=SOURCE)
    sys.addaudithook(audit)
    reading = read(document, source_url=SOURCE)
    watching.clear()
    assert opened == []
    assert len(reading.actions) == len(refs)
    assert [each.code for each in reading.warnings].count("external_ref") == len(refs)


def test_servers_of_operations_are_said_to_be_ignored() -> None:
    same, other = [{"url": "https://api.example.test"}], [{"url": "https://uploads.example.test"}]
    reading = read_small(
        {"/a": {"get": {"servers": other}}, "/b": {"servers": same, "get": {}}, "/c": {"get": {"servers": []}}}
    )
    assert [each.pointer for each in reading.warnings if each.code == "operation_server_ignored"] == ["/paths/~1a/get"]


def test_the_owners_word_on_auth_comes_first() -> None:
    auth = AuthScheme(type="bearer", prefix="token")
    reading = read(described({"/x": {"get": {}}}), source_url=SOURCE, auth=auth)
    assert reading.auth == auth
    assert codes(reading) == set()


def test_a_closure_beyond_the_limit_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:  # D3
    monkeypatch.setattr(Caps, "SCHEMA_CLOSURE_NODES", 10)
    big = {"properties": {str(n): {"$ref": "#/components/schemas/Small"} for n in range(20)}}
    schemas = {"Big": big, "Small": STRING}
    big_ref, small_ref = (
        {"$ref": "#/components/schemas/Big", "description": "d"},
        {"$ref": "#/components/schemas/Small"},
    )
    item = with_body({"type": "object", "properties": {"big": big_ref, "plain": STRING}})
    item["post"]["responses"] = {"200": ok(big_ref)}
    paths = {"/x": item, "/y": {"get": {"responses": {"200": ok(small_ref)}}}}
    reading = read_small(paths, components={"schemas": schemas})
    action = reading.actions["do"]
    assert action.input_schema["properties"] == {"big": {"description": "d"}, "plain": STRING}
    assert action.output_schema is None
    assert reading.actions["get-y"].output_schema == {"$ref": "#/$defs/Small"}
    assert [each.code for each in reading.warnings].count("schema_too_large") == 2


def test_the_document_is_not_changed() -> None:
    document = described(
        {"/x/{id}": with_body({"type": "object", "properties": {"a": {"type": "string", "nullable": True}}})}
    )
    before = json.dumps(document)
    first = read(document, source_url=SOURCE)
    assert json.dumps(document) == before
    assert read(document, source_url=SOURCE) == first


def test_findings_of_one_code_are_cut_and_counted() -> None:
    findings = Findings()
    for n in range(MOST_OF_ONE_CODE + 7):
        findings.add("external_ref", f"/{n}", "x")
        findings.add("external_ref", "/0", "x")
    found = findings.of("warning")
    assert len(found) == MOST_OF_ONE_CODE + 1
    assert found[-1].detail == "7 more of external_ref"


def test_every_code_is_of_one_kind_and_explained() -> None:
    assert len(CODES) == len(REPAIRED) + len(DROPPED) + len(WARNINGS)
    assert all(sentence.endswith(".") for sentence in CODES.values())
    modules = [
        path.read_text() for path in Path(findings_module.__file__).parent.rglob("*.py") if path.name != "findings.py"
    ]
    unused = {code for code in CODES if not any(f'"{code}"' in text for text in modules)}
    assert unused == set()


RICH = described(
    {
        "/a/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": STRING}],
            "post": {
                "operationId": "one",
                "tags": ["t"],
                "security": [{"k": []}],
                "requestBody": {"$ref": "#/components/requestBodies/B"},
                "responses": {"200": {"$ref": "#/components/responses/R"}, "default": ok(STRING)},
            },
        },
        "/b": {"get": {"parameters": [{"$ref": "#/components/parameters/P"}], "servers": [{"url": "/x"}]}},
    },
    security=[{"k": [], "o": ["r"]}],
    components={
        "schemas": {
            "A": {"allOf": [{"$ref": "#/components/schemas/N"}], "properties": {"p": {"enum": [1]}}},
            "N": {"type": "object"},
        },
        "parameters": {
            "P": {"name": "p", "in": "query", "style": "form", "schema": {"type": "array", "items": STRING}}
        },
        "requestBodies": {"B": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}},
        "responses": {"R": ok({"$ref": "#/components/schemas/A"})},
        "securitySchemes": {
            "k": {"type": "apiKey", "in": "header", "name": "K"},
            "o": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/t", "scopes": {"r": ""}}}},
        },
    },
)
JUNK: list[Any] = [
    None, True, 0, -1.5, "", "x", "{a}", "#/components/schemas/A", "https://x.test", [], [1], ["a"], {}, {"$ref": "#"},
    {"$ref": 5}, {"$ref": "#/paths"}, {"a": 1}, [[]], [{}], "file", "null", {"type": ["string"]}, 2**70,
]  # fmt: skip


def positions(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a tree."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        container = waiting.pop()
        items = (
            container.items()
            if isinstance(container, dict)
            else enumerate(container)
            if isinstance(container, list)
            else ()
        )
        for key, value in items:
            found.append((container, key))
            waiting.append(value)
    return found


def swagger_of(document: dict[str, Any]) -> dict[str, Any]:
    """Roughly the same as Swagger 2.0: what matters is that its reader meets junk too."""
    body = {"in": "body", "name": "b", "schema": {"$ref": "#/definitions/A"}}
    form = {"in": "formData", "name": "f", "type": "array", "collectionFormat": "csv", "items": STRING}
    return {
        "swagger": "2.0",
        "host": "api.example.test",
        "schemes": ["https"],
        "paths": {
            "/a": {
                "parameters": [form],
                "post": {"parameters": [body], "responses": {"200": {"schema": body["schema"]}}},
            }
        },
        "definitions": {"A": {"properties": {"a": {"x-nullable": True, "items": [STRING]}}, "discriminator": "a"}},
        "parameters": {"P": form},
        "securityDefinitions": {"o": {"type": "oauth2", "flow": "implicit", "scopes": {}}, "b": {"type": "basic"}},
        "security": [{"o": []}],
    }


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 30), st.booleans())
def test_a_description_with_anything_in_it_imports_or_says_why_not(seed: int, changes: int, old: bool) -> None:
    order = random.Random(seed)
    document = swagger_of(RICH) if old else copy.deepcopy(RICH)
    for _ in range(changes):
        container, key = order.choice(positions(document) or [({}, "")])
        if order.random() < 0.2 and isinstance(container, dict):
            container.pop(key, None)
        else:
            container[key] = copy.deepcopy(order.choice(JUNK))
    try:
        reading = read(document, source_url="upload:upl_1", base_url=order.choice([None, "https://own.test"]))
    except DocumentError:
        return
    assert_sound(reading)


def assert_sound(reading: Reading) -> None:
    """Every schema of a reading is valid, and every definition it needs is there and needed."""
    schemas = [action.input_schema for action in reading.actions.values()]
    schemas += [action.output_schema for action in reading.actions.values() if isinstance(action.output_schema, dict)]
    jsonschema_rs.meta.validate(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": reading.definitions, "anyOf": schemas}
    )
    reached: set[str] = set()
    waiting = [name for schema in schemas for name in references(schema)]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += references(reading.definitions[name])
    assert reached == set(reading.definitions)


def test_what_becomes_no_action_is_told() -> None:
    reading = read_small(
        {
            "/search": {
                "get": {"responses": {}},
                "query": {"responses": {}},
                "additionalOperations": {"COPY": {"responses": {}}},
            }
        },
        openapi="3.2.0",
        webhooks={"created": {"post": {"responses": {}}}},
    )
    assert [(each.code, each.pointer) for each in (*reading.dropped, *reading.warnings) if "auth" not in each.code] == [
        ("method_unsupported", "/paths/~1search/query"),
        ("method_unsupported", "/paths/~1search/additionalOperations/COPY"),
        ("webhooks_ignored", "/webhooks"),
    ]
    assert len(reading.actions) == 1
