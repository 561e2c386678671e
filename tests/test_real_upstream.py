"""The whole loop against a real API that knows nothing of us: jupyter-server, from its own description."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.client import Api
from tests.conftest import ROOT, free_ports

TOKEN = "jupyter-token-0123456789abcdef"


@dataclass(frozen=True)
class Jupyter:
    """A running jupyter-server and the description that it ships."""

    url: str
    description: bytes


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    home = tmp_path_factory.mktemp("jupyter")
    (home / "files").mkdir()
    (port,) = free_ports(1)
    python = ROOT / ".venv-upstreams" / "bin" / "python"
    if not python.exists():
        pytest.skip("jupyter-server is not installed: `make test` puts it into .venv-upstreams")
    command = [str(python), "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={home / 'files'}"]
    command += [f"--IdentityProvider.token={TOKEN}", "--ServerApp.port_retries=0"]
    environment = {**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "run")}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    _wait_until_ready(f"http://127.0.0.1:{port}/api", process, home / "log")
    find = "import jupyter_server; print(jupyter_server.__path__[0])"
    package = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True).stdout.strip()
    description = (Path(package) / "services" / "api" / "api.yaml").read_bytes()
    yield Jupyter(f"http://127.0.0.1:{port}", description)
    process.terminate()
    process.wait(20)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()


def test_a_kernel_is_started_and_a_file_written_and_read_back(
    api: Api, jupyter: Jupyter, run_job: Callable[..., dict[str, Any]]
) -> None:
    kept = api.ok("POST", "/uploads", raw=gzip.compress(jupyter.description))
    job = run_job(
        "jupyter",
        {"type": "openapi", "upload": kept["upload"]},
        base_url=jupyter.url,
        auth={"type": "bearer", "prefix": "token"},
    )
    assert (job["status"], job["error"]) == ("needs_review", None)
    api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {})
    actions = {(a["method"], a["path"]): a["name"] for a in _all_actions(api)}
    assert len(actions) == job["progress"]["endpoints"] > 30

    def call(method: str, path: str, /, **values: Any) -> Any:
        answer = api.post(f"/actions/jupyter/{actions[method, path]}", values)
        assert answer.status == 200, (method, path, answer.json)
        return answer.json

    without = api.post(f"/actions/jupyter/{actions['GET', '/api/kernels']}")
    assert without.json["code"] == "connection_required"
    api.ok("PUT", "/connections/jupyter/default", {"token": "wrong-token-0000000000"})
    refused = api.post(f"/actions/jupyter/{actions['GET', '/api/kernels']}")
    assert (refused.status, refused.json["code"]) == (424, "upstream_refused")
    api.ok("PUT", "/connections/jupyter/default", {"token": TOKEN})
    verification = {"verification": {"path": "/api/status"}}
    api.ok("PATCH", "/integrations/jupyter", verification)
    assert api.ok("POST", "/connections/jupyter/default/test")["ok"] is True

    kernel = call("POST", "/api/kernels", name="python3")
    assert kernel["meta"]["upstream"]["status"] == 201
    kernel_id = kernel["data"]["id"]
    assert [k["id"] for k in call("GET", "/api/kernels")["data"]] == [kernel_id]

    text = "written through Waygate: ü €\n"
    call("PUT", "/api/contents/{path}", path="note.txt", type="file", format="text", content=text)
    read = call("GET", "/api/contents/{path}", path="note.txt", content=1)
    assert (read["data"]["content"], read["data"]["path"]) == (text, "note.txt")
    assert call("DELETE", "/api/contents/{path}", path="note.txt")["data"] is None
    assert call("DELETE", "/api/kernels/{kernel_id}", kernel_id=kernel_id)["meta"]["upstream"]["status"] == 204
    assert call("GET", "/api/kernels")["data"] == []
    assert TOKEN not in json.dumps(api.ok("GET", "/connections/jupyter/default"))


def _all_actions(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.ok("GET", "/actions?integration=jupyter&limit=100")["data"]
    return found
