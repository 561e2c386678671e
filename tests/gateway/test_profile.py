"""Quirks of upstreams as profile data: what a request carries, where it may go, what an answer means."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from chalicelib.auth.schemes import AuthScheme, BasicCredential, BearerCredential, place
from chalicelib.auth.tables import ConnectionRow
from tests.client import Api
from tests.egress.wire import Wire, answer, serving
from tests.gateway.shop import SECRET, add, call, open_shop
from tests.world import GET_PET


def profile(api: Api, **members: Any) -> Any:
    return api.ok("PATCH", "/integrations/shop", {"profile": members})["profile"]


def connect_as(api: Api, auth: dict[str, Any], **credential: Any) -> None:
    api.ok("PATCH", "/integrations/shop", {"auth": {"prefix": None, **auth}})
    api.ok("PUT", "/connections/shop/default", credential)


@pytest.fixture
def shop(api: Api, wire: Wire) -> Wire:
    """A shop on the wire."""
    open_shop(api, wire, policy={"record": "metadata"})
    return wire


def attempts(got: Any) -> list[str | None]:
    upstream = got.json["upstream"] if got.status >= 400 else got.json["meta"]["upstream"]
    return [one.get("reason") for one in upstream["attempts"]]


# --- E: the credential ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "header"),
    [
        ({}, "Bearer t-o-k"),
        ({"prefix": "SSWS"}, "SSWS t-o-k"),
        ({"template": "{value}"}, "t-o-k"),
        ({"template": 'Token token="{value}"'}, 'Token token="t-o-k"'),
    ],
)
def test_a_token_is_written_as_the_api_wants_it(scheme: dict[str, Any], header: str) -> None:
    found = place(AuthScheme(type="bearer", **scheme), BearerCredential(token="t-o-k"))
    assert found.headers == (("Authorization", header),)


def test_a_key_may_stand_for_the_user_with_a_fixed_password() -> None:
    found = place(AuthScheme(type="basic", fixed_password="x"), BasicCredential(username=SECRET))
    encoded = base64.b64encode(f"{SECRET}:x".encode()).decode()
    assert found.headers == (("Authorization", f"Basic {encoded}"),)
    assert found.secrets == {SECRET, encoded}


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "bearer", "template": "Token"},
        {"type": "bearer", "template": "{value}", "prefix": "X"},
        {"type": "basic", "template": "{value}"},
        {"type": "bearer", "fixed_password": "x"},
    ],
)
def test_a_scheme_that_contradicts_itself_is_refused(api: Api, shop: Wire, wrong: dict[str, Any]) -> None:
    got = api.patch("/integrations/shop", {"auth": wrong})
    assert (got.status, got.json["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    ("media_type", "sent"),
    [("application/json", b'{"name":"Rex","key":"%s"}'), ("application/x-www-form-urlencoded", b"name=Rex&key=%s")],
)
def test_a_credential_goes_into_the_body_and_is_never_shown(
    api: Api, shop: Wire, media_type: str, sent: bytes
) -> None:  # B4 B7
    connect_as(api, {"type": "api_key", "in": "body", "name": "key"}, value=SECRET)
    api.ok("PATCH", "/actions/shop/write", {"body_media_type": media_type})
    shop.reply = lambda seen: answer(json.dumps({"echo": seen.body.decode()}).encode())
    got = call(api, "write", {"name": "Rex"})
    assert shop.requests[-1].body == sent % SECRET.encode()
    assert shop.requests[-1].header("content-length") == str(len(shop.requests[-1].body))
    assert SECRET.encode() not in got.body
    dry = api.post("/actions/shop/write?dry_run=true", {"name": "Rex"})
    assert SECRET.encode() not in dry.body


def test_input_cannot_set_the_credential_in_the_body(api: Api, shop: Wire) -> None:  # B7
    add(api, "write", method="POST", behaviour="create", bindings={"key": "body"})
    connect_as(api, {"type": "api_key", "in": "body", "name": "key"}, value=SECRET)
    assert call(api, "write", {"key": "mine"}).json["code"] == "reserved_parameter"


def test_constants_are_carried_unless_the_action_says_otherwise(api: Api, shop: Wire) -> None:
    profile(api, constants=[{"in": "header", "name": "X-Version", "value": "2026-01"}, _query("v", "1")])
    add(api, "read", bindings={"version": {"in": "header", "name": "x-version"}})
    call(api)
    call(api, values={"version": "2025-01"})
    assert [seen.header("x-version") for seen in shop.requests] == ["2026-01", "2025-01"]
    assert shop.requests[0].target == "/v1/read?v=1"
    api.ok("PATCH", "/integrations/shop", {"verification": {"method": "POST", "path": "/who", "body": {"a": 1}}})
    assert api.ok("POST", "/connections/shop/default/test", {})["ok"] is True
    assert (shop.requests[-1].header("x-version"), shop.requests[-1].body) == ("2026-01", b'{"a":1}')


def _query(name: str, value: str) -> dict[str, str]:
    return {"in": "query", "name": name, "value": value}


@pytest.mark.parametrize(
    ("status", "body", "rule", "refused"),
    [
        ("401 No", b"{}", {}, True),
        ("403 No", b"{}", {}, False),
        ("403 No", b"{}", {"statuses": [401, 403]}, True),
        ("200 OK", b'{"error": {"code": 190}}', {"body": {"pointer": "/error/code", "values": ["190"]}}, True),
        ("200 OK", b'{"error": {"code": 191}}', {"body": {"pointer": "/error/code", "values": ["190"]}}, None),
        ("400 No", b'{"why": "Token EXPIRED"}', {"body": {"contains": ["token expired"]}}, True),
    ],
)
def test_what_refuses_a_credential_is_the_profiles_word(
    api: Api, shop: Wire, status: str, body: bytes, rule: dict[str, Any], refused: bool | None
) -> None:
    profile(api, auth_failure=rule)
    shop.reply = lambda seen: answer(body, status=status)
    got = call(api)
    assert got.status == (200 if refused is None else 424)
    assert got.json.get("credential_refused") == (refused or None)
    assert attempts(got) == (["credential_refused"] if refused else [None])


# --- F: where calls go ------------------------------------------------------------------------------------------------


def test_an_action_goes_to_an_approved_host_with_the_credential(api: Api, shop: Wire) -> None:  # A8
    with serving() as uploads:
        refused = api.put("/actions/shop/up", {**GET_PET, "path": "/up/{pet_id}", "server": f"{uploads.url}/u"})
        assert (refused.status, refused.json["errors"][0]["code"]) == (422, "not_approved")
        api.ok("PATCH", "/integrations/shop", {"hosts": [uploads.url]})
        assert ConnectionRow.get("default#shop", "default").status == "needs_reauth"
        api.ok("PUT", "/connections/shop/default", {"token": SECRET})
        api.ok("PUT", "/actions/shop/up", {**GET_PET, "path": "/up/{pet_id}", "server": f"{uploads.url}/u"})
        assert call(api, "up", {"pet_id": 1}).status == 200
        (seen,) = uploads.requests
        assert (seen.target, seen.header("authorization")) == ("/u/up/1", f"Bearer {SECRET}")
        assert call(api).status == 200
        api.ok("PATCH", "/integrations/shop", {"hosts": []})
        api.ok("PUT", "/connections/shop/default", {"token": SECRET})
        late = call(api, "up", {"pet_id": 1})
        assert (late.status, late.json["code"], len(uploads.requests)) == (403, "egress_blocked", 1)


@pytest.mark.parametrize(
    "hosts", [["https://a.test/path"], ["ftp://a.test"], ["https://u:p@a.test"], ["https://{x}.a.test"], ["a.test:22"]]
)
def test_a_host_is_an_origin_that_may_be_called(api: Api, shop: Wire, hosts: list[str]) -> None:  # A7 A8
    assert api.patch("/integrations/shop", {"hosts": hosts}).status == 422


FIELDS: list[tuple[dict[str, Any], str, str | None]] = [
    ({}, "acme", "acme"),
    ({"suffix": ".example.com", "prefix": "https://"}, "https://acme.example.com", "acme"),
    ({"pattern": "[a-z]{2}[0-9]+"}, "eu1", "eu1"),
    ({"pattern": "[a-z]{2}[0-9]+"}, "eu1x", None),
    ({"enum": ["eu", "us"]}, "us", "us"),
    ({"enum": ["eu", "us"]}, "ap", None),
    ({"format": "hostname"}, "api.acme.example", "api.acme.example"),
    ({"format": "hostname"}, "-acme", None),
    ({}, "a/b", None),
    ({}, "a@b", None),
    ({}, "a..b", None),
    ({}, "évil", None),
    ({"pattern": ".*"}, "a#b", None),
]


@pytest.mark.parametrize(("field", "given", "stands"), FIELDS)
def test_a_config_field_takes_what_it_declares_and_never_url_syntax(
    api: Api, field: dict[str, Any], given: str, stands: str | None
) -> None:  # C6
    facts = {"name": "shop", "base_url": "https://{t}.shop.example", "auth": {"type": "bearer"}}
    api.ok("POST", "/integrations", {**facts, "profile": {"config": {"t": field}}})
    got = api.put("/connections/shop/default", {"token": SECRET, "config": {"t": given}})
    assert got.status == (422 if stands is None else 201), got.json
    if stands is not None:
        assert list(ConnectionRow.get("default#shop", "default").origins) == [f"https://{stands}.shop.example"]


def test_a_pattern_that_python_would_choke_on_is_matched_in_linear_time(api: Api) -> None:  # D2
    facts = {"name": "shop", "base_url": "https://{t}.shop.example"}
    api.ok("POST", "/integrations", {**facts, "profile": {"config": {"t": {"pattern": "(a+)+"}}}})
    assert api.put("/connections/shop/default", {"config": {"t": "a" * 5_000 + "!"}}).status == 422
    refused = api.patch("/integrations/shop", {"profile": {"config": {"t": {"pattern": "(?=a)a"}}}})
    assert refused.status == 422


# --- G, I: what answers mean ------------------------------------------------------------------------------------------


def test_an_error_in_a_good_answer_is_an_error(api: Api, shop: Wire) -> None:
    profile(api, answers=[{"body": {"pointer": "/errors"}, "means": "failure"}])
    shop.reply = lambda seen: answer(b'{"data": null, "errors": [{"message": "no"}]}')
    got = call(api)
    assert (got.status, got.json["code"], attempts(got)) == (424, "upstream_refused", ["declared_failure"])
    assert got.json["upstream"]["body"]["errors"] == [{"message": "no"}]
    shop.reply = lambda seen: answer(b'{"data": 1, "errors": []}')
    assert call(api).json["data"]["data"] == 1


def test_an_answer_may_be_declared_a_success(api: Api, shop: Wire) -> None:
    profile(api, answers=[{"statuses": [404], "body": {"contains": ["gone already"]}, "means": "success"}])
    shop.reply = lambda seen: answer(b'"gone already"', status="404 Not Found")
    got = call(api, "write", {"name": "x"})
    assert (got.status, got.json["data"], got.json["meta"]["upstream"]["status"]) == (200, "gone already", 404)


@pytest.mark.parametrize(("name", "times"), [("read", 3), ("write", 1)])
def test_an_answer_that_asks_to_retry_is_tried_again_where_that_is_safe(
    api: Api, shop: Wire, name: str, times: int
) -> None:  # G3
    profile(api, answers=[{"statuses": [423], "means": "retry"}])
    shop.reply = lambda seen: answer(b"{}", status="423 Locked")
    got = call(api, name, {} if name == "read" else {"name": "x"})
    assert (got.status, got.json["retryable"], attempts(got)) == (424, True, ["asked_to_retry"] * times)


def test_a_limit_may_be_told_in_the_body(api: Api, shop: Wire) -> None:  # G5
    profile(api, answers=[{"statuses": [400], "body": {"contains": ["slow down"]}, "means": "rate_limited"}])
    shop.reply = lambda seen: answer(b'"Slow Down, please"', "Retry-After: 60", status="400 Bad")
    got = call(api, "write", {"name": "x"})
    assert (got.status, got.json["code"], got.headers["Retry-After"]) == (429, "upstream_rate_limited", "60")
    assert "outcome" not in got.json


def test_a_header_may_make_every_write_repeatable(api: Api, shop: Wire) -> None:  # G3
    profile(api, idempotency_header="X-Once")
    shop.reply = lambda seen: answer(status="503 No") if len(shop.requests) < 3 else answer()
    assert call(api, "write", {"name": "x"}).status == 200
    assert len({seen.header("x-once") for seen in shop.requests}) == 1
    call(api, "read")
    assert shop.requests[-1].header("x-once") is None


# --- H: pagination is data --------------------------------------------------------------------------------------------

PAGINATIONS: list[dict[str, Any]] = [
    {"style": "link", "size": {"name": "per_page", "maximum": 100, "default": 30}},
    {"style": "next_url", "next_url": "/links/next", "items": "/data"},
    {"style": "cursor", "cursor": {"pointer": "/meta/next", "name": "page.after", "sent_in": "body", "valid_s": 300}},
    {"style": "cursor", "cursor": {"found_in": "header", "header": "X-Next", "name": "cursor", "sent_in": "path"}},
    {"style": "cursor", "cursor": {"pointer": "/id", "of_last_item": True, "name": "starting_after"}},
    {"style": "offset", "counter": {"name": "skip", "step": "items"}, "stop": {"total": "/count"}},
    {"style": "page", "counter": {"name": "p", "step": "page", "start": 1, "on_first": False}, "items_are": "object"},
    {"style": "link", "stop": {"more": "/has_more", "on_short_page": True, "on_empty_page": False, "max_pages": 5}},
]


@pytest.mark.parametrize("pagination", PAGINATIONS, ids=lambda one: one["style"])
def test_pagination_is_stored_and_shown(api: Api, shop: Wire, pagination: dict[str, Any]) -> None:
    shown = profile(api, pagination=pagination)["pagination"]
    assert {name: shown[name] for name in pagination if isinstance(pagination[name], str)} == {
        name: value for name, value in pagination.items() if isinstance(value, str)
    }
    stored = api.ok("GET", "/integrations/shop")["profile"]["pagination"]
    assert stored == shown
    assert profile(api, pagination=None)["pagination"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"pagination": {"style": "cursor"}},
        {"pagination": {"style": "link", "next_url": "/next"}},
        {"pagination": {"style": "cursor", "cursor": {"name": "c"}}},
        {"pagination": {"style": "page", "counter": {"name": "p", "start": 2}}},
        {"constants": [{"in": "header", "name": "Host", "value": "x"}]},
        {"constants": [{"in": "header", "name": "X-A", "value": "a\r\nB: c"}]},
        {"answers": [{"means": "success"}]},
        {"auth_failure": {"body": {"values": ["1"]}}},
        {"rate_limits": {"statuses": [42]}},
        {"idempotency_header": "not a header"},
        {"no_such_quirk": True},
    ],
)
def test_a_profile_is_checked_when_it_is_stored(api: Api, shop: Wire, wrong: dict[str, Any]) -> None:
    got = api.patch("/integrations/shop", {"profile": wrong})
    assert (got.status, got.json["code"]) == (422, "invalid_input")
    assert got.json["errors"][0]["pointer"].startswith("/profile/")


def test_an_empty_profile_is_the_plain_standard(api: Api, shop: Wire) -> None:
    shown = api.ok("GET", "/integrations/shop")["profile"]
    assert shown["auth_failure"] == {"statuses": [401], "body": None}
    assert shown["rate_limits"]["statuses"] == [429]
    assert (shown["constants"], shown["answers"]) == ([], [])
    assert (shown["pagination"], shown["idempotency_header"]) == (None, None)


# --- output policy ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("integration", "action", "status", "valid"),
    [
        ("warn", None, 200, False),
        ("warn", "strict", 502, False),
        ("strict", "warn", 200, False),
        ("strict", None, 502, False),
        ("strict", "off", 200, None),
    ],
)
def test_an_actions_output_policy_goes_before_the_integrations(
    api: Api, shop: Wire, integration: str, action: str | None, status: int, valid: bool | None
) -> None:
    api.ok("PATCH", "/integrations/shop", {"policy": {"output": integration}})
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    api.ok("PATCH", "/actions/shop/read", {"output_schema": schema, "output": action})
    shop.reply = lambda seen: answer(b'{"id": "seven"}')
    got = call(api)
    assert (got.status, got.json["data"]) == (status, {"id": "seven"})
    faults = got.json["errors"] if status == 502 else got.json["meta"]["warnings"]
    assert [one["pointer"] for one in faults] == ([] if valid is None else ["/id"])
    if status == 200:
        assert got.json["meta"]["output_valid"] is valid


# --- what an action may ask for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"bindings": {"x": {"in": "header", "name": "Authorization"}}}, "/bindings/x/name"),
        ({"bindings": {"x": {"in": "header", "name": "X-Forwarded-For"}}}, "/bindings/x/name"),
        ({"bindings": {"x": {"in": "header", "name": "a b"}}}, "/bindings/x/name"),
        ({"bindings": {"x": {"in": "query", "name": "_method"}}}, "/bindings/x/name"),
        ({"bindings": {"x": {"in": "query", "name": ""}}}, "/bindings/x/name"),
        ({"constants": [{"in": "header", "name": "Host", "value": "evil"}]}, "/constants/0"),
        ({"constants": [{"in": "header", "name": "X-A", "value": "a\nb"}]}, "/constants/0"),
        ({"constants": [{"in": "cookie", "name": "", "value": "a"}]}, "/constants/0"),
        ({"idempotency_header": "Content-Length"}, "/idempotency_header"),
        ({"server": "https://elsewhere.example"}, "/server"),
        ({"server": "https://{who}.example"}, "/server"),
    ],
)
def test_an_action_that_could_not_be_sent_is_not_stored(
    api: Api, shop: Wire, changes: dict[str, Any], pointer: str
) -> None:  # B7 C3 C5
    for method in ("PUT", "PATCH"):
        base = {"method": "GET", "path": "/x", "behaviour": "read"} if method == "PUT" else {}
        path = "/actions/shop/x" if method == "PUT" else "/actions/shop/read"
        got = api.call(method, path, {**base, **changes})
        assert (got.status, [one["pointer"] for one in got.json["errors"]]) == (422, [pointer])


def _doubling(levels: int, place: str) -> dict[str, Any]:
    """Schemas that each offer the next one twice."""
    made = {f"s{n}": {"anyOf": [{"$ref": f"#/{place}/s{n + 1}"}] * 2} for n in range(levels)}
    return made | {f"s{levels}": {"type": "string"}}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/s0", "$defs": _doubling(18, "$defs")},
        {"properties": _doubling(18, "properties")},
        {"type": "object", "x": [{}] * 41_000},
        {"$ref": "#anchor", "$defs": {"a": {"$anchor": "anchor"}}},
        {"$dynamicRef": "#x"},
        {"anyOf": True},
        {"properties": {"p": {"dependentSchemas": True}}},
    ],
    ids=["in $defs", "by pointer", "too many", "anchor", "dynamic", "no list", "no object"],
)
def test_a_schema_that_costs_too_much_is_not_stored(api: Api, shop: Wire, schema: dict[str, Any]) -> None:  # D3
    got = api.put("/actions/shop/x", {**GET_PET, "output_schema": schema})
    assert (got.status, got.json["errors"][0]["code"]) == (422, "schema_unusable")
    assert api.patch("/actions/shop/read", {"output_schema": schema}).status == 422


def test_a_recursive_schema_is_stored(api: Api, shop: Wire) -> None:  # D3
    node = {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}}}
    api.ok("PATCH", "/actions/shop/read", {"output_schema": {"$ref": "#/$defs/node", "$defs": {"node": node}}})
