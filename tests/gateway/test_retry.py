"""Trying again: only where it is safe and can help, and never for longer than the caller allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.egress import Answer, CallFailed
from chalicelib.gateway import rate_limits, retry, verdicts
from chalicelib.gateway.rate_limits import Limit
from chalicelib.gateway.retry import Budget, Pace, Try
from chalicelib.registry.profile import BodyRule, Profile, RateLimits, Window
from infra.local.demo import DemoServer
from tests.client import Api
from tests.world import add_action, add_shop, connect

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


@dataclass
class Time:
    """A clock that only sleeping moves."""

    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def pace(self, chance: Callable[[float, float], float] = lambda low, high: high) -> Pace:
        return Pace(clock=lambda: self.now, sleep=self.sleep, chance=chance)


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    return Answer(status, tuple((name.replace("_", "-"), value) for name, value in headers.items()), body)


def run(
    results: list[Answer | CallFailed], *, repeatable: bool, seconds: float = 25.0, clock: Time | None = None
) -> tuple[Try, list[dict[str, Any]], Time]:
    clock = clock or Time()
    left = iter(results)

    def send(_: float) -> Try:
        result = next(left)
        verdict = None
        if isinstance(result, Answer):
            verdict = verdicts.judge(result, Profile(), now=NOW)
        return retry.judge(result, verdict, is_repeatable=repeatable)

    last, story = retry.run(send, deadline=clock.now + seconds, budget=Budget(), pace=clock.pace())
    return last, story, clock


def test_a_read_is_tried_three_times_with_growing_waits() -> None:  # G4
    last, story, clock = run([answer(503), answer(502), answer(503)], repeatable=True)
    assert [one.get("reason") for one in story] == ["http_503", "http_502", "http_503"]
    assert clock.slept == [0.4, 0.8]
    assert [one.get("wait_ms") for one in story] == [400, 800, None]
    assert isinstance(last.result, Answer)


def test_a_good_answer_ends_it() -> None:
    _, story, clock = run([answer(503), answer(200), answer(500)], repeatable=True)
    assert [one["status"] for one in story] == [503, 200]
    assert len(clock.slept) == 1


@pytest.mark.parametrize("status", [500, 501, 400, 401, 404, 409, 422, 301])
def test_what_a_repetition_cannot_help_is_not_repeated(status: int) -> None:
    _, story, _ = run([answer(status), answer(200)], repeatable=True)
    assert len(story) == 1


@pytest.mark.parametrize(
    ("result", "attempts"),
    [
        (answer(503), 1),
        (answer(503, retry_after="1"), 1),
        (answer(500), 1),
        (CallFailed("broken", "x", sent=True), 1),
        (CallFailed("timeout", "x", sent=True), 1),
        (CallFailed("connect_error", "x", sent=False), 2),
        (CallFailed("dns_error", "x", sent=False), 2),
        (CallFailed("timeout", "x", sent=False), 2),
        (answer(429), 2),
        (answer(429, retry_after="1"), 2),
    ],
)
def test_a_write_is_repeated_only_where_it_did_not_happen(result: Answer | CallFailed, attempts: int) -> None:  # G3
    _, story, _ = run([result, answer(201)], repeatable=False)
    assert len(story) == attempts


def test_a_lost_answer_is_asked_for_again_where_that_is_harmless() -> None:
    _, story, _ = run([CallFailed("broken", "x", sent=True), answer(200)], repeatable=True)
    assert [one.get("reason") for one in story] == ["broken", None]


def test_bad_tls_is_never_tried_again() -> None:
    _, story, _ = run([CallFailed("tls_error", "x", sent=False), answer(200)], repeatable=True)
    assert len(story) == 1


def test_what_the_upstream_asks_for_is_respected() -> None:
    _, story, clock = run([answer(429, retry_after="3"), answer(200)], repeatable=True)
    assert clock.slept == [3.0]
    assert (story[0]["reason"], story[0]["wait_ms"]) == ("rate_limited", 3_000)


@pytest.mark.parametrize("asked", ["11", "3600", "999999999999", "1e9", "Fri, 31 Dec 2099 23:59:59 GMT"])
def test_a_wait_that_is_too_long_is_returned_and_not_slept(asked: str) -> None:  # G5
    last, story, clock = run([answer(429, retry_after=asked), answer(200)], repeatable=True)
    if asked == "1e9":  # not a number as RFC 9110 has it: our own backoff
        assert sum(clock.slept) <= 5
    else:
        assert (len(story), clock.slept) == (1, [])
        assert last.verdict is not None and last.verdict.limit.wait_s is not None
        assert 10 < last.verdict.limit.wait_s <= 3_600


def test_a_wait_that_does_not_fit_the_deadline_is_not_slept() -> None:
    _, story, clock = run([answer(429, retry_after="3"), answer(200)], repeatable=True, seconds=2.5)
    assert (len(story), clock.slept) == (1, [])


@given(st.lists(st.sampled_from([200, 429, 500, 502, 503, 504]), min_size=3, max_size=3), st.floats(0.1, 25))
def test_nothing_is_tried_more_than_three_times_or_beyond_the_deadline(statuses: list[int], seconds: float) -> None:
    _, story, clock = run([answer(status) for status in statuses], repeatable=True, seconds=seconds)
    assert len(story) <= 3
    assert sum(clock.slept) < seconds


def test_retries_are_a_fifth_of_the_calls_at_most() -> None:  # G4
    budget = Budget()
    for _ in range(100):
        budget.count_call(0.0)
    assert sum(budget.take(1.0) for _ in range(100)) == 20
    assert budget.take(62.0)


@pytest.mark.parametrize(
    ("unit", "text", "seconds"),
    [
        ("delta_s", "30", 30.0),
        ("delta_s", "1.5", 1.5),
        ("delta_ms", "1500", 1.5),
        ("epoch_s", str(int(NOW.timestamp()) + 60), 60.0),
        ("epoch_ms", str(int(NOW.timestamp() * 1000) + 2_500), 2.5),
        ("iso", "2026-11-24T12:00:10Z", 10.0),
        ("iso", "2026-11-24T12:00:10", 10.0),
        ("duration", "6m0s", 360.0),
        ("duration", "1h2m3s", 3_600.0),
        ("duration", "20ms", 0.02),
        ("duration", "1.5s", 1.5),
        ("epoch_s", "60", 0.0),
        ("delta_s", "99999999", 3_600.0),
        ("delta_s", "-5", None),
        ("delta_s", "soon", None),
        ("delta_s", "٣", None),
        ("delta_s", "9" * 10_000, None),
        ("iso", "yesterday", None),
    ],
)
def test_a_reset_is_read_in_its_declared_unit(unit: Any, text: str, seconds: float | None) -> None:  # G5
    found = rate_limits.reset_s(text, Window(reset="X-Reset", unit=unit), NOW)
    assert found == (None if seconds is None else pytest.approx(seconds, abs=0.01))


def test_of_several_windows_the_longest_used_up_one_counts() -> None:
    profile = RateLimits(
        statuses=(429, 403),
        windows=(
            Window(remaining="X-Minute-Left", reset="X-Minute-Reset", unit="delta_s"),
            Window(remaining="X-Day-Left", reset="X-Day-Reset", unit="delta_s"),
        ),
    )
    told = {"X_Minute_Left": "0", "X_Minute_Reset": "20", "X_Day_Left": "0", "X_Day_Reset": "900"}
    assert rate_limits.read(answer(403, **told), profile, now=NOW) == Limit(True, 0, 900.0, 900.0)
    told["X_Day_Left"] = "5"
    assert rate_limits.read(answer(403, **told), profile, now=NOW) == Limit(True, 0, 20.0, 20.0)
    told["X_Minute_Left"] = "7"
    assert rate_limits.read(answer(403, **told), profile, now=NOW).is_hit is False
    good = rate_limits.read(answer(200, **told), profile, now=NOW)
    assert (good.is_hit, good.facts()) == (False, {"remaining": 5, "reset_s": 900})


def test_a_limit_that_hides_in_a_body_is_found() -> None:
    profile = RateLimits(body=BodyRule(pointer="/errors/0/code", values=("RATELIMITED",)))
    hidden = answer(200, b'{"errors": [{"code": "RATELIMITED"}]}')
    assert rate_limits.read(hidden, profile, now=NOW).is_hit
    for body in (b'{"errors": []}', b"[]", b"not json", b'{"errors": [{"code": "OTHER"}]}'):
        assert not rate_limits.read(answer(200, body), profile, now=NOW).is_hit


def test_a_failing_upstream_is_tried_again_for_a_read_and_not_for_a_write(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    connect(api)
    add_action(api)
    add_action(api, name="create-pet")
    switches = {"method": "PUT", "path": "/switches", "behaviour": "update", "body_media_type": "application/json"}
    properties = {"fail_next": {"type": "integer"}, "rate_limit_next": {"type": "integer"}}
    schema = {"type": "object", "properties": properties}
    bindings = {name: {"in": "body", "name": name} for name in properties}
    api.ok("PUT", "/actions/shop/set", {**switches, "input_schema": schema, "bindings": bindings})
    api.ok("POST", "/actions/shop/set", {"fail_next": 2})
    meta = api.ok("POST", "/actions/shop/get-pet", {"pet_id": 1})["meta"]
    assert [one["status"] for one in meta["upstream"]["attempts"]] == [503, 503, 200]
    api.ok("POST", "/actions/shop/set", {"fail_next": 1})
    failed = api.post("/actions/shop/create-pet", {"name": "Bo"})
    assert (failed.status, failed.json["outcome"]) == (502, "unknown")
    assert len(failed.json["upstream"]["attempts"]) == 1
    api.ok("POST", "/actions/shop/set", {"rate_limit_next": 1})
    made = api.ok("POST", "/actions/shop/create-pet", {"name": "Bo"})
    assert [one["status"] for one in made["meta"]["upstream"]["attempts"]] == [429, 201]


def test_a_declared_idempotency_header_makes_a_write_repeatable(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    connect(api)
    add_action(api, name="create-pet", idempotency_header="Idempotency-Key")
    import requests

    key = {"X-Api-Key": "demo-key-1234567890"}
    requests.put(f"{demo.url}/v1/switches", json={"fail_next": 1}, headers=key, timeout=10).raise_for_status()
    made = api.post("/actions/shop/create-pet", {"name": "Bo"}, headers={"Idempotency-Key": "mine-1"})
    assert [one["status"] for one in made.json["meta"]["upstream"]["attempts"]] == [503, 201]
    seen = requests.get(f"{demo.url}/_requests", timeout=10).json()["data"]
    assert [one["headers"].get("idempotency-key") for one in seen if one["path"] == "/v1/pets"] == ["mine-1", "mine-1"]
    requests.delete(f"{demo.url}/_requests", timeout=10).raise_for_status()
    unnamed = api.ok("POST", "/actions/shop/create-pet", {"name": "Bo"})
    (sent,) = requests.get(f"{demo.url}/_requests", timeout=10).json()["data"]
    assert sent["headers"]["idempotency-key"] == unnamed["meta"]["request_id"]
    assert api.post("/actions/shop/create-pet", {"name": "x"}, headers={"Idempotency-Key": "é"}).status == 400
