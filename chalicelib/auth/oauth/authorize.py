"""The request that a user's browser carries to a provider (RFC 6749, section 4.1.1), and what it brings back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.auth.oauth import templates
from chalicelib.auth.oauth.clients import Client
from chalicelib.auth.oauth.tokens import keep
from chalicelib.auth.schemes import AuthScheme
from chalicelib.errors import WrongState

_VERIFIER_BYTES: Final = 64  # 86 characters; RFC 7636 allows 43 to 128
_PATH: Final = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1000}", re.ASCII)
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)


def new_verifier() -> str:
    """A PKCE code verifier (RFC 7636, section 4.1)."""
    return secrets.token_urlsafe(_VERIFIER_BYTES)


def url(
    scheme: AuthScheme,
    client: Client,
    config: Mapping[str, Any],
    *,
    redirect_uri: str,
    state: str,
    verifier: str | None,
) -> str:
    """Where the browser goes. Raises `WrongState` where the integration has no authorize URL."""
    from authlib.common.urls import add_params_to_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    if not scheme.authorize_url:
        raise WrongState("The integration has no `auth.authorize_url`.", fix="PATCH the integration with it.")
    rule = scheme.departures.authorize
    asked = {
        "response_type": rule.response_type,
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": scheme.departures.scope_separator.join(scheme.scopes),
        "state": state,
    }
    if verifier:
        asked |= {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}
    renamed = {str(ours): theirs for ours, theirs in rule.names.items()}
    extra = {name: templates.fill_text(text, config) for name, text in rule.parameters.items()}
    pairs = [(renamed.get(name, name), value) for name, value in asked.items() if value]
    pairs += [(name, value) for name, value in extra.items() if value is not None]
    return str(add_params_to_uri(templates.fill_url(scheme.authorize_url, config), pairs))


@dataclass(frozen=True)
class Returned:
    """What a callback says: a code, or an error's code; and what the profile keeps of it."""

    code: str | None
    error: str | None
    kept: dict[str, str]


def read_callback(scheme: AuthScheme, parameters: Mapping[str, str]) -> Returned:
    """The provider's answer. Raises `GrantFailed` where a value to keep is not as it must be.

    An `iss` that is not the profile's, or absent though the profile names one, is an error (RFC 9207, section 2.4).
    """
    rule = scheme.departures.callback
    if rule.issuer and parameters.get("iss") != rule.issuer:
        return Returned(None, "issuer_mismatch", {})
    if error := parameters.get("error"):
        return Returned(None, error if _CODE.fullmatch(error) else "unknown_error", {})
    code = parameters.get(rule.code, "")
    if not code or len(code) > 4_096:
        return Returned(None, "no_code", {})
    return Returned(code, None, keep(rule.keep, dict(parameters)))


def safe_path(wanted: str | None) -> str:
    """`wanted` where it is a path on our own origin, else ``/`` (E4)."""
    return wanted if wanted and _PATH.fullmatch(wanted) else "/"
