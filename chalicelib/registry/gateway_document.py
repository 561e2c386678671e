"""An integration's actions as OpenAPI 3.1, called through Waygate: one POST each, with the envelope as its answer."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.registry.exported import Exported
from chalicelib.registry.shared_schemas import COMPONENTS, SharedSchemas

META: Final = "WaygateMeta"
PROBLEM: Final = "WaygateProblem"
_META: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What happened: the request's id, the action's version, and each attempt at the upstream.",
    "required": ["request_id", "action", "version", "upstream", "duration_ms"],
    "properties": {
        "request_id": {"type": "string"},
        "action": {"type": "string"},
        "version": {"type": "integer"},
        "connection": {"type": ["string", "null"]},
        "upstream": {
            "type": "object",
            "properties": {
                "status": {"type": "integer"},
                "duration_ms": {"type": "number"},
                "attempts": {"type": "array", "items": {"type": "object"}},
            },
        },
        "duration_ms": {"type": "number"},
        "output_valid": {"type": ["boolean", "null"]},
        "warnings": {"type": "array", "items": {}},
    },
}
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457. The status says whose fault it is, `retryable` whether to come back.",
    "required": ["type", "title", "status", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "suggested_fix": {"type": "string"},
        "retryable": {"type": "boolean"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
            },
        },
        "upstream": {"type": "object"},
    },
}
_PARAMETERS: Final[dict[str, Any]] = {
    "connection": {
        "name": "Waygate-Connection",
        "in": "header",
        "description": "Which connection; else the only one, or `default`.",
        "schema": {"type": "string"},
    },
    "timeout": {
        "name": "Waygate-Timeout",
        "in": "header",
        "description": "Seconds that the caller allows, at most 25.",
        "schema": {"type": "number", "exclusiveMinimum": 0},
    },
}


def gateway_document(exported: Exported) -> dict[str, Any]:
    """The document. Its server is relative, so it holds wherever it is served from."""
    shared = SharedSchemas(COMPONENTS, taken=(META, PROBLEM))
    facts = exported.facts
    paths = {f"/actions/{facts.name}/{name}": {"post": _operation(name, exported, shared)} for name in exported.actions}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{facts.title or facts.name} through Waygate",
            "version": str(exported.version),
            "description": f"The actions of the integration `{facts.name}`. Errors are problem+json (RFC 9457).",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"waygate": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"waygate": {"type": "http", "scheme": "bearer", "bearerFormat": "wg_live_…"}},
            "parameters": _PARAMETERS,
            "responses": {
                "problem": {
                    "description": "The call failed.",
                    "content": {"application/problem+json": {"schema": {"$ref": COMPONENTS + PROBLEM}}},
                }
            },
            "schemas": {META: _META, PROBLEM: _PROBLEM, **shared.schemas},
        },
    }


def _operation(name: str, exported: Exported, shared: SharedSchemas) -> dict[str, Any]:
    facts, definitions = exported.actions[name], exported.definitions[name]
    told = {"summary": facts.summary or facts.title, "description": facts.description, "tags": list(facts.tags)}
    operation: dict[str, Any] = {"operationId": name, **{key: value for key, value in told.items() if value}}
    if facts.deprecated:
        operation["deprecated"] = True
    output = True if facts.output_schema is None else shared.take(facts.output_schema, definitions, f"{name}-output")
    envelope = {
        "type": "object",
        "required": ["data", "meta"],
        "properties": {"data": output, "meta": {"$ref": COMPONENTS + META}},
    }
    return {
        **operation,
        "parameters": [{"$ref": f"#/components/parameters/{each}"} for each in _PARAMETERS],
        "requestBody": {
            "required": bool(facts.input_schema.get("required")),
            "content": {"application/json": {"schema": shared.take(facts.input_schema, definitions, f"{name}-input")}},
        },
        "responses": {
            "200": {"description": "The upstream's answer.", "content": {"application/json": {"schema": envelope}}},
            "default": {"$ref": "#/components/responses/problem"},
        },
    }
