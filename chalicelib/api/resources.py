"""Which module of this package answers at which paths.

A module is imported when the first request to one of its paths comes: a cold start pays for no other. A test compares
this table with what the modules declare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RESOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "health": ("/v1/health", "/v1/health/ready"),
    "openapi": ("/v1/openapi.json",),
    "keys": ("/v1/me", "/v1/api-keys", "/v1/api-keys/{key_id}"),
    "workspaces": ("/v1/workspaces", "/v1/workspaces/{workspace}"),
    "keyring": ("/v1/keyring/rotate",),
    "integrations": ("/v1/integrations", "/v1/integrations/{integration}"),
    "integration_health": (
        "/v1/integrations/{integration}/health",
        "/v1/integrations/{integration}/reset-breaker",
    ),
    "exports": ("/v1/integrations/{integration}/openapi.json", "/v1/integrations/{integration}/pack"),
    "clients": ("/v1/integrations/{integration}/clients", "/v1/integrations/{integration}/clients/{client}"),
    "invoking": ("/v1/actions/{integration}/{action}",),
    "actions": ("/v1/actions", "/v1/actions/{integration}/{action}"),
    "tags": ("/v1/tags", "/v1/tags/{tag}"),
    "connections": (
        "/v1/connections",
        "/v1/connections/{integration}/{connection}",
        "/v1/connections/{integration}/{connection}/refresh",
        "/v1/connections/{integration}/{connection}/test",
    ),
    "transfers": (
        "/v1/connections/{integration}/{connection}/export",
        "/v1/connections/{integration}/{connection}/import",
        "/v1/integrations/{integration}/clients/{client}/export",
        "/v1/integrations/{integration}/clients/{client}/import",
    ),
    "audit": ("/v1/audit",),
    "oauth": (
        "/v1/connections/{integration}/{connection}/authorize",
        "/v1/connections/{integration}/{connection}/reconnect",
        "/v1/oauth/start/{flow}",
        "/v1/oauth/callback",
    ),
    "connect_sessions": ("/v1/connect-sessions", "/v1/connect-sessions/{session}", "/v1/connect/{session}/{secret}"),
    "scrape_jobs": (
        "/v1/scrape-jobs",
        "/v1/scrape-jobs/{job}",
        "/v1/scrape-jobs/{job}/cancel",
        "/v1/scrape-jobs/{job}/draft",
        "/v1/scrape-jobs/{job}/draft/actions/{action}",
        "/v1/scrape-jobs/{job}/publish",
    ),
    "uploads": ("/v1/uploads",),
    "invocations": (
        "/v1/invocations",
        "/v1/invocations/backfill",
        "/v1/invocations/{request}",
        "/v1/invocations/{request}/replay",
    ),
    "usage": ("/v1/usage",),
}
