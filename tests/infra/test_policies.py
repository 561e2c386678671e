"""What each function may do: least privilege, complete, and the same in the files that are deployed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra import policies
from infra.policies import API, FUNCTIONS
from tests import permissions
from tests.conftest import ROOT

CONFIG: dict[str, Any] = json.loads((ROOT / ".chalice/config.json").read_text())
STAGES = list(CONFIG["stages"])
WITHOUT_RESOURCES = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}  # AWS has none narrower for them
ROLE_POLICY_CHARACTERS = 10_240  # IAM quotas, inline policies of a role, without white space


def read(function: str, stage: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / ".chalice" / policies.file_of(function, stage)).read_text())
    return document


def test_the_files_are_what_the_source_makes() -> None:
    assert policies.stale(STAGES) == []


def test_every_function_of_the_application_has_a_policy_and_no_other() -> None:
    import app

    functions = [*app.app.pure_lambda_functions, *app.app.event_sources]
    assert set(FUNCTIONS) == {API, *(each.name for each in functions)}


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_is_deployed_with_its_own_policy(stage: str) -> None:
    assert CONFIG["autogen_policy"] is False
    functions = CONFIG["stages"][stage]["lambda_functions"]
    assert {name: entry["iam_policy_file"] for name, entry in functions.items()} == {
        name: policies.file_of(name, stage) for name in FUNCTIONS
    }


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_is_narrow(function: str, stage: str) -> None:  # G12
    document = read(function, stage)
    assert len(json.dumps(document, separators=(",", ":"))) < ROLE_POLICY_CHARACTERS
    assert document["Version"] == "2012-10-17"
    for statement in document["Statement"]:
        assert set(statement) == {"Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        for resource in statement["Resource"]:
            if resource == "*":
                assert set(statement["Action"]) <= WITHOUT_RESOURCES
                continue
            assert f"waygate-{stage}" in resource or f"waygate/{stage}/" in resource
            assert resource.startswith("arn:aws:")


@pytest.mark.parametrize("stage", STAGES)
def test_keyrings_are_written_by_one_function_alone(stage: str) -> None:
    def may(function: str) -> set[str]:
        actions = {action for statement in read(function, stage)["Statement"] for action in statement["Action"]}
        return {action for action in actions if action.startswith("secretsmanager:")}

    writers = {name for name in FUNCTIONS if may(name) - {"secretsmanager:GetSecretValue"}}
    assert writers == {"administer"}


def test_a_stage_is_added_with_its_policies() -> None:
    before = {"app_name": "waygate", "stages": {"dev": {"environment_variables": {"WAYGATE_JOBS_A_DAY": "9"}}}}
    after = policies.with_stage(policies.with_stage(before, "dev"), "green")
    assert set(after["stages"]["green"]["lambda_functions"]) == set(FUNCTIONS)
    assert after["stages"]["green"]["environment_variables"] == {"WAYGATE_STAGE": "green"}
    assert after["stages"]["dev"]["environment_variables"] == {"WAYGATE_STAGE": "dev", "WAYGATE_JOBS_A_DAY": "9"}


def test_what_a_policy_lacks_is_refused_in_tests_as_it_would_be_on_aws() -> None:
    ledger = permissions.Ledger()
    ledger.check("sweep", "dynamodb", "UpdateItem", {"TableName": "waygate-local-connections"})
    with pytest.raises(ClientError, match="sweep may not dynamodb:DeleteItem"):
        ledger.check("sweep", "dynamodb", "DeleteItem", {"TableName": "waygate-local-connections"})
    with pytest.raises(ClientError, match="may not secretsmanager:PutSecretValue"):
        ledger.check(API, "secretsmanager", "PutSecretValue", {"SecretId": "waygate/local/default/keyring"})
    with pytest.raises(ClientError, match="may not"):
        ledger.check(API, "dynamodb", "GetItem", {"TableName": "waygate-prod-connections"})
    assert [need.action for need in ledger.needs] == ["dynamodb:UpdateItem"]
    assert len(ledger.refused) == 3


def test_what_is_never_needed_is_told() -> None:
    made = [
        permissions.Need(function, action, resource.replace("*", "x").replace("?", "x"))
        for function in FUNCTIONS
        for actions, resources in permissions.statements(function)
        for action in actions
        for resource in resources
    ]
    assert permissions.never_made(made) == []
    spare = permissions.never_made(need for need in made if need.action != "secretsmanager:CreateSecret")
    assert len(spare) == 1
    assert spare[0].startswith("administer secretsmanager:CreateSecret")
