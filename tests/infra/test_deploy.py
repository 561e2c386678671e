"""`make deploy` where it must not go on: what it says, and that nothing was changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra import policies
from infra.console_files import caching, content_type
from infra.deploy import checks, console, drift, functions, gateway, key, releases, smoke, stack, teardown
from infra.deploy import options as stage_options
from infra.deploy.failure import DeployFailed
from infra.deploy.options import Options
from infra.deploy.releases import Releases
from infra.deploy.target import Target
from infra.local.standin import LocalAws
from tests.conftest import ROOT

TARGET = Target("dev", "123456789012", "us-east-1")
REGION = {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "WAYGATE_"))}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    command = [sys.executable, "-m", "infra.deploy", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**clean, **nowhere, "AWS_EC2_METADATA_DISABLED": "true", **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_without_a_region_it_says_how_to_choose_one() -> None:
    done = run("rollback", "--stage", "dev")
    assert (done.returncode, "Set AWS_REGION" in done.stderr) == (1, True)


def test_without_credentials_it_says_how_to_sign_in() -> None:
    done = run("rollback", "--stage", "dev", **REGION)
    assert (done.returncode, "There are no AWS credentials" in done.stderr) == (1, True)
    assert "aws sso login" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_endpoint_that_nobody_listens_at_is_no_traceback() -> None:
    done = run(
        *("destroy", "--stage", "dev", "--yes"),
        **REGION,
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
        AWS_MAX_ATTEMPTS="1",
    )
    assert (done.returncode, "AWS cannot be asked who this is" in done.stderr) == (1, True)


def test_nothing_is_destroyed_unless_somebody_says_so() -> None:
    done = run("destroy", "--stage", "dev", **REGION)
    assert (done.returncode, "Nothing was deleted" in done.stderr) == (1, True)


def test_protected_data_is_not_destroyed_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    from infra.deploy import steps

    monkeypatch.setattr(checks, "find_target", lambda stage: Target(stage, "123456789012", "us-east-1"))
    monkeypatch.setattr(teardown, "run", lambda _: pytest.fail("destroyed"))
    with pytest.raises(DeployFailed, match="DELETE_DATA=yes"):
        steps.destroy("prod", with_data=False)


def test_another_python_than_the_tested_one_is_refused() -> None:
    checks.check_python(checks.PYTHON)
    with pytest.raises(DeployFailed, match=r"This is Python 3\.14; functions are deployed with 3\.11"):
        checks.check_python((3, 14))


def test_a_stage_that_is_not_configured_is_refused() -> None:
    with pytest.raises(DeployFailed, match=r"no stage `qa`(.|\n)*make policies ADD=qa"):
        checks.check_stage("qa")


def test_a_policy_that_is_not_up_to_date_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "CHALICE", tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"stages": {"dev": {}}}))
    policies.write(["dev"])
    checks.check_stage("dev", tmp_path)
    (tmp_path / policies.file_of("sweep", "dev")).write_text("{}")
    with pytest.raises(DeployFailed, match=r"sweep\.json"):
        checks.check_stage("dev", tmp_path)


def test_a_console_that_is_not_built_is_missed(tmp_path: Path) -> None:
    with pytest.raises(DeployFailed, match="make ui"):
        checks.check_console(tmp_path)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("UPDATE_IN_PROGRESS", "Wait until that is done"),
        ("ROLLBACK_COMPLETE", "It was never made"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name waygate-dev-base"),
        ("DELETE_FAILED", "remove what is in the way"),
    ],
)
def test_a_stack_in_a_bad_state_is_named_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, status: str, told: str
) -> None:
    monkeypatch.setattr(stack, "status", lambda _, name: status if name.endswith("base") else None)
    with pytest.raises(DeployFailed, match=f"waygate-dev-base is {status}") as failed:
        checks.check_stacks(TARGET)
    assert told in str(failed.value)


def test_stacks_that_are_well_or_not_there_are_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "status", lambda _, name: "UPDATE_COMPLETE" if name.endswith("base") else None)
    checks.check_stacks(TARGET)


def test_options_of_a_stage_come_over_those_of_all(tmp_path: Path) -> None:
    file = tmp_path / "deploy.toml"
    assert stage_options.read("prod", file) == Options()
    file.write_text(
        '[all]\nalarm_email = "ops@example.com"\nlog_days = 7\n[prod]\nlog_days = 90\ndaily_cost_usd = 20\n'
    )
    assert stage_options.read("prod", file) == Options(alarm_email="ops@example.com", log_days=90, daily_cost_usd=20)
    assert stage_options.read("dev", file).log_days == 7
    assert stage_options.read("prod", file).edge_parameters()["DailyCostUsd"] == "20"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[prod", "is no TOML"),
        ("[prod]\nemail = 'a'", "unknown option `email`"),
        ("[prod]\nlog_days = 'many'", "`log_days` must be a int"),
        ("[prod]\nweb_acl = 1", "`web_acl` must be a bool"),
    ],
)
def test_a_file_of_options_that_is_wrong_says_where(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "deploy.toml"
    file.write_text(text)
    with pytest.raises(DeployFailed, match=told):
        stage_options.read("prod", file)


def test_options_are_the_parameters_of_the_stacks() -> None:
    from cfnlint.decode.cfn_yaml import loads

    from infra.stacks import BASE, EDGE, render_template

    base, edge = (loads(render_template(path))["Parameters"] for path in (BASE, EDGE))
    assert {"Stage", *Options().base_parameters()} == set(base)
    assert {"Stage", "RestApiId", *Options().edge_parameters()} == set(edge)
    for parameters, told in ((base, Options().base_parameters()), (edge, Options().edge_parameters())):
        assert {name: str(parameters[name]["Default"]) for name in told} == told


def test_the_templates_fit_into_one_request() -> None:
    from infra.stacks import BASE, EDGE, render_template

    for path in (BASE, EDGE):
        assert len(render_template(path).encode()) < 51_200  # CloudFormation quotas, template body in a request


class Recorded:
    """A client that notes what it is asked, and answers from `answers`."""

    def __init__(self, **answers: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers = answers

    def __getattr__(self, operation: str) -> Any:
        def ask(**arguments: Any) -> Any:
            self.asked.append((operation, arguments))
            return self._answers.get(operation)

        return ask


def test_the_account_keeps_the_log_role_that_it_has() -> None:
    client = Recorded(get_account={"cloudwatchRoleArn": "arn:aws:iam::123456789012:role/theirs"})
    gateway._name_log_role(client, "arn:aws:iam::123456789012:role/ours")
    assert [operation for operation, _ in client.asked] == ["get_account"]


def test_the_access_log_has_neither_query_strings_nor_names() -> None:  # E9
    variables = set(gateway.ACCESS_LOG.values())
    assert not {each for each in variables if "path" in each.lower() and each != "$context.resourcePath"}
    assert not {each for each in variables if "query" in each.lower() or "header" in each.lower()}


def test_files_of_the_console_are_served_as_what_they_are() -> None:
    assert content_type("index.html") == "text/html; charset=utf-8"
    assert content_type("assets/a.js") in ("text/javascript; charset=utf-8", "application/javascript; charset=utf-8")
    assert content_type("assets/a.woff2") == "font/woff2"
    assert caching("assets/a.js") == "public, max-age=31536000, immutable"
    assert caching("index.html") == "no-cache"


@pytest.fixture
def buckets(aws: LocalAws) -> None:
    for purpose in ("console", "releases"):
        if TARGET.bucket(purpose) not in [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]]:
            boto3.client("s3").create_bucket(Bucket=TARGET.bucket(purpose))


@pytest.mark.usefixtures("buckets")
def test_only_what_differs_of_the_console_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    cdn = Recorded()
    monkeypatch.setattr(Target, "client", lambda _, name: cdn if name == "cloudfront" else boto3.client(name))
    outputs = {"ConsoleBucketName": TARGET.bucket("console"), "DistributionId": "E1"}
    contents = {"index.html": b"<html>", "assets/a.js": b"1", "config.json": console.CONFIG}
    assert console.upload(TARGET, outputs, contents) == 3
    assert console.upload(TARGET, outputs, contents) == 0
    assert console.upload(TARGET, outputs, {**contents, "index.html": b"<html><p>"}) == 1
    assert [operation for operation, _ in cdn.asked] == ["create_invalidation"] * 2
    kept = boto3.client("s3").get_object(Bucket=TARGET.bucket("console"), Key="config.json")
    assert (kept["CacheControl"], json.loads(kept["Body"].read())) == ("no-store", {"api": "/api/v1"})


@pytest.mark.usefixtures("buckets")
def test_releases_are_numbered_kept_and_found_again(tmp_path: Path) -> None:
    kept, package = Releases(TARGET), tmp_path / "package.zip"
    assert kept.current() is None
    contents = {"index.html": b"one", "assets/a.js": b"1"}
    package.write_bytes(b"code 1")
    first = kept.record(package, contents, "d1", "s")
    assert (first.number, kept.current()) == (1, first)
    again = kept.record(package, contents, "d2", "s")
    assert (again.number, kept.numbers()) == (1, [1])
    assert kept.current() == again
    for number in range(2, releases.KEPT + 3):
        package.write_bytes(f"code {number}".encode())
        kept.record(package, contents, f"d{number}", "s")
    assert kept.numbers() == list(range(3, releases.KEPT + 3))
    assert kept.console_of(kept.get(3)) == contents
    with pytest.raises(DeployFailed, match="There is no release 1 of dev; there are: 3, 4"):
        kept.get(1)


@pytest.mark.usefixtures("buckets")
def test_a_release_of_another_version_of_the_deployer_is_read(tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    package.write_bytes(b"code")
    kept = Releases(TARGET)
    made = kept.record(package, {"index.html": b""}, "d", "s")
    told = {**json.loads(json.dumps(vars(made))), "later": True}
    del told["settings_sha256"]
    key_ = f"{made.prefix}release.json"
    boto3.client("s3").put_object(Bucket=TARGET.bucket("releases"), Key=key_, Body=json.dumps(told).encode())
    assert kept.get(1).settings_sha256 == ""


def test_what_was_deployed_differs_with_any_setting(tmp_path: Path) -> None:
    one = drift.settings_digest("dev", Options())
    assert one == drift.settings_digest("dev", Options())
    assert (
        len({one, drift.settings_digest("dev", Options(calls_per_s=5)), drift.settings_digest("prod", Options())}) == 3
    )
    assert not drift.is_there(TARGET, None, tmp_path / "none.zip", one)


@pytest.mark.usefixtures("buckets")
def test_another_machine_learns_what_chalice_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, elsewhere = tmp_path / "here.json", tmp_path / "elsewhere/dev.json"
    monkeypatch.setattr(functions, "memory", lambda _: here)
    here.write_text(json.dumps({"resources": [{"resource_type": "rest_api", "rest_api_id": "abc"}]}))
    functions._remember(TARGET)
    monkeypatch.setattr(functions, "memory", lambda _: elsewhere)
    functions.recall(TARGET)
    assert functions.rest_api(TARGET) == "abc"
    elsewhere.write_text(json.dumps({"resources": [{"resource_type": "rest_api", "rest_api_id": "newer"}]}))
    later = elsewhere.stat().st_mtime + 60
    os.utime(elsewhere, (later, later))
    functions.recall(TARGET)
    assert functions.rest_api(TARGET) == "newer"
    elsewhere.unlink()
    boto3.client("s3").delete_object(Bucket=TARGET.bucket("releases"), Key="chalice/deployed.json")
    with pytest.raises(DeployFailed, match="No API is deployed"):
        functions.rest_api(TARGET)


def test_in_ci_no_key_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(key, "ROOT", tmp_path)
    monkeypatch.setattr(key, "_ask", lambda *_: {"key": "wg_live_canary"})
    monkeypatch.setenv("CI", "true")
    key.bootstrap(TARGET, "https://example.com")
    assert key.read(TARGET) is None
    monkeypatch.delenv("CI")
    key.bootstrap(TARGET, "https://example.com")
    assert key.read(TARGET) == "wg_live_canary"
    assert "wg_live_canary" not in capsys.readouterr().out


def test_a_deployment_that_does_not_answer_is_not_done() -> None:
    with pytest.raises(DeployFailed, match="health: URLError"):
        smoke.run("http://127.0.0.1:9", "dev", None, patience_s=0)
