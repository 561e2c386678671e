"""``/audit``: what was done to credentials, by whom and from where."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal

from pydantic import Field

from chalicelib.api import cursors, instants
from chalicelib.api.application import dump
from chalicelib.api.routing import Context, Page, Reply, Routes
from chalicelib.auth import audit
from chalicelib.settings import settings

routes = Routes()
_JSON_LINES: Final = "application/x-ndjson"


class Filter(Page):
    """How the audit is narrowed. `format=jsonl` gives an entry a line, and the cursor in the header `Next-Cursor`."""

    integration: str | None = Field(default=None, max_length=63)
    connection: str | None = Field(default=None, max_length=127, description="A name, or `integration/name`.")
    actor: str | None = Field(default=None, max_length=100)
    since: instants.Instant | None = None
    until: instants.Instant | None = None
    format: Literal["json", "jsonl"] | None = None


@routes("GET", "/v1/audit", scope="admin", query=Filter)
def page(context: Context, query: Filter) -> dict[str, Any] | Reply:
    """Who did what to which connection's credential, the latest first; never a value."""
    listing = cursors.listing("/audit", query.model_dump(exclude={"format"}))
    before = cursors.read(context.workspace, listing, query.cursor)
    now = instants.now()
    oldest = now - dt.timedelta(days=settings().audit_days)
    wanted = audit.Wanted(
        since=max(oldest, query.since or oldest),
        until=min(now + dt.timedelta(minutes=1), query.until or now + dt.timedelta(minutes=1)),
        **query.model_dump(include={"integration", "connection", "actor"}),
    )
    found, more = audit.page(context.workspace, wanted, limit=query.limit, before=before, now=now)
    cursor = cursors.make(context.workspace, listing, more)
    if query.format == "jsonl" or (query.format is None and _JSON_LINES in (context.header("accept") or "")):
        lines = b"".join(dump(one) + b"\n" for one in found)
        return Reply(lines, headers={"Content-Type": _JSON_LINES, **({"Next-Cursor": cursor} if cursor else {})})
    return {"data": found, "next_cursor": cursor}
