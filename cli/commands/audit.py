"""`waygate audit`: what was done to credentials, and by whom."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from cli.client import open_api
from cli.inputs import moment
from cli.options import AsJson, Url
from cli.output import Cell, out


def audit(
    integration: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only connections of this integration.", show_default=False)
    ] = None,
    connection: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only connections of this name; or INTEGRATION/NAME.", show_default=False),
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="Only what key:<id>, session:<id> or sweep did.", show_default=False),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="10m, 2h, 7d, or an RFC 3339 time.", show_default=False)
    ] = None,
    number: Annotated[
        int,
        typer.Option("-n", "--number", metavar="N", help="How many at the most, the latest first.", min=1, max=10_000),
    ] = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show who created, changed, refreshed or deleted which credential; never the credential.

    Example: `waygate audit --integration demo --since 7d`
    """
    start = moment(since, now=dt.datetime.now(dt.UTC), ahead=False) if since else None
    filters = {"integration": integration, "connection": connection, "actor": actor}
    found = list(open_api(url).pages("audit", most=number, **filters, since=start))
    if as_json:
        out.result({"data": found})
    elif found:
        out.table(("AT", "WHAT", "CONNECTION", "WHO", "FROM", "DETAILS"), map(_row, found), whole=("AT", "WHAT"))
    else:
        out.note("No entries match.")


def _row(entry: dict[str, Any]) -> tuple[Cell, ...]:
    details = ", ".join(f"{name} {value}" for name, value in entry["details"].items() if value is not None)
    return (
        entry["at"][:19].replace("T", " ") + "Z",
        (entry["what"], "red" if entry["what"] in ("needs_reauth", "orphaned") else ""),
        f"{entry['integration']}/{entry['connection']}",
        entry["actor"],
        entry["address"] or "",
        details,
    )
