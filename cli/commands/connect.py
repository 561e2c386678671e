"""`waygate connect`, `test` and `disconnect`: credentials in, and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.client import Api, open_api
from cli.commands.consent import by_consent
from cli.credentials import Source, members
from cli.failures import UPSTREAM, Failure, Problem
from cli.inputs import pairs
from cli.options import AsJson, Integration, Url
from cli.output import is_interactive, out

_BY_CONSENT = (None, "authorization_code", "implicit")
Connection = Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")]


def connect(
    integration: Integration,
    name: Annotated[str, typer.Option(metavar="CONNECTION", help="Name of the connection.")] = "default",
    config: Annotated[
        list[str] | None,
        typer.Option(metavar="K=V", help="What the base URL needs, such as region=eu.", show_default=False),
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="A tag; may be repeated.", show_default=False)
    ] = None,
    username: Annotated[
        str | None, typer.Option(help="User name, for basic authentication.", show_default=False)
    ] = None,
    secret_stdin: Annotated[bool, typer.Option("--secret-stdin", help="Read the secret from standard input.")] = False,
    secret_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read the secret from a file.", show_default=False)
    ] = None,
    secret_env: Annotated[
        str | None,
        typer.Option(metavar="VARIABLE", help="Read the secret from an environment variable.", show_default=False),
    ] = None,
    test: Annotated[
        bool | None,
        typer.Option("--test/--no-test", help="Make the verification call, if there is one.", show_default=False),
    ] = None,
    client: Annotated[
        str | None, typer.Option(metavar="NAME", help="The OAuth client to use.", show_default=False)
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="For OAuth: wait for what comes of it in the browser.")
    ] = True,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Connect an account. The secret is asked for, or comes from a pipe, a file or the environment; never an option.

    With OAuth the account's owner agrees in a browser, at an address that is shown and opened.

    Example: `waygate connect shop --secret-env SHOP_KEY`
    """
    api = open_api(url)
    facts = api.get("integrations", integration)
    is_imported = secret_stdin or secret_file is not None or secret_env is not None
    if facts["auth"]["type"] == "oauth2" and facts["auth"].get("grant") in _BY_CONSENT and not is_imported:
        before = _existing(api, integration, name)
        order = {
            "client": client,
            "tags": tag or None,
            "config": _config(facts, before, pairs(config or (), "--config")),
        }
        by_consent(api, integration, name, {k: v for k, v in order.items() if v}, as_json=as_json, wait=wait)
        return
    is_tested = facts["verification"] is not None if test is None else test
    if is_tested and facts["verification"] is None:
        raise Failure(
            f"{integration} has no verification call to test with; nothing was saved.",
            fix='PATCH the integration with {"verification": {"method": "GET", "path": "/…"}}, or leave --test out.',
        )
    before = _existing(api, integration, name)
    body = {
        "config": _config(facts, before, pairs(config or (), "--config")),
        "metadata": before.get("metadata", {}),
        "tags": tag if tag else before.get("tags", []),
        **({"client": client} if client else {}),
        **members(facts["auth"], Source(secret_stdin, secret_file, secret_env), username),
    }
    seen = {"If-Match": f'"v{before["version"]}"'} if before else None
    saved = api.send("PUT", "connections", integration, name, body=body, headers=seen).json()
    if not as_json:
        out.say(f"{integration}/{name} {'updated' if before else 'connected'}.")
    verdict = _tested(api, integration, name) if is_tested else None
    if as_json:
        out.result({"connection": saved, "test": verdict})
    elif verdict is not None:
        _show(verdict)
    else:
        out.note(f"Next: waygate list {integration}")
    _leave(verdict)


def verify(
    integration: Integration, connection: Connection = "default", url: Url = None, as_json: AsJson = False
) -> None:
    """Make the integration's verification call with a connection.

    Example: `waygate test shop`
    """
    verdict = _tested(open_api(url), integration, connection)
    if as_json:
        out.result(verdict)
    else:
        _show(verdict)
    _leave(verdict)


def refresh(
    integration: Integration, connection: Connection = "default", url: Url = None, as_json: AsJson = False
) -> None:
    """Renew a connection's OAuth tokens now, also after a failure that would be waited out.

    Example: `waygate refresh crm`
    """
    shown = open_api(url).send("POST", "connections", integration, connection, "refresh").json()
    if as_json:
        out.result(shown)
    else:
        until = f", which serve until {shown['expires_at']}" if shown["expires_at"] else ""
        out.say(f"{integration}/{connection} has new tokens{until}.", "green")


def disconnect(
    integration: Integration,
    connection: Annotated[
        str, typer.Argument(metavar="CONNECTION", help="Name of the connection.", show_default=False)
    ],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Delete a connection and its credential; OAuth tokens are revoked at their provider as well, where that can be.

    Example: `waygate disconnect shop default`
    """
    told = open_api(url).send("DELETE", "connections", integration, connection).json() or {}
    if as_json:
        out.result({"integration": integration, "connection": connection, "deleted": True, **told})
        return
    out.say(f"{integration}/{connection} disconnected.")
    if told:
        out.note(f"At the provider: {told['revocation']['outcome']}. {told['revocation']['detail']}")


def _existing(api: Api, integration: str, name: str) -> dict[str, Any]:
    """The connection as it is, whose settings a new credential keeps; empty where there is none."""
    try:
        return dict(api.get("connections", integration, name))
    except Problem as problem:
        if problem.code == "connection_not_found":
            return {}
        raise


def _config(facts: dict[str, Any], before: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    """What the connection already has, what was given, and the answers to what is still missing."""
    config = {**before.get("config", {}), **given}
    for name, field in facts["profile"]["config"].items():
        if name in config or field.get("default") is not None or not is_interactive():
            continue
        choices = f" ({', '.join(field['enum'])})" if field.get("enum") else ""
        config[name] = str(typer.prompt(f"{field.get('description') or name}{choices}", err=True))
    return config


def _tested(api: Api, integration: str, name: str) -> dict[str, Any]:
    return dict(api.send("POST", "connections", integration, name, "test", body={}).json())


def _show(verdict: dict[str, Any]) -> None:
    request = verdict["request"]
    asked = f"{request['method']} {request['url']}" if request else ""
    if verdict["ok"]:
        out.say(f"ok: {asked} answered {verdict['status']} in {verdict['duration_ms']} ms.", "green")
    else:
        out.say(f"failed: {verdict['detail']} ({asked})", "red")
        out.note("The credential may be wrong: connect again, then repeat the test.")


def _leave(verdict: dict[str, Any] | None) -> None:
    if verdict is not None and not verdict["ok"]:
        raise typer.Exit(UPSTREAM)
