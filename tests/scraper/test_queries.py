"""Queries in path templates: constants and parameters instead of an operation that is dropped."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.scraper import queries
from chalicelib.scraper.queries import Query, Variable
from tests.registry.examples import described, reading

INTEGER = {"type": "integer"}


def sent(path: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    """What the only action of `path` sends: its path, constants, and by property where it goes and its schema."""
    item = {"get": {"operationId": "x", "parameters": list(parameters), "responses": {}}}
    action = reading(described({path: item})).actions["x"]
    schema = action.input_schema
    return {
        "path": action.path,
        "constants": {each.name: each.value for each in action.constants},
        "asked": {
            name: (each.place, each.name, schema["properties"][name].get("type"), name in schema.get("required", ()))
            for name, each in action.bindings.items()
        },
    }


def test_variables_become_query_parameters_and_fixed_pairs_constants() -> None:
    assert sent("/x?page={page}&kind=list&empty=") == {
        "path": "/x",
        "constants": {"kind": "list", "empty": ""},
        "asked": {"page": ("query", "page", "string", True)},
    }


def test_a_form_style_expression_is_optional_parameters() -> None:  # RFC 6570, section 3.2.8
    assert sent("/x/{id}{?a,b*}{&c:3}")["asked"] == {
        "id": ("path", "id", "string", True),
        "a": ("query", "a", "string", False),
        "b": ("query", "b", "string", False),
        "c": ("query", "c", "string", False),
    }


@pytest.mark.parametrize("place", ["path", "query"])
def test_what_is_declared_of_a_variable_holds(place: str) -> None:
    declared = {"name": "n", "in": place, "required": place == "path", "schema": INTEGER}
    assert sent("/x?number={n}", declared)["asked"] == {
        "number": ("query", "number", "integer", place == "path"),
    }


def test_a_variable_of_path_and_query_is_asked_for_in_both() -> None:
    declared = {"name": "id", "in": "path", "required": True, "schema": INTEGER}
    assert sent("/x/{id}?id={id}", declared)["asked"] == {
        "id": ("path", "id", "integer", True),
        "id_in_query": ("query", "id", "string", True),
    }


def test_a_value_with_text_around_its_variable_is_asked_for_whole() -> None:
    found = reading(described({"/x?q=name:{name}": {"get": {"operationId": "x"}}})).actions["x"]
    assert found.bindings["q"].place == "query"
    assert "name:{name}" in found.input_schema["properties"]["q"]["description"]


def test_a_pattern_in_a_path_is_left_out() -> None:
    declared = {"name": "id:[0-9]+", "in": "path", "required": True, "schema": INTEGER}
    found = sent("/x/{id:[0-9]+}:cancel", declared)
    assert (found["path"], found["asked"]) == ("/x/{id}:cancel", {"id": ("path", "id", "integer", True)})


def test_a_constant_is_not_asked_for_as_well() -> None:
    declared = {"name": "kind", "in": "query", "schema": {"type": "string"}}
    assert sent("/x?kind=list", declared)["asked"] == {}


def test_operations_that_differ_in_their_query_are_told_apart() -> None:
    paths = {f"/x?action={name}": {"get": {}} for name in ("list", "count")} | {"/x?page={page}": {"get": {}}}
    assert set(reading(described(paths)).actions) == {"get-x-action-list", "get-x-action-count", "get-x"}


@pytest.mark.parametrize("template", ["/x", "/x/{id}", "/x?"])
def test_what_holds_no_query_is_left_alone(template: str) -> None:
    assert queries.split(template) == (template.rstrip("?"), queries.NONE)


def test_a_query_is_split() -> None:
    path, query = queries.split("/x?a={b}&{c}")
    assert (path, query) == ("/x", Query(variables=(Variable("a", "b", True), Variable("c", "c", True))))
    with pytest.raises(ValueError, match="too long"):
        queries.split(f"/x?a={'b' * 2001}")
    for unreadable in ("/x?a{b}=c", "/x?a{b}={c}", "/x{?}"):
        with pytest.raises(ValueError, match="cannot be read"):
            queries.split(unreadable)
