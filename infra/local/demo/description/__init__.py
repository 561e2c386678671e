"""The shop's OpenAPI 3.1 description. The shop routes and checks its requests by it, so it cannot be wrong.

- `schemas.py`: what goes in and out
- `parts.py`: the words in which operations are written
- `pet_operations.py`, `shop_operations.py`: the operations
"""

from __future__ import annotations

from typing import Any

from infra.local.demo.description.parts import READ, problem_responses, shared_headers, shared_parameters
from infra.local.demo.description.pet_operations import PET_PATHS
from infra.local.demo.description.schemas import SCHEMAS
from infra.local.demo.description.shop_operations import SHOP_PATHS
from infra.local.demo.oauth import SCOPES


def describe(url: str) -> dict[str, Any]:
    """The description of the shop that is served at `url` (an origin, such as `http://127.0.0.1:8788`)."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Demo pet shop",
            "version": "1.0.0",
            "description": (
                "A small pet shop that comes with Waygate: real HTTP on this machine, in memory, "
                "started afresh each time. Its switches make it misbehave on demand."
            ),
        },
        "servers": [{"url": f"{url}/v1", "description": "This machine"}],
        "security": READ,
        "tags": [
            {"name": "pets", "description": "Pets, their photos and notes."},
            {"name": "orders", "description": "Orders and what is in stock."},
            {"name": "reports", "description": "What happened, and reports about it."},
            {"name": "account", "description": "Who calls."},
            {"name": "switches", "description": "Make the shop misbehave on demand; never affected themselves."},
        ],
        "paths": {**PET_PATHS, **SHOP_PATHS},
        "components": {
            "schemas": SCHEMAS,
            "parameters": shared_parameters(),
            "headers": shared_headers(),
            "responses": problem_responses(),
            "securitySchemes": _security_schemes(url),
        },
    }


def _security_schemes(url: str) -> dict[str, Any]:
    token_url, scopes = f"{url}/oauth/token", dict(SCOPES)
    authorization_code = {
        "authorizationUrl": f"{url}/oauth/authorize",
        "tokenUrl": token_url,
        "refreshUrl": token_url,
        "scopes": scopes,
    }
    return {
        "apiKeyHeader": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The shop's API key."},
        "apiKeyQuery": {"type": "apiKey", "in": "query", "name": "api_key", "description": "The same key."},
        "apiKeyCookie": {"type": "apiKey", "in": "cookie", "name": "shop_key", "description": "The same key."},
        "bearerToken": {"type": "http", "scheme": "bearer", "description": "A token that does not expire."},
        "basicPassword": {"type": "http", "scheme": "basic", "description": "User name and password."},
        "appId": {"type": "apiKey", "in": "header", "name": "X-App-Id", "description": "Goes with X-App-Secret."},
        "appSecret": {"type": "apiKey", "in": "header", "name": "X-App-Secret", "description": "Goes with X-App-Id."},
        "oauth2": {
            "type": "oauth2",
            "description": "Access tokens last an hour; refresh tokens rotate. PKCE with S256 is supported.",
            "flows": {
                "authorizationCode": authorization_code,
                "clientCredentials": {"tokenUrl": token_url, "scopes": scopes},
            },
        },
    }
