"""JSON as documentation shows it, with its comments, trailing commas and dots → the value."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson

_COMMENT: Final = re.compile(r"(?m)(?<![:\"'\w])//[^\n]*$|/\*[^*]{0,2000}\*/|^\s*#[^\n]*$|(?<=[,\[{])\s*#[^\n\"]*$")
_DOTS: Final = re.compile(r"(?m),?\s*(?:\.\.\.|…)\s*(?=[\]},\n])")
_TRAILING: Final = re.compile(r",(\s*[\]}])")
_BARE: Final = re.compile(r"(?<=[:\[,])(\s*)(<[^<>\"\n]{1,60}>)(?=\s*[,\]}\n])")
_ALTERNATIVES: Final = re.compile(r"(\"[^\"\n]{0,80}\")(?:\s*\|\s*\"[^\"\n]{0,80}\"){1,20}")
_SINGLE: Final = re.compile(r"'([^'\"\n\\]{0,200})'")
_MOST: Final = 200_000
_DEPTH: Final = 20
_BLANK: Final = {"string": "", "integer": 0, "number": 0.5, "boolean": False, "object": {}, "array": []}
NOTHING: Final = object()


def parse(text: str) -> Any:
    """The value of `text`, or `NOTHING` where it is no JSON object or list even with good will."""
    text = text.strip()[:_MOST]
    if text[:1] not in ("{", "["):
        return NOTHING
    found = _loads(text)
    if found is not NOTHING:
        return found
    mended = _COMMENT.sub("", text)
    mended = _ALTERNATIVES.sub(r"\1", mended)
    mended = _BARE.sub(r'\1"\2"', _DOTS.sub("", mended))
    if '"' not in mended:
        mended = _SINGLE.sub(r'"\1"', mended)
    mended = _TRAILING.sub(r"\1", mended)
    found = _loads(mended)
    return found if found is not NOTHING else _first(mended)


def of_schema(value: Any, depth: int = 0) -> Any:
    """`value`, or what it describes where it is a JSON Schema of an object: pages show the one for the other."""
    if not isinstance(value, dict) or depth > _DEPTH:
        return value
    kind, inner = value.get("type"), value.get("properties")
    if kind == "object" and isinstance(inner, dict) and all(isinstance(each, dict) for each in inner.values()):
        return {name: _described(each, depth + 1) for name, each in inner.items()}
    return value


def _described(schema: dict[str, Any], depth: int) -> Any:
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict) and depth <= _DEPTH:
        return [_described(schema["items"], depth + 1)]
    if schema.get("type") == "object" and "properties" in schema:
        return of_schema(schema, depth)
    return _BLANK.get(str(schema.get("type")))


def _loads(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return NOTHING


def _first(text: str) -> Any:
    """The first value, where something follows it."""
    import json

    try:
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return NOTHING
