"""Asking a provider's token endpoint for tokens: every grant of ours, as the integration's profile wants it.

authlib prepares the request and proves who the client is; `shape` then gives it the provider's names and form, the
egress door carries it, and `tokens.read_answer` reads what comes back. authlib is heavy, so it is imported on use.

    exchange     a code from a callback               (RFC 6749, section 4.1.3; RFC 7636)
    renew        a refresh token, or anew by          (section 6)
                 client_credentials, password         (sections 4.4, 4.3)
                 or jwt_bearer                        (RFC 7523, section 2.1)
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit, urlunsplit

from chalicelib.auth.oauth import templates
from chalicelib.auth.oauth.clients import Client
from chalicelib.auth.oauth.profile import OAuthProfile
from chalicelib.auth.oauth.tokens import GrantFailed, GrantRefused, Tokens, read_answer
from chalicelib.auth.schemes import AuthScheme
from chalicelib.egress import Answer, CallFailed, send
from chalicelib.egress.foreign import outbound
from chalicelib.errors import EgressBlocked, InvalidInput
from chalicelib.observability import guard_secrets

ANSWER_BYTES: Final = 65_536  # of a token answer (E7)
TIMEOUT_S: Final = 10.0
_HEADERS: Final = {"accept": "application/json", "user-agent": "waygate"}
_JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def exchange(
    scheme: AuthScheme,
    client: Client,
    config: Mapping[str, Any],
    *,
    code: str,
    verifier: str | None,
    redirect_uri: str,
    timeout_s: float = TIMEOUT_S,
    now: float | None = None,
) -> Tokens:
    """The tokens for a callback's `code`. Raises as `renew` does."""
    guard_secrets(filter(None, (code, verifier)))
    asked = {"code": code, "redirect_uri": redirect_uri}
    if verifier:
        asked["code_verifier"] = verifier
    return _ask(scheme, client, config, "authorization_code", asked, timeout_s=timeout_s, now=now)


def renew(
    scheme: AuthScheme,
    client: Client,
    config: Mapping[str, Any],
    tokens: Tokens,
    *,
    timeout_s: float = TIMEOUT_S,
    now: float | None = None,
) -> Tokens:
    """New tokens in place of `tokens`: by its refresh token, or fetched anew where the grant needs nobody's consent.

    `config` is the connection's, defaults included; `now` epoch seconds, when the answer came unless given. It takes
    `timeout_s` by the wall clock at most, for everything. Raises `GrantRefused` where the grant is dead, `GrantFailed`
    where it may be alive, and what is kept of `tokens` stays kept.
    """
    deadline = time.monotonic() + timeout_s
    if tokens.refresh_token:
        asked = {"refresh_token": tokens.refresh_token, **_filled(scheme.departures.request.refresh_parameters, config)}
        try:
            return _ask(scheme, client, config, "refresh_token", asked, previous=tokens, timeout_s=timeout_s, now=now)
        except GrantRefused:
            if not _renews_itself(scheme, tokens):
                raise
            tokens = tokens.model_copy(update={"refresh_token": None})
    elif not _renews_itself(scheme, tokens):
        raise GrantRefused("no_refresh_token", "There is no refresh token, so only the account's owner can renew it.")
    return fetch(scheme, client, config, tokens, timeout_s=deadline - time.monotonic(), now=now)


def fetch(
    scheme: AuthScheme,
    client: Client,
    config: Mapping[str, Any],
    tokens: Tokens,
    *,
    timeout_s: float = TIMEOUT_S,
    now: float | None = None,
) -> Tokens:
    """Tokens by a grant that needs nobody's consent. `tokens` has what a password grant asks with."""
    asked = {"scope": _scope(scheme)}
    match scheme.grant:
        case "client_credentials":
            kind = "client_credentials"
        case "password":
            kind = "password"
            asked |= {"username": tokens.username or "", "password": tokens.password or ""}
        case "jwt_bearer":
            kind = _JWT_BEARER
            asked = {"assertion": _assertion(scheme, client, config, now=now)}
            if not scheme.departures.assertion.has_scope:
                asked["scope"] = _scope(scheme)
        case _:
            raise GrantRefused("needs_consent", f"The grant {scheme.grant} needs the account's owner.")
    return _ask(scheme, client, config, kind, asked, previous=tokens, timeout_s=timeout_s, now=now)


def _renews_itself(scheme: AuthScheme, tokens: Tokens) -> bool:
    """True where no consent is needed for new tokens."""
    if scheme.grant == "password":
        return tokens.password is not None
    return not scheme.needs_consent


def _scope(scheme: AuthScheme) -> str:
    return scheme.departures.scope_separator.join(scheme.scopes)


def _ask(
    scheme: AuthScheme,
    client: Client,
    config: Mapping[str, Any],
    kind: str,
    asked: Mapping[str, str],
    *,
    timeout_s: float,
    now: float | None,
    previous: Tokens | None = None,
) -> Tokens:
    guard_secrets(client.secrets | (previous.secrets if previous else frozenset()))
    template = (scheme.refresh_url if kind == "refresh_token" else None) or scheme.token_url
    if not template:
        raise GrantFailed("no_token_url", "The integration names no token URL.", sent=False)
    if timeout_s <= 0:
        raise GrantFailed("timeout", "There was no time left to ask the provider.", sent=False)
    try:
        url = templates.fill_url(template, config)
        answer = _send(scheme.departures, client, url, kind, asked, config, timeout_s)
    except CallFailed as error:
        raise GrantFailed(error.reason, f"The token endpoint: {error.detail}.", sent=error.sent) from None
    except (EgressBlocked, InvalidInput) as error:
        raise GrantFailed(error.code, str(error.detail), sent=False) from None
    return read_answer(
        scheme.departures,
        answer.body,
        status=answer.status,
        headers={name.lower(): value for name, value in answer.headers},
        previous=previous,
        now=time.time() if now is None else now,
    )


def _send(
    profile: OAuthProfile,
    client: Client,
    url: str,
    kind: str,
    asked: Mapping[str, str],
    config: Mapping[str, Any],
    timeout_s: float,
) -> Answer:
    """The token endpoint's answer."""
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    proof = client_auth(client, url, basic_encoding=profile.request.basic_encoding)
    form = prepare_token_request(kind, **asked)
    headers = _HEADERS | {name.lower(): value for name, value in profile.request.headers.items()}
    _, headers, form = proof.prepare("POST", url, headers, form)
    extra = _filled(profile.request.parameters, config)
    url, body, media_type = shape(profile, url, {**extra, **dict(parse_qsl(form, keep_blank_values=True))})
    if media_type:
        headers["content-type"] = media_type
    request = outbound(profile.request.method, url, headers.items(), body.encode() if body else None)
    return send(request, timeout_s=timeout_s, max_bytes=ANSWER_BYTES)


def client_auth(client: Client, url: str, *, basic_encoding: str) -> Any:
    """authlib's proof, to the endpoint at `url`, of who `client` is."""
    from authlib.oauth2.auth import ClientAuth
    from authlib.oauth2.rfc7523 import PrivateKeyJWT

    if client.auth_method == "private_key_jwt":
        header = {"kid": client.key_id} if client.key_id else None
        method = PrivateKeyJWT(url, headers=header, alg=client.algorithm)
        return ClientAuth(client.client_id, signing_key(client), method)
    if client.auth_method == "client_secret_basic":
        return ClientAuth(client.client_id, client.client_secret, _BASIC[basic_encoding])
    return ClientAuth(client.client_id, client.client_secret, client.auth_method)


def shape(profile: OAuthProfile, url: str, asked: Mapping[str, str]) -> tuple[str, str | None, str | None]:
    """A token request's URL, body and content type, with the provider's own names for what is asked."""
    renamed = {str(ours): theirs for ours, theirs in profile.request.names.items()}
    named = {renamed.get(name, name): value for name, value in asked.items()}
    if profile.request.method == "GET":
        parts = urlsplit(url)
        own = parse_qsl(parts.query, keep_blank_values=True)
        return urlunsplit(parts._replace(query=urlencode([*own, *named.items()]))), None, None
    if profile.request.body == "json":
        return url, json.dumps(named), "application/json"
    return url, urlencode(named), "application/x-www-form-urlencoded"


def _basic(written: Callable[[str], str]) -> Callable[..., tuple[str, Any, Any]]:
    def encode(auth: Any, _method: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
        pair = f"{written(auth.client_id)}:{written(auth.client_secret or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return uri, headers, body

    return encode


_BASIC: Final = {"form": _basic(quote_plus), "raw": _basic(str)}


def _filled(parameters: Mapping[str, str], config: Mapping[str, Any]) -> dict[str, str]:
    """Extra parameters with the config's values; one whose variable has no value is left out."""
    filled = {name: templates.fill_text(value, config) for name, value in parameters.items()}
    return {name: value for name, value in filled.items() if value is not None}


def _assertion(scheme: AuthScheme, client: Client, config: Mapping[str, Any], *, now: float | None) -> str:
    from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion

    rule = scheme.departures.assertion
    claims: dict[str, Any] = _filled(rule.claims, config)
    if rule.has_scope and scheme.scopes:
        claims["scope"] = _scope(scheme)
    signed = sign_jwt_bearer_assertion(
        signing_key(client),
        issuer=client.client_id,
        audience=rule.audience or templates.fill_url(scheme.token_url or "", config),
        subject=templates.fill_text(rule.subject, config) if rule.subject else None,
        issued_at=int(time.time() if now is None else now),
        claims=claims,
        header={"alg": client.algorithm, "typ": "JWT"} | ({"kid": client.key_id} if client.key_id else {}),
        expires_in=rule.lifetime_s,
    )
    return signed.decode() if isinstance(signed, bytes) else str(signed)


def signing_key(client: Client) -> Any:
    """The client's private key, as authlib signs with it. Raises `GrantFailed` where it is no such key."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    family: Any = {"RS": RSAKey, "PS": RSAKey, "ES": ECKey}.get(client.algorithm[:2], OKPKey)
    text = (client.private_key or "").strip()
    try:
        return family.import_key(json.loads(text) if text.startswith("{") else text)
    except (JoseError, ValueError, TypeError):
        raise GrantFailed(
            "unusable_key", f"The client's private key is no key for {client.algorithm}.", sent=False
        ) from None


def check_key(client: Client) -> bool:
    """True where the client's private key can sign with its algorithm."""
    try:
        return bool(signing_key(client).is_private)
    except GrantFailed:
        return False
