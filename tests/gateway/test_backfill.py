"""Filling the invocation log again from the lines as they were written."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest

from chalicelib.gateway import backfill
from chalicelib.gateway.tables import InvocationRow
from infra.local import backends
from infra.local.standin import LocalAws
from tests.client import Api
from tests.egress.wire import Wire
from tests.gateway.shop import add, call, open_shop
from tests.gateway.test_log import record


def _write(*records: dict[str, Any], workspace: str = "default", at: float | None = None) -> None:
    """Lines in the log group that nobody has delivered."""
    from moto.logs.models import LogEvent

    group = backends.logs().groups[backfill.group()]
    if "test" not in group.streams:
        group.create_log_stream("test")
    for one in records:
        line = json.dumps({"kind": "invocation", "workspace": workspace, **one})
        moment = int((time.time() if at is None else at) * 1_000)
        group.streams["test"].events.append(LogEvent(moment, {"timestamp": moment, "message": line}))


def _stretch(seconds: float = 3_600, **members: Any) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC)
    return {"since": (now - dt.timedelta(seconds=seconds)).isoformat(), "until": now.isoformat(), **members}


def _is_recorded(api: Api, request_id: str) -> bool:
    return api.get(f"/invocations/{request_id}").status == 200


def test_what_a_delivery_lost_is_read_again(api: Api, aws: LocalAws, wire: Wire) -> None:
    open_shop(api, wire)
    add(api, "read")
    ids = [call(api, "read", {}).headers["Request-Id"] for _ in range(3)]
    aws.drain()
    for row in list(InvocationRow.scan()):
        row.delete()
    assert not any(_is_recorded(api, one) for one in ids)
    done = api.ok("POST", "/invocations/backfill", _stretch())
    assert done == {"lines": 3, "next_cursor": None}
    assert all(_is_recorded(api, one) for one in ids)
    again = api.ok("POST", "/invocations/backfill", _stretch())
    assert again["lines"] == 3
    assert len(list(InvocationRow.scan())) == 3


def test_only_lines_of_the_callers_workspace_and_of_the_stretch_are_read(api: Api, root: Api, aws: LocalAws) -> None:
    now = time.time()
    mine, early, foreign = record(now), record(now), record(now)
    _write(mine)
    _write(early, at=now - 7_200)
    _write(foreign, workspace="other")
    assert api.ok("POST", "/invocations/backfill", _stretch())["lines"] == 1
    assert _is_recorded(api, mine["request_id"])
    assert {row.record["request_id"] for row in InvocationRow.scan()} == {mine["request_id"]}


def test_what_does_not_fit_into_one_call_goes_on_by_its_cursor(
    api: Api, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "_AT_ONCE", 2)
    whole = backfill.fill
    monkeypatch.setattr(backfill, "fill", lambda event, **_: whole(event, has_time=lambda: False))
    _write(*(record(time.time()) for _ in range(5)))
    stretch, seen, cursor = _stretch(), [], None
    while True:
        done = api.ok("POST", "/invocations/backfill", {**stretch, "cursor": cursor})
        seen.append(done["lines"])
        cursor = done["next_cursor"]
        if cursor is None:
            break
        elsewhere = api.post("/invocations/backfill", {**_stretch(60), "cursor": cursor})
        assert (elsewhere.status, elsewhere.json["code"]) == (400, "invalid_cursor")
    assert seen == [2, 2, 1]
    assert len(list(InvocationRow.scan())) == 5


def test_what_has_expired_does_not_come_back(api: Api, aws: LocalAws) -> None:
    old = time.time() - 8 * 86_400
    _write(record(old), at=old)
    assert api.ok("POST", "/invocations/backfill", _stretch(30 * 86_400))["lines"] == 0


def test_a_reader_that_fails_is_our_fault_and_says_where_to_look(
    api: Api, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr(backfill, "fill", broken)
    answer = api.post("/invocations/backfill", _stretch())
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert "canary" not in answer.body.decode()


@pytest.mark.parametrize("body", [{}, {"since": "2026-01-01"}, {"since": "x", "until": "y"}, _stretch(limit=1)])
def test_a_stretch_that_is_none_is_refused(api: Api, body: dict[str, Any]) -> None:
    assert api.post("/invocations/backfill", body).status == 422
