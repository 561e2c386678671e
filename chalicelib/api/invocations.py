"""``/invocations``: what was called, with every attempt."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field

from chalicelib.api import cursors
from chalicelib.api.routing import Context, Page, Routes
from chalicelib.errors import InvocationNotFound
from chalicelib.gateway import log

routes = Routes()


class Filter(Page):
    """How the log is narrowed."""

    integration: str | None = Field(default=None, max_length=63)
    action: str | None = Field(default=None, max_length=64)
    connection: str | None = Field(default=None, max_length=63)
    status: int | None = Field(default=None, ge=100, le=599)
    code: str | None = Field(default=None, max_length=64)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


@routes("GET", "/v1/invocations", scope="registry:read", query=Filter)
def page(context: Context, query: Filter) -> dict[str, Any]:
    """Invocations, the latest first; kept for 7 days."""
    listing = cursors.listing("/invocations", query.model_dump())
    before = cursors.read(context.workspace, listing, query.cursor)
    wanted = log.Wanted(
        **query.model_dump(exclude={"limit", "cursor"}),
        failed=query.code is not None or (query.status or 200) >= 400,
        integrations=context.who.integrations,
    )
    found, more = log.page(context.workspace, wanted, limit=query.limit, before=before)
    return {"data": found, "next_cursor": cursors.make(context.workspace, listing, more)}


@routes("GET", "/v1/invocations/{request}", scope="registry:read")
def get(context: Context) -> dict[str, Any]:
    """One invocation, by its request id."""
    record = log.get(context.workspace, context.parameters["request"])
    if not context.who.sees(record["integration"]):
        raise InvocationNotFound(f"There is no invocation `{context.parameters['request']}`; they are kept for 7 days.")
    return record
