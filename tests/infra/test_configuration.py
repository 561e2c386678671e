"""How functions and API are configured, in every stage, as Chalice resolves it."""

from __future__ import annotations

from typing import Any

import pytest

from infra import policies
from infra.deploy import checks
from infra.local.functions import API_TIMEOUT_S
from tests.conftest import ROOT

GATEWAY_LIMIT_S = 29  # API Gateway ends a call (quotas, “Integration timeout”)
LONGEST_S = 900  # Lambda quotas, “Function timeout”
STAGES = list(checks.check_stage("dev")["stages"])


def resolved(stage: str, function: str) -> Any:
    """Chalice's own view of a function in a stage."""
    from chalice.cli.factory import CLIFactory

    return CLIFactory(str(ROOT)).create_config_obj(stage).scope(stage, function)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_a_function_has_memory_time_and_nothing_that_costs_while_idle(stage: str, function: str) -> None:
    config = resolved(stage, function)
    assert config.lambda_memory_size >= 1024
    assert config.lambda_timeout <= LONGEST_S
    assert config.reserved_concurrency is None
    assert config.autogen_policy is False
    assert config.iam_policy_file == policies.file_of(function, stage)
    assert config.environment_variables == {"WAYGATE_STAGE": stage}
    assert config.lambda_architecture == "x86_64"
    assert config.automatic_layer is False
    assert not config.layers


@pytest.mark.parametrize("stage", STAGES)
def test_the_api_ends_before_its_gateway_does(stage: str) -> None:
    config = resolved(stage, policies.API)
    assert config.lambda_timeout == API_TIMEOUT_S < GATEWAY_LIMIT_S
    assert (config.api_gateway_stage, config.api_gateway_endpoint_type) == ("api", "REGIONAL")


def test_the_api_takes_every_body_as_bytes_and_is_not_in_debug() -> None:  # B8
    import app

    assert app.app.api.binary_types == ["*/*"]
    assert app.app.debug is False


def test_workers_of_queues_end_long_before_their_messages_come_back() -> None:
    from tests.infra.test_templates import of_type, purpose

    queues = {purpose(each["Properties"]["QueueName"]): each["Properties"] for each in of_type("AWS::SQS::Queue")}
    for worker, queue in (("refresh_connections", "refresh.fifo"), ("adopt_tokens", "orphaned-tokens")):
        assert queues[queue]["VisibilityTimeout"] >= 6 * resolved("dev", worker).lambda_timeout


def test_the_python_that_is_deployed_is_the_one_that_is_tested() -> None:
    import sys

    if sys.version_info[:2] == checks.PYTHON:
        assert resolved("dev", policies.API).lambda_python_version == "python{}.{}".format(*checks.PYTHON)
    assert (ROOT / ".github/workflows/deploy.yml").read_text().count(f'python-version: "{checks.PYTHON[0]}.') >= 1
