"""Destroying a deployment: backwards, with all that it keeps, and a look at what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy import functions, gateway, key, stack
from infra.deploy.failure import DeployFailed
from infra.deploy.target import Target, say

_AT_ONCE = 1_000  # versions of one DeleteObjects


def run(target: Target) -> None:
    """Deletes the edge, the functions and the base. Raises `DeployFailed`, also where anything is left."""
    if stack.status(target, stack.edge_name(target)):
        gateway.release_log_role(target, stack.outputs(target, stack.edge_name(target))["AccessLogRoleArn"])
    _empty(target, "console")
    stack.delete(target, stack.edge_name(target))
    functions.delete(target)
    _unprotect(target)
    _destroy_keyrings(target)
    for purpose in ("documents", "releases"):
        _empty(target, purpose)
    stack.delete(target, stack.base_name(target))
    _delete_late_logs(target)
    key.env_file(target).unlink(missing_ok=True)
    if left := list(leftovers(target)):
        raise DeployFailed(f"Still there: {', '.join(left)}.", "Run `make destroy` again; delete what remains by hand.")
    say("done", f"nothing of {target.stage} is left")


def leftovers(target: Target) -> Iterator[str]:
    """What carries the deployment's name still."""
    for kind, listed in _LISTED.items():
        yield from (f"{kind} {name}" for name in listed(target))


def _empty(target: Target, purpose: str) -> None:
    """Deletes every version of every object."""
    s3, bucket = target.client("s3"), target.bucket(purpose)
    try:
        pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return
        raise
    found = [
        {"Key": item["Key"], "VersionId": item["VersionId"]}
        for page in pages
        for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    ]
    for start in range(0, len(found), _AT_ONCE):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": found[start : start + _AT_ONCE], "Quiet": True})
    say("bucket", f"{bucket}: emptied ({len(found)} versions)")


def _unprotect(target: Target) -> None:
    dynamodb = target.client("dynamodb")
    for name in _tables(target):
        if dynamodb.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
            dynamodb.get_waiter("table_exists").wait(TableName=name)


def _destroy_keyrings(target: Target) -> None:
    """Without a recovery window: what they sealed can never be opened again."""
    names = [name for name in _secrets(target) if name.endswith("/keyring")]
    for name in names:
        target.client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    say("keyrings", f"{len(names)} destroyed")


def _delete_late_logs(target: Target) -> None:
    """Lambda makes a log group anew for a line that arrives after its group was deleted."""
    for name in _log_groups(target):
        target.client("logs").delete_log_group(logGroupName=name)


def _is_ours(target: Target, name: str) -> bool:
    return name == target.api_function or name.startswith(f"{target.api_function}-")


def _pages(target: Target, service: str, operation: str, member: str, **arguments: Any) -> Iterator[Any]:
    for page in target.client(service).get_paginator(operation).paginate(**arguments):
        yield from page[member]


def _stacks(target: Target) -> list[str]:
    return [name for name in (stack.base_name(target), stack.edge_name(target)) if stack.status(target, name)]


def _functions(target: Target) -> list[str]:
    found = _pages(target, "lambda", "list_functions", "Functions")
    return [each["FunctionName"] for each in found if _is_ours(target, each["FunctionName"])]


def _roles(target: Target) -> list[str]:
    found = _pages(target, "iam", "list_roles", "Roles")
    return [each["RoleName"] for each in found if _is_ours(target, each["RoleName"])]


def _tables(target: Target) -> list[str]:
    return [name for name in _pages(target, "dynamodb", "list_tables", "TableNames") if _is_ours(target, name)]


def _buckets(target: Target) -> list[str]:
    return [b["Name"] for b in target.client("s3").list_buckets()["Buckets"] if _is_ours(target, b["Name"])]


def _queues(target: Target) -> list[str]:
    urls = target.client("sqs").list_queues(QueueNamePrefix=target.name(""), MaxResults=100).get("QueueUrls", [])
    return [url.rpartition("/")[2] for url in urls]


def _rules(target: Target) -> list[str]:
    return [rule["Name"] for rule in _pages(target, "events", "list_rules", "Rules", NamePrefix=target.name(""))]


def _secrets(target: Target) -> list[str]:
    filters = [{"Key": "name", "Values": [f"waygate/{target.stage}/"]}]
    return [each["Name"] for each in _pages(target, "secretsmanager", "list_secrets", "SecretList", Filters=filters)]


def _parameters(target: Target) -> list[str]:
    path = f"/waygate/{target.stage}/"
    return [each["Name"] for each in _pages(target, "ssm", "get_parameters_by_path", "Parameters", Path=path)]


def _log_groups(target: Target) -> list[str]:
    found = _pages(target, "logs", "describe_log_groups", "logGroups")
    return [each["logGroupName"] for each in found if _is_ours(target, each["logGroupName"].rpartition("/")[2])]


def _alarms(target: Target) -> list[str]:
    found = _pages(target, "cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=target.name(""))
    return [each["AlarmName"] for each in found]


_LISTED: dict[str, Callable[[Target], list[str]]] = {
    "stack": _stacks,
    "function": _functions,
    "role": _roles,
    "table": _tables,
    "bucket": _buckets,
    "queue": _queues,
    "rule": _rules,
    "secret": _secrets,
    "parameter": _parameters,
    "log group": _log_groups,
    "alarm": _alarms,
}
