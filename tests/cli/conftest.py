"""The command as a user runs it: a process of its own, told by its environment where Waygate is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, LocalStack

COMMAND = (sys.executable, "-m", "cli.main")


@dataclass(frozen=True)
class Ran:
    """What a run of the command left."""

    status: int
    stdout: bytes
    err: str

    @property
    def out(self) -> str:
        """Standard output as text."""
        return self.stdout.decode()

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.stdout)


class Waygate:
    """Runs the command in `folder` with `variables`."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            **variables,
        }

    def __call__(self, *arguments: str, stdin: str | bytes = b"", **variables: str) -> Ran:
        """Run it to its end; standard input is never a terminal."""
        ran = subprocess.run(
            [*COMMAND, *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=self.folder,
            env={**self.environment, **variables},
            timeout=60,
            check=False,
        )
        assert b"Traceback" not in ran.stderr, ran.stderr.decode()
        return Ran(ran.returncode, ran.stdout, ran.stderr.decode())

    def ok(self, *arguments: str, **options: Any) -> Ran:
        """A run that must succeed."""
        ran = self(*arguments, **options)
        assert ran.status == 0, f"{arguments}: {ran.status}\n{ran.out}\n{ran.err}"
        return ran


@pytest.fixture
def alone(tmp_path: Path) -> Waygate:
    """The command without any configuration."""
    return Waygate(tmp_path, {})


@pytest.fixture
def waygate(local_stack: LocalStack, tmp_path: Path) -> Waygate:
    """The command with the key of a real local stack."""
    return Waygate(tmp_path, {"WAYGATE_URL": local_stack.url, "WAYGATE_API_KEY": local_stack.key})
