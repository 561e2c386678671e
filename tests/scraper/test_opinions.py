"""What the examples of a description and a strict reader say of it; both only ever warn, and both are bounded."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from chalicelib.scraper import examples, strict
from chalicelib.scraper.drafting import draft
from chalicelib.scraper.reader import Reading, read
from tests.scraper.specs import SOURCE, described, read_small, real_reading

INTEGER = {"type": "integer"}


def mismatches(paths: dict[str, Any], **members: Any) -> list[tuple[str, str]]:
    found = examples.check(read_small(paths, **members))
    assert {each.code for each in found} <= {"example_mismatch"}
    return [(each.pointer, each.detail) for each in found]


def body(schema: Any, **media: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema, **media}}}


def test_an_example_that_does_not_fit_its_parameter_is_told() -> None:
    parameters = [
        {"name": "a", "in": "query", "schema": {"enum": ["x", "y"]}, "example": "z"},
        {"name": "b", "in": "query", "schema": INTEGER, "example": "5"},
        {"name": "c", "in": "query", "schema": {**INTEGER, "minimum": 3}, "examples": {"one": {"value": 1}}},
        {"name": "d", "in": "query", "schema": INTEGER, "example": 5},
        {"name": "e", "in": "query", "schema": INTEGER, "example": "five"},
    ]
    found = mismatches({"/x": {"get": {"parameters": parameters}}})
    assert [pointer for pointer, _ in found] == ["/paths/~1x/get"] * 3
    assert [detail[:20] for _, detail in found] == ["/ must be one of x, ", "/ 1 is less than the", "'five' is a text."]


def test_examples_of_bodies_are_checked_where_they_stand() -> None:
    pet = {"type": "object", "properties": {"name": {"type": "string"}, "age": INTEGER}, "required": ["name"]}
    operation = {
        "requestBody": {**body({"$ref": "#/components/schemas/Pet"}, example={"age": "old"}), "required": True},
        "responses": {
            "200": body(
                pet, examples={"good": {"value": {"name": "Rex"}}, "bad": {"$ref": "#/components/examples/Bad"}}
            ),
            "404": body(pet, example=5),
        },
    }
    components = {"schemas": {"Pet": pet}, "examples": {"Bad": {"value": {"name": 5}}}}
    found = dict(mismatches({"/x": {"post": operation}}, components=components))
    assert set(found) == {
        "/paths/~1x/post/requestBody/content/application~1json/example",
        "/components/examples/Bad/value",
    }
    assert "/name is missing" in found["/paths/~1x/post/requestBody/content/application~1json/example"]


def test_examples_of_definitions_are_checked_and_those_of_swagger_2_as_well() -> None:
    swagger = {
        "swagger": "2.0",
        "host": "a.test",
        "paths": {
            "/x": {
                "get": {
                    "responses": {
                        "200": {"schema": {"$ref": "#/definitions/A"}, "examples": {"application/json": {"n": "x"}}}
                    }
                }
            }
        },
        "definitions": {"A": {"type": "object", "properties": {"n": INTEGER}, "example": {"n": None}}},
    }
    found = examples.check(read(swagger, source_url=SOURCE))
    assert {each.pointer.split("/")[1] for each in found} == {"definitions", "paths"}


def test_checking_stops_at_its_bound_and_says_so() -> None:
    parameters = [{"name": f"p{n}", "in": "query", "schema": {"enum": ["a"]}, "example": "b"} for n in range(300)]
    reading = read_small({"/x": {"get": {"parameters": parameters}}})
    found = examples.check(reading)
    assert (len(found), found[-1].code) == (examples.MOST_WARNINGS + 1, "opinions_cut")
    assert found[-1].detail == "200 examples were checked, 100 were not."
    ticks = iter(range(10_000))
    found = examples.check(reading, clock=lambda: next(ticks), most_seconds=10)
    assert found[-1].detail == "10 examples were checked, 290 were not."


def test_the_strict_reader_objects_to_one_operation_and_not_to_the_next() -> None:
    paths = {
        "/good": {"get": {"parameters": [{"name": "a", "in": "query", "schema": INTEGER}]}},
        "/bad": {"get": {"parameters": [{"name": "a", "in": "query", "schema": {"type": "wibble"}}]}},
        "/ref": {"get": {"parameters": [{"$ref": "#/components/parameters/P"}]}},
        "/out": {"get": {"parameters": [{"$ref": "http://127.0.0.1:9/x.json"}]}},
        "/circle": {"post": {"requestBody": body({"$ref": "#/components/schemas/Node"})}},
    }
    components = {
        "parameters": {"P": {"name": "p", "in": "query", "schema": {"$ref": "#/components/schemas/S"}}},
        "schemas": {"S": {"type": "string"}, "Node": {"properties": {"next": {"$ref": "#/components/schemas/Node"}}}},
    }
    found = strict.object_to(read_small(paths, components=components))
    assert [(each.code, each.pointer) for each in found] == [
        ("strict_reader", "/paths/~1bad/get"),
        ("opinions_cut", ""),
    ]
    assert "pydantic.dev" not in found[0].detail
    assert found[1].detail == "The strict reader saw 4 of 5 operations."


def test_the_strict_reader_opens_no_file_and_no_socket() -> None:  # A13
    refs = ["file:///etc/passwd", "/etc/passwd", "http://127.0.0.1:9/x", "../x.json", "#/x-there/x"]
    paths = {f"/{n}": {"get": {"parameters": [{"$ref": ref}, {"schema": {"$ref": ref}}]}} for n, ref in enumerate(refs)}
    paths["/e"] = {"get": {"parameters": [{"name": "a", "in": "query", "schema": {}, "example": {"$ref": refs[0]}}]}}
    reading = read_small(paths)
    strict.object_to(reading)  # whatever it has to import is imported now
    opened: list[str] = []
    watching = [True]

    def audit(event: str, args: Any) -> None:
        if watching and (
            event in ("socket.connect", "socket.getaddrinfo") or (event == "open" and "passwd" in str(args))
        ):
            opened.append(f"{event} {args}")

    sys.addaudithook(audit)
    strict.object_to(reading)
    watching.clear()
    assert opened == []


def test_the_strict_reader_is_shown_a_bounded_number_of_operations_evenly_spread() -> None:
    reading = read_small({f"/p{n}": {"get": {}} for n in range(strict.MOST_OPERATIONS * 2 + 1)})
    found = strict.object_to(reading)
    assert found[-1].detail == f"The strict reader saw {101} of 301 operations."
    ticks = iter(range(10_000))
    found = strict.object_to(reading, clock=lambda: next(ticks), most_seconds=5)
    assert found[-1].detail == "The strict reader saw 5 of 301 operations."


@pytest.mark.parametrize("name", ["gitea.io.json", "docker-v1.25.yaml", "stripe.com.json", "codat.io_assess.json"])
def test_real_descriptions_get_their_second_opinions_within_bounds(name: str) -> None:
    reading = real_reading(name)
    found = [*examples.check(reading), *strict.object_to(reading)]
    assert {each.code for each in found} <= {"example_mismatch", "strict_reader", "opinions_cut"}
    assert all(each.pointer.startswith("/") for each in found if each.code != "opinions_cut")


def test_each_draft_action_has_the_warnings_that_concern_it() -> None:
    bad = {"get": {"parameters": [{"name": "a", "in": "query", "schema": {"type": "wibble", "pattern": "(?=a)"}}]}}
    made = draft(read_small({"/good": {"get": {}}, "/bad": bad}), {})
    told = {name: {each["code"] for each in action["warnings"]} for name, action in made.actions.items()}
    assert told == {"get-good": set(), "get-bad": {"schema_keyword_invalid", "pattern_unsupported", "strict_reader"}}
    assert made.counts["schema_keyword_invalid"] == made.counts["strict_reader"] == 1


def test_the_counts_of_a_draft_tell_of_findings_that_are_not_listed() -> None:
    parameters = [{"name": f"p{n}", "in": "query", "schema": {"type": "any"}} for n in range(700)]
    reading: Reading = read(described({"/x": {"get": {"parameters": parameters}}}), source_url=SOURCE)
    assert reading.counts["type_repaired"] == 700
    assert len(draft(reading, {}).repaired) == 500
