"""`waygate replay`: a recorded call, run again."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.client import open_api
from cli.options import AsJson, Url
from cli.output import out


def replay(
    request: Annotated[
        str, typer.Argument(metavar="REQUEST_ID", help="The call's id, from an answer or the log.", show_default=False)
    ],
    url: Url = None,
    as_json: AsJson = False,  # noqa: ARG001 (its callback tells `out`)
) -> None:
    """Run a recorded call again, with its input and connection, as a new call.

    Inputs are recorded where the integration's policy is `record: full`, as it is by default on a laptop.

    Example: `waygate replay req_01J…`
    """
    out.body(open_api(url).send("POST", "invocations", request, "replay").content)
