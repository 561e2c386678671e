"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.output import out


def _json_output(value: bool) -> bool:
    out.as_json = out.as_json or value
    return value


Url = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="Address of Waygate (or WAYGATE_URL).", show_default=False)
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help="One JSON document on standard output; errors as JSON on standard error.",
        callback=_json_output,
        is_eager=True,
    ),
]
Integration = Annotated[str, typer.Argument(metavar="INTEGRATION", help="Name of the integration.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
