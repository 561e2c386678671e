"""The world of the tests: the real application over the local stand-in for AWS, and a real upstream on loopback.

The stand-in is started once per process and emptied before each test that uses it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

settings.register_profile("waygate", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("waygate")  # how busy the machine is decides nothing

for _name in [name for name in os.environ if name.startswith(("AWS_", "WAYGATE_"))]:
    del os.environ[_name]
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    WAYGATE_STAGE="local",
)

from infra.local.demo import DemoServer, serve  # noqa: E402
from infra.local.gateway import Gateway  # noqa: E402
from infra.local.standin import LocalAws  # noqa: E402
from tests import permissions  # noqa: E402
from tests.aws_calls import AwsCalls  # noqa: E402
from tests.client import Api  # noqa: E402

pytest_plugins = ["tests.certificates"]
_ledger = permissions.Ledger()
_made: set[permissions.Need] = set()  # in all processes


def pytest_sessionstart() -> None:
    """From here on, no function does what its policy does not allow."""
    permissions.watch(_ledger)


@pytest.fixture(autouse=True)
def _policies_hold() -> Iterator[None]:
    """A call that was refused fails the test, whatever the code made of it."""
    yield
    refused, _ledger.refused = _ledger.refused, []
    assert not refused, f"not allowed by infra/policies.py: {refused}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist hands its ledger over."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["aws"] = [tuple(need) for need in _ledger.needs]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The ledger of a worker of xdist."""
    _made.update(permissions.Need(*need) for need in getattr(node, "workeroutput", {}).get("aws", ()))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """After a run of everything: what the policies allow and nobody needed."""
    made = _made | _ledger.needs
    if made and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        terminalreporter.section("permissions that no test needed", sep="-")
        terminalreporter.write_line("\n".join(permissions.never_made(made)) or "none")


@pytest.fixture(scope="session")
def _standin() -> Iterator[LocalAws]:
    import app

    with LocalAws(app=app.app) as standin:
        yield standin


@pytest.fixture
def aws(_standin: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """An empty AWS, with Waygate's resources in it."""
    from chalicelib import rows
    from chalicelib.api import bad_keys, client_address
    from chalicelib.auth import keyring
    from chalicelib.auth.oauth import public_origin
    from chalicelib.gateway import admit, credential, resolve, retry
    from chalicelib.registry import action_index

    _standin.reset()
    rows.forget_everything()
    bad_keys.forget_everything()
    client_address.forget()
    keyring.forget()
    public_origin.forget()
    resolve.forget_everything()
    credential.forget_everything()
    retry.forget_everything()
    admit.forget_everything()
    action_index.forget_everything()
    monkeypatch.setattr(retry, "PACE", retry.Pace(sleep=lambda _: None))
    return _standin


@pytest.fixture
def api(aws: LocalAws) -> Api:
    """The API, called with an admin key of the workspace `default`."""
    import app
    from chalicelib.auth import api_keys, workspaces

    workspaces.administer({"operation": "bootstrap"})
    _, key = api_keys.issue("default", "tests", ["admin"])
    return Api(Gateway(app.app, "waygate-local"), key)


@pytest.fixture
def aws_calls() -> AwsCalls:
    """Counts this thread's calls to AWS."""
    return AwsCalls()


@pytest.fixture
def root(api: Api) -> Api:
    """The API, called with the deployment's root key."""
    from chalicelib.auth import workspaces

    return api.as_key(workspaces.administer({"operation": "bootstrap", "replace": True})["key"])


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    """The demo upstream, as new."""
    server = serve(0)
    yield server
    server.stop()


@pytest.fixture
def run_job(api: Api, aws: LocalAws) -> Callable[..., dict[str, Any]]:
    """Starts a scrape job and returns it as it has ended."""

    def run(integration: str, source: dict[str, Any], **members: Any) -> dict[str, Any]:
        body = {"integration": integration, "source": source, **members}
        job = api.ok("POST", "/scrape-jobs", body)
        aws.drain(120)
        ended: dict[str, Any] = api.ok("GET", f"/scrape-jobs/{job['id']}")
        return ended

    return run


@dataclass(frozen=True)
class LocalStack:
    """A whole local stack in a process of its own."""

    url: str
    key: str
    demo_url: str


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on at the moment."""
    import socket

    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start_stack(state: Path, *options: str, folder: Path = ROOT) -> tuple[subprocess.Popen[bytes], LocalStack]:
    """`python -m infra.local`, as `folder` has it, on free ports; returns once it says that it is ready."""
    port, demo_port, control = free_ports(3)
    command = [sys.executable, "-m", "infra.local", "--state", str(state)]
    command += ["--port", str(port), "--demo-port", str(demo_port), "--control-port", str(control), *options]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "WAYGATE_"))}
    log = state.with_suffix(".log")
    with log.open("ab") as output:
        begin = output.tell()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    deadline = time.monotonic() + 60
    while "  API  " not in (said := log.read_text()[begin:]):
        assert process.poll() is None, f"the stack did not start:\n{said}"
        assert time.monotonic() < deadline, f"the stack is not ready after a minute:\n{said}"
        time.sleep(0.02)
    text = (state / "env").read_text()
    key = text.split("WAYGATE_API_KEY=")[1].split()[0].strip("'\"")
    return process, LocalStack(f"http://127.0.0.1:{port}", key, f"http://127.0.0.1:{demo_port}")


@pytest.fixture(scope="session")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """One real local stack for all tests that speak HTTP to it."""
    process, stack = start_stack(tmp_path_factory.mktemp("stack") / "state")
    yield stack
    process.terminate()
    process.wait(10)
