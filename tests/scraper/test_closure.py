"""What a schema needs of the shared definitions."""

from __future__ import annotations

from typing import Any

from chalicelib.registry.closure import bundle, closure, references

DEFINITIONS: dict[str, Any] = {
    "a": {"properties": {"b": {"$ref": "#/$defs/b"}, "default": {"$ref": "#/$defs/c"}}},
    "b": {"anyOf": [{"$ref": "#/$defs/b"}, {"items": {"not": {"$ref": "#/$defs/missing"}}}]},
    "c": {"default": {"$ref": "#/$defs/data"}, "examples": [{"$ref": "#/$defs/data"}]},
    "data": {},
    "unused": {"$ref": "#/$defs/a"},
}


def test_a_closure_follows_references_also_in_circles_and_stops_at_data() -> None:
    assert set(closure({"$ref": "#/$defs/a"}, DEFINITIONS)) == {"a", "b", "c"}


def test_a_schema_that_needs_nothing_stays_as_it_is() -> None:
    assert bundle({"type": "string"}, DEFINITIONS) == {"type": "string"}
    assert bundle(True, DEFINITIONS) is True


def test_a_bundle_carries_what_it_needs_and_its_description() -> None:
    bundled = bundle({"$ref": "#/$defs/c", "description": "x"}, DEFINITIONS)
    assert bundled == {"$ref": "#/$defs/c", "description": "x", "$defs": {"c": DEFINITIONS["c"]}}


def test_a_chain_of_thousands_of_definitions_needs_no_recursion() -> None:
    chain = {str(n): {"$ref": f"#/$defs/{n + 1}"} for n in range(5000)}
    assert len(closure({"$ref": "#/$defs/0"}, chain)) == 5000
    nested: dict[str, Any] = {}
    for _ in range(5000):
        nested = {"not": nested}
    assert list(references(nested)) == []
