"""The local stack in a process of its own, with something to see on every page."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_READY_S = 90.0
_RECORDED_S = 5.0  # calls are recorded behind their answers


@contextlib.contextmanager
def local_stack() -> Iterator[str]:
    """The origin of a stack with the demo, and some calls in its log; it ends with the context."""
    with tempfile.TemporaryDirectory() as folder:
        ports = _free_ports(3)
        command = [sys.executable, "-m", "infra.local", "--state", f"{folder}/state", "--port", str(ports[0])]
        command += ["--demo-port", str(ports[1]), "--control-port", str(ports[2])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                if not any(line.startswith("  Try") for line in process.stdout):
                    raise RuntimeError("the local stack did not start")
                url = f"http://127.0.0.1:{ports[0]}"
                _call_some(url, _key(Path(folder, "state", "env")))
                yield url
            finally:
                process.terminate()
                process.wait(_READY_S)  # it says good-bye to the pipe


def _call_some(url: str, key: str) -> None:
    for number in range(30):
        body = json.dumps({"pet_id": 1 + number % 3}).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        asked = urllib.request.Request(f"{url}/api/v1/actions/demo/get-pet", body, headers)
        urllib.request.urlopen(asked, timeout=_READY_S).close()
    time.sleep(_RECORDED_S)


def _key(env: Path) -> str:
    return env.read_text().split("WAYGATE_API_KEY=")[1].split()[0].strip("'\"")


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
