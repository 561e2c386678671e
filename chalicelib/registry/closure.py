"""Which definitions a schema needs, and a schema with exactly those inside it.

Actions keep their `$ref`s as ``#/$defs/name`` into definitions that a whole integration shares; what leaves the house
(an action's page, a validator) must stand alone. Schemas are JSON Schema 2020-12; recursion is allowed, and followed
without recursing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

PREFIX: Final = "#/$defs/"
ONE_SCHEMA: Final = frozenset(
    [
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ]
)
SCHEMA_LIST: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
SCHEMA_MAP: Final = frozenset(("dependentSchemas", "patternProperties", "properties", "$defs"))


def references(schema: Any) -> Iterator[str]:
    """The names of the definitions that `schema` refers to itself. What lies in examples and defaults is data."""
    open_schemas = [schema]
    while open_schemas:
        node = open_schemas.pop()
        if not isinstance(node, dict):
            continue
        for key, value in node.items():
            if key == "$ref":
                if isinstance(value, str) and value.startswith(PREFIX):
                    yield value[len(PREFIX) :]
            elif key in ONE_SCHEMA:
                open_schemas.append(value)
            elif key in SCHEMA_LIST and isinstance(value, list):
                open_schemas += value
            elif key in SCHEMA_MAP and isinstance(value, dict):
                open_schemas += value.values()


def closure(schema: Any, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The members of `definitions` that `schema` needs, directly or through others, by name and sorted.

    Names that `definitions` lacks are left out; validating then says which one is missing.
    """
    needed: dict[str, Any] = {}
    waiting = list(references(schema))
    while waiting:
        name = waiting.pop()
        if name not in definitions:  # it may lead to a place inside of a definition
            name = name.split("/")[0]
        if name not in needed and name in definitions:
            needed[name] = definitions[name]
            waiting += references(needed[name])
    return dict(sorted(needed.items()))


def bundle(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """`schema` with the definitions that it needs under its own `$defs`: it can be validated, shown or sent alone."""
    needed = closure(schema, definitions)
    return {**schema, "$defs": needed} if needed else schema
