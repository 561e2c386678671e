"""The same request under the same key is run once, and answered again (G6)."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from chalicelib.aws import client
from chalicelib.errors import Unavailable
from chalicelib.gateway import admit, attempt, idempotency
from chalicelib.gateway.idempotency import Claim, IdempotencyRow, Subject
from chalicelib.settings import Caps
from infra.local.standin import LocalAws
from tests.client import Answer, Api
from tests.egress.wire import Wire, answer
from tests.gateway.shop import MEMBERS, SECRET, add, call, open_shop

PET = {"name": "Rex"}


@pytest.fixture
def shop(api: Api, wire: Wire) -> Wire:
    """A shop whose every answer is another one."""
    wire.reply = lambda seen: answer(json.dumps({"n": len(wire.requests)}).encode(), status="201 Created")
    open_shop(api, wire, policy={"record": "metadata"})
    return wire


def write(api: Api, key: str | None = "order-1", values: Any = None, name: str = "write", **headers: str) -> Answer:
    named = headers if key is None else {"Idempotency-Key": key, **headers}
    return api.post(f"/actions/shop/{name}", values or PET, headers=named)


def rows() -> list[IdempotencyRow]:
    return list(IdempotencyRow.scan(IdempotencyRow.key.startswith("idempotency#")))


def interrupt(**changes: Any) -> None:
    """As if the process that runs the only request had been killed, a while ago."""
    (row,) = rows()
    row.status, row.sealed, row.http_status = "INPROGRESS", None, None
    row.lapses_at = time.time() - 1
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def test_the_same_request_gets_the_same_answer_without_an_upstream_call(api: Api, shop: Wire) -> None:  # G6
    first = write(api)
    again = api.post("/actions/shop/write", raw=b'{ "name" :\n"Rex" }', headers={"Idempotency-Key": "order-1"})
    assert (first.status, "Idempotency-Replayed" in first.headers) == (200, False)
    assert (again.status, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.body == first.body
    assert again.headers["Request-Id"] != first.headers["Request-Id"]
    assert len(shop.requests) == 1


def test_a_raw_answer_is_given_again_as_well(api: Api, shop: Wire) -> None:  # G6
    shop.reply = lambda seen: answer(b"\x00\xff\x01", kind="image/png", status="201 Created")
    raw = {"Waygate-Response": "raw"}
    first, again = write(api, **raw), write(api, **raw)
    assert (again.status, again.body, again.headers["Content-Type"]) == (201, b"\x00\xff\x01", "image/png")
    assert (first.body, again.headers["Idempotency-Replayed"]) == (again.body, "true")
    assert write(api).json["data"] == {"content_type": "image/png", "base64": "AP8B"}


def test_another_input_or_connection_under_the_key_is_refused(api: Api, shop: Wire) -> None:  # G6
    api.ok("PUT", "/connections/shop/second", MEMBERS["bearer"])
    write(api)
    for got in (write(api, values={"name": "Tom"}), write(api, **{"Waygate-Connection": "second"})):
        assert (got.status, got.json["code"]) == (422, "idempotency_key_reused")
    assert len(shop.requests) == 1


def test_a_key_belongs_to_one_holder_and_one_action(api: Api, shop: Wire) -> None:  # G6
    add(api, "other", method="POST", behaviour="create", properties={"name": {}}, bindings={"name": "body"})
    other = api.as_key(api.ok("POST", "/api-keys", {"name": "b", "scopes": ["invoke"]})["key"])
    answers = [write(api), write(other), write(api, name="other")]
    assert [got.json["data"] for got in answers] == [{"n": 1}, {"n": 2}, {"n": 3}]


@pytest.mark.parametrize("key", ["", "x" * 256, "é"])
def test_a_key_has_at_most_255_characters(api: Api, shop: Wire, key: str) -> None:  # G6
    assert write(api, key).json["code"] == "bad_header"
    assert write(api, "x" * 255).status == 200


def test_two_at_once_are_one(api: Api, shop: Wire) -> None:  # G6
    arrived, proceed = threading.Event(), threading.Event()

    def reply(seen: object) -> bytes:
        arrived.set()
        assert proceed.wait(10)
        return answer()

    shop.reply = reply
    answers: list[Answer] = []
    first = threading.Thread(target=lambda: answers.append(write(api)))
    first.start()
    assert arrived.wait(10)
    got = write(api)
    proceed.set()
    first.join(10)
    assert (got.status, got.json["code"], got.json["retryable"]) == (409, "idempotency_in_progress", True)
    assert 1 <= int(got.headers["Retry-After"]) <= 5
    assert got.json["first_request_id"] == answers[0].headers["Request-Id"]
    assert (answers[0].status, len(shop.requests)) == (200, 1)
    assert write(api).headers["Idempotency-Replayed"] == "true"


def test_an_interrupted_write_is_not_run_again(api: Api, shop: Wire) -> None:  # G6
    first = write(api)
    interrupt()
    got = write(api)
    assert (got.status, got.json["code"], got.json["retryable"]) == (409, "outcome_unknown", False)
    assert (got.json["first_request_id"], got.json["outcome"]) == (first.headers["Request-Id"], "unknown")
    assert write(api, values={"name": "Tom"}).json["code"] == "idempotency_key_reused"
    assert len(shop.requests) == 1


@pytest.mark.parametrize("how", ["read", "header", "profile"])
def test_an_interrupted_call_that_may_be_repeated_is_run_again(api: Api, shop: Wire, how: str) -> None:  # G6
    if how == "read":
        add(api, "write", bindings={"name": "query"})
    if how == "header":
        api.ok("PATCH", "/actions/shop/write", {"idempotency_header": "X-Once"})
    if how == "profile":
        api.ok("PATCH", "/integrations/shop", {"profile": {"idempotency_header": "X-Once"}})
    write(api)
    interrupt()
    assert write(api).json["data"] == {"n": 2}
    if how != "read":
        assert [seen.header("x-once") for seen in shop.requests] == ["order-1", "order-1"]


def test_one_that_was_taken_over_no_longer_has_a_say(aws: LocalAws, api: Api) -> None:  # G6
    subject = Subject("default", "k", "shop", "read", "order-1")

    def claimed(request_id: str, now: float) -> Claim:
        held = idempotency.claim(subject, PET, request_id=request_id, is_repeatable=True, timeout_s=5, now=lambda: now)
        assert isinstance(held, Claim)
        return held

    slow = claimed("req_1", 1_000.0)
    fast = claimed("req_2", 1_100.0)
    slow.keep(200, {"n": 1})
    assert [row.status for row in rows()] == ["INPROGRESS"]
    fast.keep(200, {"n": 2})
    slow.release(ValueError())
    (row,) = rows()
    assert (row.request_id, row.status, row.expires_at) == ("req_2", "COMPLETED", 1_100 + Caps.IDEMPOTENCY_TTL_S)


def test_after_a_day_a_key_is_free_though_dynamodb_is_late(api: Api, shop: Wire) -> None:  # G6
    write(api)
    (row,) = rows()
    assert 0 <= time.time() + Caps.IDEMPOTENCY_TTL_S - row.expires_at < 60
    row.expires_at = int(time.time())
    row.save()
    assert write(api, values={"name": "Tom"}).json["data"] == {"n": 2}


# --- failures ---------------------------------------------------------------------------------------------------------


def test_a_refusal_by_the_upstream_is_an_answer(api: Api, shop: Wire) -> None:
    shop.reply = lambda seen: answer(b'{"why": "taken"}', status="409 Conflict")
    first, again = write(api), write(api)
    assert (again.status, again.json["code"], again.headers["Idempotency-Replayed"]) == (
        424,
        "upstream_refused",
        "true",
    )
    assert again.json == first.json
    assert len(shop.requests) == 1


def test_a_write_that_may_have_happened_is_not_sent_again(api: Api, shop: Wire) -> None:  # G3
    shop.reply = lambda seen: b""
    first, again = write(api), write(api)
    assert (first.json["outcome"], again.json["outcome"]) == ("unknown", "unknown")
    assert (again.headers["Idempotency-Replayed"], len(shop.requests)) == ("true", 1)


@pytest.mark.parametrize("status", ["429 Slow Down", "401 Unauthorized"])
def test_what_asks_for_the_same_request_again_frees_the_key(
    api: Api, shop: Wire, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, shop.reply = shop.reply, lambda seen: answer(b"{}", "Retry-After: 60", status=status)
    assert write(api).status in (424, 429)
    shop.reply = good
    monkeypatch.setattr(admit, "CLOCK", lambda: time.time() + 61)  # the cool-down is over
    assert write(api).status == 200


def test_what_came_to_nothing_frees_the_key(api: Api, shop: Wire) -> None:
    assert write(api, values={"nmae": "Rex"}).status == 422
    api.ok("PATCH", "/connections/shop/default", {"enabled": False})
    assert write(api, values={"name": "Tom"}).json["code"] == "needs_reauth"
    api.ok("PATCH", "/connections/shop/default", {"enabled": True})
    assert write(api).status == 200


def test_a_read_that_failed_may_be_tried_again(api: Api, shop: Wire) -> None:
    add(api, "write", bindings={"name": "query"})
    good, shop.reply = shop.reply, lambda seen: answer(b"", status="500 Oops")
    assert write(api).status == 502
    shop.reply = good
    assert write(api).status == 200


def test_a_fault_of_ours_after_sending_leaves_the_outcome_unknown(
    api: Api, shop: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:  # G6
    def fail(*_: object, **__: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(attempt, "outcome", fail)
    assert write(api).status == 500
    assert write(api).json["code"] == "idempotency_in_progress"
    interrupt()
    assert write(api).json["code"] == "outcome_unknown"
    assert len(shop.requests) == 1


def test_a_store_that_fails_before_the_call_stops_it(api: Api, shop: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    write(api, None)  # the process knows its rows now
    monkeypatch.setattr(IdempotencyRow.Meta, "table_name", "gone")
    IdempotencyRow._connection = None
    try:
        assert write(api).status >= 500
    finally:
        IdempotencyRow._connection = None
    assert len(shop.requests) == 1


def test_an_answer_that_cannot_be_kept_reaches_its_caller(
    api: Api, shop: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:  # G6
    def fail(*_: object) -> bytes:
        raise Unavailable("The keyring does not answer.")

    write(api, None)
    monkeypatch.setattr(idempotency.vault, "seal", fail)
    assert write(api).json["data"] == {"n": 2}
    interrupt()
    assert write(api).json["code"] == "outcome_unknown"


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_an_answer_that_is_too_large_is_not_kept_and_says_so(api: Api, shop: Wire) -> None:  # G6
    import secrets

    shop.reply = lambda seen: answer(secrets.token_hex(400_000).encode(), kind="text/plain")
    first, again = write(api), write(api)
    assert len(first.body) > 800_000
    assert (again.status, again.json["data"], again.headers["Idempotency-Replayed"]) == (200, None, "true")
    assert [one["code"] for one in again.json["meta"]["warnings"]] == ["answer_not_kept"]
    assert again.json["meta"]["request_id"] == first.headers["Request-Id"]
    assert len(shop.requests) == 1


def test_numbers_of_any_size_come_again_exactly(api: Api, shop: Wire) -> None:
    shop.reply = lambda seen: answer(b'{"n": 123456789012345678901234567890}')
    write(api)
    assert b"123456789012345678901234567890" in write(api).body


def test_nothing_of_it_can_be_read_in_the_store(api: Api, shop: Wire) -> None:  # B1 B3 B4 G6
    shop.reply = lambda seen: answer(json.dumps({"echo": SECRET, "private": "a-private-thing"}).encode())
    first = write(api, "a-private-key")
    assert SECRET.encode() not in first.body
    stored = str(client("dynamodb").scan(TableName=IdempotencyRow.Meta.table_name)["Items"])
    for word in (SECRET, "a-private", "Rex"):
        assert word not in stored
    assert b"a-private-thing" in write(api, "a-private-key").body


def test_the_log_finds_all_requests_with_a_key(api: Api, aws: LocalAws, shop: Wire) -> None:
    ids = [write(api).headers["Request-Id"] for _ in range(2)]
    write(api, "another")
    aws.drain()
    found = api.ok("GET", "/invocations?idempotency_key=order-1")["data"]
    assert [one["request_id"] for one in found] == ids[::-1]
    assert [one["answered_from"] for one in found] == [ids[0], None]
    assert "order-1" not in json.dumps(found)
    assert api.ok("GET", f"/invocations?idempotency_hash={found[0]['idempotency_key']}")["data"] == found


def test_a_dry_run_uses_up_no_key(api: Api, shop: Wire) -> None:
    api.post("/actions/shop/write?dry_run=true", PET, headers={"Idempotency-Key": "order-1"})
    assert rows() == []
    assert call(api, "write", PET, Idempotency_Key="order-1").status == 200
