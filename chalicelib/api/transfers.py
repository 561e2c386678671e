"""``…/export`` and ``…/import`` of credentials: how a backup takes them along, sealed under a key of its owner.

The only way on which a credential leaves, and never in clear: by an admin key, where the deployment's settings allow it
(locally they do), and with an entry in the audit that is written before the answer.
"""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, SecretStr

from chalicelib.api import clients as clients_api
from chalicelib.api import connections as connections_api
from chalicelib.api import instants
from chalicelib.api.connections import NewConnection
from chalicelib.api.connections import Settings as ConnectionSettings
from chalicelib.api.routing import Context, Reply, Routes, etag, parse_model
from chalicelib.auth import audit, connections, transfer, vault
from chalicelib.auth.audit import Place
from chalicelib.auth.oauth import clients
from chalicelib.auth.oauth.flows import Order
from chalicelib.auth.oauth.tokens import Tokens
from chalicelib.auth.transfer import KEY_BYTES, Belonging
from chalicelib.auth.vault import CannotOpen
from chalicelib.errors import ExportDisabled, InvalidInput, NameTaken, WrongState
from chalicelib.gateway import connecting
from chalicelib.registry import integrations
from chalicelib.registry.models import IntegrationFacts, Name
from chalicelib.registry.profile import Strict
from chalicelib.settings import Caps, settings

routes = Routes()
_LONGEST: Final = Caps.CREDENTIAL_BYTES * 2  # of a sealed value, in base64


def _whole(key: SecretStr) -> SecretStr:
    try:
        size = len(base64.b64decode(key.get_secret_value(), validate=True))
    except ValueError:
        size = 0
    if size != KEY_BYTES:
        raise ValueError(f"must be {KEY_BYTES} bytes in base64")
    return key


TransferKey = Annotated[SecretStr, AfterValidator(_whole)]


class Export(Strict):
    """The body of an export: the key to seal under, 32 random bytes in base64. It is not kept."""

    key: TransferKey


class Import(Strict):
    """A sealed credential, and the key that it was sealed under."""

    key: TransferKey
    sealed: str = Field(max_length=_LONGEST)


class ConnectionImport(Import, ConnectionSettings):
    """A connection as a backup has it."""

    client: Name | None = None
    expires_at: instants.Instant | None = Field(default=None, description="Of a secret that nobody can refresh.")


class _Sealed(Strict):
    """What is sealed of a connection. Its sealer is not trusted: whoever brings the key may have made it up."""

    auth_type: str
    credential: dict[str, Any]


@routes("POST", "/v1/connections/{integration}/{connection}/export", scope="admin", body=Export)
def export_connection(context: Context, body: Export) -> dict[str, Any]:
    """The connection's credential, sealed under the caller's key, for a backup. The audit says who took it."""
    _check_allowed()
    row = connections.get(context.workspace, context.parameters["integration"], context.parameters["connection"])
    if row.sealed is None:
        raise WrongState(f"The connection `{row.name}` holds no credential.")
    credential = json.loads(_opened(connections.context_of(row), bytes(row.sealed), row.name))
    belonging = Belonging("connection", row.integration, row.name, row.origins)
    audit.entry(
        connections.place_of(row),
        "exported",
        context.actor,
        now=instants.now(),
        details={"fingerprint": row.fingerprint},
    ).save()
    return {"sealed": transfer.seal(_key(body), belonging, {"auth_type": row.auth_type, "credential": credential})}


@routes("POST", "/v1/connections/{integration}/{connection}/import", scope="connections:write", body=ConnectionImport)
def import_connection(context: Context, body: ConnectionImport) -> Reply:
    """Connect with a credential from a backup: it is sealed under this workspace's keyring, and tried out."""
    facts, name = _facts(context), context.parameters["connection"]
    if connections.find(context.workspace, facts.name, name) is not None:
        raise NameTaken(f"`{facts.name}` has a connection `{name}` already, which a restore leaves alone.")
    belonging = Belonging("connection", facts.name, name, integrations.origins_of(facts, body.config))
    document = parse_model(_Sealed, _unsealed(body, belonging))
    if document.auth_type != facts.auth.type:
        raise WrongState(f"The backup holds other credentials than `{facts.name}` wants ({facts.auth.type}).")
    if facts.auth.type == "oauth2":
        return _connect_tokens(context, facts, body, parse_model(Tokens, document.credential))
    plain = body.model_dump(mode="json", include={"config", "metadata", "tags", "expires_at"})
    connected: Reply = connections_api.put(context, parse_model(NewConnection, {**document.credential, **plain}))
    return connected


@routes("POST", "/v1/integrations/{integration}/clients/{client}/export", scope="admin", body=Export)
def export_client(context: Context, body: Export) -> dict[str, Any]:
    """The OAuth client's secret, sealed under the caller's key, for a backup. The audit says who took it."""
    _check_allowed()
    row = clients.get(context.workspace, context.parameters["integration"], context.parameters["client"])
    secret = json.loads(_opened(clients.context_of(row), bytes(row.sealed), row.name))
    place = Place(row.workspace, row.integration, f"client#{row.name}")
    details = {"fingerprint": row.fingerprint}
    audit.entry(place, "exported", context.actor, now=instants.now(), details=details).save()
    facts = {"client_id": row.client_id, "auth_method": row.auth_method, "key_id": row.key_id}
    belonging = Belonging("client", row.integration, row.name, row.origins)
    return {"sealed": transfer.seal(_key(body), belonging, {**facts, "algorithm": row.algorithm, **secret})}


@routes("POST", "/v1/integrations/{integration}/clients/{client}/import", scope="connections:write", body=Import)
def import_client(context: Context, body: Import) -> Reply:
    """Register an OAuth client from a backup, sealed under this workspace's keyring."""
    facts, name = _facts(context), context.parameters["client"]
    if clients.find(context.workspace, facts.name, name) is not None:
        raise NameTaken(f"`{facts.name}` has an OAuth client `{name}` already, which a restore leaves alone.")
    document = _unsealed(body, Belonging("client", facts.name, name, clients.bound_to(facts.auth)))
    registered: Reply = clients_api.put(context, parse_model(clients_api.NewClient, document))
    return registered


def _connect_tokens(context: Context, facts: IntegrationFacts, body: ConnectionImport, tokens: Tokens) -> Reply:
    """Tokens that have expired meanwhile are renewed first, where they can be."""
    now = instants.now()
    if tokens.expires_at is not None and tokens.expires_at <= now.timestamp():
        tokens = tokens.model_copy(update={"access_token": None, "expires_at": None})
    order = Order(
        workspace=context.workspace,
        integration=facts.name,
        connection=context.parameters["connection"],
        starter=context.actor.name,
        client=body.client or clients.DEFAULT,
        redirect_uri="",
        settings=body.model_dump(mode="json", include={"config", "metadata", "tags"}),
        address=context.client,
    )
    row = connecting.establish(facts, order, connecting.fetched(facts, order, tokens), now=now)
    headers = {"ETag": etag(row.version), "Location": f"/api/v1/connections/{facts.name}/{row.name}"}
    return Reply(connections_api.show(row), 201, headers)


def _check_allowed() -> None:
    if not (settings().is_local or settings().credential_export):
        raise ExportDisabled("Credentials do not leave this deployment.")


def _facts(context: Context) -> IntegrationFacts:
    return integrations.facts_of(integrations.get(context.workspace, context.parameters["integration"]))


def _key(body: Export | Import) -> bytes:
    return base64.b64decode(body.key.get_secret_value())


def _opened(context: vault.Context, sealed: bytes, name: str) -> bytes:
    try:
        return vault.unseal(context, sealed)
    except CannotOpen:
        raise WrongState(f"The credential of `{name}` cannot be opened any more.") from None


def _unsealed(body: Import, belonging: Belonging) -> dict[str, Any]:
    try:
        document = transfer.unseal(_key(body), belonging, body.sealed)
        if isinstance(document, dict):
            return document
        raise CannotOpen("holds no credential")
    except CannotOpen:
        to = ", ".join(sorted(belonging.origins))
        detail = f"was sealed under another key, for another name, or for other addresses than {to}"
        fault = {"pointer": "/sealed", "code": "unreadable", "detail": detail}
        raise InvalidInput("The sealed credential does not open here.", errors=[fault]) from None
