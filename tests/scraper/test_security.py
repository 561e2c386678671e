"""Security schemes and requirements → one auth scheme, and what is said about the rest."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.auth.schemes import AuthScheme
from chalicelib.scraper import openid, security
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.references import References

KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
QUERY = {"type": "apiKey", "in": "query", "name": "key"}
BASIC = {"type": "http", "scheme": "basic"}
BEARER = {"type": "http", "scheme": "Bearer"}
OPENID = {"type": "openIdConnect", "openIdConnectUrl": "https://id.test"}
FLOW = {
    "authorizationUrl": "https://id.test/authorize",
    "tokenUrl": "/token",
    "refreshUrl": "javascript:alert(1)",
    "scopes": {"read": "r", "write": "w"},
}


def chosen(schemes: dict[str, Any], requirements: Any = None, *operations: Any) -> tuple[AuthScheme, dict[str, str]]:
    findings = Findings()
    document: dict[str, Any] = {"components": {"securitySchemes": schemes}}
    if requirements is not None:
        document["security"] = requirements
    nodes = [{"security": each} for each in operations]
    found = security.read(document, nodes, References(document, findings), findings, base_url="https://api.test/v1")
    return found, {each.code: each.detail for each in findings.of("warning")}


@pytest.mark.parametrize(
    ("scheme", "auth"),
    [
        (KEY, AuthScheme(type="api_key", place="header", name="X-Key")),
        (QUERY, AuthScheme(type="api_key", place="query", name="key")),
        ({**KEY, "in": "cookie", "name": "sid"}, AuthScheme(type="api_key", place="cookie", name="sid")),
        (BASIC, AuthScheme(type="basic")),
        (BEARER, AuthScheme(type="bearer")),
        ({"type": "http", "scheme": "Token"}, AuthScheme(type="bearer", prefix="Token")),
        (OPENID, AuthScheme(type="oauth2", grant="authorization_code")),
    ],
)  # fmt: skip
def test_the_only_scheme_is_taken(scheme: dict[str, Any], auth: AuthScheme) -> None:
    assert chosen({"s": scheme})[0] == auth


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "mutualTLS"}, {"type": "http", "scheme": "digest"}, {"type": "http"}, {"type": "oauth2"},
        {"type": "oauth2", "flows": {"device": {}}}, {"type": "odd"}, {"type": "apiKey"}, {**KEY, "name": "a b"},
        {**KEY, "name": "Host"}, {"$ref": "#/nowhere"}, "x",
    ],
)  # fmt: skip
def test_what_is_not_supported_is_named(scheme: Any) -> None:
    auth, noted = chosen({"s": scheme}, [{"s": []}])
    assert auth.type == "none"
    assert noted.keys() == {"auth_unsupported", "auth_unknown"}
    assert noted["auth_unsupported"].startswith("s: ")


def test_no_scheme_at_all_is_said() -> None:
    assert chosen({}) == (AuthScheme(), {"auth_unknown": "It declares no security scheme."})
    assert chosen({"a": KEY, "b": BASIC})[1].keys() == {"auth_unknown"}


def test_the_first_supported_alternative_of_the_document_is_chosen() -> None:
    auth, noted = chosen({"m": {"type": "mutualTLS"}, "k": KEY, "b": BEARER}, [{}, {"m": []}, {"k": []}, {"b": []}])
    assert auth.type == "api_key"
    assert noted["auth_alternatives"] == "k was chosen over b."
    assert "certificate" in noted["auth_unsupported"]


def test_else_the_one_that_most_operations_name() -> None:
    auth, _ = chosen({"k": KEY, "b": BEARER}, None, [{"k": []}], [{"b": []}], [{"b": []}, {}])
    assert auth.type == "bearer"


def test_headers_that_go_together_become_custom_headers() -> None:
    second = {**KEY, "name": "X-App"}
    auth, noted = chosen({"a": KEY, "b": second, "c": BEARER}, [{"a": [], "b": [], "c": []}])
    assert auth.type == "custom_headers"
    assert noted["auth_combined"] == "The connection's headers are X-Key, X-App, Authorization."


def test_what_cannot_go_together_is_said() -> None:
    auth, noted = chosen({"a": KEY, "q": QUERY}, [{"a": [], "q": []}, {"missing": []}])
    assert auth.type == "none"
    assert "auth_unsupported" in noted


def test_the_authorization_header_as_a_key_has_an_unclear_prefix() -> None:
    assert "auth_prefix_unclear" in chosen({"a": {**KEY, "name": "Authorization"}})[1]


@pytest.mark.parametrize(
    ("flows", "grant"),
    [
        ({"implicit": FLOW, "authorizationCode": FLOW, "clientCredentials": FLOW}, "authorization_code"),
        ({"password": FLOW, "clientCredentials": FLOW}, "client_credentials"),
        ({"password": FLOW}, "password"),
        ({"implicit": FLOW}, "implicit"),
    ],
)
def test_oauth_flows_are_preferred_in_order(flows: dict[str, Any], grant: str) -> None:
    auth, noted = chosen({"o": {"type": "oauth2", "flows": flows}})
    assert (auth.type, auth.grant) == ("oauth2", grant)
    assert auth.authorize_url == "https://id.test/authorize"
    assert auth.token_url == "https://api.test/token"
    assert auth.refresh_url is None
    assert auth.scopes == ("read", "write")
    assert noted["auth_scopes_all"] == "read write"
    assert ("auth_unsupported" in noted) is (grant == "implicit")


def test_only_the_scopes_that_operations_need_are_asked_for() -> None:
    auth, noted = chosen(
        {"o": {"type": "oauth2", "flows": {"authorizationCode": FLOW}}}, [{"o": []}], [{"o": ["write"]}]
    )
    assert auth.scopes == ("write",)
    assert "auth_scopes_all" not in noted


def needed(requirements: Any, own: Any, **schemes: Any) -> security.Need:
    document = {"components": {"securitySchemes": schemes or {"k": KEY, "b": BEARER}}, "security": requirements}
    findings = Findings()
    found = security.Security(document, References(document, findings), findings, "https://api.test")
    operation = {"security": own} if own is not None else {}
    found.chosen([operation])
    return found.needed(operation)


@pytest.mark.parametrize(
    ("own", "need"),
    [
        (None, security.Need()),
        ("x", security.Need()),
        ([{"k": []}], security.Need()),
        ([], security.Need("none", auth="none")),
        ([{}], security.Need("none", auth="none")),
        ([{"b": []}], security.Need("b", "auth_other_needed")),
        ([{"b": []}, {"k": []}], security.Need("b or k")),
        ([{"b": []}, {}], security.Need("b or none", auth="optional")),
        ([{"k": [], "b": ["read", "write"]}], security.Need("k + b (read write)", "auth_other_needed")),
    ],
)
def test_what_an_operation_asks_for_of_its_own_is_told(own: Any, need: security.Need) -> None:
    assert needed([{"k": []}], own) == need


def test_scopes_of_one_operation_are_told() -> None:
    flows = {"authorizationCode": {**FLOW, "scopes": {"read": "", "write": ""}}}
    need = needed([{"o": ["read"]}], [{"o": ["write"]}], o={"type": "oauth2", "flows": flows})
    assert need == security.Need("o (write)")


def test_an_api_that_needs_nothing_has_no_operation_that_is_an_exception() -> None:
    assert needed(None, [], k={"type": "mutualTLS"}) == security.Need("none", auth="none")


CONFIGURATION = {
    "issuer": "https://id.test",
    "authorization_endpoint": "https://id.test/authorize",
    "token_endpoint": "https://id.test/token",
    "grant_types_supported": ["client_credentials", "authorization_code"],
}
OAUTH = AuthScheme(type="oauth2", grant="authorization_code", scopes=("read",))


def test_endpoints_are_discovered_from_a_providers_configuration() -> None:
    found = openid.configured(OAUTH, CONFIGURATION)
    assert (found.authorize_url, found.token_url) == ("https://id.test/authorize", "https://id.test/token")
    assert (found.grant, found.scopes) == ("authorization_code", ("read",))
    only = openid.configured(OAUTH, {**CONFIGURATION, "grant_types_supported": ["client_credentials"]})
    assert only.grant == "client_credentials"
    assert openid.configured(OAUTH, {"token_endpoint": "https://id.test/token"}).grant == "authorization_code"


@pytest.mark.parametrize(
    "configuration",
    [[], {}, {"token_endpoint": "javascript:x"}, {"token_endpoint": 5}, {"token_endpoint": "https://x/" + "y" * 3000}],
)
def test_a_configuration_that_is_of_no_use_says_why(configuration: Any) -> None:
    with pytest.raises(ValueError):
        openid.configured(OAUTH, configuration)


def test_the_flows_that_were_not_chosen_are_named() -> None:
    _, noted = chosen({"o": {"type": "oauth2", "flows": {"clientCredentials": FLOW, "password": FLOW}}})
    assert noted["auth_alternatives"] == "The flow clientCredentials was chosen over password."
