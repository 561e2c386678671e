"""Holds every answer that a test gets against the API's description of itself: neither can change alone."""

from __future__ import annotations

import functools
import re
from typing import Any

import jsonschema_rs


class Broken(AssertionError):
    """An answer is not what the description says."""


def check(method: str, path: str, status: int, content_type: str, body: Any) -> None:
    """`path` is below `/api/v1`. Raises `Broken`."""
    found = _operation(method, path)
    if found is None:
        return
    template, operation = found
    where = f"{method} {template} → {status}"
    said = operation["responses"].get(str(status))
    if said is None:
        raise Broken(f"{where} is not described; known: {', '.join(operation['responses'])}; got {body!r:.500}")
    kind = content_type.partition(";")[0]
    if _response(operation, status).get("content", {}).get(kind) == {}:  # a page for people
        return
    schema = _response(operation, status).get("content", {}).get(kind, {}).get("schema")
    if schema is None:
        if body is not None:
            raise Broken(f"{where} has a body of type {kind} that is not described")
        return
    faults = [
        f"{each.instance_path}: {each.message[:300]}"
        for each in _validator(template, method, status, kind).iter_errors(body)
    ]
    if faults:
        raise Broken(f"{where} differs from its description: {'; '.join(faults[:5])}")


@functools.cache
def _description() -> dict[str, Any]:
    import app
    from chalicelib.api.description.document import describe

    return describe(app.app.endpoints)


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    templates = sorted(_description()["paths"], key=lambda template: template.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), template) for template in templates]


def _operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """The declared operation; None for paths and methods that we do not have."""
    for pattern, template in _patterns():
        if pattern.fullmatch(path):
            operation = _description()["paths"][template].get(method.lower())
            return None if operation is None else (template, operation)
    return None


def _response(operation: dict[str, Any], status: int) -> dict[str, Any]:
    said: dict[str, Any] = operation["responses"][str(status)]
    name = said.get("$ref", "").rpartition("/")[2]
    return _description()["components"]["responses"][name] if name else said


@functools.cache
def _validator(template: str, method: str, status: int, kind: str) -> Any:
    operation = _description()["paths"][template][method.lower()]
    schema = _response(operation, status)["content"][kind]["schema"]
    return jsonschema_rs.validator_for(
        {**schema, "components": _description()["components"]}, validate_formats=True, ignore_unknown_formats=True
    )
