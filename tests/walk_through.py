"""The commands that the documentation shows, run as a reader would run them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import ROOT, LocalStack

README = (ROOT / "README.md").read_text()


def walk_through(title: str, page: str = README) -> list[str]:
    """The commands of the walk-through called `title`, one per line as typed."""
    block = re.search(rf"<!-- walk-through: {title} -->\n```console\n(.*?)```", page, re.DOTALL)
    assert block is not None
    joined = block[1].replace("\\\n", " ")
    return [line[2:] for line in joined.splitlines() if line.startswith("$ ")]


def run(
    commands: list[str], stack: LocalStack, folder: Path, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs them in `folder`, in one shell that ends at the first failure; `more` is added to its environment."""
    waygate = f'waygate() {{ {shlex.quote(sys.executable)} -m cli.main "$@"; }}'
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "WAYGATE_URL": stack.url,
        "WAYGATE_API_KEY": stack.key,
        **(more or {}),
    }
    script = "\n".join(["set -euo pipefail", waygate, *commands])
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=100
    )
