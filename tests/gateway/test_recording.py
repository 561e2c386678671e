"""Bodies that are kept on request, what may be seen of them, and calls that are run again."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib import aws as aws_module
from chalicelib import observability
from chalicelib.aws import client
from chalicelib.errors import Unavailable
from chalicelib.gateway import recording
from chalicelib.gateway.recording import BodiesRow
from chalicelib.observability import REDACTED, forget_secrets, guard_secrets
from chalicelib.registry import models
from chalicelib.settings import Caps, Settings
from infra.local.standin import LocalAws
from tests.client import Answer, Api
from tests.egress.wire import Wire, answer
from tests.gateway.shop import SECRET, add, call, open_shop


def shown(api: Api, aws: LocalAws, got: Answer) -> dict[str, Any]:
    """The call's record, as the log shows it."""
    aws.drain()
    found: dict[str, Any] = api.ok("GET", f"/invocations/{got.headers['Request-Id']}")
    return found


def replay(api: Api, got: Answer, **headers: str) -> Answer:
    return api.post(f"/invocations/{got.headers['Request-Id']}/replay", headers=headers)


def test_bodies_are_kept_where_the_policy_says_so(api: Api, aws: LocalAws, wire: Wire) -> None:  # B5
    wire.reply = lambda seen: answer(b'{"id": 7, "api_token": "their-own-secret"}')
    open_shop(api, wire, policy={"record": "full"})
    bodies = shown(api, aws, call(api, "write", {"name": "Rex"}))["bodies"]
    assert json.loads(bodies["input"]["text"]) == {"name": "Rex"}
    assert json.loads(bodies["request"]["text"]) == {"name": "Rex"}
    assert json.loads(bodies["response"]["text"]) == {"id": 7, "api_token": REDACTED}
    assert (bodies["response"]["content_type"], bodies["response"]["truncated"]) == ("application/json", False)


@pytest.mark.parametrize("record", ["metadata", "none"])
def test_bodies_are_not_kept_where_it_does_not(api: Api, aws: LocalAws, wire: Wire, record: str) -> None:  # B5
    open_shop(api, wire, policy={"record": record})
    got = call(api, "write", {"name": "Rex"})
    assert list(BodiesRow.scan(BodiesRow.key.startswith("bodies#"))) == []
    if record == "metadata":
        assert shown(api, aws, got)["bodies"] is None
    refused = replay(api, got)
    assert refused.status == (409 if record == "metadata" else 404)


def test_bodies_are_kept_by_default_on_a_laptop_only(monkeypatch: pytest.MonkeyPatch) -> None:  # B5
    assert models.Policy().record == "full"
    monkeypatch.setattr(models, "settings", lambda: Settings(stage="prod"))
    assert models.Policy().record == "metadata"


def test_a_body_is_cut_at_8_kb_and_gone_after_7_days(api: Api, aws: LocalAws, wire: Wire) -> None:  # B5
    wire.reply = lambda seen: answer(b"x" * 100_000, kind="text/plain")
    open_shop(api, wire, policy={"record": "full"})
    got = call(api, "write", {"name": "y" * 100_000})
    bodies = shown(api, aws, got)["bodies"]
    for body in bodies.values():
        assert (len(body["text"]), body["truncated"]) == (8_192, True)
        assert body["bytes"] >= 100_000
    (row,) = BodiesRow.scan(BodiesRow.key.startswith("bodies#"))
    assert 0 <= time.time() + 7 * 86_400 - row.expires_at < 60
    request_id = got.headers["Request-Id"]
    assert recording.find("default", request_id, now=row.expires_at) is None
    assert recording.find("default", request_id, now=row.expires_at - 1) is not None


@pytest.mark.parametrize("status", ["200 OK", "500 Oops"])
def test_no_canary_is_kept_or_shown(
    api: Api, aws: LocalAws, wire: Wire, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # B3 B4 B5
    lines: list[str] = []
    sink = observability.line_sink
    monkeypatch.setattr(observability, "line_sink", lambda line: (lines.append(line), sink(line)))
    forms = [SECRET, f"Bearer {SECRET}", SECRET.replace("c", "\\u0063", 1)]
    wire.reply = lambda seen: answer(("[" + ",".join(f'"{form}"' for form in forms) + "]").encode(), status=status)
    open_shop(api, wire, policy={"record": "full"})
    got = call(api, "write", {"name": f"mine: {SECRET}"})
    record = shown(api, aws, got)
    assert "canary" not in json.dumps(record)
    assert REDACTED in record["bodies"]["response"]["text"]
    assert REDACTED in record["bodies"]["input"]["text"]
    assert not [line for line in lines if "canary" in line or "mine: " in line]
    (row,) = BodiesRow.scan(BodiesRow.key.startswith("bodies#"))
    opened = aws_module.unpack(
        recording.vault.unseal(recording._context("default", got.headers["Request-Id"]), bytes(row.sealed))
    )
    assert "canary" not in json.dumps(opened)
    assert "mine: " not in str(client("dynamodb").scan(TableName=BodiesRow.Meta.table_name)["Items"])


def test_a_form_is_masked_by_name_and_binary_is_base64() -> None:  # B3 B5
    form = recording.shown(b"user=ann&password=hunter2&b=1", "application/x-www-form-urlencoded")
    assert form is not None and form["text"] == "user=ann&password=%5Bredacted%5D&b=1"
    picture = recording.shown(b"\x00\xff", "image/png")
    assert picture is not None and (picture["base64"], picture["content_type"]) == ("AP8=", "image/png")
    assert recording.shown(b"", "text/plain") is None
    guard_secrets([SECRET])
    broken = recording.shown(f'{{"a": "{SECRET}'.encode(), "application/json")
    forget_secrets()
    assert broken is not None and SECRET not in broken["text"]


@pytest.mark.parametrize("error", [PutError("no"), Unavailable("The keyring does not answer.")])
def test_a_store_that_fails_fails_no_call(
    api: Api, wire: Wire, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    open_shop(api, wire, policy={"record": "full"})
    monkeypatch.setattr(BodiesRow, "save", fail)
    assert call(api).status == 200


# --- replay -----------------------------------------------------------------------------------------------------------


def test_a_failed_call_is_run_again_with_its_input(api: Api, aws: LocalAws, wire: Wire) -> None:
    wire.reply = lambda seen: answer(b"", status="500 Oops")
    open_shop(api, wire, policy={"record": "full"})
    failed = call(api, "write", {"name": "Rex"}, Idempotency_Key="order-1")
    assert failed.status == 502
    wire.reply = lambda seen: answer(b'{"id": 7}')
    got = replay(api, failed)
    assert (got.status, got.json["data"]) == (200, {"id": 7})
    assert "Idempotency-Replayed" not in got.headers
    assert [json.loads(seen.body) for seen in wire.requests] == [{"name": "Rex"}] * 2
    record = shown(api, aws, got)
    assert record["replay_of"] == failed.headers["Request-Id"]
    assert record["request_id"] == got.json["meta"]["request_id"] != failed.headers["Request-Id"]
    assert replay(api, got, **{"Waygate-Response": "raw"}).body == b'{"id": 7}'


def test_a_replay_says_what_it_lacks(api: Api, aws: LocalAws, wire: Wire) -> None:
    open_shop(api, wire, policy={"record": "metadata"})
    got = call(api)
    aws.drain()
    refused = replay(api, got)
    assert (refused.status, refused.json["code"]) == (409, "wrong_state")
    assert '{"policy": {"record": "full"}}' in refused.json["suggested_fix"]
    api.ok("PATCH", "/integrations/shop", {"policy": {"record": "full"}})
    large = replay(api, call(api, "write", {"name": "x" * Caps.RECORDED_BODY_BYTES}))
    assert (large.status, large.json["code"]) == (409, "wrong_state")
    assert "8,192 bytes" in large.json["detail"]
    assert api.post("/invocations/req_01ARZ3NDEKTSV4RRFFQ69G5FAV/replay").json["code"] == "invocation_not_found"


def test_a_replay_needs_the_scope_and_the_integration(api: Api, wire: Wire) -> None:  # F2
    open_shop(api, wire, policy={"record": "full"})
    got = call(api)

    def key(*scopes: str, **limits: Any) -> Api:
        return api.as_key(api.ok("POST", "/api-keys", {"name": "x", "scopes": scopes, **limits})["key"])

    assert replay(key("registry:read"), got).json["code"] == "insufficient_scope"
    assert replay(key("invoke", integrations=["other"]), got).json["code"] == "invocation_not_found"
    assert replay(key("invoke"), got).status == 200
    assert replay(api.as_key(None), got).json["code"] == "unauthenticated"


def test_a_replay_goes_through_the_same_connection(api: Api, wire: Wire) -> None:
    open_shop(api, wire, policy={"record": "full"})
    api.ok("PUT", "/connections/shop/second", {"token": "second-token-12345"})
    add(api, "read")
    got = call(api, Waygate_Connection="second")
    assert replay(api, got).json["meta"]["connection"] == "second"
    assert wire.requests[-1].header("authorization") == "Bearer second-token-12345"
