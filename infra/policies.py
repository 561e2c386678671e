"""What each function may do on AWS: the one source of the policies in `.chalice/policies/`.

    python -m infra.policies               writes the policies of every stage of `.chalice/config.json`
    python -m infra.policies --check       says which of them are not what this module makes, and fails
    python -m infra.policies --add green   adds a stage, with its policies, first

A function is a key of `FUNCTIONS`; its value lists what its code does. Tests refuse every call that is not listed, and
tell what is listed and never called, so change this list with the code. Names carry the stage: no function can reach
another stage. `s3:ListBucket` stands beside each read of an object, since S3 says “access denied” and not “no such
key” to those who may not list (AWS: GetObject, “Permissions”).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

CHALICE: Final = Path(__file__).parent.parent / ".chalice"
API: Final = "api_handler"  # Chalice's name for the REST API's function
# IAM puts it in, in the last part of an ARN alone (IAM user guide, “Policy variables”). Elsewhere `*` stands for the
# account: what another account owns, only that account can open to us. A bucket's name, though, anybody may take.
_ACCOUNT: Final = "${aws:PrincipalAccount}"

Statement = dict[str, Any]
Grant = Callable[[str], Statement]  # of a stage


def _allow(actions: Iterable[str], *resources: str) -> Grant:
    def grant(stage: str) -> Statement:
        return {
            "Effect": "Allow",
            "Action": sorted(actions),
            "Resource": [resource.format(stage=stage, account=_ACCOUNT) for resource in resources],
        }

    return grant


def table(name: str, actions: str, *, indexes: str = "") -> Grant:
    """DynamoDB actions on a table, by their names; queries also of its indexes."""
    arn = f"arn:aws:dynamodb:*:*:table/waygate-{{stage}}-{name}"
    return _allow([f"dynamodb:{each}" for each in actions.split()], arn, *(f"{arn}/index/{i}" for i in indexes.split()))


def index(of_table: str, name: str) -> Grant:
    """Queries of one index."""
    return _allow(["dynamodb:Query"], f"arn:aws:dynamodb:*:*:table/waygate-{{stage}}-{of_table}/index/{name}")


def objects(prefixes: str, actions: str) -> Grant:
    """S3 actions on the documents below some prefixes."""
    bucket = "arn:aws:s3:::waygate-{stage}-documents-{account}-*"
    return _allow([f"s3:{each}" for each in actions.split()], *(f"{bucket}/{each}/*" for each in prefixes.split()))


def listing() -> Grant:
    """Telling an object that is not there from one that may not be read, and listing those to delete."""
    return _allow(["s3:ListBucket"], "arn:aws:s3:::waygate-{stage}-documents-{account}-*")


def keyrings(actions: str) -> Grant:
    """Secrets Manager actions on the keyrings of all workspaces. AWS adds six characters to a secret's name."""
    arn = "arn:aws:secretsmanager:*:*:secret:waygate/{stage}/*/keyring-??????"
    return _allow([f"secretsmanager:{each}" for each in actions.split()], arn)


def queue(name: str, actions: str) -> Grant:
    """SQS actions on a queue."""
    return _allow([f"sqs:{each}" for each in actions.split()], f"arn:aws:sqs:*:*:waygate-{{stage}}-{name}")


def function(name: str) -> Grant:
    """Invoking a function."""
    return _allow(["lambda:InvokeFunction"], f"arn:aws:lambda:*:*:function:waygate-{{stage}}-{name}")


PUBLIC_ORIGIN: Final = _allow(["ssm:GetParameter"], "arn:aws:ssm:*:*:parameter/waygate/{stage}/public-origin")
ORIGIN_SECRET: Final = _allow(
    ["secretsmanager:GetSecretValue"],
    "arn:aws:secretsmanager:*:*:secret:waygate/{stage}/origin-secret-??????",
)
WORKFLOW: Final = (
    _allow(["states:StartExecution"], "arn:aws:states:*:*:stateMachine:waygate-{stage}-scrape-job"),
    _allow(["states:StopExecution"], "arn:aws:states:*:*:execution:waygate-{stage}-scrape-job:*"),
)
# X-Ray knows no resources (Service Authorization Reference, “AWS X-Ray”).
TRACING: Final = _allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*")
# What Lambda does in the function's name: a failed event's way to its queue, a queue's messages on their way in.
FAILED_EVENTS: Final = queue("failed-events", "SendMessage")
REFRESH: Final = (
    table("connections", "BatchGetItem GetItem UpdateItem"),
    table("integrations", "BatchGetItem"),
    table("oauth-clients", "BatchGetItem"),
    table("audit", "PutItem"),
    keyrings("GetSecretValue"),
    queue("orphaned-tokens", "DeleteMessage ReceiveMessage SendMessage"),
)
STEP: Final = (table("jobs", "GetItem UpdateItem"), table("runtime", "UpdateItem"), listing())

FUNCTIONS: Final[dict[str, tuple[Grant, ...]]] = {
    API: (
        table("workspaces", "DeleteItem GetItem PutItem Query"),
        table("api-keys", "BatchGetItem DeleteItem GetItem PutItem Query", indexes="workspace"),
        table("integrations", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem"),
        table("actions", "BatchGetItem BatchWriteItem GetItem PutItem Query UpdateItem", indexes="workspace"),
        table(
            "connections",
            "BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem",
            indexes="workspace",
        ),
        table("oauth-clients", "BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query"),
        table("jobs", "BatchWriteItem GetItem PutItem Query UpdateItem"),
        table("invocations", "GetItem Query", indexes="failures integration"),
        table("usage", "Query"),
        table("audit", "PutItem Query", indexes="connection"),
        table("runtime", "BatchGetItem DeleteItem GetItem PutItem UpdateItem"),
        listing(),
        objects("actions definitions search uploads", "DeleteObject GetObject PutObject"),
        objects("crawls drafts pages sources", "DeleteObject GetObject"),
        keyrings("GetSecretValue"),
        ORIGIN_SECRET,
        PUBLIC_ORIGIN,
        queue("orphaned-tokens", "DeleteMessage ReceiveMessage SendMessage"),
        function("administer"),
        function("index_actions"),
        function("record_invocations"),
        *WORKFLOW,
    ),
    "administer": (
        keyrings("CreateSecret DeleteSecret GetSecretValue PutSecretValue UpdateSecretVersionStage"),
        table("workspaces", "GetItem PutItem"),
        table("api-keys", "DeleteItem GetItem PutItem"),
        index("api-keys", "workspace"),
        table("connections", "BatchGetItem UpdateItem"),
        index("connections", "workspace"),
        table("oauth-clients", "Scan UpdateItem"),
        table("runtime", "GetItem UpdateItem"),
        FAILED_EVENTS,
    ),
    "continue_rotations": (
        table("workspaces", "Query"),
        table("runtime", "GetItem"),
        function("administer"),
        FAILED_EVENTS,
    ),
    "sweep": (*REFRESH, index("connections", "refresh"), queue("refresh.fifo", "SendMessage"), FAILED_EVENTS),
    "refresh_connections": (*REFRESH, queue("refresh.fifo", "DeleteMessage GetQueueAttributes ReceiveMessage")),
    "adopt_tokens": (
        table("connections", "GetItem UpdateItem"),
        table("audit", "PutItem"),
        queue("orphaned-tokens", "DeleteMessage GetQueueAttributes ReceiveMessage"),
    ),
    "record_invocations": (
        table("invocations", "PutItem"),
        table("usage", "UpdateItem"),
        table("api-keys", "GetItem UpdateItem"),
        _allow(["logs:FilterLogEvents"], "arn:aws:logs:*:*:log-group:/aws/lambda/waygate-{stage}:*"),
        FAILED_EVENTS,
    ),
    "index_actions": (
        table("actions", "Query UpdateItem"),
        listing(),
        objects("actions search", "GetObject"),
        objects("search", "PutObject"),
        FAILED_EVENTS,
    ),
    "scrape_discover": (*STEP, objects("uploads", "GetObject"), objects("crawls sources", "PutObject")),
    "scrape_crawl": (*STEP, objects("crawls pages", "GetObject PutObject")),
    "scrape_extract": (*STEP, objects("crawls", "GetObject PutObject"), objects("pages", "GetObject")),
    "scrape_merge": (*STEP, objects("crawls", "GetObject"), objects("sources", "PutObject")),
    "scrape_generate": (
        *STEP,
        table("actions", "GetItem Query"),
        objects("actions definitions sources", "GetObject"),
        objects("drafts", "PutObject"),
    ),
    "scrape_publish": (
        *STEP,
        table("jobs", "Query"),
        table("actions", "BatchWriteItem GetItem PutItem Query UpdateItem"),
        table("integrations", "GetItem PutItem UpdateItem"),
        objects("actions definitions", "GetObject PutObject"),
        objects("drafts", "GetObject"),
    ),
    "settle_job": (table("jobs", "GetItem UpdateItem"), table("runtime", "UpdateItem"), FAILED_EVENTS),
}


def deployed_name(name: str, stage: str) -> str:
    """The function's name on AWS."""
    return f"waygate-{stage}" if name == API else f"waygate-{stage}-{name}"


def document(name: str, stage: str) -> dict[str, Any]:
    """The policy of a function. Raises `KeyError` for one that is not listed."""
    logs = _allow(
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        f"arn:aws:logs:*:*:log-group:/aws/lambda/{deployed_name(name, stage)}:*",
    )
    return {"Version": "2012-10-17", "Statement": [grant(stage) for grant in (*FUNCTIONS[name], logs, TRACING)]}


def file_of(name: str, stage: str) -> str:
    """Where the policy lies, from `.chalice/`."""
    return f"policies/{stage}/{name}.json"


def texts(stage: str) -> dict[Path, str]:
    """The policies of a stage as files: their text by their path."""
    return {CHALICE / file_of(name, stage): json.dumps(document(name, stage), indent=1) + "\n" for name in FUNCTIONS}


def stale(stages: Iterable[str]) -> list[Path]:
    """The files that are missing or not what they should be."""
    wanted = {path: text for stage in stages for path, text in texts(stage).items()}
    there = set(CHALICE.glob("policies/*/*.json"))
    wrong = [path for path, text in wanted.items() if path not in there or path.read_text(encoding="utf-8") != text]
    return sorted({*wrong, *(there - set(wanted))})


def write(stages: Iterable[str]) -> None:
    """Writes every policy of the stages, and deletes those that no longer belong to one."""
    for path in CHALICE.glob("policies/*/*.json"):
        path.unlink()
    for stage in stages:
        for path, text in texts(stage).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def with_stage(config: dict[str, Any], stage: str) -> dict[str, Any]:
    """The configuration with the stage in it, each function with its policy; what else a stage says stays."""
    known = config["stages"].get(stage, {})
    functions = {
        name: {**known.get("lambda_functions", {}).get(name, {}), "iam_policy_file": file_of(name, stage)}
        for name in FUNCTIONS
    }
    variables = {"WAYGATE_STAGE": stage, **known.get("environment_variables", {})}
    entry = {**known, "environment_variables": variables, "lambda_functions": functions}
    return {**config, "stages": {**config["stages"], stage: entry}}


def main(arguments: list[str]) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.policies", description="Writes the functions' policies.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a policy is not up to date")
    parser.add_argument("--add", metavar="STAGE", action="append", default=[], help="add a stage first")
    options = parser.parse_args(arguments)
    path = CHALICE / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    if options.check:
        for file in (wrong := stale(config["stages"])):
            print(f"{file.relative_to(CHALICE.parent)} is not what infra/policies.py makes: run `make policies`")
        return 1 if wrong else 0
    for stage in [*config["stages"], *options.add]:
        config = with_stage(config, stage)
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    write(config["stages"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
