"""Postman's `auth` → Security Schemes and Requirements. Values of credentials are never read."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.scraper.postman_requests import pairs, text

_GRANTS: Final = (  # what Postman calls a grant, and OpenAPI a flow
    ("authorization_code", "authorizationCode"),
    ("authorization_code_with_pkce", "authorizationCode"),
    ("client_credentials", "clientCredentials"),
    ("password_credentials", "password"),
    ("implicit", "implicit"),
)
_NEED_SIGNING: Final = {"awsv4": "aws4-hmac-sha256", "oauth1": "oauth"}


class Schemes:
    """The schemes of one collection, each declared once under a name of its own."""

    def __init__(self) -> None:
        self.declared: dict[str, dict[str, Any]] = {}

    def requirement(self, auth: Any, authorization: str = "") -> list[dict[str, list[str]]] | None:
        """The `security` of what has `auth`: empty for `noauth`, None where nothing is said.

        `authorization` is how a request's own Authorization header begins, for collections that declare nothing.
        """
        if not isinstance(auth, dict) or not isinstance(auth.get("type"), str):
            scheme = {"basic": "basic", "bearer": "bearer"}.get(authorization)
            return [{self._named(scheme, {"type": "http", "scheme": scheme}): []}] if scheme else None
        kind = auth["type"]
        if kind == "noauth":
            return []
        members = _members(auth.get(kind))
        scopes = text(members.get("scope")).split() if kind == "oauth2" else []
        return [{self._named(kind, _scheme(kind, members)): [each for each in scopes if "{{" not in each]}]

    def _named(self, kind: str, scheme: dict[str, Any]) -> str:
        name, number = kind, 1
        while name in self.declared and self.declared[name] != scheme:
            number += 1
            name = f"{kind}-{number}"
        self.declared[name] = scheme
        return name


def _members(node: Any) -> dict[str, Any]:
    """The members of an auth: a list of pairs in 2.1, an object in 2.0."""
    if isinstance(node, dict):
        return node
    return {text(each.get("key")): each.get("value") for each in pairs(node)}


def _scheme(kind: str, members: dict[str, Any]) -> dict[str, Any]:
    match kind:
        case "apikey":
            place = "query" if members.get("in") == "query" else "header"
            name = text(members.get("key"))
            return {"type": "apiKey", "in": place, "name": name if name and "{{" not in name else "X-API-Key"}
        case "basic" | "bearer":
            return {"type": "http", "scheme": kind}
        case "jwt":
            return {"type": "http", "scheme": text(members.get("headerPrefix")) or "bearer"}
        case "oauth2":
            return {"type": "oauth2", "flows": _flows(members)}
        case _:
            return {"type": "http", "scheme": _NEED_SIGNING.get(kind, kind)}


def _flows(members: dict[str, Any]) -> dict[str, Any]:
    urls = {"authorizationUrl": members.get("authUrl"), "tokenUrl": members.get("accessTokenUrl")}
    urls["refreshUrl"] = members.get("refreshTokenUrl")
    told = {key: value for key, value in urls.items() if isinstance(value, str) and value and "{{" not in value}
    grant = dict(_GRANTS).get(text(members.get("grant_type")), "authorizationCode")
    scopes = {scope: "" for scope in text(members.get("scope")).split() if "{{" not in scope}
    return {grant: {**told, "scopes": scopes}}
