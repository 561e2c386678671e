"""`python -m bench.cold_start`: what the first call of a new execution environment costs.

Packages run under AWS's own runtime client (`infra.rehearse.sandbox`), one process per measurement, and take turns, so
that whatever else the machine does falls on all alike. Init is from the start of the process to its first question for
work; the call is a second figure. The invocation goes to a loopback upstream, with a key, an action and a connection
read from the stand-in for AWS, whose CPU does not count. The results go to `docs/performance-cold-start.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("WAYGATE_STAGE", "local")

from chalice.deploy.packager import LambdaDeploymentPackager

from bench.meter import cpu_ns
from bench.rivals import waygate_setup
from bench.rivals.waygate_in_process import event
from infra.local.endpoint import Endpoint
from infra.local.functions import Context
from infra.local.standin import LocalAws
from infra.packaging import ROOT, package
from infra.packaging.collecting import Project
from infra.rehearse.runtime import unpacked
from infra.rehearse.sandbox import Configuration, Sandbox

RESULTS: Final = ROOT / "docs" / "performance-cold-start.md"
_ARN: Final = "arn:aws:lambda:us-east-1:123456789012:function:waygate"
_OWN, _OURS = "Waygate, packaged by Chalice alone", "Waygate, packaged by `make package`"
_INVOKING, _CLIENT = "the same, whose first call invokes an action", "a function that makes one boto3 client"
_CLIENT_PARTS: Final = (
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "dateutil",
    "urllib3",
    "six.pyc",
)
_ENDPOINTS: Final = "botocore/data/endpoints.json"
_CLIENT_CODE: Final = """import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    return {"statusCode": 200, "region": client.meta.region_name}
"""


@dataclass
class Contender:
    """A function, the first event that it gets, and what was measured of it, once per turn."""

    title: str
    configuration: Configuration
    event: dict[str, Any]
    init_cpu_ms: list[float] = field(default_factory=list)
    init_ms: list[float] = field(default_factory=list)
    call_cpu_ms: list[float] = field(default_factory=list)
    call_ms: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)

    def take_turn(self) -> None:
        """Start it, call it, end it. Raises `RuntimeError` if it does not answer 200."""
        sandbox = Sandbox(self.configuration)
        try:
            init_cpu = cpu_ns([sandbox.pid])
            began = time.perf_counter()
            outcome = sandbox.invoke(json.dumps(self.event).encode())
            took = time.perf_counter() - began
            if outcome.is_error or outcome.value().get("statusCode") != 200:
                raise RuntimeError(f"{self.title}: {outcome.payload.decode()[:500]}")
            self.init_cpu_ms.append(init_cpu / 1e6)
            self.init_ms.append(sandbox.init_s * 1000)
            self.call_cpu_ms.append((cpu_ns([sandbox.pid]) - init_cpu) / 1e6)
            self.call_ms.append(took * 1000)
            self.memory_mb.append(sandbox.memory_mb())
        finally:
            sandbox.close()


def main() -> None:
    """Measure, print, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=15)
    turns: int = parser.parse_args().turns
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waygate-cold-")))
        own, ours = packages(folder)
        environment, invocation = stack.enter_context(prepared())
        contenders = {one.title: one for one in contending(folder, own, ours, environment, invocation)}
        for number in range(turns + 1):
            for contender in contenders.values():
                contender.take_turn()
                if not number:  # it filled the machine's caches
                    for measured in vars(contender).values():
                        if isinstance(measured, list):
                            measured.clear()
        sizes = [path.stat().st_size / 1e6 for path in (own, ours)]
    page = report(contenders, turns, sizes)
    RESULTS.write_text(page)
    print(page)


def packages(folder: Path) -> tuple[Path, Path]:
    """The zip that Chalice makes of a clean clone, and ours of the same files."""
    roots = []
    for name in ("chalice", "waygate"):
        root = folder / name
        root.mkdir()
        for file in ("app.py", "requirements.txt"):
            shutil.copy(ROOT / file, root)
        shutil.copytree(ROOT / "chalicelib", root / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / ".chalice", root / ".chalice", ignore=shutil.ignore_patterns("deployments", "deployed"))
        roots.append(root)
    return Project.load(roots[0], "dev").collected(LambdaDeploymentPackager), package("dev", roots[1])


@contextmanager
def prepared() -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """A stand-in with an action of a running upstream: the environment that reaches it, and the event that invokes."""
    import app
    from chalicelib.auth import api_keys, workspaces

    with ExitStack() as stack:
        upstream = stack.enter_context(
            subprocess.Popen([sys.executable, "-m", "bench.upstream"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        )
        stack.callback(upstream.kill)
        port = upstream.stdout.readline().strip() if upstream.stdout else ""
        stack.enter_context(LocalAws(app=app.app))
        endpoint = Endpoint(0)
        stack.callback(endpoint.stop)
        workspaces.administer({"operation": "bootstrap"})
        _, key = api_keys.issue("default", "bench", ["admin"])

        def call(method: str, path: str, body: Any) -> Any:
            answer = app.app(event(method, path, body, key), Context("waygate-local", 28))
            if answer["statusCode"] >= 300:
                raise RuntimeError(answer["body"])
            return json.loads(answer["body"])

        waygate_setup.prepare(call, f"http://127.0.0.1:{port}", 10)
        names = ("WAYGATE_STAGE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED")
        environment = {name: os.environ[name] for name in names} | {"AWS_ENDPOINT_URL": endpoint.url}
        yield environment, event("POST", f"/actions/{waygate_setup.NAME}/read-item-0", {"id": 7}, key)


def contending(
    folder: Path, own: Path, ours: Path, environment: Mapping[str, str], invocation: dict[str, Any]
) -> list[Contender]:
    """Who takes part."""
    code = {name: unpacked(path.read_bytes(), folder) for name, path in (("own", own), ("ours", ours))}
    code["client"] = _client_function(code["ours"], code["own"], folder / "client")

    def function(name: str, handler: str = "app.app") -> Configuration:
        return Configuration(name, code[name], handler, f"{_ARN}-{name}", environment, timeout_s=28, memory_mb=1024)

    health = {**invocation, "httpMethod": "GET", "path": "/v1/health", "resource": "/v1/health", "body": None}
    health |= {"pathParameters": None}
    health["requestContext"] = {**invocation["requestContext"], "resourcePath": "/v1/health", "httpMethod": "GET"}
    return [
        Contender(_OWN, function("own"), health),
        Contender(_OURS, function("ours"), health),
        Contender(_INVOKING, function("ours"), invocation),
        Contender(_CLIENT, function("client", "client_function.handler"), {}),
    ]


def _client_function(package_: Path, whole: Path, into: Path) -> Path:
    """A function of its own with boto3 as our package has it, slim and bytecode alone; but the table of endpoints is
    the `whole` one, as in any function: that ours ships a part of it makes our first call shorter, and no yardstick."""
    for path in package_.rglob("*"):
        name = path.relative_to(package_).as_posix()
        if path.is_file() and name.startswith(_CLIENT_PARTS):
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    shutil.copy(whole / _ENDPOINTS, into / _ENDPOINTS)
    (into / "client_function.py").write_text(_CLIENT_CODE)
    return into


def report(contenders: Mapping[str, Contender], turns: int, sizes_mb: list[float]) -> str:
    """`docs/performance-cold-start.md`"""
    init = {title: min(one.init_cpu_ms) for title, one in contenders.items()}
    memory = max(statistics.median(contenders[title].memory_mb) for title in (_OURS, _INVOKING))
    lines = [
        "# Cold starts, measured",
        f"Written by `python -m bench.cold_start --turns {turns}` (Python {platform.python_version()}).",
        "What is measured and how: [bench/README.md](../bench/README.md).",
        "",
        "| what | result | goal |",
        "|---|---|---|",
        f"| init, in multiples of the same code packaged by Chalice alone | {init[_OURS] / init[_OWN]:.2f} | ≤ 0.35 |",
        f"| init, in multiples of a function that makes one boto3 client | {init[_OURS] / init[_CLIENT]:.2f} | ≤ 1.6 |",
        f"| memory after the first call, the larger of both | {memory:.0f} MB | ≤ 100 MB |",
        f"| the package, {sizes_mb[0]:.1f} MB as Chalice makes it | {sizes_mb[1]:.1f} MB | ≤ 50 MB |",
        "",
        "CPU is that of the best turn, the least disturbed; the clock and memory are medians.",
        "",
        "| function | init, CPU | init, clock | first call, CPU | first call, clock | memory |",
        "|---|---|---|---|---|---|",
    ]
    for title, one in contenders.items():
        lines.append(
            f"| {title} | {min(one.init_cpu_ms):.0f} ms | {statistics.median(one.init_ms):.0f} ms "
            f"| {min(one.call_cpu_ms):.0f} ms | {statistics.median(one.call_ms):.0f} ms "
            f"| {statistics.median(one.memory_mb):.0f} MB |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
