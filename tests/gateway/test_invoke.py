"""Invoking an action through the API: input, envelope, output, dry run."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from chalicelib import observability, rows
from chalicelib.gateway import resolve
from chalicelib.observability import REDACTED
from chalicelib.registry import actions
from tests.client import Api
from tests.egress.wire import Seen, Wire, answer
from tests.gateway.shop import MEMBERS, SCHEMES, SECRET, add, call, open_shop

NUMBERS = b'{"id": 1234567890123456789012345678901234567890, "price": 1.10, "b": 1, "a": 2}'


def credential_in(seen: Seen) -> str:
    return " ".join([seen.target, *(f"{name}: {value}" for name, value in seen.headers)])


# --- the envelope -----------------------------------------------------------------------------------------------------


def test_an_answer_comes_in_an_envelope_with_its_facts(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    got = call(api)
    meta = got.json["meta"]
    assert (got.status, got.json["data"]) == (200, {})
    assert (meta["action"], meta["version"], meta["connection"]) == ("shop/read", 1, "default")
    assert meta["request_id"] == got.headers["Request-Id"]
    assert meta["upstream"]["status"] == 200
    assert [one["n"] for one in meta["upstream"]["attempts"]] == [1]
    assert 0 <= meta["upstream"]["duration_ms"] <= meta["duration_ms"]
    assert meta["warnings"] == []


def test_the_upstreams_json_passes_byte_for_byte(api: Api, wire: Wire) -> None:
    wire.reply = lambda seen: answer(NUMBERS)
    open_shop(api, wire)
    assert NUMBERS in call(api).body


def test_integers_of_any_size_arrive_at_the_upstream(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    api.ok("POST", "/actions/shop/write", raw=b'{"name": 1234567890123456789012345678901234567890}')
    assert wire.requests[-1].body == b'{"name":1234567890123456789012345678901234567890}'


@pytest.mark.parametrize(
    ("reply", "data"),
    [
        (answer(b"", status="204 No Content"), None),
        (answer(b"a,b\n", kind="text/csv"), {"content_type": "text/csv", "text": "a,b\n"}),
        (answer(b"\0\1", kind="image/png"), {"content_type": "image/png", "base64": "AAE="}),
        (answer(b"[1]", status="201 Created"), [1]),
    ],
)
def test_every_kind_of_body_has_its_place(api: Api, wire: Wire, reply: bytes, data: Any) -> None:
    wire.reply = lambda seen: reply
    open_shop(api, wire)
    got = call(api)
    assert (got.status, got.json["data"]) == (200, data)


def test_a_redirect_is_told_and_not_followed(api: Api, wire: Wire) -> None:  # A6
    location = f"https://elsewhere.example/?api_key={SECRET}"
    wire.reply = lambda seen: answer(b"", f"Location: {location}", status="302 Found")
    open_shop(api, wire, auth="query")
    meta = call(api).json["meta"]
    assert meta["upstream"]["status"] == 302
    assert meta["upstream"]["location"] == f"https://elsewhere.example/?api_key={REDACTED}"  # B4
    assert len(wire.requests) == 1


def test_a_raw_answer_is_the_upstreams_own(api: Api, wire: Wire) -> None:
    wire.reply = lambda seen: answer(b"\x89PNG\0", status="206 Partial Content", kind="image/png")
    open_shop(api, wire)
    got = call(api, Waygate_Response="raw")
    assert (got.status, got.body, got.headers["Content-Type"]) == (206, b"\x89PNG\0", "image/png")
    assert got.headers["Waygate-Upstream-Status"] == "206"


# --- the credential ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", SCHEMES)
def test_every_type_of_credential_reaches_the_upstream_and_no_one_else(api: Api, wire: Wire, auth: str) -> None:  # B4
    def echo(seen: Seen) -> bytes:
        return answer(json.dumps({"you": credential_in(seen), "b64": base64.b64encode(seen.line).decode()}).encode())

    wire.reply = echo
    open_shop(api, wire, auth=auth)
    for got in (call(api), call(api, Waygate_Response="raw"), api.post("/actions/shop/read?dry_run=true", {})):
        assert got.status == 200
        assert SECRET not in got.body.decode()
        assert base64.b64encode(SECRET.encode()).decode()[:-4] not in got.body.decode()
        assert REDACTED in got.body.decode()
    sent = credential_in(wire.requests[0])
    basic = base64.b64encode(f"ann:{SECRET}".encode()).decode()
    assert (basic if auth == "basic" else SECRET) in sent


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "500 Oops", "429 Slow Down"])
def test_an_error_that_echoes_the_credential_does_not_pass_it_on(api: Api, wire: Wire, status: str) -> None:  # B4
    wire.reply = lambda seen: answer(credential_in(seen).encode(), status=status, kind="text/plain")
    open_shop(api, wire)
    got = call(api)
    assert got.status >= 400
    assert SECRET not in got.body.decode()
    assert REDACTED in got.json["upstream"]["body"]


def test_no_line_that_this_process_writes_holds_the_credential(
    api: Api, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:  # B3 B5
    lines: list[str] = []
    monkeypatch.setattr(observability, "line_sink", lines.append)
    bodies = iter([answer(SECRET.encode(), status=status, kind="text/plain") for status in ("200 OK", "500 Oops")])
    wire.reply = lambda seen: next(bodies, b"")
    open_shop(api, wire, auth="query")
    for _ in range(4):
        call(api)
    assert sum('"kind":"invocation"' in line for line in lines) == 4
    assert not [line for line in lines if SECRET in line]


def test_a_disabled_connection_is_not_used(api: Api, wire: Wire) -> None:  # F3
    open_shop(api, wire)
    api.ok("PATCH", "/connections/shop/default", {"enabled": False})
    got = call(api)
    assert (got.status, got.json["code"], wire.requests) == (409, "needs_reauth", [])


def test_a_credential_does_not_follow_its_integration_elsewhere(api: Api, wire: Wire) -> None:  # A8
    open_shop(api, wire)
    api.ok("PATCH", "/integrations/shop", {"base_url": wire.url.replace("127.0.0.1", "localhost")})
    got = call(api)
    assert (got.status, got.json["code"], wire.requests) == (409, "needs_reauth", [])
    assert got.json["connect"]["path"] == "/api/v1/connections/shop/default"


# --- which connection -------------------------------------------------------------------------------------------------


def test_the_only_connection_needs_no_name_and_several_do(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    api.delete("/connections/shop/default")
    none = call(api)
    assert (none.status, none.json["code"]) == (409, "connection_required")
    api.ok("PUT", "/connections/shop/ann", MEMBERS["bearer"])
    assert call(api).json["meta"]["connection"] == "ann"
    api.ok("PUT", "/connections/shop/bob", {"token": "bobs-token-12345"})
    several = call(api)
    assert (several.status, several.json["code"]) == (409, "connection_ambiguous")
    assert several.json["connections"] == ["ann", "bob"]
    assert call(api, Waygate_Connection="bob").json["meta"]["connection"] == "bob"
    assert wire.requests[-1].header("authorization") == "Bearer bobs-token-12345"
    api.ok("PUT", "/connections/shop/default", MEMBERS["bearer"])
    assert call(api).json["meta"]["connection"] == "default"


def test_a_connection_that_is_not_there_is_404(api: Api, wire: Wire) -> None:  # D9
    open_shop(api, wire)
    for name in ("nobody", "a#b", "x" * 3000, "é"):
        got = call(api, Waygate_Connection=name)
        assert (got.status, got.json["code"], got.json["connections"]) == (404, "connection_not_found", ["default"])


def test_an_action_that_is_not_there_is_404(api: Api, wire: Wire) -> None:  # D9
    open_shop(api, wire)
    for path in ("shop/" + "x" * 3000, "y" * 3000 + "/read", "shop/wrong", "wrong/read"):
        assert api.post(f"/actions/{path}", {}).status == 404


def test_an_upstream_without_auth_needs_no_connection(api: Api, wire: Wire) -> None:
    api.ok("POST", "/integrations", {"name": "shop", "base_url": wire.url, "auth": {"type": "none"}})
    add(api, "read")
    assert call(api).json["meta"]["connection"] is None


def test_a_disabled_integration_is_not_called(api: Api, wire: Wire) -> None:  # F3
    open_shop(api, wire)
    api.ok("PATCH", "/integrations/shop", {"enabled": False})
    got = call(api)
    assert (got.status, got.json["code"], wire.requests) == (403, "integration_disabled", [])


# --- input ------------------------------------------------------------------------------------------------------------


def test_no_body_is_no_input(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    for body in (b"", b"  ", b"{}"):
        assert api.post("/actions/shop/read", raw=body).status == 200


def test_input_is_one_json_object(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    for body, status in ((b"[]", 422), (b"5", 422), (b"{", 400), (b'{"a":1,"a":1}', 400)):
        assert api.post("/actions/shop/read", raw=body).status == status
    assert wire.requests == []


def test_every_fault_of_the_input_is_told_at_once(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    properties = {"id": {"type": "integer"}, "kind": {"enum": ["a", "b"]}, "when": {"format": "date"}, "a/b": {}}
    schema = {"type": "object", "properties": properties, "required": ["id", "a/b"], "additionalProperties": False}
    add(api, "strict", input_schema=schema, bindings=dict.fromkeys(properties, "query"))
    got = call(api, "strict", {"id": "x", "kind": "c", "when": "today", "knd": 1, "x/y": 2})
    assert (got.status, got.json["code"]) == (422, "invalid_input")
    assert {(fault["pointer"], fault["code"]) for fault in got.json["errors"]} == {
        ("/id", "type"),
        ("/kind", "enum"),
        ("/when", "format"),
        ("/a~1b", "required"),
        ("/knd", "unexpected"),
        ("/x~1y", "unexpected"),
    }
    assert "did you mean `kind`?" in next(f["detail"] for f in got.json["errors"] if f["pointer"] == "/knd")
    assert wire.requests == []


def test_a_hundred_thousand_unknown_members_cost_nothing(api: Api, wire: Wire) -> None:  # D1
    open_shop(api, wire)
    add(api, "wide", bindings={f"parameter-{n}": "query" for n in range(200)})
    started = time.process_time()
    got = call(api, "wide", {f"parametr-{n}": n for n in range(99_000)})
    assert got.status == 422
    assert len(got.json["errors"]) == 50
    assert time.process_time() - started < 3


def test_a_reserved_parameter_is_422(api: Api, wire: Wire) -> None:  # B7
    open_shop(api, wire, auth="custom_headers")
    add(api, "sneaky", bindings={"x": {"in": "header", "name": "x-app-secret"}})
    got = call(api, "sneaky", {"x": "mine"})
    assert (got.status, got.json["code"], got.json["errors"][0]["pointer"]) == (422, "reserved_parameter", "/x")
    assert wire.requests == []


def test_an_action_that_was_made_anew_is_validated_anew(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    for kind, value in (("integer", 1), ("string", "one")):
        add(api, "again", properties={"a": {"type": kind}}, bindings={"a": "query"})
        assert call(api, "again", {"a": value}).status == 200
        api.delete("/actions/shop/again")


def test_a_pattern_runs_in_linear_time(api: Api, wire: Wire) -> None:  # D2
    open_shop(api, wire)
    add(api, "pattern", properties={"a": {"pattern": "^(a+)+$"}}, bindings={"a": "body"}, method="POST")
    started = time.process_time()
    assert call(api, "pattern", {"a": "a" * 50_000 + "!"}).status == 422
    assert time.process_time() - started < 2


# --- output -----------------------------------------------------------------------------------------------------------

OUTPUT = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}


@pytest.mark.parametrize(
    ("policy", "body", "status", "valid", "codes"),
    [
        ("off", b'{"id": "x"}', 200, None, []),
        ("warn", b'{"id": "x"}', 200, False, ["type"]),
        ("warn", b'{"id": 1}', 200, True, []),
        ("warn", b"{}", 200, False, ["required"]),
        ("strict", b'{"id": 1}', 200, True, []),
        ("strict", b'{"id": "x"}', 502, None, ["type"]),
    ],
)
def test_output_is_held_against_its_schema_as_the_policy_says(
    api: Api, wire: Wire, policy: str, body: bytes, status: int, valid: bool | None, codes: list[str]
) -> None:
    wire.reply = lambda seen: answer(body)
    open_shop(api, wire)
    api.ok("PATCH", "/integrations/shop", {"policy": {"output": policy}})
    add(api, "typed", output_schema=OUTPUT)
    got = call(api, "typed")
    assert got.status == status
    assert got.json["data"] == json.loads(body)  # whatever the policy
    if status == 200:
        assert got.json["meta"]["output_valid"] is valid
        assert [warning["code"] for warning in got.json["meta"]["warnings"]] == codes
    else:
        assert (got.json["code"], got.json["upstream"]["status"]) == ("upstream_invalid_response", 200)
        assert [fault["code"] for fault in got.json["errors"]] == codes
        assert "outcome" not in got.json


def test_a_write_whose_answer_is_refused_may_have_happened(api: Api, wire: Wire) -> None:
    wire.reply = lambda seen: answer(b"{broken")
    open_shop(api, wire)
    got = call(api, "write", {"name": "x"})
    assert (got.status, got.json["code"]) == (502, "upstream_invalid_response")
    assert (got.json["outcome"], got.json["retryable"]) == ("unknown", False)


def test_an_answer_that_is_not_json_is_not_held_against_a_schema(api: Api, wire: Wire) -> None:
    wire.reply = lambda seen: answer(b"hello", kind="text/plain")
    open_shop(api, wire)
    add(api, "typed", output_schema=OUTPUT)
    assert call(api, "typed").json["meta"]["output_valid"] is None


def test_an_answer_that_nests_too_deeply_is_passed_on_unchecked(api: Api, wire: Wire) -> None:  # D3
    wire.reply = lambda seen: answer(b"[" * 100 + b"]" * 100)
    open_shop(api, wire)
    add(api, "typed", output_schema={"$defs": {"l": {"items": {"$ref": "#/$defs/l"}}}, "$ref": "#/$defs/l"})
    meta = call(api, "typed").json["meta"]
    assert (meta["output_valid"], [warning["code"] for warning in meta["warnings"]]) == (None, ["too_deep"])


# --- dry run ----------------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_the_exact_request_and_calls_nothing(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    bindings = {"id": "path", "q": "query", "name": "body", "X-Trace": "header"}
    add(api, "full", method="PATCH", path="/things/{id}", behaviour="update", bindings=bindings)
    values = {"id": "a/b", "q": ["1", "2"], "name": "x" * 5000, "X-Trace": "t"}
    got = api.ok("POST", "/actions/shop/full?dry_run=true", values)
    shown = got["data"]["request"]
    assert (wire.requests, got["meta"]["upstream"], got["meta"]["dry_run"]) == ([], None, True)
    assert got["meta"]["policy"]["timeout_s"] == 25
    call(api, "full", values)
    (seen,) = wire.requests
    assert (shown["method"], shown["url"]) == ("PATCH", wire.url + seen.target)
    assert shown["body"] == json.loads(seen.body)
    sent = {name: value for name, value in seen.headers if name not in ("Host", "Content-Length")}
    assert {**dict(map(tuple, shown["headers"])), "Authorization": f"Bearer {SECRET}"} == sent


def test_a_dry_run_shows_a_file_and_finds_the_same_faults(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    binding = {"in": "body", "name": ""}
    add(api, "file", method="PUT", bindings={"body": binding}, body_media_type="image/png")
    got = api.ok("POST", "/actions/shop/file?dry_run=true", {"body": "AAEC"})
    assert got["data"]["request"]["body"] == {"content_type": "image/png", "base64": "AAEC"}
    assert api.post("/actions/shop/file?dry_run=true", {"body": "?"}).status == 422
    assert api.ok("POST", "/actions/shop/read?dry_run=true")["data"]["request"]["body"] is None


# --- headers of ours --------------------------------------------------------------------------------------------------


def test_a_timeout_that_is_none_is_refused(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    for said in ("0", "-1", "soon", "nan", "inf", "99999", ""):
        got = call(api, Waygate_Timeout=said)
        assert (got.status, got.json["code"]) == (400, "bad_header"), said


def test_an_unknown_kind_of_response_is_refused(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    assert call(api, Waygate_Response="cooked").json["code"] == "bad_header"


def test_an_output_schema_that_cannot_be_used_is_a_warning(api: Api, wire: Wire) -> None:
    open_shop(api, wire)
    row = actions.get("default", "shop", "read")
    row.facts = {**row.facts, "output_schema": {"$ref": "#/$defs/gone"}}  # as an import may leave it
    row.save()
    rows.forget(actions.row_key("default", "shop", "read"))
    got = call(api)
    assert (got.status, got.json["meta"]["output_valid"]) == (200, None)
    assert [warning["code"] for warning in got.json["meta"]["warnings"]] == ["schema_unusable"]


def test_what_calls_without_a_name_led_to_is_remembered_within_bounds(
    api: Api, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve, "_REMEMBERED", 1)
    open_shop(api, wire)
    monkeypatch.setattr(resolve, "_unnamed", {("other", "shop"): "x"})
    assert call(api).status == 200
    assert resolve._unnamed == {("default", "shop"): "default"}
