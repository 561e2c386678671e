"""The words in which operations are written: references, bodies, answers, problems, security."""

from __future__ import annotations

from typing import Any

from infra.local.demo.problems import CODES


def _alternatives(scope: str) -> list[dict[str, list[str]]]:
    return [
        {"apiKeyHeader": []},
        {"apiKeyQuery": []},
        {"apiKeyCookie": []},
        {"bearerToken": []},
        {"basicPassword": []},
        {"appId": [], "appSecret": []},
        {"oauth2": [scope]},
    ]


READ = _alternatives("shop:read")
WRITE = _alternatives("shop:write")

PROBLEM_CODES = (
    "invalid_parameter",
    "unauthenticated",
    "insufficient_scope",
    "not_found",
    "unsupported_media_type",
    "invalid_body",
    "rate_limited",
    "unavailable",
)
"""One for each status, as its example."""

ALWAYS = (401, 403, 429, 503)
"""Problems that any operation may answer with, except those on the switches, which the switches never affect."""

UNTROUBLED = (401, 403)


def schema(name: str) -> dict[str, str]:
    """A reference to one of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str) -> dict[str, str]:
    """A reference to one of `shared_parameters`."""
    return {"$ref": f"#/components/parameters/{name}"}


def header(name: str) -> dict[str, str]:
    """A reference to one of `shared_headers`."""
    return {"$ref": f"#/components/headers/{name}"}


def query(name: str, description: str, of: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A query parameter with a schema."""
    return {"name": name, "in": "query", "description": description, "schema": of, **more}


def json_body(name: str, example: Any, *media_types: str) -> dict[str, Any]:
    """A required JSON body of a named schema."""
    content = {"schema": schema(name), "example": example}
    return {"required": True, "content": dict.fromkeys(media_types or ("application/json",), content)}


def json_answer(description: str, of: dict[str, Any], example: Any, **headers: dict[str, Any]) -> dict[str, Any]:
    """An answer in JSON; header names are given with `_` for `-`."""
    answer: dict[str, Any] = {
        "description": description,
        "content": {"application/json": {"schema": of, "example": example}},
    }
    if headers:
        answer["headers"] = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer


def problems(*statuses: int, always: tuple[int, ...] = ALWAYS) -> dict[str, dict[str, str]]:
    """References to `problem_responses`, those that any operation may answer with included."""
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in (*statuses, *always)}


def problem_responses() -> dict[str, Any]:
    """One answer in problem+json (RFC 9457) for each status, with an example."""
    responses: dict[str, Any] = {}
    for code in PROBLEM_CODES:
        status, title = CODES[code]
        example = {
            "type": f"/docs/errors#{code}",
            "title": title,
            "status": status,
            "code": code,
            "detail": "What exactly is wrong with this request.",
            "request_id": "req_5f2c7a90d1e34b68",
        }
        content = {"application/problem+json": {"schema": schema("Problem"), "example": example}}
        responses[_name(status)] = {"description": f"{title}.", "content": content}
    responses[_name(429)]["headers"] = {
        name: header(name)
        for name in ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    }
    responses[_name(401)]["headers"] = {"WWW-Authenticate": header("WWW-Authenticate")}
    return responses


def shared_parameters() -> dict[str, Any]:
    """Parameters of more than one operation."""
    return {
        "PetId": {
            "name": "pet_id",
            "in": "path",
            "required": True,
            "description": "The number of the pet. Rex is 1.",
            "schema": {"type": "integer", "format": "int64", "minimum": 1},
            "example": 1,
        },
        "Limit": query(
            "limit", "How many to answer at most.", {"type": "integer", "minimum": 1, "maximum": 50, "default": 10}
        ),
    }


def shared_headers() -> dict[str, Any]:
    """Headers of answers."""
    whole = {"type": "integer", "minimum": 0}
    return {
        "Location": {"description": "Where the result is, relative to the origin.", "schema": {"type": "string"}},
        "Link": {"description": "first, prev, next and last page (RFC 8288).", "schema": {"type": "string"}},
        "X-Total-Count": {"description": "How many there are on all pages.", "schema": whole},
        "Idempotency-Replayed": {
            "description": "`true` when this is the answer to an earlier request with the same key.",
            "schema": {"type": "string", "const": "true"},
        },
        "Retry-After": {"description": "Seconds to wait.", "schema": whole},
        "WWW-Authenticate": {"description": "What would be accepted.", "schema": {"type": "string"}},
        "X-RateLimit-Limit": {"description": "Calls per minute.", "schema": whole},
        "X-RateLimit-Remaining": {"description": "Calls left.", "schema": whole},
        "X-RateLimit-Reset": {"description": "When calls are possible again, in seconds since 1970.", "schema": whole},
    }


def _name(status: int) -> str:
    return {
        400: "BadRequest",
        401: "Unauthorized",
        403: "Forbidden",
        404: "NotFound",
        415: "UnsupportedMediaType",
        422: "Unprocessable",
        429: "TooManyRequests",
        503: "Unavailable",
    }[status]
