"""Connections: the credentials of one account for one integration, sealed in their own item.

This module makes and opens them. Adding and removing one also changes its integration's item, so that is done one
floor up, in `registry.attachments`.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Protocol

from botocore.exceptions import ClientError

from chalicelib import aws, rows
from chalicelib.auth import audit, due, vault
from chalicelib.auth.audit import Actor, Place
from chalicelib.auth.oauth.tokens import Tokens
from chalicelib.auth.schemes import AuthScheme, Credential, CustomHeadersCredential, parse_credential
from chalicelib.auth.tables import AuditRow, ConnectionRow
from chalicelib.auth.vault import CannotOpen, Context
from chalicelib.aws import RowKey, is_condition_failure
from chalicelib.checked_json import pointer
from chalicelib.errors import ConnectionNotFound, InvalidInput, NeedsReauth, VersionConflict
from chalicelib.observability import emit_metrics, is_secret_name

LAST4_FROM = 12  # characters; the last four of a shorter secret would give away too much of it


class _Field(Protocol):
    """A declared value of `config`; the registry, one floor up, has the model."""

    def fault(self, value: str) -> tuple[str, str] | None:
        """Why `value` cannot be taken, as ``(code, detail)``."""
        ...


def owner(workspace: str, integration: str) -> str:
    """The hash key under which an integration's connections lie."""
    return f"{workspace}#{integration}"


def place_of(row: ConnectionRow) -> Place:
    """Whose credential lies in `row`."""
    return Place(row.workspace, row.integration, row.name)


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
        fence=int(now.timestamp() * 1_000),  # above every fence of a connection that had this name before
        created_at=now,
        updated_at=now,
    )


def put_credential(
    row: ConnectionRow,
    members: dict[str, Any],
    origins: Sequence[str],
    *,
    margin_s: float | None = None,
    chance: due.Chance = random.uniform,
) -> None:
    """Seal the credential in `members` into `row`, to be sent to `origins` and nowhere else.

    Tokens get the date of their refresh as well; `margin_s` is the profile's.

    Raises `InvalidInput` where its shape does not fit the row's auth type.
    """
    credential = parse_credential(row.auth_type, members)
    row.origins = sorted(origins)
    row.reason = None
    row.status = "active"
    row.last_verified_at = row.last_refreshed_at = None
    if credential is None:
        row.sealed, row.last4, row.fingerprint, row.secret_header_names = None, None, None, []
        return
    if isinstance(credential, Tokens):
        hold_tokens(row, credential, margin_s=margin_s, chance=chance)
    else:
        _seal(row, credential.model_dump_json().encode(), _main_secret(credential))
        row.expires_at = row.renewable = None
    row.secret_header_names = sorted(credential.headers) if isinstance(credential, CustomHeadersCredential) else []


def hold_tokens(row: ConnectionRow, tokens: Tokens, *, margin_s: float | None, chance: due.Chance) -> None:
    """Seal `tokens` into `row`, for the origins that it is bound to, and say when they are to be refreshed."""
    _seal(row, tokens.model_dump_json().encode(), tokens.access_token or tokens.refresh_token or "")
    row.renewable = bool(row.renewable or tokens.refresh_token)
    ends = tokens.expires_at if tokens.access_token else tokens.issued_at
    row.expires_at = None if ends is None else dt.datetime.fromtimestamp(ends, dt.UTC)
    row.last_refreshed_at = dt.datetime.fromtimestamp(tokens.issued_at, dt.UTC)
    row.refresh_shard = due.shard_of(row.owner, row.name)
    life = due.Life(tokens.issued_at, ends, margin_s, may_idle=tokens.refresh_token is not None)
    row.refresh_at = life.sweep_at(chance) if row.renewable else ends


def open_tokens(row: ConnectionRow) -> Tokens:
    """The tokens in `row`, whatever its state, for their provider alone. Raises `CannotOpen`."""
    return Tokens.model_validate_json(vault.unseal(context_of(row), bytes(row.sealed or b"")))


def _seal(row: ConnectionRow, plain: bytes, main_secret: str) -> None:
    row.sealed = vault.seal(context_of(row), plain)
    row.fingerprint = vault.fingerprint(row.workspace, plain)
    row.last4 = main_secret[-4:] if len(main_secret) >= LAST4_FROM else None


def open_credential(
    row: ConnectionRow, scheme: AuthScheme, origin: str, *, is_proof: bool = False
) -> Credential | None:
    """The credential in `row`, for a call to `origin`; one that is `pending` only for the call that proves it.

    Raises `NeedsReauth` where the connection is not usable, was made for another auth type, or is bound elsewhere.
    """
    again = f"Connect it again: `waygate connect {row.integration} --name {row.name}`."

    def unusable(why: str, fix: str = again) -> NeedsReauth:
        how = {"method": "PUT", "path": f"/api/v1/connections/{row.integration}/{row.name}"}
        return NeedsReauth(why, fix=fix, facts={"connect": how})

    if row.status == "disabled":
        raise unusable(f"The connection `{row.name}` is disabled.", 'PATCH it with {"enabled": true}.')
    if row.status not in ("active", "error") and not (is_proof and row.status == "pending"):
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


def origins(workspace: str, integration: str, *, limit: int) -> set[str]:
    """Where the credentials of the first `limit` connections may be sent."""
    found = ConnectionRow.query(owner(workspace, integration), attributes_to_get=["origins"], limit=limit)
    return {origin for row in found for origin in row.origins or ()}


def names(workspace: str, integration: str) -> list[str]:
    """The names of an integration's connections, at most 100 of them."""
    found = ConnectionRow.query(
        owner(workspace, integration), attributes_to_get=["name"], limit=100, consistent_read=True
    )
    return [row.name for row in found]


Status = Literal["pending", "active", "needs_reauth", "error", "disabled"]
SETTINGS: Final = ("status", "reason", "config", "metadata", "tags", "updated_at")
TOKENS: Final = (
    *("sealed", "fingerprint", "last4", "expires_at", "last_refreshed_at", "refresh_at"),
    *("lease_owner", "lease_until", "intent", "intent_at", "trouble"),
)
_GIVEN_UP: Final = (
    *("status", "reason", "refresh_at", "updated_at"),
    *("lease_owner", "lease_until", "intent", "intent_at", "trouble"),
)
_CREDENTIAL: Final = (
    *(
        "auth_type",
        "client",
        "origins",
        "secret_header_names",
        "refresh_shard",
        "provider",
        "renewable",
        *("warnings", "last_verified_at"),
    ),
)


def save(row: ConnectionRow, *, now: dt.datetime, also: Sequence[str] = (), entry: AuditRow | None = None) -> None:
    """Write a row's settings and state, and the attributes `also`; never its credential, which a refresh may be
    replacing meanwhile.

    Raises `VersionConflict` where someone else has changed them.
    """
    _write(row, (*SETTINGS, *also), entry, now=now)


def save_credential(row: ConnectionRow, *, now: dt.datetime, entry: AuditRow) -> None:
    """Write a row whose credential was put anew. A refresh of the former one that is under way comes too late.

    Raises `VersionConflict` where someone else has changed it.
    """
    row.lease_owner = row.lease_until = row.intent = row.intent_at = row.trouble = None
    _write(row, (*SETTINGS, *TOKENS, *_CREDENTIAL), entry, now=now, counts=("fence",))


def _write(
    row: ConnectionRow, names: Sequence[str], entry: AuditRow | None, *, now: dt.datetime, counts: Sequence[str] = ()
) -> None:
    seen = int(row.version)
    row.updated_at = now
    values = {":seen": {"N": str(seen)}}
    update = row.change(names, condition="version = :seen", values=values, counts=("version", *counts))
    row.version = seen + 1
    try:
        aws.transact([update], [entry] if entry else [])
    except ClientError as error:
        if is_condition_failure(error):
            raise VersionConflict(f"The connection `{row.name}` was changed at the same time.") from None
        raise
    rows.forget(row_key(row.workspace, row.integration, row.name))


def mark(row: ConnectionRow, status: str, reason: str | None, *, now: dt.datetime) -> None:
    """Change the state alone."""
    row.update(
        actions=[
            ConnectionRow.status.set(status),
            ConnectionRow.reason.set(reason) if reason else ConnectionRow.reason.remove(),
            *([] if status == "active" else [ConnectionRow.refresh_at.remove()]),
            ConnectionRow.updated_at.set(now),
            ConnectionRow.version.add(1),
        ],
        condition=ConnectionRow.name.exists(),
    )
    rows.forget(row_key(row.workspace, row.integration, row.name))


def give_up(row: ConnectionRow, reason: str, actor: Actor, *, now: dt.datetime) -> bool:
    """Mark `needs_reauth`, once, and note it in the audit. False where the row has moved on since it was read.

    What happens to a credential moves its fence, so what was read tells whether this verdict is about the present one.
    """
    row.status, row.reason, row.refresh_at, row.updated_at = "needs_reauth", reason, None, now
    row.lease_owner = row.lease_until = row.intent = row.intent_at = row.trouble = None
    values = {":mine": {"N": str(int(row.fence or 0))}, ":print": {"S": row.fingerprint or ""}}
    condition = "fence = :mine AND fingerprint = :print"
    update = row.change(_GIVEN_UP, condition=condition, values=values, counts=("version",))
    try:
        aws.transact([update], [audit.entry(place_of(row), "needs_reauth", actor, now=now, details={"reason": reason})])
    except ClientError as error:
        if is_condition_failure(error):
            return False
        raise
    rows.forget(row_key(row.workspace, row.integration, row.name))
    emit_metrics({"needs_reauth": 1}, {"integration": row.integration})
    return True


def check_config(config: Mapping[str, Any], declared: Mapping[str, _Field]) -> None:
    """Raises `InvalidInput` for what the integration's URLs cannot take, and for what looks like a credential.

    `declared` is the profile's. Config is stored, and shown, as it is.
    """
    faults = []
    for name, value in config.items():
        field = declared.get(name)
        if not isinstance(value, str):
            faults.append({"pointer": pointer(["config", name]), "code": "string_type", "detail": "must be text"})
        elif is_secret_name(name):
            detail = "looks like a credential, and config is shown to whoever may read: give it as the credential"
            faults.append({"pointer": pointer(["config", name]), "code": "secret_in_config", "detail": detail})
        elif field is not None and (fault := field.fault(value)):
            faults.append({"pointer": pointer(["config", name]), "code": fault[0], "detail": fault[1]})
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
