"""``/tags``: what integrations, actions and connections are grouped by."""

from __future__ import annotations

import time
from typing import Any

from pydantic import ValidationError

from chalicelib.api import cursors, instants
from chalicelib.api.routing import Context, Page, Routes, invalid
from chalicelib.registry import tags
from chalicelib.registry.models import Tag
from chalicelib.registry.profile import Strict

routes = Routes()
_RESERVE_S = 4.0  # of Lambda's time, for the write that is on its way


class Renaming(Strict):
    """The body of PATCH."""

    name: Tag


class _Named(Strict):
    tag: Tag


@routes("GET", "/v1/tags", scope="registry:read", query=Page)
def page(context: Context, query: Page) -> dict[str, Any]:
    """Tags by name, each with how many integrations, actions and connections carry it."""
    listing = cursors.listing("/tags", {})
    after = cursors.read(context.workspace, listing, query.cursor)
    found = tags.counts(context.workspace, context.who.sees)
    names = [name for name in found if after is None or name > after]
    shown = names[: query.limit]
    more = shown[-1] if len(names) > query.limit else None
    return {
        "data": [{"name": name, **vars(found[name])} for name in shown],
        "next_cursor": cursors.make(context.workspace, listing, more),
    }


@routes("PATCH", "/v1/tags/{tag}", scope="registry:write", body=Renaming)
def rename(context: Context, body: Renaming) -> dict[str, Any]:
    """Rename a tag on everything that carries it; `remaining` above 0 asks for the same call again."""
    return {"name": body.name, **_replace(context, body.name)}


@routes("DELETE", "/v1/tags/{tag}", scope="registry:write")
def delete(context: Context) -> dict[str, Any]:
    """Take a tag away from everything; `remaining` above 0 asks for the same call again."""
    return {"name": None, **_replace(context, None)}


def _replace(context: Context, new: str | None) -> dict[str, int]:
    try:
        tag = _Named(tag=context.parameters["tag"]).tag
    except ValidationError as error:
        raise invalid(error, "path") from None
    if tags.counts(context.workspace, context.who.sees).get(tag, tags.Counts()).connections:
        context.who.require("connections:write")
    until = time.monotonic() + context.remaining_s - _RESERVE_S
    change = tags.replace(
        context.workspace,
        tag,
        new,
        context.who.sees,
        now=instants.now(),
        has_time=lambda: time.monotonic() < until,
    )
    return vars(change)
