"""The provider's endpoints over HTTP: `/oauth/authorize` (a consent page), `/oauth/token`, `/oauth/revoke`."""

from __future__ import annotations

import html
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus, urlencode

from .credentials import basic_pair, equal
from .exchange import Request, Response, html_response, json_response
from .oauth import (
    CLIENT_ID,
    CLIENT_SECRET,
    SCOPES,
    OAuthError,
    OAuthProvider,
    UnknownRedirect,
    check_authorization,
    check_redirect,
)
from .pages import render
from .problems import Problem

NO_STORE = ("Cache-Control", "no-store")


def handle(request: Request, oauth: OAuthProvider) -> Response:
    """Answers everything under `/oauth/`. Raises Problem for an unknown path or method."""
    endpoints = {
        "/oauth/authorize": {"GET": _show_consent, "POST": _accept_consent},
        "/oauth/token": {"POST": _token},
        "/oauth/revoke": {"POST": _revoke},
    }
    methods = endpoints.get(request.path)
    if methods is None:
        raise Problem("not_found", f"There is nothing at {request.path}.")
    if request.action_method not in methods:
        raise Problem("method_not_allowed", "See Allow.", headers=[("Allow", ", ".join(methods))])
    return methods[request.action_method](request, oauth)


def _show_consent(request: Request, oauth: OAuthProvider) -> Response:
    try:
        parameters = _single(request.query)
    except OAuthError as error:
        return _consent_error(error)
    try:
        authorization = check_authorization(parameters)
    except UnknownRedirect as error:
        return _consent_error(error)
    except OAuthError as error:
        return _redirect_error(parameters, error)
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in parameters.items()
    )
    scopes = "".join(f"<li><code>{scope}</code> {html.escape(SCOPES[scope])}</li>" for scope in authorization.scopes)
    content = (
        f"<h1>Allow access?</h1><p><strong>{CLIENT_ID}</strong> would like to use the shop as <strong>demo</strong>:"
        f'</p><ul>{scopes}</ul><form method="post" action="/oauth/authorize">{hidden}<button>Allow</button></form>'
    )
    return html_response(200, render("Allow access?", content), NO_STORE)


def _accept_consent(request: Request, oauth: OAuthProvider) -> Response:
    try:
        parameters = _form(request)
    except OAuthError as error:
        return _consent_error(error)
    try:
        authorization = check_authorization(parameters)
    except UnknownRedirect as error:
        return _consent_error(error)
    except OAuthError as error:
        return _redirect_error(parameters, error)
    answer = {"code": oauth.issue_code(authorization)}
    if authorization.state is not None:
        answer["state"] = authorization.state
    return _redirect(authorization.redirect_uri, answer)


def _token(request: Request, oauth: OAuthProvider) -> Response:
    try:
        form = _form(request)
        _authenticate_client(request, form)
        return json_response(200, oauth.token(form), NO_STORE)
    except OAuthError as error:
        return _error_response(error)


def _revoke(request: Request, oauth: OAuthProvider) -> Response:
    try:
        form = _form(request)
        _authenticate_client(request, form)
        if "token" not in form:
            raise OAuthError("invalid_request", "token is missing")
    except OAuthError as error:
        return _error_response(error)
    oauth.revoke(form["token"])
    return Response(200, headers=(NO_STORE,))


def _authenticate_client(request: Request, form: dict[str, str]) -> None:
    """By HTTP Basic or by the form, not by both (RFC 6749 section 2.3). Raises OAuthError."""
    client_id, secret = form.get("client_id"), form.get("client_secret")
    if "authorization" in request.headers:
        if secret is not None:
            raise OAuthError("invalid_request", "the client authenticates in two ways")
        username, password = basic_pair(request) or ("", "")
        client_id, secret = unquote_plus(username), unquote_plus(password)  # RFC 6749 section 2.3.1
    if not (equal(client_id, CLIENT_ID) and equal(secret, CLIENT_SECRET)):
        raise OAuthError("invalid_client", "client authentication failed")


def _form(request: Request) -> dict[str, str]:
    if request.media_type != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "the body must be application/x-www-form-urlencoded")
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return _single(values)


def _single(values: Mapping[str, list[str]]) -> dict[str, str]:
    """Parameters must not be repeated, and one without a value counts as left out (RFC 6749 section 3.1)."""
    for name, given in values.items():
        if len(given) > 1:
            raise OAuthError("invalid_request", f"{name} is repeated")
    return {name: given[0] for name, given in values.items() if given[0]}


def _redirect(redirect_uri: str, answer: dict[str, str]) -> Response:
    separator = "&" if "?" in redirect_uri else "?"
    location = f"{redirect_uri}{separator}{urlencode(answer)}"
    return Response(303, headers=(("Location", location), NO_STORE))


def _redirect_error(parameters: dict[str, str], error: OAuthError) -> Response:
    answer = {"error": error.error, "error_description": error.description}
    if "state" in parameters:
        answer["state"] = parameters["state"]
    return _redirect(check_redirect(parameters), answer)


def _consent_error(error: Exception) -> Response:
    content = f"<h1>This request cannot be answered</h1><p>{html.escape(str(error))}</p>"
    return html_response(400, render("Cannot be answered", content), NO_STORE)


def _error_response(error: OAuthError) -> Response:
    document = {"error": error.error, "error_description": error.description}
    if error.error == "invalid_client":
        return json_response(401, document, NO_STORE, ("WWW-Authenticate", 'Basic realm="oauth"'))
    return json_response(400, document, NO_STORE)
