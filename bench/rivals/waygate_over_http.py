"""Waygate's local stack, a process of its own, called over HTTP by urllib3.

Arguments: the upstream's address, and what is recorded of a call (`policy.record`). Here the stand-in delivers and
stores the records, in the same process; in AWS that is another function's work.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import urllib3

from bench import meter
from bench.rivals import waygate_setup


def main(upstream: str, record: str) -> None:
    """Serve the meter."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        port, demo, control = meter.free_ports(3)
        command = [sys.executable, "-m", "infra.local", "--state", str(state), "--port", str(port)]
        command += ["--demo-port", str(demo), "--control-port", str(control)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            wait_until_ready(server)
            key = (state / "env").read_text().split("WAYGATE_API_KEY=")[1].split()[0].strip("'\"")
            url = f"http://127.0.0.1:{port}/api/v1"
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            pool = urllib3.PoolManager()

            def call(method: str, path: str, body: Any) -> Any:
                answer = pool.request(method, url + path, headers=headers, body=json.dumps(body))
                if answer.status >= 300:
                    raise RuntimeError(answer.data)
                return answer.json()

            waygate_setup.prepare(call, upstream, 10, record)

            def new_caller() -> Callable[[], Any]:
                mine = urllib3.PoolManager()
                target = f"{url}/actions/{waygate_setup.NAME}/read-item-0"
                return lambda: mine.request("POST", target, headers=headers, body=b'{"id": 7}').json()["data"]["id"]

            meter.serve(functools.partial(meter.measure, new_caller, servers=[server.pid]))
        finally:
            server.terminate()
            server.wait(20)


def wait_until_ready(server: subprocess.Popen[str]) -> None:
    """Returns when the stack has said where it is."""
    for line in server.stdout or ():
        if line.startswith("  API"):
            return
    raise RuntimeError("the local stack did not start")


if __name__ == "__main__":
    main(*sys.argv[1:])
