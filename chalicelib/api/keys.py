"""``/api-keys`` and ``/me``: keys are created (and shown once), listed and revoked; who am I?"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, field_validator

from chalicelib.api import cursors, instants
from chalicelib.api.routing import Context, Page, Reply, Routes
from chalicelib.auth import api_keys
from chalicelib.auth.api_keys import GRANTABLE, Scope
from chalicelib.auth.oauth import public_origin
from chalicelib.auth.quota import Quota
from chalicelib.auth.tables import ApiKeyRow
from chalicelib.errors import InsufficientScope, InvalidInput
from chalicelib.registry.models import Name
from chalicelib.registry.profile import Strict
from chalicelib.settings import settings

routes = Routes()


class NewKey(Strict):
    """What a key may do. `integrations` null: all of the workspace's; `limits` null: as often as the workspace may."""

    name: str = Field(min_length=1, max_length=100)
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=6)
    integrations: Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)] | None = None
    limits: Quota | None = None
    expires_at: instants.Instant | None = None

    @field_validator("scopes")
    @classmethod
    def _grantable(cls, scopes: tuple[Scope, ...]) -> tuple[Scope, ...]:
        if "root" in scopes:
            raise ValueError(f"`root` belongs to the bootstrap key alone; choose from {', '.join(GRANTABLE)}")
        return tuple(dict.fromkeys(scopes))


@routes("GET", "/v1/me")
def me(context: Context) -> dict[str, Any]:
    """The key behind this request: its workspace, scopes and limits; and which deployment answers."""
    who = context.who
    return {
        "stage": settings().stage,
        "callback_url": public_origin.find_callback(),
        "key_id": who.key_id,
        "name": who.name,
        "workspace": who.workspace,
        "scopes": sorted(who.scopes),
        "read_only": who.scopes <= {"registry:read"},
        "integrations": None if who.integrations is None else sorted(who.integrations),
        "limits": None if who.limits is None else who.limits.model_dump(),
        "expires_at": instants.show(who.expires_at),
    }


@routes("GET", "/v1/api-keys", scope="admin", query=Page)
def page(context: Context, query: Page) -> dict[str, Any]:
    """The workspace's keys, never the secrets."""
    listing = cursors.listing("/api-keys", {})
    after = cursors.read(context.workspace, listing, query.cursor)
    condition = ApiKeyRow.key_id > after if after else None
    found = list(ApiKeyRow.of_workspace.query(context.workspace, condition, limit=query.limit + 1))
    more = found[query.limit - 1].key_id if len(found) > query.limit else None
    return {
        "data": [_show(row) for row in found[: query.limit]],
        "next_cursor": cursors.make(context.workspace, listing, more),
    }


@routes("POST", "/v1/api-keys", scope="admin", body=NewKey)
def create(context: Context, body: NewKey) -> Reply:
    """Make a key. The answer is the only place where it is ever shown."""
    if body.expires_at is not None and body.expires_at <= dt.datetime.now(dt.UTC):
        fault = {"pointer": "/expires_at", "code": "in_the_past", "detail": "must lie in the future"}
        raise InvalidInput("The key would be expired already.", errors=[fault])
    who = context.who
    if who.integrations is not None and (body.integrations is None or not set(body.integrations) <= who.integrations):
        raise InsufficientScope("A key that is limited to integrations can only make keys within the same limits.")
    if who.limits is not None and not _is_within(body.limits, who.limits):
        raise InsufficientScope("A key with limits of its own can only make keys with the same limits, or lower ones.")
    row, key = api_keys.issue(
        context.workspace,
        body.name,
        body.scopes,
        integrations=body.integrations,
        limits=body.limits,
        expires_at=body.expires_at,
    )
    return Reply({**_show(row), "key": key}, 201, {"Location": f"/api/v1/api-keys/{row.key_id}"})


@routes("GET", "/v1/api-keys/{key_id}", scope="admin")
def get(context: Context) -> dict[str, Any]:
    """One key, never its secret."""
    return _show(api_keys.get(context.workspace, context.parameters["key_id"]))


@routes("DELETE", "/v1/api-keys/{key_id}", scope="admin")
def revoke(context: Context) -> Reply:
    """Revoke a key: refused everywhere within 30 s."""
    api_keys.revoke(context.workspace, context.parameters["key_id"])
    return Reply(None, 204)


def _is_within(limits: Quota | None, most: Quota) -> bool:
    return limits is not None and limits.per_second <= most.per_second and limits.at_once <= most.at_once


def _show(row: ApiKeyRow) -> dict[str, Any]:
    return {
        "id": row.key_id,
        "name": row.name,
        "scopes": row.scopes,
        "integrations": row.integrations,
        "limits": row.limits,
        "expires_at": instants.show(row.expires_at),
        "last_used_at": instants.show(row.last_used_at),
        "created_at": instants.show(row.created_at),
    }
