"""The invocation log: what is kept of a call, and how it is found again."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest
from ulid import ULID

from chalicelib import observability
from chalicelib.auth import api_keys
from chalicelib.auth.tables import ApiKeyRow
from chalicelib.aws import client
from chalicelib.errors import InvocationNotFound, NotRecordedYet
from chalicelib.gateway import log, usage
from chalicelib.gateway.invoke import new_request_id
from chalicelib.gateway.tables import InvocationRow
from chalicelib.observability import REDACTED, forget_secrets, guard_secrets
from chalicelib.settings import Caps
from infra.local.standin import LocalAws
from tests.client import Api
from tests.egress.wire import Wire, answer
from tests.gateway.shop import SECRET, add, call, open_shop

NOW = dt.datetime(2026, 3, 1, 0, 30, tzinfo=dt.UTC).timestamp()  # half an hour into a day


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The lines that this process writes."""
    written: list[str] = []
    monkeypatch.setattr(observability, "line_sink", written.append)
    yield written
    forget_secrets()


def record(at: float, **members: Any) -> dict[str, Any]:
    """The record of an invocation at that moment."""
    moment = dt.datetime.fromtimestamp(at, dt.UTC).isoformat().replace("+00:00", "Z")
    facts = {
        "request_id": f"req_{ULID.from_timestamp(at)}",
        "at": moment,
        "integration": "shop",
        "action": "read",
        "version": 1,
        "connection": "default",
        "status": 200,
        "code": None,
        "outcome": "succeeded",
        "duration_ms": 12,
        "upstream": None,
        "request": {"method": "GET", "url": "https://x/", "headers": []},
        "sizes": {},
        "output_valid": None,
        "dry_run": False,
        "key_id": "abcdefgh",
        "idempotency_key": None,
        "answered_from": None,
        "replay_of": None,
    }
    return facts | members


def event(*messages: str) -> dict[str, Any]:
    """What CloudWatch Logs hands over."""
    payload = {"messageType": "DATA_MESSAGE", "logEvents": [{"message": one} for one in messages]}
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(payload).encode())).decode()}}


def store(*records: dict[str, Any], workspace: str = "default", now: float | None = None) -> int:
    lines = (json.dumps({"kind": "invocation", "workspace": workspace, **one}) for one in records)
    return log.store(event(*lines), now=lambda: time.time() if now is None else now)


def ids(records: list[dict[str, Any]]) -> list[str]:
    return [one["request_id"] for one in records]


def pages(wanted: log.Wanted, limit: int, workspace: str = "default", now: float = NOW) -> Iterator[list[str]]:
    """All pages of a list."""
    before = None
    while True:
        found, before = log.page(workspace, wanted, limit=limit, before=before, now=now)
        yield ids(found)
        if before is None:
            return


# --- through the API --------------------------------------------------------------------------------------------------


def test_an_invocation_is_found_by_its_request_id(api: Api, aws: LocalAws, wire: Wire) -> None:
    open_shop(api, wire, auth="query")
    add(api, "search", bindings={"q": "query", "token": "query"})
    got = call(api, "search", {"q": "a b", "token": "mine"})
    aws.drain()
    found = api.ok("GET", f"/invocations/{got.headers['Request-Id']}")
    assert found["request_id"] == got.headers["Request-Id"]
    assert (found["integration"], found["action"], found["version"]) == ("shop", "search", 1)
    assert (found["connection"], found["status"], found["code"]) == ("default", 200, None)
    assert (found["outcome"], found["dry_run"], found["replay_of"]) == ("succeeded", False, None)
    assert found["upstream"]["status"] == 200
    assert found["request"]["method"] == "GET"
    assert found["request"]["url"] == f"{wire.url}/v1/search?q=a%20b&token={REDACTED}&api_key={REDACTED}"
    assert found["sizes"] == {"input": len(b'{"q": "a b", "token": "mine"}'), "request": 0, "response": 2}
    assert found["key_id"] == str(api.key).split("_")[2]
    assert "canary" not in json.dumps(found)
    assert "body" not in found["request"]  # B5


def test_the_attempts_of_a_failed_call_are_kept(api: Api, aws: LocalAws, wire: Wire) -> None:
    wire.reply = lambda seen: answer(b"oops", status="500 Oops")
    open_shop(api, wire)
    ids_ = [call(api, "write", {"name": "x"}).headers["Request-Id"], call(api, "write", {"x": 1}).headers["Request-Id"]]
    aws.drain()
    failed, refused = (api.ok("GET", f"/invocations/{one}") for one in ids_)
    assert (failed["status"], failed["code"], failed["outcome"]) == (502, "upstream_failed", "unknown")
    assert failed["upstream"]["attempts"][0]["status"] == 500
    assert (failed["sizes"]["request"], failed["sizes"]["response"]) == (len(b'{"name":"x"}'), 4)
    assert (refused["status"], refused["code"], refused["outcome"]) == (422, "invalid_input", "failed")
    assert (refused["upstream"], refused["request"]) == (None, None)


def test_a_key_shows_when_it_was_last_used(api: Api, aws: LocalAws, wire: Wire) -> None:
    open_shop(api, wire)
    call(api)
    aws.drain()
    key = ApiKeyRow.get(str(api.key).split("_")[2])
    assert abs((dt.datetime.now(dt.UTC) - key.last_used_at).total_seconds()) < 60


def test_an_invocation_on_its_way_says_come_back(api: Api) -> None:
    got = api.get(f"/invocations/{new_request_id()}")
    assert (got.status, got.json["code"], got.headers["Retry-After"]) == (404, "not_recorded_yet", "2")


@pytest.mark.parametrize(
    "request_id",
    ["req_01ARZ3NDEKTSV4RRFFQ69G5FAV", "req_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "req_ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "req_", "x"],
)
def test_an_id_that_never_was_is_not_found(api: Api, request_id: str) -> None:
    got = api.get(f"/invocations/{request_id}")
    assert (got.status, got.json["code"]) == (404, "invocation_not_found")


def test_calls_without_a_key_and_dry_runs_and_unrecorded_ones_leave_nothing(
    api: Api, aws: LocalAws, wire: Wire
) -> None:
    open_shop(api, wire)
    api.as_key(None).post("/actions/shop/read", {})
    api.post("/actions/shop/read?dry_run=true", {})
    api.ok("PATCH", "/integrations/shop", {"policy": {"record": "none"}})
    call(api)
    aws.drain()
    assert api.ok("GET", "/invocations")["data"] == []


def test_a_call_of_something_with_an_endless_name_is_recorded_briefly(api: Api, aws: LocalAws) -> None:  # D9
    got = api.post(f"/actions/{'x' * 3000}/{'y' * 3000}", {})
    aws.drain()
    found = api.ok("GET", f"/invocations/{got.headers['Request-Id']}")
    assert (found["integration"], found["action"]) == ("x" * 64, "y" * 64)


def test_the_log_is_listed_filtered_and_paged(api: Api, aws: LocalAws, wire: Wire) -> None:
    open_shop(api, wire)
    add(api, "other")
    made = [call(api, name).headers["Request-Id"] for name in ("read", "other", "read", "missing", "read")]
    aws.drain()
    seen, cursor = [], ""
    while True:
        page = api.ok("GET", f"/invocations?limit=2{cursor}")
        seen += ids(page["data"])
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == list(reversed(made))
    assert ids(api.ok("GET", "/invocations?action=other")["data"]) == [made[1]]
    assert ids(api.ok("GET", "/invocations?integration=shop&status=404")["data"]) == [made[3]]
    assert ids(api.ok("GET", "/invocations?code=action_not_found")["data"]) == [made[3]]
    assert ids(api.ok("GET", "/invocations?connection=nobody")["data"]) == []


@pytest.mark.parametrize(
    "query",
    [
        "since=2999-01-01T00:00:00Z",
        "until=1970-01-01T00:00:00Z",
        "until=0001-01-01T00:00:00Z",
        "since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59Z",
        "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
    ],
)
def test_no_span_of_time_is_an_error_or_takes_long(api: Api, query: str) -> None:  # D9
    for more in ("", "&integration=shop", "&code=x"):
        assert api.ok("GET", f"/invocations?{query}{more}") == {"data": [], "next_cursor": None}


def test_a_key_for_one_integration_sees_no_other_calls(api: Api, aws: LocalAws) -> None:  # F4
    now = time.time()
    mine, other = record(now), record(now, integration="other")
    store(mine, other)
    body = {"name": "a", "scopes": ["registry:read"], "integrations": ["shop"]}
    limited = api.as_key(api.ok("POST", "/api-keys", body)["key"])
    assert ids(limited.ok("GET", "/invocations")["data"]) == ids([mine])
    unseen = limited.get(f"/invocations/{other['request_id']}")
    unknown = limited.get("/invocations/req_01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert (unseen.status, unseen.json["code"]) == (unknown.status, unknown.json["code"])


# --- the store --------------------------------------------------------------------------------------------------------


def test_a_second_delivery_changes_nothing(aws: LocalAws) -> None:  # G7
    one = record(NOW)
    assert store(one) == 1
    assert store(one, one) == 2
    assert list(pages(log.Wanted(), 10)) == [ids([one])]


def test_lines_that_are_no_invocations_are_passed_over(aws: LocalAws, lines: list[str]) -> None:
    one = json.dumps({"kind": "invocation", "workspace": "default", **record(NOW)})
    assert log.store(event("not json", "[]", '{"kind": "metric"}', one)) == 1
    assert log.store({"awslogs": {"data": base64.b64encode(gzip.compress(b'{"messageType": "CONTROL_MESSAGE"}'))}}) == 0
    assert "not JSON" in json.loads(lines[0])["message"]


def test_a_record_expires_though_dynamodb_is_late(aws: LocalAws) -> None:  # B5
    one = record(NOW)
    store(one)
    row = InvocationRow.find(log._bucket("default", one["request_id"][4:]), one["request_id"][4:])
    assert row is not None
    assert row.expires_at == int(NOW + Caps.INVOCATION_TTL_S)
    last = NOW + Caps.INVOCATION_TTL_S
    assert log.get("default", one["request_id"], now=last - 1)["request_id"] == one["request_id"]
    with pytest.raises(InvocationNotFound):
        log.get("default", one["request_id"], now=last)
    assert list(pages(log.Wanted(), 10, now=last)) == [[]]
    assert list(pages(log.Wanted(integration="shop"), 10, now=last)) == [[]]


@pytest.mark.parametrize(
    ("age_s", "error"),
    [(0, NotRecordedYet), (299, NotRecordedYet), (-60, NotRecordedYet), (301, InvocationNotFound)],
)
def test_only_a_young_id_may_be_on_its_way(aws: LocalAws, age_s: float, error: type[Exception]) -> None:
    with pytest.raises(error):
        log.get("default", f"req_{ULID.from_timestamp(NOW - age_s)}", now=NOW)


def test_workspaces_see_their_own_calls(aws: LocalAws) -> None:  # F4
    mine, theirs = record(NOW), record(NOW)
    store(mine)
    store(theirs, workspace="other")
    assert list(pages(log.Wanted(), 10)) == [ids([mine])]
    with pytest.raises(InvocationNotFound):
        log.get("default", theirs["request_id"], now=NOW + 1000)


@pytest.mark.parametrize(
    "wanted", [log.Wanted(), log.Wanted(integration="shop"), log.Wanted(failed=True, code="upstream_failed")]
)
def test_pages_go_back_over_days_and_shards_and_miss_nothing(aws: LocalAws, wanted: log.Wanted) -> None:
    moments = [NOW - n * 3_600 for n in range(60)]  # two days and a half, the latest first
    records = [record(at, status=502, code="upstream_failed") for at in moments]
    store(*records)
    found = list(pages(wanted, 7))
    assert [one for page in found for one in page] == ids(records)
    assert all(len(page) == 7 for page in found[:-1])


def test_since_and_until_are_inclusive(aws: LocalAws) -> None:
    records = [record(NOW - n) for n in range(5)]
    store(*records)
    since, until = (dt.datetime.fromtimestamp(NOW - n, dt.UTC) for n in (3, 1))
    for wanted in (log.Wanted(since=since, until=until), log.Wanted(integration="shop", since=since, until=until)):
        assert list(pages(wanted, 10)) == [ids(records[1:4])]


def test_a_filtered_page_looks_at_a_bounded_number_of_rows(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_LOOKED_AT", 10)
    records = [record(NOW - n, action="rare" if n == 25 else "common") for n in range(30)]
    store(*records)
    found = list(pages(log.Wanted(action="rare"), 5))
    assert found == [[], [], ids([records[25]])]


# --- the line ---------------------------------------------------------------------------------------------------------


def test_a_record_is_one_short_line_without_secrets(lines: list[str]) -> None:  # B3 F13
    guard_secrets([SECRET])
    log.emit(record(NOW, action=f"a\n{SECRET}"), "default")
    (line,) = lines
    assert "\n" not in line
    assert json.loads(line)["action"] == f"a\n{REDACTED}"


@pytest.mark.parametrize("request_", [{"method": "GET", "url": "x" * 100_000, "headers": [["a", "b"]]}, None])
def test_a_record_that_would_be_too_long_loses_its_request(lines: list[str], request_: dict[str, Any] | None) -> None:
    log.emit(record(NOW, request=request_, code=None if request_ else "x" * 70_000), "default")
    found = json.loads(lines[0])
    assert (found["request"]["url"], found["request"]["headers"]) == ("(too long)", [])
    assert found["request_id"].startswith("req_")


def test_a_batch_is_written_in_transactions_as_large_as_dynamodb_takes(aws: LocalAws) -> None:
    sent: list[dict[str, Any]] = []

    def see(params: dict[str, Any], **_: Any) -> None:
        sent.append(json.loads(params["body"]))

    url = "https://x/?" + "q" * 60_000
    plain = [record(NOW + n) for n in range(150)]
    various = [record(NOW + n, action=f"read-{n}") for n in range(60)]
    long = [record(NOW + n, request={"method": "GET", "url": url, "headers": []}) for n in range(70)]
    events = client("dynamodb").meta.events
    events.register("before-call.dynamodb.TransactWriteItems", see)
    try:
        assert store(*plain, *various, *long, now=NOW) == 280
    finally:
        events.unregister("before-call.dynamodb.TransactWriteItems", see)
    assert all(len(one["TransactItems"]) <= 100 and len(json.dumps(one)) < 4_000_000 for one in sent)
    assert [len(one["TransactItems"]) for one in sent] == [100, 100, 100, 48]
    hour = usage.Window.around(dt.datetime.fromtimestamp(NOW, dt.UTC), dt.datetime.fromtimestamp(NOW, dt.UTC), "hour")
    (counted,) = usage.read("default", None, hour, wanted=lambda name: name == "shop")["shop"]
    assert counted["calls"] == 280
    assert sum(map(len, pages(log.Wanted(), 100))) == 280


def test_a_key_s_use_is_noted_to_the_minute(aws: LocalAws) -> None:
    row, _ = api_keys.issue("default", "used", ["invoke"])
    seen = []
    for at in (NOW, NOW + 59, NOW + 61, NOW + 5):
        store(record(at, key_id=row.key_id))
        seen.append(ApiKeyRow.get(row.key_id).last_used_at.timestamp() - NOW)
    assert seen == [0, 0, 61, 61]


def test_a_use_that_could_not_be_noted_is_noted_when_the_event_comes_again(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = api_keys.issue("default", "used", ["invoke"])
    with monkeypatch.context() as failing:
        failing.setattr(ApiKeyRow, "_get_connection", Mock(side_effect=ConnectionError))
        with pytest.raises(ConnectionError):
            store(one := record(NOW, key_id=row.key_id))
    store(one)
    assert ApiKeyRow.get(row.key_id).last_used_at.timestamp() == NOW


def test_an_earlier_use_that_another_process_stores_later_is_not_the_last_one(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = api_keys.issue("default", "used", ["invoke"])
    for at in (NOW + 100, NOW):
        monkeypatch.setattr(log, "_noted", {})
        store(record(at, key_id=row.key_id))
        assert ApiKeyRow.get(row.key_id).last_used_at.timestamp() == NOW + 100


def test_a_key_that_was_revoked_meanwhile_is_not_made_anew(aws: LocalAws) -> None:
    store(record(NOW, key_id="gone0000"))
    assert ApiKeyRow.find("gone0000") is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("integration=shop", [0, 1, 2]),
        ("integration=other", []),
        ("action=read", [0]),
        ("connection=default", [0, 1, 2]),
        ("connection=second", []),
        ("status=200", [0]),
        ("status=502", [1]),
        ("code=upstream_failed", [1]),
        ("outcome=succeeded", [0]),
        ("outcome=failed", [2]),
        ("outcome=unknown", [1]),
        ("since=2026-01-01T00:00:00Z", [0, 1, 2]),
        ("until=2026-01-01T00:00:00Z", []),
        ("action=write&status=422", [2]),
    ],
)
def test_every_filter_of_the_log_narrows_it(api: Api, aws: LocalAws, wire: Wire, query: str, found: list[int]) -> None:
    wire.reply = lambda seen: answer(status="500 Oops") if seen.line.startswith(b"POST") else answer()
    open_shop(api, wire)
    made = [call(api), call(api, "write", {"name": "x"}), call(api, "write", {"x": 1})]
    aws.drain()
    expected = [made[n].headers["Request-Id"] for n in reversed(found)]
    assert ids(api.ok("GET", f"/invocations?{query}")["data"]) == expected
