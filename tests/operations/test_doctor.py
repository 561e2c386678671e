"""The doctor of a deployment: what is not there is named with what to do, and a whole deployment is well."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from infra import doctor, policies
from infra.doctor import Check, Doctor
from infra.local.standin import LocalAws
from tests.conftest import ROOT

STAGE = "dev"
ORIGIN = "https://d111.cloudfront.example"
ROLE = "arn:aws:iam::123456789012:role/deployer"
STACK = json.dumps({"Resources": {"Jobs": {"Type": "AWS::DynamoDB::Table", "Properties": {
    "TableName": "waygate-dev-jobs", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}}}})  # fmt: skip
PAGES = {
    "/": b"<!doctype html><HTML>",
    "/config.json": b'{"api": "/api/v1"}',
    "/api/v1/health/ready": b'{"stage": "dev", "version": "0.1.0"}',
}


class Account:
    """Clients of the stand-in; what it does not know of an account is answered here."""

    def __init__(self) -> None:
        self.concurrency = 1_000
        self.denied: set[str] = set()
        self.refused: set[str] = set()
        self.simulated: list[str] = []

    def client(self, service: str) -> Any:
        client = boto3.client(service, region_name="us-east-1")
        if service in self.refused:
            return _Refusing()
        if service == "lambda":
            limit = {"ConcurrentExecutions": self.concurrency, "UnreservedConcurrentExecutions": self.concurrency}
            client.get_account_settings = lambda: {"AccountLimit": limit}
        if service == "iam":
            client.simulate_principal_policy = self._simulate
        return client

    def _simulate(self, PolicySourceArn: str, ActionNames: list[str]) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        self.simulated.append(PolicySourceArn)
        decisions = {name: "implicitDeny" if name in self.denied else "allowed" for name in ActionNames}
        return {"EvaluationResults": [{"EvalActionName": n, "EvalDecision": d} for n, d in decisions.items()]}


class _Refusing:
    def __getattr__(self, name: str) -> Any:
        def refuse(**_: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, name)

        return refuse


def get(url: str) -> tuple[int, bytes]:
    found = PAGES.get(url.removeprefix(ORIGIN))
    return (200, found) if found else (404, b"")


def examine(account: Account, **options: Any) -> dict[str, Check]:
    return {check.check: check for check in Doctor(STAGE, account.client, options.pop("get", get), **options).checks()}


@pytest.fixture
def account(aws: LocalAws) -> Account:
    return Account()


@pytest.fixture
def deployed(account: Account) -> Iterator[Account]:
    """A deployment as far as the doctor looks."""
    made: list[Callable[[], Any]] = []
    cloudformation, functions = boto3.client("cloudformation"), boto3.client("lambda")
    for purpose in ("base", "edge"):
        body = STACK if purpose == "base" else '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
        cloudformation.create_stack(StackName=f"waygate-dev-{purpose}", TemplateBody=body)
        made.append(lambda purpose=purpose: cloudformation.delete_stack(StackName=f"waygate-dev-{purpose}"))
    trust = '{"Version": "2012-10-17", "Statement": []}'
    role = boto3.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    made.append(lambda: boto3.client("iam").delete_role(RoleName="functions"))
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), "")
    for name in policies.FUNCTIONS:
        functions.create_function(
            FunctionName=policies.deployed_name(name, STAGE),
            Runtime="python3.11",
            Role=role,
            Handler="app.app",
            Code={"ZipFile": package.getvalue()},
            Environment={"Variables": {"WAYGATE_STAGE": STAGE}},
        )
    made.append(
        lambda: [functions.delete_function(FunctionName=policies.deployed_name(n, STAGE)) for n in policies.FUNCTIONS]
    )
    boto3.client("secretsmanager").create_secret(Name="waygate/dev/default/keyring", SecretString="x")
    boto3.client("ssm").put_parameter(Name="/waygate/dev/public-origin", Value=ORIGIN, Type="String")
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/waygate-dev")
    made.append(lambda: logs.delete_log_group(logGroupName="/aws/lambda/waygate-dev"))
    logs.put_subscription_filter(
        logGroupName="/aws/lambda/waygate-dev",
        filterName="invocations",
        filterPattern="",
        destinationArn="arn:aws:lambda:us-east-1:123456789012:function:waygate-dev-record_invocations",
    )
    sqs = boto3.client("sqs")
    for name in ("refresh-dead.fifo", "orphaned-tokens-dead", "failed-events"):
        attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        url = sqs.create_queue(QueueName=f"waygate-dev-{name}", Attributes=attributes)["QueueUrl"]
        made.append(lambda url=url: sqs.delete_queue(QueueUrl=url))
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="waygate-dev-latency",
        MetricName="Duration",
        Namespace="AWS/Lambda",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    made.append(lambda: boto3.client("cloudwatch").delete_alarms(AlarmNames=["waygate-dev-latency"]))
    yield account
    for undo in reversed(made):
        undo()


def test_a_whole_deployment_is_well(deployed: Account) -> None:
    found = examine(deployed)
    assert {name: check.detail for name, check in found.items() if check.state != "ok"} == {}
    assert len(found) == 16
    assert found["functions"].detail == f"{len(policies.FUNCTIONS)}, all of one package"
    assert found["console"].detail == f"{ORIGIN}/"


def test_where_nothing_is_deployed_every_gap_is_named_with_what_to_do(account: Account) -> None:
    found = examine(account)
    assert {name for name, check in found.items() if check.state == "ok"} == {
        *("identity", "clock", "concurrency", "requests", "permissions", "policies")
    }
    for check in found.values():
        if check.state != "ok":
            assert check.state == "failed", check
            assert check.fix is not None
            assert "make deploy STAGE=dev" in check.fix, check


def test_an_unknown_stage_is_no_stage_of_this_checkout(account: Account) -> None:
    check = next(c for c in Doctor("nowhere", account.client, get).checks() if c.check == "policies")
    assert (check.state, check.fix) == ("failed", "Run `make policies ADD=nowhere`.")


def test_each_thing_that_is_wrong_is_the_one_that_is_named(deployed: Account) -> None:
    functions = boto3.client("lambda")
    functions.delete_function(FunctionName="waygate-dev-sweep")
    variables = {"Variables": {"WAYGATE_STAGE": "prod"}}
    functions.update_function_configuration(FunctionName="waygate-dev-settle_job", Environment=variables)
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="waygate-dev-failed-events")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    boto3.client("cloudwatch").set_alarm_state(AlarmName="waygate-dev-latency", StateValue="ALARM", StateReason="x")
    boto3.client("secretsmanager").delete_secret(SecretId="waygate/dev/default/keyring")
    deployed.concurrency = 10
    deployed.denied = {"iam:PassRole"}
    pages = {**PAGES, "/api/v1/health/ready": b'{"stage": "prod"}', "/config.json": b"<html>"}
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=3)
    found = examine(deployed, get=lambda url: (200, pages[url.removeprefix(ORIGIN)]), now=lambda: later)
    told = {name: check.detail for name, check in found.items() if check.state == "failed"}
    assert told["functions"] == "waygate-dev-sweep is not there; waygate-dev-settle_job works for stage prod"
    assert told["dead letters"] == "1 in failed-events"
    assert told["alarms"] == "waygate-dev-latency"
    assert "about to be deleted" in told["keyring"]
    assert "10 functions at once" in told["concurrency"]
    assert told["permissions"] == "not allowed: iam:PassRole"
    assert "stage prod" in told["api"]
    assert "config.json" in told["console"]
    assert told["clock"].startswith("this machine and AWS are 1")
    assert all(found[name].fix for name in told)
    assert len(told) == 9
    functions.create_function(
        FunctionName="waygate-dev-sweep",
        Runtime="python3.11",
        Role=functions.get_function_configuration(FunctionName="waygate-dev")["Role"],
        Handler="app.app",
        Code={"ZipFile": b"another"},
        Environment={"Variables": {"WAYGATE_STAGE": STAGE}},
    )
    variables = {"Variables": {"WAYGATE_STAGE": STAGE}}
    functions.update_function_configuration(FunctionName="waygate-dev-settle_job", Environment=variables)
    assert examine(deployed)["functions"].detail == "2 different packages"


def test_what_one_may_not_ask_is_skipped_and_said(deployed: Account) -> None:
    deployed.refused = {"iam", "logs"}
    found = examine(deployed)
    assert (found["permissions"].state, found["invocation log"].state) == ("skipped", "skipped")
    assert "is not allowed to whoever asks" in found["invocation log"].detail
    assert found["alarms"].state == "ok"


def test_without_credentials_nothing_more_is_asked() -> None:
    class Nobody:
        def get_caller_identity(self) -> None:
            raise EndpointConnectionError(endpoint_url="https://sts.example")

    (check,) = Doctor(STAGE, lambda _: Nobody(), get).checks()
    assert (check.check, check.state, check.fix) == (
        *("identity", "failed"),
        "Set AWS_PROFILE, or sign in with `aws sso login`.",
    )


@pytest.mark.parametrize(
    ("arn", "source"),
    [
        ("arn:aws:sts::123456789012:assumed-role/deployer/ann", ROLE),
        ("arn:aws:iam::123456789012:user/ann", "arn:aws:iam::123456789012:user/ann"),
    ],
)
def test_a_session_is_judged_by_its_role(arn: str, source: str) -> None:
    assert doctor._source(arn) == source


def test_the_command_line_starts_the_checkouts_doctor_and_knows_no_aws_itself(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli.main", "doctor", "--stage", "dev", "--json"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    outside = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=30)
    assert (outside.returncode, "in a checkout" in outside.stderr) == (2, True)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "__init__.py").touch()
    said = "import json, sys; print(json.dumps(sys.argv[1:])); sys.exit(1)"
    (tmp_path / "infra" / "doctor.py").write_text(said)
    below = tmp_path / "docs"
    below.mkdir()
    inside = subprocess.run(command, cwd=below, env=environment, capture_output=True, text=True, timeout=30)
    assert (inside.returncode, json.loads(inside.stdout)) == (1, ["--stage", "dev", "--json"])
