"""schemathesis against a whole local stack: data that fits the description and data that does not, over HTTP.

No answer is a server error; every status, content type, header and body is described; what does not fit is refused.
"""

from __future__ import annotations

import faulthandler
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, LocalStack, start_stack

FOLDER = Path(__file__).parent
PARTS = ["^/(integrations|actions)", "^/(connect|oauth|scrape)", "^/(?!integrations|actions|connect|oauth|scrape)"]
pytestmark = pytest.mark.xdist_group("fuzz")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of its own: what is called is changed and deleted."""
    state = tmp_path_factory.mktemp("fuzz") / "state"
    process, stack = start_stack(state)
    yield stack
    print(state.with_suffix(".log").read_text()[-20_000:])  # shown where a test has failed
    process.terminate()
    process.wait(10)


def ask(stack: LocalStack, method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{stack.url}/api/v1{path}", data, method=method)
    request.add_header("Authorization", f"Bearer {stack.key}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def names(stack: LocalStack) -> dict[str, str]:
    """What is there, by path parameter."""
    ask(stack, "PATCH", "/integrations/demo", {"policy": {"record": "full"}, "tags": ["pets"]})
    (job,) = ask(stack, "GET", "/scrape-jobs?integration=demo")["data"]
    called = ask(stack, "POST", "/actions/demo/get-pet", {"pet_id": 1})
    spare = ask(stack, "POST", "/api-keys", {"name": "spare", "scopes": ["invoke"]})
    return {
        "integration": "demo",
        "action": "get-pet",
        "connection": "default",
        "job": job["id"],
        "request": called["meta"]["request_id"],
        "key_id": spare["id"],
        "tag": "pets",
    }


@pytest.mark.parametrize("phase", ["coverage", "fuzzing"])
@pytest.mark.parametrize("paths", PARTS)
def test_the_api_is_what_it_says_whatever_it_is_asked(
    stack: LocalStack, names: dict[str, str], tmp_path: Path, paths: str, phase: str
) -> None:
    command = [Path(sys.executable).with_name("schemathesis"), "--config-file", FOLDER / "schemathesis.toml", "run"]
    command += [f"{stack.url}/api/v1/openapi.json", "-H", f"Authorization: Bearer {stack.key}", "--warnings", "off"]
    command += ["--phases", phase, "--include-path-regex", paths]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "WAYGATE_FUZZ_NAMES": json.dumps(names),
    }
    faulthandler.cancel_dump_traceback_later()  # pytest's two minutes are for a test that hangs: this one is bounded
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert "Tested: " in done.stdout
