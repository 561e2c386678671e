"""The stand-in's resources, created from the same CloudFormation template as in the cloud."""

from __future__ import annotations

import warnings
from pathlib import Path

from infra.stacks import render_template


class StackError(RuntimeError):
    """The template could not be turned into resources. The message says which, and why."""


def create(stage: str, template_path: Path) -> dict[str, str]:
    """Creates the stack ``waygate-{stage}`` and returns its outputs by name.

    moto must be empty: resources are made anew at each start, and what they held is loaded from the store. moto
    skips the types that it does not know (alarms, bucket policies), which nothing needs locally.
    """
    import boto3
    from botocore.exceptions import ClientError

    client = boto3.client("cloudformation")
    name = f"waygate-{stage}"
    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            client.create_stack(
                StackName=name,
                TemplateBody=render_template(template_path),
                Parameters=[{"ParameterKey": "Stage", "ParameterValue": stage}],
                Capabilities=["CAPABILITY_NAMED_IAM"],
            )
    except ClientError as error:
        raise StackError(f"{template_path}: {error.response['Error']['Message']}") from error
    stack = client.describe_stacks(StackName=name)["Stacks"][0]
    if stack["StackStatus"] != "CREATE_COMPLETE":
        raise StackError(f"{template_path}: {stack['StackStatus']}: {stack.get('StackStatusReason', '')}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
