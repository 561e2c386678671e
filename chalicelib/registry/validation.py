"""Validators: JSON Schema 2020-12 by jsonschema-rs, compiled once per action version.

This is the one place where validators are built. References are resolved inside the schema alone: by default both
JSON Schema libraries would fetch ``http:`` and ``file:`` references (measured), so the retriever refuses. Patterns
run in a linear-time engine (D2).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from chalicelib.registry.closure import bundle
from chalicelib.settings import Caps

_KEPT = 2_000  # compiled validators of one process
_ERRORS = 50  # in one answer
Fault = dict[str, str]
_compiled: OrderedDict[tuple[str, ...], Any] = OrderedDict()
_lock = threading.Lock()


class UnusableSchema(ValueError):
    """The schema does not compile; the message says why."""


def _refuse(uri: str) -> Any:
    raise ValueError(f"references to other documents are not followed: {uri}")


def compile_schema(schema: Any) -> Any:
    """A validator for a self-contained schema. Raises `UnusableSchema`."""
    try:
        return jsonschema_rs.Draft202012Validator(
            schema,
            validate_formats=True,
            retriever=_refuse,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise UnusableSchema(str(error)[:300]) from None


def known(key: tuple[str, ...]) -> Any | None:
    """The validator remembered under `key`."""
    with _lock:
        found = _compiled.get(key)
        if found is not None:
            _compiled.move_to_end(key)
        return found


def validator(key: tuple[str, ...], schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Compile `schema` with the definitions that it reaches, and remember it under `key`."""
    made = compile_schema(bundle(schema, definitions))
    with _lock:
        _compiled[key] = made
        while len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    return made


def faults(compiled: Any, instance: Any) -> list[Fault]:
    """Every way in which `instance` does not fit, as `{pointer, code, detail}`; empty where it fits."""
    if compiled.is_valid(instance):
        return []
    found: list[Fault] = []
    for error in compiled.iter_errors(instance):
        found.extend(_explain(error))
        if len(found) >= _ERRORS:
            break
    return found[:_ERRORS]


def too_deep(instance: Any, limit: int = Caps.SCHEMA_DEPTH) -> bool:
    """True for an instance nested beyond what recursive schemas may be followed to (D3)."""
    level = [instance]
    for _ in range(limit):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


def pointer(path: list[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _explain(error: Any) -> list[Fault]:
    kind = error.kind
    here = list(error.instance_path)
    match kind.name:
        case "required":
            name = str(kind.property).strip('"')
            return [{"pointer": pointer([*here, name]), "code": "required", "detail": "is missing"}]
        case "additionalProperties" | "unevaluatedProperties":
            return [
                {"pointer": pointer([*here, name]), "code": "unexpected", "detail": "is not known here"}
                for name in kind.unexpected
            ]
        case "enum":
            allowed = ", ".join(str(option) for option in kind.options)[:300]
            return [{"pointer": pointer(here), "code": "enum", "detail": f"must be one of {allowed}"}]
        case "type":
            return [{"pointer": pointer(here), "code": "type", "detail": f"must be of type {', '.join(kind.types)}"}]
        case "format":
            return [{"pointer": pointer(here), "code": "format", "detail": f"must be a valid {kind.format}"}]
        case name:
            return [{"pointer": pointer(here), "code": name, "detail": str(error.message)[:300]}]
