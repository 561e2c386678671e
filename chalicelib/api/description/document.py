"""Endpoints → one OpenAPI 3.1 document: parameters, bodies, answers, errors, scopes and examples.

The shapes come from the pydantic models that the routes themselves validate with, so what is described is what is
checked. Sources: OpenAPI 3.1.1; JSON Schema 2020-12.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from chalicelib.api.description import answers
from chalicelib.api.description.endpoints import HEADERS, TOLD, Told
from chalicelib.api.routing import Endpoint
from chalicelib.errors import WaygateError, error_classes
from chalicelib.version import VERSION

_REF: Final = "#/components/schemas/{model}"
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_NAMED: Final[dict[str, dict[str, Any]]] = {
    "integration": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$", "examples": ["demo"]},
    "action": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$", "examples": ["get-pet"]},
    "connection": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$", "examples": ["default"]},
}
_ALWAYS: Final = (413, 500, 503)  # an answer, too, can be too large
_OF_INVOKING: Final = (400, 403, 404, 409, 413, 422, 424, 429, 502, 504)
Models = Mapping[tuple[Any, Any], Any]


def describe(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The document. Raises `KeyError` for an endpoint that `endpoints.TOLD` does not know."""
    found = sorted(endpoints, key=lambda endpoint: (endpoint.path, endpoint.method))
    models, schemas = _models(found)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in found:
        path = endpoint.path.removeprefix("/v1")
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, models)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Waygate",
            "version": VERSION,
            "summary": "Any API, as actions that every app calls through one endpoint.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"apiKey": []}],
        "tags": [{"name": name} for name in dict.fromkeys(_tag(endpoint) for endpoint in found)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {f"Problem{status}": _problem(status) for status in sorted(_codes())},
            "securitySchemes": {
                "apiKey": {"type": "http", "scheme": "bearer", "description": "An API key: `wg_live_<id>_<secret>`."}
            },
        },
    }


def _models(endpoints: Iterable[Endpoint]) -> tuple[Models, dict[str, Any]]:
    """References to all models, and their schemas by name."""
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(answers.Problem, "serialization")]
    for endpoint in endpoints:
        told = TOLD[endpoint.method, endpoint.path]
        if endpoint.body is not None:
            wanted.append((endpoint.body, "validation"))
        if told.answer is not None:
            wanted.append((told.answer, "serialization"))
            if patched := getattr(endpoint.body, "patched", None):
                wanted.append((patched, "validation"))
    references, document = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_REF, by_alias=True)
    schemas = document["$defs"]
    for model, mode in wanted:
        if patched := getattr(model, "patched", None):
            name = references[patched, mode]["$ref"].rpartition("/")[2]
            schemas[model.__name__] = _patch_of(schemas[name], inspect.getdoc(model) or "")
    return references, schemas


def _patch_of(schema: Mapping[str, Any], description: str) -> dict[str, Any]:
    """A merge patch (RFC 7396) of what `schema` describes: nothing is required, null takes away, objects merge."""
    members = {}
    for name, member in schema["properties"].items():
        merges = "$ref" in member or member.get("type") == "object"
        kept = {"type": "object", "description": "Merged with what is there."} if merges else dict(member)
        kept.pop("default", None)
        members[name] = {"anyOf": [kept, {"type": "null"}]}
    return {"type": "object", "description": description, "properties": members, "additionalProperties": False}


def _operation(endpoint: Endpoint, models: Models) -> dict[str, Any]:
    told = TOLD[endpoint.method, endpoint.path]
    said = inspect.getdoc(endpoint.handler) or ""
    summary, _, rest = said.partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": f"{endpoint.handler.__module__.rsplit('.', 1)[-1]}_{endpoint.handler.__name__}",
        "tags": [_tag(endpoint)],
        "summary": " ".join(summary.split()).rstrip("."),
    }
    if rest:
        operation["description"] = rest
    if parameters := [*_path(endpoint), *_query(endpoint), *_headers(told)]:
        operation["parameters"] = parameters
    if body := _body(endpoint, told, models):
        operation["requestBody"] = body
    operation["responses"] = _responses(endpoint, told, models)
    if endpoint.is_public and not _invokes(endpoint):
        operation["security"] = []
    elif endpoint.scope or _invokes(endpoint):
        operation["x-waygate-scope"] = endpoint.scope or "invoke"
    return operation


def _tag(endpoint: Endpoint) -> str:
    return endpoint.path.split("/")[2]


def _invokes(endpoint: Endpoint) -> bool:
    return "Waygate-Response" in TOLD[endpoint.method, endpoint.path].headers


def _takes_input(endpoint: Endpoint) -> bool:
    return (endpoint.method, endpoint.path) == ("POST", "/v1/actions/{integration}/{action}")


def _path(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _NAMED.get(name, {"type": "string", "minLength": 1})}
        for name in _PARAMETER.findall(endpoint.path)
    ]


def _query(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    schema = endpoint.query.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(member)}
        for name, member in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is absent or a text: it is never null."""
    schema = {
        name: value for name, value in schema.items() if name not in ("title",) and (name, value) != ("default", None)
    }
    kept = [one for one in schema.pop("anyOf", []) if one != {"type": "null"}]
    return {**schema, **kept[0]} if len(kept) == 1 else {**schema, "anyOf": kept} if kept else schema


def _headers(told: Told) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "header", "description": HEADERS[name].description, "schema": HEADERS[name].schema}
        for name in told.headers
    ]


def _body(endpoint: Endpoint, told: Told, models: Models) -> dict[str, Any] | None:
    if endpoint.path == "/v1/uploads":
        return {"required": True, "content": {"application/octet-stream": {}}}
    if told.pages and endpoint.method == "POST":
        return {"required": True, "content": {"application/x-www-form-urlencoded": {}}}
    if _takes_input(endpoint):
        schema: dict[str, Any] = {"type": "object", "description": "The action's input, and nothing else."}
    elif endpoint.body is not None:
        schema = models[endpoint.body, "validation"]
    else:
        return None
    content: dict[str, Any] = {"schema": schema}
    if told.example is not None:
        content["example"] = told.example
    needs = endpoint.body is not None and any(field.is_required() for field in endpoint.body.model_fields.values())
    return {"required": needs, "content": {"application/json": content}}  # no body is an empty object


def _responses(endpoint: Endpoint, told: Told, models: Models) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status in told.statuses:
        said: dict[str, Any] = {"description": "Done" if told.answer is None else inspect.getdoc(told.answer)}
        if told.answer is not None and status != 204:
            said["content"] = {"application/json": {"schema": models[told.answer, "serialization"]}}
        if told.as_lines:
            said["content"]["application/x-ndjson"] = {}
        responses[str(status)] = said
    if told.redirects:
        responses["303"] = {"description": "On to `Location`"}
    for status in told.pages:
        responses[str(status)] = {"description": "A page for people", "content": {"text/html": {}}}
    for status in _errors(endpoint, told):
        if status in told.pages:
            responses[str(status)]["content"] |= _problem(status)["content"]
            continue
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return responses


def _errors(endpoint: Endpoint, told: Told) -> list[int]:
    """Which errors can come; 405 never does where the method is declared."""
    statuses = {*_ALWAYS, *told.errors}
    if _invokes(endpoint):
        statuses |= {401, *_OF_INVOKING}
    if not endpoint.is_public:
        statuses |= {401, 429}
    if endpoint.scope or "{integration}" in endpoint.path:
        statuses.add(403)
    if "{" in endpoint.path:
        statuses.add(404)
    if endpoint.query is not None:
        statuses |= {400, 422}
    if endpoint.body is not None or endpoint.reads_raw_body:
        statuses |= {400, 403, 404, 409, 415, 422}
    if "If-Match" in told.headers:
        statuses.add(412)
    if endpoint.method != "GET":
        statuses.add(409)
    return sorted(statuses & set(_codes()))


@functools.cache
def _codes() -> Mapping[int, tuple[str, ...]]:
    """Which codes an error of a status may have."""
    codes: dict[int, list[str]] = {}
    for error in error_classes(WaygateError):
        codes.setdefault(error.status, []).append(error.code)
    return {status: tuple(sorted(names)) for status, names in codes.items()}


def _problem(status: int) -> dict[str, Any]:
    codes = _codes()[status]
    schema = {"$ref": _REF.format(model="Problem")}
    return {
        "description": f"One of: {', '.join(f'`{code}`' for code in codes)}.",
        "content": {
            "application/problem+json": {
                "schema": {
                    "allOf": [schema, {"properties": {"status": {"const": status}, "code": {"enum": list(codes)}}}]
                }
            }
        },
    }
