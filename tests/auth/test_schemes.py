"""How credentials look, and where each type of them goes."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.auth.schemes import (
    AuthScheme,
    Placement,
    belongs_to_http,
    is_reserved,
    parse_credential,
    place,
    reserved_names,
)
from chalicelib.errors import InvalidInput, TooLarge

KEY = "key-1234567890"
HEADER = {"type": "api_key", "in": "header", "name": "X-Api-Key"}


def placed(scheme: dict[str, Any], members: dict[str, Any]) -> Placement:
    read = AuthScheme.model_validate(scheme)
    return place(read, parse_credential(read.type, members))


def test_no_auth_adds_nothing() -> None:
    assert placed({"type": "none"}, {}) == Placement()


@pytest.mark.parametrize(
    ("scheme", "part", "pair"),
    [
        (HEADER, "headers", ("X-Api-Key", KEY)),
        ({**HEADER, "prefix": "Token"}, "headers", ("X-Api-Key", f"Token {KEY}")),
        ({"type": "api_key", "in": "query", "name": "key"}, "query", ("key", KEY)),
        ({"type": "api_key", "in": "cookie", "name": "sid"}, "cookies", ("sid", KEY)),
    ],
)
def test_an_api_key_goes_where_its_scheme_says(scheme: dict[str, Any], part: str, pair: tuple[str, str]) -> None:
    placement = placed(scheme, {"value": KEY})
    assert placement == Placement(**{part: (pair,)}, secrets=frozenset({KEY}))


@pytest.mark.parametrize(
    ("scheme", "header"),
    [
        ({"type": "bearer"}, ("Authorization", f"Bearer {KEY}")),
        ({"type": "bearer", "prefix": "token"}, ("Authorization", f"token {KEY}")),
        ({"type": "bearer", "name": "X-Auth"}, ("X-Auth", f"Bearer {KEY}")),
    ],
)
def test_a_bearer_token_goes_into_authorization(scheme: dict[str, Any], header: tuple[str, str]) -> None:
    assert placed(scheme, {"token": KEY}) == Placement(headers=(header,), secrets=frozenset({KEY}))


@pytest.mark.parametrize(
    ("members", "plain"),
    [
        ({"username": "ann", "password": "pass:word"}, "ann:pass:word"),
        ({"username": "key-as-user", "password": ""}, "key-as-user:"),
        ({"username": "ann"}, "ann:"),
        ({"username": "", "password": "x"}, ":x"),
        ({"username": "änn", "password": "pässword"}, "änn:pässword"),
    ],
)
def test_basic_credentials_are_encoded_in_utf_8(members: dict[str, str], plain: str) -> None:
    placement = placed({"type": "basic"}, members)
    encoded = base64.b64encode(plain.encode()).decode()
    assert placement.headers == (("Authorization", f"Basic {encoded}"),)
    assert encoded in placement.secrets
    assert (members.get("password") or members["username"]) in placement.secrets


def test_several_headers_go_together() -> None:
    headers = {"X-App-Id": "app", "X-App-Secret": "secret-12345"}
    placement = placed({"type": "custom_headers"}, {"headers": headers})
    assert dict(placement.headers) == headers
    assert placement.secrets == set(headers.values())


@pytest.mark.parametrize(
    ("auth_type", "members", "pointer"),
    [
        ("api_key", {}, "/value"),
        ("api_key", {"value": ""}, "/value"),
        ("api_key", {"value": "a\r\nX-Evil: 1"}, "/value"),
        ("api_key", {"value": "nul\x00"}, "/value"),
        ("api_key", {"value": " padded "}, "/value"),
        ("api_key", {"value": "日本"}, "/value"),
        ("api_key", {"value": 5}, "/value"),
        ("api_key", {"value": "x" * 8193}, "/value"),
        ("api_key", {"value": KEY, "token": KEY}, "/token"),
        ("bearer", {"value": KEY}, "/token"),
        ("bearer", {"token": "a\nb"}, "/token"),
        ("basic", {"password": KEY}, "/username"),
        ("basic", {"username": "a:b"}, "/username"),
        ("basic", {"username": "a", "password": "b\x07"}, "/password"),
        ("custom_headers", {"headers": {}}, "/headers"),
        ("custom_headers", {"headers": {"a b": "c"}}, "/headers/a b"),
        ("custom_headers", {"headers": {"a/b": "c"}}, "/headers/a~1b"),
        ("custom_headers", {"headers": {"X-A": "c\r\n"}}, "/headers/X-A"),
        ("custom_headers", {"headers": {"Host": "evil"}}, "/headers"),
        ("custom_headers", {"headers": {"X-Forwarded-For": "1.1.1.1"}}, "/headers"),
        ("custom_headers", {"headers": {"X-A": "1", "x-a": "2"}}, "/headers"),
        ("custom_headers", {"headers": {f"X-{n}": "1" for n in range(17)}}, "/headers"),
        ("none", {"value": KEY}, "/value"),
        ("oauth2", {"token": KEY}, "/token"),
    ],
)
def test_a_credential_in_the_wrong_shape_says_where_and_repeats_nothing(
    auth_type: str, members: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_credential(auth_type, members)
    assert pointer in [fault["pointer"] for fault in caught.value.errors]
    assert KEY not in str(caught.value.problem("req"))


def test_a_credential_over_64_kb_is_too_large() -> None:  # B10
    headers = {f"X-{n}": "x" * 8000 for n in range(9)}
    with pytest.raises(TooLarge):
        parse_credential("custom_headers", {"headers": headers})


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "api_key"},
        {"type": "api_key", "in": "header"},
        {"type": "api_key", "name": "X-Key"},
        {"type": "bearer", "in": "query"},
        {"type": "api_key", "in": "header", "name": "Content-Length"},
        {"type": "api_key", "in": "header", "name": "X-Forwarded-For"},
        {"type": "api_key", "in": "header", "name": "a b"},
        {"type": "api_key", "in": "cookie", "name": "a;b"},
        {"type": "bearer", "name": "X\r\nY"},
        {"type": "bearer", "name": "Host"},
        {"type": "bearer", "prefix": "a b"},
        {"type": "magic"},
        {"type": "none", "unknown": 1},
    ],
)
def test_a_scheme_that_cannot_work_is_refused(scheme: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AuthScheme.model_validate(scheme)


def test_a_query_parameter_may_have_any_name() -> None:
    scheme = {"type": "api_key", "in": "query", "name": "api key"}
    assert placed(scheme, {"value": KEY}).query == (("api key", KEY),)


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "CONTENT-LENGTH", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer", "Expect"),
        *("X-Forwarded-For", "x-forwarded-anything", "Proxy-Authorization", "proxy-connection", "Forwarded"),
        *("X-HTTP-Method-Override", "x-method-override", "X-Original-URL", "Content-Encoding", "Content-Type"),
    ],
)
def test_headers_of_http_itself_belong_to_nobody(name: str) -> None:  # B7 C5
    assert belongs_to_http(name)
    assert is_reserved("header", name, reserved_names(AuthScheme()))


def test_the_credentials_own_names_are_reserved_in_any_case() -> None:  # B7
    for kind in ("header", "query", "cookie"):
        owned = reserved_names(AuthScheme.model_validate({"type": "api_key", "in": kind, "name": "X-Key"}))
        assert is_reserved(kind, "x-kEY", owned)
        assert not is_reserved("path", "x-key", owned)
    assert is_reserved("header", "x-auth", reserved_names(AuthScheme(type="bearer", name="X-Auth")))
    owned = reserved_names(AuthScheme(type="custom_headers"), ["X-App-Secret"])
    assert is_reserved("header", "x-app-secret", owned)
    for name in ("authorization", "COOKIE"):
        assert is_reserved("header", name, reserved_names(AuthScheme()))


@pytest.mark.parametrize("place_", ["query", "body"])
def test_a_request_cannot_pretend_to_be_of_another_method(place_: str) -> None:  # C5
    assert is_reserved(place_, "_METHOD", frozenset())
    assert not is_reserved("path", "_method", frozenset())


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=50))
def test_every_printable_key_arrives_as_it_is(value: str) -> None:
    assert placed(HEADER, {"value": value}).headers == (("X-Api-Key", value),)
