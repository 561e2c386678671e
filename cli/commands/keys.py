"""`waygate keys` and `workspaces`: who may call."""

from __future__ import annotations

import datetime as dt
import time
from typing import Annotated, Any, Final

import typer

from cli.client import Api, open_api
from cli.failures import Misuse
from cli.inputs import commas, moment
from cli.options import AsJson, Url
from cli.output import Cell, out

_POLL_S: Final = 5.0

keys = typer.Typer(help="API keys: list, create, revoke; rotate the keyring.", no_args_is_help=True)
workspaces = typer.Typer(help="Workspaces: list, create (with the root key only).", no_args_is_help=True)


@keys.command("list")
def list_keys(url: Url = None, as_json: AsJson = False) -> None:
    """List the workspace's keys, never the secrets.

    Example: `waygate keys list`
    """
    found = list(open_api(url).pages("api-keys"))
    if as_json:
        out.result({"data": found})
    else:
        out.table(("ID", "NAME", "SCOPES", "INTEGRATIONS", "EXPIRES", "LAST USED"), map(_row, found))


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="What the key is for.", show_default=False)],
    scope: Annotated[
        list[str],
        typer.Option(
            metavar="SCOPE",
            help="invoke, registry:read, registry:write, connections:write or admin; may be repeated.",
            show_default=False,
        ),
    ],
    integration: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Limit the key to this integration; may be repeated.", show_default=False),
    ] = None,
    per_second: Annotated[
        float | None,
        typer.Option(metavar="N", help="Limit the key to so many calls per second.", show_default=False),
    ] = None,
    burst: Annotated[
        int | None,
        typer.Option(metavar="N", help="Calls at once, with --per-second; else those of 2 s.", show_default=False),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="30d, 12h, or an RFC 3339 time.", show_default=False)
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Create a key. It is printed once, alone on standard output.

    Example: `waygate keys create --name ci --scope invoke --expires 30d`
    """
    body: dict[str, Any] = {"name": name, "scopes": commas(scope), "integrations": commas(integration) or None}
    if not body["scopes"]:
        raise Misuse("A key needs a scope.", fix="For example --scope invoke.")
    if per_second is not None:
        body["limits"] = {"per_second": per_second, "burst": burst}
    elif burst is not None:
        raise Misuse("--burst needs --per-second.", fix="For example --per-second 5 --burst 10.")
    if expires is not None:
        body["expires_at"] = moment(expires, now=dt.datetime.now(dt.UTC), ahead=True)
    made = open_api(url).send("POST", "api-keys", body=body).json()
    if as_json:
        out.result(made)
        return
    out.note(f"Key {made['id']} ({', '.join(made['scopes'])}). It is shown only now:")
    out.say(made["key"])


@keys.command("revoke")
def revoke_key(
    key: Annotated[
        str, typer.Argument(metavar="KEY_ID", help="The key's id, as `waygate keys list` shows it.", show_default=False)
    ],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a key. It is refused everywhere within 30 seconds.

    Example: `waygate keys revoke k7m2p9qx`
    """
    if key.startswith("wg_"):
        raise Misuse("That is a key, not its id: it does not belong on a command line.", fix="See waygate keys list.")
    open_api(url).send("DELETE", "api-keys", key)
    if as_json:
        out.result({"id": key, "revoked": True})
    else:
        out.say(f"Key {key} revoked.")


@keys.command("rotate-ring")
def rotate_ring(
    wait: Annotated[bool, typer.Option(help="Wait until every credential is sealed under the new key.")] = True,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Give the workspace a new sealing key, and seal every credential anew. Takes six minutes; interrupts nothing.

    May be stopped: it goes on by itself. Run again, it shows how far the rotation is.

    Example: `waygate keys rotate-ring`
    """
    api = open_api(url)
    found = api.send("POST", "keyring", "rotate").json()
    if wait:
        found = _wait_for_rotation(api)
    if as_json:
        out.result(found)
    elif found["status"] == "done":
        out.say(f"Rotated: {found['resealed']} sealed anew.")
        for name in found["unreadable"]:
            out.note(f"Cannot be opened, connect it again: {name}")
    else:
        out.say("The rotation goes on by itself; `waygate keys rotate-ring` waits for its end.")


def _wait_for_rotation(api: Api) -> dict[str, Any]:
    said = ""
    while True:
        found: dict[str, Any] = api.get("keyring", "rotate")
        if found["status"] == "done":
            return found
        if found["status"] != said:
            said = found["status"]
            until = f" until {found['continues_at']}, when every process has the new key" if said == "waiting" else ""
            out.note(f"{said}{until}…")
        due = found.get("continues_at")
        if due is None or dt.datetime.fromisoformat(due) <= dt.datetime.now(dt.UTC):
            api.send("POST", "keyring", "rotate")  # a push: otherwise it goes on within five minutes
        time.sleep(_POLL_S)


@workspaces.command("list")
def list_workspaces(url: Url = None, as_json: AsJson = False) -> None:
    """List all workspaces.

    Example: `waygate workspaces list`
    """
    found = open_api(url).get("workspaces")["data"]
    if as_json:
        out.result({"data": found})
    else:
        out.table(("WORKSPACE", "CREATED"), ((one["name"], one["created_at"]) for one in found))


@workspaces.command("create")
def create_workspace(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the workspace.", show_default=False)],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Create a workspace. Its admin key is printed once, alone on standard output.

    Example: `waygate workspaces create staging`
    """
    made = open_api(url).send("POST", "workspaces", body={"name": name}).json()
    if as_json:
        out.result(made)
        return
    out.note(f"Workspace {made['name']}. Its admin key is shown only now:")
    out.say(made["api_key"]["key"])


def _row(key: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        key["id"],
        key["name"],
        ", ".join(key["scopes"]),
        "all" if key["integrations"] is None else ", ".join(key["integrations"]),
        key["expires_at"] or "never",
        key["last_used_at"] or "",
    )
