"""How an integration's connections get new tokens: its auth scheme and the client that the connection names."""

from __future__ import annotations

from chalicelib import rows
from chalicelib.auth import connections, refresh
from chalicelib.auth.audit import Actor
from chalicelib.auth.oauth import clients, grants, revocation, templates
from chalicelib.auth.oauth.revocation import Revocation
from chalicelib.auth.oauth.tokens import GrantFailed, Tokens
from chalicelib.auth.refresh import Renewal
from chalicelib.auth.tables import ClientRow, ConnectionRow
from chalicelib.auth.vault import CannotOpen
from chalicelib.errors import WaygateError
from chalicelib.registry import integrations
from chalicelib.registry.models import IntegrationFacts


def renewal_of(facts: IntegrationFacts, actor: Actor) -> Renewal:
    """The renewal of this integration's connections, on behalf of `actor`."""
    scheme = facts.auth

    def renew(row: ConnectionRow, tokens: Tokens, timeout_s: float) -> Tokens:
        client = clients.open_client(_client_row(row), scheme)
        return grants.renew(
            scheme,
            client,
            integrations.config_of(facts, row.config),
            tokens,
            timeout_s=timeout_s,
            now=refresh.PACE.now(),
        )

    return Renewal(renew, scheme.departures.refresh.margin_s, actor)


def plan(row: ConnectionRow, facts: IntegrationFacts) -> None:
    """Note in `row`, before its tokens are put, who renews them, and whether that needs nobody's consent."""
    is_oauth = facts.auth.type == "oauth2"
    row.provider = provider_of(facts) if is_oauth else None
    row.renewable = is_oauth and not facts.auth.needs_consent


def provider_of(facts: IntegrationFacts) -> str:
    """Who gives an integration's tokens: the address of its token endpoint, as it is written."""
    return templates.authority(facts.auth.token_url or facts.base_url)


def revoke(facts: IntegrationFacts, row: ConnectionRow) -> Revocation | None:
    """Have the provider forget the tokens in `row`; None for credentials that are no OAuth tokens. Never raises."""
    if row.auth_type != "oauth2" or facts.auth.type != "oauth2" or row.sealed is None:
        return None
    try:
        client = clients.open_client(_client_row(row), facts.auth)
        return revocation.revoke(
            facts.auth, client, integrations.config_of(facts, row.config), connections.open_tokens(row)
        )
    except CannotOpen:
        return Revocation("failed", "The tokens cannot be opened any more.")
    except WaygateError as error:
        return Revocation("failed", error.detail or error.title)
    except GrantFailed as error:
        return Revocation("failed", error.detail)


def _client_row(row: ConnectionRow) -> ClientRow:
    """The client that the connection was made with, as this process knows it (30 s). Raises `ClientNotFound`."""
    name = row.client or clients.DEFAULT
    key = (ClientRow, clients.owner(row.workspace, row.integration), name)
    found = rows.read([key])[key]
    return found if isinstance(found, ClientRow) else clients.get(row.workspace, row.integration, name)
