"""Several processes and one expired token: one exchange, whoever dies, and whoever comes late."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from chalicelib.auth import refresh
from chalicelib.auth.lease import LEASE_S, Wish
from chalicelib.registry.models import IntegrationFacts
from infra.local.endpoint import Endpoint
from infra.local.standin import LocalAws
from tests.auth import grants
from tests.auth.grants import Clock, add_crm, connect, renewal, stored, token_in
from tests.auth.provider import LIFETIME_S, Provider, serving
from tests.client import Api
from tests.conftest import ROOT

PROCESSES, THREADS = 5, 10


@pytest.fixture(scope="module")
def endpoint(_standin: LocalAws) -> Iterator[Endpoint]:
    endpoint = Endpoint(0)
    yield endpoint
    endpoint.stop()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as one:
        yield one


@pytest.fixture
def crm(api: Api, provider: Provider) -> IntegrationFacts:
    return add_crm(api, provider)


def start(endpoint: Endpoint, *arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.auth.worker", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def next_line(process: subprocess.Popen[str], starting_with: tuple[str, ...]) -> str:
    """The next line of its own; what the application logs is passed over."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(starting_with):
            return line.strip()
    raise AssertionError("the process has ended")


def end(process: subprocess.Popen[str]) -> None:
    process.kill()  # -9
    process.communicate(timeout=20)


def call_from_processes(api: Api, endpoint: Endpoint) -> list[list[object]]:
    """`[status, code, detail]` of each of `PROCESSES` × `THREADS` calls that are made at once."""
    processes = [start(endpoint, "calls", str(api.key), str(THREADS)) for _ in range(PROCESSES)]
    try:
        for process in processes:
            next_line(process, ("ready",))
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return [answer for process in processes for answer in json.loads(next_line(process, ("[",)))]
    finally:
        for process in processes:
            end(process)


def test_fifty_callers_in_five_processes_make_one_exchange(
    api: Api, crm: IntegrationFacts, provider: Provider, endpoint: Endpoint
) -> None:  # E5
    connect(crm, provider.grant(), now=time.time() - LIFETIME_S - 10)
    provider.takes_s = 0.3
    answers = call_from_processes(api, endpoint)
    assert [status for status, *_ in answers] == [200] * 50, answers
    assert len(provider.asked_with) == 1
    assert set(provider.api_calls) == {token_in(stored())}


@pytest.mark.parametrize(
    ("step", "exchanges", "status", "reason"),
    [
        ("before the exchange", 1, "active", None),
        ("after the exchange", 2, "needs_reauth", "interrupted_refresh"),
        ("after saving", 1, "active", None),
    ],
)
def test_a_holder_of_the_lease_is_killed(
    crm: IntegrationFacts,
    provider: Provider,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    exchanges: int,
    status: str,
    reason: str | None,
) -> None:  # E5 E6
    connect(crm, provider.grant(), now=time.time() - LIFETIME_S - 10)
    holder = start(endpoint, "dies", step)
    try:
        assert next_line(holder, (step,)) == step
    finally:
        end(holder)
    clock = Clock(time.time())
    grants.pace_of(monkeypatch, clock)
    for _ in range(3):  # whoever comes by, as often as they like
        refresh.refresh(stored(), Wish.DUE, renewal(crm), until=clock.at + 120)
    assert sum(clock.slept) <= LEASE_S + 2
    found = stored()
    assert (found.status, found.reason, len(provider.asked_with)) == (status, reason, exchanges)
    assert provider.is_alive(token_in(found)) == (status == "active")
