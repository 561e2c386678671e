"""``/actions``: list, search, describe, write by hand, delete; `invoking` has the POST."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.api import cursors, instants
from chalicelib.api.routing import Context, Page, Query, Reply, Routes, etag, invalid, read_model
from chalicelib.errors import InvalidInput
from chalicelib.merge_patch import merge
from chalicelib.registry import actions, definitions, integrations
from chalicelib.registry.closure import bundle, closure
from chalicelib.registry.models import ActionFacts, ActionName, IntegrationFacts
from chalicelib.registry.schema_bounds import over_limit
from chalicelib.registry.sendable import check_sendable
from chalicelib.registry.tables import ActionRow
from chalicelib.registry.validation import UnusableSchema, compile_schema

routes = Routes()
_SENT = ("bindings", "constants", "server", "idempotency_header")  # what tells where a value goes


class Filter(Page):
    """How a list of actions is narrowed."""

    integration: str | None = Field(default=None, max_length=63)
    q: str | None = Field(default=None, max_length=200)
    tag: str | None = Field(default=None, max_length=63)


class Description(Query):
    """What a description includes besides the input."""

    include: str | None = Field(default=None, pattern=r"^output_schema$")


class ActionPatch(BaseModel):
    """Any members of an action, as a merge patch."""

    model_config = ConfigDict(extra="allow", defer_build=True)
    patched: ClassVar = ActionFacts


class _Named(BaseModel):
    name: ActionName


@routes("GET", "/v1/actions", scope="registry:read", query=Filter)
def page(context: Context, query: Filter) -> dict[str, Any]:
    """Actions of all integrations, or of one, by name; with `q` those that answer it, the best first."""
    listing = cursors.listing("/actions", query.model_dump())
    after = cursors.read(context.workspace, listing, query.cursor)
    wanted = actions.Wanted(query.integration, query.tag, context.who.integrations)
    if query.q and query.q.strip():
        found, more = actions.search(context.workspace, query.q, wanted, limit=query.limit, after=after)
    else:
        found, more = actions.page(context.workspace, wanted, limit=query.limit, after=after)
    return {
        "data": [actions.list_fields(row) for row in found],
        "next_cursor": cursors.make(context.workspace, listing, more),
    }


@routes("GET", "/v1/actions/{integration}/{action}", query=Description)
def get(context: Context, query: Description) -> Reply:
    """One action, with a self-contained input schema; for keys with `registry:read` or `invoke`."""
    who = context.who
    who.require("registry:read" if who.has("registry:read") else "invoke", context.parameters["integration"])
    row = _get(context)
    return Reply(show(row, with_output=query.include is not None), headers={"ETag": etag(row.version)})


@routes("PUT", "/v1/actions/{integration}/{action}", scope="registry:write", body=ActionFacts)
def put(context: Context, body: ActionFacts) -> Reply:
    """Write an action by hand, or replace one. Its schemas must be self-contained (`$defs` inside)."""
    integration, name = context.parameters["integration"], context.parameters["action"]
    try:
        _Named(name=name)
    except ValidationError as error:
        raise invalid(error, "path") from None
    owner = integrations.facts_of(integrations.get(context.workspace, integration))
    row = actions.find(context.workspace, integration, name)
    return _store(context, row, body, owner, definitions_id=None)


@routes("PATCH", "/v1/actions/{integration}/{action}", scope="registry:write", body=ActionPatch)
def patch(context: Context, body: ActionPatch) -> Reply:
    """Change an action by merge patch."""
    owner = integrations.facts_of(integrations.get(context.workspace, context.parameters["integration"]))
    row = actions.get(context.workspace, owner.name, context.parameters["action"])
    stored = actions.facts_of(row).model_dump(mode="json", by_alias=True)
    try:
        facts = read_model(ActionFacts, merge(stored, body.model_extra or {}))
    except ValidationError as error:
        raise invalid(error, "merged action") from None
    return _store(context, row, facts, owner, definitions_id=row.definitions)


@routes("DELETE", "/v1/actions/{integration}/{action}", scope="registry:write")
def delete(context: Context) -> Reply:
    """Delete an action."""
    row = _get(context)
    context.check_etag(int(row.version))
    actions.delete(context.workspace, str(row.integration), [row.name])
    return Reply(None, 204)


def show(row: ActionRow, *, with_output: bool) -> dict[str, Any]:
    """An action as the API shows it."""
    facts = actions.facts_of(row)
    shared = definitions.load(str(row.workspace), str(row.integration), row.definitions)
    shown = facts.model_dump(mode="json", by_alias=True, exclude={"input_schema", "output_schema"})
    shown["input_schema"] = bundle(facts.input_schema, shared)
    if with_output:
        output = facts.output_schema
        shown["output_schema"] = bundle(output, shared) if isinstance(output, dict) else output
    return {
        "integration": row.integration,
        "name": row.name,
        **shown,
        "version": int(row.version or 1),
        "created_at": instants.show(row.created_at),
        "updated_at": instants.show(row.updated_at),
    }


def _get(context: Context) -> ActionRow:
    integration = context.parameters["integration"]
    integrations.get(context.workspace, integration)
    return actions.get(context.workspace, integration, context.parameters["action"])


def _store(
    context: Context, row: ActionRow | None, facts: ActionFacts, owner: IntegrationFacts, *, definitions_id: str | None
) -> Reply:
    integration, name = context.parameters["integration"], context.parameters["action"]
    if row is None or any(getattr(facts, one) != getattr(actions.facts_of(row), one) for one in _SENT):
        check_sendable(facts, owner)  # an import says its own of what it finds
    shared = definitions.load(context.workspace, integration, definitions_id)
    for member, schema in (("input_schema", facts.input_schema), ("output_schema", facts.output_schema)):
        if schema is not None:
            _check_schema(member, schema, shared)
    seen = None if row is None else int(row.version or 1)
    context.check_etag(seen or 0)
    new = actions.new_row(
        context.workspace,
        integration,
        name,
        facts,
        definitions=definitions_id,
        now=instants.now(),
        version=(seen or 0) + 1,
        imported=row.imported if row is not None else None,
    )
    if row is not None:
        new.created_at = row.created_at
    actions.put(new, seen=seen)
    location = {"Location": f"/api/v1/actions/{integration}/{name}"} if seen is None else {}
    shown = show(new, with_output=True)
    return Reply(shown, 201 if seen is None else 200, {"ETag": etag(new.version), **location})


def _check_schema(member: str, schema: Any, shared: dict[str, Any]) -> None:
    """Raises `InvalidInput` for a schema that the validator refuses."""
    missing = sorted(name for name, found in closure(schema, shared).items() if found is None)
    whole = bundle(schema, shared)
    try:
        if fault_found := over_limit(whole):
            raise UnusableSchema(fault_found)
        compile_schema(whole)
    except UnusableSchema as error:
        detail = f"refers to unknown {', '.join(missing)}" if missing else error.reason
        fault = {"pointer": f"/{member}{error.pointer}", "code": "schema_unusable", "detail": detail}
        raise InvalidInput(f"The {member} is not a usable JSON Schema (2020-12).", errors=[fault]) from None
