"""What the tests of the gateway share: an upstream that records what it is sent, and a count of calls to AWS."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import botocore.handlers
import pytest

from tests.egress.wire import Wire, serving

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
