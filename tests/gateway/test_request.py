"""Building the upstream request: what is sent, what is shown of it, and what input may never do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.auth.schemes import AuthScheme, Placement, parse_credential, place, reserved_names
from chalicelib.egress import send
from chalicelib.errors import InvalidInput, ReservedParameter
from chalicelib.gateway.request import Request, build, masked, sign
from chalicelib.observability import REDACTED, forget_secrets, guard_secrets
from chalicelib.registry.models import ActionFacts
from tests.egress.wire import Wire, serving

BASE = "https://api.example.com/v1"
KEY = AuthScheme.model_validate({"type": "api_key", "in": "header", "name": "X-Api-Key"})
SECRET = "canary-0123456789"


def action(path: str = "/things", method: str = "GET", **members: Any) -> ActionFacts:
    """An action; `bindings` as in ``{"id": "path"}`` or in full."""
    bindings = {
        name: {"in": one, "name": name} if isinstance(one, str) else one
        for name, one in members.pop("bindings", {}).items()
    }
    facts = {"method": method, "path": path, "behaviour": "read", "bindings": bindings, **members}
    return ActionFacts.model_validate(facts)


def made(facts: ActionFacts, values: dict[str, Any], *, base_url: str = BASE, scheme: AuthScheme = KEY) -> Request:
    return build(facts, values, base_url=base_url, owned=reserved_names(scheme))


def url(request: Request) -> str:
    return request.url(request.query)


def faults(facts: ActionFacts, values: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        made(facts, values)
    return [(fault["pointer"], fault["code"]) for fault in caught.value.errors]


# --- the parts --------------------------------------------------------------------------------------------------------


def test_each_value_goes_where_its_binding_says() -> None:
    bindings = {
        "id": "path",
        "q": "query",
        "X-Trace": "header",
        "lang": "cookie",
        "title": "body",
        "id_in_body": {"in": "body", "name": "id"},
    }
    facts = action("/things/{id}/x", "POST", bindings=bindings, body_media_type="application/json")
    values = {"id": 5, "q": "a b", "X-Trace": "t", "lang": "de", "title": "T", "id_in_body": 6}
    request = made(facts, values)
    assert (request.method, url(request)) == ("POST", f"{BASE}/things/5/x?q=a%20b")
    assert ("X-Trace", "t") in request.headers
    assert ("Content-Type", "application/json") in request.headers
    assert request.cookies == (("lang", "de"),)
    assert json.loads(request.body or b"") == {"title": "T", "id": 6}


def test_every_request_says_who_we_are_unless_the_input_does() -> None:
    standard = [("User-Agent", "waygate"), ("Accept-Encoding", "gzip, br"), ("Accept", "application/json, */*;q=0.8")]
    assert list(made(action(), {}).headers) == standard
    facts = action(bindings={"accept": {"in": "header", "name": "ACCEPT"}})
    assert list(made(facts, {"accept": "text/csv"}).headers) == [*standard[:2], ("ACCEPT", "text/csv")]


def test_constants_are_sent_and_nobody_is_asked_for_them() -> None:
    constants = [
        {"in": "header", "name": "Api-Version", "value": "2026-01-01"},
        {"in": "query", "name": "a[]", "value": "b c"},
        {"in": "cookie", "name": "site", "value": "1"},
    ]
    request = made(action(constants=constants), {})
    assert ("Api-Version", "2026-01-01") in request.headers
    assert url(request) == f"{BASE}/things?a%5B%5D=b%20c"
    assert request.cookies == (("site", "1"),)


@pytest.mark.parametrize(
    ("method", "media_type", "body"),
    [
        ("POST", "application/json", b"{}"),
        ("PATCH", "application/merge-patch+json", b"{}"),
        ("POST", "multipart/form-data", None),
        ("POST", None, b"{}"),
        ("GET", "application/json", None),
        ("DELETE", None, None),
    ],
)
def test_an_object_body_without_members_is_an_empty_object_in_json(
    method: str, media_type: str | None, body: bytes | None
) -> None:
    assert made(action(method=method, bindings={"a": "body"}, body_media_type=media_type), {}).body == body


def test_a_property_can_be_the_whole_body() -> None:
    facts = action(method="PUT", bindings={"body": {"in": "body", "name": ""}}, body_media_type="text/plain")
    assert made(facts, {"body": "hello"}).body == b"hello"
    assert made(facts, {}).body is None
    as_json = facts.model_copy(update={"body_media_type": None})
    assert made(as_json, {"body": None}).body == b"null"
    assert faults(facts, {"body": 5}) == [("/body", "cannot_be_sent")]


def test_all_faults_are_told_at_once() -> None:
    bindings = {"id": "path", "part": "path", "X-A": "header", "a/b": {"in": "body", "name": "file"}}
    facts = action("/{id}/{part}", "POST", bindings=bindings, body_media_type="multipart/form-data")
    values = {"id": "..", "X-A": "a\nb", "a/b": {"text": "x", "content_type": "\n"}}
    assert faults(facts, values) == [
        ("/id", "cannot_be_sent"),
        ("/X-A", "cannot_be_sent"),
        ("/id", "required"),
        ("/part", "required"),
        ("", "cannot_be_sent"),
    ]


def test_a_path_parameter_that_was_not_given_is_a_fault_and_no_crash() -> None:
    facts = action("/things/{thing-id}", bindings={"id": {"in": "path", "name": "thing-id"}})
    assert faults(facts, {}) == [("/id", "required")]


# --- what input may never do ------------------------------------------------------------------------------------------

RESERVED = [  # B7 C5
    *("Authorization", "AUTHORIZATION", "Cookie", "Host", "Content-Length", "Transfer-Encoding", "Connection"),
    *("X-Forwarded-For", "x-forwarded-host", "Proxy-Authorization", "Proxy-Connection", "X-HTTP-Method-Override"),
    *("X-Api-Key", "x-api-key", "Upgrade", "TE", "Expect", "Content-Encoding", "Accept-Encoding", "Content-Type"),
]


@pytest.mark.parametrize("name", RESERVED)
def test_input_cannot_set_what_belongs_to_the_connection_or_to_http(name: str) -> None:
    facts = action(bindings={"x": {"in": "header", "name": name}})
    with pytest.raises(ReservedParameter) as caught:
        made(facts, {"x": "1"})
    assert caught.value.errors[0]["pointer"] == "/x"
    constants = [{"in": "header", "name": name, "value": "1"}]
    with pytest.raises(ReservedParameter):
        made(action(constants=constants), {})


@pytest.mark.parametrize(
    ("scheme", "binding", "value"),
    [
        ({"in": "query", "name": "api_key"}, {"in": "query", "name": "API_KEY"}, "x"),
        ({"in": "query", "name": "api_key"}, {"in": "query", "name": "filter"}, {"api_key": "x"}),
        ({"in": "query", "name": "f[key]"}, {"in": "query", "name": "f", "style": "deepObject"}, {"key": "x"}),
        ({"in": "cookie", "name": "sid"}, {"in": "cookie", "name": "SID"}, "x"),
        ({"in": "cookie", "name": "sid"}, {"in": "cookie", "name": "prefs"}, {"sid": "x"}),
        ({"in": "header", "name": "X-K"}, {"in": "query", "name": "_method"}, "DELETE"),
        ({"in": "header", "name": "X-K"}, {"in": "query", "name": "o"}, {"_method": "DELETE"}),
        ({"in": "header", "name": "X-K"}, {"in": "body", "name": "_method"}, "DELETE"),
    ],
)
def test_no_shape_of_input_sets_a_reserved_name(scheme: dict[str, str], binding: dict[str, str], value: Any) -> None:
    facts = action(method="POST", bindings={"x": binding})
    with pytest.raises(ReservedParameter):  # B7 C5
        made(facts, {"x": value}, scheme=AuthScheme.model_validate({"type": "api_key", **scheme}))


def test_the_connections_own_headers_are_reserved_too() -> None:  # B7
    facts = action(bindings={"x": {"in": "header", "name": "x-app-SECRET"}})
    with pytest.raises(ReservedParameter):
        build(facts, {"x": "1"}, base_url=BASE, owned=reserved_names(AuthScheme(), ["X-App-Secret"]))


@pytest.mark.parametrize(
    "value", ["a\r\nX-Evil: 1", "a\n", "a\rb", "\0", "\x01", "a\tb", "\x1b[31m", "\x7f", "日本", "é€", "x" * 8193]
)
def test_a_header_value_cannot_become_two_headers(value: str) -> None:  # C3
    assert faults(action(bindings={"X-A": "header"}), {"X-A": value}) == [("/X-A", "cannot_be_sent")]
    assert faults(action(bindings={"X-A": "header"}), {"X-A": ["a", value]}) == [("/X-A", "cannot_be_sent")]


def test_a_constant_that_cannot_be_sent_says_so() -> None:  # C3
    with pytest.raises(InvalidInput) as caught:
        made(action(constants=[{"in": "header", "name": "X-A", "value": "a\r\nb"}]), {})
    assert "the constant X-A must not hold" in caught.value.errors[0]["detail"]


@pytest.mark.parametrize("name", ["X A", "X\r\nY", "X:Y", "", "X\x00", "é"])
def test_a_header_name_is_a_token(name: str) -> None:  # C3
    facts = action(bindings={"x": {"in": "header", "name": name}})
    assert faults(facts, {"x": "1"}) == [("/x", "cannot_be_sent")]


def test_headers_are_bounded_together() -> None:  # C3
    facts = action(bindings={"X-A": "header", "X-B": "header", "c": "cookie"})
    made(facts, {"X-A": "x" * 4000, "X-B": "x" * 4000})
    assert faults(facts, {"X-A": "x" * 4000, "X-B": "x" * 4000, "c": "x" * 200}) == [("/c", "cannot_be_sent")]


def test_a_media_type_cannot_become_a_header() -> None:  # C3
    facts = action(method="POST", bindings={"a": "body"}, body_media_type="application/json\r\nX-Evil: 1+json")
    assert faults(facts, {"a": 1}) == [("", "cannot_be_sent")]


@pytest.mark.parametrize("value", ["a; sid=evil", "a, b", 'a"b', "a\r\nSet-Cookie: x", {"x; y": "z"}, {"é": "ü"}])
def test_a_cookie_cannot_become_two(value: Any) -> None:  # C3
    request = made(action(bindings={"prefs": "cookie"}), {"prefs": value})
    (cookie,) = [v for name, v in sign(request, Placement(cookies=(("sid", SECRET),))).headers if name == "Cookie"]
    assert cookie.count(";") == 1
    assert cookie.endswith(f"; sid={SECRET}")
    assert cookie.isascii()


def test_a_template_in_a_value_is_text() -> None:  # C6
    facts = action("/{a}/{b}", bindings={"a": "path", "b": "path"})
    assert made(facts, {"a": "{b}", "b": "{a}"}).path == "/%7Bb%7D/%7Ba%7D"


def test_the_template_itself_is_sent_in_ascii() -> None:
    facts = action("/größe/a%20b:batch/@me/{id}.json", bindings={"id": "path"})
    assert made(facts, {"id": 1}).path == "/gr%C3%B6%C3%9Fe/a%20b:batch/@me/1.json"


# --- the credential ---------------------------------------------------------------------------------------------------


def placement(scheme: dict[str, Any], members: dict[str, Any]) -> Placement:
    read = AuthScheme.model_validate(scheme)
    return place(read, parse_credential(read.type, members))


PLACEMENTS = [
    placement({"type": "api_key", "in": "header", "name": "X-Api-Key"}, {"value": SECRET}),
    placement({"type": "api_key", "in": "query", "name": "key&name"}, {"value": SECRET + "&=+%"}),
    placement({"type": "api_key", "in": "cookie", "name": "sid"}, {"value": SECRET}),
    placement({"type": "basic"}, {"username": "ann", "password": SECRET}),
    placement({"type": "bearer"}, {"token": SECRET}),
    placement({"type": "custom_headers"}, {"headers": {"X-A": SECRET, "X-B": f"{SECRET}2"}}),
]


@pytest.mark.parametrize("one", PLACEMENTS)
def test_the_credential_is_sent_and_never_shown(one: Placement) -> None:  # B2 B3
    facts = action(bindings={"q": "query", "lang": "cookie", "X-Trace": "header"})
    request = made(facts, {"q": "1", "lang": "de", "X-Trace": "t"})
    guard_secrets(one.secrets)
    try:
        signed, shown = sign(request, one), masked(request, one)
    finally:
        forget_secrets()
    assert any(secret in unquote(f"{signed.url} {signed.headers}") for secret in one.secrets)
    assert not any(secret in unquote(json.dumps(shown)) for secret in one.secrets)
    assert REDACTED in json.dumps(shown)
    assert [name for name, _ in shown["headers"]] == [name for name, _ in signed.headers]
    assert "canary" not in repr(request)


def test_a_secret_in_the_query_is_encoded() -> None:  # C2
    signed = sign(made(action(bindings={"q": "query"}), {"q": "1"}), PLACEMENTS[1])
    assert parse_qsl(signed.url.split("?")[1]) == [("q", "1"), ("key&name", SECRET + "&=+%")]


def test_what_input_puts_under_a_secret_name_is_masked() -> None:  # B3
    bindings = {"access_token": "query", "session": "cookie", "X-Auth-Token": "header", "q": "query"}
    request = made(action(bindings=bindings), {**dict.fromkeys(bindings, "abc"), "q": "shown"})
    shown = masked(request, Placement())
    assert "abc" not in json.dumps(shown)
    assert shown["url"] == f"{BASE}/things?access_token={REDACTED}&q=shown"
    assert url(request) == f"{BASE}/things?access_token=abc&q=shown"


# --- over the wire ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def upstream() -> Iterator[Wire]:
    """An upstream for many requests."""
    with serving() as server:
        yield server


WORDS = st.text(st.characters(codec="utf-8"), max_size=15)
LATIN = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=15).map(str.strip)


@given(path=WORDS, query=st.lists(WORDS, max_size=3), header=LATIN, cookie=WORDS, body=st.dictionaries(WORDS, WORDS))
def test_the_upstream_gets_byte_for_byte_what_was_built(
    upstream: Wire, path: str, query: list[str], header: str, cookie: str, body: dict[str, str]
) -> None:  # C1 C2 C3 C4
    bindings = {"p": "path", "q": "query", "X-H": "header", "c": "cookie", "body": {"in": "body", "name": ""}}
    facts = action("/a/{p}/b", "POST", bindings=bindings)
    values = {"p": path, "q": query, "X-H": header, "c": cookie, "body": body}
    try:
        request = made(facts, values, base_url=f"{upstream.url}/v1")
    except InvalidInput:
        return  # a dot segment
    signed = sign(request, Placement())
    send(signed)
    seen = upstream.requests.pop()
    assert seen.line.decode("ascii") == f"POST {signed.url.removeprefix(upstream.url)} HTTP/1.1"
    assert seen.target.split("?")[0].count("/") == 4
    assert dict(seen.headers) == {
        **dict(signed.headers),
        "Host": f"127.0.0.1:{upstream.port}",
        "Content-Length": str(len(request.body or b"")),
    }
    assert json.loads(seen.body) == body
    assert [unquote(value) for _, value in request.query] == query


@pytest.mark.parametrize("value", ["a/b", "../x", "a\\b", "%2e%2e", "%2F", ";", "?", "#", "a b", "é", "%", "{x}", "//"])
def test_no_value_changes_the_number_of_segments(upstream: Wire, value: str) -> None:  # C1
    facts = action("/a/{p}/b", bindings={"p": "path"})
    try:
        request = made(facts, {"p": value}, base_url=upstream.url)
    except InvalidInput:
        return
    send(sign(request, Placement()))
    seen = upstream.requests.pop()
    assert seen.target.count("/") == 3
    assert unquote(seen.target.split("/")[2]) == value


@pytest.mark.parametrize("values", [["a=b&c", "#", "?", "+", " ", "é", "%20", "", "[]", "'\"<>`|^{}", "~", "日本"]])
def test_queries_survive_the_wire(upstream: Wire, values: list[str]) -> None:  # C2
    for options in ({}, {"allow_reserved": True}):
        facts = action(bindings={"q": {"in": "query", "name": "q[]", **options}})
        signed = sign(made(facts, {"q": values}, base_url=upstream.url), Placement())
        send(signed)
        target = upstream.requests.pop().target
        assert target == signed.url.removeprefix(upstream.url)
        assert parse_qsl(target.split("?", 1)[1], keep_blank_values=True) == [("q[]", value) for value in values]
