"""The rehearsal of a deployment, in a process of its own: it makes another AWS of moto than the other tests have."""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

LIMIT_S = 1_500  # of a machine that is busy with other things; alone it takes minutes


@pytest.fixture
def _takes_minutes() -> Iterator[None]:
    """This one test may take longer than the others."""
    faulthandler.cancel_dump_traceback_later()
    faulthandler.dump_traceback_later(LIMIT_S + 60, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.usefixtures("_takes_minutes")
def test_the_rehearsal_goes_well() -> None:
    command = [sys.executable, "-m", "pytest", "tests/rehearsal/story.py", "-q", "-s", "-p", "no:cacheprovider"]
    command += ["-o", f"faulthandler_timeout={LIMIT_S}"]
    # It stands for a developer's machine: a CI keeps no key.
    own = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
