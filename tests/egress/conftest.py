"""What the tests of the door need: the guard as deployed."""

from __future__ import annotations

import pytest

from chalicelib.egress import guard
from chalicelib.settings import Settings


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard as it is in a deployment: private addresses are refused."""
    monkeypatch.setattr(guard, "settings", lambda: Settings(stage="prod"))
