"""`/usage`: each call counts once, whoever delivers it how often, and a page over all integrations is one request."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import aws as real_aws
from chalicelib.auth import api_keys
from chalicelib.gateway import log, usage
from chalicelib.gateway.tables import InvocationRow, UsageRow
from infra.local.demo import DemoServer
from infra.local.endpoint import Endpoint
from infra.local.standin import LocalAws
from tests.aws_calls import AwsCalls
from tests.client import Api
from tests.conftest import ROOT
from tests.gateway.test_log import event, record
from tests.world import add_action, add_shop, connect

NOW = time.time()


def recorded(at: float = NOW, **members: Any) -> dict[str, Any]:
    return {"kind": "invocation", "workspace": "default"} | record(at, **members)


def failed(status: int, code: str, **members: Any) -> dict[str, Any]:
    return recorded(status=status, code=code, outcome="failed", **members)


def store(*records: dict[str, Any]) -> int:
    return log.store(event(*map(json.dumps, records)), pause=lambda _: None)


def names(report: dict[str, Any]) -> list[str]:
    return [row["action"] or row["integration"] for row in report["data"]]


# --- the whole way ----------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(api: Api, demo: DemoServer) -> Api:
    add_shop(api, demo)
    add_action(api)
    connect(api)
    return api


def test_calls_are_counted_by_integration_and_by_action(shop: Api, aws: LocalAws) -> None:
    add_action(shop, name="create-pet")
    for body in ({"pet_id": 1}, {"pet_id": 1}, {"pet_id": 0}, {"pet_id": 999_999}):
        shop.post("/actions/shop/get-pet", body)
    shop.post("/actions/shop/create-pet", {"name": "Bo"})
    shop.post("/actions/shop/get-pet?dry_run=true", {"pet_id": 1})
    shop.post("/actions/shop/never-was", {})
    aws.drain()
    report = shop.ok("GET", "/usage")
    (whole,) = report["data"]
    assert (whole["integration"], whole["action"], whole["calls"]) == ("shop", None, 5)
    assert whole["errors"] == {"caller": 1, "upstream": 1, "gateway": 0}
    assert report["total"] == {name: whole[name] for name in report["total"]}
    assert len(report["times"]) == 24 == len(whole["series"]["calls"])
    assert sum(whole["series"]["calls"]) == 5
    assert sum(whole["series"]["errors"]) == 2
    actions = shop.ok("GET", "/usage?integration=shop")
    assert [(row["action"], row["calls"]) for row in actions["data"]] == [("create-pet", 1), ("get-pet", 4)]
    assert actions["total"] == report["total"]
    (one,) = shop.ok("GET", "/usage?integration=shop&action=get-pet")["data"]
    assert (one["action"], one["calls"]) == ("get-pet", 4)


def test_a_page_over_all_integrations_is_one_query(api: Api, aws_calls: AwsCalls) -> None:
    store(*(recorded(integration=f"api-{n}", action=f"act-{n % 7}") for n in range(60)))
    aws_calls.forget()
    assert len(api.ok("GET", "/usage")["data"]) == 60
    assert aws_calls.made.count("Query") == 1  # besides the key's own item


# --- once -------------------------------------------------------------------------------------------------------------


def test_a_batch_that_is_delivered_twice_counts_once(api: Api) -> None:  # G7
    batch = [recorded(duration_ms=n) for n in range(50)]
    assert [store(*batch), store(*batch)] == [50, 50]
    store(*batch[10:], recorded())
    assert api.ok("GET", "/usage")["total"]["calls"] == 51
    assert api.ok("GET", "/usage?integration=shop")["total"]["calls"] == 51
    assert len(list(InvocationRow.scan())) == 51


def test_a_batch_is_counted_whole_or_not_at_all(api: Api) -> None:
    batch = [recorded() for _ in range(5)]
    client = real_aws.client("dynamodb")

    def lose(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "TransactWriteItems")

    client.meta.events.register("before-call.dynamodb.TransactWriteItems", lose)
    try:
        with pytest.raises(ClientError):
            store(*batch)
    finally:
        client.meta.events.unregister("before-call.dynamodb.TransactWriteItems", lose)
    assert api.ok("GET", "/usage")["total"]["calls"] == 0
    assert list(InvocationRow.scan()) == []
    store(*batch)
    assert api.ok("GET", "/usage")["total"]["calls"] == 5


@pytest.fixture
def conflicts() -> Iterator[list[int]]:
    """Holds how many of the next transactions another one stands in the way of."""
    left = [0]

    def collide(params: dict[str, Any], **_: Any) -> None:
        if left[0] > 0:
            left[0] -= 1
            items = json.loads(params["body"])["TransactItems"]
            reasons = [{"Code": "TransactionConflict" if "Update" in item else "None"} for item in items]
            told = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(told, "TransactWriteItems")  # type: ignore[arg-type]

    client = real_aws.client("dynamodb")
    client.meta.events.register("before-call.dynamodb.TransactWriteItems", collide)
    yield left
    client.meta.events.unregister("before-call.dynamodb.TransactWriteItems", collide)


def test_a_count_that_collides_goes_to_a_sibling_and_readers_add_it_up(api: Api, conflicts: list[int]) -> None:  # G8
    store(recorded())
    for number in range(1, 8):
        conflicts[0] = number
        store(recorded())
    slots = [row.slot for row in UsageRow.query("default#shop")]
    assert len(slots) > 1
    assert all(slot.split("#")[1] == "read" for slot in slots)
    (row,) = api.ok("GET", "/usage?integration=shop")["data"]
    assert (row["action"], row["calls"]) == ("read", 8)


def test_a_store_that_stays_busy_is_an_error_which_has_the_event_handed_over_again(
    api: Api, conflicts: list[int]
) -> None:
    conflicts[0] = 100
    with pytest.raises(ClientError):
        store(recorded())


_DELIVER = """
import json, sys
from chalicelib.gateway import log
for line in sys.stdin:
    log.store(json.loads(line))
"""


def test_processes_that_deliver_the_same_batches_at_once_count_each_call_once(api: Api) -> None:  # G7
    batches = [[recorded(action=f"act-{n % 3}") for n in range(20)] for _ in range(6)]
    events = [json.dumps(event(*map(json.dumps, batch))) for batch in batches]
    endpoint = Endpoint(0)
    environment = os.environ | {"AWS_ENDPOINT_URL": endpoint.url, "WAYGATE_STAGE": "local"}

    def deliver(order: list[str]) -> None:
        command = [sys.executable, "-c", _DELIVER]
        subprocess.run(command, cwd=ROOT, env=environment, input="\n".join(order), text=True, check=True, timeout=60)

    try:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(deliver, [events, events[::-1], events[3:] + events[:3]]))
    finally:
        endpoint.stop()
    report = api.ok("GET", "/usage?integration=shop")
    assert {row["action"]: row["calls"] for row in report["data"]} == {"act-0": 42, "act-1": 42, "act-2": 36}
    assert api.ok("GET", "/usage")["total"]["calls"] == 120


def test_what_has_left_the_log_is_not_counted_again(api: Api) -> None:
    old = recorded(NOW - 8 * 86_400)
    store(old)
    assert api.ok("GET", "/usage?bucket=day")["total"]["calls"] == 0


# --- what is told -----------------------------------------------------------------------------------------------------


def test_errors_are_told_by_whose_fault_they_were(api: Api) -> None:
    cases = {
        "caller": [(422, "invalid_input"), (429, "rate_limited"), (409, "needs_reauth"), (403, "egress_blocked")],
        "upstream": [
            *[(424, "upstream_refused"), (429, "upstream_rate_limited"), (502, "upstream_failed")],
            *[(503, "circuit_open"), (504, "upstream_timeout")],
        ],
        "gateway": [(500, "internal_error"), (503, "unavailable")],
    }
    store(*(failed(status, code) for found in cases.values() for status, code in found))
    assert api.ok("GET", "/usage")["total"]["errors"] == {fault: len(found) for fault, found in cases.items()}


def test_every_error_of_an_invocation_is_somebodys_fault() -> None:
    from chalicelib.errors import WaygateError, error_classes

    told = {error.code: usage.fault_of(error.status, error.code) for error in error_classes(WaygateError)}
    assert set(told.values()) == set(usage.FAULTS)
    assert all(fault == "upstream" for code, fault in told.items() if code.startswith("upstream_"))


def test_the_series_has_each_hour_and_days_add_hours_up(api: Api) -> None:
    hour = dt.datetime.fromtimestamp(NOW, dt.UTC).replace(minute=0, second=0, microsecond=0)
    for back, count in ((0, 1), (2, 3), (23, 2), (24, 5), (47, 7)):
        store(*(recorded((hour - dt.timedelta(hours=back)).timestamp(), duration_ms=100) for _ in range(count)))
    day = api.ok("GET", "/usage")
    expected = [2] + [0] * 20 + [3, 0, 1]
    assert day["total"]["series"]["calls"] == expected
    assert [p95 is None for p95 in day["total"]["series"]["p95_ms"]] == [count == 0 for count in expected]
    assert day["times"][-1] == hour.isoformat().replace("+00:00", ".000Z")
    longer = api.ok("GET", f"/usage?since={(hour - dt.timedelta(hours=47)).isoformat().replace('+00:00', 'Z')}")
    assert (longer["total"]["calls"], len(longer["times"])) == (18, 48)
    days = api.ok("GET", "/usage?bucket=day")
    assert (len(days["times"]), days["total"]["calls"]) == (30, 18)
    assert all(moment.endswith("T00:00:00.000Z") for moment in days["times"])
    assert sum(days["total"]["series"]["calls"]) == 18


def test_percentiles_are_of_all_buckets_together(api: Api) -> None:
    hours = (NOW - 3_600 * n for n in range(3))
    for at, duration in zip(hours, (10, 100, 1_000), strict=True):
        store(*(recorded(at, duration_ms=duration) for _ in range(10)))
    latency = api.ok("GET", "/usage")["total"]["latency_ms"]
    assert [latency["p50"], latency["p95"]] == [pytest.approx(100, rel=0.05), pytest.approx(1_000, rel=0.05)]


def test_actions_whose_names_begin_alike_stay_apart(api: Api) -> None:
    store(recorded(action="get"), recorded(action="get-pet"), recorded(integration="shop-2", action="get"))
    assert names(api.ok("GET", "/usage?integration=shop")) == ["get", "get-pet"]
    assert names(api.ok("GET", "/usage?integration=shop&action=get")) == ["get"]
    assert names(api.ok("GET", "/usage")) == ["shop", "shop-2"]


def test_a_limited_key_sees_its_integrations_alone_in_the_total_as_well(api: Api) -> None:  # F2
    store(recorded(), recorded(integration="theirs"), recorded(integration="theirs", action="secret"))
    limited = api.as_key(api_keys.issue("default", "k", ["registry:read"], integrations=["shop"])[1])
    report = limited.ok("GET", "/usage")
    assert (names(report), report["total"]["calls"]) == (["shop"], 1)
    hidden = limited.ok("GET", "/usage?integration=theirs")
    assert (hidden["data"], hidden["total"]["calls"]) == ([], 0)


@pytest.mark.parametrize(
    "query",
    [
        "action=read",
        "bucket=week",
        "since=yesterday",
        "since=2026-01-01T00:00:00",
        "since=2999-01-02T00:00:00Z&until=2999-01-01T00:00:00Z",
        "limit=5",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    assert api.get(f"/usage?{query}").status == 422


def test_more_hours_than_a_month_has_are_refused_with_what_to_do(api: Api) -> None:
    since = dt.datetime.fromtimestamp(NOW - 60 * 86_400, dt.UTC).isoformat().replace("+00:00", "Z")
    got = api.get(f"/usage?since={since}")
    assert (got.status, got.json["errors"][0]["pointer"]) == (422, "/since")
    assert "ask for days" in got.json["detail"]
    assert len(api.ok("GET", f"/usage?since={since}&bucket=day")["times"]) == 61


@pytest.mark.parametrize(
    "query",
    [
        "since=2999-01-01T00:00:00Z",
        "until=0001-01-01T00:00:00Z",
        "until=0001-01-01T00:00:00%2B14:00",
        "bucket=day&since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59-14:00",
        "bucket=day&until=9999-12-31T23:59:59Z",
    ],
)
def test_no_moment_is_an_error(api: Api, query: str) -> None:
    report = api.ok("GET", f"/usage?{query}")
    assert report["since"] < report["until"]
    assert report["data"] == []


def test_an_answer_of_too_many_items_says_what_to_do(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "ROWS", 2)
    store(*(recorded(action=f"act-{n}") for n in range(3)))
    got = api.get("/usage?integration=shop")
    assert (got.status, got.json["code"]) == (413, "too_large")
    assert "shorter" in got.json["suggested_fix"]


def test_an_hour_is_kept_for_90_days(api: Api) -> None:
    store(recorded())
    for row in itertools.chain(UsageRow.query("default"), UsageRow.query("default#shop")):
        assert NOW + 89 * 86_400 < row.expires_at < NOW + 91 * 86_400
