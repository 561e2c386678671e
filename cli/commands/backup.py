"""`waygate backup` and `waygate restore`: a workspace as one file, its credentials sealed under a passphrase."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli.backups import FORMAT, Backup, Writer, new_lock
from cli.client import Api, open_api
from cli.credentials import Source
from cli.failures import FAILED, Failure, Problem
from cli.jobs import watched, why
from cli.options import AsJson, Url
from cli.output import out

_WAIT_S: Final = 600.0
_SETTINGS: Final = ("config", "metadata", "tags")
_OF_CONNECTION: Final = ("name", "auth_type", "client", "status", "expires_at", *_SETTINGS)
_OF_KEY: Final = ("id", "name", "scopes", "integrations", "expires_at")
_QUESTION: Final = "Passphrase of the backup"
Stdin = Annotated[bool, typer.Option("--secret-stdin", help="Read the passphrase from standard input.")]
File = Annotated[
    Path | None, typer.Option("--secret-file", metavar="FILE", help="Read it from a file.", show_default=False)
]
Variable = Annotated[
    str | None, typer.Option("--secret-env", metavar="VARIABLE", help="Take it from there.", show_default=False)
]
Target = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, a zip file.", show_default=False)]


@dataclass
class Tally:
    """What was saved or restored, and what could not be, with the reason."""

    integrations: int = 0
    actions: int = 0
    clients: int = 0
    connections: int = 0
    credentials: int = 0
    kept: list[str] = field(default_factory=list)  # was there already
    missing: dict[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """The counts in a sentence."""
        counts = vars(self).items()
        return ", ".join(f"{count} {name}" for name, count in counts if isinstance(count, int))


def backup(
    file: Target,
    credentials: Annotated[
        bool, typer.Option(help="Take the credentials along, sealed under a passphrase (needs an admin key).")
    ] = True,
    secret_stdin: Stdin = False,
    secret_file: File = None,
    secret_env: Variable = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Save the workspace: integrations, actions, OAuth clients, connections, tags, and what its API keys are.

    Drafts, jobs, the invocation log and the audit stay behind. Without the passphrase nobody opens the credentials.

    Example: `waygate backup workspace.zip --secret-env BACKUP_PASSPHRASE`
    """
    api = open_api(url)
    lock, key = new_lock(Source(secret_stdin, secret_file, secret_env).read(_QUESTION)) if credentials else (None, None)
    writer, tally = Writer(file), Tally()
    try:
        names = _save(api, writer, tally, None if key is None else base64.b64encode(key).decode())
        me, health = api.get("me"), api.get("health")
        manifest = {"format": FORMAT, "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
        manifest |= {"workspace": me["workspace"], "waygate": health["version"], "integrations": names}
        writer.add("manifest.json", {**manifest, "credentials": lock.document() if lock else None})
        writer.finish()
    except BaseException:
        writer.abandon()
        raise
    _report(f"Saved in {file}", tally, as_json)


def restore(
    file: Target,
    secret_stdin: Stdin = False,
    secret_file: File = None,
    secret_env: Variable = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Bring a saved workspace back, here or elsewhere. What is there already is left alone, so it can be repeated.

    Credentials are sealed anew under this workspace's own keyring, and tried out. API keys have to be made again.

    Example: `waygate restore workspace.zip --secret-env BACKUP_PASSPHRASE`
    """
    source = Backup(file)
    api, tally = open_api(url), Tally()
    lock = source.lock
    key = base64.b64encode(lock.open(Source(secret_stdin, secret_file, secret_env).read(_QUESTION))) if lock else b""
    for name in source.integrations:
        try:
            _restore_integration(api, source, name, tally)
        except Failure as failure:
            tally.missing[name] = failure.message
            continue
        _restore_rest(api, name, source.rest(name), key.decode(), tally)
    _report("Restored", tally, as_json, source.api_keys())


def _save(api: Api, writer: Writer, tally: Tally, key: str | None) -> list[str]:
    """Every part of the workspace, and the names of its integrations."""
    names = []
    for integration in api.pages("integrations"):
        name = integration["name"]
        names.append(name)
        pack = api.send("GET", "integrations", name, "pack", answer_s=120).content
        writer.add(f"integrations/{name}.pack.json", pack)
        rest = {"enabled": integration["enabled"], "clients": [], "connections": []}
        if integration["auth"]["type"] == "oauth2":
            rest["clients"] = list(_clients(api, name, key, tally))
        rest["connections"] = list(_connections(api, name, key, tally))
        writer.add(f"integrations/{name}.json", rest)
        tally.integrations += 1
        tally.actions += len(json.loads(pack)["actions"])
    keys = [{name: one[name] for name in _OF_KEY} for one in api.pages("api-keys") if "root" not in one["scopes"]]
    writer.add("api-keys.json", keys)
    return names


def _clients(api: Api, integration: str, key: str | None, tally: Tally) -> Iterator[dict[str, Any]]:
    for client in api.get("integrations", integration, "clients")["data"]:
        tally.clients += 1
        place = ("integrations", integration, "clients", client["name"])
        yield {"name": client["name"], "sealed": _sealed(api, place, key, tally)}


def _connections(api: Api, integration: str, key: str | None, tally: Tally) -> Iterator[dict[str, Any]]:
    for connection in api.pages("connections", integration=integration):
        tally.connections += 1
        place = ("connections", integration, connection["name"])
        sealed = None if connection["secret"] is None else _sealed(api, place, key, tally)
        yield {**{name: connection[name] for name in _OF_CONNECTION}, "sealed": sealed}


def _sealed(api: Api, place: tuple[str, ...], key: str | None, tally: Tally) -> str | None:
    """The credential at `place`; None without a key, or where it cannot be had any more, which is said."""
    if key is None:
        return None
    try:
        found = str(api.send("POST", *place, "export", body={"key": key}).json()["sealed"])
    except Problem as problem:
        if problem.code != "wrong_state":
            raise
        tally.missing["/".join(place[1:])] = problem.message
        return None
    tally.credentials += 1
    return found


def _restore_integration(api: Api, source: Backup, name: str, tally: Tally) -> None:
    """The integration and all its actions, as a pack that is accepted whole, unless it is there already."""
    if _exists(api, "integrations", name):
        tally.kept.append(name)
        return
    content = source.pack(name)
    pack = json.loads(content)
    if pack["actions"]:
        kind = {"Content-Type": "application/octet-stream"}
        packed = gzip.compress(content, 6, mtime=0)
        upload = api.send("POST", "uploads", content=packed, headers=kind, answer_s=120).json()["upload"]
        order = {"integration": name, "source": {"type": "pack", "upload": upload}}
        job = watched(api, api.send("POST", "scrape-jobs", body=order).json(), _WAIT_S)
        if job["status"] in ("failed", "cancelled"):
            raise Problem(why(job))
        chosen = {"accept": list(pack["actions"])}
        done = api.send("POST", "scrape-jobs", job["id"], "publish", body=chosen, answer_s=120).json()
        tally.actions += len(done["published"])
    else:
        api.send("POST", "integrations", body=pack["integration"])
    if not source.rest(name)["enabled"]:
        api.send("PATCH", "integrations", name, body={"enabled": False})
    tally.integrations += 1


def _restore_rest(api: Api, integration: str, rest: dict[str, Any], key: str, tally: Tally) -> None:
    """Clients first: connections are renewed with them."""
    for client in rest["clients"]:
        place = ("integrations", integration, "clients", client["name"])
        tally.clients += int(_bring(api, place, client, key, tally))
    for connection in rest["connections"]:
        place = ("connections", integration, connection["name"])
        if _bring(api, place, connection, key, tally):
            tally.connections += 1
            if connection["status"] == "disabled":
                api.send("PATCH", *place, body={"enabled": False})


def _bring(api: Api, place: tuple[str, ...], saved: dict[str, Any], key: str, tally: Tally) -> bool:
    """Make what was `saved` at `place` again. False where it is there already, or cannot be made, which is told."""
    name = "/".join((place[1], *place[2:]))
    if _exists(api, *place):
        tally.kept.append(name)
        return False
    settings = {member: saved[member] for member in (*_SETTINGS, "client") if saved.get(member) is not None}
    if saved.get("auth_type") == "none":
        method, path, body = "PUT", place, settings
    elif saved["sealed"] is None:
        tally.missing[name] = "The backup holds no credential of it."
        return False
    else:
        method, path, body = "POST", (*place, "import"), {**settings, "key": key, "sealed": saved["sealed"]}
        if saved.get("expires_at") and saved["auth_type"] != "oauth2":
            body["expires_at"] = saved["expires_at"]
    try:
        made = api.send(method, *path, body=body).json()
    except Problem as problem:
        tally.missing[name] = problem.message
        return False
    tally.credentials += int("sealed" in body)
    if made.get("status") not in (None, "active"):
        tally.missing[name] = f"It is {made['status']}: {made['reason']}."
    return True


def _exists(api: Api, *place: str) -> bool:
    try:
        api.get(*place)
    except Problem as problem:
        if problem.code not in ("integration_not_found", "connection_not_found", "client_not_found"):
            raise
        return False
    return True


def _report(done: str, tally: Tally, as_json: bool, keys: list[dict[str, Any]] | None = None) -> None:
    """What was done; exit status 1 where something could not be."""
    if as_json:
        out.result({**vars(tally), **({} if keys is None else {"api_keys": keys})})
    else:
        out.say(f"{done}: {tally.line()}.")
        if tally.kept:
            out.say(f"There already, and left alone: {', '.join(tally.kept)}.")
        for name, reason in tally.missing.items():
            out.note(f"{name}: {reason}", "yellow")
        for key in keys or ():
            out.note(f"An API key to make again: {_made_by(key)}")
    if tally.missing:
        raise typer.Exit(FAILED)


def _made_by(key: dict[str, Any]) -> str:
    """The command that makes such a key."""
    options = [("--name", key["name"]), *(("--scope", scope) for scope in key["scopes"])]
    options += [("--integration", name) for name in key["integrations"] or ()]
    return shlex.join(["waygate", "keys", "create", *(word for option in options for word in option)])
