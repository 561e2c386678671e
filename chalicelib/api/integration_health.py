"""``/integrations/{i}/health``: what stands between a caller and the upstream at this moment."""

from __future__ import annotations

from typing import Any, Final, get_args

from chalicelib.api import instants
from chalicelib.api import integrations as shown
from chalicelib.api.routing import Context, Routes
from chalicelib.auth.connections import Status
from chalicelib.gateway import breaker, cooldowns, health, log
from chalicelib.registry import integrations
from chalicelib.registry.tables import IntegrationRow

routes = Routes()
_ERRORS: Final = 10


@routes("GET", "/v1/integrations/{integration}/health", scope="registry:read")
def get(context: Context) -> dict[str, Any]:
    """The state of an integration in a word: its breaker, cool-downs, connections by status, and the latest errors."""
    return _health(integrations.get(context.workspace, context.parameters["integration"]))


@routes("POST", "/v1/integrations/{integration}/reset-breaker", scope="registry:write")
def reset_breaker(context: Context) -> dict[str, Any]:
    """Close the circuit breaker and end the cool-downs: the upstream is called again at once. Its health then."""
    row = integrations.get(context.workspace, context.parameters["integration"])
    breaker.reset(row.workspace, row.name, shown.origins_of(row))
    cooldowns.reset(row.workspace, row.name, instants.now().timestamp())
    return _health(row)


def _health(row: IntegrationRow) -> dict[str, Any]:
    (seen,) = shown.show([row])
    connections = health.statuses(row.workspace, [row.name])[row.name]
    held = cooldowns.shown(row.workspace, row.name, instants.now().timestamp())
    wanted = log.Wanted(integration=row.name, failed=True)
    errors, _ = log.page(row.workspace, wanted, limit=_ERRORS, before=None)
    return {
        "integration": row.name,
        "state": seen["state"],
        "state_reason": seen["state_reason"],
        "breaker": seen["breaker"],
        "cooldowns": [{**vars(each), "until": instants.show(instants.at(each.until))} for each in held],
        "connections": {status: connections[status] for status in get_args(Status)},
        "last_errors": errors,
    }
