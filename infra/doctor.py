"""`python -m infra.doctor --stage prod`: is a deployment whole, and if not, what to do. It changes nothing.

    who asks → clock → quotas → what may be done → policies → stacks → tables → functions → keyring → log → queues
    → alarms → console and API, as the world sees them

It asks AWS as whoever is signed in, so it runs where deploying does: in a checkout. `waygate doctor --stage` starts it
there: the command line itself speaks HTTP alone, and should not bring boto3 along.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

from botocore.exceptions import BotoCoreError, ClientError

from infra import policies

_CLOCK_S: Final = 30.0  # AWS refuses signatures that are 5 minutes off; a lease lasts 30 s
_CONCURRENCY: Final = 100  # what a small deployment needs at its peaks
_DEAD: Final = ("refresh-dead.fifo", "orphaned-tokens-dead", "failed-events")
# One action for each service that deploying changes; who may do these may as a rule do the rest.
DEPLOYING: Final = (
    "cloudformation:UpdateStack",
    "lambda:UpdateFunctionCode",
    "apigateway:PUT",
    "iam:PassRole",
    "dynamodb:UpdateTable",
    "s3:PutObject",
    "events:PutRule",
    "states:UpdateStateMachine",
    "cloudfront:CreateInvalidation",
)


@dataclass(frozen=True)
class Check:
    """One line of the answer."""

    check: str
    state: Literal["ok", "failed", "skipped"]
    detail: str
    fix: str | None = None


Ask = Callable[[], Check]


class Doctor:
    """The checks of one stage. `client` makes the client of an AWS service; `get` asks a URL for status and body."""

    def __init__(
        self,
        stage: str,
        client: Callable[[str], Any],
        get: Callable[[str], tuple[int, bytes]] | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._stage, self._client, self._get, self._now = stage, client, get or _get, now
        self._deploy = f"make deploy STAGE={stage}"
        self._who: dict[str, Any] = {}

    def checks(self) -> Iterator[Check]:
        """Every check, one after the other. Who nobody knows is told nothing more."""
        first = self._asked("identity", self._identity)
        yield first
        if first.state != "ok":
            return
        for name in (
            *("clock", "concurrency", "requests", "permissions", "policies", "base stack", "edge stack", "tables"),
            *("functions", "keyring", "invocation log", "dead letters", "alarms", "console", "api"),
        ):
            yield self._asked(name, getattr(self, "_" + name.replace(" ", "_")))

    def _asked(self, name: str, ask: Ask) -> Check:
        try:
            return ask()
        except ClientError as error:
            code, text = (str(error.response["Error"].get(part, "")) for part in ("Code", "Message"))
            if "AccessDenied" in code or "NotAuthorized" in code or "UnauthorizedOperation" in code:
                return Check(name, "skipped", f"{error.operation_name} is not allowed to whoever asks")
            return Check(name, "failed", f"{error.operation_name}: {code}: {text}", f"Run `{self._deploy}`.")
        except (BotoCoreError, OSError) as error:
            return Check(name, "failed", f"no answer: {error}", "Check the network, the region and the credentials.")

    def _identity(self) -> Check:
        try:
            self._who = self._client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            return Check("identity", "failed", str(error), "Set AWS_PROFILE, or sign in with `aws sso login`.")
        region = self._client("sts").meta.region_name
        return Check("identity", "ok", f"account {self._who['Account']}, {region}, {self._who['Arn']}")

    def _clock(self) -> Check:
        there = parsedate_to_datetime(self._who["ResponseMetadata"]["HTTPHeaders"]["date"])
        skew = abs((self._now() - there).total_seconds())
        if skew > _CLOCK_S:
            return Check("clock", "failed", f"this machine and AWS are {skew:.0f} s apart", "Set the clock (NTP).")
        return Check("clock", "ok", f"within {_CLOCK_S:.0f} s of AWS")

    def _concurrency(self) -> Check:
        limit = self._client("lambda").get_account_settings()["AccountLimit"]
        told = (
            f"{limit['ConcurrentExecutions']} functions at once, {limit['UnreservedConcurrentExecutions']} unreserved"
        )
        if limit["UnreservedConcurrentExecutions"] < _CONCURRENCY:
            return Check("concurrency", "failed", told, "Ask Service Quotas for 1,000 (Lambda, Concurrent executions).")
        return Check("concurrency", "ok", told)

    def _requests(self) -> Check:
        found = self._client("apigateway").get_account().get("throttleSettings", {})
        told = f"API Gateway takes {found.get('rateLimit')} requests/s, {found.get('burstLimit')} at once"
        return Check("requests", "ok", f"{told}, in this account and region")

    def _permissions(self) -> Check:
        arn = str(self._who["Arn"])
        if arn.endswith(":root"):
            return Check("permissions", "failed", "this is the account's root user", "Use a role for deploying.")
        answer = self._client("iam").simulate_principal_policy(PolicySourceArn=_source(arn), ActionNames=[*DEPLOYING])
        denied = [each["EvalActionName"] for each in answer["EvaluationResults"] if each["EvalDecision"] != "allowed"]
        if denied:
            fix = "Only who deploys needs them: docs/deploying.md, “Who may deploy”."
            return Check("permissions", "failed", f"not allowed: {', '.join(denied)}", fix)
        return Check("permissions", "ok", f"may deploy, as far as {len(DEPLOYING)} actions tell")

    def _policies(self) -> Check:
        stages = json.loads((policies.CHALICE / "config.json").read_text(encoding="utf-8"))["stages"]
        if self._stage not in stages:
            fix = f"Run `make policies ADD={self._stage}`."
            return Check("policies", "failed", f"this checkout has no stage {self._stage}", fix)
        stale = [path.name for path in policies.stale(stages) if path.parent.name == self._stage]
        if stale:
            return Check(
                "policies", "failed", f"not up to date: {', '.join(stale)}", "Run `make policies`, and deploy."
            )
        return Check("policies", "ok", f"{len(policies.FUNCTIONS)} in this checkout, one for each function")

    def _base_stack(self) -> Check:
        return self._stack("base")

    def _edge_stack(self) -> Check:
        return self._stack("edge")

    def _stack(self, purpose: str) -> Check:
        name = f"waygate-{self._stage}-{purpose}"
        (stack,) = self._client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        status = stack["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return Check(f"{purpose} stack", "ok", f"{name}: {status}")
        fix = "Wait, and ask again." if status.endswith("_IN_PROGRESS") else f"See its events; then `{self._deploy}`."
        return Check(f"{purpose} stack", "failed", f"{name}: {status}", fix)

    def _tables(self) -> Check:
        names = self._resources("AWS::DynamoDB::Table")
        database = self._client("dynamodb")
        states = {name: database.describe_table(TableName=name)["Table"]["TableStatus"] for name in names}
        wrong = [f"{name} is {state}" for name, state in states.items() if state != "ACTIVE"]
        if wrong or not states:
            return Check("tables", "failed", ", ".join(wrong) or "there are none", f"Run `{self._deploy}`.")
        return Check("tables", "ok", f"{len(states)}, all active")

    def _resources(self, kind: str) -> list[str]:
        pages = self._client("cloudformation").get_paginator("list_stack_resources")
        found = pages.paginate(StackName=f"waygate-{self._stage}-base")
        return [
            each["PhysicalResourceId"]
            for page in found
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == kind
        ]

    def _functions(self) -> Check:
        functions, wrong, code = self._client("lambda"), [], set()
        for name in policies.FUNCTIONS:
            full = policies.deployed_name(name, self._stage)
            try:
                found = functions.get_function_configuration(FunctionName=full)
            except functions.exceptions.ResourceNotFoundException:
                wrong.append(f"{full} is not there")
                continue
            stage = found.get("Environment", {}).get("Variables", {}).get("WAYGATE_STAGE")
            code.add(found["CodeSha256"])
            if found.get("State", "Active") != "Active":
                wrong.append(f"{full} is {found['State']}")
            elif stage != self._stage:
                wrong.append(f"{full} works for stage {stage}")
        if wrong:
            return Check("functions", "failed", "; ".join(wrong), f"Run `{self._deploy}`.")
        if len(code) > 1:
            return Check("functions", "failed", f"{len(code)} different packages", f"Run `{self._deploy}`.")
        return Check("functions", "ok", f"{len(policies.FUNCTIONS)}, all of one package")

    def _keyring(self) -> Check:
        name = f"waygate/{self._stage}/default/keyring"
        found = self._client("secretsmanager").describe_secret(SecretId=name)
        if found.get("DeletedDate"):
            fix = f"aws secretsmanager restore-secret --secret-id {name}"
            return Check("keyring", "failed", f"{name} is about to be deleted", fix)
        return Check("keyring", "ok", name)

    def _invocation_log(self) -> Check:
        group = f"/aws/lambda/waygate-{self._stage}"
        found = self._client("logs").describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
        if not any(f"waygate-{self._stage}-record_invocations" in each["destinationArn"] for each in found):
            fix = f"Run `{self._deploy}`, then `waygate logs --backfill --since …`."
            return Check("invocation log", "failed", f"nothing takes the lines of {group}", fix)
        return Check("invocation log", "ok", f"{group} → record_invocations")

    def _dead_letters(self) -> Check:
        queues, waiting = self._client("sqs"), []
        for name in _DEAD:
            url = queues.get_queue_url(QueueName=f"waygate-{self._stage}-{name}")["QueueUrl"]
            attribute = "ApproximateNumberOfMessages"
            found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[attribute])["Attributes"][attribute]
            if int(found):
                waiting.append(f"{found} in {name}")
        if waiting:
            return Check("dead letters", "failed", ", ".join(waiting), "docs/operating.md, “dead-letters”.")
        return Check("dead letters", "ok", "none")

    def _alarms(self) -> Check:
        pages = self._client("cloudwatch").get_paginator("describe_alarms")
        found = [
            alarm
            for page in pages.paginate(AlarmNamePrefix=f"waygate-{self._stage}-")
            for alarm in page["MetricAlarms"]
        ]
        ringing = [each["AlarmName"] for each in found if each["StateValue"] == "ALARM"]
        if ringing or not found:
            fix = "docs/operating.md has a section for each." if ringing else f"Run `{self._deploy}`."
            return Check("alarms", "failed", ", ".join(ringing) or "there are none", fix)
        return Check("alarms", "ok", f"{len(found)}, all quiet")

    def _origin(self) -> str:
        name = f"/waygate/{self._stage}/public-origin"
        return str(self._client("ssm").get_parameter(Name=name)["Parameter"]["Value"])

    def _console(self) -> Check:
        origin = self._origin()
        status, body = self._get(f"{origin}/config.json")
        if status != 200 or _json(body).get("api") != "/api/v1":
            told = f"{origin}/config.json answers {status}, and does not say where the API is"
            return Check("console", "failed", told, f"Run `{self._deploy}`.")
        status, body = self._get(f"{origin}/")
        if status != 200 or b"<html" not in body.lower():
            return Check("console", "failed", f"{origin}/ answers {status}", f"Run `make ui`, and `{self._deploy}`.")
        return Check("console", "ok", f"{origin}/")

    def _api(self) -> Check:
        url = f"{self._origin()}/api/v1/health/ready"
        status, body = self._get(url)
        facts = _json(body)
        if status != 200 or facts.get("stage") != self._stage:
            told = f"{url} answers {status}, stage {facts.get('stage')}"
            return Check("api", "failed", told, "docs/operating.md, “api-errors”.")
        return Check("api", "ok", f"Waygate {facts.get('version')} answers, and so does its store")


def _source(arn: str) -> str:
    """The ARN whose policies count: a session of a role stands for the role (its path is not in the session's ARN)."""
    parts = arn.split(":")
    if parts[2] == "sts" and parts[5].startswith("assumed-role/"):
        return f"arn:{parts[1]}:iam::{parts[4]}:role/{parts[5].split('/')[1]}"
    return arn


def _get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # nosec B310 (the deployment's own address)
            return answer.status, answer.read(1_000_000)
    except urllib.error.HTTPError as error:
        return error.code, error.read(1_000_000)


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def main(arguments: list[str] | None = None) -> int:
    """Prints every check; status 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m infra.doctor", description="Is a deployment whole?")
    parser.add_argument("--stage", required=True, help="which deployment")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args(arguments)
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 3, "mode": "standard"})
    session = boto3.Session()
    found = []
    for check in Doctor(options.stage, lambda service: session.client(service, config=config)).checks():
        found.append(check)
        if not options.json:
            print(f"{check.state:<8} {check.check}: {check.detail}", flush=True)
            if check.fix:
                print(f"{'':<8} → {check.fix}", flush=True)
    is_well = all(check.state != "failed" for check in found)
    if options.json:
        print(json.dumps({"ok": is_well, "checks": [asdict(check) for check in found]}, indent=2))
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
