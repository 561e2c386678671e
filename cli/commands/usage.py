"""`waygate usage`: how much was called, how much of it failed, and how long it took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from cli.client import open_api
from cli.failures import Misuse
from cli.inputs import moment
from cli.options import AsJson, Url
from cli.output import Cell, out

_BARS: Final = "▁▂▃▄▅▆▇█"
_COLUMNS: Final = (
    "",
    "CALLS",
    "ERRORS",
    "CALLER'S",
    "UPSTREAM'S",
    "OURS",
    "P50 MS",
    "P95 MS",
    "P99 MS",
    "CALLS OVER TIME",
)


def usage(
    integration: Annotated[
        str | None,
        typer.Argument(metavar="INTEGRATION", help="Its actions, instead of all integrations.", show_default=False),
    ] = None,
    action: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this action of it.", show_default=False)
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="10h, 7d, or an RFC 3339 time.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Up to then: 2h, 1d, or an RFC 3339 time.", show_default=False)
    ] = None,
    bucket: Annotated[str, typer.Option(metavar="hour|day", help="How fine the times are.")] = "hour",
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show calls, errors and latency of all integrations, or of one integration's actions.

    Example: `waygate usage demo --since 7d --bucket day`
    """
    if action and not integration:
        raise Misuse("An action needs its integration.", fix=f"waygate usage INTEGRATION --action {action}")
    now = dt.datetime.now(dt.UTC)
    start = moment(since, now=now, ahead=False) if since else None
    end = moment(until, now=now, ahead=False) if until else None
    asked = {"integration": integration, "action": action, "since": start, "until": end, "bucket": bucket}
    report = open_api(url).get("usage", **asked)
    if as_json:
        out.result(report)
    elif report["data"]:
        rows = [(row["action"] or row["integration"], row) for row in report["data"]]
        out.table(_COLUMNS, [_row(name, row) for name, row in [*rows, ("all", report["total"])]], whole=("",))
        out.note(f"By the {bucket} from {report['since'][:16]}Z to {report['until'][:16]}Z.")
    else:
        out.note("No calls in that time. A call is counted within seconds; dry runs are not.")


def _row(name: str, usage: dict[str, Any]) -> tuple[Cell, ...]:
    errors, latency = usage["errors"], usage["latency_ms"]
    failed = sum(errors.values())
    return (
        name,
        f"{usage['calls']:,}",
        (f"{failed:,}", "red" if failed else ""),
        *(f"{errors[fault]:,}" for fault in ("caller", "upstream", "gateway")),
        *("" if latency[percent] is None else f"{latency[percent]:,.0f}" for percent in ("p50", "p95", "p99")),
        bars(usage["series"]["calls"]),
    )


def bars(counts: Sequence[int]) -> str:
    """The counts as a line of bars; a blank where there is none."""
    most = max(counts, default=0)
    return "".join(_BARS[-(-count * len(_BARS) // most) - 1] if count else " " for count in counts)
