"""CloudFormation stacks: made, changed, deleted, and waited for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from infra.deploy.failure import DeployFailed
from infra.deploy.target import Target, say
from infra.stacks import render_template

POLL_S: Final = 3.0
_SHOWN: Final = 5  # reasons of a failure


def base_name(target: Target) -> str:
    """The stack of what keeps state."""
    return target.name("base")


def edge_name(target: Target) -> str:
    """The stack of what faces the world."""
    return target.name("edge")


def status(target: Target, name: str) -> str | None:
    """The stack's status; None if there is none."""
    found = _describe(target, name)
    return str(found["StackStatus"]) if found else None


def outputs(target: Target, name: str) -> dict[str, str]:
    """The stack's outputs by name. Raises `DeployFailed` where there is no such stack."""
    found = _describe(target, name)
    if found is None:
        raise DeployFailed(f"There is no stack {name}.", f"Run `make deploy STAGE={target.stage}` first.")
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def apply(target: Target, name: str, template: Path, parameters: Mapping[str, str]) -> dict[str, str]:
    """Makes the stack, or changes it to what the template says; its outputs. Raises `DeployFailed`."""
    cloudformation = target.client("cloudformation")
    order = {
        "StackName": name,
        "TemplateBody": render_template(template),
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in {"Stage": target.stage, **parameters}.items()
        ],
        "Tags": [{"Key": "waygate-stage", "Value": target.stage}],
    }
    is_new = status(target, name) is None
    try:
        if is_new:
            order |= {"OnFailure": "DELETE", "EnableTerminationProtection": target.is_durable}
            made = cloudformation.create_stack(**order)
        else:
            made = cloudformation.update_stack(**order)
    except ClientError as error:
        if "No updates are to be performed" in error.response["Error"]["Message"]:
            say("stack", f"{name}: unchanged")
            return outputs(target, name)
        raise DeployFailed(f"{template.name}: {error.response['Error']['Message']}") from None
    say("stack", f"{name}: {'is made' if is_new else 'is changed'} …")
    _wait(target, made["StackId"], ("CREATE_COMPLETE", "UPDATE_COMPLETE"))
    return outputs(target, name)


def delete(target: Target, name: str) -> None:
    """Deletes the stack if there is one. Raises `DeployFailed`."""
    found = _describe(target, name)
    if found is None:
        say("stack", f"{name}: gone already")
        return
    cloudformation = target.client("cloudformation")
    if found.get("EnableTerminationProtection"):
        cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName=name)
    say("stack", f"{name}: is deleted …")
    _wait(target, found["StackId"], ("DELETE_COMPLETE",))


def _describe(target: Target, name: str) -> dict[str, Any] | None:
    """The stack; None if there is none. A deleted one is found by its id alone."""
    try:
        (found,) = target.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    return dict(found)


def _wait(target: Target, stack_id: str, good: tuple[str, ...]) -> None:
    while True:
        found = _describe(target, stack_id)
        now = str(found["StackStatus"]) if found else "DELETE_COMPLETE"
        if not now.endswith("_IN_PROGRESS"):
            break
        time.sleep(POLL_S)
    if now not in good:
        reasons = "\n".join(f"    {each}" for each in _reasons(target, stack_id))
        raise DeployFailed(f"The stack {stack_id.split('/')[1]} is {now}:\n{reasons}", "Mend that, and deploy again.")


def _reasons(target: Target, stack_id: str) -> list[str]:
    """What failed first in the stack, and why."""
    pages = target.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
    failed = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
        for page in pages
        for event in page["StackEvents"]
        if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in event.get("ResourceStatusReason", "")
    ]
    return failed[::-1][:_SHOWN]
