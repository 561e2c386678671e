"""``/integrations/{i}/clients``: our registrations with a provider; secrets are written, and never read back."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from chalicelib.api import instants
from chalicelib.api.routing import Context, Query, Reply, Routes, etag, invalid
from chalicelib.auth.oauth import clients
from chalicelib.auth.oauth.clients import AuthMethod, Client
from chalicelib.auth.oauth.grants import check_key
from chalicelib.auth.oauth.public_origin import find_callback
from chalicelib.auth.tables import ClientRow
from chalicelib.errors import InvalidInput, WrongState
from chalicelib.registry import integrations
from chalicelib.registry.models import IntegrationFacts, Name
from chalicelib.registry.profile import Strict

routes = Routes()
_VISIBLE = r"^[\x20-\x7e]+$"


class NewClient(Strict):
    """The body of PUT."""

    client_id: str = Field(min_length=1, max_length=2_000, pattern=_VISIBLE)
    client_secret: str | None = Field(default=None, min_length=1, max_length=8_192, pattern=_VISIBLE)
    auth_method: AuthMethod | None = Field(
        default=None, description="client_secret_basic where there is a secret, else private_key_jwt or none."
    )
    private_key: str | None = Field(default=None, min_length=1, max_length=16_384, description="PEM, or a JWK.")
    key_id: str | None = Field(default=None, max_length=200, pattern=_VISIBLE)
    algorithm: Literal["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"] = "RS256"

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> NewClient:
        if self.auth_method in ("client_secret_basic", "client_secret_post") and not self.client_secret:
            raise ValueError(f"{self.auth_method} needs a client_secret")
        if self.auth_method == "private_key_jwt" and not self.private_key:
            raise ValueError("private_key_jwt needs a private_key")
        return self

    def as_client(self, name: str, scheme_grant: str | None) -> Client:
        """The client, with the way it proves itself where none was given."""
        by_key: AuthMethod = "none" if scheme_grant == "jwt_bearer" else "private_key_jwt"
        method: AuthMethod = "client_secret_basic" if self.client_secret else by_key if self.private_key else "none"
        return Client(
            name=name,
            client_id=self.client_id,
            client_secret=self.client_secret,
            auth_method=self.auth_method or method,
            private_key=self.private_key,
            key_id=self.key_id,
            algorithm=self.algorithm,
        )


class Forced(Query):
    """Whether to delete what is in use."""

    force: bool = False


class _Named(Strict):
    name: Name


@routes("GET", "/v1/integrations/{integration}/clients", scope="registry:read")
def page(context: Context) -> dict[str, Any]:
    """The integration's OAuth clients, never a secret; and the callback URL to register with the provider."""
    facts = _facts(context)
    found = clients.page(context.workspace, facts.name)
    return {"data": [show(row, facts) for row in found], "next_cursor": None, "callback_url": find_callback(facts.auth)}


@routes("GET", "/v1/integrations/{integration}/clients/{client}", scope="registry:read")
def get(context: Context) -> Reply:
    """One client; never its secret."""
    facts = _facts(context)
    row = clients.get(context.workspace, facts.name, context.parameters["client"])
    return Reply(show(row, facts), headers={"ETag": etag(row.version)})


@routes("PUT", "/v1/integrations/{integration}/clients/{client}", scope="connections:write", body=NewClient)
def put(context: Context, body: NewClient) -> Reply:
    """Register a client, or change its secret: connections that use it go on with the new one."""
    facts = _facts(context)
    if facts.auth.type != "oauth2":
        raise WrongState(f"`{facts.name}` uses {facts.auth.type}, which knows no clients.")
    if not facts.auth.token_url:
        raise WrongState(
            f"`{facts.name}` has no `auth.token_url`, to which a client's secret is bound.", fix="PATCH it first."
        )
    try:
        name = _Named(name=context.parameters["client"]).name
    except ValidationError as error:
        raise invalid(error, "path") from None
    client = body.as_client(name, facts.auth.grant)
    if client.private_key and not check_key(client):
        fault = {"pointer": "/private_key", "code": "unusable", "detail": f"is no private key for {client.algorithm}"}
        raise InvalidInput("The private key cannot be used.", errors=[fault])
    row = clients.find(context.workspace, facts.name, name)
    is_new, now = row is None, instants.now()
    if row is None:
        row = clients.new_row(context.workspace, facts.name, name, now=now)
    else:
        context.check_etag(int(row.version))
    clients.put_client(row, client, facts.auth)
    clients.save(row, is_new=is_new, now=now)
    headers = {"ETag": etag(row.version)}
    if is_new:
        headers["Location"] = f"/api/v1/integrations/{facts.name}/clients/{name}"
    return Reply(show(row, facts), 201 if is_new else 200, headers)


@routes("DELETE", "/v1/integrations/{integration}/clients/{client}", scope="connections:write", query=Forced)
def delete(context: Context, query: Forced) -> Reply:
    """Delete a client. One that connections use is kept, unless forced: they could not be renewed any more."""
    facts = _facts(context)
    row = clients.get(context.workspace, facts.name, context.parameters["client"])
    context.check_etag(int(row.version))
    used_by = [] if query.force else clients.users(context.workspace, facts.name, row.name)
    if used_by:
        raise WrongState(
            f"{len(used_by)} connection{'s' * (len(used_by) > 1)} of `{facts.name}` use the client `{row.name}`.",
            fix="Disconnect them first, or repeat with ?force=true: they will need another client to be renewed.",
            facts={"connections": used_by},
        )
    row.delete()
    return Reply(None, 204)


def show(row: ClientRow, facts: IntegrationFacts) -> dict[str, Any]:
    """A client of the integration as the API shows it."""
    return {
        "integration": row.integration,
        "name": row.name,
        "client_id": row.client_id,
        "auth_method": row.auth_method,
        "key_id": row.key_id,
        "algorithm": row.algorithm,
        "secret": {"last4": row.last4, "fingerprint": row.fingerprint} if row.fingerprint else None,
        "callback_url": find_callback(facts.auth),
        "version": int(row.version),
        "created_at": instants.show(row.created_at),
        "updated_at": instants.show(row.updated_at),
    }


def _facts(context: Context) -> IntegrationFacts:
    return integrations.facts_of(integrations.get(context.workspace, context.parameters["integration"]))
