"""A function runs from its package as in AWS: AWS's own runtime client, its limits, its answers when it fails."""

from __future__ import annotations

import io
import json
import os
import signal
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local.patches import awslambda
from infra.local.standin import LocalAws
from infra.rehearse.runtime import Runtime, unpacked
from infra.rehearse.sandbox import Configuration, InitFailed, Sandbox

HANDLERS = """
    import os, sys, time

    STARTED = []

    def describe(event, context):
        STARTED.append(1)
        return {
            "event": event, "pid": os.getpid(), "calls": len(STARTED), "name": context.function_name,
            "arn": context.invoked_function_arn, "id": context.aws_request_id, "memory": context.memory_limit_in_mb,
            "left_ms": context.get_remaining_time_in_millis(), "trace": os.environ["_X_AMZN_TRACE_ID"],
            "stage": os.environ.get("STAGE"), "region": os.environ["AWS_REGION"], "path": sys.path,
        }

    def prints(event, context):
        print("one line")
        sys.stderr.write("another\\n")

    def fails(event, context):
        raise KeyError(event["name"])

    def never_ends(event, context):
        while True:
            pass

    def exits(event, context):
        os._exit(3)

    def meets(event, context):
        open(os.path.join(event["at"], str(os.getpid())), "w").close()
        while len(os.listdir(event["at"])) < event["others"]:
            time.sleep(0.005)
        return os.getpid()

    def marks(event, context):
        open(event["file"], "a").write("x")

    def imports(event, context):
        found = []
        for name in event:
            try:
                __import__(name)
            except ImportError:
                continue
            found.append(name)
        return found
"""


def zipped(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("functions.py", textwrap.dedent(source))
    return buffer.getvalue()


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., Configuration]:
    def configure(handler: str, **changes: Any) -> Configuration:
        arn = f"arn:aws:lambda:eu-north-1:123456789012:function:{handler}"
        plain = Configuration(handler, unpacked(zipped(HANDLERS), tmp_path), f"functions.{handler}", arn, timeout_s=20)
        return replace(plain, **changes)

    return configure


class Lambda:
    """A runtime whose functions a test sets; it keeps their lines."""

    def __init__(self) -> None:
        self.functions: dict[str, Configuration] = {}
        self.lines: list[tuple[str, str]] = []
        self.runtime = Runtime(self.functions.get, lambda name, line: self.lines.append((name, line)))

    def add(self, function: Configuration) -> None:
        self.functions[function.name] = function

    def call(self, name: str, event: Any = None) -> tuple[Any, bool]:
        answer = self.runtime.invoke(name, json.dumps(event).encode())
        assert answer is not None
        return json.loads(answer[0]), answer[1]


@pytest.fixture
def aws_lambda() -> Iterator[Lambda]:
    one = Lambda()
    yield one
    one.runtime.close()


def test_a_handler_gets_its_event_its_context_and_its_environment(
    aws_lambda: Lambda, configured: Callable[..., Configuration]
) -> None:
    function = configured("describe", environment={"STAGE": "dev"}, memory_mb=512)
    aws_lambda.add(function)
    answer, is_error = aws_lambda.call("describe", {"ä": [1]})
    assert not is_error
    assert answer["event"] == {"ä": [1]}
    assert (answer["name"], answer["arn"], answer["memory"]) == ("describe", function.arn, "512")
    assert (answer["stage"], answer["region"]) == ("dev", "eu-north-1")
    assert 0 < answer["left_ms"] <= 20_000
    assert answer["trace"].startswith("Root=1-")
    assert answer["path"][0] == str(function.code)


def test_a_process_serves_one_call_after_another_and_is_frozen_in_between(
    configured: Callable[..., Configuration],
) -> None:
    sandbox = Sandbox(configured("describe"))
    try:
        first, second = (json.loads(sandbox.invoke(b"1").payload) for _ in range(2))
        assert (first["pid"], second["calls"]) == (second["pid"], 2)
        assert first["id"] != second["id"]
        assert os.waitid(os.P_PID, sandbox.pid, os.WSTOPPED | os.WNOWAIT).si_status == signal.SIGSTOP
        assert 0 < sandbox.memory_mb() <= sandbox.memory_mb(peak=True) < 128
    finally:
        sandbox.close()
    assert not sandbox.is_alive


def test_an_exception_is_described_and_the_process_goes_on(
    aws_lambda: Lambda, configured: Callable[..., Configuration]
) -> None:
    aws_lambda.add(configured("fails"))
    for name in ("a", "b"):
        answer, is_error = aws_lambda.call("fails", {"name": name})
        assert is_error
        assert (answer["errorType"], answer["errorMessage"]) == ("KeyError", f"'{name}'")
        assert "functions.py" in answer["stackTrace"][-1]
    assert sum("Init Duration" in line for _, line in aws_lambda.lines) == 1


@pytest.mark.parametrize(
    ("handler", "changes", "kind", "said"),
    [
        ("never_ends", {"timeout_s": 0.3}, "Sandbox.Timedout", "Task timed out after 0.30 seconds"),
        ("exits", {}, "Runtime.ExitError", "Runtime exited with status 3"),
        ("describe", {"memory_mb": 1}, "Runtime.OutOfMemory", "signal: killed"),
    ],
)
def test_a_process_that_breaks_a_limit_is_killed_and_the_next_call_gets_another(
    aws_lambda: Lambda,
    configured: Callable[..., Configuration],
    handler: str,
    changes: dict[str, Any],
    kind: str,
    said: str,
) -> None:
    function = configured(handler, **changes)
    sandbox = Sandbox(function)
    answer = json.loads(sandbox.invoke(b"{}").payload)
    assert answer["errorType"] == kind
    assert said in answer["errorMessage"]
    assert not sandbox.is_alive
    aws_lambda.add(function)
    assert [aws_lambda.call(handler)[1] for _ in range(2)] == [True, True]
    assert sum("Init Duration" in line for _, line in aws_lambda.lines) == 2


def test_a_handler_that_is_not_there_is_an_error_of_the_call(
    aws_lambda: Lambda, configured: Callable[..., Configuration]
) -> None:
    absent = configured("absent")
    aws_lambda.add(absent)
    answer, is_error = aws_lambda.call("absent")
    assert is_error
    assert answer["errorType"] == "Runtime.HandlerNotFound"
    with pytest.raises(InitFailed, match="HandlerNotFound"):
        Sandbox(absent)
    assert aws_lambda.runtime.invoke("never deployed", b"{}") is None


def test_calls_at_the_same_time_have_a_process_each(
    aws_lambda: Lambda, configured: Callable[..., Configuration], tmp_path: Path
) -> None:
    aws_lambda.add(configured("meets"))
    (tmp_path / "meeting").mkdir()
    event = {"at": str(tmp_path / "meeting"), "others": 2}
    with ThreadPoolExecutor(2) as pool:
        pids = [pool.submit(aws_lambda.call, "meets", event).result for _ in range(2)]
        assert len({pid()[0] for pid in pids}) == 2


def test_what_is_deployed_next_is_what_runs_next(
    aws_lambda: Lambda, configured: Callable[..., Configuration], tmp_path: Path
) -> None:
    function = configured("describe")
    aws_lambda.add(function)
    before, _ = aws_lambda.call("describe")
    aws_lambda.add(replace(function, environment={"STAGE": "next"}))
    after, _ = aws_lambda.call("describe")
    assert (before["stage"], after["stage"]) == (None, "next")
    assert not Path(f"/proc/{before['pid']}").exists()
    upgrade = unpacked(zipped("def describe(event, context): return 'upgraded'"), tmp_path)
    aws_lambda.add(replace(function, code=upgrade))
    assert aws_lambda.call("describe") == ("upgraded", False)


def test_only_the_package_and_the_runtime_can_be_imported(
    aws_lambda: Lambda, configured: Callable[..., Configuration]
) -> None:
    aws_lambda.add(configured("imports"))
    names = ["functions", "json", "awslambdaric", "moto", "boto3", "chalice", "infra", "pytest"]
    assert aws_lambda.call("imports", names) == (["functions", "json", "awslambdaric"], False)


def test_what_a_function_prints_is_its_log(aws_lambda: Lambda, configured: Callable[..., Configuration]) -> None:
    aws_lambda.add(configured("prints"))
    aws_lambda.call("prints")
    aws_lambda.runtime.close()
    assert {name for name, _ in aws_lambda.lines} == {"prints"}
    lines = [line for _, line in aws_lambda.lines]
    assert {"one line", "another"} <= set(lines)
    assert [line.split()[0] for line in lines if "RequestId" in line] == ["START", "END", "REPORT"]


def test_an_asynchronous_call_answers_at_once_and_can_be_waited_for(
    aws_lambda: Lambda,
    configured: Callable[..., Configuration],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    aws_lambda.add(configured("marks"))
    aws_lambda.add(configured("exits"))
    event = json.dumps({"file": str(tmp_path / "mark")}).encode()
    assert aws_lambda.runtime.invoke("marks", event, is_async=True) == (b"", False)
    aws_lambda.runtime.invoke("exits", b"{}", is_async=True)
    aws_lambda.runtime.drain()
    assert (tmp_path / "mark").read_text() == "x"
    assert "exits: Runtime.ExitError" in capsys.readouterr().err


def test_boto3_invokes_it_through_the_stand_in(
    aws: LocalAws,
    aws_lambda: Lambda,
    configured: Callable[..., Configuration],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(awslambda, "_invoke", aws_lambda.runtime.invoke)
    aws_lambda.add(configured("describe"))
    aws_lambda.add(configured("fails"))
    client = boto3.client("lambda")
    answer = client.invoke(FunctionName="describe", Payload=b'{"n": 1}')
    assert json.load(answer["Payload"])["event"] == {"n": 1}
    assert "FunctionError" not in answer
    assert client.invoke(FunctionName="fails", Payload=b'{"name": "x"}')["FunctionError"] == "Unhandled"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="absent")


def test_unpacking_the_same_package_again_is_the_same_folder(tmp_path: Path) -> None:
    first = unpacked(zipped(HANDLERS), tmp_path)
    assert unpacked(zipped(HANDLERS), tmp_path) == first
    assert [path.name for path in first.iterdir()] == ["functions.py"]
    assert unpacked(zipped("x = 1"), tmp_path) != first
