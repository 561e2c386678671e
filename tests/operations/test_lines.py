"""What ties lines together: every line of a call carries our request id, the trace's, API Gateway's and Lambda's."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import pytest

from chalicelib import observability
from chalicelib.observability import METRICS, call_of, emit_line, emit_metrics, logger, trace_id
from infra.local.demo import DemoServer
from infra.local.standin import LocalAws
from tests import metrics
from tests.client import Api
from tests.world import add_action, add_shop, connect

TRACE = "1-5759e988-bd862e3fe1be46a994272793"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The lines that are written, decoded; records of invocations still go where they go."""
    found: list[dict[str, Any]] = []
    onward = observability.line_sink

    def sink(line: str) -> None:
        found.append(json.loads(line))
        onward(line)

    monkeypatch.setattr(observability, "line_sink", sink)
    return found


def test_the_line_of_a_crash_leads_from_the_answer_to_the_trace(
    api: Api, written: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.registry import integrations

    def crash(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(integrations, "get", crash)
    answer = api.get("/integrations/shop")
    assert answer.status == 500
    (line,) = [one for one in written if one.get("level") == "ERROR"]
    assert line["request_id"] == answer.headers["Request-Id"]
    assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", line["trace_id"])
    assert line["gateway_request_id"].replace("-", "").startswith(line["trace_id"].split("-")[2])
    assert line["function_request_id"]
    assert "xray_trace_id" not in line


def test_what_lambda_says_of_the_trace_goes_before_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    header = "Self=1-6759e988-aaaaaaaaaaaaaaaaaaaaaaaa;Root=1-6759e988-bd862e3fe1be46a994272793;Sampled=0"
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    assert trace_id() is None
    assert trace_id(header) == "1-6759e988-bd862e3fe1be46a994272793"
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1")
    assert trace_id(header) == TRACE


@pytest.mark.parametrize("header", ["", "Root=", f"Root={TRACE}0", f"Root={TRACE[:-1]}\n", 'Root=1-"x', "x" * 9_999])
def test_what_is_no_trace_id_goes_into_no_line(header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    assert trace_id(header) is None


def test_an_invocation_is_recorded_with_its_trace(
    api: Api, aws: LocalAws, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_shop(api, demo)
    connect(api)
    add_action(api)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE};Sampled=0")
    called = api.post("/actions/shop/get-pet", {"pet_id": 1})
    assert called.status == 200, called.json
    aws.drain()
    record = api.ok("GET", f"/invocations/{called.headers['Request-Id']}")
    assert record["trace_id"] == TRACE


def test_lines_of_a_worker_carry_lambdas_id(
    api: Api, aws: LocalAws, written: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.registry import sweep

    monkeypatch.setattr(sweep, "sweep", lambda **_: logger.warning("seen") or {})
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE};Sampled=0")
    aws.fire("sweep")
    (line,) = [one for one in written if one.get("message") == "seen"]
    assert line["trace_id"] == TRACE
    assert len(line["function_request_id"]) == 36
    assert "request_id" not in line


def test_one_calls_ids_are_not_on_anothers_lines(written: list[dict[str, Any]]) -> None:
    inside, done = threading.Event(), threading.Event()

    def other() -> None:
        inside.wait(5)
        logger.warning("other")
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with call_of(request_id="req_1", trace_id=None):
        inside.set()
        assert done.wait(5)
        logger.warning("mine")
    logger.warning("after")
    emit_line("{}")
    thread.join()
    by_message = {one["message"]: one for one in written if "message" in one}
    assert by_message["mine"]["request_id"] == "req_1"
    assert "trace_id" not in by_message["mine"]
    assert "request_id" not in by_message["other"]
    assert "request_id" not in by_message["after"]


def test_a_line_of_metrics_names_the_request_and_is_not_counted_by_it(written: list[dict[str, Any]]) -> None:
    with call_of(request_id="req_1", trace_id=TRACE):
        emit_metrics({"refreshes": 1}, {"integration": "shop"})
    (line,) = written
    assert (line["request_id"], line["trace_id"]) == ("req_1", TRACE)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert not {"request_id", "trace_id"} & {name for names in directive["Dimensions"] for name in names}


def test_every_metric_that_is_emitted_is_explained_and_the_other_way_round() -> None:
    assert {one.name for one in metrics.emitted()} == set(METRICS)
