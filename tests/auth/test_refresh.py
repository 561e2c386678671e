"""Refreshing tokens against a real provider on loopback, with simulated time: one exchange, nothing lost, no loops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import aws as our_aws
from chalicelib.auth import connections, due, orphans, refresh
from chalicelib.auth.audit import SWEEP, Actor
from chalicelib.auth.lease import LEASE_S, Wish
from chalicelib.auth.refresh import Outcome
from chalicelib.auth.tables import AuditRow, ConnectionRow
from chalicelib.registry.models import IntegrationFacts
from infra.local.standin import LocalAws
from tests.auth import grants
from tests.auth.grants import EPOCH, Clock, add_crm, connect, renewal, stored, token_in
from tests.auth.provider import LIFETIME_S, Provider, gives, loses_its_answer, omits, says, serving
from tests.aws_calls import AwsCalls
from tests.client import Api

LATE = EPOCH + LIFETIME_S + 1


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as one:
        yield one


@pytest.fixture
def crm(api: Api, provider: Provider) -> IntegrationFacts:
    return add_crm(api, provider)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(LATE)
    grants.pace_of(monkeypatch, clock)
    return clock


def go(crm: IntegrationFacts, row: ConnectionRow, wish: Wish = Wish.DUE, *, within_s: float = 60) -> Outcome:
    return refresh.refresh(row, wish, renewal(crm), until=refresh.PACE.now() + within_s)


def audited(aws: LocalAws) -> list[str]:
    return sorted(row.entry["what"] for row in AuditRow.scan())


def test_an_expired_token_is_exchanged_and_saved_with_its_dates(
    crm: IntegrationFacts, provider: Provider, clock: Clock, aws: LocalAws
) -> None:
    row = connect(crm, provider.grant())
    outcome = go(crm, row)
    assert outcome.is_refreshed
    found = stored()
    assert token_in(found) == token_in(outcome.row) != token_in(row)
    assert provider.is_alive(token_in(found))
    assert (found.last_refreshed_at.timestamp(), found.expires_at.timestamp()) == (LATE, LATE + LIFETIME_S)
    assert float(found.refresh_at) == LATE + LIFETIME_S * 0.8
    assert (found.lease_owner, found.intent, found.trouble) == (None, None, None)
    assert audited(aws) == ["created", "refreshed"]


def test_a_token_that_is_not_due_is_left_alone(crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:
    row = connect(crm, provider.grant())
    clock.at = EPOCH + LIFETIME_S * 0.8 - 1
    assert not go(crm, row).is_refreshed
    clock.at += 2
    assert go(crm, row).is_refreshed


def test_a_stale_row_never_leads_to_a_second_exchange(crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:
    row = connect(crm, provider.grant())
    before = stored()
    assert go(crm, row).is_refreshed
    for wish in (Wish.DUE, Wish.REFUSED, Wish.ASKED):  # whoever wants it: the tokens that it knew are replaced
        outcome = go(crm, connections.ConnectionRow.from_raw_data(before.serialize()), wish)
        assert not outcome.is_refreshed
        assert token_in(outcome.row) == token_in(stored())
    assert len(provider.asked_with) == 1


def test_a_refresh_costs_two_aws_calls_and_no_secret_is_read(
    crm: IntegrationFacts, provider: Provider, clock: Clock, aws_calls: AwsCalls
) -> None:
    first, row = connect(crm, provider.grant(), "first"), connect(crm, provider.grant())
    go(crm, first)  # the process knows client and keyring now
    aws_calls.forget()
    assert go(crm, row).is_refreshed
    assert aws_calls.made == ["UpdateItem", "TransactWriteItems"]


def test_a_refresh_token_that_is_not_repeated_stays(crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:
    row = connect(crm, provider.grant())
    provider.behaviours = [omits("refresh_token")]
    assert go(crm, row).is_refreshed
    assert connections.open_tokens(stored()).refresh_token == provider.asked_with[0]
    clock.at += LIFETIME_S
    assert go(crm, stored()).is_refreshed
    assert provider.asked_with[0] == provider.asked_with[1]


@pytest.mark.parametrize(
    ("behaviour", "says_what"),
    [
        (says(500), "http_500"),
        (says(503, error="temporarily_unavailable"), "temporarily_unavailable"),
        (says(429), "429"),
        (says(200, error="server_error"), "server_error"),
        (says(401, error="invalid_client"), "invalid_client"),
        (says(400, error="too_early"), "too_early"),
        (gives(), "no access token"),
    ],
)
def test_a_passing_error_backs_off_and_the_token_serves_until_it_ends(
    crm: IntegrationFacts, provider: Provider, clock: Clock, behaviour: Any, says_what: str
) -> None:
    row = connect(crm, provider.grant())
    clock.at = EPOCH + LIFETIME_S * 0.9
    provider.behaviours = [behaviour]
    outcome = go(crm, row)
    assert says_what in (outcome.failure or "") or says_what.removeprefix("http_") in (outcome.failure or "")
    found = stored()
    assert (found.status, found.lease_owner) == ("active", None)
    assert token_in(found) == token_in(row)
    assert float(found.refresh_at) >= clock.at + 15
    assert not go(crm, found).is_refreshed  # within the cool-down: nobody is asked
    assert len(provider.asked_with) == 1
    clock.at = float(found.refresh_at)
    assert go(crm, found).is_refreshed
    assert stored().reason is None


def test_retries_end(crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:
    connect(crm, provider.grant())
    provider.behaviours = [says(500)] * 100
    while (at := stored().refresh_at) is not None:
        clock.at = max(clock.at, float(at))
        go(crm, stored())
        assert len(provider.asked_with) <= due.TRIES
    assert len(provider.asked_with) == due.TRIES
    found = stored()
    assert (found.status, found.refresh_at) == ("error", None)
    assert found.reason.startswith("refresh_failed")
    assert not go(crm, found).is_refreshed
    provider.behaviours = []
    assert go(crm, found, Wish.ASKED).is_refreshed  # by hand
    assert (stored().status, stored().reason) == ("active", None)


def test_a_dead_grant_is_reported_once_and_never_tried_again(
    crm: IntegrationFacts, provider: Provider, clock: Clock, aws: LocalAws
) -> None:
    row = connect(crm, provider.grant())
    provider.behaviours = [says(400, error="invalid_grant")]
    go(crm, row)
    found = stored()
    assert (found.status, found.reason, found.refresh_at) == ("needs_reauth", "invalid_grant", None)
    for wish in (Wish.DUE, Wish.REFUSED, Wish.SWEPT):
        go(crm, found, wish)
    assert refresh.refresh_due((row.owner, row.name), renewal(crm), until=clock.at + 60) is not None
    assert len(provider.asked_with) == 1
    assert audited(aws) == ["created", "needs_reauth"]


def test_the_lease_is_taken_over_when_its_holder_is_gone(
    crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:  # E5
    row = connect(crm, provider.grant())
    died(row, clock)
    waited = go(crm, stored(), within_s=120)
    assert waited.is_refreshed
    assert sum(clock.slept) >= LEASE_S
    assert (stored().trouble, stored().status) == (None, "active")


def test_a_crash_after_the_exchange_is_reported_after_one_more_try(
    crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:  # E6
    row = connect(crm, provider.grant())
    provider.rotate(
        connections.open_tokens(row).refresh_token or ""
    )  # the holder's exchange, whose answer died with it
    died(row, clock)
    clock.at += LEASE_S + 1
    go(crm, stored())
    found = stored()
    assert (found.status, found.reason) == ("needs_reauth", "interrupted_refresh")
    assert len(provider.asked_with) == 1


def test_two_crashes_are_enough(crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:  # E6
    row = connect(crm, provider.grant())
    for _ in range(2):
        died(stored(), clock)
        clock.at += LEASE_S + 1
    go(crm, stored())
    assert (stored().status, stored().reason) == ("needs_reauth", "interrupted_refresh")
    assert provider.asked_with == []
    assert token_in(stored()) == token_in(row)


def test_a_lost_answer_leaves_the_grant_in_doubt(crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:
    row = connect(crm, provider.grant())
    provider.behaviours = [loses_its_answer]
    assert go(crm, row).failure
    found = stored()
    assert (found.trouble["lost"], found.intent) == (1, row.fingerprint)
    clock.at = float(found.refresh_at)
    go(crm, found)
    assert (stored().status, stored().reason) == ("needs_reauth", "interrupted_refresh")


def test_a_late_writer_never_overwrites(crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:  # E5
    """The first holder's exchange takes so long that its lease is over, and another one has refreshed meanwhile."""
    row = connect(crm, provider.grant())
    slow = renewal(crm)

    def renew(held: ConnectionRow, tokens: Any, timeout_s: float) -> Any:
        new = tokens.model_copy(update={"access_token": "too-late-" + "x" * 20})
        clock.at += LEASE_S + 1
        assert go(crm, stored()).is_refreshed
        return new

    outcome = refresh.refresh(row, Wish.DUE, refresh.Renewal(renew, None, slow.actor), until=clock.at + 60)
    assert not outcome.is_refreshed
    assert token_in(stored()) == provider_token(provider, stored())
    orphans.adopt_waiting(SWEEP, now=our_now(clock))  # they replace tokens that nobody holds any more
    assert token_in(stored()) == provider_token(provider, stored())


def test_a_credential_put_meanwhile_is_not_overwritten_by_a_refresh(
    crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    row = connect(crm, provider.grant())
    other = connections.Tokens(access_token="put-by-hand-0123456789", issued_at=clock.at, expires_at=clock.at + 3600)

    def renew(held: ConnectionRow, tokens: Any, timeout_s: float) -> Any:
        from chalicelib.auth import audit

        fresh = stored()
        connections.hold_tokens(fresh, other, margin_s=None, chance=lambda low, high: low)
        entry = audit.entry(connections.place_of(fresh), "changed", SWEEP, now=our_now(clock))
        connections.save_credential(fresh, now=our_now(clock), entry=entry)
        return tokens.model_copy(update={"access_token": "too-late-" + "x" * 20})

    refresh.refresh(row, Wish.DUE, refresh.Renewal(renew, None, SWEEP), until=clock.at + 60)
    orphans.adopt_waiting(SWEEP, now=our_now(clock))
    assert token_in(stored()) == other.access_token


def test_settings_changed_during_a_refresh_do_not_cost_the_new_tokens(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    row = connect(crm, provider.grant())
    real = renewal(crm)

    def renew(held: ConnectionRow, tokens: Any, timeout_s: float) -> Any:
        new = real.renew(held, tokens, timeout_s)
        api.ok("PATCH", "/connections/crm/default", {"metadata": {"note": "meanwhile"}})
        return new

    assert refresh.refresh(row, Wish.DUE, refresh.Renewal(renew, None, SWEEP), until=clock.at + 60).is_refreshed
    assert stored().metadata == {"note": "meanwhile"}
    assert provider.is_alive(token_in(stored()))


class Store:
    """DynamoDB's transactions, disturbed: `trouble(n)` says what happens to the n-th."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, trouble: Any) -> None:
        self.calls, original = 0, our_aws.transact

        def transact(updates: Any, puts: Any) -> None:
            self.calls += 1
            trouble(self.calls, lambda: original(updates, puts))

        monkeypatch.setattr(our_aws, "transact", transact)


def throttled() -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "TransactWriteItems")


def test_saving_is_throttled_for_10_s_after_a_rotation_and_nothing_is_lost(
    crm: IntegrationFacts, provider: Provider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(crm, provider.grant())
    ends = clock.at + 10

    def trouble(_: int, write: Any) -> None:
        if clock.at < ends:
            raise throttled()
        write()

    store = Store(monkeypatch, trouble)
    assert go(crm, row).is_refreshed
    assert store.calls > 3
    assert provider.is_alive(token_in(stored()))
    assert len(provider.asked_with) == 1


def test_a_first_write_that_succeeded_though_its_answer_was_lost_is_no_harm(
    crm: IntegrationFacts, provider: Provider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(crm, provider.grant())

    def trouble(n: int, write: Any) -> None:
        write()
        if n == 1:
            raise throttled()

    Store(monkeypatch, trouble)
    assert go(crm, row).is_refreshed
    assert provider.is_alive(token_in(stored()))
    assert (stored().lease_owner, len(provider.asked_with)) == (None, 1)


def test_an_acquisition_whose_answer_was_lost_is_still_ours(
    crm: IntegrationFacts, provider: Provider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(crm, provider.grant())
    client, lost = our_aws.client("dynamodb"), []
    original = client.update_item

    def twice(**request: Any) -> Any:  # as botocore does when it loses an answer
        if not lost:
            lost.append(original(**request))
        return original(**request)

    monkeypatch.setattr(client, "update_item", twice)
    assert go(crm, row).is_refreshed
    assert len(provider.asked_with) == 1


def test_tokens_that_could_not_be_saved_are_adopted_before_the_old_ones_are_tried(
    crm: IntegrationFacts, provider: Provider, clock: Clock, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(crm, provider.grant())
    ends = clock.at + LEASE_S + 5

    def trouble(_: int, write: Any) -> None:
        if clock.at < ends:
            raise throttled()
        write()

    monkeypatch.setattr(orphans, "QUEUE", "orphaned-tokens-dead")  # a queue without a worker: the refresh must look
    Store(monkeypatch, trouble)
    outcome = go(crm, row)
    assert outcome.failure
    assert token_in(stored()) == token_in(row)
    clock.at = ends + LEASE_S
    assert go(crm, stored()).is_refreshed
    assert provider.is_alive(token_in(stored()))
    assert (len(provider.asked_with), stored().status) == (1, "active")
    assert audited(aws) == ["adopted", "created", "orphaned"]


def test_a_worker_adopts_what_could_not_be_saved(
    crm: IntegrationFacts, provider: Provider, clock: Clock, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(crm, provider.grant())
    refreshing = threading.get_ident()

    def trouble(_: int, write: Any) -> None:
        if threading.get_ident() == refreshing:  # the worker may be faster than this test
            raise throttled()
        write()

    Store(monkeypatch, trouble)
    clock.on_sleep = lambda: None
    go(crm, row)
    aws.drain()
    assert provider.is_alive(token_in(stored()))
    assert stored().lease_owner is None


def test_two_writers_of_one_event_refresh_once(crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:  # G7
    row = connect(crm, provider.grant())
    place = (row.owner, row.name)
    first = refresh.refresh_due(place, renewal(crm), until=clock.at + 60)
    second = refresh.refresh_due(place, renewal(crm), until=clock.at + 60)
    assert first is not None and first.is_refreshed
    assert second is not None and not second.is_refreshed
    assert len(provider.asked_with) == 1


def test_a_caller_without_time_begins_no_exchange(crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:
    row = connect(crm, provider.grant())
    assert "no time" in (go(crm, row, within_s=2).failure or "")
    assert (provider.asked_with, stored().lease_owner) == ([], None)


def test_waiting_for_another_ends_with_the_callers_time(
    crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    row = connect(crm, provider.grant())
    died(row, clock)
    assert go(crm, stored(), within_s=8).failure == "another process refreshes it"
    assert sum(clock.slept) <= 8


def test_a_connection_switched_off_is_not_refreshed_and_leaves_the_index(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    row = connect(crm, provider.grant())
    api.ok("PATCH", "/connections/crm/default", {"enabled": False})
    assert stored().refresh_at is None
    go(crm, stored())
    refresh.refresh_due((row.owner, row.name), renewal(crm), until=clock.at + 60)
    assert provider.asked_with == []
    api.ok("PATCH", "/connections/crm/default", {"enabled": True})
    assert stored().refresh_at is not None


def test_an_audit_entry_names_who_refreshed_and_holds_no_token(
    crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    row = connect(crm, provider.grant())
    actor = Actor("key:abcdefgh", "192.0.2.7")
    refresh.refresh(row, Wish.DUE, renewal(crm, actor), until=clock.at + 60)
    (found,) = [one.entry for one in AuditRow.scan() if one.entry["what"] == "refreshed"]
    assert (found["actor"], found["address"], found["connection"]) == ("key:abcdefgh", "192.0.2.7", "default")
    assert token_in(stored()) not in str(found)
    assert found["details"] == {"fingerprint": stored().fingerprint}


def died(row: ConnectionRow, clock: Clock) -> None:
    """A holder took the lease of `row` and was killed."""
    from chalicelib.auth import lease

    our_aws.client("dynamodb").update_item(**lease.take(row, "01DEAD", clock.at))


def provider_token(provider: Provider, row: ConnectionRow) -> str:
    token = token_in(row)
    assert provider.is_alive(token)
    return token


def our_now(clock: Clock) -> Any:
    return grants._moment(clock.at)
