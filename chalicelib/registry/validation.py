"""Validators: JSON Schema 2020-12 by jsonschema-rs, compiled once per action version.

This is the one place where validators are built. References are resolved inside the schema alone: by default both
JSON Schema libraries would fetch ``http:`` and ``file:`` references (measured), so the retriever refuses. Patterns
run in a linear-time engine (D2).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

import jsonschema_rs

from chalicelib.checked_json import pointer as pointer  # its users know it from here
from chalicelib.registry.closure import bundle
from chalicelib.settings import Caps

_KEPT: Final = 2_000  # compiled validators of one process
FAULTS: Final = 50  # in one answer
Fault = dict[str, str]
_compiled: OrderedDict[tuple[str, ...], Any] = OrderedDict()
_lock = threading.Lock()


class UnusableSchema(ValueError):
    """The schema does not compile; the message says why, `reason` too, and `pointer` where in the schema."""

    def __init__(self, reason: str, pointer: str = "") -> None:
        super().__init__(f"{pointer}: {reason}" if pointer else reason)
        self.reason, self.pointer = reason, pointer


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
    except jsonschema_rs.ValidationError as error:  # the schema does not fit the meta-schema
        raise UnusableSchema(str(error.message)[:300], pointer(list(error.instance_path))) from None
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise UnusableSchema(str(error)[:300]) from None


def validator(key: tuple[str, ...], schema: Any, definitions: Callable[[], Mapping[str, Any]]) -> Any:
    """The validator remembered under `key`; else `schema`, compiled with the definitions that it reaches.

    Raises `UnusableSchema`.
    """
    with _lock:
        if key in _compiled:
            _compiled.move_to_end(key)
            return _compiled[key]
    made = compile_schema(bundle(schema, definitions()))
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
        if len(found) >= FAULTS:
            break
    return found[:FAULTS]


def too_deep(instance: Any, limit: int = Caps.SCHEMA_DEPTH) -> bool:
    """True for an instance nested beyond what recursive schemas may be followed to (D3)."""
    level = [instance]
    for _ in range(limit + 1):
        level = [item for item in level if isinstance(item, dict | list)]
        if not level:
            return False
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return True


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
            return [
                {"pointer": pointer(here), "code": "type", "detail": f"must be of type {', '.join(sorted(kind.types))}"}
            ]
        case "format":
            return [{"pointer": pointer(here), "code": "format", "detail": f"must be a valid {kind.format}"}]
        case name:
            return [{"pointer": pointer(here), "code": name, "detail": str(error.message)[:300]}]
