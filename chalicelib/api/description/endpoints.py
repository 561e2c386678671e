"""What each endpoint answers, which request headers it knows, and an example of its body.

A route that is missing here fails a test, as does an answer that differs from what is said here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from chalicelib.api.description import answers


@dataclass(frozen=True)
class Told:
    """What a route's declaration does not say. `answer` None: no body.

    `pages` are the statuses that come with a page for people; `redirects`: 303 may come as well; `errors` are those
    that the declaration does not imply.
    """

    answer: type[BaseModel] | None
    statuses: tuple[int, ...] = (200,)
    headers: tuple[str, ...] = ()
    example: Any = None
    as_lines: bool = False  # as JSON Lines too, where that is asked for
    pages: tuple[int, ...] = ()
    redirects: bool = False
    errors: tuple[int, ...] = ()


@dataclass(frozen=True)
class Header:
    """A request header."""

    description: str
    schema: dict[str, Any]


_TEXT: Final = {"type": "string"}
HEADERS: Final = {
    "If-Match": Header("Go on only while the stored version is this one (RFC 9110, 13.1.1).", _TEXT),
    "Waygate-Connection": Header("Which connection; else the only one, or `default`.", _TEXT),
    "Waygate-Timeout": Header(
        "Seconds that the caller allows; at most 25.", {"type": "number", "exclusiveMinimum": 0, "examples": [20]}
    ),
    "Idempotency-Key": Header(
        "Lets a write be repeated safely: the same key and input get the same answer.",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    ),
    "Waygate-Response": Header(
        "`raw`: the upstream's status, content type and bytes instead of the envelope.",
        {"enum": ["envelope", "raw"], "default": "envelope"},
    ),
}
_IF_MATCH: Final = ("If-Match",)
_INVOKES: Final = ("Waygate-Connection", "Waygate-Timeout", "Idempotency-Key", "Waygate-Response")
_KEY_AUTH: Final = {"type": "api_key", "in": "header", "name": "X-Api-Key"}

TOLD: Final[dict[tuple[str, str], Told]] = {
    ("GET", "/v1/health"): Told(answers.Health),
    ("GET", "/v1/health/ready"): Told(answers.Health),
    ("GET", "/v1/keyring/rotate"): Told(answers.Rotation),
    ("POST", "/v1/keyring/rotate"): Told(answers.Rotation, (202,)),
    ("GET", "/v1/openapi.json"): Told(answers.AnyDocument),
    ("GET", "/v1/me"): Told(answers.Me),
    ("GET", "/v1/api-keys"): Told(answers.ApiKeys),
    ("POST", "/v1/api-keys"): Told(
        answers.CreatedApiKey, (201,), example={"name": "billing app", "scopes": ["invoke"], "integrations": ["demo"]}
    ),
    ("GET", "/v1/api-keys/{key_id}"): Told(answers.ApiKey),
    ("DELETE", "/v1/api-keys/{key_id}"): Told(None, (204,)),
    ("GET", "/v1/workspaces"): Told(answers.Workspaces),
    ("POST", "/v1/workspaces"): Told(answers.CreatedWorkspace, (201,), example={"name": "sandbox"}),
    ("GET", "/v1/workspaces/{workspace}"): Told(answers.Workspace),
    ("DELETE", "/v1/workspaces/{workspace}"): Told(None, (204,)),
    ("GET", "/v1/integrations"): Told(answers.Integrations),
    ("POST", "/v1/integrations"): Told(
        answers.Integration,
        (201,),
        example={"name": "helpdesk", "base_url": "https://api.helpdesk.example/v2", "auth": _KEY_AUTH},
    ),
    ("GET", "/v1/integrations/{integration}"): Told(answers.Integration),
    ("PATCH", "/v1/integrations/{integration}"): Told(
        answers.Integration, headers=_IF_MATCH, example={"policy": {"output": "strict"}}
    ),
    ("POST", "/v1/integrations/{integration}/reset-breaker"): Told(answers.IntegrationHealth),
    ("GET", "/v1/integrations/{integration}/health"): Told(answers.IntegrationHealth),
    ("DELETE", "/v1/integrations/{integration}"): Told(None, (204,), _IF_MATCH),
    ("GET", "/v1/integrations/{integration}/openapi.json"): Told(answers.AnyDocument),
    ("GET", "/v1/integrations/{integration}/pack"): Told(answers.AnyDocument),
    ("GET", "/v1/actions"): Told(answers.Actions),
    ("GET", "/v1/actions/{integration}/{action}"): Told(answers.Action),
    ("PUT", "/v1/actions/{integration}/{action}"): Told(
        answers.Action,
        (200, 201),
        _IF_MATCH,
        example={
            "method": "GET",
            "path": "/tickets/{id}",
            "behaviour": "read",
            "input_schema": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
            "bindings": {"id": {"in": "path", "name": "id"}},
        },
    ),
    ("PATCH", "/v1/actions/{integration}/{action}"): Told(
        answers.Action, headers=_IF_MATCH, example={"summary": "One ticket, by its number"}
    ),
    ("DELETE", "/v1/actions/{integration}/{action}"): Told(None, (204,), _IF_MATCH),
    ("POST", "/v1/actions/{integration}/{action}"): Told(
        answers.InvocationResult, headers=_INVOKES, example={"pet_id": 1}
    ),
    ("GET", "/v1/tags"): Told(answers.Tags),
    ("PATCH", "/v1/tags/{tag}"): Told(answers.TagChange, example={"name": "billing"}),
    ("DELETE", "/v1/tags/{tag}"): Told(answers.TagChange),
    ("GET", "/v1/connections"): Told(answers.Connections),
    ("GET", "/v1/connections/{integration}/{connection}"): Told(answers.Connection),
    ("PUT", "/v1/connections/{integration}/{connection}"): Told(
        answers.Connection,
        (200, 201),
        _IF_MATCH,
        example={"value": "the-api-key", "tags": ["customer-17"]},
        errors=(424, 502),
    ),
    ("PATCH", "/v1/connections/{integration}/{connection}"): Told(
        answers.Connection, headers=_IF_MATCH, example={"metadata": {"sync": "hourly"}}
    ),
    ("DELETE", "/v1/connections/{integration}/{connection}"): Told(answers.Deleted, (200, 204), _IF_MATCH),
    ("POST", "/v1/connections/{integration}/{connection}/refresh"): Told(answers.Connection, errors=(502,)),
    ("POST", "/v1/connections/{integration}/{connection}/test"): Told(answers.Verdict, example={}),
    ("POST", "/v1/connections/{integration}/{connection}/export"): Told(
        answers.Exported, example={"key": "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS10d2ljZS1vdmU="}
    ),
    ("POST", "/v1/connections/{integration}/{connection}/import"): Told(
        answers.Connection,
        (201,),
        example={"key": "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS10d2ljZS1vdmU=", "sealed": "AY…"},
        errors=(424, 502),
    ),
    ("POST", "/v1/connections/{integration}/{connection}/authorize"): Told(answers.Authorization, example={}),
    ("POST", "/v1/connections/{integration}/{connection}/reconnect"): Told(answers.Authorization, example={}),
    ("GET", "/v1/oauth/start/{flow}"): Told(None, (), pages=(400,), redirects=True, errors=(409,)),
    ("GET", "/v1/oauth/callback"): Told(None, (), pages=(200, 400), redirects=True, errors=(409,)),
    ("GET", "/v1/integrations/{integration}/clients"): Told(answers.OAuthClients),
    ("GET", "/v1/integrations/{integration}/clients/{client}"): Told(answers.OAuthClient),
    ("PUT", "/v1/integrations/{integration}/clients/{client}"): Told(
        answers.OAuthClient, (200, 201), _IF_MATCH, example={"client_id": "1034", "client_secret": "the-secret"}
    ),
    ("POST", "/v1/integrations/{integration}/clients/{client}/export"): Told(
        answers.Exported, example={"key": "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS10d2ljZS1vdmU="}
    ),
    ("POST", "/v1/integrations/{integration}/clients/{client}/import"): Told(
        answers.OAuthClient,
        (201,),
        example={"key": "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS10d2ljZS1vdmU=", "sealed": "AY…"},
    ),
    ("DELETE", "/v1/integrations/{integration}/clients/{client}"): Told(None, (204,), _IF_MATCH),
    ("POST", "/v1/connect-sessions"): Told(
        answers.CreatedConnectSession, (201,), example={"integrations": ["crm"], "connection": "acme"}
    ),
    ("GET", "/v1/connect-sessions/{session}"): Told(answers.ConnectSession),
    ("GET", "/v1/connect/{session}/{secret}"): Told(None, (), pages=(200, 400, 404, 410), errors=(409,)),
    ("POST", "/v1/connect/{session}/{secret}"): Told(None, (), pages=(200, 400, 404, 410), redirects=True),
    ("GET", "/v1/audit"): Told(answers.AuditEntries, as_lines=True),
    ("GET", "/v1/scrape-jobs"): Told(answers.Jobs),
    ("POST", "/v1/scrape-jobs"): Told(
        answers.Job,
        (202,),
        example={"integration": "shop", "source": {"url": "https://docs.shop.example/openapi.json"}},
    ),
    ("GET", "/v1/scrape-jobs/{job}"): Told(answers.WholeJob),
    ("POST", "/v1/scrape-jobs/{job}/cancel"): Told(answers.Job),
    ("GET", "/v1/scrape-jobs/{job}/draft"): Told(answers.Draft),
    ("PATCH", "/v1/scrape-jobs/{job}/draft"): Told(answers.Decided, example={"state": "accepted"}),
    ("GET", "/v1/scrape-jobs/{job}/draft/actions/{action}"): Told(answers.DraftAction),
    ("PATCH", "/v1/scrape-jobs/{job}/draft/actions/{action}"): Told(
        answers.DraftAction, headers=_IF_MATCH, example={"state": "accepted"}
    ),
    ("POST", "/v1/scrape-jobs/{job}/publish"): Told(
        answers.Publication, example={"accept": "all", "min_confidence": 0.8}
    ),
    ("POST", "/v1/uploads"): Told(answers.Upload, (201,)),
    ("GET", "/v1/usage"): Told(answers.UsageReport),
    ("GET", "/v1/invocations"): Told(answers.Invocations),
    ("POST", "/v1/invocations/backfill"): Told(
        answers.Backfilled, example={"since": "2026-03-01T00:00:00Z", "until": "2026-03-01T06:00:00Z"}
    ),
    ("GET", "/v1/invocations/{request}"): Told(answers.RecordedInvocation),
    ("POST", "/v1/invocations/{request}/replay"): Told(
        answers.InvocationResult, headers=("Waygate-Timeout", "Idempotency-Key", "Waygate-Response")
    ),
}
