"""Connecting over a browser: `waygate connect` for OAuth, and `waygate connect-link` for somebody else."""

from __future__ import annotations

import time
import webbrowser
from collections.abc import Callable
from typing import Annotated, Any, Final

import typer

from cli.client import Api, open_api
from cli.failures import UPSTREAM, Failure
from cli.options import AsJson, Url
from cli.output import is_interactive, out

_POLL_S: Final = 1.0
_WAIT_S: Final = 600.0  # as long as the start address is good


def by_consent(api: Api, integration: str, name: str, body: dict[str, Any], *, as_json: bool, wait: bool) -> None:
    """Start OAuth, show or open the address, and wait for what comes of it."""
    seen = _version(api, integration, name)
    order = api.send("POST", "connections", integration, name, "authorize", body=body).json()
    if not wait:
        _tell(order, as_json=as_json)
        return
    out.note(f"Open in a browser: {order['authorize_url']}")
    out.note(f"The provider has to know this callback URL: {order['callback_url']}")
    if is_interactive():
        webbrowser.open(order["authorize_url"])
    connection = _wait(lambda: api.get("connections", integration, name), lambda found: _is_settled(found, seen))
    if as_json:
        out.result({"connection": connection})
    elif connection["status"] == "active":
        out.say(f"{integration}/{name} connected.", "green")
    for warning in connection["warnings"]:
        out.note(f"Note: {warning['detail']}")
    if connection["status"] != "active":
        if not as_json:
            out.say(f"{integration}/{name} is {connection['status']}: {connection['reason']}", "red")
        raise typer.Exit(UPSTREAM)


def connect_link(
    integrations: Annotated[
        list[str], typer.Argument(metavar="INTEGRATION...", help="What may be connected.", show_default=False)
    ],
    name: Annotated[str, typer.Option(metavar="CONNECTION", help="Name of the connection.")] = "default",
    tag: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="A tag; may be repeated.", show_default=False)
    ] = None,
    return_to: Annotated[
        str | None, typer.Option(metavar="PATH", help="Where the browser ends, on Waygate.", show_default=False)
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it was used.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Make a link by which somebody connects an account without an API key: good once, for an hour.

    Example: `waygate connect-link crm --name acme --tag customer:acme`
    """
    api = open_api(url)
    body = {"integrations": integrations, "connection": name, "tags": tag or []}
    session = api.send("POST", "connect-sessions", body=body | ({"return_to": return_to} if return_to else {})).json()
    if as_json and not wait:
        out.result(session)
        return
    (out.note if as_json else out.say)(session["url"])
    if not wait:
        out.note(
            f"Good once, until {session['expires_at']}. What became of it: GET /api/v1/connect-sessions/{session['id']}"
        )
        return
    ended = _wait(lambda: api.get("connect-sessions", session["id"]), lambda found: found["status"] != "open")
    if as_json:
        out.result(ended)
    elif ended["connected"]:
        out.say(f"{ended['connected']['integration']}/{ended['connected']['connection']} connected.", "green")
    if not ended["connected"]:
        raise Failure("The link was not used in time.", fix="Make another one.")


def _tell(order: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        out.result(order)
        return
    out.say(order["authorize_url"])
    out.note(f"Good once, until {order['expires_at']}. Callback URL to register: {order['callback_url']}")


def _version(api: Api, integration: str, name: str) -> int:
    """The version of an active connection that is there already; 0 where there is none, or it waits."""
    found = [row for row in api.pages("connections", integration=integration) if row["name"] == name]
    return int(found[0]["version"]) if found else 0


def _is_settled(connection: dict[str, Any], seen: int) -> bool:
    if connection["status"] == "pending":
        return str(connection["reason"]) != "waiting for the account's owner"
    return int(connection["version"]) > seen


def _wait(ask: Callable[[], dict[str, Any]], is_over: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + _WAIT_S
    while not is_over(found := ask()):
        if time.monotonic() > deadline:
            raise Failure("Nobody finished in the browser within ten minutes.", fix="Run the command again.")
        time.sleep(_POLL_S)
    return found
