"""Small factories: an integration with OAuth at a provider of the test's own, and connections with its tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.auth import audit, connections, refresh
from chalicelib.auth.audit import SWEEP
from chalicelib.auth.oauth import clients
from chalicelib.auth.oauth.clients import Client
from chalicelib.auth.oauth.tokens import Tokens
from chalicelib.auth.refresh import Pace, Renewal
from chalicelib.auth.tables import ConnectionRow
from chalicelib.registry import attachments, integrations
from chalicelib.registry.models import IntegrationFacts
from chalicelib.registry.renewal import renewal_of
from tests.auth.provider import LIFETIME_S, Provider
from tests.client import Api

EPOCH = 1_790_000_000.0
NAME = "crm"


@dataclass
class Clock:
    """Time that passes when somebody sleeps; `on_sleep` is called then."""

    at: float = EPOCH
    slept: list[float] = field(default_factory=list)
    on_sleep: Callable[[], None] = lambda: None

    def now(self) -> float:
        """Epoch seconds."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.slept.append(seconds)
        self.at += seconds
        self.on_sleep()

    def pace(self) -> Pace:
        """This clock, without chance."""
        return Pace(self.now, self.sleep, lambda low, high: low)


def add_crm(api: Api, provider: Provider, name: str = NAME, **auth: Any) -> IntegrationFacts:
    """An integration whose tokens come from `provider`, with its client and an action."""
    scheme = {
        "type": "oauth2",
        "grant": "authorization_code",
        "authorize_url": f"{provider.url}/authorize",
        "token_url": f"{provider.url}/token",
        **auth,
    }
    api.ok("POST", "/integrations", {"name": name, "base_url": f"{provider.url}/v1", "auth": scheme})
    for action, method, behaviour in (("read", "GET", "read"), ("write", "POST", "create")):
        api.ok("PUT", f"/actions/{name}/{action}", {"method": method, "path": "/things", "behaviour": behaviour})
    facts = integrations.facts_of(integrations.get("default", name))
    row = clients.new_row("default", name, "default", now=_moment(EPOCH))
    clients.put_client(row, Client("default", "our-id", "our-client-secret"), facts.auth)
    clients.save(row, is_new=True, now=_moment(EPOCH))
    return facts


def connect(
    facts: IntegrationFacts, given: dict[str, Any], name: str = "default", *, now: float = EPOCH
) -> ConnectionRow:
    """A connection that holds the tokens in a token answer, given at `now`."""
    lifetime = given.get("expires_in", LIFETIME_S)
    tokens = Tokens(
        access_token=given["access_token"],
        refresh_token=given.get("refresh_token"),
        expires_at=now + lifetime,
        issued_at=now,
    )
    row = connections.new_row("default", facts.name, name, "oauth2", now=_moment(now))
    row.origins = list(integrations.origins_of(facts))
    row.status, row.client, row.provider = "active", "default", provider_of(facts)
    connections.hold_tokens(row, tokens, margin_s=facts.auth.departures.refresh.margin_s, chance=lambda low, high: low)
    attachments.attach(row, entry=audit.entry(connections.place_of(row), "created", SWEEP, now=_moment(now)))
    return row


def provider_of(facts: IntegrationFacts) -> str:
    """Who is asked for tokens."""
    from chalicelib.registry.renewal import provider_of as ours

    return ours(facts)


def renewal(facts: IntegrationFacts, actor: audit.Actor = SWEEP) -> Renewal:
    """The real one."""
    return renewal_of(facts, actor)


def stored(name: str = "default", integration: str = NAME) -> ConnectionRow:
    """The connection as it is now."""
    return connections.get("default", integration, name)


def token_in(row: ConnectionRow) -> str:
    """The access token in a row."""
    return str(connections.open_tokens(row).access_token)


def pace_of(monkeypatch: Any, clock: Clock) -> Pace:
    """Make `clock` that of the process."""
    monkeypatch.setattr(refresh, "PACE", clock.pace())
    return refresh.PACE


def _moment(at: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(at, dt.UTC)
