"""A small OAuth 2.0 provider (RFC 6749) without HTTP: forms in, codes and tokens out.

Grants: authorization code with PKCE S256 (RFC 7636), refresh token, client credentials. Refresh tokens rotate: each
use gives a new one and uses up the old; an old one used again ends every token of its grant (RFC 9700 section 4.14).
Revocation follows RFC 7009. Everything is in memory.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CLIENT_ID = "demo-client"
CLIENT_SECRET = "demo-client-secret"
SCOPES = {"shop:read": "Read pets, orders and reports.", "shop:write": "Change pets, place orders, set switches."}

CODE_LIFETIME_S = 60
ACCESS_TOKEN_LIFETIME_S = 3600


class OAuthError(Exception):
    """An error of RFC 6749 section 5.2 or 4.1.2.1, by its registered name."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class UnknownRedirect(Exception):
    """The client or its redirect address is not known: the user must be told, and never be sent there."""


@dataclass(frozen=True)
class Authorization:
    """A valid authorization request, ready for the user's consent."""

    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    code_challenge: str | None


@dataclass
class Grant:
    """What a user (or the client itself) has allowed; its tokens live and die together."""

    scopes: tuple[str, ...]
    is_revoked: bool = False


@dataclass
class _Code:
    authorization: Authorization
    expires_at: float
    grant: Grant
    is_used: bool = False


@dataclass
class _AccessToken:
    grant: Grant
    scopes: tuple[str, ...]
    expires_at: float
    is_revoked: bool = False


@dataclass
class _RefreshToken:
    grant: Grant
    is_used: bool = False


@dataclass
class OAuthProvider:
    """All codes and tokens of one server. Safe for use by several threads."""

    now: Callable[[], float]
    new_token: Callable[[], str] = secrets.token_urlsafe
    _codes: dict[str, _Code] = field(default_factory=dict)
    _access: dict[str, _AccessToken] = field(default_factory=dict)
    _refresh: dict[str, _RefreshToken] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def issue_code(self, authorization: Authorization) -> str:
        """The code for an authorization that the user has just consented to."""
        code = f"code_{self.new_token()}"
        with self._lock:
            grant = Grant(authorization.scopes)
            self._codes[code] = _Code(authorization, self.now() + CODE_LIFETIME_S, grant)
        return code

    def token(self, form: Mapping[str, str]) -> dict[str, object]:
        """The answer of the token endpoint (RFC 6749 section 5.1) to an authenticated client. Raises OAuthError."""
        grants = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh_token,
            "client_credentials": self._by_client_credentials,
        }
        if "grant_type" not in form:
            raise OAuthError("invalid_request", "grant_type is missing")
        if form["grant_type"] not in grants:
            raise OAuthError("unsupported_grant_type", f"grant_type is one of {', '.join(grants)}")
        with self._lock:
            return grants[form["grant_type"]](form)

    def revoke(self, token: str) -> None:
        """Ends a token. A refresh token takes its grant with it; an unknown token changes nothing (RFC 7009)."""
        with self._lock:
            if token in self._refresh:
                self._refresh[token].grant.is_revoked = True
            elif token in self._access:
                self._access[token].is_revoked = True

    def scopes_of(self, access_token: str) -> tuple[str, ...] | None:
        """What a valid access token allows; None when it is unknown, over or revoked."""
        with self._lock:
            found = self._access.get(access_token)
            if found is None or found.is_revoked or found.grant.is_revoked or found.expires_at <= self.now():
                return None
            return found.scopes

    def _by_code(self, form: Mapping[str, str]) -> dict[str, object]:
        code = self._codes.get(form.get("code", ""))
        if code is None:
            raise OAuthError("invalid_grant", "the code is not known")
        if code.is_used:
            code.grant.is_revoked = True  # RFC 6749 section 4.1.2
            raise OAuthError("invalid_grant", "the code was used before; its tokens are revoked")
        if code.expires_at <= self.now():
            raise OAuthError("invalid_grant", "the code has expired")
        if form.get("redirect_uri") != code.authorization.redirect_uri:
            raise OAuthError("invalid_grant", "redirect_uri is not the one of the authorization request")
        _check_verifier(form.get("code_verifier"), code.authorization.code_challenge)
        code.is_used = True
        return self._issue(code.grant, code.grant.scopes, with_refresh_token=True)

    def _by_refresh_token(self, form: Mapping[str, str]) -> dict[str, object]:
        token = self._refresh.get(form.get("refresh_token", ""))
        if token is None:
            raise OAuthError("invalid_grant", "the refresh token is not known")
        if token.is_used:
            token.grant.is_revoked = True
            raise OAuthError("invalid_grant", "the refresh token was used before; the grant is revoked")
        if token.grant.is_revoked:
            raise OAuthError("invalid_grant", "the grant is revoked")
        scopes = parse_scopes(form["scope"]) if "scope" in form else token.grant.scopes
        if not set(scopes) <= set(token.grant.scopes):
            raise OAuthError("invalid_scope", "the scope is wider than what was granted")
        token.is_used = True
        return self._issue(token.grant, scopes, with_refresh_token=True)

    def _by_client_credentials(self, form: Mapping[str, str]) -> dict[str, object]:
        scopes = parse_scopes(form.get("scope", ""))
        return self._issue(Grant(scopes), scopes, with_refresh_token=False)

    def _issue(self, grant: Grant, scopes: tuple[str, ...], with_refresh_token: bool) -> dict[str, object]:
        access_token = f"access_{self.new_token()}"
        self._access[access_token] = _AccessToken(grant, scopes, self.now() + ACCESS_TOKEN_LIFETIME_S)
        answer: dict[str, object] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_TOKEN_LIFETIME_S,
            "scope": " ".join(scopes),
        }
        if with_refresh_token:
            refresh_token = f"refresh_{self.new_token()}"
            self._refresh[refresh_token] = _RefreshToken(grant)
            answer["refresh_token"] = refresh_token
        return answer


def check_redirect(parameters: Mapping[str, str]) -> str:
    """The redirect address of an authorization request, if it may be used. Raises UnknownRedirect.

    The one client runs on its user's own machine, so any loopback address is registered (RFC 8252 section 7.3).
    """
    if parameters.get("client_id") != CLIENT_ID:
        raise UnknownRedirect("client_id is not known.")
    redirect_uri = parameters.get("redirect_uri", "")
    try:
        parts = urlsplit(redirect_uri)
        is_loopback = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    except ValueError:
        is_loopback = False
    is_clean = redirect_uri.isascii() and redirect_uri.isprintable() and not set(redirect_uri) & set(" #")
    if not (is_loopback and is_clean):
        raise UnknownRedirect("redirect_uri is not registered for this client: it must be a loopback address.")
    return redirect_uri


def check_authorization(parameters: Mapping[str, str]) -> Authorization:
    """An authorization request (RFC 6749 section 4.1.1). Raises UnknownRedirect, or OAuthError for the redirect."""
    redirect_uri = check_redirect(parameters)
    if parameters.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    challenge = parameters.get("code_challenge")
    if challenge is None and "code_challenge_method" in parameters:
        raise OAuthError("invalid_request", "code_challenge is missing")
    if challenge is not None and parameters.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "code_challenge_method must be S256")
    scopes = parse_scopes(parameters.get("scope", ""))
    return Authorization(redirect_uri, parameters.get("state"), scopes, challenge)


def parse_scopes(text: str) -> tuple[str, ...]:
    """Scopes by their space-separated names; an empty text means all. Raises OAuthError `invalid_scope`."""
    scopes = tuple(dict.fromkeys(text.split())) or tuple(SCOPES)
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise OAuthError("invalid_scope", f"unknown scope: {' '.join(unknown)}")
    return scopes


def _check_verifier(verifier: str | None, challenge: str | None) -> None:
    """PKCE (RFC 7636 section 4.6): the verifier is demanded exactly when there was a challenge."""
    if challenge is None:
        if verifier is not None:
            raise OAuthError("invalid_grant", "there was no code_challenge")
        return
    digest = hashlib.sha256((verifier or "").encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=")
    if not hmac.compare_digest(expected, challenge.encode()):
        raise OAuthError("invalid_grant", "code_verifier does not match the code_challenge")
