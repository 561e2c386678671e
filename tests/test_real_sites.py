"""Documentation of real servers, read as a person would find it, becomes actions that work on the running servers."""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.client import Api
from tests.conftest import SHARED, free_ports

CORPUS = SHARED / "corpus" / "dev"
RunJob = Callable[..., dict[str, Any]]


@contextmanager
def site(name: str) -> Iterator[str]:
    """The documentation of the corpus, served on loopback."""
    folder = CORPUS / name / "site"
    if not folder.exists():
        pytest.skip(f"NO CORPUS: {folder} is missing, so {name}'s documentation is not read")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running(package: str, ready: str, *command: str) -> Iterator[None]:
    """A server of a Debian package, once it answers at `ready`."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"NOT PROVED LIVE: {command[0]} is not installed (apt-get install {package})")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    try:
        while True:
            try:
                urllib.request.urlopen(ready, timeout=1).close()
                break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None and time.monotonic() < deadline, f"{command[0]} does not answer"
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(15)


def published(api: Api, run_job: RunJob, name: str, url: str, base_url: str) -> dict[tuple[str, str], str]:
    """The actions that reading the site gives, all published by name: (method, path) → action."""
    job = run_job(name, {"url": url}, base_url=base_url, auth={"type": "none"})
    assert job["status"] == "needs_review", job
    draft = api.ok("GET", f"/scrape-jobs/{job['id']}/draft?limit=100")
    names = [each["name"] for each in draft["actions"]]
    api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {"accept": names})
    return {(each["method"], each["path"]): each["name"] for each in draft["actions"]}


def test_the_documentation_of_prometheus_becomes_calls_that_succeed(api: Api, run_job: RunJob, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    base = f"http://127.0.0.1:{port}"
    (tmp_path / "prometheus.yml").write_text("global: {scrape_interval: 1h}\n")
    options = (f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data")
    command = ("prometheus", *options, f"--web.listen-address=127.0.0.1:{port}")
    with running("prometheus", f"{base}/-/ready", *command), site("prometheus") as url:
        actions = published(api, run_job, "prometheus", url, base)
        query = api.ok("POST", f"/actions/prometheus/{actions['GET', '/api/v1/query']}", {"query": "vector(42)"})
        assert query["data"]["data"]["result"][0]["value"][1] == "42"
        window = {"query": "vector(1)", "start": "1700000000", "end": "1700000060", "step": 30}
        ranged = api.ok("POST", f"/actions/prometheus/{actions['GET', '/api/v1/query_range']}", window)
        assert len(ranged["data"]["data"]["result"][0]["values"]) == 3
        names = api.ok(
            "POST", f"/actions/prometheus/{actions['GET', '/api/v1/label/{label_name}/values']}", {"label_name": "job"}
        )
        assert names["data"]["status"] == "success"
        build = api.ok("POST", f"/actions/prometheus/{actions['GET', '/api/v1/status/buildinfo']}", {})
        assert build["data"]["data"]["version"]


def test_the_documentation_of_etcd_becomes_calls_that_succeed(api: Api, run_job: RunJob, tmp_path: Path) -> None:
    port, peer = free_ports(2)
    base, peers = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer}"
    command = ["etcd", "--enable-v2=true", f"--data-dir={tmp_path}/data", f"--listen-client-urls={base}"]
    command += [
        f"--advertise-client-urls={base}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
    ]
    command += [f"--initial-cluster=default={peers}"]
    with running("etcd-server", f"{base}/version", *command), site("etcd") as url:
        actions = published(api, run_job, "etcd", url, base)
        ((path, put),) = [
            (path, name) for (method, path), name in actions.items() if method == "PUT" and "/keys/{" in path
        ]
        parameter = path.split("{")[1].split("}")[0]
        stored = api.ok("POST", f"/actions/etcd/{put}", {parameter: "greeting", "value": "hello"})
        assert stored["data"]["node"]["value"] == "hello"
        read = api.ok("POST", f"/actions/etcd/{actions['GET', path]}", {parameter: "greeting"})
        assert read["data"]["node"]["value"] == "hello"
        assert api.ok("POST", f"/actions/etcd/{actions['GET', '/version']}", {})["data"]["etcdserver"]
        gone = api.ok("POST", f"/actions/etcd/{actions['DELETE', path]}", {parameter: "greeting"})
        assert gone["data"]["action"] == "delete"
