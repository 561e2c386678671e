"""``/integrations``: the upstream APIs that this workspace uses."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.api import cursors, instants
from chalicelib.api.routing import Context, Page, Reply, Routes, etag, invalid
from chalicelib.egress import hosts
from chalicelib.errors import InvalidInput
from chalicelib.merge_patch import merge
from chalicelib.registry import integrations
from chalicelib.registry.models import IntegrationFacts
from chalicelib.registry.tables import IntegrationRow

routes = Routes()


class Patch(BaseModel):
    """Any members of an integration, as a merge patch; the merged whole is what is validated."""

    model_config = ConfigDict(extra="allow")


class Filter(Page):
    """How a list of integrations is narrowed."""

    tag: str | None = Field(default=None, max_length=63)


@routes("GET", "/v1/integrations", scope="registry:read", query=Filter)
def page(context: Context, query: Filter) -> dict[str, Any]:
    """The workspace's integrations, by name; those under a `tag` where one is given."""
    listing = cursors.listing("/integrations", query.model_dump())
    after = cursors.read(context.workspace, listing, query.cursor)
    found, more = integrations.page(context.workspace, limit=query.limit, after=after, tag=query.tag)
    return {
        "data": [show(row) for row in found if context.who.sees(row.name)],
        "next_cursor": cursors.make(context.workspace, listing, more),
    }


@routes("POST", "/v1/integrations", scope="registry:write", body=IntegrationFacts)
def create(context: Context, body: IntegrationFacts) -> Reply:
    """Add an integration by hand."""
    context.who.require("registry:write", body.name)
    row = integrations.create(context.workspace, body, now=instants.now())
    return Reply(show(row), 201, {"ETag": etag(row.version), "Location": f"/api/v1/integrations/{row.name}"})


@routes("GET", "/v1/integrations/{integration}", scope="registry:read")
def get(context: Context) -> Reply:
    """One integration."""
    row = integrations.get(context.workspace, context.parameters["integration"])
    return Reply(show(row), headers={"ETag": etag(row.version)})


@routes("PATCH", "/v1/integrations/{integration}", scope="registry:write", body=Patch)
def patch(context: Context, body: Patch) -> Reply:
    """Change an integration by merge patch. Connections whose credential may no longer travel need to reconnect."""
    row = integrations.get(context.workspace, context.parameters["integration"])
    context.check_etag(int(row.version))
    changes = body.model_extra or {}
    if changes.get("name", row.name) != row.name:
        fault = {"pointer": "/name", "code": "immutable", "detail": "an integration keeps its name"}
        raise InvalidInput("An integration keeps its name.", errors=[fault])
    try:
        facts = IntegrationFacts.model_validate(merge(row.facts, changes))
    except ValidationError as error:
        raise invalid(error, "merged integration") from None
    row = integrations.replace(row, facts, now=instants.now())
    return Reply(show(row), headers={"ETag": etag(row.version)})


@routes("DELETE", "/v1/integrations/{integration}", scope="registry:write")
def delete(context: Context) -> Reply:
    """Delete an integration with its actions and connections."""
    name = context.parameters["integration"]
    context.check_etag(int(integrations.get(context.workspace, name).version))
    integrations.delete(context.workspace, name)
    return Reply(None, 204)


def show(row: IntegrationRow) -> dict[str, Any]:
    """An integration as the API shows it."""
    facts = integrations.facts_of(row).model_dump(mode="json", by_alias=True)
    facts["auth"] = {name: value for name, value in facts["auth"].items() if value not in (None, [])}
    host = hosts.readable_host(facts["base_url"])
    return {
        **facts,
        "readable_host": host if host not in facts["base_url"] else None,
        "warn_idn": hosts.mixes_scripts(host),
        "connections": int(row.connections),
        "version": int(row.version),
        "created_at": instants.show(row.created_at),
        "updated_at": instants.show(row.updated_at),
    }
