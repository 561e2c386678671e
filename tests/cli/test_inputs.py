"""The small languages of the command line: words, types, times and names."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cli.failures import Misuse
from cli.inputs import commas, moment, name_from, pairs, parse_json, parse_words, schema_types

NAMES = st.text(min_size=1).filter(
    lambda name: "=" not in name and name[0] not in "@" and name != "-" and name[-1] != ":"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def no_files(_: str) -> str:
    raise AssertionError("nothing is read")


def values(*words: str, schema: dict[str, Any] | None = None, **files: str) -> dict[str, Any]:
    return parse_words(words, lambda place: files[place.replace("-", "stdin")]).values(schema)


def asked_for(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@given(NAMES, JSON)
def test_every_json_value_travels_exactly(name: str, value: Any) -> None:
    assert parse_words([f"{name}:={json.dumps(value)}"], no_files).values(None) == {name: value}


@given(NAMES, st.text())
def test_every_text_travels_as_it_is_where_no_schema_is_known(name: str, text: str) -> None:
    assert parse_words([f"{name}={text}"], no_files).values(None) == {name: text}


@given(st.text())
def test_a_text_stays_a_text_where_the_schema_asks_for_one(text: str) -> None:
    assert values(f"a={text}", schema=asked_for(a={"type": "string"})) == {"a": text}
    assert values(f"a={text}", schema=asked_for(a={"type": ["null", "string"]})) == {"a": text}


@given(st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_scalar_written_as_json_gets_its_type_back(value: Any) -> None:
    kind = {bool: "boolean", int: "integer", float: "number"}[type(value)]
    found = values(f"a={json.dumps(value)}", schema=asked_for(a={"type": kind}))["a"]
    assert found == value
    assert isinstance(found, bool) is isinstance(value, bool)


@given(st.lists(st.integers(), min_size=1))
def test_a_list_of_numbers_may_be_separated_or_repeated_or_json(numbers: list[int]) -> None:
    schema = asked_for(a={"type": "array", "items": {"type": "integer"}})
    assert values("a=" + ",".join(map(str, numbers)), schema=schema) == {"a": numbers}
    assert values(f"a={json.dumps(numbers)}", schema=schema) == {"a": numbers}
    assert values(*(f"a={number}" for number in [*numbers, 7]), schema=schema) == {"a": [*numbers, 7]}


@given(st.lists(st.text(), min_size=2))
def test_repeated_texts_are_elements_whatever_they_hold(texts: list[str]) -> None:
    schema = asked_for(a={"type": "array", "items": {"type": "string"}})
    assert values(*(f"a={text}" for text in texts), schema=schema) == {"a": texts}


@given(st.text())
def test_what_cannot_be_the_type_is_left_for_the_api_to_refuse(text: str) -> None:
    assume(not text.strip().lstrip("-").isdigit())
    assert values(f"a={text}", schema=asked_for(a={"type": "integer"})) == {"a": text}


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("5", {"$ref": "#/$defs/Count"}, 5),
        ("5", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, 5),
        ("null", {"type": ["integer", "null"]}, None),
        ("5", {"oneOf": [{"type": "integer"}, {"type": "array"}]}, 5),
        ("5,6", {"oneOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}, [5, 6]),
        ("5", {"allOf": [{"$ref": "#/$defs/Count"}, {"minimum": 1}]}, 5),
        ("2", {"enum": [1, 2]}, 2),
        ("2", {"enum": ["1", "2"]}, "2"),
        ("true", {"const": True}, True),
        ('{"a": 1}', {"type": "object"}, {"a": 1}),
        ("", {"type": "array"}, []),
        ("1e3", {"type": "number"}, 1000.0),
        ("1e999", {"type": "number"}, "1e999"),
        ("NaN", {"type": "number"}, "NaN"),
        ("true", {"type": "number"}, "true"),
        ("5", True, "5"),
        ("5", {"$ref": "#/$defs/Loop"}, "5"),
        ("5", {"$ref": "#/$defs/Missing"}, "5"),
    ],
)
def test_the_type_is_found_through_references_and_unions(text: str, schema: Any, value: Any) -> None:
    root = {**asked_for(a=schema), "$defs": {"Count": {"type": "integer"}, "Loop": {"$ref": "#/$defs/Loop"}}}
    assert values(f"a={text}", schema=root) == {"a": value}


def test_words_win_over_files_and_later_files_over_earlier_ones() -> None:
    files = {"x.json": '{"a": 1, "b": 1, "c": 1}', "stdin": '{"b": 2}'}
    assert values("c=3", "@x.json", "-", **files) == {"a": 1, "b": 2, "c": "3"}


@pytest.mark.parametrize(
    "words",
    [
        ["plain"],
        ["=x"],
        [":=1"],
        ["a:=[1"],
        ["a:=NaN"],
        ["a:=1e999"],
        ['a:={"x":1,"x":2}'],
        ["a:=" + "[" * 100_000],
        ["a:=1", "a:=2"],
        ["a:=1", "a=2"],
        ["a=1", "a:=2"],
        ["@list.json"],
        ["@broken.json"],
    ],
)
def test_words_that_make_no_sense_are_misuse(words: list[str]) -> None:
    with pytest.raises(Misuse):
        values(*words, **{"list.json": "[1]", "broken.json": "{"})


def test_a_value_given_twice_needs_a_list() -> None:
    with pytest.raises(Misuse, match="2 times"):
        values("a=1", "a=2", schema=asked_for(a={"type": "integer"}))


@given(st.recursive(st.just({}), lambda inner: st.fixed_dictionaries({}, optional={
    "type": st.sampled_from(["string", "integer", "array", ["null", "object"]]),
    "anyOf": st.lists(inner, max_size=3), "allOf": st.lists(inner, max_size=3),
    "$ref": st.sampled_from(["#", "#/properties/a", "#/$defs/x", "other.json"]), "enum": st.lists(JSON, max_size=3),
}), max_leaves=8), st.text())  # fmt: skip
def test_no_schema_and_no_text_breaks_it(schema: Any, text: str) -> None:
    assert set(values(f"a={text}", schema=asked_for(a=schema))) == {"a"}


def test_a_reference_to_itself_ends() -> None:
    root: dict[str, Any] = {"properties": {"a": {"anyOf": [{"$ref": "#/properties/a"}, {"type": "integer"}]}}}
    assert "integer" in schema_types(root["properties"]["a"], root)


def test_json_faults_name_their_place() -> None:
    with pytest.raises(Misuse, match="line 2, column 3"):
        parse_json("{\n  x}", "f.json")


def test_pairs_and_commas() -> None:
    assert pairs(["region=eu", "path=a=b"], "--config") == {"region": "eu", "path": "a=b"}
    assert commas(["a, b", "c", ",", ""]) == ["a", "b", "c"]
    with pytest.raises(Misuse, match="--config 'eu'"):
        pairs(["eu"], "--config")


NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "ahead", "shown"),
    [
        ("10m", False, "2026-11-24T11:50:00.000Z"),
        ("90s", False, "2026-11-24T11:58:30.000Z"),
        ("30d", True, "2026-12-24T12:00:00.000Z"),
        ("2w", True, "2026-12-08T12:00:00.000Z"),
        ("2026-11-24", False, "2026-11-24T00:00:00.000Z"),
        ("2026-11-24T12:00:00+02:00", False, "2026-11-24T10:00:00.000Z"),
        ("2026-11-24T12:00:00Z", False, "2026-11-24T12:00:00.000Z"),
    ],
)
def test_times(text: str, ahead: bool, shown: str) -> None:
    assert moment(text, now=NOW, ahead=ahead) == shown


@pytest.mark.parametrize("text", ["", "10", "m", "-5m", "999999999w", "soon", "5 m", "0001-01-01T00:00:00+23:00"])
def test_what_is_no_time_is_misuse(text: str) -> None:
    with pytest.raises(Misuse):
        moment(text, now=NOW, ahead=True)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://api.github.com/openapi.json", "github"),
        ("https://docs.api.shop.example.com/v1", "shop-example"),
        ("https://user:pw@stripe.com/x", "stripe"),
        ("http://127.0.0.1:8788/docs", ""),
        ("http://localhost:8788/docs", ""),
        ("specs/My Pet_Shop.v2.openapi.yaml", "my-pet-shop-v2"),
        ("specs/stripe.com.json", "stripe"),
        ("/srv/petshop/openapi.json", "petshop"),
        ("shop.json.gz", "shop"),
        ("-", ""),
    ],
)
def test_a_name_is_made_of_the_source(source: str, name: str) -> None:
    assert name_from(source) == name


@given(st.text())
def test_a_made_name_is_a_name_or_nothing(source: str) -> None:
    import re

    assert re.fullmatch(r"([a-z0-9][a-z0-9-]{0,62})?", name_from(source.replace("\0", "")))
