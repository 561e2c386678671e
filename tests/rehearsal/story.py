"""`make rehearse`: the real `make deploy`, on a local AWS, with the real package; and what comes after it.

One story, since each chapter needs the one before: a first deployment, the README's walk-through through it, the
schedule and the log, a second deployment that changes nothing, an upgrade, the way back, the end. It wants a process
of its own, since it makes another AWS of moto than the other tests have: `tests/infra/test_rehearsal.py` gives it one.
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from infra import policies
from infra.deploy import smoke
from infra.deploy.gateway import ACCESS_LOG
from infra.local.demo import DemoServer, serve
from infra.rehearse import apigateway, cloudformation
from infra.rehearse.cloud import Cloud
from tests.conftest import ROOT, LocalStack
from tests.walk_through import run, walk_through

DEMO = "http://demo.example.com"
SHIPPED = ("app.py", "chalicelib", "infra", ".chalice", "requirements.txt")
PAGE = "<!doctype html><html><title>Waygate</title></html>"


@pytest.fixture
def upstream() -> Iterator[DemoServer]:
    """The demo upstream, on a public name."""
    server = serve(0, url=DEMO)
    yield server
    server.stop()


@pytest.fixture
def cloud(tmp_path: Path, upstream: DemoServer) -> Iterator[Cloud]:
    folder = tmp_path / "cloud"
    folder.mkdir()
    with Cloud(folder, {DEMO.removeprefix("http://"): upstream.port}) as cloud:
        yield cloud


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What is deployed: this repository's files in a folder of their own, where nothing was ever deployed."""
    folder = tmp_path / "project"
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *SHIPPED]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    wheels = ROOT / ".chalice/deployments"  # fetched once for all
    wheels.mkdir(exist_ok=True)
    (folder / ".chalice/deployments").symlink_to(wheels)
    if (ROOT / "ui/dist/index.html").exists():
        shutil.copytree(ROOT / "ui/dist", folder / "ui/dist")
    else:
        (folder / "ui/dist").mkdir(parents=True)
        (folder / "ui/dist/index.html").write_text(PAGE)
    return folder


class Story:
    """Commands in the project, against the cloud."""

    def __init__(self, project: Path, cloud: Cloud, folder: Path) -> None:
        self.project, self.cloud, self.folder = project, cloud, folder

    def deploy(self, verb: str, *options: str) -> str:
        """`python -m infra.deploy`, as the Makefile has it; what it said."""
        command = [sys.executable, "-m", "infra.deploy", verb, "--stage", "dev", *options]
        environment = {name: value for name, value in self.cloud.environment.items() if name != "REQUESTS_CA_BUNDLE"}
        done = subprocess.run(
            command, cwd=self.project, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        sys.stdout.write(f"$ make {verb} STAGE=dev\n{done.stdout}{done.stderr}")
        assert done.returncode == 0
        self.cloud.consume()
        return done.stdout

    @property
    def stack(self) -> LocalStack:
        """Where the deployment is, as its owner's file says."""
        file = self.project / ".waygate/dev.env"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        told = dict(line.removeprefix("export ").split("=", 1) for line in file.read_text().splitlines())
        return LocalStack(told["WAYGATE_URL"], told["WAYGATE_API_KEY"], DEMO)

    def waygate(self, *commands: str) -> str:
        """The command line against the deployment; what it printed."""
        trust = {"REQUESTS_CA_BUNDLE": self.cloud.environment["REQUESTS_CA_BUNDLE"]}
        secrets = {"DEMO_KEY": "demo-key-1234567890", "SHOP_KEY": "demo-key-1234567890"}
        done = run(list(commands), self.stack, self.folder, trust | secrets)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def test_a_deployment_from_its_first_day_to_its_last(
    project: Path, cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", cloud.environment["SSL_CERT_FILE"])
    story = Story(project, cloud, tmp_path)
    version = re.search(r'VERSION = "(.+)"', (project / "chalicelib/version.py").read_text())
    assert version is not None

    said = story.deploy("deploy")
    assert "release   1 " in said
    assert "smoke     " in said
    _what_was_made(story)
    _the_walk_through(story)
    _the_schedule_and_the_log(story)
    _an_execution_that_is_stopped(story)

    before = _functions()
    said = story.deploy("deploy")
    assert re.findall(r"^  (stack|chalice|console) .*(unchanged|0 of \d+ files sent)$", said, re.MULTILINE) == [
        ("stack", "unchanged"),
        ("chalice", "unchanged"),
        ("stack", "unchanged"),
        ("console", "0 of " + re.findall(r"0 of (\d+) files", said)[0] + " files sent"),
    ]
    assert _functions() == before
    assert "release   1 " in said

    (project / "chalicelib/version.py").write_text('"""The version of this build."""\n\nVERSION = "9.9.9"\n')
    page = project / "ui/dist/index.html"
    page.write_text(page.read_text().replace("<title>Waygate", "<title>Waygate 9"))
    assert "release   2 (Waygate 9.9.9" in story.deploy("deploy")
    assert _serves(story) == ("9.9.9", True)
    assert '"name": "Rex"' in story.waygate("waygate call demo get-pet pet_id=1")  # its credential is opened still

    assert "release 1 " in story.deploy("rollback")
    assert _serves(story) == (version[1], False)
    assert '"name": "Rex"' in story.waygate("waygate call demo get-pet pet_id=1")
    assert "release 2 " in story.deploy("rollback", "--to", "2")
    assert _serves(story) == ("9.9.9", True)

    story.deploy("destroy", "--yes")
    _nothing_is_left(story)


def _functions() -> dict[str, Any]:
    pages = boto3.client("lambda").get_paginator("list_functions").paginate()
    return {each["FunctionName"]: each for page in pages for each in page["Functions"]}


def _serves(story: Story) -> tuple[str, bool]:
    """The version that the API tells, and whether the console is that of the upgrade."""
    health = smoke.get(f"{story.stack.url}/api/v1/health").json()
    return health["version"], b"<title>Waygate 9" in smoke.get(f"{story.stack.url}/").body


def _what_was_made(story: Story) -> None:
    """What Chalice's configuration and the API's settings say, as AWS has it."""
    functions, config = _functions(), json.loads((ROOT / ".chalice/config.json").read_text())
    assert set(functions) == {policies.deployed_name(name, "dev") for name in policies.FUNCTIONS}
    codes = {each["CodeSha256"] for each in functions.values()}
    assert len(codes) == 1
    for name in policies.FUNCTIONS:
        made = functions[policies.deployed_name(name, "dev")]
        told = {**config, **config["lambda_functions"].get(name, {})}
        assert (made["MemorySize"], made["Timeout"]) == (told["lambda_memory_size"], told["lambda_timeout"])
        assert made["MemorySize"] >= 1024
        assert made["Environment"]["Variables"] == {"WAYGATE_STAGE": "dev"}
        assert made["Architectures"] == ["x86_64"]
        role = made["Role"].rpartition("/")[2]
        (policy,) = boto3.client("iam").list_role_policies(RoleName=role)["PolicyNames"]
        document = boto3.client("iam").get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        assert document == policies.document(name, "dev")
    (api,) = boto3.client("apigateway").get_rest_apis()["items"]
    stage = apigateway.stage_settings(api["id"], "api")
    assert json.loads(stage["accessLogSettings"]["format"]) == ACCESS_LOG
    assert not re.search(r"context\.path\b|query|protocol", stage["accessLogSettings"]["format"])
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 100
    assert boto3.client("apigateway").get_account()["cloudwatchRoleArn"].endswith("waygate-dev-api-logs-us-east-1")
    unknown = smoke.get(f"{story.stack.url}/api/v2")
    assert (unknown.status, unknown.json()["code"]) == (404, "route_not_found")
    assert boto3.client("ssm").get_parameter(Name="/waygate/dev/public-origin")["Parameter"]["Value"] == story.stack.url


def _the_walk_through(story: Story) -> None:
    """The README's, with the demo upstream on its public name."""
    story.waygate(
        f"waygate add {DEMO}/openapi.json --name demo --verify /whoami",
        "waygate review demo --accept all",
        "waygate connect demo --secret-env DEMO_KEY",
    )
    for title in ("the demo", "a failing upstream"):
        commands = [line for line in walk_through(title) if not line.startswith(("source ", "waygate logs"))]
        assert '"name": "Rex"' in story.waygate(*commands)
    pages = [line.replace("http://127.0.0.1:8788", DEMO) for line in walk_through("documentation")]
    said = story.waygate(*pages)
    assert re.search(r"Pages +6/6", said)
    assert '"name": "Rex"' in said


def _the_schedule_and_the_log(story: Story) -> None:
    """The sweep renews what is due; invocations come back by the log's subscription."""
    auth = {
        "type": "oauth2",
        "grant": "client_credentials",
        "token_url": f"{DEMO}/oauth/token",
        "scopes": ["shop:read"],
    }
    story.waygate(
        f"waygate add {DEMO}/openapi.json --name crm --verify /whoami --auth-json '{json.dumps(auth)}'",
        "waygate review crm --accept all",
        "printf demo-client-secret | waygate clients put crm --client-id demo-client --secret-stdin",
        "waygate connect crm",
    )
    boto3.client("dynamodb").update_item(
        TableName="waygate-dev-connections",
        Key={"owner": {"S": "default#crm"}, "name": {"S": "default"}},
        UpdateExpression="SET refresh_at = :then",
        ExpressionAttributeValues={":then": {"N": "1"}},
    )
    told = story.cloud.fire("waygate-dev-sweep")
    story.cloud.drain()
    assert told["due"] == 1
    assert '"name": "Rex"' in story.waygate("waygate call crm get-pet pet_id=1")
    story.cloud.drain()
    logged = story.waygate("waygate logs -n 20")
    assert "crm/get-pet" in logged
    assert "demo/create-pet" in logged


def _an_execution_that_is_stopped(story: Story) -> None:
    """Stopped in the console of Step Functions, say: the rule has `settle_job` end the job."""
    jobs = f"{story.stack.url}/api/v1/scrape-jobs"
    with_key: Any = {
        "headers": {"Authorization": f"Bearer {story.stack.key}"},
        "verify": story.cloud.environment["REQUESTS_CA_BUNDLE"],
        "timeout": 30,
    }
    source = {"type": "site", "url": f"{DEMO}/docs"}
    wanted = {"integration": "stopped", "base_url": DEMO, "source": source}
    job = requests.post(jobs, json=wanted, **with_key).json()["id"]
    states = boto3.client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]
    running = states.list_executions(stateMachineArn=machine["stateMachineArn"], statusFilter="RUNNING")
    (execution,) = running["executions"]
    assert execution["name"] == job
    states.stop_execution(executionArn=execution["executionArn"])
    story.cloud.drain()
    told = requests.get(f"{jobs}/{job}", **with_key).json()
    assert (told["status"], told["error"]["detail"]) == ("failed", "The workflow ended as ABORTED.")


def _nothing_is_left(story: Story) -> None:
    """Nor in what only the rehearsal knows."""
    assert _functions() == {}
    assert boto3.client("apigateway").get_rest_apis()["items"] == []
    assert boto3.client("dynamodb").list_tables()["TableNames"] == []
    assert boto3.client("s3").list_buckets()["Buckets"] == []
    assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []
    assert boto3.client("iam").list_roles()["Roles"] == []
    assert boto3.client("sqs").list_queues().get("QueueUrls", []) == []
    assert boto3.client("logs").describe_log_groups()["logGroups"] == []
    assert boto3.client("events").list_rules()["Rules"] == []
    assert boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
    assert not [kind for kind, made in cloudformation.kept.items() if made]
    assert not (story.project / ".waygate/dev.env").exists()
    assert not (story.project / ".chalice/deployed/dev.json").exists()
