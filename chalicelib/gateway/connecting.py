"""Connecting an account: from an order, through the provider's consent where that is needed, to a proven connection.

authorize    an order → our own start address, and a connection that waits
start        that address, opened by a browser → the provider's
complete     the callback → tokens → `establish`
fetched      tokens that need nobody's consent, or that somebody brings along
establish    tokens → a sealed credential, tried out by the integration's verification call → a connection
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from chalicelib.auth import audit, connections, expiry
from chalicelib.auth.audit import Actor
from chalicelib.auth.oauth import authorize as authorization
from chalicelib.auth.oauth import clients, flows, grants, public_origin, sessions, templates
from chalicelib.auth.oauth.clients import Client
from chalicelib.auth.oauth.flows import Order
from chalicelib.auth.oauth.tokens import GrantFailed, GrantRefused, Tokens
from chalicelib.auth.schemes import parse_credential
from chalicelib.auth.tables import AuditRow, ConnectionRow
from chalicelib.errors import ClientNotFound, UpstreamFailed, UpstreamRefused, WaygateError, WrongState
from chalicelib.gateway.verification import prove
from chalicelib.observability import guard_secrets, logger
from chalicelib.registry import attachments, integrations
from chalicelib.registry.models import IntegrationFacts
from chalicelib.registry.renewal import plan

WAITING: Final = "waiting for the account's owner"
_BY_CONSENT: Final = frozenset({None, "authorization_code", "implicit"})
_SETTINGS: Final = ("config", "metadata", "tags")
_REASONS: Final = {
    "access_denied": "the account's owner did not agree",
    "issuer_mismatch": "the answer does not come from the provider that was asked",
    "no_code": "the provider's answer has no code",
}


@dataclass(frozen=True)
class Outcome:
    """What came of a callback. Without `order` it belonged to nothing that we know of, and nothing was done."""

    ok: bool
    reason: str | None = None
    order: Order | None = None
    title: str = ""
    is_tried: bool = False
    warnings: list[dict[str, str]] = field(default_factory=list)


def needs_consent(facts: IntegrationFacts) -> bool:
    """True where an account's owner has to agree in a browser."""
    return facts.auth.type == "oauth2" and facts.auth.grant in _BY_CONSENT


def authorize(facts: IntegrationFacts, order: Order, *, now: dt.datetime) -> tuple[str, float]:
    """Our own address at which a browser starts, and when it expires (epoch seconds).

    A connection that is not there yet is made, to wait. Raises `WrongState`, `ClientNotFound`, `InvalidInput` and
    `NeedsReauth` for what would fail later; `order.redirect_uri` is what has to be registered.
    """
    if not needs_consent(facts):
        how = "PUT the connection: its tokens are fetched at once." if facts.auth.type == "oauth2" else "PUT it."
        raise WrongState(f"`{facts.name}` needs nobody's consent in a browser.", fix=how)
    row = connections.find(order.workspace, facts.name, order.connection)
    merged = _settings(row, order.settings)
    connections.check_config(merged["config"], facts.profile.config)
    client = _client(facts, order.workspace, order.client)
    verifier = authorization.new_verifier()  # a rehearsal: whatever is missing should show now, not in the browser
    _url(facts, client, merged["config"], order.redirect_uri, "state", verifier)
    templates.fill_url(facts.auth.token_url or "", integrations.config_of(facts, merged["config"]))
    if row is None:
        row = connections.new_row(order.workspace, facts.name, order.connection, facts.auth.type, now=now)
        row.reason, row.client = WAITING, order.client
        row.config, row.metadata, row.tags = merged["config"], merged["metadata"], merged["tags"]
        attachments.attach(row, entry=_entry(row, order, "created", now, {"fingerprint": None}))
    flow, expires_at = flows.begin(order, now=now.timestamp())
    return f"{public_origin.get()}/api/v1/oauth/start/{flow}", expires_at


def start(flow: str, cookie: str | None, *, now: dt.datetime) -> tuple[str, str] | None:
    """The provider's address for a flow's browser, and that browser's cookie; None for a flow that is over."""
    started = flows.start(flow, cookie, now=now.timestamp())
    if started is None:
        return None
    order = started.order
    facts = integrations.facts_of(integrations.get(order.workspace, order.integration))
    client = _client(facts, order.workspace, order.client)
    row = connections.find(order.workspace, order.integration, order.connection)
    config = _settings(row, order.settings)["config"]
    return _url(facts, client, config, order.redirect_uri, started.state, started.verifier), started.cookie


def complete(
    parameters: Mapping[str, str], cookie: str | None, *, address: str | None = None, now: dt.datetime
) -> Outcome:
    """What a callback's `parameters` come to. No token is asked for without a state that this browser was given.

    `address` is the browser's, for the audit.
    """
    taken = flows.finish(parameters.get("state", ""), cookie, now=now.timestamp())
    if taken is None:
        return Outcome(False, "This sign-in is not known here, is over, or was begun in another browser.")
    order, verifier = replace(taken[0], address=address), taken[1]
    try:
        facts = integrations.facts_of(integrations.get(order.workspace, order.integration))
        if not _is_open(order, now):
            return Outcome(False, "This link has been used already, or is over.", order, facts.title or facts.name)
        row = _exchange(facts, order, parameters, verifier, now)
    except (GrantRefused, GrantFailed) as error:
        return _failed(order, error.detail, now)
    except WaygateError as error:
        return _failed(order, str(error.detail or error.title), now)
    title = facts.title or facts.name
    if row.status != "active":
        return _failed(order, str(row.reason), now, title)
    if order.starter.startswith("session:"):
        sessions.settle(order.starter.removeprefix("session:"), order.integration)
    return Outcome(True, None, order, title, facts.verification is not None, list(row.warnings))


def _exchange(
    facts: IntegrationFacts, order: Order, parameters: Mapping[str, str], verifier: str, now: dt.datetime
) -> ConnectionRow:
    guard_secrets(filter(None, (parameters.get("state"), parameters.get(facts.auth.departures.callback.code))))
    returned = authorization.read_callback(facts.auth, parameters)
    if returned.code is None:
        code = returned.error or "no_code"
        reason = _REASONS.get(code, "the provider refused")
        raise GrantRefused(code, f"{reason[0].upper()}{reason[1:]} ({code}).")
    row = connections.find(order.workspace, order.integration, order.connection)
    config = {**_settings(row, order.settings)["config"], **_declared(facts, returned.kept)}
    tokens = grants.exchange(
        facts.auth,
        _client(facts, order.workspace, order.client),
        integrations.config_of(facts, config),
        code=returned.code,
        verifier=verifier if facts.auth.departures.authorize.pkce == "S256" else None,
        redirect_uri=order.redirect_uri,
    )
    tokens = tokens.model_copy(update={"extra": {**returned.kept, **tokens.extra}})
    return establish(facts, order, tokens, now=now)


def fetched(facts: IntegrationFacts, order: Order, given: Tokens) -> Tokens:
    """What is `given` where it can be used as it is, else tokens by its refresh token or without anybody's consent.

    Raises `UpstreamRefused` and `UpstreamFailed` with the provider's reason.
    """
    if given.access_token:
        return given
    row = connections.find(order.workspace, facts.name, order.connection)
    config = integrations.config_of(facts, _settings(row, order.settings)["config"])
    client = _client(facts, order.workspace, order.client)
    try:
        return grants.renew(facts.auth, client, config, given)
    except GrantRefused as error:
        raise UpstreamRefused(f"The provider gave no tokens. {error.detail}", facts={"reason": error.code}) from None
    except GrantFailed as error:
        raise UpstreamFailed(f"The provider gave no tokens. {error.detail}", facts={"reason": error.reason}) from None


def establish(facts: IntegrationFacts, order: Order, tokens: Tokens, *, now: dt.datetime) -> ConnectionRow:
    """Seal `tokens` as the connection that was ordered, and try it out where the integration says how.

    It is `active` only once that call has passed. Raises `InvalidInput` where its config does not fit.
    """
    return connect(facts, order, tokens.model_dump(mode="json"), warnings=_warnings(facts, tokens), now=now)


def connect(
    facts: IntegrationFacts,
    order: Order,
    members: dict[str, Any],
    *,
    now: dt.datetime,
    warnings: list[dict[str, str]] | None = None,
) -> ConnectionRow:
    """Seal the credential in `members` as the connection that was ordered; for the rest see `establish`."""
    parse_credential(facts.auth.type, members)
    row = connections.find(order.workspace, facts.name, order.connection)
    is_new = row is None
    merged = _settings(row, order.settings)
    config = {**merged["config"], **_declared(facts, members.get("extra") or {})}
    connections.check_config(config, facts.profile.config)
    origins = integrations.origins_of(facts, config)
    if row is None:
        row = connections.new_row(order.workspace, facts.name, order.connection, facts.auth.type, now=now)
    row.auth_type = facts.auth.type
    row.config, row.metadata, row.tags = config, merged["metadata"], merged["tags"]
    row.client = order.client if facts.auth.type == "oauth2" else None
    row.warnings = warnings or []
    plan(row, facts)
    connections.put_credential(row, members, origins, margin_s=facts.auth.departures.refresh.margin_s)
    if facts.auth.type != "oauth2":
        expiry.expires(row, None, now=now)
    prove(facts, row, parse_credential(facts.auth.type, members), now=now)
    details = {"fingerprint": row.fingerprint}
    if is_new:
        attachments.attach(row, entry=_entry(row, order, "created", now, details))
    else:
        connections.save_credential(row, now=now, entry=_entry(row, order, "changed", now, details))
    return row


def _entry(row: ConnectionRow, order: Order, what: audit.What, now: dt.datetime, details: dict[str, Any]) -> AuditRow:
    return audit.entry(connections.place_of(row), what, Actor(order.starter, order.address), now=now, details=details)


def _url(
    facts: IntegrationFacts, client: Client, config: Mapping[str, Any], redirect_uri: str, state: str, verifier: str
) -> str:
    return authorization.url(
        facts.auth,
        client,
        integrations.config_of(facts, dict(config)),
        redirect_uri=redirect_uri,
        state=state,
        verifier=verifier if facts.auth.departures.authorize.pkce == "S256" else None,
    )


def _client(facts: IntegrationFacts, workspace: str, name: str) -> Client:
    """The client of that name, open. What is missing is said together with the address to register."""
    try:
        return clients.load(workspace, facts.name, name, facts.auth)
    except ClientNotFound as error:
        if address := public_origin.find_callback(facts.auth):
            error.facts["callback_url"] = address
            error.suggested_fix = f"{error.suggested_fix} The callback URL to register is {address}."
        raise


def _settings(row: ConnectionRow | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, else what the connection has."""
    config: dict[str, Any] = dict(row.config) if row else {}
    before = {"config": config, "metadata": row.metadata if row else {}, "tags": row.tags if row else []}
    merged = {**before, **{name: given[name] for name in _SETTINGS if given.get(name) is not None}}
    return {name: list(value) if name == "tags" else dict(value) for name, value in merged.items()}


def _declared(facts: IntegrationFacts, kept: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in kept.items() if name in facts.profile.config}


def _is_open(order: Order, now: dt.datetime) -> bool:
    if not order.starter.startswith("session:"):
        return True
    session = sessions.get(order.workspace, order.starter.removeprefix("session:"), now=now)
    return sessions.state_of(session, now=now) == "open"


def _failed(order: Order, detail: str, now: dt.datetime, title: str | None = None) -> Outcome:
    """Note on the connection why nothing came of it, unless it works as it is."""
    row = connections.find(order.workspace, order.integration, order.connection)
    if row is not None and row.status in ("pending", "needs_reauth"):
        connections.mark(row, row.status, detail, now=now)
    if order.starter.startswith("session:"):
        sessions.note_failure(order.starter.removeprefix("session:"), detail)
    logger.info("not connected", extra={"integration": order.integration, "connection": order.connection})
    return Outcome(False, detail, order, title or order.integration)


def _warnings(facts: IntegrationFacts, tokens: Tokens) -> list[dict[str, str]]:
    """What will be missed later, said now."""
    found = []
    rule = facts.auth.departures.refresh
    if needs_consent(facts) and rule.expected and not tokens.refresh_token:
        hint = rule.hint or "often the scope `offline_access`, or the authorize parameter `access_type=offline`"
        found.append(
            {
                "code": "no_refresh_token",
                "detail": f"The provider gave no refresh token, so the connection ends with its access token. "
                f"Missing is, likely: {hint}.",
            }
        )
    missing = [scope for scope in facts.auth.scopes if scope not in tokens.scopes] if tokens.scopes else []
    if missing:
        detail = f"The provider granted less than was asked: {' '.join(missing[:20])} is missing."
        found.append({"code": "scopes_narrowed", "detail": detail})
    return found
