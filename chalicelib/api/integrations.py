"""``/integrations``: the upstream APIs that this workspace uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.api import cursors, instants
from chalicelib.api.routing import Context, Page, Reply, Routes, etag, invalid, read_model
from chalicelib.auth import connections
from chalicelib.auth.oauth import public_origin
from chalicelib.egress import hosts
from chalicelib.errors import InvalidInput
from chalicelib.gateway import breaker, health
from chalicelib.merge_patch import merge
from chalicelib.registry import integrations
from chalicelib.registry.models import IntegrationFacts
from chalicelib.registry.tables import IntegrationRow

routes = Routes()


class IntegrationPatch(BaseModel):
    """Any members of an integration, as a merge patch; the merged whole is what is validated."""

    model_config = ConfigDict(extra="allow", defer_build=True)
    patched: ClassVar = IntegrationFacts


class Filter(Page):
    """How a list of integrations is narrowed."""

    q: str | None = Field(default=None, max_length=100, description="Text in its name, title, base URL or tags.")
    tag: str | None = Field(default=None, max_length=63)


@routes("GET", "/v1/integrations", scope="registry:read", query=Filter)
def page(context: Context, query: Filter) -> dict[str, Any]:
    """The workspace's integrations, by name; those under a `tag` or with a text where one is given."""
    listing = cursors.listing("/integrations", query.model_dump())
    after = cursors.read(context.workspace, listing, query.cursor)
    found, more = integrations.page(context.workspace, limit=query.limit, after=after, tag=query.tag, text=query.q)
    return {
        "data": show([row for row in found if context.who.sees(row.name)], is_list=True),
        "next_cursor": cursors.make(context.workspace, listing, more),
    }


@routes("POST", "/v1/integrations", scope="registry:write", body=IntegrationFacts)
def create(context: Context, body: IntegrationFacts) -> Reply:
    """Add an integration by hand."""
    context.who.require("registry:write", body.name)
    row = integrations.create(context.workspace, body, now=instants.now())
    return Reply(_one(row), 201, {"ETag": etag(row.version), "Location": f"/api/v1/integrations/{row.name}"})


@routes("GET", "/v1/integrations/{integration}", scope="registry:read")
def get(context: Context) -> Reply:
    """One integration."""
    row = integrations.get(context.workspace, context.parameters["integration"])
    return Reply(_one(row), headers={"ETag": etag(row.version)})


@routes("PATCH", "/v1/integrations/{integration}", scope="registry:write", body=IntegrationPatch)
def patch(context: Context, body: IntegrationPatch) -> Reply:
    """Change an integration by merge patch. Connections whose credential may no longer travel need to reconnect."""
    row = integrations.get(context.workspace, context.parameters["integration"])
    context.check_etag(int(row.version))
    changes = body.model_extra or {}
    if changes.get("name", row.name) != row.name:
        fault = {"pointer": "/name", "code": "immutable", "detail": "an integration keeps its name"}
        raise InvalidInput("An integration keeps its name.", errors=[fault])
    try:
        facts = read_model(IntegrationFacts, merge(row.facts, changes))
    except ValidationError as error:
        raise invalid(error, "merged integration") from None
    row = integrations.replace(row, facts, now=instants.now())
    return Reply(_one(row), headers={"ETag": etag(row.version)})


@routes("DELETE", "/v1/integrations/{integration}", scope="registry:write")
def delete(context: Context) -> Reply:
    """Delete an integration with its actions and connections."""
    name = context.parameters["integration"]
    context.check_etag(int(integrations.get(context.workspace, name).version))
    integrations.delete(context.workspace, name)
    return Reply(None, 204)


def show(found: Sequence[IntegrationRow], *, is_list: bool = False) -> list[dict[str, Any]]:
    """Integrations of one workspace as the API shows them; one read finds the breakers
    of all, and one their connections.

    In a list, `breaker` is null where the address depends on the connection: to find it would take a query for each.
    """
    origins = {row.name: _fixed_origins(row) if is_list else origins_of(row) for row in found}
    workspace = found[0].workspace if found else ""
    breakers = breaker.shown(workspace, origins, now=instants.now().timestamp())
    statuses = health.statuses(workspace, list(origins))
    known = {row.name: breakers[row.name] if origins[row.name] or not is_list else None for row in found}
    return [_show(row, known[row.name], statuses[row.name]) for row in found]


def _one(row: IntegrationRow) -> dict[str, Any]:
    return show([row])[0]


def _show(row: IntegrationRow, circuit: dict[str, Any] | None, statuses: Mapping[str, int]) -> dict[str, Any]:
    row_facts = integrations.facts_of(row)
    state, reason = health.state_of(row_facts, statuses, circuit)
    facts = row_facts.model_dump(mode="json", by_alias=True)
    facts["auth"] = {name: value for name, value in facts["auth"].items() if value not in (None, [])}
    host = hosts.readable_host(facts["base_url"])
    return {
        **facts,
        "callback_url": public_origin.find_callback(row_facts.auth),
        "readable_host": host if host not in facts["base_url"] else None,
        "warn_idn": hosts.mixes_scripts(host),
        "state": state,
        "state_reason": reason,
        "connections": int(row.connections),
        "breaker": circuit and {**circuit, "retry_at": instants.show(circuit["retry_at"])},
        "version": int(row.version),
        "created_at": instants.show(row.created_at),
        "updated_at": instants.show(row.updated_at),
    }


def _fixed_origins(row: IntegrationRow) -> tuple[str, ...]:
    """The origin of the base URL, where that is the same for every connection."""
    facts = integrations.facts_of(row)
    return () if "{" in "".join((facts.base_url, *facts.hosts)) else integrations.called_origins(facts)


def origins_of(row: IntegrationRow) -> tuple[str, ...]:
    """Where calls of the integration go: by its base URL, or by those of its connections, at most 100."""
    if fixed := _fixed_origins(row):
        return fixed
    found = connections.origins(row.workspace, row.name, limit=breaker.SHOWN)
    with suppress(InvalidInput):  # a variable without a default: only a connection says it
        found |= set(integrations.called_origins(integrations.facts_of(row)))
    return tuple(sorted(found)[: breaker.SHOWN])
