"""The rehearsal's internet, within a function: names that lead to servers on this machine.

A deployed function calls no private address, so an upstream on loopback has to look public. Lambda's runtime client
is started through this module (`AWS_LAMBDA_EXEC_WRAPPER`, as any wrapper in AWS): `REHEARSAL_INTERNET` names hosts
with their address and port here, and only the lowest layer of the standard library knows. What Waygate resolves,
judges and connects to is a public address.
"""

from __future__ import annotations

import json
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "REHEARSAL_INTERNET"
_FIRST: Final = 20  # the last part of the first host's address


def addresses(hosts: list[str]) -> dict[str, str]:
    """A public address for each host: of a block that is nobody's here, and no special one."""
    return {host: f"151.101.0.{_FIRST + number}" for number, host in enumerate(hosts)}


def write_wrapper(folder: Path) -> Path:
    """The script that Lambda's runtime client is started through, with the interpreter and its arguments behind it."""
    script = folder / "wrapper"
    script.write_text(f'#!/bin/sh\npython="$1"\nshift 4\nexec "$python" -S "{Path(__file__).resolve()}" "$@"\n')
    script.chmod(0o755)
    return script


def open_up(ports: dict[str, int]) -> None:
    """From here on, the hosts are found, and connections to them end at their ports on loopback."""
    known = addresses(list(ports))
    resolve, by_address = socket.getaddrinfo, {known[host]: port for host, port in ports.items()}

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return resolve(known.get(host, host), port, *args, **kwargs)

    class Socket(socket.socket):
        def connect(self, address: Any) -> None:
            super().connect(("127.0.0.1", by_address[address[0]]) if address[0] in by_address else address)

    socket.getaddrinfo, socket.socket = getaddrinfo, Socket  # type: ignore[misc]


if __name__ == "__main__":
    open_up(json.loads(os.environ.pop(VARIABLE)))
    sys.path[0] = str(Path.cwd())  # the function's code, as with `-m`, and not this folder
    sys.argv = ["awslambdaric", *sys.argv[1:]]
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)
