"""Eight providers as they document themselves, each played on loopback: authorize → callback → call → renew.

Their departures from the standard are in the files, as an integration's data; the code knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.auth import connections, vault
from chalicelib.auth.oauth import clients, grants
from chalicelib.auth.oauth.tokens import GrantRefused, Tokens
from chalicelib.registry import integrations
from tests.client import Api
from tests.oauth.browser import Browser
from tests.oauth.conftest import FILES, add_integration, read
from tests.oauth.provider import Provider


def opened(name: str = "crm", connection: str = "default") -> Tokens:
    """The tokens that a connection has sealed."""
    row = connections.get("default", name, connection)
    plain = vault.unseal(connections.context_of(row), bytes(row.sealed))
    return Tokens.model_validate_json(plain)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_provider_is_connected_called_and_renewed_by_its_profile_alone(
    path: Path, api: Api, browser: Browser, start_provider: Callable[..., Provider]
) -> None:
    plain = read(path)
    provider = start_provider(plain["provider"], plain["client"])
    file = read(path, provider)
    expect: dict[str, Any] = file["expect"]
    profile = {"config": file.get("config", {})}
    add_integration(api, provider, auth=file["auth"], base_url=file.get("base_url", provider.url), profile=profile)
    order = api.ok("POST", "/connections/crm/default/authorize", {"config": file.get("values", {})})
    page = browser.connect(order["authorize_url"])
    assert page.status == 200, page.body
    connection = api.ok("GET", "/connections/crm/default")
    assert connection["status"] == "active"
    assert connection["warnings"] == []
    assert expect.get("config", {}).items() <= connection["config"].items()
    assert api.ok("POST", "/actions/crm/me")["data"] == {"known": True}

    tokens = opened()
    lifetime = None if tokens.expires_at is None else tokens.expires_at - tokens.issued_at
    assert lifetime == pytest.approx(expect["lifetime_s"]) if expect["lifetime_s"] else lifetime is None
    assert expect.get("extra", {}).items() <= tokens.extra.items()
    facts = integrations.facts_of(integrations.get("default", "crm"))
    client = clients.load("default", "crm", "default", facts.auth)
    if tokens.refresh_token is None:
        with pytest.raises(GrantRefused, match="no_refresh_token"):
            grants.renew(facts.auth, client, connection["config"], tokens)
        return
    renewed = grants.renew(facts.auth, client, connection["config"], tokens)
    assert renewed.access_token != tokens.access_token
    assert renewed.access_token in provider.access_tokens
    assert renewed.refresh_token is not None
    assert renewed.extra == tokens.extra
    if "rotates" in provider.behaviour or "refreshed" in provider.behaviour:
        assert (renewed.refresh_token != tokens.refresh_token) is expect["rotates"]
    provider.refresh_tokens.clear()
    with pytest.raises(GrantRefused) as refused:
        grants.renew(facts.auth, client, connection["config"], renewed)
    assert "expired" not in str(refused.value).lower()  # the provider's prose goes nowhere (E7)
