"""`python -m infra.local`: Waygate on this machine, whole.

    options → ports → state folder → resources and state → application → servers → key → demo → wait for Ctrl-C

Whatever cannot be had ends the start with one line that says what to do, and status 1.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts it with an older one should hear so
    sys.exit(f"waygate: Python 3.11 or newer is needed, this is {sys.version_info[0]}.{sys.version_info[1]}")

import argparse
import gc
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local import environment
from infra.local.ports import PortInUse, require_free

_COLLECT_RARELY = (50_000, 20, 100)  # the store is in memory, and grows: to look through it took a tenth of each call
_BUILT_CONSOLE = Path(__file__).parents[2] / "ui" / "dist"


def main(arguments: list[str] | None = None) -> int:
    """Runs until Ctrl-C or SIGTERM and returns the process's status."""
    options = _options(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts background jobs with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    stops: list[Callable[[], None]] = []
    status = 0
    try:
        try:
            _start(options, stops)
            threading.Event().wait()
        except (Failure, PortInUse) as failure:
            print(f"waygate: {failure}", file=sys.stderr)
            status = 1
    except KeyboardInterrupt:
        print(f"\nWaygate stops; its state is in {options.state}/", flush=True)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for stop in reversed(stops):
        stop()
    return status


class Failure(RuntimeError):
    """The start cannot go on. The message is one line for the owner."""


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="Waygate on this machine, whole.")
    parser.add_argument("--port", type=int, default=8787, help="of the console and the API (8787)")
    parser.add_argument("--demo-port", type=int, help="of the demo upstream (the next one)")
    parser.add_argument("--control-port", type=int, help="of the AWS endpoint for other processes (the one after)")
    parser.add_argument(
        "--listen",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="for a container, whose own network is the only other one: 0.0.0.0 (127.0.0.1)",
    )
    parser.add_argument("--state", type=Path, default=Path(".waygate"), help="folder that keeps the state (.waygate)")
    parser.add_argument("--no-demo", action="store_true", help="no demo upstream and no demo integration")
    options = parser.parse_args(arguments)
    options.demo_port = options.port + 1 if options.demo_port is None else options.demo_port
    options.control_port = options.port + 2 if options.control_port is None else options.control_port
    return options


def _start(options: argparse.Namespace, stops: list[Callable[[], None]]) -> None:
    """Starts everything and prints where it is; what has to be stopped is added to `stops` as it starts."""
    ports = [options.port, options.control_port] + ([] if options.no_demo else [options.demo_port])
    for port in ports:
        require_free(port)
    environment.prepare("local", options.control_port)
    gc.set_threshold(*_COLLECT_RARELY)
    from infra.local.bootstrap import ensure_key
    from infra.local.functions import FunctionFailed
    from infra.local.patches import UnsupportedMoto
    from infra.local.stacks import StackError
    from infra.local.store import StoreError

    try:
        aws = _start_aws(options, stops)
        url = _start_server(options, stops)
        key = ensure_key(aws.functions, options.state / "env", url)
    except (PortInUse, StoreError, StackError, UnsupportedMoto, FunctionFailed) as error:
        raise Failure(str(error)) from error
    demo = None if options.no_demo else _start_demo(options, url, key, stops)
    _banner(options, url, key, demo)


def _start_aws(options: argparse.Namespace, stops: list[Callable[[], None]]) -> Any:
    """The stand-in with its AWS endpoint."""
    import app
    from infra.local.endpoint import Endpoint
    from infra.local.standin import LocalAws

    aws = LocalAws(app=app.app, stage="local", state_dir=options.state, schedules=True)
    stops.append(aws.stop)
    aws.start()
    endpoint = Endpoint(options.control_port)
    stops.append(endpoint.stop)
    return aws


def _start_server(options: argparse.Namespace, stops: list[Callable[[], None]]) -> str:
    """The API and the console; returns their origin."""
    import app
    from infra.local.bootstrap import read_key
    from infra.local.console import Console
    from infra.local.gateway import Gateway
    from infra.local.server import Server, split

    gateway = Gateway(app.app, "waygate-local")
    console = Console(_BUILT_CONSOLE, key=lambda: read_key(options.state / "env"))
    http = Server(options.port, split(gateway.answer, console.answer), address=options.listen)
    stops.append(http.stop)
    _tell_public_origin(http.url)
    return http.url


def _tell_public_origin(url: str) -> None:
    """What the edge stack does on AWS: the deployment learns where browsers find it."""
    from chalicelib import aws
    from chalicelib.auth.oauth import public_origin

    aws.client("ssm").put_parameter(Name=public_origin.parameter(), Value=url, Type="String", Overwrite=True)


def _start_demo(options: argparse.Namespace, url: str, key: str, stops: list[Callable[[], None]]) -> str:
    """The demo upstream and its integration; returns what the banner says of them."""
    from infra.local.demo import serve
    from infra.local.seed import SeedError, seed_demo

    upstream = serve(options.demo_port, options.listen)
    stops.append(upstream.stop)
    try:
        demo = seed_demo(f"{url}/api/v1", key, f"http://127.0.0.1:{options.demo_port}")
    except SeedError as error:
        return f"not set up: {error}"
    plural = "" if demo.connections == 1 else "s"
    return (
        f'integration "demo" ready: {demo.actions} actions, {demo.connections} connection{plural}, '
        f"its own upstream on :{options.demo_port}"
    )


def _banner(options: argparse.Namespace, url: str, key: str, demo: str | None) -> None:
    """What to open, and one command that works as printed."""
    from chalicelib.version import VERSION

    lines = [
        f"  Waygate {VERSION} · local mode (state in {options.state}/, nothing leaves this machine)",
        f"  Console   {url}/",
        f"  API       {url}/api/v1      key {key} (also in {options.state}/env)",
    ]
    if demo is not None:
        lines.append(f"  Demo      {demo}")
        lines.append(
            f"  Try       curl -s {url}/api/v1/actions/demo/get-pet"
            f' -H "Authorization: Bearer {key}" -d \'{{"pet_id": 1}}\''
        )
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # a handler that still waits for its upstream must not keep the process
