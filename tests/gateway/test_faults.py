"""A network that fails in every way it can: each failure has its reason, and a write is sent exactly once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.client import Api
from tests.egress.wire import Wire, answer
from tests.gateway import faults
from tests.gateway.faults import FaultProxy, Spoil, faulty
from tests.gateway.shop import add, call, open_shop

FAULTS: dict[str, tuple[Spoil, str, str]] = {
    "reset before the answer": (faults.reset_after(0), "broken", "upstream_unreachable"),
    "reset within the status line": (faults.reset_after(7), "broken", "upstream_unreachable"),
    "reset within the body": (faults.reset_after(90), "broken", "upstream_unreachable"),
    "closed before the answer": (faults.close_after(0), "broken", "upstream_unreachable"),
    "closed within the body": (faults.close_after(90), "broken", "upstream_unreachable"),
    "half closed": (faults.half_close, "broken", "upstream_unreachable"),
    "a length that is too long": (faults.LENGTH_TOO_LONG, "broken", "upstream_unreachable"),
    "chunks that are cut off": (faults.CHUNKS_CUT_OFF, "broken", "upstream_unreachable"),
    "late": (faults.latency(5), "timeout", "upstream_timeout"),
    "byte by byte": (faults.drip(0.05), "timeout", "upstream_timeout"),
    "chunks that are none": (faults.MALFORMED_CHUNKS, "broken", "upstream_unreachable"),
    "another protocol": (faults.GARBAGE, "invalid_answer", "upstream_invalid_response"),
}
AGAIN = {"broken"}  # reasons for which a read is tried again within the deadline of these tests


@pytest.fixture
def proxy(api: Api, wire: Wire) -> Iterator[FaultProxy]:
    """A shop behind a faulty network."""
    wire.reply = lambda seen: answer(b'{"padding": "' + b"x" * 50 + b'"}')
    with faulty(wire.port) as one:
        upstream = SimpleNamespace(url=one.url)
        open_shop(api, upstream, policy={"record": "metadata"})  # type: ignore[arg-type]
        yield one


def test_without_a_fault_all_is_well(api: Api, proxy: FaultProxy) -> None:
    assert call(api, "write", {"name": "x"}).status == 200
    assert proxy.requests == 1


@pytest.mark.parametrize("name", FAULTS)
def test_a_write_that_fails_is_sent_once_and_its_outcome_unknown(api: Api, proxy: FaultProxy, name: str) -> None:  # G3
    proxy.fault, reason, code = FAULTS[name]
    started = time.monotonic()
    got = call(api, "write", {"name": "x"}, Waygate_Timeout="0.4")
    assert (got.json["code"], got.json["outcome"], got.json["retryable"]) == (code, "unknown", False)
    assert [one["reason"] for one in got.json["upstream"]["attempts"]] == [reason]
    assert proxy.requests == 1
    assert time.monotonic() - started < 2  # D7


@pytest.mark.parametrize("name", FAULTS)
def test_a_read_that_fails_is_tried_again_where_that_can_help(api: Api, proxy: FaultProxy, name: str) -> None:  # G4
    proxy.fault, reason, code = FAULTS[name]
    got = call(api, "read", Waygate_Timeout="0.4" if reason == "timeout" else "5")
    assert (got.json["code"], got.json.get("outcome")) == (code, None)
    assert [one["reason"] for one in got.json["upstream"]["attempts"]] == [reason] * (3 if reason in AGAIN else 1)


@pytest.mark.parametrize("name", [name for name, (_, reason, _) in FAULTS.items() if reason in AGAIN])
def test_a_network_that_recovers_is_not_noticed_by_a_read(api: Api, proxy: FaultProxy, name: str) -> None:  # G4
    spoil = FAULTS[name][0]

    def once(line: faults.Line, answer: bytes) -> None:
        (spoil if proxy.requests == 1 else faults.nothing)(line, answer)

    proxy.fault = once
    got = call(api, "read")
    assert (got.status, proxy.requests) == (200, 2)
    assert [one.get("reason") for one in got.json["meta"]["upstream"]["attempts"]] == ["broken", None]


def test_a_write_with_an_idempotency_header_is_sent_again_under_the_same_key(
    api: Api, wire: Wire, proxy: FaultProxy
) -> None:  # G3
    api.ok("PATCH", "/actions/shop/write", {"idempotency_header": "X-Once"})
    proxy.fault = faults.close_after(0)
    got = call(api, "write", {"name": "x"})
    assert len({seen.header("x-once") for seen in wire.requests}) == 1
    assert (proxy.requests, got.json["outcome"]) == (3, "unknown")


def test_what_was_sent_once_stays_unknown_though_the_last_attempt_never_left(api: Api, proxy: FaultProxy) -> None:  # G3
    api.ok("PATCH", "/actions/shop/write", {"idempotency_header": "X-Once"})

    def spoil(line: faults.Line, answer: bytes) -> None:
        proxy._listener.close()  # from now on nothing listens
        line.reset()

    proxy.fault = spoil
    got = call(api, "write", {"name": "x"})
    reasons = [one["reason"] for one in got.json["upstream"]["attempts"]]
    assert (reasons[0], reasons[-1]) == ("broken", "connect_error")
    assert got.json["outcome"] == "unknown"


def test_a_body_that_takes_time_may_come_within_the_deadline(api: Api, proxy: FaultProxy) -> None:  # D7
    proxy.fault = faults.drip(0.001)
    add(api, "slow")
    assert call(api, "slow", Waygate_Timeout="10").status == 200


@pytest.mark.parametrize("name", ["write", "read"])
def test_the_integrations_and_lambdas_time_bound_the_callers(
    api: Api, proxy: FaultProxy, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # D7
    """The earliest of `Waygate-Timeout`, the policy and Lambda's remaining time wins."""
    from chalicelib.api.routing import Context

    proxy.fault = faults.latency(5)
    started = time.monotonic()
    if name == "write":
        api.ok("PATCH", "/integrations/shop", {"policy": {"timeout_s": 0.2}})
    else:
        given = Context.of
        monkeypatch.setattr(
            Context, "of", lambda request, _, parameters, **named: given(request, _Lambda(), parameters, **named)
        )
    got = call(api, name, Waygate_Timeout="20")
    assert (got.status, got.json["code"]) == (504, "upstream_timeout")
    assert time.monotonic() - started < 1.5


class _Lambda:
    """A function with 1.7 s left, of which 1.5 s are kept for the answer."""

    def get_remaining_time_in_millis(self) -> int:
        return 1_700
