"""Swagger 2.0 Schema Objects → OpenAPI 3.0 Schema Objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

SCHEMA_OF_PARAMETER: Final = frozenset(
    (
        *("type", "format", "items", "default", "enum", "example", "x-example", "x-nullable"),
        *("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "multipleOf"),
        *("maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems"),
    )
)
_DATA: Final = frozenset(("default", "enum", "example", "examples", "x-example"))


def upgraded_schema(schema: Any, lead: Callable[[str], str]) -> Any:
    """A copy of `schema`: `$ref`s as `lead` has them, `nullable` for `x-nullable`, discriminators as objects.

    Files become binary strings. Without recursion, since nothing bounds the depth of a schema yet.
    """
    if not isinstance(schema, dict):
        return schema
    top: dict[str, Any] = {}
    waiting: list[tuple[dict[str, Any], dict[str, Any], bool]] = [(schema, top, False)]
    while waiting:
        source, target, is_map = waiting.pop()
        if not is_map and source.get("type") == "file":
            source = {**source, "type": "string", "format": "binary"}
        for key, value in source.items():
            if not is_map:
                key, value = _keyword(key, value, lead)
            if not is_map and key in _DATA:
                target[key] = value
            elif isinstance(value, dict):
                child: dict[str, Any] = {}
                target[key] = child
                waiting.append((value, child, not is_map and key in ("properties", "patternProperties")))
            elif isinstance(value, list):
                target[key] = _copied(value, waiting)
            else:
                target[key] = value
    return top


def _copied(values: list[Any], waiting: list[tuple[dict[str, Any], dict[str, Any], bool]]) -> list[Any]:
    copied: list[Any] = []
    for value in values:
        if isinstance(value, dict):
            child: dict[str, Any] = {}
            copied.append(child)
            waiting.append((value, child, False))
        else:
            copied.append(value)
    return copied


def _keyword(key: str, value: Any, lead: Callable[[str], str]) -> tuple[str, Any]:
    if key == "$ref" and isinstance(value, str):
        return key, lead(value)
    if key == "x-nullable":
        return "nullable", value
    if key == "x-example":
        return "example", value
    if key == "discriminator" and isinstance(value, str):
        return key, {"propertyName": value}
    return key, value
