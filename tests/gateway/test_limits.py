"""How often a workspace, a key or an integration may call: over all processes, at a price of next to nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import aws
from chalicelib.auth.quota import Quota
from chalicelib.gateway import admit, limits
from chalicelib.gateway.limits import EVERY_S, Bucket
from chalicelib.gateway.tables import TallyRow
from tests.aws_calls import AwsCalls
from tests.client import Api
from tests.egress.wire import Wire
from tests.gateway.conftest import Clock
from tests.gateway.processes import Process
from tests.gateway.shop import call, open_shop

Start = Callable[[], Process]
RATE, BURST = 10, 20


@pytest.fixture
def shop(api: Api, wire: Wire, clock: Clock) -> Wire:
    """A shop that keeps no bodies."""
    open_shop(api, wire, policy={"record": "metadata"})
    return wire


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workspace may call as often as in a deployment where nobody has said anything."""
    monkeypatch.setattr(admit, "_of_a_workspace", lambda: Quota(per_second=RATE))


def test_more_than_the_burst_is_refused_until_time_has_passed(
    api: Api, shop: Wire, clock: Clock, limited: None
) -> None:  # G9
    answers = [call(api) for _ in range(BURST + 3)]
    assert [each.status for each in answers] == [200] * BURST + [429] * 3
    refused = answers[-1]
    assert (refused.json["code"], refused.headers["Retry-After"]) == ("rate_limited", "1")
    assert len(shop.requests) == BURST
    clock.at += 0.5
    assert [call(api).status for _ in range(6)] == [200] * 5 + [429]


def test_every_answer_tells_what_is_left(api: Api, shop: Wire, limited: None) -> None:
    told = call(api).headers
    assert told["RateLimit-Policy"] == '"workspace";q=20;w=2'
    assert told["RateLimit"] == '"workspace";r=19;t=1'
    assert '"workspace";r=' in call(api, "nothing-like-it").headers.get("RateLimit", '"workspace";r=')


def test_a_key_has_its_own_and_can_make_none_that_has_more(api: Api, shop: Wire) -> None:
    few = api.ok("POST", "/api-keys", {"name": "few", "scopes": ["invoke", "admin"], "limits": {"per_second": 1}})
    assert few["limits"] == {"per_second": 1.0, "burst": None}
    limited = api.as_key(few["key"])
    assert [call(limited).status for _ in range(3)] == [200, 200, 429]
    assert call(api).status == 200
    greedy = limited.post("/api-keys", {"name": "more", "scopes": ["invoke"], "limits": {"per_second": 2}})
    assert (greedy.status, greedy.json["code"]) == (403, "insufficient_scope")
    assert limited.post("/api-keys", {"name": "none", "scopes": ["invoke"]}).status == 403
    assert limited.ok("GET", "/me")["limits"] == {"per_second": 1.0, "burst": None}


@pytest.mark.parametrize("wrong", [{"per_second": 0}, {"per_second": -1}, {"per_second": 1, "burst": 0}, {"burst": 5}])
def test_a_limit_that_makes_no_sense_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    answer = api.post("/api-keys", {"name": "x", "scopes": ["invoke"], "limits": wrong})
    assert (answer.status, answer.json["errors"][0]["pointer"].split("/")[1]) == (422, "limits")


def test_an_integration_may_have_its_own(api: Api, shop: Wire, clock: Clock) -> None:
    api.ok("PATCH", "/integrations/shop", {"policy": {"limits": {"per_second": 1, "burst": 3}}})
    assert [call(api).status for _ in range(4)] == [200, 200, 200, 429]
    assert "integration" in call(api).json["detail"]


def test_single_calls_cost_nothing_and_busy_ones_a_write_in_two_seconds(
    api: Api, shop: Wire, clock: Clock, aws_calls: AwsCalls
) -> None:
    call(api)
    aws_calls.forget()
    for _ in range(8):
        call(api)
    assert aws_calls.made == []  # too few in this minute to be of interest to others
    for _ in range(30):
        call(api)
        clock.at += 0.1
    assert aws_calls.made == ["UpdateItem"] * 2
    assert EVERY_S == 2.0


def test_local_limits_hold_where_the_counter_fails(
    api: Api, shop: Wire, clock: Clock, limited: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = aws.client("dynamodb")

    def fails(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    monkeypatch.setattr(client, "update_item", fails)
    assert sum(call(api).status == 200 for _ in range(BURST * 2)) == BURST


def test_one_workspace_asks_for_fifty_times_its_limit_and_the_other_is_refused_nothing(
    api: Api, clock: Clock, processes: Start
) -> None:  # G8 G9
    several = [processes() for _ in range(3)]
    seconds, step = 12, 0.25
    taken, others = 0, 0
    for tick in range(int(seconds / step)):
        now = clock.at + tick * step
        for each in several:
            each.begin("takes", now, int(50 * RATE * step / 3), "greedy")
        taken += sum(each.answer() for each in several)
        others += several[tick % 3].takes(now, 1, "modest")
    assert others == seconds / step, "the other workspace asks for less than its limit, and gets it"
    assert taken <= RATE * seconds + BURST * len(several) + RATE * len(several) * EVERY_S
    assert taken >= RATE * seconds * 0.8
    items = [row for row in TallyRow.scan() if row.key.startswith("tally#greedy#")]
    assert 1 <= len(items) <= 2  # one a minute
    assert {row.key.split("#")[1] for row in TallyRow.scan() if row.key.startswith("tally#")} >= {"greedy", "modest"}


@given(
    per_second=st.floats(0.1, 1000),
    steps=st.lists(st.tuples(st.floats(0, 30), st.integers(1, 50)), max_size=40),
)
def test_a_bucket_never_gives_more_than_rate_and_burst(per_second: float, steps: list[tuple[float, int]]) -> None:
    quota = Quota(per_second=per_second)
    tally, now, taken = limits.Tally(), 0.0, 0
    for pause_s, wanted in steps:
        now += pause_s
        for _ in range(wanted):
            tally.count({"workspace": quota}, now)
            taken += tally.take({"workspace": quota}) is None
    assert taken <= quota.at_once + per_second * now + 1


def test_a_bucket_that_is_full_stays_so() -> None:
    bucket = Bucket(tokens=20, at=0)
    bucket.fill(Quota(per_second=10), 1_000)
    assert bucket.tokens == 20
