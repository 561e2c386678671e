"""`waygate logs`: what was called, and what came of it."""

from __future__ import annotations

import datetime as dt
import time
from typing import Annotated, Any, Final

import typer

from cli.client import Api, open_api
from cli.failures import Misuse, Problem
from cli.inputs import moment
from cli.options import AsJson, Url
from cli.output import Cell, out

_RECORDED_WITHIN_S: Final = 10.0
_AGAIN_S: Final = 1.0


def logs(
    request: Annotated[
        str | None,
        typer.Argument(metavar="REQUEST_ID", help="Show this one call, with every attempt.", show_default=False),
    ] = None,
    integration: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only calls of this integration.", show_default=False)
    ] = None,
    action: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only calls of this action.", show_default=False)
    ] = None,
    connection: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only calls with this connection.", show_default=False)
    ] = None,
    status: Annotated[
        int | None,
        typer.Option(metavar="STATUS", help="Only this status, such as 424.", min=100, max=599, show_default=False),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Only this error code, such as upstream_timeout.", show_default=False),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="10m, 2h, 7d, or an RFC 3339 time.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Up to then: 10m, 2h, or an RFC 3339 time.", show_default=False)
    ] = None,
    outcome: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="succeeded, failed or unknown.", show_default=False)
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Only calls under this Idempotency-Key.", show_default=False)
    ] = None,
    backfill: Annotated[
        bool,
        typer.Option("--backfill", help="Store what is missing since then, from the lines as written (needs admin)."),
    ] = False,
    number: Annotated[
        int,
        typer.Option("-n", "--number", metavar="N", help="How many at the most, the latest first.", min=1, max=10_000),
    ] = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show the latest calls, or one of them.

    Example: `waygate logs --integration demo --since 10m`
    """
    now = dt.datetime.now(dt.UTC)
    start, end = (moment(text, now=now, ahead=False) if text else None for text in (since, until))
    filters = {"integration": integration, "action": action, "connection": connection, "status": status, "code": code}
    filters |= {"outcome": outcome, "idempotency_key": idempotency_key}
    if request is not None:
        if since or until or backfill or any(value is not None for value in filters.values()):
            raise Misuse("A request id needs no filters.")
        _one(open_api(url), request, as_json)
        return
    if backfill:
        if start is None or any(value is not None for value in filters.values()):
            raise Misuse("--backfill takes --since, and --until, alone.", fix="waygate logs --backfill --since 2h")
        _backfill(open_api(url), start, end or moment(now.isoformat(), now=now, ahead=False), as_json)
        return
    found = list(open_api(url).pages("invocations", most=number, **filters, since=start, until=end))
    if as_json:
        out.result({"data": found})
    elif found:
        out.table(("AT", "REQUEST", "ACTION", "STATUS", "MS", "CODE"), map(_row, found), whole=("AT", "REQUEST"))
    else:
        out.note("No calls match. A call is in the log within seconds.")


def _backfill(api: Api, since: str, until: str, as_json: bool) -> None:
    """Fill the log again, call by call until all of it is read."""
    lines, cursor = 0, None
    while True:
        asked = {"since": since, "until": until, "cursor": cursor}
        done = api.send("POST", "invocations", "backfill", body=asked).json()
        lines, cursor = lines + done["lines"], done["next_cursor"]
        if cursor is None:
            break
        out.note(f"{lines} lines so far…")
    if as_json:
        out.result({"lines": lines})
    else:
        out.say(f"{lines} line{'' if lines == 1 else 's'} read again; what was missing is in the log now.")


def _one(api: Api, request: str, as_json: bool) -> None:
    record = _recorded(api, request)
    if as_json:
        out.result(record)
        return
    upstream, asked = record["upstream"] or {}, record["request"] or {}
    out.facts(
        (
            ("Request", record["request_id"]),
            ("At", record["at"]),
            ("Action", f"{record['integration']}/{record['action']} v{record['version']}"),
            ("Connection", record["connection"]),
            ("Status", f"{record['status']} {record['code'] or record['outcome']}"),
            ("Dry run", "yes" if record.get("dry_run") else None),
            ("Took", f"{record['duration_ms']} ms, of which upstream {upstream.get('duration_ms', 0)} ms"),
            ("Sent", f"{asked.get('method')} {asked.get('url')}" if asked else None),
            ("Sizes", ", ".join(f"{name} {size:,} bytes" for name, size in (record["sizes"] or {}).items())),
            ("Output", {True: "fits its schema", False: "does not fit its schema"}.get(record["output_valid"])),
            ("Key", record["key_id"]),
            ("Replay of", record.get("replay_of")),
            ("Answer of", record.get("answered_from")),
            ("Trace", record.get("trace_id")),
        )
    )
    if upstream.get("attempts"):
        out.say()
        out.table(("ATTEMPT", "STATUS", "MS", "WAITED", "REASON"), map(_attempt, upstream["attempts"]))

    for name, body in (record.get("bodies") or {}).items():
        if body is not None:
            cut = ", cut" if body["truncated"] else ""
            out.say()
            out.say(
                f"{name} ({body['content_type']}, {body['bytes']:,} bytes{cut}): {body.get('text', body.get('base64'))}"
            )


def _recorded(api: Api, request: str) -> dict[str, Any]:
    """The record; a call is on its way to the log for a moment, which is waited for."""
    deadline = time.monotonic() + _RECORDED_WITHIN_S
    while True:
        try:
            return dict(api.get("invocations", request))
        except Problem as problem:
            if problem.code != "not_recorded_yet" or time.monotonic() > deadline:
                raise
        time.sleep(_AGAIN_S)


def _row(record: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        record["at"][:19].replace("T", " ") + "Z",
        record["request_id"],
        f"{record['integration']}/{record['action']}",
        (str(record["status"]), "green" if record["status"] < 400 else "red"),
        str(record["duration_ms"]),
        (record["code"] or "") + (" (dry run)" if record.get("dry_run") else ""),
    )


def _attempt(attempt: dict[str, Any]) -> tuple[Cell, ...]:
    waited = attempt.get("wait_ms")
    return (
        str(attempt["n"]),
        str(attempt.get("status") or ""),
        str(attempt.get("duration_ms", "")),
        "" if waited is None else f"{waited} ms",
        attempt.get("reason") or "",
    )
