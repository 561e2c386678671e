"""What each JSON Schema keyword may hold, and what to make of it where it holds something else.

Covers the keywords of JSON Schema 2020-12 (Validation, sections 6 to 9) whose values are not schemas, and what
OpenAPI 3.0 adds. A keyword that is in no table here or in `schemas` is dropped without a word: `xml`, `externalDocs`,
other people's `x-…`, identifiers and anchors, none of which changes what is valid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

PATTERN_NOT_ENFORCED: Final = "x-waygate-pattern"
WRITE_ONLY_REQUIRED: Final = "x-waygate-write-only-required"
UNFIT_DEFAULT: Final = "x-waygate-default"  # as exports of ours keep a default that does not fit its schema
MOVED_REQUIRED: Final = "x-waygate-required"  # as they keep what an `allOf` of its own asks for
TYPES: Final = frozenset(["string", "number", "integer", "boolean", "array", "object", "null"])
TEXTS: Final = frozenset(("title", "description", "format", "pattern", "contentEncoding", "contentMediaType"))
_TYPE_MEANT: Final = {
    "str": "string", "text": "string", "char": "string", "date": "string", "datetime": "string", "date-time": "string",
    "uuid": "string", "uri": "string", "url": "string", "email": "string", "binary": "string", "byte": "string",
    "int": "integer", "int32": "integer", "int64": "integer", "long": "integer", "short": "integer",
    "float": "number", "double": "number", "decimal": "number", "numeric": "number",
    "bool": "boolean", "list": "array", "dict": "object", "map": "object", "none": "null", "nil": "null",
}  # fmt: skip
_ANYTHING: Final = frozenset(("any", "mixed", "undefined", "*", ""))
_VALUE_DEPTH: Final = 32
_SCALARS: Final = frozenset((str, int, float, bool, type(None)))


class Meaningless(ValueError):
    """The value cannot be read as anything that the keyword allows."""


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_bool(value: Any) -> bool:
    return type(value) is bool


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def _is_bound(value: Any) -> bool:
    return type(value) in (int, float, bool)  # a boolean is 3.0's, and upgraded


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_divisor(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_type(value: Any) -> bool:
    if type(value) is str:
        return value in TYPES
    return type(value) is list and 0 < len(value) == len({v for v in value if type(v) is str and v in TYPES})


def _is_value(value: Any) -> bool:
    """Any JSON value that is not nested so deeply that it would be a burden to carry."""
    return type(value) in _SCALARS or _depth_is_bounded(value)


def _is_enum(value: Any) -> bool:
    return type(value) is list and len(value) > 0 and _is_value(value)


def _is_values(value: Any) -> bool:
    return type(value) is list and _is_value(value)


def _are_names(value: Any) -> bool:
    return type(value) is list and all(type(name) is str for name in value) and len(set(value)) == len(value)


def _are_dependencies(value: Any) -> bool:
    return type(value) is dict and all(_are_names(names) for names in value.values())


def _depth_is_bounded(value: Any) -> bool:
    level = [value]
    for _ in range(_VALUE_DEPTH):
        level = [
            member
            for container in level
            for member in (container.values() if type(container) is dict else container)
            if type(member) is dict or type(member) is list
        ]
        if not level:
            return True
    return False


IS_VALID: Final[dict[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(TEXTS, _is_text),
    **dict.fromkeys(["readOnly", "writeOnly", "deprecated", "uniqueItems", "nullable", "x-nullable"], _is_bool),
    **dict.fromkeys(("minimum", "maximum"), _is_number),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _is_bound),
    **dict.fromkeys(
        [
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "minContains",
            "maxContains",
        ],
        _is_count,
    ),
    **dict.fromkeys(("default", "example", "const"), _is_value),
    PATTERN_NOT_ENFORCED: _is_text,
    UNFIT_DEFAULT: _is_value,
    MOVED_REQUIRED: _are_names,
    WRITE_ONLY_REQUIRED: _are_names,
    "type": _is_type,
    "enum": _is_enum,
    "examples": _is_values,
    "multipleOf": _is_divisor,
    "required": _are_names,
    "dependentRequired": _are_dependencies,
}


def repaired(key: str, value: Any) -> Any:
    """What an invalid `value` of the keyword `key` evidently means. Raises `Meaningless` if nothing."""
    check = IS_VALID[key]
    candidate: Any = None
    if check is _is_type:
        candidate = _repaired_type(value)
    elif check is _is_text and type(value) in (int, float, bool):
        candidate = _json_text(value)
    elif check is _is_bool and type(value) is str:
        candidate = {"true": True, "false": False}.get(value.strip().lower())
    elif check in (_is_number, _is_bound, _is_divisor, _is_count):
        candidate = _repaired_number(value)
    elif check in (_is_enum, _is_values):
        candidate = _repaired_values(value)
    elif check is _are_names and type(value) is list:
        candidate = list(dict.fromkeys(name for name in value if type(name) is str))
    if candidate is None or not check(candidate):
        raise Meaningless(f"`{key}` holds {str(value)[:100]!r}")
    return candidate


def _repaired_type(value: Any) -> Any:
    if type(value) is str:
        lowered = value.strip().lower()
        return lowered if lowered in TYPES else _TYPE_MEANT.get(lowered)
    if type(value) is list:
        kinds = [_repaired_type(kind) if kind is not None else "null" for kind in value]
        return list(dict.fromkeys(kind for kind in kinds if type(kind) is str)) if None not in kinds else None
    return None


def _repaired_number(value: Any) -> Any:
    if type(value) is str:
        try:
            value = float(value) if not value.strip().lstrip("-").isdigit() else int(value)
        except ValueError:
            return None
    if type(value) is float and value.is_integer():
        return int(value)
    return value if type(value) in (int, float) and abs(value) < float("inf") else None


def _repaired_values(value: Any) -> Any:
    if type(value) is dict:  # OpenAPI's map of Example Objects, where JSON Schema has a list
        return [member.get("value") if type(member) is dict else member for member in value.values()]
    return [value] if type(value) in _SCALARS and value is not None else None


def is_any_type(value: Any) -> bool:
    """Whether a `type` says in its own words that anything goes."""
    return type(value) is str and value.strip().lower() in _ANYTHING


def enum_of_strings(values: list[Any]) -> list[Any]:
    """The members of an enumeration of strings: YAML makes numbers and booleans of what was meant as text."""
    return [value if type(value) in (str, type(None)) else _json_text(value) for value in values]


def _json_text(value: Any) -> str:
    return str(value).lower() if type(value) is bool else str(value)
