"""Schema Objects of any version → valid JSON Schema 2020-12, as faithful as it can be."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.registry.closure import bundle
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.keywords import IS_VALID
from chalicelib.scraper.references import References
from chalicelib.scraper.schemas import Schemas
from chalicelib.settings import Caps


class World:
    """The schemas of a document, and what was found while reading them."""

    def __init__(self, components: dict[str, Any] | None = None, *, strict: bool = False, **members: Any) -> None:
        self.findings = Findings()
        document = {"components": {"schemas": components or {}}, **members}
        self.schemas = Schemas(References(document, self.findings), self.findings, strict_siblings=strict)

    def read(self, node: Any) -> Any:
        """The schema as converted; everything it needs is read, too."""
        converted = self.schemas.inline(node, "/x")
        self.definitions = {name: each.schema for name, each in self.schemas.reachable(converted.refs).items()}
        self.schemas.limit_branches()
        return converted.schema

    @property
    def codes(self) -> list[str]:
        return [each.code for kind in ("repaired", "dropped", "warning") for each in self.findings.of(kind)]


def converted(node: Any, *codes: str, **world: Any) -> Any:
    """`node` converted, after asserting which findings it gave and that the result is a valid schema."""
    here = World(**world)
    found = here.read(node)
    assert sorted(here.codes) == sorted(codes)
    jsonschema_rs.meta.validate(bundle(found, here.definitions))
    return found


BINARY = {
    "type": "string",
    "format": "binary",
    "contentEncoding": "base64",
    "contentMediaType": "application/octet-stream",
}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"type": "string", "x-nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": ["string"], "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "null", "nullable": True}, {"type": "null"}),
        ({"nullable": True}, {}),
        ({"anyOf": [{"type": "string"}], "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"anyOf": [{"type": "null"}], "nullable": True}, {"anyOf": [{"type": "null"}]}),
        (
            {"description": "d", "allOf": [{"type": "object"}], "nullable": True},
            {"description": "d", "anyOf": [{"allOf": [{"type": "object"}]}, {"type": "null"}]},
        ),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 9, "exclusiveMaximum": False}, {"maximum": 9}),
        ({"exclusiveMaximum": 9}, {"exclusiveMaximum": 9}),
        ({"example": {"a": 1}}, {"examples": [{"a": 1}]}),
        ({"example": 1, "examples": [2]}, {"examples": [2]}),
        ({"type": "string", "format": "byte"}, {"type": "string", "format": "byte", "contentEncoding": "base64"}),
        (
            {"type": "string", "format": "binary"},
            BINARY,
        ),
        ({"xml": {}, "externalDocs": {}, "x-odd": 1, "$id": "u:x", "$comment": "c"}, {}),
        ({"discriminator": "kind"}, {"discriminator": {"propertyName": "kind"}}),
        (True, True),
    ],
)
def test_what_openapi_says_differently_is_upgraded(before: Any, after: Any) -> None:
    assert converted(before) == after
    assert converted(after) == after


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ({"type": "int"}, {"type": "integer"}, "type_repaired"),
        ({"type": "String"}, {"type": "string"}, "type_repaired"),
        ({"type": ["String", None]}, {"type": ["string", "null"]}, "type_repaired"),
        ({"type": "any"}, {}, "type_repaired"),
        ({"type": "file"}, BINARY, "type_repaired"),
        ({"type": "wibble"}, {}, "schema_keyword_invalid"),
        ({"type": ["wibble"]}, {}, "schema_keyword_invalid"),
        ({"type": {}}, {}, "schema_keyword_invalid"),
        ({"exclusiveMinimum": True}, {}, "boolean_exclusive_bound"),
        ({"minimum": "5"}, {"minimum": 5}, "keyword_repaired"),
        ({"minimum": "5.5"}, {"minimum": 5.5}, "keyword_repaired"),
        ({"minimum": "inf"}, {}, "schema_keyword_invalid"),
        ({"minimum": "x"}, {}, "schema_keyword_invalid"),
        ({"multipleOf": 0}, {}, "schema_keyword_invalid"),
        ({"maxLength": 5.0}, {"maxLength": 5}, "keyword_repaired"),
        ({"maxLength": -1}, {}, "schema_keyword_invalid"),
        ({"readOnly": "true"}, {"readOnly": True}, "keyword_repaired"),
        ({"description": 5}, {"description": "5"}, "keyword_repaired"),
        ({"description": True}, {"description": "true"}, "keyword_repaired"),
        ({"description": ["x"]}, {}, "schema_keyword_invalid"),
        ({"enum": "a"}, {"enum": ["a"]}, "keyword_repaired"),
        ({"enum": []}, {}, "schema_keyword_invalid"),
        ({"type": "string", "enum": [1, True]}, {"type": "string", "enum": ["1", "true"]}, "keyword_repaired"),
        ({"examples": {"one": {"value": 1}, "two": 2}}, {"examples": [1, 2]}, "keyword_repaired"),
        ({"required": ["a", "a", 5]}, {"required": ["a"]}, "keyword_repaired"),
        ({"required": True}, {}, "schema_keyword_invalid"),
        ({"items": [{"type": "string"}]}, {"prefixItems": [{"type": "string"}]}, "array_items_listed"),
        ({"items": []}, {}, "array_items_listed"),
        ({"items": "x"}, {}, "schema_keyword_invalid"),
        ({"properties": []}, {}, "schema_keyword_invalid"),
        ({"properties": {"a": 5}}, {"properties": {"a": {}}}, "schema_keyword_invalid"),
        ({"allOf": []}, {}, "schema_keyword_invalid"),
        ({"pattern": "(?=a)b"}, {"x-waygate-pattern": "(?=a)b"}, "pattern_unsupported"),
        ({"pattern": "["}, {"x-waygate-pattern": "["}, "pattern_unsupported"),
        ({"patternProperties": {"(a)\\1": {}, "^x": {}}}, {"patternProperties": {"^x": {}}}, "pattern_unsupported"),
        ({"$ref": "#/components/schemas/Missing"}, {}, "reference_missing"),
        ({"$ref": "#"}, {}, "reference_missing"),
        ({"$ref": 5}, {}, "reference_missing"),
        ({"$ref": "other.yaml#/X", "description": "d"}, {"description": "d"}, "external_ref"),
        ({"$ref": "file:///etc/passwd"}, {}, "external_ref"),
        ({"$ref": "https://evil.test/x.json"}, {}, "external_ref"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_repaired_or_left_out_and_said(before: Any, after: Any, code: str) -> None:
    assert converted(before, code) == after
    assert converted(after) == after


KEYWORDS = [
    *IS_VALID,
    *("$ref", "properties", "items", "allOf", "anyOf", "oneOf", "not", "if", "additionalProperties"),
    *("patternProperties", "discriminator", "dependentSchemas", "x-odd", "mapping"),
]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=3)
    | st.sampled_from(["string", "object", "file", "int", "binary", "#/components/schemas/A", "^a$", "(?=a)"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(KEYWORDS),
        inner,
        max_size=5,
    ),
    max_leaves=30,
)  # fmt: skip


@given(JUNK, JUNK, st.booleans())
def test_anything_becomes_a_valid_schema_and_reading_twice_is_reading_once(node: Any, other: Any, strict: bool) -> None:
    before = copy.deepcopy((node, other))
    world = World({"A": other}, strict=strict)
    found = world.read(node)
    assert (node, other) == before
    jsonschema_rs.meta.validate(bundle(found, world.definitions))
    again = World({}, strict=strict, **{"$defs": world.definitions})
    second = again.read(found)
    assert _without_names(second) == _without_names(found)


def _without_names(schema: Any) -> Any:
    """Definitions are named after the place that they were found in, which differs the second time."""
    if isinstance(schema, dict):
        return {key: "" if key in ("$ref", "mapping") else _without_names(value) for key, value in schema.items()}
    return [_without_names(each) for each in schema] if isinstance(schema, list) else schema


def test_references_are_kept_and_followed_in_circles() -> None:
    world = World({"Node": {"properties": {"next": {"$ref": "#/components/schemas/Node"}}}, "Unused": {}})
    assert world.read({"$ref": "#/components/schemas/Node"}) == {"$ref": "#/$defs/Node"}
    assert world.definitions == {"Node": {"properties": {"next": {"$ref": "#/$defs/Node"}}}}
    validator = jsonschema_rs.Draft202012Validator(bundle({"$ref": "#/$defs/Node"}, world.definitions))
    assert validator.is_valid({"next": {"next": {}}})


def test_what_stands_beside_a_reference_annotates_it_and_in_3_1_also_counts() -> None:
    node = {"$ref": "#/components/schemas/A", "description": "d", "type": "object", "nullable": True}
    wanted = {"description": "d", "anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}
    assert converted(node, components={"A": {}}) == wanted
    strict = converted(node, components={"A": {}}, strict=True)
    assert strict["anyOf"][0] == {"type": "object", "$ref": "#/$defs/A"}
    assert converted({**node, "nullable": False}, components={"A": {}}) == {"description": "d", "$ref": "#/$defs/A"}


def test_names_of_definitions_are_made_safe_without_clashes() -> None:
    world = World({"a/b": {"type": "string"}, "a b": {"type": "number"}, "a_b": {"type": "null"}, "ü": True, "x y": {}})
    refs = [{"$ref": f"#/components/schemas/{name}"} for name in ("a~1b", "a%20b", "a b", "a_b", "%C3%BC", "x y")]
    found = [each["$ref"].removeprefix("#/$defs/") for each in world.read({"allOf": refs})["allOf"]]
    assert len(set(found)) == 5
    assert found[1] == found[2]
    assert (found[3], found[5]) == ("a_b", "x_y")
    assert world.definitions[found[0]] == {"type": "string"}
    assert not world.codes


def test_a_reference_to_any_other_place_becomes_a_definition_with_a_stable_name() -> None:
    members: dict[str, Any] = {
        "paths": {"/a/{b}": {"get": {"schema": {"type": "string"}, "list": [{"type": "number"}]}}}
    }
    refs = [{"$ref": f"#/paths/~1a~1%7Bb%7D/get/{rest}"} for rest in ("schema", "list/0", "list/7", "list/x")]
    world = World({}, **members)
    first = world.read({"anyOf": refs})
    assert sorted(each["type"] for each in world.definitions.values()) == ["number", "string"]
    assert [len(each) for each in first["anyOf"]] == [1, 1, 0, 0]
    assert World({}, **members).read({"anyOf": refs}) == first


def test_a_reference_in_the_wrong_words_is_understood() -> None:
    for ref in ("#/definitions/Pet", "#/schemas/Pet", "Pet", "#Pet"):
        assert converted({"$ref": ref}, "reference_repaired", components={"Pet": {}}) == {"$ref": "#/$defs/Pet"}
    assert converted({"$ref": "models/Pet"}, "external_ref", components={"Pet": {}}) == {}


def test_a_discriminators_mapping_is_rewritten() -> None:
    mapping = {"cat": "#/components/schemas/Cat", "dog": "Dog", "cow": "cow.json"}
    found = converted(
        {"discriminator": {"propertyName": "kind", "mapping": mapping}}, components={"Cat": {}, "Dog": {}}
    )
    assert found["discriminator"]["mapping"] == {"cat": "#/$defs/Cat", "dog": "#/$defs/Dog", "cow": "cow.json"}


def test_read_only_and_write_only_properties_are_required_in_neither_direction() -> None:
    properties = {"id": {"readOnly": True}, "password": {"writeOnly": True}, "name": {}}
    found = converted({"properties": properties, "required": ["id", "password", "name"]})
    assert found["required"] == ["name"]
    assert found["x-waygate-write-only-required"] == ["password"]


def test_what_is_nested_too_deeply_is_not_checked() -> None:  # D3
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(Caps.SCHEMA_DEPTH + 5):
        deep = {"items": deep}
    converted(deep, "schema_too_deep")
    value: Any = 1
    for _ in range(100):
        value = [value]
    assert converted({"default": value}, "schema_keyword_invalid") == {}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf"])
def test_alternatives_that_double_eighteen_times_never_reach_the_validator(keyword: str) -> None:  # D3
    chain = {f"d{n}": {keyword: [{"$ref": f"#/components/schemas/d{n + 1}"}] * 2} for n in range(18)}
    world = World({**chain, "d18": {"type": "string"}})
    root = world.read({"$ref": "#/components/schemas/d0"})
    assert "schema_branches" in world.codes
    validator = jsonschema_rs.Draft202012Validator(bundle(root, world.definitions))
    assert validator.is_valid("x") is (keyword != "oneOf")


def test_alternatives_in_a_circle_are_counted_once() -> None:
    world = World(
        {"A": {"anyOf": [{"$ref": "#/components/schemas/B"}]}, "B": {"allOf": [{"$ref": "#/components/schemas/A"}]}}
    )
    world.read({"$ref": "#/components/schemas/A", "if": {}, "dependentSchemas": {"a": {}}})
    assert world.codes == []


def test_a_pattern_that_would_take_exponential_time_is_kept() -> None:  # D2: the engine is linear
    schema = converted({"type": "string", "pattern": "^(a+)+$"})
    validator = jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())
    assert not validator.is_valid("a" * 50_000 + "!")


def test_a_schema_that_was_written_to_stand_alone_keeps_its_own_definitions() -> None:
    node = {
        "$defs": {"A": {"type": "string"}, "L": {"items": {"$ref": "#/$defs/A"}}},
        "properties": {"a": {"$ref": "#/$defs/A"}, "l": {"$ref": "#/$defs/L"}},
    }
    other = {"definitions": {"A": {"type": "integer"}}, "items": {"$ref": "#/definitions/A"}}
    world = World({"One": node, "Two": other})
    world.read({"allOf": [{"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Two"}]})
    assert not world.codes
    one, two = world.definitions["One"], world.definitions["Two"]
    a = world.definitions[one["properties"]["a"]["$ref"].removeprefix("#/$defs/")]
    inner = world.definitions[one["properties"]["l"]["$ref"].removeprefix("#/$defs/")]
    assert (a, inner["items"]) == ({"type": "string"}, one["properties"]["a"])
    assert world.definitions[two["items"]["$ref"].removeprefix("#/$defs/")] == {"type": "integer"}


def test_anchors_and_ids_lead_where_they_stand() -> None:
    components = {
        "Pet": {"$anchor": "pet", "type": "string"},
        "Cat": {"$id": "https://schemas.test/cat", "type": "integer"},
        "Tree": {"$dynamicAnchor": "node", "items": {"$dynamicRef": "#node"}},
    }
    refs = [{"$ref": "#pet"}, {"$ref": "https://schemas.test/cat"}, {"$ref": "#/components/schemas/Tree"}]
    found = converted({"allOf": refs}, "dynamic_ref", components=components)
    assert found == {"allOf": [{"$ref": f"#/$defs/{name}"} for name in ("Pet", "Cat", "Tree")]}
    world = World(components)
    world.read({"allOf": refs})
    assert world.definitions["Tree"] == {"items": {"$ref": "#/$defs/Tree"}}
    assert converted({"$ref": "#nowhere"}, "reference_missing", components=components) == {}
