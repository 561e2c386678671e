"""An origin that keeps failing is left alone, by all processes together; one call finds out when it is well."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.gateway import breaker
from chalicelib.gateway.breaker_window import CALLS, SPAN_S, Window
from chalicelib.gateway.tables import BreakerRow
from tests.aws_calls import AwsCalls
from tests.client import Api
from tests.egress.wire import Wire, answer
from tests.gateway.conftest import Clock
from tests.gateway.processes import Process
from tests.gateway.shop import MEMBERS, SCHEMES, call, open_shop

DOWN = answer(b"{}", status="503 Down")
Start = Callable[[], Process]


@pytest.fixture
def shop(api: Api, wire: Wire, clock: Clock) -> Wire:
    """A shop that is well, and keeps no bodies."""
    open_shop(api, wire, policy={"record": "metadata"})
    return wire


def codes(api: Api, count: int, name: str = "read") -> list[str]:
    answers = [call(api, name) for _ in range(count)]
    return ["ok" if each.status == 200 else each.json["code"] for each in answers]


def break_it(api: Api, shop: Wire) -> None:
    """Until the breaker opens."""
    shop.reply = lambda seen: DOWN
    assert codes(api, 5) == ["upstream_failed"] * 5
    assert codes(api, 1) == ["circuit_open"]
    shop.requests.clear()


def state(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = api.ok("GET", "/integrations/shop")["breaker"]
    return found


# --- one process ------------------------------------------------------------------------------------------------------


def test_five_failures_open_it_and_a_refusal_makes_no_call(api: Api, shop: Wire) -> None:
    break_it(api, shop)
    refused = call(api)
    assert (refused.status, refused.json["code"], refused.headers["Retry-After"]) == (503, "circuit_open", "10")
    assert "waygate reset-breaker shop" in refused.json["suggested_fix"]
    assert shop.requests == []
    assert (state(api)["state"], state(api)["origins"]) == ("open", [shop.url])


def test_half_of_the_calls_failing_opens_it_and_less_does_not(api: Api, shop: Wire) -> None:
    shop.reply = lambda seen: DOWN if seen.target.endswith("write") else answer()
    assert codes(api, 7) == ["ok"] * 7
    assert codes(api, 6, "write") == ["upstream_failed"] * 6  # 6 of 13
    assert codes(api, 1) == ["ok"]
    assert codes(api, 2, "write") == ["upstream_failed"] * 2  # 8 of 16
    assert codes(api, 1) == ["circuit_open"]


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 No", "404 No", "409 No", "429 Slow"])
def test_what_says_nothing_about_health_never_counts(api: Api, shop: Wire, clock: Clock, status: str) -> None:  # G1
    shop.reply = lambda seen: answer(status=status)
    for _ in range(25):
        assert call(api).json["code"] != "circuit_open"
        clock.at += 3  # beyond the cool-down of a 429
    shop.reply = lambda seen: answer()
    assert codes(api, 1) == ["ok"]


def test_faulty_input_never_counts(api: Api, shop: Wire) -> None:  # G1
    for _ in range(30):
        assert call(api, "read", {"nonsense": 1}).status == 422
    assert codes(api, 1) == ["ok"]


def test_a_probe_that_succeeds_closes_it(api: Api, shop: Wire, clock: Clock) -> None:
    break_it(api, shop)
    clock.at += 9
    assert codes(api, 1) == ["circuit_open"]
    clock.at += 1.5
    shop.reply = lambda seen: answer()
    assert codes(api, 3) == ["ok"] * 3
    assert state(api) == {"state": "closed", "retry_at": None, "origins": []}


def test_a_probe_that_fails_is_one_request_and_doubles_the_wait(api: Api, shop: Wire, clock: Clock) -> None:
    break_it(api, shop)
    for wait_s in (10, 20, 40, 60, 60):
        clock.at += wait_s + 0.5
        assert codes(api, 2) == ["upstream_failed", "circuit_open"]
    assert len(shop.requests) == 5


def test_it_is_reset_by_hand(api: Api, shop: Wire) -> None:
    break_it(api, shop)
    shop.reply = lambda seen: answer()
    assert api.ok("POST", "/integrations/shop/reset-breaker")["breaker"] == state(api)
    assert state(api)["state"] == "closed"
    assert codes(api, 1) == ["ok"]


def test_an_integration_may_do_without(api: Api, shop: Wire) -> None:
    api.ok("PATCH", "/integrations/shop", {"policy": {"breaker": {"enabled": False}}})
    shop.reply = lambda seen: DOWN
    assert codes(api, 12) == ["upstream_failed"] * 12


def test_the_failing_calls_of_one_workspace_are_nothing_to_another(api: Api, root: Api, shop: Wire) -> None:  # G1
    key = root.ok("POST", "/workspaces", {"name": "other"})["api_key"]["key"]
    other = api.as_key(key)
    facts = {"name": "shop", "base_url": f"{shop.url}/v1", "auth": SCHEMES["bearer"], "policy": {"record": "metadata"}}
    other.ok("POST", "/integrations", facts)
    other.ok("PUT", "/connections/shop/default", MEMBERS["bearer"])
    other.ok("PUT", "/actions/shop/read", {"method": "GET", "path": "/fine", "behaviour": "read"})
    shop.reply = lambda seen: answer() if seen.target.endswith("fine") else DOWN
    assert set(codes(api, 100)) == {"upstream_failed", "circuit_open"}
    assert codes(other, 20) == ["ok"] * 20


def test_while_nothing_fails_it_costs_no_call_and_after_a_failure_one_a_second(
    api: Api, shop: Wire, clock: Clock, aws_calls: AwsCalls
) -> None:  # G2
    codes(api, 2)

    def looks(calls: int) -> int:
        """At the shared item; the limits of our own write theirs (`UpdateItem`) besides."""
        aws_calls.forget()
        codes(api, calls)
        assert set(aws_calls.made) <= {"GetItem", "UpdateItem"}
        return aws_calls.made.count("GetItem")

    assert looks(20) == 0
    shop.reply = lambda seen: DOWN
    codes(api, 1, "write")
    shop.reply = lambda seen: answer()
    clock.at += 1.1
    assert looks(5) == 1
    clock.at += 1.1
    assert looks(5) == 1
    clock.at += SPAN_S + 1
    codes(api, 20)
    assert looks(20) == 0


def test_calls_go_on_where_the_store_fails(
    api: Api, shop: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:  # G2
    def fails(*_: object, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    monkeypatch.setattr(BreakerRow, "update_if", fails)
    monkeypatch.setattr(BreakerRow, "find", fails)
    shop.reply = lambda seen: DOWN
    for _ in range(30):
        assert codes(api, 1) == ["upstream_failed"]
        clock.at += 2


# --- several processes ------------------------------------------------------------------------------------------------


def test_after_it_opens_another_process_sends_at_most_one_call(
    api: Api, shop: Wire, clock: Clock, processes: Start
) -> None:  # G2
    knows, new = processes(), processes()
    assert new.calls(clock.at - 1) == ["ok"]  # what it has read stays fresh: it does not hear of the breaker
    break_it_from(knows, shop, clock)
    assert set(new.calls(clock.at + 1, 10)) <= {"upstream_failed", "circuit_open"}
    assert len(shop.requests) <= 1
    assert processes().calls(clock.at + 1, 3) == ["circuit_open"] * 3  # a cold one reads it along
    assert len(shop.requests) <= 1


def break_it_from(process: Process, shop: Wire, clock: Clock) -> None:
    shop.reply = lambda seen: DOWN
    assert process.calls(clock.at, 6) == ["upstream_failed"] * 5 + ["circuit_open"]
    shop.requests.clear()


def test_of_all_processes_exactly_one_probes(api: Api, shop: Wire, clock: Clock, processes: Start) -> None:  # G2
    several = [processes() for _ in range(3)]
    break_it_from(several[0], shop, clock)
    for each in several[1:]:
        assert each.calls(clock.at + 1) == ["circuit_open"]
    probed, release = threading.Event(), threading.Event()

    def slowly(seen: object) -> bytes:
        probed.set()
        release.wait(20)
        return answer()

    shop.reply = slowly
    several[0].begin("calls", clock.at + 11, 1, "read")
    assert probed.wait(20)
    assert [each.calls(clock.at + 12, 2) for each in several[1:]] == [["circuit_open"] * 2] * 2
    release.set()
    assert several[0].answer() == ["ok"]
    assert len(shop.requests) == 1
    assert [each.calls(clock.at + 14) for each in several[1:]] == [["ok"]] * 2


def test_a_dead_prober_blocks_nobody_beyond_its_turn(
    api: Api, shop: Wire, clock: Clock, processes: Start
) -> None:  # G2
    prober, other = processes(), processes()
    break_it_from(prober, shop, clock)
    probed, release = threading.Event(), threading.Event()

    def never(seen: object) -> bytes:
        probed.set()
        release.wait(20)
        return b""

    shop.reply = never
    prober.begin("calls", clock.at + 11, 1, "read")
    assert probed.wait(20)
    prober.kill()
    shop.reply = lambda seen: answer()
    release.set()
    assert other.calls(clock.at + 20) == ["circuit_open"]
    assert other.calls(clock.at + 42, 2) == ["ok"] * 2


# --- the window -------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(0, 60), st.booleans()), max_size=80))
def test_the_window_counts_the_latest_outcomes(steps: list[tuple[float, bool]]) -> None:
    window, seen, now = Window(), [], 0.0
    for pause_s, failed in steps:
        now += pause_s
        window.add(failed, now)
        seen.append((now, failed))
        kept = [one for at, one in seen[-CALLS:] if at > now - SPAN_S]
        assert window.counts(now) == (len(kept), sum(kept))


def test_an_attempt_is_not_repeated_where_others_have_opened_it(api: Api, shop: Wire, clock: Clock) -> None:  # G2
    key = breaker.row_key("default", "shop", shop.url)[1]

    def opens_meanwhile(seen: object) -> bytes:
        BreakerRow(
            key, expires_at=clock.at + 999, state="open", epoch=7, retry_at=clock.at + 10, open_s=10
        ).save()  # by another process
        return DOWN

    shop.reply = opens_meanwhile
    assert codes(api, 2) == ["upstream_failed", "circuit_open"]
    assert len(shop.requests) == 1
