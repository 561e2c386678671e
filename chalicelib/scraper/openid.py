"""OpenID Connect Discovery 1.0: where the endpoints of an `openIdConnect` scheme are."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from chalicelib.auth.schemes import AuthScheme
from chalicelib.egress.fetch import fetch_document
from chalicelib.errors import EgressBlocked, SourceUnreachable

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_GRANTS: Final = ("authorization_code", "client_credentials", "password", "implicit")
_MOST_BYTES: Final = 1_000_000


def configured(auth: AuthScheme, configuration: Any) -> AuthScheme:
    """`auth` with what a provider's configuration (section 3 of the standard) says. Raises `ValueError`."""
    if not isinstance(configuration, dict):
        raise ValueError("the configuration is not an object")
    offered = configuration.get("grant_types_supported")
    offered = offered if isinstance(offered, list) else ["authorization_code", "implicit"]  # the standard's default
    found = auth.model_dump(by_alias=True)
    found["grant"] = next((grant for grant in _GRANTS if grant in offered), "authorization_code")
    for member, name in (("authorize_url", "authorization_endpoint"), ("token_url", "token_endpoint")):
        url = configuration.get(name)
        if isinstance(url, str):
            if urlsplit(url).scheme not in ("https", "http"):
                raise ValueError(f"`{name}` is {url[:200]!r}")
            found[member] = url
    if not found["token_url"]:
        raise ValueError("it names no `token_endpoint`")
    try:
        return AuthScheme.model_validate(found)
    except ValidationError as error:
        raise ValueError(error.errors(include_url=False, include_input=False)[0]["msg"]) from None


def discover(auth: AuthScheme, url: str) -> AuthScheme:
    """`auth` with the endpoints that are published at `url`. Raises `ValueError` with the reason where that fails."""
    address = url if _WELL_KNOWN in url else url.rstrip("/") + _WELL_KNOWN
    try:
        answer = fetch_document(address, accept="application/json")
        if len(answer.body) > _MOST_BYTES:
            raise ValueError("the configuration is larger than 1 MB")
        return configured(auth, json.loads(answer.body))
    except (EgressBlocked, SourceUnreachable) as error:
        raise ValueError(str(error.detail or error.title)) from None
    except (UnicodeDecodeError, RecursionError):
        raise ValueError("the configuration is not JSON") from None
