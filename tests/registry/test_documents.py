"""Exporting and importing gives the same actions; documents are valid; packs are whole and checked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.auth.schemes import AuthScheme
from chalicelib.errors import NothingToImport, NotOpenApi
from chalicelib.registry import packs
from chalicelib.registry.closure import PREFIX, bundle
from chalicelib.registry.exported import Exported
from chalicelib.registry.gateway_document import gateway_document
from chalicelib.registry.models import ActionFacts, IntegrationFacts
from chalicelib.registry.shared_schemas import COMPONENTS, SharedSchemas
from chalicelib.registry.upstream_document import upstream_document
from chalicelib.scraper.reader import Reading, read
from tests.registry.examples import SOURCE, described, exported, reading
from tests.scraper.specs import real_key, real_reading

NAMES = st.sampled_from(["id", "name", "filter", "Page-Size", "body", "q"])
SCHEMAS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({"type": "string", "maxLength": 9}),
    st.just({"type": "integer", "default": 3, "description": "How many."}),
    st.just({"type": "integer", "default": "ten"}),
    st.just({"$ref": "#/components/schemas/Pet", "default": 7}),
    st.just({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}),
    st.just({"$ref": "#/components/schemas/Pet"}),
    st.just({"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Owner"}]}),
)
STYLES = {"query": ["form", "deepObject", "pipeDelimited", None], "header": [None], "cookie": [None]}
MEDIA = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "application/merge-patch+json"]
)
PET, OWNER = "#/components/schemas/Pet", "#/components/schemas/Owner"
COMPONENT_SCHEMAS = {
    "Pet": {"type": "object", "properties": {"name": {"type": "string"}, "owner": {"$ref": OWNER}}},
    "Owner": {
        "type": "object",
        "required": ["pets"],
        "properties": {"pets": {"type": "array", "items": {"$ref": PET}}},
    },
}


@st.composite
def parameters(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some parameters in different places, perhaps of one name."""
    found = []
    for place in draw(st.lists(st.sampled_from(sorted(STYLES)), max_size=3, unique=True)):
        for name in draw(st.lists(NAMES, max_size=2, unique=True)):
            parameter = {"name": name, "in": place, "required": draw(st.booleans()), "schema": draw(SCHEMAS)}
            if style := draw(st.sampled_from(STYLES[place])):
                parameter |= {"style": style, "explode": draw(st.booleans())}
            found.append(parameter)
    return found


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A request body: an object's members, or a whole."""
    if draw(st.booleans()):
        members = draw(st.dictionaries(NAMES, SCHEMAS, min_size=1, max_size=3))
        required = draw(st.lists(st.sampled_from(sorted(members)), unique=True))
        schema: dict[str, Any] = {"type": "object", "properties": members, "required": required}
    else:
        schema = draw(SCHEMAS)
    return {"required": draw(st.booleans()), "content": {draw(MEDIA): {"schema": schema}}}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A description of a few operations."""
    paths: dict[str, Any] = {}
    for n in range(draw(st.integers(1, 4))):
        has_id = draw(st.booleans())
        operation: dict[str, Any] = {
            "parameters": draw(parameters()),
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": draw(SCHEMAS)}}}},
            "tags": draw(st.lists(st.sampled_from(["pets", "Blue tag"]), unique=True)),
            **draw(st.sampled_from([{}, {"operationId": f"doThing{n}"}, {"summary": "Do it", "deprecated": True}])),
            **draw(
                st.sampled_from([{}, {"security": []}, {"security": [{"key": []}, {}]}, {"security": [{"key": []}]}])
            ),
        }
        if has_id:
            operation["parameters"].append({"name": "id", "in": "path", "required": True, "schema": draw(SCHEMAS)})
        method = draw(st.sampled_from(["get", "post", "put", "delete"]))
        if method != "get" and draw(st.booleans()):
            operation["requestBody"] = draw(bodies())
        paths[f"/things{n}/{{id}}" if has_id else f"/api/v1/things{n}"] = {method: operation}
    query = draw(st.sampled_from(["", "?kind=a", "?page={page}", "{?q,from}"]))
    paths = {path + query: item for path, item in paths.items()}
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    security = draw(st.sampled_from([{}, {"security": [{"key": []}]}, {"security": [{"key": []}, {}]}]))
    return described(paths, components={"schemas": COMPONENT_SCHEMAS, "securitySchemes": schemes}, **security)


def shown(found: Reading) -> dict[str, Any]:
    """What of each action must not change on the way."""
    return {
        name: {
            **facts.model_dump(exclude={"evidence", "input_schema", "output_schema"}),
            "input": bundle(facts.input_schema, found.definitions),
            "output": bundle(facts.output_schema, found.definitions),
        }
        for name, facts in found.actions.items()
    }


def through_json(document: dict[str, Any]) -> dict[str, Any]:
    """As it arrives elsewhere."""
    arrived: dict[str, Any] = json.loads(json.dumps(document))
    return arrived


@given(documents())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_exporting_and_importing_gives_the_same_actions(document: dict[str, Any]) -> None:
    before = reading(document)
    made = through_json(upstream_document(exported(before)))
    assert not list(OpenAPIV31SpecValidator(made).iter_errors())
    assert shown(read(made, source_url=SOURCE)) == shown(before)


@given(documents())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_pack_holds_exactly_what_was_packed(document: dict[str, Any]) -> None:
    before = reading(document)
    text = packs.write(exported(before))
    again = packs.read(json.loads(text))
    assert again.actions == dict(before.actions)
    assert again.dropped == []
    assert packs.write(exported(before)) == text
    assert not list(OpenAPIV31SpecValidator(through_json(gateway_document(exported(before)))).iter_errors())


@pytest.mark.parametrize("expected", real_key()[:6], ids=lambda each: each["file"])
def test_a_real_description_is_the_same_after_export_and_import(expected: dict[str, Any]) -> None:
    before = real_reading(expected["file"])
    if len(before.actions) > 300:
        pytest.skip("measured by bench.importing")
    after = read(through_json(upstream_document(exported(before))), source_url=SOURCE)
    assert shown(after).keys() == shown(before).keys()
    assert [each.bindings for each in after.actions.values()] == [each.bindings for each in before.actions.values()]


@pytest.mark.parametrize(
    "auth",
    [
        AuthScheme(),
        AuthScheme(type="api_key", place="query", name="key"),
        AuthScheme(type="basic"),
        AuthScheme(type="custom_headers"),
        AuthScheme(type="bearer"),
        AuthScheme(type="bearer", prefix="Token"),
        AuthScheme(
            type="oauth2",
            grant="authorization_code",
            authorize_url="https://a.example.test/authorize",
            token_url="https://a.example.test/token",
            refresh_url="https://a.example.test/refresh",
            scopes=("read", "write"),
        ),
        AuthScheme(type="oauth2", grant="client_credentials", token_url="https://a.example.test/token", scopes=("x",)),
    ],
    ids=lambda auth: f"{auth.type}-{auth.grant or auth.prefix or ''}",
)
def test_an_auth_scheme_comes_back(auth: AuthScheme) -> None:
    document = upstream_document(_written({"get-x": ActionFacts(method="GET", path="/x", behaviour="read")}, auth=auth))
    assert not list(OpenAPIV31SpecValidator(through_json(document)).iter_errors())
    assert read(document, source_url=SOURCE).auth == auth


def test_the_variables_of_a_base_url_come_back() -> None:
    variables = {"region": {"default": "eu", "enum": ["eu", "us"], "description": "Where."}}
    document = described(
        {"/x": {"get": {}}}, servers=[{"url": "https://{region}.example.test", "variables": variables}]
    )
    before = reading(document)
    after = read(upstream_document(exported(before)), source_url=SOURCE)
    assert (after.base_url, after.config) == (before.base_url, before.config)


def test_two_actions_of_one_path_stay_two() -> None:
    facts = {"method": "GET", "path": "/x", "behaviour": "read"}
    constants = [{"in": "query", "name": "do", "value": "a&b"}]
    document = upstream_document(
        _written(
            {
                "first": ActionFacts.model_validate(facts),
                "second": ActionFacts.model_validate(facts),
                "third": ActionFacts.model_validate({**facts, "constants": constants}),
            }
        )
    )
    assert not list(OpenAPIV31SpecValidator(through_json(document)).iter_errors())
    again = read(document, source_url=SOURCE)
    assert set(again.actions) == {"first", "second", "third"}
    assert again.actions["third"].constants[0].value == "a&b"


def test_what_openapi_has_no_word_for_is_an_extension() -> None:
    facts = ActionFacts.model_validate(
        {
            "method": "POST",
            "path": "/pets/{pet_id}/search",
            "behaviour": "read",
            "input_schema": {"type": "object", "properties": {"pet": {"type": "string"}}, "required": ["pet"]},
            "bindings": {"pet": {"in": "path", "name": "pet_id"}},
            "evidence": [{"field": "operation", "url": "https://docs.example.test/pets", "quote": "Searches"}],
        }
    )
    operation = upstream_document(_written({"search": facts}))["paths"]["/pets/{pet_id}/search"]["post"]
    assert operation["x-waygate-behaviour"] == "read"
    assert operation["x-waygate-evidence"][0]["quote"] == "Searches"
    assert operation["parameters"][0]["x-waygate-name"] == "pet"


def test_names_title_behaviour_and_auth_made_by_hand_come_back() -> None:
    facts = ActionFacts.model_validate(
        {
            "method": "POST",
            "title": "Find",
            "summary": "Finds pets",
            "path": "/pets/{pet_id}/search",
            "behaviour": "read",
            "auth": "optional",
            "input_schema": {
                "type": "object",
                "properties": {"pet": {"type": "string"}, "pet_id": {"type": "integer"}, "words": {"type": "string"}},
                "required": ["pet"],
                "additionalProperties": False,
            },
            "bindings": {
                "pet": {"in": "path", "name": "pet_id"},
                "pet_id": {"in": "query", "name": "pet"},
                "words": {"in": "body", "name": "q"},
            },
            "body_media_type": "application/json",
        }
    )
    for auth in ("bearer", "custom_headers"):
        written = _written({"search": facts}, auth=AuthScheme.model_validate({"type": auth}))
        again = read(upstream_document(written), source_url=SOURCE).actions["search"]
        assert again.model_dump(exclude={"evidence"}) == facts.model_dump(exclude={"evidence"})


def test_a_default_that_does_not_fit_is_kept_aside_and_comes_back() -> None:
    parameter = {"name": "n", "in": "query", "schema": {"type": "integer", "default": "ten"}}
    document = upstream_document(exported(reading(described({"/x": {"get": {"parameters": [parameter]}}}))))
    assert not list(OpenAPIV31SpecValidator(through_json(document)).iter_errors())
    schema = document["paths"]["/x"]["get"]["parameters"][0]["schema"]
    assert schema == {"type": "integer", "x-waygate-default": "ten"}
    again = read(document, source_url=SOURCE).actions["get-x"]
    assert again.input_schema["properties"]["n"] == {"type": "integer", "default": "ten"}


def test_what_only_an_upper_schema_requires_is_asked_for_in_another_way_and_comes_back() -> None:
    asked = {"allOf": [{"$ref": PET}, {"required": ["x"]}], "required": ["name", "unknown", "more"]}
    big = {"type": "integer", "format": "int64", "default": 9223372036854776000}
    content = {"application/json": {"schema": {"type": "array", "items": asked, "x": big}}}
    operation = {"responses": {"200": {"description": "", "content": content}}}
    operation["parameters"] = [{"name": "big", "in": "query", "schema": big}]
    before = reading(described({"/x": {"get": operation}}, components={"schemas": COMPONENT_SCHEMAS}))
    document = through_json(upstream_document(exported(before)))
    assert not list(OpenAPIV31SpecValidator(document).iter_errors())
    assert shown(read(document, source_url=SOURCE)) == shown(before)


def test_definitions_of_one_name_that_differ_are_both_kept() -> None:
    first = {"A": {"$ref": "#/$defs/B"}, "B": {"type": "string"}, "C": {"type": "null"}}
    second = {"A": {"$ref": "#/$defs/B"}, "B": {"type": "integer"}, "C": {"type": "null"}}
    shared = SharedSchemas(COMPONENTS)
    one = shared.take({"$ref": "#/$defs/A"}, first, "one")
    two = shared.take({"allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/C"}]}, second, "two")
    assert one == {"$ref": COMPONENTS + "A"}
    assert two == {"allOf": [{"$ref": COMPONENTS + "A-2"}, {"$ref": COMPONENTS + "C"}]}
    assert shared.schemas == {
        "A": {"$ref": COMPONENTS + "B"},
        "A-2": {"$ref": COMPONENTS + "B-2"},
        "B": {"type": "string"},
        "B-2": {"type": "integer"},
        "C": {"type": "null"},
    }


def test_a_schema_that_refers_into_itself_becomes_a_definition() -> None:
    shared = SharedSchemas(COMPONENTS)
    schema = {"type": "object", "properties": {"child": {"$ref": "#"}, "twin": {"$ref": "#/properties/child"}}}
    assert shared.take(schema, {}, "tree") == {"$ref": COMPONENTS + "tree"}
    assert shared.schemas["tree"]["properties"] == {
        "child": {"$ref": f"{COMPONENTS}tree"},
        "twin": {"$ref": f"{COMPONENTS}tree/properties/child"},
    }


def test_data_in_a_schema_is_left_alone() -> None:
    schema = {"default": {"$ref": "#/$defs/A"}, "const": {"$ref": "#/$defs/A"}, "examples": [{"$ref": "#/$defs/A"}]}
    assert SharedSchemas(PREFIX).take(schema, {"A": {}}, "x") == schema


def _pack(**changes: Any) -> dict[str, Any]:
    action = {"method": "GET", "path": "/x", "behaviour": "read"}
    base = {
        "waygate": packs.FORMAT,
        "integration": {"name": "shop", "base_url": "https://api.example.test"},
        "actions": {"get-x": action, "list-x": action},
        "definitions": {},
    }
    return {**base, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"waygate": "waygate-pack/9"},
        {"integration": {"name": "shop"}},
        {"integration": {"name": "shop", "base_url": "https://api.example.test", "secret": "x"}},
        {"extra": 1},
        {"actions": []},
        {"definitions": {"a": 7}},
    ],
)
def test_what_is_no_pack_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotOpenApi):
        packs.read(_pack(**changes))


@pytest.mark.parametrize(
    "action",
    [
        {"method": "GET", "path": "x", "behaviour": "read"},
        {"method": "GET", "path": "/x", "behaviour": "read", "unknown": 1},
        {"method": "GET", "path": "/x", "behaviour": "read", "output_schema": {"$ref": "#/$defs/none"}},
        {"method": "GET", "path": "/x", "behaviour": "read", "output_schema": {"type": 7}},
        {"method": "GET", "path": "/x", "behaviour": "read", "output_schema": {"pattern": "(?=a)"}},
        {"method": "GET", "path": "/x", "behaviour": "read", "output_schema": {"$ref": "https://evil.example/x"}},
    ],
)
def test_an_action_that_cannot_be_used_is_dropped_and_the_rest_is_kept(action: dict[str, Any]) -> None:
    good = {"method": "GET", "path": "/x", "behaviour": "read"}
    read_pack = packs.read(_pack(actions={"bad": action, "get-x": good}))
    assert set(read_pack.actions) == {"get-x"}
    assert read_pack.dropped[0]["pointer"] == "/actions/bad"
    with pytest.raises(NothingToImport):
        packs.read(_pack(actions={"bad": action}))


def test_a_pack_knows_itself_and_takes_another_name() -> None:
    assert packs.is_pack(_pack())
    assert not packs.is_pack({"openapi": "3.1.0"})
    assert packs.read(_pack(), name="other").integration.name == "other"
    with pytest.raises(NotOpenApi):
        packs.read(_pack(), name="Not A Name")


def _written(actions: dict[str, ActionFacts], **members: Any) -> Exported:
    facts = IntegrationFacts(name="shop", base_url="https://api.example.test", **members)
    return Exported(facts, 1, actions, {name: {} for name in actions})
