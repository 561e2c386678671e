"""Step Functions with the application's functions as tasks."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from infra.local.standin import LocalAws
from tests.local.conftest import STAGE, eventually
from tests.local.sample import TEMPLATE, Sample, make_sample


class Flaky(Exception):
    pass


class Hopeless(Exception):
    pass


def start(client: Any, aws: LocalAws, items: list[Any], name: str = "job-1") -> str:
    machine = aws.outputs["MachineArn"]
    document = json.dumps({"items": items})
    return str(
        client("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=document)["executionArn"]
    )


def ended(client: Any, arn: str) -> dict[str, Any]:
    def look() -> Any:
        described = client("stepfunctions").describe_execution(executionArn=arn)
        return described if described["status"] != "RUNNING" else None

    return eventually(look)  # type: ignore[no-any-return]


def test_an_execution_is_stopped_before_its_first_step(
    aws: LocalAws, client: Any, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    read, stop = ExecutionWorker._get_evaluation_entrypoint, ExecutionWorker.stop
    is_asked, is_stopped = threading.Event(), threading.Event()

    def ask(worker: Any, **how: Any) -> None:
        is_asked.set()
        stop(worker, **how)

    monkeypatch.setattr(ExecutionWorker, "_get_evaluation_entrypoint", lambda self: is_asked.wait(5) and read(self))
    monkeypatch.setattr(ExecutionWorker, "stop", ask)
    sample.step = lambda _: is_stopped.wait(5)
    arn = start(client, aws, [{"do": "wait"}])
    client("stepfunctions").stop_execution(executionArn=arn)
    is_stopped.set()
    assert ended(client, arn)["status"] == "ABORTED"
    aws.drain()
    assert [event["detail"]["status"] for event in sample.calls["settle_job"]] == ["ABORTED"]


def test_an_execution_is_stopped_between_two_steps(aws: LocalAws, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.stepfunctions.parser.asl.eval.environment import Environment

    is_running, is_there, is_stopped = Environment.is_running, threading.Event(), threading.Event()

    def was_running(environment: Any) -> bool:
        running = is_running(environment)
        is_there.set()
        return is_stopped.wait(5) and running

    monkeypatch.setattr(Environment, "is_running", was_running)
    arn = start(client, aws, [{"do": "easy"}])
    assert is_there.wait(5)
    client("stepfunctions").stop_execution(executionArn=arn)
    is_stopped.set()
    assert ended(client, arn)["status"] == "ABORTED"


def test_a_map_retries_and_catches_the_errors_of_its_tasks(aws: LocalAws, client: Any, sample: Sample) -> None:
    attempts: list[Any] = []

    def step(event: Any) -> Any:
        item = event["do"]
        attempts.append(item)
        if item == "flaky" and attempts.count(item) == 1:
            raise Flaky("once")
        if item == "hopeless":
            raise Hopeless("always")
        return {"value": f"did {item}"}

    sample.step = step
    execution = ended(client, start(client, aws, [{"do": "easy"}, {"do": "flaky"}, {"do": "hopeless"}]))
    assert execution["status"] == "SUCCEEDED"
    results = json.loads(execution["output"])["results"]
    assert results[0] == {"value": "did easy"}
    assert results[1] == {"value": "did flaky"}
    assert results[2]["error"]["Error"] == "Hopeless"
    assert json.loads(results[2]["error"]["Cause"])["errorMessage"] == "always"
    assert attempts.count("flaky") == 2
    assert "settle_job" not in sample.calls


def test_a_failed_execution_is_told_to_settle_job(aws: LocalAws, client: Any, sample: Sample) -> None:
    def step(item: Any) -> Any:
        raise ValueError("broken")

    sample.step = step
    arn = start(client, aws, ["x"], name="job-2")
    assert ended(client, arn)["status"] == "FAILED"
    (event,) = eventually(lambda: sample.calls.get("settle_job"))
    assert (event["source"], event["detail-type"]) == ("aws.states", "Step Functions Execution Status Change")
    detail = event["detail"]
    assert (detail["executionArn"], detail["name"], detail["status"]) == (arn, "job-2", "FAILED")
    assert json.loads(detail["input"]) == {"items": ["x"]}


def test_a_name_is_used_once(aws: LocalAws, client: Any, sample: Sample) -> None:
    ended(client, start(client, aws, ["x"], name="job-3"))
    states = client("stepfunctions")
    try:
        start(client, aws, ["y"], name="job-3")
    except states.exceptions.ExecutionAlreadyExists:
        return
    raise AssertionError("the name was accepted twice")


def test_a_reset_ends_executions_without_a_word(aws: LocalAws, client: Any, sample: Sample) -> None:
    import threading

    entered, leave = threading.Event(), threading.Event()

    def step(item: Any) -> Any:
        entered.set()
        leave.wait(10)
        return {"value": 1}

    sample.step = step
    start(client, aws, ["x"], name="job-4")
    assert entered.wait(10)
    aws.reset()
    leave.set()
    aws.drain()
    assert "settle_job" not in sample.calls
    start(client, aws, ["x"], name="job-4")
    aws.drain()


def test_an_execution_that_a_crash_cut_short_runs_again_under_its_name(
    alone: None, client: Any, tmp_path: Path
) -> None:
    import threading

    first, entered, forever = make_sample(STAGE), threading.Event(), threading.Event()

    def hang(item: Any) -> Any:
        entered.set()
        forever.wait(30)
        return {"value": "too late"}

    first.step = hang
    with LocalAws(app=first.app, stage=STAGE, template=TEMPLATE, state_dir=tmp_path) as aws:
        arn = start(client, aws, ["x"], name="job-5")
        assert entered.wait(10)
    second = make_sample(STAGE)
    with LocalAws(app=second.app, stage=STAGE, template=TEMPLATE, state_dir=tmp_path) as aws:
        assert ended(client, arn)["status"] == "SUCCEEDED"
        assert second.calls["step"] == ["x"]
        aws.drain()
    third = make_sample(STAGE)
    with LocalAws(app=third.app, stage=STAGE, template=TEMPLATE, state_dir=tmp_path) as aws:
        aws.drain()
        assert "step" not in third.calls
    forever.set()
