"""OAuth clients: our registrations with providers. A connection names the one it uses; its secret is written only.

A client's secret is sealed for the addresses of the integration's token endpoint as they stand (`{variables}` and
all): where the integration later names another endpoint, the secret does not go there (A8).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from pynamodb.exceptions import PutError

from chalicelib.auth import vault
from chalicelib.auth.oauth import templates
from chalicelib.auth.schemes import AuthScheme
from chalicelib.auth.tables import ClientRow, ConnectionRow
from chalicelib.auth.vault import CannotOpen, Context
from chalicelib.aws import is_condition_failure
from chalicelib.errors import ClientNotFound, NeedsReauth, VersionConflict

AuthMethod = Literal["client_secret_basic", "client_secret_post", "none", "private_key_jwt"]
DEFAULT: Final = "default"
_LAST4_FROM: Final = 12


@dataclass(frozen=True)
class Client:
    """Who we are to a provider. `private_key` is PEM or a JWK; `key_id` becomes the `kid` of what it signs."""

    name: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    auth_method: AuthMethod = "client_secret_basic"
    private_key: str | None = field(default=None, repr=False)
    key_id: str | None = None
    algorithm: str = "RS256"

    @property
    def secrets(self) -> frozenset[str]:
        """What must never be seen of it."""
        return frozenset(filter(None, (self.client_secret, self.private_key)))


def owner(workspace: str, integration: str) -> str:
    """The hash key under which an integration's clients lie."""
    return f"{workspace}#{integration}"


def bound_to(scheme: AuthScheme) -> tuple[str, ...]:
    """The addresses that a client of `scheme` proves itself to."""
    urls = (scheme.token_url, scheme.refresh_url, scheme.departures.revoke_url)
    return tuple(sorted({templates.authority(url) for url in urls if url}))


def new_row(workspace: str, integration: str, name: str, *, now: dt.datetime) -> ClientRow:
    """A client that holds nothing yet."""
    return ClientRow(
        owner(workspace, integration),
        name,
        workspace=workspace,
        integration=integration,
        created_at=now,
        updated_at=now,
    )


def put_client(row: ClientRow, client: Client, scheme: AuthScheme) -> None:
    """Seal `client` into `row`, for the token endpoint of `scheme` and no other."""
    secret = client.client_secret or client.private_key
    plain = json.dumps({"client_secret": client.client_secret, "private_key": client.private_key}).encode()
    row.client_id, row.auth_method = client.client_id, client.auth_method
    row.key_id, row.algorithm = client.key_id, client.algorithm
    row.origins = list(bound_to(scheme))
    row.sealed = vault.seal(context_of(row), plain)
    row.fingerprint = vault.fingerprint(row.workspace, secret.encode()) if secret else None
    shows = client.client_secret and len(client.client_secret) >= _LAST4_FROM
    row.last4 = client.client_secret[-4:] if client.client_secret and shows else None


def open_client(row: ClientRow, scheme: AuthScheme) -> Client:
    """The client in `row`. Raises `NeedsReauth` where the integration's token endpoint is another one by now."""
    fix = f"Put it again: `{_putting(row.integration, row.name)} --client-id {row.client_id}`."
    if list(bound_to(scheme)) != list(row.origins):
        raise NeedsReauth(f"The OAuth client `{row.name}` was made for another token endpoint.", fix=fix)
    try:
        secrets: dict[str, Any] = json.loads(vault.unseal(context_of(row), bytes(row.sealed)))
    except CannotOpen:
        raise NeedsReauth(f"The OAuth client `{row.name}` cannot be opened any more.", fix=fix) from None
    return Client(
        name=row.name,
        client_id=row.client_id,
        client_secret=secrets["client_secret"],
        auth_method=cast(AuthMethod, row.auth_method),
        private_key=secrets["private_key"],
        key_id=row.key_id,
        algorithm=row.algorithm,
    )


def _putting(integration: str, name: str) -> str:
    return f"waygate clients put {integration}" + (f" --name {name}" if name != DEFAULT else "")


def find(workspace: str, integration: str, name: str) -> ClientRow | None:
    """The client's row as it is now."""
    return ClientRow.find(owner(workspace, integration), name)


def get(workspace: str, integration: str, name: str) -> ClientRow:
    """The client's row as it is now. Raises `ClientNotFound` naming those that there are."""
    row = find(workspace, integration, name)
    if row is None:
        known = [one.name for one in page(workspace, integration)]
        raise ClientNotFound(
            f"`{integration}` has no OAuth client `{name}`.",
            fix=f"Register Waygate with the provider, then: `{_putting(integration, name)} --client-id ID`.",
            facts={"clients": known},
        )
    return row


def load(workspace: str, integration: str, name: str, scheme: AuthScheme) -> Client:
    """The client of that name, open. Raises `ClientNotFound` and `NeedsReauth`."""
    return open_client(get(workspace, integration, name), scheme)


def page(workspace: str, integration: str) -> list[ClientRow]:
    """An integration's clients by name; there are few."""
    return list(ClientRow.query(owner(workspace, integration), limit=100, consistent_read=True))


def save(row: ClientRow, *, is_new: bool, now: dt.datetime) -> None:
    """Write a new or changed row. Raises `VersionConflict` where someone else was faster."""
    seen = int(row.version)
    if not is_new:
        row.version = seen + 1
    row.updated_at = now
    try:
        row.save(ClientRow.name.does_not_exist() if is_new else ClientRow.version == seen)
    except PutError as error:
        if is_condition_failure(error):
            raise VersionConflict(f"The OAuth client `{row.name}` was changed at the same time.") from None
        raise


def users(workspace: str, integration: str, name: str) -> list[str]:
    """The connections that use the client, at most 100 of them."""
    key, uses = owner(workspace, integration), ConnectionRow.client == name
    return [row.name for row in ConnectionRow.query(key, filter_condition=uses, limit=100, consistent_read=True)]


def delete_all(workspace: str, integration: str) -> None:
    """Delete every client of an integration."""
    with ClientRow.batch_write() as batch:
        for row in ClientRow.query(owner(workspace, integration), attributes_to_get=["owner", "name"]):
            batch.delete(row)


def context_of(row: ClientRow) -> Context:
    """What the client's secret is sealed for."""
    return Context(row.workspace, row.integration, f"client#{row.name}", tuple(row.origins))
