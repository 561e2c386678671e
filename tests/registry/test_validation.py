"""Validators: one place where they are made, and nothing that they fetch."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.registry import validation
from chalicelib.registry.validation import UnusableSchema, compile_schema, faults, too_deep, validator


def said(schema: Any, instance: Any) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in faults(compile_schema(schema), instance)]


@pytest.mark.parametrize(
    ("schema", "instance", "found"),
    [
        ({"type": "integer"}, 1, []),
        ({"type": "integer"}, 10**400, []),
        ({"type": "integer", "minimum": 0}, -(2**70), [("", "minimum")]),
        ({"type": ["integer", "null"]}, "x", [("", "type")]),
        ({"required": ["a/b", "c"]}, {}, [("/a~1b", "required"), ("/c", "required")]),
        (
            {"properties": {}, "additionalProperties": False},
            {"x": 1, "y~": 2},
            [("/x", "unexpected"), ("/y~0", "unexpected")],
        ),
        ({"properties": {}, "unevaluatedProperties": False}, {"x": 1}, [("/x", "unexpected")]),
        ({"items": {"enum": ["a", 1, None]}}, ["b"], [("/0", "enum")]),
        ({"properties": {"when": {"format": "date-time"}}}, {"when": "today"}, [("/when", "format")]),
        ({"properties": {"a": {"pattern": "^x"}}}, {"a": "y"}, [("/a", "pattern")]),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1, [("", "anyOf")]),
        (False, 1, [("", "falseSchema")]),
        (True, 1, []),
    ],
)
def test_every_fault_has_a_place_and_a_code(schema: Any, instance: Any, found: list[tuple[str, str]]) -> None:
    assert sorted(said(schema, instance)) == sorted(found)


def test_the_details_say_what_would_fit() -> None:
    schema = {"properties": {"a": {"enum": ["x", 1]}, "b": {"type": ["integer", "null"]}, "c": {"format": "uuid"}}}
    found = faults(compile_schema(schema), {"a": 2, "b": "", "c": ""})
    assert {fault["pointer"]: fault["detail"] for fault in found} == {
        "/a": "must be one of x, 1",
        "/b": "must be of type integer, null",
        "/c": "must be a valid uuid",
    }


def test_faults_are_many_and_not_endless() -> None:
    schema = {"items": {"type": "integer"}}
    assert len(said(schema, ["x"] * 10_000)) == validation.FAULTS
    assert all(len(fault["detail"]) <= 300 for fault in faults(compile_schema({"pattern": "^$"}), "x" * 10_000))


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "wat"}, "/type: "),
        ({"properties": {"a": {"minimum": "x"}}}, "/properties/a/minimum: "),
        ({"pattern": "(?=lookahead)"}, "/pattern: "),
        ({"pattern": r"(a)\1"}, "/pattern: "),
        ({"pattern": "(a{1000}){1000}"}, "/pattern: "),
        ({"$ref": "#/$defs/none"}, "/\\$defs/none"),
        (5, "5"),
        ([], "\\[\\]"),
    ],
)
def test_a_schema_that_cannot_be_used_says_where(schema: Any, says: str) -> None:  # D2
    with pytest.raises(UnusableSchema, match=says) as caught:
        compile_schema(schema)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) <= 300


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """What is opened, looked up or connected to by name of a schema."""
    found: list[str] = []
    is_watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if is_watching and event in ("open", "socket.connect", "socket.getaddrinfo") and "schema" in str(arguments):
            found.append(f"{event} {arguments}")

    sys.addaudithook(hook)  # for the life of the process, so it is told when to stop
    yield found
    is_watching = False


@pytest.mark.parametrize(
    "ref",
    [
        *("http://127.0.0.1:1/schema.json", "https://example.com/schema.json", "file:///etc/schema", "../schema.json"),
        *("/etc/schema", "schema.json#/a", "ftp://example.com/schema"),
    ],
)
def test_a_reference_to_elsewhere_is_refused_and_never_followed(opened: list[str], ref: str) -> None:  # A13
    for schema in ({"$ref": ref}, {"properties": {"a": {"$ref": ref}}}, {"$dynamicRef": ref}):
        with pytest.raises(UnusableSchema):
            compile_schema(schema)
    assert opened == []


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        ({"pattern": "^(a+)+$"}, "a" * 50_000 + "!"),
        ({"patternProperties": {"^(a|a)*$": False}}, {"a" * 20_000 + "b": 1}),
        ({"uniqueItems": True}, [{"n": n} for n in range(20_000)]),
    ],
)
def test_no_schema_takes_long_to_hold_an_instance_against(schema: Any, instance: Any) -> None:  # D2
    compiled = compile_schema(schema)
    started = time.process_time()
    faults(compiled, instance)
    assert time.process_time() - started < 2


def test_a_recursive_schema_is_followed_as_deep_as_the_instance() -> None:  # D3
    schema = {
        "$defs": {"n": {"properties": {"child": {"$ref": "#/$defs/n"}, "v": {"type": "integer"}}}},
        "$ref": "#/$defs/n",
    }
    instance: dict[str, Any] = {"v": "x"}
    for _ in range(60):
        instance = {"child": instance}
    assert said(schema, instance) == [("/child" * 60 + "/v", "type")]


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}, lambda inner: [{}, {"b": inner}]])
def test_depth_counts_levels_of_lists_and_objects(wrap: Callable[[Any], Any]) -> None:  # D3
    value: Any = 1
    levels = 0
    while levels < 10:
        assert not too_deep(value, levels)
        if levels:
            assert too_deep(value, levels - 1)
        value = wrap(value)
        levels += 2 if isinstance(value, list) and value and value[0] == {} else 1


def test_a_validator_is_compiled_once_and_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "_KEPT", 2)
    validation._compiled.clear()
    loads: list[str] = []

    def made(name: str) -> Any:
        schema = {"$ref": "#/$defs/A"}
        return validator((name,), schema, lambda: loads.append(name) or {"A": {"type": "integer"}})

    first = made("a")
    assert made("a") is first
    made("b")
    made("a")
    made("c")  # b is the one that was not used for the longest time
    made("a")
    made("b")
    assert loads == ["a", "b", "c", "b"]
    assert [fault["code"] for fault in faults(first, "x")] == ["type"]
    validation._compiled.clear()
