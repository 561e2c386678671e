"""What the tests of the gateway share: an upstream that records what it is sent, processes, and a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from chalicelib.gateway import admit
from infra.local.endpoint import Endpoint
from tests.client import Api
from tests.egress.wire import Wire, serving
from tests.gateway.processes import Process


@pytest.fixture
def wire() -> Iterator[Wire]:
    """An upstream that answers `{}`, unless told otherwise."""
    with serving() as server:
        yield server


@pytest.fixture
def processes(api: Api) -> Iterator[Callable[[], Process]]:
    """Starts processes that share this one's store."""
    endpoint = Endpoint(0)
    started: list[Process] = []

    def start() -> Process:
        started.append(Process(endpoint, str(api.key)))
        return started[-1]

    yield start
    for process in started:
        process.kill()
    endpoint.stop()


@dataclass
class Clock:
    """The gateway's time of day, in epoch seconds; it stands still unless it is set."""

    at: float = 1_900_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock(aws: object, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Simulated time for what is agreed on between processes."""
    clock = Clock()
    monkeypatch.setattr(admit, "CLOCK", clock)
    return clock
