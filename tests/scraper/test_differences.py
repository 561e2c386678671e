"""What a change means to those who call an action."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.scraper.differences import MOST, compare

STRING = {"type": "string"}


def kinds(one: Any, other: Any, old: Any = None, new: Any = None) -> tuple[set[str], set[str]]:
    """The kinds of the differences of two schemas: as inputs, as outputs."""
    found = []
    for member in ("input_schema", "output_schema"):
        told = compare({member: one}, old or {}, {member: other}, new or {})
        assert all(each.pointer.startswith(f"/{member}") for each in told)
        found.append({each.kind for each in told})
    return found[0], found[1]


def an_object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


BREAKING, ADDITIVE, NEUTRAL = {"breaking"}, {"additive"}, {"neutral"}
NARROWS, WIDENS, UNCLEAR = (BREAKING, ADDITIVE), (ADDITIVE, BREAKING), (BREAKING, BREAKING)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (STRING, STRING, (set(), set())),
        (STRING, {"type": ["string", "null"]}, WIDENS),
        ({"type": "number"}, {"type": "integer"}, NARROWS),
        (STRING, {"type": "integer"}, UNCLEAR),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, NARROWS),
        ({"enum": ["a"]}, {"enum": ["b"]}, UNCLEAR),
        ({"maxLength": 5}, {"maxLength": 9}, WIDENS),
        ({"minimum": 5}, {"minimum": 9}, NARROWS),
        ({}, {"maxLength": 9}, NARROWS),
        ({"pattern": "a"}, {"pattern": "b"}, UNCLEAR),
        ({"pattern": "a"}, {}, WIDENS),
        ({"title": "a"}, {"title": "b", "examples": [1]}, (NEUTRAL, NEUTRAL)),
        (an_object(a=STRING), an_object(a=STRING, b=STRING), (ADDITIVE, ADDITIVE)),
        (an_object(a=STRING), an_object("b", a=STRING, b=STRING), (BREAKING, ADDITIVE)),
        (an_object(a=STRING, b=STRING), an_object(a=STRING), (BREAKING, BREAKING)),
        (an_object(a=STRING), an_object("a", a=STRING), NARROWS),
        (an_object("a", a=STRING), an_object(a=STRING), WIDENS),
        (an_object(a=an_object(b=STRING)), an_object(a=an_object(b={"type": "integer"})), UNCLEAR),
        ({"items": STRING}, {"items": {"type": ["string", "null"]}}, WIDENS),
        ({"anyOf": [STRING]}, {"anyOf": [STRING, {"type": "null"}]}, WIDENS),
        ({"anyOf": [STRING, {"type": "null"}]}, {"anyOf": [{"type": "null"}, STRING]}, (set(), set())),
        ({"allOf": [STRING]}, {"allOf": [STRING, {"maxLength": 1}]}, NARROWS),
        ({"additionalProperties": False}, {}, WIDENS),
        ({"additionalProperties": True}, {"additionalProperties": STRING}, NARROWS),
        ({"uniqueItems": False}, {"uniqueItems": True}, NARROWS),
        (None, STRING, NARROWS),
        (STRING, None, WIDENS),
        (True, {}, (set(), set())),
        (STRING, False, NARROWS),
    ],
)
def test_what_narrows_breaks_callers_and_what_widens_breaks_readers(one: Any, other: Any, expected: Any) -> None:
    assert kinds(one, other) == expected


def test_references_are_followed_on_both_sides_also_in_circles() -> None:
    node = {"properties": {"next": {"$ref": "#/$defs/Node"}, "v": STRING}}
    old, new = {"Node": node}, {"Node": {"properties": {**node["properties"], "v": {"type": "integer"}}}}
    ref = {"$ref": "#/$defs/Node"}
    assert kinds(ref, ref, old, old) == (set(), set())
    assert kinds(ref, ref, old, new) == UNCLEAR
    renamed = {"Other": {"properties": {"next": {"$ref": "#/$defs/Other"}, "v": STRING}}}
    assert kinds(ref, {"$ref": "#/$defs/Other"}, old, renamed) == (set(), set())


def test_what_is_no_schema_is_neutral_and_evidence_is_not_told() -> None:
    found = compare({"summary": "a", "evidence": [1]}, {}, {"summary": "b", "evidence": [2]}, {})
    assert [(each.pointer, each.kind, each.detail) for each in found] == [("/summary", "neutral", "'a' became 'b'")]


def test_the_list_of_differences_is_bounded() -> None:
    many = {f"p{n}": STRING for n in range(500)}
    found = compare({"input_schema": an_object(**many)}, {}, {"input_schema": an_object()}, {})
    assert len(found) == MOST + 1
    deep: Any = STRING
    for _ in range(20_000):
        deep = {"items": deep}
    found = compare({"output_schema": deep}, {}, {"output_schema": {"items": deep}}, {})
    assert "too large" in found[-1].detail


SIMPLE = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", ["string", "null"]]),
        "enum": st.lists(st.sampled_from(["a", "bb", 1, 5]), min_size=1, max_size=3, unique=True),
        "maxLength": st.integers(0, 3),
        "minimum": st.integers(0, 6),
        "maximum": st.integers(0, 6),
    },
)
VALUES: list[Any] = ["", "a", "bb", "cccc", 0, 1, 5, 6.5, None, {}, []]


@given(SIMPLE, SIMPLE)
def test_an_input_that_changed_without_breaking_takes_whatever_it_took(one: Any, other: Any) -> None:
    told, _ = kinds(one, other)
    before, after = (jsonschema_rs.Draft202012Validator(each) for each in (one, other))
    lost = [value for value in VALUES if before.is_valid(value) and not after.is_valid(value)]
    assert not lost or "breaking" in told
