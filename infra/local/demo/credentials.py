"""Which credentials the shop accepts, and where: values in, an `Identity` or a 401 out.

Several may be sent; the first valid one in the order of `KINDS` counts.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .exchange import Request
from .oauth import OAuthProvider
from .problems import Problem

API_KEY = "demo-key-1234567890"
BEARER_TOKEN = "demo-token-1234567890"
USERNAME = "demo"
PASSWORD = "demo-password-1234"
APP_ID = "demo-app"
APP_SECRET = "demo-secret-1234567890"

ACCOUNT = "demo"
ALL_SCOPES = ("shop:read", "shop:write")


@dataclass(frozen=True)
class Identity:
    """Who calls, proven by which kind of credential, and what it may do."""

    kind: str
    account: str
    scopes: tuple[str, ...]


def identify(request: Request, oauth: OAuthProvider, kinds: Sequence[str] | None = None) -> Identity:
    """The caller, if one of `kinds` (default: any kind) was sent and is valid; else raises Problem 401."""
    for kind in kinds or KINDS:
        scopes = KINDS[kind](request, oauth)
        if scopes is not None:
            return Identity(kind, ACCOUNT, scopes)
    accepted = kinds or KINDS
    challenges = dict.fromkeys(CHALLENGES[kind] for kind in accepted)
    raise Problem(
        "unauthenticated",
        f"Send a valid credential of a kind accepted here: {', '.join(accepted)}.",
        headers=[("WWW-Authenticate", challenge) for challenge in challenges],
    )


def require_scope(identity: Identity, scope: str) -> None:
    """Raises Problem 403 (RFC 6750 section 3.1) when the identity may not do this."""
    if scope not in identity.scopes:
        raise Problem(
            "insufficient_scope",
            f"This call needs the scope {scope}; the token has: {' '.join(identity.scopes)}.",
            headers=[("WWW-Authenticate", f'Bearer realm="shop", error="insufficient_scope", scope="{scope}"')],
        )


def basic_pair(request: Request) -> tuple[str, str] | None:
    """User name and password of HTTP Basic (RFC 7617), None when the header is missing or malformed."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        username, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return None
    return (username, password) if colon else None


def equal(given: str | None, expected: str) -> bool:
    """Compares two secrets in constant time."""
    return given is not None and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _all_scopes(is_valid: bool) -> tuple[str, ...] | None:
    return ALL_SCOPES if is_valid else None


def _by_header(request: Request, oauth: OAuthProvider) -> tuple[str, ...] | None:
    return _all_scopes(equal(request.headers.get("x-api-key"), API_KEY))


def _by_query(request: Request, oauth: OAuthProvider) -> tuple[str, ...] | None:
    return _all_scopes(equal(request.query.get("api_key", [None])[0], API_KEY))


def _by_cookie(request: Request, oauth: OAuthProvider) -> tuple[str, ...] | None:
    return _all_scopes(equal(request.cookie("shop_key"), API_KEY))


def _by_bearer(request: Request, oauth: OAuthProvider) -> tuple[str, ...] | None:
    return _all_scopes(equal(_bearer(request), BEARER_TOKEN))


def _by_basic(request: Request, oauth: OAuthProvider) -> tuple[str, ...] | None:
    username, password = basic_pair(request) or (None, None)
    return _all_scopes(equal(username, USERNAME) and equal(password, PASSWORD))


def _by_custom_headers(request: Request, oauth: OAuthProvider) -> tuple[str, ...] | None:
    app_id, app_secret = request.headers.get("x-app-id"), request.headers.get("x-app-secret")
    return _all_scopes(equal(app_id, APP_ID) and equal(app_secret, APP_SECRET))


def _by_oauth2(request: Request, oauth: OAuthProvider) -> tuple[str, ...] | None:
    token = _bearer(request)
    return oauth.scopes_of(token) if token else None


KINDS: dict[str, Callable[[Request, OAuthProvider], tuple[str, ...] | None]] = {
    "api-key-header": _by_header,
    "api-key-query": _by_query,
    "api-key-cookie": _by_cookie,
    "bearer": _by_bearer,
    "basic": _by_basic,
    "custom-headers": _by_custom_headers,
    "oauth2": _by_oauth2,
}
"""kind → the scopes that the request proves in this way, None if it does not."""

CHALLENGES = {
    "api-key-header": 'ApiKey realm="shop", header="X-Api-Key"',
    "api-key-query": 'ApiKey realm="shop", query="api_key"',
    "api-key-cookie": 'ApiKey realm="shop", cookie="shop_key"',
    "bearer": 'Bearer realm="shop"',
    "basic": 'Basic realm="shop", charset="UTF-8"',
    "custom-headers": 'AppSecret realm="shop", headers="X-App-Id X-App-Secret"',
    "oauth2": 'Bearer realm="shop"',
}
