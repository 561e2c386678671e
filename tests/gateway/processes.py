"""Other processes over the same store, each with a memory of its own (`tests.gateway.worker`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from infra.local.endpoint import Endpoint
from tests.conftest import ROOT


class Process:
    """A process that calls when it is told to."""

    def __init__(self, endpoint: Endpoint, key: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.gateway.worker", key],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._line("ready")

    def begin(self, what: str, clock: float, count: int, name: str) -> None:
        """Tell it, and do not wait."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what} {clock} {count} {name}\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """What came of it."""
        return json.loads(self._line("= ")[2:])

    def calls(self, clock: float, count: int = 1, name: str = "read") -> list[str]:
        """Invoke `shop/{name}` at that moment, so often: the codes."""
        self.begin("calls", clock, count, name)
        codes: list[str] = self.answer()
        return codes

    def takes(self, clock: float, count: int, workspace: str = "default") -> int:
        """How many of so many calls our own limits let through."""
        self.begin("takes", clock, count, workspace)
        taken: int = self.answer()
        return taken

    def kill(self) -> None:
        """-9"""
        self._process.kill()
        self._process.communicate(timeout=20)

    def _line(self, start: str) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(start):  # the rest is what the application logs
                return line.strip()
        raise AssertionError("the process has ended")
