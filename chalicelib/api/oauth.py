"""OAuth's way through a browser: `…/authorize`, our start address, the callback and its end page."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from pydantic import Field

from chalicelib.api import connections as connections_api
from chalicelib.api import instants, pages
from chalicelib.api.routing import Context, Reply, Routes
from chalicelib.auth import connections
from chalicelib.auth.oauth import authorize, flows, public_origin
from chalicelib.auth.oauth.clients import DEFAULT
from chalicelib.auth.oauth.flows import Order
from chalicelib.errors import WaygateError
from chalicelib.gateway import connecting
from chalicelib.gateway.connecting import Outcome
from chalicelib.registry import integrations
from chalicelib.registry.models import Name, Tags
from chalicelib.registry.profile import Strict

routes = Routes()
FLOW_COOKIE: Final = "waygate-flow"
_AGAIN: Final = "Go back to where you came from and begin again. Nothing was connected, and no key or token was sent."


class Request(Strict):
    """The body of authorize: settings for the connection, where it is new or they change."""

    client: Name | None = None
    config: dict[str, Any] | None = Field(default=None, max_length=50)
    metadata: dict[str, Any] | None = Field(default=None, max_length=50)
    tags: Tags | None = None
    return_to: str | None = Field(
        default=None, max_length=2_000, description="A path on our own origin where the browser ends."
    )


@routes("POST", "/v1/connections/{integration}/{connection}/authorize", scope="connections:write", body=Request)
def authorize_connection(context: Context, body: Request) -> dict[str, Any]:
    """Start OAuth: an address for the browser of the account's owner, good once, for ten minutes."""
    return _begin(context, body)


@routes("POST", "/v1/connections/{integration}/{connection}/reconnect", scope="connections:write", body=Request)
def reconnect(context: Context, body: Request) -> dict[str, Any]:
    """The same for a connection that is there, which keeps its name and, unless told otherwise, its settings."""
    name = integrations.get(context.workspace, context.parameters["integration"]).name
    connections.get(context.workspace, name, context.parameters["connection"])
    return _begin(context, body)


def _begin(context: Context, body: Request) -> dict[str, Any]:
    facts = integrations.facts_of(integrations.get(context.workspace, context.parameters["integration"]))
    name = connections_api.name_of(context)
    row = connections.find(context.workspace, facts.name, name)
    given = body.model_dump(include={"config", "metadata", "tags"}, exclude_none=True)
    order = Order(
        workspace=context.workspace,
        integration=facts.name,
        connection=name,
        starter=f"key:{context.who.key_id}",
        client=body.client or (row.client if row and row.client else DEFAULT),
        redirect_uri=public_origin.callback_url(),
        settings={**given, "tags": list(body.tags)} if body.tags is not None else given,
        return_to=authorize.safe_path(body.return_to) if body.return_to is not None else None,
        address=context.client,
    )
    url, expires_at = connecting.authorize(facts, order, now=instants.now())
    return {
        "authorize_url": url,
        "expires_at": instants.show(instants.at(expires_at)),
        "callback_url": order.redirect_uri,
    }


@routes("GET", "/v1/oauth/start/{flow}", is_public=True)
def start(context: Context) -> Reply:
    """Where a flow's browser begins: it gets the flow's cookie, and goes on to the provider."""
    origin = public_origin.get()
    had = pages.read_cookie(context.header("cookie"), FLOW_COOKIE, origin=origin)
    try:
        found = connecting.start(context.parameters["flow"][:200], had, now=instants.now())
    except WaygateError as error:
        return pages.page("This cannot be connected now", pages.state(str(error.detail), is_good=False), status=400)
    if found is None:
        content = pages.state("This link is over, or was used already.", is_good=False) + pages.paragraph(_AGAIN)
        return pages.page("This link is over", content, status=400)
    url, cookie = found
    return pages.redirect(url, {"Set-Cookie": pages.cookie(FLOW_COOKIE, cookie, origin=origin, max_age_s=flows.TTL_S)})


@routes("GET", "/v1/oauth/callback", is_public=True)
def callback(context: Context) -> Reply:
    """Where the provider sends the browser back to. Ends on a page, or on the path that was asked for."""
    origin = public_origin.get()
    parameters = {name: values[-1] for name, values in context.query.items()}
    cookie = pages.read_cookie(context.header("cookie"), FLOW_COOKIE, origin=origin)
    outcome = connecting.complete(parameters, cookie, address=context.client, now=instants.now())
    order = outcome.order
    if order is not None and order.return_to is not None:
        result = {"connected": str(outcome.ok).lower(), "integration": order.integration}
        separator = "&" if "?" in order.return_to else "?"
        return pages.redirect(f"{origin}{order.return_to}{separator}{urlencode(result)}")
    return end(outcome, origin)


def end(outcome: Outcome, origin: str) -> Reply:
    """The page on which a connection ends, well or not."""
    order = outcome.order
    if order is None:
        content = pages.state(str(outcome.reason), is_good=False) + pages.paragraph(_AGAIN)
        return pages.page("This sign-in cannot be finished", content, status=400)
    facts = {
        "origin": origin,
        "ok": str(outcome.ok).lower(),
        "integration": order.integration,
        "connection": order.connection,
    }
    if not outcome.ok:
        content = pages.state(str(outcome.reason), is_good=False)
        content += pages.paragraph("You can close this window and try again.", "muted")
        return pages.page(f"{outcome.title} is not connected", content, status=400, facts=facts)
    said = "It worked, and a first call with it went through." if outcome.is_tried else "It worked."
    content = pages.state(said, is_good=True)
    content += "".join(pages.paragraph(warning["detail"], "muted") for warning in outcome.warnings)
    content += pages.paragraph("You can close this window.", "muted")
    return pages.page(f"{outcome.title} is connected", content, facts=facts)
