"""What goes wrong upstream, and what the caller is told."""

from __future__ import annotations

import ssl
import time
from typing import get_args

import pytest

from chalicelib.egress.door import Reason
from chalicelib.gateway import attempt
from infra.local.demo import DemoServer
from tests.client import Api
from tests.egress.wire import Wire, answer, serving
from tests.gateway.shop import call, open_shop, switch
from tests.world import add_action, add_shop, connect


@pytest.fixture
def shop(api: Api, demo: DemoServer) -> DemoServer:
    """The demo upstream, connected, with `get-pet` and `create-pet`."""
    add_shop(api, demo)
    add_action(api)
    add_action(api, name="create-pet")
    connect(api)
    return demo


def at(api: Api, url: str) -> None:
    """An integration whose upstream is at `url`, with a read and a write, without credentials."""
    facts = {"name": "shop", "base_url": url, "auth": {"type": "none"}}
    api.ok("POST", "/integrations", facts)
    for name, method, behaviour in (("read", "GET", "read"), ("write", "POST", "create")):
        action = {"method": method, "path": "/", "behaviour": behaviour}
        api.ok("PUT", f"/actions/shop/{name}", action)


# --- no answer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["read", "write"])
def test_where_nothing_listens_nothing_has_happened(api: Api, name: str) -> None:
    with serving() as gone:
        pass
    at(api, gone.url)
    got = call(api, name)
    assert (got.status, got.json["code"], got.json["retryable"]) == (502, "upstream_unreachable", True)
    assert [one["reason"] for one in got.json["upstream"]["attempts"]] == ["connect_error"] * 3
    assert "outcome" not in got.json


@pytest.mark.parametrize("name", ["read", "write"])
def test_a_name_that_does_not_resolve_is_unreachable(api: Api, name: str) -> None:  # A11
    at(api, "http://does-not-exist.invalid")
    got = call(api, name)
    assert (got.status, got.json["code"]) == (502, "upstream_unreachable")
    assert [one["reason"] for one in got.json["upstream"]["attempts"]] == ["dns_error"] * 3
    assert "outcome" not in got.json


def test_an_address_that_is_never_called_is_blocked(api: Api) -> None:  # A1
    at(api, "http://169.254.169.254")
    got = call(api)
    assert (got.status, got.json["code"]) == (403, "egress_blocked")


def test_a_certificate_that_nobody_trusts_is_a_tls_error(api: Api, self_signed: ssl.SSLContext) -> None:  # A12
    with serving(tls=self_signed) as wire:
        at(api, wire.url)
        got = call(api, "write")
        assert (got.status, got.json["code"], got.json["retryable"]) == (502, "upstream_tls_error", False)
        assert "outcome" not in got.json
        assert wire.requests == []


def test_a_dropped_connection_leaves_a_write_unknown_and_a_read_not(api: Api, shop: DemoServer) -> None:  # G3
    switch(shop, drop_next=4)
    read, write = api.post("/actions/shop/get-pet", {"pet_id": 1}), api.post("/actions/shop/create-pet", {"name": "x"})
    for got in (read, write):
        assert (got.status, got.json["code"]) == (502, "upstream_unreachable")
        assert got.json["upstream"]["attempts"][0]["reason"] == "broken"
    assert ("outcome" in read.json, read.json["retryable"]) == (False, True)
    assert (write.json["outcome"], write.json["retryable"]) == ("unknown", False)


def test_a_write_that_was_dropped_is_sent_once(api: Api, wire: Wire) -> None:  # G3
    wire.reply = lambda seen: b""
    open_shop(api, wire)
    assert call(api, "write", {"name": "x"}).json["outcome"] == "unknown"
    assert len(wire.requests) == 1


# --- too late ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["slow_bytes_next", "hang_next"])
def test_a_slow_upstream_ends_when_the_caller_said(api: Api, shop: DemoServer, how: str) -> None:  # D7
    switch(shop, **{how: 1})
    started = time.monotonic()
    got = api.post("/actions/shop/get-pet", {"pet_id": 1}, headers={"Waygate-Timeout": "0.4"})
    assert (got.status, got.json["code"], got.json["retryable"]) == (504, "upstream_timeout", True)
    assert got.json["upstream"]["attempts"][0]["reason"] == "timeout"
    assert time.monotonic() - started < 2


def test_the_integrations_policy_bounds_what_the_caller_may_ask_for(api: Api, wire: Wire) -> None:  # D7
    wire.reply = lambda seen: wire.drip(answer(b"x" * 1000))
    open_shop(api, wire)
    api.ok("PATCH", "/integrations/shop", {"policy": {"timeout_s": 0.3}})
    started = time.monotonic()
    got = call(api, "write", {"name": "x"}, Waygate_Timeout="20")
    assert (got.status, got.json["outcome"]) == (504, "unknown")
    assert time.monotonic() - started < 2


# --- answers that are none --------------------------------------------------------------------------------------------


def test_a_4xx_is_the_upstreams_refusal(api: Api, shop: DemoServer) -> None:
    got = api.post("/actions/shop/get-pet", {"pet_id": 999_999})
    assert (got.status, got.json["code"], got.json["retryable"]) == (424, "upstream_refused", False)
    assert got.json["upstream"]["status"] == 404
    assert got.json["upstream"]["body"]["status"] == 404


def test_a_refused_credential_says_what_to_do(api: Api, shop: DemoServer) -> None:
    api.ok("PATCH", "/integrations/shop", {"verification": None})  # which would have caught it
    connect(api, value="wrong-key-1234567890")
    got = api.post("/actions/shop/get-pet", {"pet_id": 1})
    assert (got.status, got.json["upstream"]["status"]) == (424, 401)
    assert "test or replace the connection" in got.json["suggested_fix"]


@pytest.mark.parametrize(("path", "body"), [("get-pet", {"pet_id": 1}), ("create-pet", {"name": "x"})])
def test_a_5xx_is_the_upstreams_failure(api: Api, shop: DemoServer, path: str, body: dict[str, object]) -> None:
    switch(shop, fail_next=3)
    got = api.post(f"/actions/shop/{path}", body)
    is_write = path == "create-pet"
    assert (got.status, got.json["code"], got.json["retryable"]) == (502, "upstream_failed", not is_write)
    assert got.json["upstream"]["status"] >= 500
    assert got.json.get("outcome") == ("unknown" if is_write else None)


def test_a_429_says_when_to_come_back(api: Api, shop: DemoServer) -> None:
    switch(shop, rate_limit_next=3)
    got = api.post("/actions/shop/create-pet", {"name": "x"})
    assert (got.status, got.json["code"], got.headers["Retry-After"]) == (429, "upstream_rate_limited", "1")
    assert got.json["upstream"]["status"] == 429
    assert "outcome" not in got.json  # it was not performed


@pytest.mark.parametrize(("said", "passed_on"), [("86400", "3600"), ("soon", "2"), ("-1", "2")])
def test_an_absurd_wait_is_not_passed_on(api: Api, wire: Wire, said: str, passed_on: str) -> None:  # G5
    wire.reply = lambda seen: answer(b"", f"Retry-After: {said}", status="429 Slow Down")
    open_shop(api, wire)
    got = call(api)
    assert (got.status, got.headers.get("Retry-After")) == (429, passed_on)


def test_nonsense_under_json_is_an_invalid_answer(api: Api, shop: DemoServer) -> None:  # D8
    switch(shop, nonsense_next=1)
    got = api.post("/actions/shop/get-pet", {"pet_id": 1})
    assert (got.status, got.json["code"]) == (502, "upstream_invalid_response")
    assert got.json["body_start"].startswith('{"id": 1')
    assert got.json["upstream"]["status"] == 200


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Encoding: br\r\n\r\n0123456789",
            "upstream_invalid_response",
        ),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "upstream_invalid_response"),
        (answer(b"x" * 4_400_001, kind="text/plain"), "upstream_response_too_large"),
        (answer(b"x" * 3_300_001, kind="image/png"), "upstream_response_too_large"),
    ],
    ids=["foreign encoding", "not http", "large text", "large binary"],
)
def test_an_answer_that_cannot_be_carried_says_why(api: Api, wire: Wire, reply: bytes, code: str) -> None:  # D6 D8
    wire.reply = lambda seen: reply
    open_shop(api, wire)
    got = call(api, "write", {"name": "x"})
    assert (got.status, got.json["code"], got.json["outcome"]) == (502, code, "unknown")


def test_every_way_to_fail_has_its_error() -> None:
    assert set(get_args(Reason)) == set(attempt._FAILURES)


# --- our own failures -------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway with a fault in it."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError("canary-0123456789abcdef")

    monkeypatch.setattr(attempt, "attempt", fail)


def test_a_fault_of_ours_says_nothing_about_itself(api: Api, wire: Wire, broken: None) -> None:  # B8
    open_shop(api, wire)
    got = call(api)
    assert (got.status, got.json["code"]) == (500, "internal_error")
    assert got.json["request_id"] == got.headers["Request-Id"]
    assert len(got.body) <= 512
    for word in (b"canary", b"KeyError", b"Traceback", b".py"):
        assert word not in got.body
