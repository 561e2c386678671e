"""What the tests of the gateway share: an upstream that records what it is sent, and a count of calls to AWS."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import botocore.handlers
import pytest

from chalicelib.gateway import admit
from infra.local.endpoint import Endpoint
from tests.client import Api
from tests.egress.wire import Wire, serving
from tests.gateway.processes import Process

_calls: list[tuple[int, str]] = []


def _note(model: object, **_: object) -> None:
    _calls.append((threading.get_ident(), getattr(model, "name", "?")))


# Clients copy these handlers when their session is made, so they must be here before the first one is.
botocore.handlers.BUILTIN_HANDLERS.append(("before-call", _note))


@pytest.fixture
def wire() -> Iterator[Wire]:
    """An upstream that answers `{}`, unless told otherwise."""
    with serving() as server:
        yield server


class AwsCalls:
    """The AWS operations that this thread has made since the last `forget`."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self._from = len(_calls)

    @property
    def made(self) -> list[str]:
        """Their names, in order."""
        here = threading.get_ident()
        return [name for thread, name in _calls[self._from :] if thread == here]


@pytest.fixture
def aws_calls() -> AwsCalls:
    """Counts calls to AWS."""
    return AwsCalls()


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
