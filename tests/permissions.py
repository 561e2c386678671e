"""Which function makes which AWS call? What the policies of `infra.policies` are held against.

Each call that a function's code makes in a test is looked at before it is sent. The function is the one that the
stand-in runs at that moment; the actions and resources that the call needs are those of AWS's Service Authorization
Reference. A call that the function's policy does not allow is refused as AWS would refuse it, and fails the test, also
where the code swallows the refusal.
"""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from chalicelib import dynamodb
from infra import policies
from infra.local import backends, functions, gateway

STAGE: Final = "local"
_LAMBDAS_OWN: Final = ("logs:", "xray:", "failed-events", "sqs:GetQueueAttributes")  # and receiving, of a worker
_running: contextvars.ContextVar[str | None] = contextvars.ContextVar("running", default=None)


class Need(NamedTuple):
    """An action on a resource, by a function: ``("sweep", "dynamodb:Query", "arn:aws:dynamodb:…")``."""

    function: str
    action: str
    resource: str


class Ledger:
    """What was asked for in this process, and what of it was refused."""

    def __init__(self) -> None:
        self.needs: set[Need] = set()
        self.refused: list[Need] = []

    def check(self, function: str, service: str, operation: str, arguments: dict[str, Any]) -> None:
        """Notes the needs of a call. Raises `ClientError` (AccessDenied) for the first that the policy lacks."""
        for action, resource in needs(service, operation, arguments):
            need = Need(function, action, resource)
            if function not in policies.FUNCTIONS or "waygate" not in resource:  # a test's own function or table
                continue
            if need in self.needs:
                continue
            if not is_allowed(need):
                self.refused.append(need)
                message = f"{function} may not {action} on {resource}: see infra/policies.py"
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, operation)
            self.needs.add(need)


def is_allowed(need: Need) -> bool:
    """True if one of the statements of the function's policy allows it."""
    return any(_covers(statement, need) for statement in statements(need.function))


def never_made(made: Iterable[Need]) -> list[str]:
    """The permissions that no call needed, as ``function action``; those of Lambda itself are not told."""
    spare = []
    by_function: dict[str, set[Need]] = {}
    for need in made:
        by_function.setdefault(need.function, set()).add(need)
    for function in policies.FUNCTIONS:
        for actions, resources in statements(function):
            for action in actions:
                if not any(_covers(([action], resources), need) for need in by_function.get(function, ())):
                    spare.append(f"{function} {action} {resources[0].rpartition(':')[2]}")
    return [each for each in spare if not any(own in each for own in _LAMBDAS_OWN)]


Statement = tuple[list[str], list[str]]  # actions, resources


def _covers(statement: Statement, need: Need) -> bool:
    actions, resources = statement
    return need.action in actions and any(fnmatchcase(need.resource, resource) for resource in resources)


@functools.cache
def statements(function: str) -> list[Statement]:
    """The statements of the function's policy, in the stand-in's stage and account."""
    return [
        (
            each["Action"],
            [resource.replace("${aws:PrincipalAccount}", backends.ACCOUNT) for resource in each["Resource"]],
        )
        for each in policies.document(function, STAGE)["Statement"]
    ]


def needs(service: str, operation: str, arguments: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The actions and resources that a call needs. Raises `KeyError` for a service that is not known here."""
    if service == "dynamodb":
        yield from _dynamodb(operation, arguments)
    elif service == "s3":
        yield from _s3(operation, arguments)
    elif (service, operation) != ("sts", "GetCallerIdentity"):  # which nobody needs a permission for
        yield _OTHERS[service](operation, arguments)


def _dynamodb(operation: str, arguments: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if operation in ("BatchGetItem", "BatchWriteItem"):
        for table in arguments["RequestItems"]:
            yield f"dynamodb:{operation}", _arn("dynamodb", f"table/{table}")
    elif operation in ("TransactWriteItems", "TransactGetItems"):
        for entry in arguments["TransactItems"]:
            for kind, item in entry.items():
                action = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
                yield f"dynamodb:{action}", _arn("dynamodb", f"table/{item['TableName']}")
    else:
        index = f"/index/{arguments['IndexName']}" if "IndexName" in arguments else ""
        yield f"dynamodb:{operation}", _arn("dynamodb", f"table/{arguments['TableName']}{index}")


_S3_ACTIONS: Final = {"ListObjectsV2": "ListBucket", "HeadObject": "GetObject", "DeleteObjects": "DeleteObject"}


def _s3(operation: str, arguments: dict[str, Any]) -> Iterator[tuple[str, str]]:
    action = f"s3:{_S3_ACTIONS.get(operation, operation)}"
    bucket = f"arn:aws:s3:::{arguments['Bucket']}"
    if operation == "DeleteObjects":
        for entry in arguments["Delete"]["Objects"]:
            yield action, f"{bucket}/{entry['Key']}"
    else:
        yield action, f"{bucket}/{arguments['Key']}" if "Key" in arguments else bucket


def _secret(operation: str, arguments: dict[str, Any]) -> tuple[str, str]:
    name = arguments.get("SecretId") or arguments["Name"]
    return f"secretsmanager:{operation}", _arn("secretsmanager", f"secret:{name}-AbCdEf")


def _queue(operation: str, arguments: dict[str, Any]) -> tuple[str, str]:
    action = operation.removesuffix("Batch")
    return f"sqs:{action}", _arn("sqs", arguments["QueueUrl"].rpartition("/")[2])


def _parameter(operation: str, arguments: dict[str, Any]) -> tuple[str, str]:
    return f"ssm:{operation}", _arn("ssm", f"parameter{arguments['Name']}")


def _function(operation: str, arguments: dict[str, Any]) -> tuple[str, str]:
    action = "InvokeFunction" if operation == "Invoke" else operation
    return f"lambda:{action}", _arn("lambda", f"function:{arguments['FunctionName']}")


def _log_group(operation: str, arguments: dict[str, Any]) -> tuple[str, str]:
    return f"logs:{operation}", _arn("logs", f"log-group:{arguments['logGroupName']}:*")


def _workflow(operation: str, arguments: dict[str, Any]) -> tuple[str, str]:
    return f"states:{operation}", arguments.get("stateMachineArn") or arguments["executionArn"]


_OTHERS: Final[dict[str, Callable[[str, dict[str, Any]], tuple[str, str]]]] = {
    "secretsmanager": _secret,
    "sqs": _queue,
    "ssm": _parameter,
    "lambda": _function,
    "stepfunctions": _workflow,
    "logs": _log_group,
}


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{backends.REGION}:{backends.ACCOUNT}:{resource}"


@contextmanager
def running(function: str) -> Iterator[None]:
    """Calls made within are the function's."""
    token = _running.set(function)
    try:
        yield
    finally:
        _running.reset(token)


def watch(ledger: Ledger) -> None:
    """Has every call of a client in this process looked at, from now to the end of the process."""
    run, answer, submit = functions.Functions._run, gateway.Gateway.answer, ThreadPoolExecutor.submit

    def checked(send: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
            function = _running.get()
            if function is not None:
                ledger.check(function, self.meta.service_model.service_name, operation, arguments)
            return send(self, operation, arguments)

        return call

    def run_as(self: Any, function_name: str, handler: Any, payload: bytes) -> Any:
        with running(function_name.removeprefix(self.prefix).removeprefix("-") or policies.API):
            return run(self, function_name, handler, payload)

    def answer_as(self: Any, request: Any) -> Any:
        with running(policies.API):
            return answer(self, request)

    def submit_as(self: Any, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        function = _running.get()
        if function is None:
            return submit(self, work, *args, **kwargs)

        def work_as() -> Any:
            with running(function):
                return work(*args, **kwargs)

        return submit(self, work_as)

    for client in (BaseClient, dynamodb.Plain):
        client._make_api_call = checked(client._make_api_call)
    ThreadPoolExecutor.submit = submit_as
    functions.Functions._run = run_as
    gateway.Gateway.answer = answer_as
