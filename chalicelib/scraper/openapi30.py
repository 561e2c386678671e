"""OpenAPI 3.0 → 3.1, one Schema Object at a time.

Outside of its schemas a 3.0 document already is a 3.1 document, so the step is taken where a schema is read
(`schemas`), and only there: responses that no action needs cost nothing. See “Migrating from OpenAPI 3.0 to 3.1”
(OpenAPI Initiative, 2021). A schema that is 3.1 already comes out as it went in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Note = Callable[[str, str], None]

LEGACY: Final = frozenset(("nullable", "x-nullable", "example", "exclusiveMinimum", "exclusiveMaximum"))
BINARY_FORMATS: Final = frozenset(("binary", "byte", "base64"))
ANNOTATIONS: Final = frozenset(
    [
        "title",
        "description",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "examples",
        "example",
        "nullable",
        "x-nullable",
    ]
)
_ELSEWHERE: Final = frozenset(("$ref", "allOf", "oneOf", "not", "if", "then", "else", "const"))


def upgrade(schema: dict[str, Any], note: Note) -> dict[str, Any]:
    """`schema` (whose subschemas are 3.1 already; it is changed) as 3.1. `note(code, detail)` hears of repairs."""
    if "example" in schema:
        example = schema.pop("example")
        schema.setdefault("examples", [example])
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(exclusive), bool):
            _exclude(schema, exclusive, bound, note)
    if schema.get("format") in BINARY_FORMATS:
        schema.setdefault("contentEncoding", "base64")
        if schema["format"] == "binary":
            schema.setdefault("contentMediaType", "application/octet-stream")
    if "nullable" in schema or "x-nullable" in schema:
        nullable = True in (schema.pop("nullable", None), schema.pop("x-nullable", None))
        return allow_null(schema) if nullable else schema
    return schema


def _exclude(schema: dict[str, Any], exclusive: str, bound: str, note: Note) -> None:
    is_exclusive = schema.pop(exclusive)
    if not is_exclusive:
        return
    if bound in schema:
        schema[exclusive] = schema.pop(bound)
    else:
        note("boolean_exclusive_bound", f"`{exclusive}: true` without `{bound}`.")


def allow_null(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema`, also allowing null. A description that says `nullable` means it wherever it stands."""
    null = {"type": "null"}
    if _ELSEWHERE.isdisjoint(schema):
        kind = schema.get("type")
        if kind is None and "anyOf" in schema and "enum" not in schema:
            if null not in schema["anyOf"]:
                schema["anyOf"] = [*schema["anyOf"], null]
            return schema
        if "anyOf" not in schema:
            if isinstance(kind, str) and kind != "null":
                schema["type"] = [kind, "null"]
            elif isinstance(kind, list) and "null" not in kind:
                schema["type"] = [*kind, "null"]
            if "enum" in schema and None not in schema["enum"]:
                schema["enum"] = [*schema["enum"], None]
            return schema
    outside = {key: value for key, value in schema.items() if key in ANNOTATIONS}
    inside = {key: value for key, value in schema.items() if key not in ANNOTATIONS}
    return {**outside, "anyOf": [inside, null]}
