"""`python -m infra.local` as its owner sees it, with a small application in place of Waygate's own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
APPLICATION = """
import boto3
from chalice import Chalice, Response

app = Chalice("waygate", configure_logs=False)
TABLE = "waygate-local-workspaces"


def item(name):
    return {"kind": {"S": "k"}, "name": {"S": name}}


@app.route("/v1/items/{name}", methods=["GET", "PUT"])
def items(name):
    db = boto3.client("dynamodb")
    if app.current_request.method == "PUT":
        db.put_item(TableName=TABLE, Item=item(name))
    return {"found": "Item" in db.get_item(TableName=TABLE, Key=item(name))}


@app.lambda_function(name="administer")
def administer(event, context):
    db = boto3.client("dynamodb")
    if "Item" in db.get_item(TableName=TABLE, Key=item("key")) and not event.get("replace"):
        return {"key": None}
    db.put_item(TableName=TABLE, Item=item("key"))
    return {"key": "wg_live_second" if event.get("replace") else "wg_live_first"}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Local:
    """A folder with an application in it, and the processes started there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.control_port = free_port(), free_port()
        (folder / "app.py").write_text(APPLICATION)
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, **options: Any) -> subprocess.Popen[str]:
        chosen = {"port": self.port, "control-port": self.control_port, **options}
        arguments = [f"--{name}={value}" for name, value in chosen.items()]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "WAYGATE_"))}
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local", "--no-demo", *arguments],
            cwd=self.folder,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def ready(self) -> subprocess.Popen[str]:
        process = self.start()
        assert process.stdout is not None
        banner = [process.stdout.readline() for _ in range(3)]
        assert "key wg_live_" in banner[-1], process.communicate(timeout=10)
        return process

    def ask(self, method: str, name: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, f"/api/v1/items/{name}", headers={"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    local = Local(tmp_path)
    yield local
    for process in local.processes:
        process.kill()
        process.communicate(timeout=10)


def test_what_was_acknowledged_survives_kill_9(local: Local) -> None:
    process = local.ready()
    for number in range(20):
        local.ask("PUT", f"n{number}")
    process.kill()
    process.wait(timeout=10)
    local.ready()
    assert all(local.ask("GET", f"n{number}") == {"found": True} for number in range(20))
    assert local.ask("GET", "n20") == {"found": False}


def test_the_first_start_writes_the_key_and_a_lost_file_brings_a_new_one(local: Local) -> None:
    env = local.folder / ".waygate" / "env"
    first = f"export WAYGATE_URL=http://127.0.0.1:{local.port}\nexport WAYGATE_API_KEY=wg_live_first\n"
    for prepare, expected in (
        (lambda: None, first),
        (lambda: None, first),
        (env.unlink, first.replace("first", "second")),
    ):
        prepare()
        process = local.ready()
        assert env.read_text() == expected
        assert stat.S_IMODE(env.stat().st_mode) == 0o600
        process.terminate()
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_in_one_line(local: Local, number: signal.Signals) -> None:
    process = local.ready()
    local.ask("PUT", "n")
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert (out.strip(), err) == ("Waygate stops; its state is in .waygate/", "")
    assert (local.folder / ".waygate" / "export.jsonl").exists()


def failure(process: subprocess.Popen[str]) -> str:
    """The one line of a start that failed."""
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.count("\n") == 1, err
    return err


def test_a_port_in_use_ends_the_start_with_one_line(local: Local) -> None:
    for option in ("port", "control-port"):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            assert f"port {port} is in use" in failure(local.start(**{option: port}))


def test_a_state_folder_that_cannot_be_written_ends_the_start_with_one_line(local: Local) -> None:
    (local.folder / "file").write_text("")
    assert "cannot be written" in failure(local.start(state="file/state"))


def test_a_second_process_on_the_same_state_ends_with_one_line(local: Local) -> None:
    local.ready()
    ports: dict[str, Callable[[], int]] = {"port": free_port, "control-port": free_port}
    line = failure(local.start(**{name: choose() for name, choose in ports.items()}))
    assert "another process uses the state folder .waygate" in line
