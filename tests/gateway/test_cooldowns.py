"""Where an upstream says that its limit is reached, nobody calls it until it may be called again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.gateway import cooldowns
from chalicelib.gateway.tables import CooldownRow
from tests.aws_calls import AwsCalls
from tests.client import Api
from tests.egress.wire import Wire, answer
from tests.gateway.conftest import Clock
from tests.gateway.processes import Process
from tests.gateway.shop import MEMBERS, call, open_shop

Start = Callable[[], Process]
WINDOW = {"remaining": "X-Left", "reset": "X-Reset", "unit": "delta_s"}


def slow(*headers: str) -> bytes:
    return answer(b"{}", *headers, status="429 Slow Down")


@pytest.fixture
def shop(api: Api, wire: Wire, clock: Clock) -> Wire:
    """A shop with two connections."""
    open_shop(api, wire, policy={"record": "metadata"})
    api.ok("PUT", "/connections/shop/second", MEMBERS["bearer"])
    return wire


def limits(api: Api, **members: Any) -> None:
    api.ok("PATCH", "/integrations/shop", {"profile": {"rate_limits": members}})


def test_a_call_during_a_cool_down_is_refused_without_one(api: Api, shop: Wire, clock: Clock) -> None:
    shop.reply = lambda seen: slow("Retry-After: 60")
    assert call(api).headers["Retry-After"] == "60"
    shop.reply = lambda seen: answer()
    shop.requests.clear()
    clock.at += 59
    refused = call(api)
    assert (refused.status, refused.json["code"], refused.headers["Retry-After"]) == (429, "upstream_rate_limited", "1")
    assert (refused.json["rate_limit"], shop.requests) == ({"remaining": 0, "reset_s": 1}, [])
    clock.at += 1.1
    assert call(api).status == 200


def test_a_refusal_without_a_time_is_two_seconds(api: Api, shop: Wire, clock: Clock) -> None:
    shop.reply = lambda seen: slow()
    assert call(api, "write").headers["Retry-After"] == "2"
    shop.reply = lambda seen: answer()
    assert call(api, "write").json["code"] == "upstream_rate_limited"
    clock.at += 2.1
    assert call(api, "write").status == 200


@pytest.mark.parametrize("raw", ["999999999999", "Wed, 21 Oct 2099 07:28:00 GMT", "1e9"])
def test_no_cool_down_is_longer_than_an_hour(api: Api, shop: Wire, clock: Clock, raw: str) -> None:  # G5
    shop.reply = lambda seen: slow(f"Retry-After: {raw}")
    assert int(call(api).headers["Retry-After"]) <= 3_600
    shop.reply = lambda seen: answer()
    clock.at += 3_600.1
    assert call(api).status == 200


def test_nothing_left_on_a_success_is_one(api: Api, shop: Wire, clock: Clock) -> None:
    limits(api, windows=[WINDOW])
    shop.reply = lambda seen: answer(b"{}", "X-Left: 0", "X-Reset: 30")
    done = call(api)
    assert (done.status, done.json["meta"]["rate_limit"]) == (200, {"remaining": 0, "reset_s": 30})
    assert call(api).headers["Retry-After"] == "30"
    assert len(shop.requests) == 1


def test_of_several_windows_the_longest_counts(api: Api, shop: Wire, clock: Clock) -> None:
    day = {"remaining": "X-Day-Left", "reset": "X-Day-Reset", "unit": "delta_s"}
    limits(api, windows=[WINDOW, day])
    shop.reply = lambda seen: slow("X-Left: 0", "X-Reset: 5", "X-Day-Left: 0", "X-Day-Reset: 900")
    assert call(api).headers["Retry-After"] == "900"
    clock.at += 899
    assert call(api).headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("scope", "other_connection", "other_action"),
    [("connection", 200, 429), ("integration", 429, 429), ("action", 200, 200)],
)
def test_it_holds_for_what_the_upstream_counts_together(
    api: Api, shop: Wire, scope: str, other_connection: int, other_action: int
) -> None:
    limits(api, scope=scope)
    shop.reply = lambda seen: slow("Retry-After: 60")
    assert call(api, Waygate_Connection="default").status == 429
    shop.reply = lambda seen: answer()
    assert call(api, Waygate_Connection="second").status == other_connection
    assert call(api, "write", Waygate_Connection="default").status == other_action


def test_other_processes_respect_it(api: Api, shop: Wire, clock: Clock, processes: Start) -> None:
    met, watches, new = processes(), processes(), processes()
    shop.reply = lambda seen: slow("Retry-After: 5")
    assert watches.calls(clock.at) == ["upstream_rate_limited"]
    shop.reply = lambda seen: answer()
    assert watches.calls(clock.at + 6) == ["ok"]
    shop.reply = lambda seen: slow("Retry-After: 60")
    assert met.calls(clock.at + 7) == ["upstream_rate_limited"]
    shop.requests.clear()
    assert watches.calls(clock.at + 8) == ["upstream_rate_limited"]  # it has met one lately, and looks
    assert new.calls(clock.at + 8) == ["upstream_rate_limited"]  # it reads it along with its first rows
    assert shop.requests == []


def test_a_process_that_has_met_none_makes_no_call_for_it(
    api: Api, shop: Wire, clock: Clock, aws_calls: AwsCalls
) -> None:
    call(api)
    aws_calls.forget()
    for _ in range(5):
        call(api)
    assert aws_calls.made == []


def test_each_process_goes_by_what_it_has_learned_where_the_store_fails(
    api: Api, shop: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import EndpointConnectionError

    def fails(*_: object, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    monkeypatch.setattr(CooldownRow, "update_if", fails)
    monkeypatch.setattr(CooldownRow, "find", fails)
    shop.reply = lambda seen: slow("Retry-After: 60")
    assert call(api).status == 429
    shop.requests.clear()
    assert (call(api).status, shop.requests) == (429, [])
    shop.reply = lambda seen: answer()
    clock.at += 61
    assert call(api).status == 200


def test_a_wait_that_fits_is_slept_and_not_told(api: Api, shop: Wire) -> None:  # G4
    shop.reply = lambda seen: slow("Retry-After: 1") if len(shop.requests) == 1 else answer()
    done = call(api)
    assert done.status == 200
    assert [each["status"] for each in done.json["meta"]["upstream"]["attempts"]] == [429, 200]
    assert call(api).status == 200


# --- shown and ended --------------------------------------------------------------------------------------------------


def health(api: Api) -> Any:
    return api.ok("GET", "/integrations/shop/health")


@pytest.mark.parametrize(
    ("scope", "names"),
    [("integration", [(None, None)]), ("connection", [("default", None)]), ("action", [("default", "read")])],
)
def test_a_cool_down_is_shown_for_what_it_is_of(
    api: Api, shop: Wire, scope: str, names: list[tuple[str | None, str | None]]
) -> None:
    limits(api, scope=scope)
    assert health(api)["cooldowns"] == []
    shop.reply = lambda seen: slow("Retry-After: 60")
    call(api, Waygate_Connection="default")
    assert [(one["connection"], one["action"]) for one in health(api)["cooldowns"]] == names


def test_several_cool_downs_are_listed_the_longest_first_and_ended_together(api: Api, shop: Wire) -> None:
    for connection, wait in (("default", 60), ("second", 120)):
        shop.reply = lambda seen, wait=wait: slow(f"Retry-After: {wait}")  # type: ignore[misc]
        call(api, Waygate_Connection=connection)
    assert [one["connection"] for one in health(api)["cooldowns"]] == ["second", "default"]
    shop.reply = lambda seen: answer()
    assert call(api, Waygate_Connection="default").status == 429
    assert api.ok("POST", "/integrations/shop/reset-breaker")["cooldowns"] == []
    assert call(api, Waygate_Connection="default").status == 200
    assert call(api, Waygate_Connection="second").status == 200


def test_other_processes_hear_within_a_second_that_a_cool_down_was_ended(
    api: Api, shop: Wire, clock: Clock, processes: Start
) -> None:
    other = processes()
    shop.reply = lambda seen: slow("Retry-After: 600")
    assert other.calls(clock.at) == ["upstream_rate_limited"]
    shop.reply = lambda seen: answer()
    assert other.calls(clock.at + 2) == ["upstream_rate_limited"]
    cooldowns.reset("default", "shop", clock.at + 2)
    assert other.calls(clock.at + 4) == ["ok"]


def test_a_cool_down_that_was_not_shared_is_not_looked_for(
    api: Api, shop: Wire, clock: Clock, aws_calls: AwsCalls
) -> None:
    cooldowns.learn("cooldown#default#shop#default", 0.9, clock.at)
    aws_calls.forget()
    assert call(api, Waygate_Connection="default").status == 429
    assert "GetItem" not in aws_calls.made


def test_cool_downs_that_begin_at_once_are_all_listed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    add = cooldowns._add

    def interrupted(row: Any, now: float) -> bool:
        monkeypatch.setattr(cooldowns, "_add", add)
        done = add(row, now)
        cooldowns.learn("cooldown#default#shop#other", 60, now)
        return done

    monkeypatch.setattr(cooldowns, "_add", interrupted)
    cooldowns.learn("cooldown#default#shop#one", 60, 1_000.0)
    assert {one.connection for one in cooldowns.shown("default", "shop", 1_000.0)} == {"one", "other"}
    cooldowns.learn("cooldown#default#shop#third", 60, 9_000.0)
    assert {one.connection for one in cooldowns.shown("default", "shop", 9_000.0)} == {"third"}
