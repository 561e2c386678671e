"""``/connections``: credentials, written and never read back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field, ValidationError

from chalicelib.api import cursors, instants
from chalicelib.api.routing import Context, Page, Reply, Routes, etag, invalid
from chalicelib.auth import audit, connections, expiry, refresh
from chalicelib.auth.lease import Wish
from chalicelib.auth.oauth import clients
from chalicelib.auth.oauth.flows import Order
from chalicelib.auth.oauth.tokens import Tokens
from chalicelib.auth.schemes import parse_credential
from chalicelib.auth.tables import AuditRow, ConnectionRow
from chalicelib.aws import batch_read
from chalicelib.errors import ConnectionRequired, InvalidInput, NeedsReauth, WrongState
from chalicelib.gateway import connecting
from chalicelib.gateway.credential import not_refreshed
from chalicelib.gateway.verification import Verdict, prove, verify
from chalicelib.merge_patch import merge
from chalicelib.registry import attachments, integrations
from chalicelib.registry.models import IntegrationFacts, Name, Tags
from chalicelib.registry.profile import Strict
from chalicelib.registry.renewal import renewal_of, revoke

routes = Routes()
RESERVE_S = 5.0  # of the function's time, for saving what was refreshed and answering


class Settings(Strict):
    """What a connection holds besides its credential."""

    config: dict[str, Any] = Field(default_factory=dict, max_length=50)
    metadata: dict[str, Any] = Field(default_factory=dict, max_length=50)
    tags: Tags = ()


class Credentials(Strict):
    """A credential in the shape of the integration's auth type; members of other types are refused."""

    value: str | None = None
    username: str | None = None
    password: str | None = None
    token: str | None = None
    headers: dict[str, str] | None = None
    access_token: str | None = None
    refresh_token: str | None = None
    expires_at: instants.Instant | None = None
    scopes: tuple[str, ...] | None = None

    def members(self) -> dict[str, Any]:
        """The members that were given."""
        names = Credentials.model_fields.keys() - {"expires_at"}  # no secret, and known to every kind of credential
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class NewConnection(Credentials, Settings):
    """The body of PUT. For OAuth: the client to use, and tokens that there are already or what fetches them.

    For a secret that nobody can refresh, `expires_at` is when it will end.
    """

    client: Name | None = None


class Trial(Credentials):
    """The body of a test: a credential that is not saved, or nothing."""

    config: dict[str, Any] | None = None


class ConnectionPatch(Strict):
    """The body of PATCH (RFC 7396): settings are merged, `enabled` switches, credentials are replaced by PUT alone."""

    config: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    tags: Tags | None = None
    enabled: bool | None = None


class Filter(Page):
    """How a list of connections is narrowed."""

    integration: str | None = Field(default=None, max_length=63)
    tag: str | None = Field(default=None, max_length=63)
    status: connections.Status | None = None


class _Named(Strict):
    name: Name


@routes("GET", "/v1/connections", scope="registry:read", query=Filter)
def page(context: Context, query: Filter) -> dict[str, Any]:
    """Connections of all integrations, or of one; never a secret. Under a `tag` or `status`, a page may be short."""
    listing = cursors.listing("/connections", query.model_dump())
    after = cursors.read(context.workspace, listing, query.cursor)
    condition: Any = None
    index = ConnectionRow.of_workspace
    if query.integration:
        start = f"{query.integration}#"
        condition = ConnectionRow.place.between(after or start, start + "\x7f")
    elif after:
        condition = ConnectionRow.place > after
    found = [row for row in index.query(context.workspace, condition, limit=query.limit + 2) if row.place != after]
    more = found[query.limit - 1].place if len(found) > query.limit else None
    keys = [
        connections.row_key(context.workspace, row.integration, row.name)
        for row in found[: query.limit]
        if context.who.sees(row.integration)
    ]
    rows = batch_read(keys) if keys else {}
    return {
        "data": [
            show(row)
            for row in rows.values()
            if isinstance(row, ConnectionRow)
            and (query.tag is None or query.tag in row.tags)
            and query.status in (None, row.status)
        ],
        "next_cursor": cursors.make(context.workspace, listing, more),
    }


@routes("GET", "/v1/connections/{integration}/{connection}", scope="registry:read")
def get(context: Context) -> Reply:
    """One connection; never its secret."""
    _, row = _get(context)
    return Reply(show(row), headers={"ETag": etag(row.version)})


@routes("PUT", "/v1/connections/{integration}/{connection}", scope="connections:write", body=NewConnection)
def put(context: Context, body: NewConnection) -> Reply:
    """Connect, or replace what is connected. The credential is sealed at once and never shown again."""
    facts, name = _facts(context), name_of(context)
    if facts.auth.type == "oauth2":
        return _put_tokens(context, facts, name, body)
    if body.client is not None:
        raise _unexpected("client", facts)
    connections.check_config(body.config, facts.profile.config)
    _check_credential_fits(facts, body)
    origins = integrations.origins_of(facts, body.config)
    row = connections.find(context.workspace, facts.name, name)
    is_new = row is None
    now = instants.now()
    _check_end(body, now)
    if row is None:
        row = connections.new_row(context.workspace, facts.name, name, facts.auth.type, now=now)
    else:
        context.check_etag(int(row.version))
    row.auth_type = facts.auth.type
    row.config, row.metadata, row.tags = body.config, body.metadata, list(body.tags)
    connections.put_credential(row, body.members(), origins)
    expiry.expires(row, body.expires_at, now=now)
    prove(facts, row, parse_credential(facts.auth.type, body.members()), now=now)
    what: audit.What = "created" if is_new else "changed"
    entry = _entry(context, row, what, now, {"fingerprint": row.fingerprint})
    if is_new:
        attachments.attach(row, entry=entry)
    else:
        connections.save_credential(row, now=now, entry=entry)
    headers = {"ETag": etag(row.version)}
    if is_new:
        headers["Location"] = f"/api/v1/connections/{facts.name}/{name}"
    return Reply(show(row), 201 if is_new else 200, headers)


@routes("PATCH", "/v1/connections/{integration}/{connection}", scope="connections:write", body=ConnectionPatch)
def patch(context: Context, body: ConnectionPatch) -> Reply:
    """Change settings or switch off and on. A credential that would travel elsewhere must be put again."""
    facts, row = _get(context)
    context.check_etag(int(row.version))
    for member in ("config", "metadata"):
        given = getattr(body, member)
        if given is not None:
            setattr(row, member, merge(getattr(row, member), given))
    if body.tags is not None:
        row.tags = list(body.tags)
    connections.check_config(row.config, facts.profile.config)
    if integrations.origins_of(facts, row.config) != tuple(sorted(row.origins)) and row.sealed is not None:
        row.status, row.reason = "needs_reauth", "its config now leads to another address"
    now = instants.now()
    also: tuple[str, ...] = ()
    if body.enabled is False:
        row.status, row.reason, row.refresh_at, also = "disabled", "switched off", None, ("refresh_at",)
    elif body.enabled is True and row.status == "disabled":
        row.status, row.reason, also = "active", None, ("refresh_at",)
        row.refresh_at = now.timestamp() if row.refresh_shard else None  # the sweep sees what it missed
    entry = _entry(context, row, "changed", now, {"enabled": body.enabled}) if also else None
    connections.save(row, now=now, also=also, entry=entry)
    return Reply(show(row), headers={"ETag": etag(row.version)})


@routes("DELETE", "/v1/connections/{integration}/{connection}", scope="connections:write")
def delete(context: Context) -> Reply:
    """Disconnect: the sealed credential is gone with its item, and revoked at the provider where that can be done."""
    facts, row = _get(context)
    context.check_etag(int(row.version))
    now = instants.now()
    revocation = revoke(facts, row)
    details = {"fingerprint": row.fingerprint, "revocation": revocation.outcome if revocation else None}
    attachments.detach(row, entry=_entry(context, row, "deleted", now, details))
    if revocation is None:
        return Reply(None, 204)
    return Reply({"revocation": {"outcome": revocation.outcome, "detail": revocation.detail}})


@routes("POST", "/v1/connections/{integration}/{connection}/refresh", scope="connections:write")
def refresh_now(context: Context) -> Reply:
    """Get new tokens now, whether or not they are due; the connection as it is then."""
    facts, row = _get(context)
    if facts.auth.type != "oauth2" or row.auth_type != "oauth2":
        raise WrongState(f"`{row.name}` holds {row.auth_type} credentials, which nobody can refresh.")
    if row.status == "disabled" or row.sealed is None:
        raise WrongState(f"The connection `{row.name}` is {row.status}.")
    until = refresh.PACE.now() + context.remaining_s - RESERVE_S
    outcome = refresh.refresh(row, Wish.ASKED, renewal_of(facts, context.actor), until=until)
    if outcome.row.status == "needs_reauth":
        raise NeedsReauth(
            f"The provider gives no new tokens: {outcome.row.reason}.",
            fix=f"Connect it again: `waygate connect {row.integration} --name {row.name}`.",
        )
    if outcome.failure and outcome.row.fingerprint == row.fingerprint:
        raise not_refreshed(outcome)
    return Reply(show(outcome.row), headers={"ETag": etag(outcome.row.version)})


@routes("POST", "/v1/connections/{integration}/{connection}/test", scope="connections:write", body=Trial)
def test(context: Context, body: Trial) -> dict[str, Any]:
    """Make the integration's verification call, with the saved credential or with the one in the body."""
    facts = _facts(context)
    unsaved = body.members()
    if unsaved:
        config = body.config or {}
        connections.check_config(config, facts.profile.config)
        _check_credential_fits(facts, body)
        members = _tokens(facts, body).model_dump() if facts.auth.type == "oauth2" else unsaved
        return _verdict(verify(facts, parse_credential(facts.auth.type, members), config, now=instants.now()))
    _, row = _get(context)
    if row.status == "disabled":
        raise WrongState(f"The connection `{row.name}` is disabled.")
    origin = integrations.origin_of(facts, row.config)
    credential = connections.open_credential(row, facts.auth, origin, is_proof=True)
    verdict = verify(facts, credential, dict(row.config), now=instants.now())
    if verdict.ok:
        also: tuple[str, ...] = ("last_verified_at",)
        row.last_verified_at = verdict.at
        if row.status == "pending":
            row.status, row.reason, also = "active", None, ("last_verified_at", "refresh_at")
            row.refresh_at = verdict.at.timestamp() if row.refresh_shard else None  # the sweep did not come so far
        connections.save(row, now=verdict.at, also=also)
    return _verdict(verdict)


def show(row: ConnectionRow) -> dict[str, Any]:
    """A connection as the API shows it."""
    return {
        "integration": row.integration,
        "name": row.name,
        "status": row.status,
        "reason": row.reason,
        "auth_type": row.auth_type,
        "config": row.config,
        "metadata": row.metadata,
        "tags": row.tags,
        "client": row.client,
        "warnings": [*row.warnings, *expiry.warnings_of(row, now=instants.now())],
        "expires_at": instants.show(row.expires_at),
        "last_refreshed_at": instants.show(row.last_refreshed_at),
        "next_refresh_at": instants.show(_next_refresh(row)),
        "last_verified_at": instants.show(row.last_verified_at),
        "secret": {"last4": row.last4, "fingerprint": row.fingerprint} if row.sealed is not None else None,
        "version": int(row.version),
        "created_at": instants.show(row.created_at),
        "updated_at": instants.show(row.updated_at),
    }


def _facts(context: Context) -> IntegrationFacts:
    return integrations.facts_of(integrations.get(context.workspace, context.parameters["integration"]))


def _get(context: Context) -> tuple[IntegrationFacts, ConnectionRow]:
    facts = _facts(context)
    return facts, connections.get(context.workspace, facts.name, context.parameters["connection"])


def name_of(context: Context) -> str:
    """The connection's name in the path. Raises `InvalidInput` for what none can be called."""
    try:
        return _Named(name=context.parameters["connection"]).name
    except ValidationError as error:
        raise invalid(error, "path") from None


def _put_tokens(context: Context, facts: IntegrationFacts, name: str, body: NewConnection) -> Reply:
    """Connect by tokens that somebody brings along, or by a grant that needs nobody's consent."""
    row = connections.find(context.workspace, facts.name, name)
    if row is not None:
        context.check_etag(int(row.version))
    given = _tokens(facts, body)
    if connecting.needs_consent(facts) and not (given.access_token or given.refresh_token):
        raise ConnectionRequired(
            f"`{facts.name}` needs the consent of the account's owner, or tokens that there are already.",
            fix=f"POST /api/v1/connections/{facts.name}/{name}/authorize, or `waygate connect {facts.name}`.",
        )
    order = Order(
        workspace=context.workspace,
        integration=facts.name,
        connection=name,
        starter=f"key:{context.who.key_id}",
        client=body.client or (row.client if row and row.client else clients.DEFAULT),
        redirect_uri="",
        settings={"config": body.config, "metadata": body.metadata, "tags": list(body.tags)},
        address=context.client,
    )
    saved = connecting.establish(facts, order, connecting.fetched(facts, order, given), now=instants.now())
    headers = {"ETag": etag(saved.version)}
    if row is None:
        headers["Location"] = f"/api/v1/connections/{facts.name}/{name}"
    return Reply(show(saved), 201 if row is None else 200, headers)


def _tokens(facts: IntegrationFacts, body: Credentials) -> Tokens:
    """What the body brings along, as tokens; a user name and password are for the password grant alone."""
    allowed = {"access_token", "refresh_token", "expires_at", "scopes"}
    if facts.auth.grant == "password":
        allowed |= {"username", "password"}
    members = body.members()
    for name in members:
        if name not in allowed:
            raise _unexpected(name, facts)
    if body.expires_at is not None:
        members["expires_at"] = body.expires_at.timestamp()
    if body.access_token is not None:
        members["issued_at"] = instants.now().timestamp()
    parsed = parse_credential("oauth2", members)
    return parsed if isinstance(parsed, Tokens) else Tokens()


def _unexpected(name: str, facts: IntegrationFacts) -> InvalidInput:
    fault = {"pointer": f"/{name}", "code": "unexpected", "detail": "not used"}
    return InvalidInput(f"A connection of `{facts.name}` ({facts.auth.type}) takes no {name}.", errors=[fault])


def _check_credential_fits(facts: IntegrationFacts, body: Credentials) -> None:
    if facts.auth.type == "oauth2":
        if not body.access_token:
            fault = {"pointer": "/access_token", "code": "missing", "detail": "is what can be tested"}
            raise InvalidInput("Give an access token to test.", errors=[fault])
        return
    parse_credential(facts.auth.type, body.members())
    if facts.auth.type == "custom_headers" and facts.auth.name and facts.auth.name not in (body.headers or {}):
        fault = {"pointer": f"/headers/{facts.auth.name}", "code": "required", "detail": "is missing"}
        raise InvalidInput("The integration's own header is missing.", errors=[fault])


def _check_end(body: NewConnection, now: dt.datetime) -> None:
    if body.expires_at is not None and body.expires_at <= now:
        fault = {"pointer": "/expires_at", "code": "past", "detail": "must lie ahead"}
        raise InvalidInput("A credential that has expired is of no use.", errors=[fault])


def _entry(
    context: Context, row: ConnectionRow, what: audit.What, now: dt.datetime, details: dict[str, Any]
) -> AuditRow:
    return audit.entry(connections.place_of(row), what, context.actor, now=now, details=details)


def _next_refresh(row: ConnectionRow) -> dt.datetime | None:
    at: float | None = row.refresh_at if row.renewable else None
    return None if at is None else dt.datetime.fromtimestamp(float(at), dt.UTC)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "ok": verdict.ok,
        "status": verdict.status,
        "detail": verdict.detail,
        "duration_ms": verdict.duration_ms,
        "request": verdict.request,
        "body": verdict.body,
        "at": instants.show(verdict.at),
    }
