"""Connections: the credentials of one account for one integration, sealed in their own item.

This module makes and opens them. Adding and removing one also changes its integration's item, so that is done one
floor up, in `registry.attachments`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib import rows
from chalicelib.auth import vault
from chalicelib.auth.schemes import AuthScheme, Credential, CustomHeadersCredential, parse_credential
from chalicelib.auth.tables import ConnectionRow
from chalicelib.auth.vault import CannotOpen, Context
from chalicelib.aws import RowKey
from chalicelib.checked_json import pointer
from chalicelib.errors import ConnectionNotFound, InvalidInput, NeedsReauth

LAST4_FROM = 12  # characters; the last four of a shorter secret would give away too much of it


def owner(workspace: str, integration: str) -> str:
    """The hash key under which an integration's connections lie."""
    return f"{workspace}#{integration}"


def row_key(workspace: str, integration: str, name: str) -> RowKey:
    """Where the connection's row is."""
    return (ConnectionRow, owner(workspace, integration), name)


def new_row(workspace: str, integration: str, name: str, auth_type: str, *, now: dt.datetime) -> ConnectionRow:
    """A connection that holds nothing yet."""
    return ConnectionRow(
        owner(workspace, integration),
        name,
        workspace=workspace,
        integration=integration,
        place=f"{integration}#{name}",
        status="pending",
        auth_type=auth_type,
        created_at=now,
        updated_at=now,
    )


def put_credential(row: ConnectionRow, members: dict[str, Any], origins: Sequence[str]) -> None:
    """Seal the credential in `members` into `row`, to be sent to `origins` and nowhere else.

    Raises `InvalidInput` where its shape does not fit the row's auth type.
    """
    credential = parse_credential(row.auth_type, members)
    row.origins = sorted(origins)
    row.reason = None
    row.status = "active"
    if credential is None:
        row.sealed, row.last4, row.fingerprint, row.secret_header_names = None, None, None, []
        return
    plain = credential.model_dump_json().encode()
    row.sealed = vault.seal(context_of(row), plain)
    row.fingerprint = vault.fingerprint(row.workspace, plain)
    main = _main_secret(credential)
    row.last4 = main[-4:] if len(main) >= LAST4_FROM else None
    row.secret_header_names = sorted(credential.headers) if isinstance(credential, CustomHeadersCredential) else []


def open_credential(row: ConnectionRow, scheme: AuthScheme, origin: str) -> Credential | None:
    """The credential in `row`, for a call to `origin`.

    Raises `NeedsReauth` where the connection is not usable, was made for another auth type, or is bound elsewhere.
    """
    again = f"Connect it again: `waygate connect {row.integration} --name {row.name}`."

    def unusable(why: str, fix: str = again) -> NeedsReauth:
        how = {"method": "PUT", "path": f"/api/v1/connections/{row.integration}/{row.name}"}
        return NeedsReauth(why, fix=fix, facts={"connect": how})

    if row.status == "disabled":
        raise unusable(f"The connection `{row.name}` is disabled.", 'PATCH it with {"enabled": true}.')
    if row.status != "active":
        raise unusable(f"The connection `{row.name}` is {row.status}: {row.reason or 'no credential'}.")
    if row.auth_type != scheme.type:
        raise unusable(f"`{row.name}` holds {row.auth_type} credentials, the integration now wants {scheme.type}.")
    if scheme.type == "none":
        return None
    if origin not in row.origins or row.sealed is None:
        raise unusable(f"The credential of `{row.name}` is not bound to {origin}.")
    try:
        plain = vault.unseal(context_of(row), bytes(row.sealed))
    except CannotOpen:
        raise unusable(f"The credential of `{row.name}` cannot be opened any more.") from None
    return parse_credential(row.auth_type, json.loads(plain))


def find(workspace: str, integration: str, name: str) -> ConnectionRow | None:
    """The connection as it is now."""
    return ConnectionRow.find(owner(workspace, integration), name)


def get(workspace: str, integration: str, name: str) -> ConnectionRow:
    """The connection as it is now. Raises `ConnectionNotFound` naming those that there are."""
    row = find(workspace, integration, name)
    if row is None:
        raise not_found(integration, name, names(workspace, integration))
    return row


def not_found(integration: str, name: str, known: Sequence[str]) -> ConnectionNotFound:
    """The error for a connection that is not there, with those that are."""
    return ConnectionNotFound(
        f"`{integration}` has no connection `{name}`.",
        fix=f"Connect it: `waygate connect {integration} --name {name}`.",
        facts={"connections": list(known)},
    )


def names(workspace: str, integration: str) -> list[str]:
    """The names of an integration's connections, at most 100 of them."""
    found = ConnectionRow.query(
        owner(workspace, integration), attributes_to_get=["name"], limit=100, consistent_read=True
    )
    return [row.name for row in found]


def save(row: ConnectionRow, *, now: dt.datetime) -> None:
    """Write a changed row. Raises pynamodb's `PutError` (a failed condition) where someone else has changed it."""
    seen = int(row.version)
    row.version, row.updated_at = seen + 1, now
    row.save(ConnectionRow.version == seen)
    rows.forget(row_key(row.workspace, row.integration, row.name))


def mark(row: ConnectionRow, status: str, reason: str | None, *, now: dt.datetime) -> None:
    """Change the state alone."""
    row.update(
        actions=[
            ConnectionRow.status.set(status),
            ConnectionRow.reason.set(reason) if reason else ConnectionRow.reason.remove(),
            ConnectionRow.updated_at.set(now),
            ConnectionRow.version.add(1),
        ],
        condition=ConnectionRow.name.exists(),
    )
    rows.forget(row_key(row.workspace, row.integration, row.name))


def check_config(config: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    """Raises `InvalidInput` for values that the integration's base URL cannot take."""
    faults = []
    for name, value in config.items():
        field = declared.get(name)
        if not isinstance(value, str):
            faults.append({"pointer": pointer(["config", name]), "code": "string_type", "detail": "must be text"})
        elif field is not None and field.enum and value not in field.enum:
            allowed = ", ".join(field.enum)
            faults.append({"pointer": pointer(["config", name]), "code": "enum", "detail": f"must be one of {allowed}"})
    if faults:
        raise InvalidInput("The connection's config does not fit the integration.", errors=faults)


def _main_secret(credential: Credential) -> str:
    members = credential.model_dump()
    for name in ("value", "token", "password"):
        if members.get(name):
            return str(members[name])
    headers = members.get("headers")
    return str(next(iter(headers.values()))) if headers else ""


def context_of(row: ConnectionRow) -> Context:
    """What the credential in `row` is sealed for."""
    return Context(row.workspace, row.integration, row.name, tuple(row.origins))
