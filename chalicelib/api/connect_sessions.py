"""``/connect-sessions`` and the hosted page of a connect link: somebody connects an account, and sees no key of ours.

Whoever has the link may use it, once. Its forms carry a token bound to a cookie of the browser, so no other site can
send them (F9). The page never shows what was put in before.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode

from pydantic import Field

from chalicelib.api import connect_forms, instants, pages
from chalicelib.api.routing import Context, Reply, Routes
from chalicelib.auth.oauth import authorize, public_origin, sessions
from chalicelib.auth.oauth.clients import DEFAULT
from chalicelib.auth.oauth.flows import Order
from chalicelib.auth.oauth.sessions import ConnectSessionRow
from chalicelib.auth.oauth.tokens import Tokens
from chalicelib.errors import InvalidInput, WaygateError
from chalicelib.gateway import connecting
from chalicelib.registry import integrations
from chalicelib.registry.models import IntegrationFacts, Name, Tags
from chalicelib.registry.profile import Strict

routes = Routes()
COOKIE: Final = "waygate-connect"
_FORM_BYTES: Final = 65_536


class NewSession(Strict):
    """The body of POST: what may be connected, and how the connection is to be called."""

    integrations: Annotated[tuple[Name, ...], Field(min_length=1, max_length=50)]
    connection: Name = DEFAULT
    tags: Tags = ()
    return_to: str | None = Field(
        default=None, max_length=2_000, description="A path on our own origin where the browser ends."
    )


@routes("POST", "/v1/connect-sessions", scope="connections:write", body=NewSession)
def create(context: Context, body: NewSession) -> Reply:
    """A link by which somebody connects an account, once, within an hour."""
    origin = public_origin.get()
    wanted = list(dict.fromkeys(body.integrations))
    for name in wanted:
        context.who.require("connections:write", name)
        if integrations.facts_of(integrations.get(context.workspace, name)).auth.type == "none":
            fault = {"pointer": "/integrations", "code": "no_auth", "detail": f"`{name}` needs no credential"}
            raise InvalidInput(f"`{name}` needs no credential, so there is nothing to connect.", errors=[fault])
    row, secret = sessions.create(
        context.workspace,
        context.who.key_id,
        integrations=wanted,
        connection=body.connection,
        tags=list(body.tags),
        return_to=authorize.safe_path(body.return_to) if body.return_to is not None else None,
        now=instants.now(),
    )
    shown = show(row) | {"url": f"{origin}/api/v1/connect/{row.session_id}/{secret}"}
    return Reply(shown, 201, {"Location": f"/api/v1/connect-sessions/{row.session_id}"})


@routes("GET", "/v1/connect-sessions/{session}", scope="connections:write")
def get(context: Context) -> dict[str, Any]:
    """What became of it: `open`, `connected` or `expired`; the link is shown only once."""
    row = sessions.get(context.workspace, context.parameters["session"], now=instants.now())
    for name in row.integrations:
        context.who.require("connections:write", name)
    return show(row)


@routes("GET", "/v1/connect/{session}/{secret}", is_public=True)
def open_page(context: Context) -> Reply:
    """The hosted page: which API, then its form. Opening it changes nothing."""
    row = _open(context)
    if isinstance(row, Reply):
        return row
    given = context.query.get("integration", [""])[-1]
    chosen = given if given in row.integrations else row.integrations[0] if len(row.integrations) == 1 else None
    return _form(context, row, chosen) if chosen else _choice(row)


@routes("POST", "/v1/connect/{session}/{secret}", is_public=True, reads_raw_body=True, max_bytes=_FORM_BYTES)
def submit(context: Context) -> Reply:
    """The page's form: a credential is sealed at once; for OAuth the browser goes on to the provider."""
    row = _open(context)
    if isinstance(row, Reply):
        return row
    given = dict(parse_qsl(context.raw_body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100))
    if not _is_own_form(context, row, given.pop("token", "")):
        return _form(context, row, None, fault="This page was open for too long, or in another browser. Try again.")
    integration = given.pop("integration", "")
    if integration not in row.integrations:
        return _choice(row)
    try:
        return _connect(context, row, _facts(row, integration), given)
    except WaygateError as error:
        return _form(context, row, integration, fault=_shown(error))


def _connect(context: Context, row: ConnectSessionRow, facts: IntegrationFacts, given: dict[str, str]) -> Reply:
    config = {name: given[f"config.{name}"] for name in facts.profile.config if given.get(f"config.{name}", "").strip()}
    order = Order(
        workspace=row.workspace,
        integration=facts.name,
        connection=row.connection,
        starter=f"session:{row.session_id}",
        client=DEFAULT,
        redirect_uri=public_origin.callback_url(),
        settings={"tags": list(row.tags)} | ({"config": config} if config else {}),
        return_to=row.return_to,
        address=context.client,
    )
    now = instants.now()
    title = facts.title or facts.name
    if connecting.needs_consent(facts):
        url, _ = connecting.authorize(facts, order, now=now)
        path = url.removeprefix(public_origin.get())
        return pages.page(f"On to {title}", pages.link(path, "Continue"), refresh=path)
    members: dict[str, Any] = connect_forms.members(facts, given)
    if facts.auth.type == "oauth2":
        members = connecting.fetched(facts, order, Tokens.model_validate(members)).model_dump(mode="json")
    connection = connecting.connect(facts, order, members, now=now)
    if connection.status != "active":
        sessions.note_failure(row.session_id, str(connection.reason))
        return _form(context, row, facts.name, fault=f"{title} did not accept it. {connection.reason}")
    sessions.settle(row.session_id, facts.name)
    if row.return_to:
        separator = "&" if "?" in row.return_to else "?"
        result = urlencode({"connected": "true", "integration": facts.name})
        return pages.redirect(f"{public_origin.get()}{row.return_to}{separator}{result}")
    content = pages.state("It worked.", is_good=True) + pages.paragraph("You can close this window.", "muted")
    told = {"origin": public_origin.get(), "ok": "true", "integration": facts.name, "connection": row.connection}
    return pages.page(f"{title} is connected", content, facts=told)


def show(row: ConnectSessionRow) -> dict[str, Any]:
    """A session as the API shows it."""
    connected = {"integration": row.integration, "connection": row.connection} if row.integration else None
    return {
        "id": row.session_id,
        "status": sessions.state_of(row, now=instants.now()),
        "reason": row.reason,
        "integrations": row.integrations,
        "connection": row.connection,
        "tags": row.tags,
        "return_to": row.return_to,
        "connected": connected,
        "expires_at": row.link_until,
    }


def _open(context: Context) -> ConnectSessionRow | Reply:
    """The link's session where it can be used, else the page that says why not."""
    now = instants.now()
    row = sessions.open_link(context.parameters["session"][:64], context.parameters["secret"][:200], now=now)
    state = sessions.state_of(row, now=now) if row else "unknown"
    if row is not None and state == "open":
        return row
    said = {"connected": "This link was used already.", "expired": "This link is over."}
    content = pages.state(said.get(state, "This link is not known here."), is_good=False)
    content += pages.paragraph("Ask whoever sent it for another one.", "muted")
    return pages.page("This link cannot be used", content, status=410 if row else 404)


def _facts(row: ConnectSessionRow, name: str) -> IntegrationFacts:
    return integrations.facts_of(integrations.get(row.workspace, name))


def _choice(row: ConnectSessionRow) -> Reply:
    titles = {name: _facts(row, name).title or name for name in row.integrations}
    items = []
    for name, title in titles.items():
        shown = title if list(titles.values()).count(title) == 1 else f"{title} ({name})"
        path = "?" + urlencode({"integration": name})
        items.append(f"<li>{pages.link(path, shown, 'button choice')}</li>")
    return pages.page("What would you like to connect?", f"<ul>{''.join(items)}</ul>")


def _form(context: Context, row: ConnectSessionRow, integration: str | None, *, fault: str | None = None) -> Reply:
    """The form for an integration, with the browser's cookie where it has none yet."""
    name = integration or row.integrations[0]
    origin = public_origin.get()
    cookie = pages.read_cookie(context.header("cookie"), COOKIE, origin=origin) or secrets.token_urlsafe(32)
    facts = _facts(row, name)
    content = connect_forms.form(facts, token=_token(cookie, row), fault=fault)
    headers = {"Set-Cookie": pages.cookie(COOKIE, cookie, origin=origin, max_age_s=sessions.TTL_S)}
    return pages.page(f"Connect {facts.title or facts.name}", content, status=400 if fault else 200, headers=headers)


def _token(cookie: str, row: ConnectSessionRow) -> str:
    return hmac.new(cookie.encode(), row.session_id.encode(), hashlib.sha256).hexdigest()


def _is_own_form(context: Context, row: ConnectSessionRow, token: str) -> bool:
    cookie = pages.read_cookie(context.header("cookie"), COOKIE, origin=public_origin.get())
    site = context.header("sec-fetch-site")
    return bool(cookie) and site in (None, "same-origin") and hmac.compare_digest(token, _token(cookie or "", row))


def _shown(error: WaygateError) -> str:
    """What was wrong, for somebody who knows nothing of our API."""
    details = [f"{fault['pointer'].strip('/').replace('config/', '')}: {fault['detail']}" for fault in error.errors]
    return " ".join([str(error.detail or error.title), *details])
