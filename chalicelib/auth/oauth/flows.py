"""Authorizations under way: what was asked for, and the browser that it was given to (E1).

    begin    → a flow that can be started once, by its id
    start    → the same flow under its state, bound to the browser that opened it
    finish   → taken by the callback that brings that state, from that browser, once

Ids and states are 256 random bits, kept as hashes only; what is taken is gone, by a conditional delete.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from pynamodb.attributes import BinaryAttribute, JSONAttribute, UnicodeAttribute

from chalicelib.auth import vault
from chalicelib.auth.oauth import authorize
from chalicelib.auth.vault import Context
from chalicelib.runtime import RuntimeRow, key_of

TTL_S: Final = 600
_BYTES: Final = 32


class FlowRow(RuntimeRow):
    """A flow: `flow#<hash of its id>` until it is started, `state#<hash of its state>` from then on."""

    workspace = UnicodeAttribute()
    integration = UnicodeAttribute()
    connection = UnicodeAttribute()
    starter = UnicodeAttribute()  # key:<id> or session:<id>
    client = UnicodeAttribute()
    settings = JSONAttribute(default=dict)  # config, metadata and tags, those that were given
    redirect_uri = UnicodeAttribute()
    return_to = UnicodeAttribute(null=True)
    browser = UnicodeAttribute(null=True)  # hash of the flow's cookie
    verifier = BinaryAttribute(null=True, legacy_encoding=False)  # sealed


@dataclass(frozen=True)
class Order:
    """What is to be connected: for whom, as what, by whom, and with which settings."""

    workspace: str
    integration: str
    connection: str
    starter: str
    client: str
    redirect_uri: str
    settings: dict[str, Any] = field(default_factory=dict)
    return_to: str | None = None
    address: str | None = None  # of whoever acts at the moment; never kept


@dataclass(frozen=True)
class Started:
    """A flow that its browser has opened: what the provider is told, and the cookie that the browser keeps."""

    order: Order
    state: str
    verifier: str
    cookie: str


def begin(order: Order, *, now: float) -> tuple[str, float]:
    """A new flow's id, and when it expires (epoch seconds)."""
    flow = secrets.token_urlsafe(_BYTES)
    row = FlowRow(_key("flow", flow), expires_at=now + TTL_S, **_columns(order))
    row.save()
    return flow, now + TTL_S


def start(flow: str, cookie: str | None, *, now: float) -> Started | None:
    """Open a flow, once. `cookie` is what the browser has from another flow that is still under way."""
    row = FlowRow.take(_key("flow", flow), now)
    if row is None:
        return None
    order, state, verifier = _order(row), secrets.token_urlsafe(_BYTES), authorize.new_verifier()
    cookie = cookie if cookie and 40 <= len(cookie) <= 64 else secrets.token_urlsafe(_BYTES)
    FlowRow(
        _key("state", state),
        expires_at=now + TTL_S,
        browser=_hash(cookie),
        verifier=vault.seal(_context(order), verifier.encode()),
        **_columns(order),
    ).save()
    return Started(order, state, verifier, cookie)


def finish(state: str, cookie: str | None, *, now: float) -> tuple[Order, str] | None:
    """The order and the PKCE verifier of the flow with this state, once, for the browser that opened it."""
    if not state or not cookie:
        return None
    row = FlowRow.take(_key("state", state), now, browser=_hash(cookie))
    if row is None:
        return None
    order = _order(row)
    return order, vault.unseal(_context(order), bytes(row.verifier or b"")).decode()


def _columns(order: Order) -> dict[str, Any]:
    return {name: value for name, value in vars(order).items() if name != "address"}


def _order(row: FlowRow) -> Order:
    return Order(
        workspace=row.workspace,
        integration=row.integration,
        connection=row.connection,
        starter=row.starter,
        client=row.client,
        redirect_uri=row.redirect_uri,
        settings=dict(row.settings),
        return_to=row.return_to,
    )


def _context(order: Order) -> Context:
    return Context(order.workspace, order.integration, f"flow#{order.connection}")


def _key(kind: str, secret: str) -> str:
    return key_of(kind, _hash(secret))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
