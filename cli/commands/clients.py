"""`waygate clients`: our registrations with OAuth providers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.client import open_api
from cli.credentials import Source
from cli.options import AsJson, Integration, Url
from cli.output import out

clients = typer.Typer(help="OAuth clients of an integration: list, put, delete.", no_args_is_help=True)
Name = Annotated[str, typer.Option(metavar="NAME", help="Name of the client.")]


@clients.command("list")
def list_clients(integration: Integration, url: Url = None, as_json: AsJson = False) -> None:
    """List an integration's OAuth clients, never a secret, and the callback URL to register.

    Example: `waygate clients list crm`
    """
    found = open_api(url).get("integrations", integration, "clients")
    if as_json:
        out.result(found)
        return
    rows = [(row["name"], row["client_id"], row["auth_method"], row["updated_at"]) for row in found["data"]]
    out.table(("NAME", "CLIENT ID", "PROVES ITSELF BY", "UPDATED"), rows)
    _note_callback(found["callback_url"])


@clients.command("put")
def put_client(
    integration: Integration,
    client_id: Annotated[str, typer.Option(metavar="ID", help="As the provider gave it.", show_default=False)],
    name: Name = "default",
    auth_method: Annotated[
        str | None,
        typer.Option(
            metavar="METHOD",
            help="client_secret_basic, client_secret_post, private_key_jwt or none.",
            show_default=False,
        ),
    ] = None,
    private_key: Annotated[
        bool, typer.Option("--private-key", help="The secret is a private key: PEM, or a JWK.")
    ] = False,
    public: Annotated[bool, typer.Option("--public", help="A client without a secret.")] = False,
    key_id: Annotated[str | None, typer.Option(metavar="KID", help="Of the private key.", show_default=False)] = None,
    algorithm: Annotated[
        str | None, typer.Option(metavar="ALG", help="What the private key signs with.", show_default=False)
    ] = None,
    secret_stdin: Annotated[bool, typer.Option("--secret-stdin", help="Read the secret from standard input.")] = False,
    secret_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read the secret from a file.", show_default=False)
    ] = None,
    secret_env: Annotated[
        str | None,
        typer.Option(metavar="VARIABLE", help="Read the secret from an environment variable.", show_default=False),
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Register an OAuth client, or change its secret: connections that use it go on with the new one.

    Example: `waygate clients put crm --client-id 1034 --secret-env CRM_SECRET`
    """
    given = {"client_id": client_id, "auth_method": auth_method, "key_id": key_id, "algorithm": algorithm}
    body: dict[str, Any] = {member: value for member, value in given.items() if value is not None}
    if not public:
        member = "private_key" if private_key else "client_secret"
        body[member] = Source(secret_stdin, secret_file, secret_env).read(member.replace("_", " ").capitalize())
    saved = open_api(url).send("PUT", "integrations", integration, "clients", name, body=body).json()
    if as_json:
        out.result(saved)
        return
    out.say(f"{integration} has the OAuth client {name} ({saved['auth_method']}).")
    _note_callback(saved["callback_url"])
    out.note(f"Next: waygate connect {integration}")


@clients.command("delete")
def delete_client(
    integration: Integration,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the client.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Even where connections use it.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Delete an OAuth client. Connections that use it could not be renewed any more, so that needs --force.

    Example: `waygate clients delete crm default`
    """
    query = {"force": True} if force else None
    open_api(url).send("DELETE", "integrations", integration, "clients", name, query=query)
    if as_json:
        out.result({"integration": integration, "name": name, "deleted": True})
    else:
        out.say(f"The OAuth client {name} of {integration} is deleted.")


def _note_callback(callback_url: str | None) -> None:
    if callback_url:
        out.note(f"Register this callback URL with the provider: {callback_url}")
