"""Lambda's Invoke, as boto3 sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.functions import FunctionFailed, read_timeouts
from tests.local.conftest import STAGE, eventually
from tests.local.sample import Sample

NAME = f"waygate-{STAGE}-hello"


def test_a_function_answers_and_knows_itself(aws: Any, client: Any) -> None:
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{NAME}"
    for name in (NAME, arn):
        answer = client("lambda").invoke(FunctionName=name, Payload=b'{"a": 1}')
        assert answer["StatusCode"] == 200
        assert "FunctionError" not in answer
        told = json.loads(answer["Payload"].read())
        assert 0 < told.pop("left_ms") <= 300_000
        assert told == {"event": {"a": 1}, "function": NAME, "arn": arn, "has_request_id": True}


def test_an_exception_is_a_function_error_with_its_type_and_message(aws: Any, client: Any) -> None:
    answer = client("lambda").invoke(FunctionName=NAME, Payload=b'{"raise": "why"}')
    assert answer["StatusCode"] == 200
    assert answer["FunctionError"] == "Unhandled"
    error = json.loads(answer["Payload"].read())
    assert (error["errorType"], error["errorMessage"]) == ("KeyError", "'why'")
    assert "raise KeyError" in error["stackTrace"][-1]
    with pytest.raises(FunctionFailed, match="hello: KeyError"):
        aws.functions.call("hello", {"raise": "why"})


def test_an_event_is_accepted_at_once_and_handled_later(aws: Any, client: Any, sample: Sample) -> None:
    answer = client("lambda").invoke(FunctionName=NAME, InvocationType="Event", Payload=b'{"n": 1}')
    assert answer["StatusCode"] == 202
    aws.functions.drain()
    assert sample.calls["hello"] == [{"n": 1}]


def test_the_error_of_an_event_is_told_on_standard_error(
    aws: Any, client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    client("lambda").invoke(FunctionName=NAME, InvocationType="Event", Payload=b'{"raise": "why"}')
    aws.functions.drain()
    assert f"{NAME}: KeyError: 'why'" in eventually(lambda: capsys.readouterr().err)


def test_a_function_that_does_not_exist_is_not_found(aws: Any, client: Any) -> None:
    functions = client("lambda")
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.invoke(FunctionName=f"waygate-{STAGE}-nobody")


def test_timeouts_come_from_the_chalice_configuration(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    assert read_timeouts(config) == {}
    config.write_text('{"stages": {"dev": {"lambda_functions": {"a": {"lambda_timeout": 60}, "b": {}}}}}')
    assert read_timeouts(config) == {"a": 60.0}
