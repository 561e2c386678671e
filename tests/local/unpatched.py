"""moto as it comes, without our patches: prints, as JSON, which of its shortcomings are still there.

Run in a process of its own, as ``python -m tests.local.unpatched``: patches last as long as a process. Only the
imports are shortened, as they are for the stand-in.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from typing import Any

os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION="us-east-1")

import boto3
from botocore.exceptions import ClientError
from moto.core import responses
from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.sqs.models import sqs_backends

from infra.local.patches import imports

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


def _table() -> tuple[Any, Any]:
    db = boto3.client("dynamodb")
    db.create_table(
        TableName="t",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return db, dynamodb_backends["123456789012"]["us-east-1"].tables["t"]


def read_without_inserting() -> bool:
    db, table = _table()
    db.get_item(TableName="t", Key=KEY)
    return len(table.items) > 0


def query_only_the_partition() -> bool:
    db, table = _table()
    for number in range(20):
        db.put_item(TableName="t", Item={"pk": {"S": f"p{number}"}, "sk": {"S": "k"}})
    seen = []
    all_items = table.all_items
    table.all_items = lambda: seen.extend(all_items()) or list(seen)
    db.query(TableName="t", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p1"}})
    return len(seen) > 1


def read_parameters_directly() -> bool:
    db, _ = _table()
    searched: list[str] = []
    parse_qsl = responses.parse_qsl
    responses.parse_qsl = lambda text, **options: searched.append(text) or parse_qsl(text, **options)
    try:
        db.put_item(TableName="t", Item=KEY)
    finally:
        responses.parse_qsl = parse_qsl
    return len(searched) > 0


def transact_on_the_touched_items() -> bool:
    db, _ = _table()
    for number in range(20):
        db.put_item(TableName="t", Item={"pk": {"S": f"p{number}"}, "sk": {"S": "k"}})
    copied = []
    copy = Item.__deepcopy__
    Item.__deepcopy__ = lambda self, memo: copied.append(self) or copy(self, memo)
    try:
        db.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": KEY}}])
    finally:
        Item.__deepcopy__ = copy
    return len(copied) > 1


def transact_plain_items_at_once() -> bool:
    db, _ = _table()
    put: list[Any] = []
    put_item = Table.put_item
    Table.put_item = lambda self, *args, **kwargs: put.append(self) or put_item(self, *args, **kwargs)
    try:
        db.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": KEY}}])
    finally:
        Table.put_item = put_item
    return len(put) > 0


def undo_a_failed_update() -> bool:
    db, _ = _table()
    try:
        db.update_item(
            TableName="t",
            Key=KEY,
            UpdateExpression="SET v = :v",
            ExpressionAttributeValues={":v": {"S": "x" * 420_000}},
        )
    except ClientError:
        return "Item" in db.get_item(TableName="t", Key=KEY)
    return True


def follow_the_current_label() -> bool:
    secrets = boto3.client("secretsmanager")
    old = secrets.create_secret(Name="s", SecretString="old")["VersionId"]
    new = secrets.put_secret_value(SecretId="s", SecretString="new", VersionStages=["NEXT"])["VersionId"]
    secrets.update_secret_version_stage(
        SecretId="s", VersionStage="AWSCURRENT", RemoveFromVersionId=old, MoveToVersionId=new
    )
    return secrets.get_secret_value(SecretId="s")["SecretString"] != "new"


def invoke_in_process() -> bool:
    role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    functions = boto3.client("lambda")
    functions.create_function(FunctionName="f", Role=role, Handler="a.b", Runtime="python3.11", Code={"ZipFile": b"x"})
    return functions.invoke(FunctionName="f", Payload=b'{"echo": 1}')["Payload"].read() == b'{"echo": 1}'


def create_running_machines_from_stacks() -> bool:
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${Value}", "End": True}}})
    template = {
        "Resources": {
            "M": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "StateMachineName": "m",
                    "RoleArn": "arn:aws:iam::123456789012:role/r",
                    "DefinitionString": definition,
                    "DefinitionSubstitutions": {"Value": "filled"},
                },
            }
        }
    }
    boto3.client("cloudformation").create_stack(StackName="s", TemplateBody=json.dumps(template))
    machines = boto3.client("stepfunctions").list_state_machines()["stateMachines"]
    if not machines:
        return True
    described = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=machines[0]["stateMachineArn"])
    return "filled" not in described["definition"]


def stop_at_any_moment() -> bool:
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    read, is_read = ExecutionWorker._get_evaluation_entrypoint, threading.Event()
    ExecutionWorker._get_evaluation_entrypoint = lambda self: is_read.wait(5) and read(self)
    machines = boto3.client("stepfunctions")
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    machine = machines.create_state_machine(name="m", definition=definition, roleArn="arn:aws:iam::123456789012:role/r")
    try:
        run = machines.start_execution(stateMachineArn=machine["stateMachineArn"])
        machines.stop_execution(executionArn=run["executionArn"])
    except AttributeError:
        return True
    finally:
        is_read.set()
        ExecutionWorker._get_evaluation_entrypoint = read
    return False


def lock_queue_changes() -> bool:
    """A message that arrives while another is deleted must stay."""
    queues = boto3.client("sqs")
    url = queues.create_queue(QueueName="q")["QueueUrl"]
    queues.send_message(QueueUrl=url, MessageBody="1")
    handle = queues.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    queue = sqs_backends["123456789012"]["us-east-1"].queues["q"]

    class Interrupted(list):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            yield from list(super().__iter__())
            thread = threading.Thread(target=lambda: queues.send_message(QueueUrl=url, MessageBody="2"))
            thread.start()
            thread.join(timeout=1.0)

    queue._messages = Interrupted(queue._messages)
    queues.delete_message(QueueUrl=url, ReceiptHandle=handle)
    return [message.body for message in queue._messages] != ["2"]


def serialise_items_directly() -> bool:
    """One attribute must not cost several look-ups."""
    from moto.core.serialize import XFormedAttributePicker

    db, _ = _table()
    db.put_item(TableName="t", Item={**KEY, **{f"a{number}": {"S": "x"} for number in range(20)}})
    looked_up = []
    look_up = XFormedAttributePicker.__call__
    XFormedAttributePicker.__call__ = lambda self, *key: looked_up.append(key) or look_up(self, *key)
    try:
        db.get_item(TableName="t", Key=KEY)
    finally:
        XFormedAttributePicker.__call__ = look_up
    return len(looked_up) > 40


def compare_scalars_directly() -> bool:
    """To compare texts, nobody must ask whether they are numbers."""
    asked = []
    is_number = DynamoType.is_number
    DynamoType.is_number = lambda self: asked.append(self) or is_number(self)
    try:
        assert DynamoType({"S": "a"}) == DynamoType({"S": "a"})
    finally:
        DynamoType.is_number = is_number
    return len(asked) > 0


def list_methods_once() -> bool:
    first, second = (responses.method_names_from_class(dict) for _ in range(2))
    return first is not second


PROBES: list[Callable[[], bool]] = [
    compare_scalars_directly,
    list_methods_once,
    serialise_items_directly,
    read_without_inserting,
    query_only_the_partition,
    read_parameters_directly,
    transact_on_the_touched_items,
    transact_plain_items_at_once,
    undo_a_failed_update,
    follow_the_current_label,
    invoke_in_process,
    create_running_machines_from_stacks,
    stop_at_any_moment,
    lock_queue_changes,
]

if __name__ == "__main__":
    imports.apply()
    botocore_stubber.enabled = True
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    default_user_config["lambda"]["use_docker"] = False
    needed = {}
    for probe in PROBES:
        BackendDict.reset()
        needed[probe.__name__] = probe()
    print(json.dumps(needed))
