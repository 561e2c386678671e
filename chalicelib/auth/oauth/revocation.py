"""Revoking tokens at their provider (RFC 7009), as well as that can be done: a connection is deleted either way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from chalicelib.auth.oauth import templates
from chalicelib.auth.oauth.clients import Client
from chalicelib.auth.oauth.profile import OAuthProfile
from chalicelib.auth.oauth.tokens import Tokens
from chalicelib.auth.schemes import AuthScheme
from chalicelib.egress import CallFailed
from chalicelib.errors import EgressBlocked, InvalidInput
from chalicelib.observability import guard_secrets

TIMEOUT_S: Final = 5.0
_ANSWER_BYTES: Final = 65_536


@dataclass(frozen=True)
class Revocation:
    """What came of it. `unsupported`: the integration names no `revoke_url`."""

    outcome: Literal["revoked", "failed", "unsupported"]
    detail: str


def revoke(
    scheme: AuthScheme, client: Client, config: Mapping[str, Any], tokens: Tokens, *, timeout_s: float = TIMEOUT_S
) -> Revocation:
    """Tell the provider to forget the refresh token, which ends the grant (section 2.1), else the access token."""
    url = scheme.departures.revoke_url
    if not url:
        return Revocation("unsupported", "The integration names no address for revoking tokens.")
    kind = "refresh_token" if tokens.refresh_token else "access_token"
    token = tokens.refresh_token or tokens.access_token
    guard_secrets([*tokens.secrets, *client.secrets])
    try:
        status = _post(templates.fill_url(url, config), client, scheme.departures, token or "", kind, timeout_s)
    except CallFailed as error:
        return Revocation("failed", f"The provider's revocation endpoint: {error.detail}.")
    except (EgressBlocked, InvalidInput) as error:
        return Revocation("failed", str(error.detail))
    if 200 <= status < 300:
        return Revocation("revoked", "The provider has revoked the tokens.")
    return Revocation("failed", f"The provider's revocation endpoint answered {status}.")


def _post(url: str, client: Client, profile: OAuthProfile, token: str, kind: str, timeout_s: float) -> int:
    from authlib.integrations.requests_client import OAuth2Session

    from chalicelib.auth.oauth.grants import client_auth
    from chalicelib.egress.sessions import confine

    proof = client_auth(client, url, basic_encoding=profile.request.basic_encoding)
    made = OAuth2Session(proof.client_id, proof.client_secret, revocation_endpoint_auth_method=proof.auth_method)
    session = confine(made, timeout_s=timeout_s, max_bytes=_ANSWER_BYTES)
    answer = session.revoke_token(url, token=token, token_type_hint=kind)
    return int(answer.status_code)
