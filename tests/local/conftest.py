"""One stand-in with the sample application for the tests of a module, emptied before each test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from infra.local import standin
from infra.local.standin import LocalAws
from tests.local.sample import TEMPLATE, Sample, make_sample

STAGE = "contract"
THINGS = f"waygate-{STAGE}-things"
NAMES = f"waygate-{STAGE}-names"
DOCUMENTS = f"waygate-{STAGE}-documents"


@pytest.fixture
def alone() -> Iterator[None]:
    """For a test that starts stand-ins itself: whatever runs in this process is stopped, and started again after."""
    with Alone():
        yield


class Alone:
    """While it lasts, no stand-in runs in this process but those that are started inside."""

    def __enter__(self) -> None:
        self._other = standin.running()
        if self._other:
            self._other.stop()

    def __exit__(self, *exception: object) -> None:
        if self._other:
            self._other.start()


@pytest.fixture(scope="module")
def sample() -> Sample:
    """The application behind `aws`."""
    return make_sample(STAGE)


@pytest.fixture(scope="module")
def module_aws(sample: Sample) -> Iterator[LocalAws]:
    """A stand-in in memory."""
    with Alone(), LocalAws(app=sample.app, stage=STAGE, template=TEMPLATE) as aws:
        yield aws


@pytest.fixture
def aws(module_aws: LocalAws, sample: Sample) -> LocalAws:
    """The stand-in, empty."""
    module_aws.reset()
    sample.forget()
    return module_aws


@pytest.fixture(scope="session")
def client() -> Callable[[str], Any]:
    """A boto3 client by service; one for all tests."""
    made: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in made:
            made[service] = boto3.client(service, region_name="us-east-1")
        return made[service]

    return get


def eventually(condition: Callable[[], Any], timeout_s: float = 10.0) -> Any:
    """The first true value of `condition`; fails after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
    return value


def thing(pk: str, sk: str = "-", **attributes: Any) -> dict[str, Any]:
    """An item of the table of things, in DynamoDB's JSON; strings and numbers only."""
    held = {"pk": pk, "sk": sk, **attributes}
    return {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in held.items()}
