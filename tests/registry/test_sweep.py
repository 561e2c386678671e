"""The sweep: what is due, and only that; handed on where it is much; never too much for one provider."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import aws as our_aws
from chalicelib.auth import due, refresh
from chalicelib.auth.tables import ConnectionRow
from chalicelib.registry import sweep as sweeping
from chalicelib.registry.models import IntegrationFacts
from infra.local.standin import LocalAws
from tests.auth import grants
from tests.auth.grants import EPOCH, Clock, add_crm, connect, stored, token_in
from tests.auth.provider import LIFETIME_S, Provider, says, serving
from tests.client import Api


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as one:
        yield one


@pytest.fixture
def crm(api: Api, provider: Provider) -> IntegrationFacts:
    return add_crm(api, provider)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(EPOCH + LIFETIME_S)
    grants.pace_of(monkeypatch, clock)
    return clock


def test_the_schedule_refreshes_what_is_due_and_nothing_else(
    aws: LocalAws, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    old = [connect(crm, provider.grant(), f"old-{n}") for n in range(3)]
    connect(crm, provider.grant(), "young", now=clock.at)
    assert aws.fire("sweep") == {"due": 3, "handed_on": 0}
    assert len(provider.asked_with) == 3
    assert all(token_in(stored(row.name)) != token_in(row) for row in old)
    assert aws.fire("sweep") == {"due": 0, "handed_on": 0}


def test_a_sweep_that_runs_twice_refreshes_once(
    aws: LocalAws, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:  # G7
    connect(crm, provider.grant())
    found = list(sweeping._due(str(stored().refresh_shard), clock.at))
    assert sweeping.work(found, remaining_s=60) == []
    assert sweeping.work(found, remaining_s=60) == []
    assert len(provider.asked_with) == 1


def test_much_is_handed_on_to_workers(aws: LocalAws, crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:
    count = sweeping.BATCH + 5
    for n in range(count):
        connect(crm, provider.grant(), f"c{n}")
    assert aws.fire("sweep") == {"due": count, "handed_on": count}
    aws.drain(60)
    assert len(provider.asked_with) == count
    assert aws.fire("sweep") == {"due": 0, "handed_on": 0}
    assert provider.most_at_once <= 64


@pytest.mark.parametrize("count", [4, sweeping.BATCH + 5])  # on the spot, and by workers
def test_a_provider_is_asked_for_no_more_at_once_than_its_profile_allows(
    aws: LocalAws, api: Api, provider: Provider, clock: Clock, count: int
) -> None:
    crm = add_crm(api, provider, oauth={"refresh": {"at_once": 1}})
    for n in range(count):
        connect(crm, provider.grant(), f"c{n}")
    aws.fire("sweep")
    aws.drain(60)
    assert len(provider.asked_with) == count
    assert provider.most_at_once == 1


def test_a_message_delivered_twice_refreshes_once(
    aws: LocalAws, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:  # G7
    import app

    row = connect(crm, provider.grant())
    (one,) = sweeping._due(str(row.refresh_shard), clock.at)
    event = {"Records": [{"body": json.dumps([one.__dict__])}]}
    for _ in range(2):
        sweeping.work_message(event, remaining_s=60)
    assert len(provider.asked_with) == 1
    assert "refresh_connections" in app.app.handler_map


def test_what_does_not_fit_in_the_functions_time_goes_back(
    aws: LocalAws, crm: IntegrationFacts, provider: Provider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [connect(crm, provider.grant(), f"c{n}") for n in range(4)]
    found = [one for row in rows for one in sweeping._due(str(row.refresh_shard), clock.at) if one.name == row.name]
    assert sweeping.work(found, remaining_s=sweeping.RESERVE_S - 1) == sweeping._fairly(found)
    assert provider.asked_with == []


def test_one_connections_trouble_is_not_that_of_the_others(
    aws: LocalAws, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    for n in range(4):
        connect(crm, provider.grant(), f"c{n}")
    broken = stored("c1")
    broken.sealed = b"\x01broken"
    broken.save()
    provider.behaviours = [says(500)]
    aws.fire("sweep")
    states = Counter(stored(f"c{n}").status for n in range(4))
    assert states == {"error": 1, "active": 2, "needs_reauth": 1}


@pytest.mark.parametrize(("at_once", "lanes"), [(1, 1), (8, 1), (64, 8), (512, 64)])
def test_ten_thousand_due_make_four_hundred_messages_in_the_lanes_of_their_provider(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, aws: LocalAws, at_once: int, lanes: int
) -> None:
    sent: list[dict[str, Any]] = []

    class Queue:
        class meta:  # noqa: N801
            endpoint_url = "http://queue.example"

        def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
            assert len(Entries) <= 10
            assert sum(len(one["MessageBody"]) for one in Entries) <= 1_000_000  # AWS: a batch of 1 MiB
            sent.extend(Entries)
            return {}

    monkeypatch.setattr(our_aws, "client", lambda *_: Queue())
    monkeypatch.setattr(our_aws, "queue_url", lambda purpose: purpose)
    place, provider = ("acme", "crm"), "https://id.example"
    everyone = [sweeping.Due("acme#crm", f"account-{n}", *place, provider, at_once) for n in range(10_000)]
    assert sweeping.hand_on(everyone) == len(sent)
    assert 400 <= len(sent) <= 400 + lanes
    in_lane = Counter(one["MessageGroupId"] for one in sent)
    assert len(in_lane) == lanes
    assert max(in_lane.values()) <= 1.6 * len(sent) / lanes
    if at_once == 64:
        # A worker does 25 connections in four rounds of a token call; eight lanes do 10,000 within a minute if one call
        # takes less than 0.29 s; other providers have lanes of their own.
        rounds = max(in_lane.values()) * -(-sweeping.BATCH // sweeping.AT_ONCE)
        assert 60 / rounds > 0.25
    assert len({one["MessageDeduplicationId"] for one in sent}) == len(sent)


def test_connections_made_in_one_minute_are_not_refreshed_in_one_minute() -> None:
    import random

    chance = random.Random(4)
    life = due.Life(EPOCH, EPOCH + 3_600)
    at = [life.sweep_at(chance.uniform) or 0.0 for _ in range(10_000)]
    assert min(at) >= (life.due_at() or 0.0)
    assert max(at) <= EPOCH + 3_600 - 300
    busiest = Counter(int(one // 60) for one in at).most_common(1)[0][1]
    assert busiest < 10_000 / 2.5


def test_the_shards_share_the_load() -> None:
    shards = Counter(due.shard_of("acme#crm", f"account-{n}") for n in range(10_000))
    assert len(shards) == due.SHARDS
    assert max(shards.values()) < 1.25 * 10_000 / due.SHARDS


def test_a_deleted_integration_stops_nothing(
    aws: LocalAws, api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    row = connect(crm, provider.grant())
    (one,) = sweeping._due(str(row.refresh_shard), clock.at)
    api.call("DELETE", "/integrations/crm")
    assert sweeping.work([one], remaining_s=60) == []
    assert provider.asked_with == []
    assert ConnectionRow.find(row.owner, row.name) is None
    assert refresh.refresh_due((row.owner, row.name), grants.renewal(crm), until=clock.at + 60) is None
