"""The real local stack, over HTTP, as `make run` starts it."""

from __future__ import annotations

import concurrent.futures
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, LocalStack, free_ports, start_stack

pytestmark = pytest.mark.xdist_group("local_stack")


def call(stack: LocalStack, method: str, path: str, body: Any = None, *, key: str | None = None) -> tuple[int, Any]:
    """One HTTP request to the stack's API."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{stack.url}/api/v1{path}", data, method=method)
    request.add_header("Authorization", f"Bearer {key or stack.key}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_the_demo_is_ready_from_the_start(local_stack: LocalStack) -> None:
    status, answer = call(local_stack, "POST", "/actions/demo/get-pet", {"pet_id": 1})
    assert (status, answer["data"]["name"]) == (200, "Rex")
    status, me = call(local_stack, "GET", "/me")
    assert (status, me["scopes"]) == (200, ["root"])


def test_many_callers_at_once_each_get_their_own_answer(local_stack: LocalStack) -> None:
    def one(n: int) -> bool:
        status, answer = call(local_stack, "POST", "/actions/demo/get-pet", {"pet_id": n % 10 + 1})
        return status == 200 and answer["data"]["id"] == n % 10 + 1

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(one, range(200)))


def test_an_invocation_is_in_the_log_once_it_is_recorded(local_stack: LocalStack) -> None:
    _, answer = call(local_stack, "POST", "/actions/demo/get-pet", {"pet_id": 2})
    request_id = answer["meta"]["request_id"]
    status, record = call(local_stack, "GET", f"/invocations/{request_id}")
    for _ in range(1000):
        if status != 404:
            break
        assert record["code"] == "not_recorded_yet"
        status, record = call(local_stack, "GET", f"/invocations/{request_id}")
    assert (status, record["action"], record["outcome"]) == (200, "get-pet", "succeeded")


def test_a_host_that_is_not_this_machine_is_misdirected(local_stack: LocalStack) -> None:
    request = urllib.request.Request(f"{local_stack.url}/api/v1/health", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    assert caught.value.code == 421
    caught.value.close()


def test_an_oversized_body_is_answered_before_it_is_read(local_stack: LocalStack) -> None:
    host, port = local_stack.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as sock:
        head = f"POST /api/v1/scrape-jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {local_stack.key}\r\n"
        sock.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 12000000\r\n\r\n".encode())
        answer = b""
        while chunk := sock.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 413 ")
    problem = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert problem["code"] == "too_large"
    assert "/api/v1/uploads" in problem["detail"]


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that must not outlive the test."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait(10)


def test_no_acknowledged_write_is_lost_to_kill_9(tmp_path: Path, processes: list[subprocess.Popen[bytes]]) -> None:
    state = tmp_path / "state"
    process, stack = start_stack(state, "--no-demo")
    processes.append(process)
    _, made = call(stack, "POST", "/api-keys", {"name": "survivor", "scopes": ["admin"]})
    names = sorted(f"shop-{n}" for n in range(25))
    for name in names:
        facts = {"name": name, "base_url": "http://127.0.0.1:9999", "auth": {"type": "bearer"}}
        assert call(stack, "POST", "/integrations", facts)[0] == 201
        assert call(stack, "PUT", f"/connections/{name}/default", {"token": f"{name}-0123456789"})[0] == 201
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert stat.S_IMODE((state / "env").stat().st_mode) == 0o600

    process, again = start_stack(state, "--no-demo")
    processes.append(process)
    assert again.key == stack.key
    status, page = call(again, "GET", "/integrations?limit=100", key=made["key"])
    assert (status, [i["name"] for i in page["data"]]) == (200, names)
    _, connections = call(again, "GET", "/connections?limit=100")
    assert {c["integration"] for c in connections["data"]} == set(names)
    assert {c["status"] for c in connections["data"]} == {"active"}
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0


@pytest.mark.parametrize("taken", ["--port", "--demo-port", "--control-port"])
def test_a_port_in_use_is_one_clear_line(tmp_path: Path, taken: str) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        ports = dict(zip(["--port", "--demo-port", "--control-port"], free_ports(3), strict=True))
        ports[taken] = holder.getsockname()[1]
        failed = _start(tmp_path / "state", ports)
    assert failed.returncode == 1
    assert len(failed.stderr.strip().splitlines()) == 1
    assert str(ports[taken]) in failed.stderr


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    failed = _start(
        tmp_path / "file" / "state", dict(zip(["--port", "--demo-port", "--control-port"], free_ports(3), strict=True))
    )
    assert failed.returncode == 1
    assert len(failed.stderr.strip().splitlines()) == 1, failed.stderr


def _start(state: Path, ports: dict[str, int]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.local", "--state", str(state)]
    for option, port in ports.items():
        command += [option, str(port)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "WAYGATE_"))}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
