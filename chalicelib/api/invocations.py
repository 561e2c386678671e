"""``/invocations``: what was called, with every attempt."""

from __future__ import annotations

import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.api import cursors, instants, invoking
from chalicelib.api.routing import Context, Page, Reply, Routes
from chalicelib.errors import InvocationNotFound
from chalicelib.gateway import backfill, log, recording
from chalicelib.gateway.story import key_hash
from chalicelib.settings import Caps

routes = Routes()


class Filter(Page):
    """How the log is narrowed."""

    integration: str | None = Field(default=None, max_length=63)
    action: str | None = Field(default=None, max_length=64)
    connection: str | None = Field(default=None, max_length=63)
    status: int | None = Field(default=None, ge=100, le=599)
    code: str | None = Field(default=None, max_length=64)
    since: instants.Instant | None = None
    until: instants.Instant | None = None
    outcome: Literal["succeeded", "failed", "unknown"] | None = None
    idempotency_key: str | None = Field(default=None, max_length=255)
    idempotency_hash: str | None = Field(default=None, max_length=16, description="The same key, as the log shows it.")
    key_id: str | None = Field(default=None, max_length=8, description="The API key that called.")
    replay_of: str | None = Field(default=None, max_length=30, description="Replays of this invocation.")


@routes("GET", "/v1/invocations", scope="registry:read", query=Filter)
def page(context: Context, query: Filter) -> dict[str, Any]:
    """Invocations, the latest first; kept for 7 days."""
    listing = cursors.listing("/invocations", query.model_dump())
    before = cursors.read(context.workspace, listing, query.cursor)
    wanted = log.Wanted(
        **query.model_dump(exclude={"limit", "cursor", "idempotency_key", "idempotency_hash"}),
        idempotency_key=key_hash(query.idempotency_key) if query.idempotency_key else query.idempotency_hash,
        failed=query.code is not None or (query.status or 200) >= 400 or query.outcome in ("failed", "unknown"),
        integrations=context.who.integrations,
    )
    found, more = log.page(context.workspace, wanted, limit=query.limit, before=before)
    return {"data": found, "next_cursor": cursors.make(context.workspace, listing, more)}


class Stretch(BaseModel):
    """Which part of the log is filled again; `cursor` goes on where an answer ended."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    since: instants.Instant
    until: instants.Instant
    cursor: str | None = Field(default=None, max_length=4_000)


@routes("POST", "/v1/invocations/backfill", scope="admin", body=Stretch)
def refill(context: Context, body: Stretch) -> dict[str, Any]:
    """Read the log's lines again from where they were written, and store what is missing; call it until no cursor."""
    listing = cursors.listing("/invocations/backfill", body.model_dump())
    token = cursors.read(context.workspace, listing, body.cursor)
    oldest = time.time() - Caps.INVOCATION_TTL_S
    since_ms, until_ms = (int(max(moment.timestamp(), oldest) * 1_000) for moment in (body.since, body.until))
    done = backfill.remotely(backfill.Stretch(context.workspace, since_ms, until_ms, token))
    return {"lines": done.lines, "next_cursor": cursors.make(context.workspace, listing, done.token)}


@routes("GET", "/v1/invocations/{request}", scope="registry:read")
def get(context: Context) -> dict[str, Any]:
    """One invocation, by its request id; with `bodies` where the integration's policy is `record: full`."""
    request = context.parameters["request"]
    record = log.get(context.workspace, request)
    if not context.who.sees(record["integration"]):
        raise _not_found(request)
    kept = recording.find(context.workspace, request, now=time.time())
    return {**record, "bodies": kept.shown if kept else None}


@routes("POST", "/v1/invocations/{request}/replay", scope="invoke")
def replay(context: Context) -> Reply:
    """Run an invocation again with its recorded input, as a new one."""
    request = context.parameters["request"]
    kept = recording.find(context.workspace, request, now=time.time())
    integration = kept.integration if kept else log.get(context.workspace, request)["integration"]
    if not context.who.sees(integration):
        raise _not_found(request)
    context.who.require("invoke", integration)
    body = recording.replayable(kept, request)
    if kept is None:
        raise RuntimeError("what is not kept is not replayable")
    return invoking.answer(context, kept.integration, kept.action, body, connection=kept.connection, replay_of=request)


def _not_found(request: str) -> InvocationNotFound:
    return InvocationNotFound(f"There is no invocation `{request}`; they are kept for 7 days.")
