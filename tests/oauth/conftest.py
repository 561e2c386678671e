"""A public origin, and providers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.auth.oauth import public_origin
from chalicelib.aws import client
from infra.local.standin import LocalAws
from tests.client import Api
from tests.oauth.browser import ORIGIN, Browser
from tests.oauth.provider import Provider

FILES = sorted((Path(__file__).parent / "providers").glob("*.json"))


@pytest.fixture
def origin(aws: LocalAws) -> str:
    """The deployment knows its address."""
    public_origin.forget()
    client("ssm").put_parameter(Name=public_origin.parameter(), Value=ORIGIN, Type="String", Overwrite=True)
    return ORIGIN


@pytest.fixture
def browser(api: Api, origin: str) -> Browser:
    return Browser(api)


@pytest.fixture
def start_provider() -> Iterator[Callable[..., Provider]]:
    """Starts a provider; each is stopped in the end."""
    started: list[Provider] = []

    def start(behaviour: dict[str, Any] | None = None, client: dict[str, Any] | None = None) -> Provider:
        started.append(Provider(behaviour or PLAIN, client or CLIENT))
        return started[-1]

    yield start
    for one in started:
        one.stop()


CLIENT = {"client_id": "waygate", "client_secret": "client-secret-canary-0123456789abcdef"}
PLAIN: dict[str, Any] = {
    "client_auth": "basic",
    "pkce": "required",
    "rotates": True,
    "answer": {
        "access_token": "access-canary-$access",
        "refresh_token": "refresh-canary-$refresh",
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "read write",
    },
    "refusal": {"status": 400, "body": {"error": "invalid_grant"}},
}


def read(path: Path, provider: Provider | None = None) -> dict[str, Any]:
    """A provider's file; once it is played, with its address in it."""
    text = path.read_text()
    if provider is not None:
        text = text.replace("@provider@", provider.url).replace("@port@", str(provider.port))
    found: dict[str, Any] = json.loads(text)
    return found


def auth_of(provider: Provider, **changes: Any) -> dict[str, Any]:
    """The scheme of an integration that uses a plain provider."""
    return {
        "type": "oauth2",
        "grant": "authorization_code",
        "authorize_url": f"{provider.url}/authorize",
        "token_url": f"{provider.url}/token",
        "scopes": ["read", "write"],
        **changes,
    }


def add_integration(api: Api, provider: Provider, name: str = "crm", **changes: Any) -> dict[str, Any]:
    """An integration with its client, and one action `me`."""
    auth = changes.pop("auth", None) or auth_of(provider)
    facts = {"name": name, "base_url": provider.url, "auth": auth, **changes}
    added: dict[str, Any] = api.ok("POST", "/integrations", facts)
    api.ok("PUT", f"/integrations/{name}/clients/default", provider.client)
    api.ok("PUT", f"/actions/{name}/me", {"method": "GET", "path": "/me", "behaviour": "read"})
    return added
