"""The way to moto's own objects: one account, one region, named services."""

from __future__ import annotations

from typing import Any, Final

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"


def dynamodb() -> Any:
    """moto's DynamoDB: `tables` by name."""
    from moto.dynamodb.models import dynamodb_backends

    return dynamodb_backends[ACCOUNT][REGION]


def s3() -> Any:
    """moto's S3: `buckets` by name. S3 is one per partition."""
    from moto.s3.models import s3_backends

    return s3_backends[ACCOUNT]["aws"]


def logs() -> Any:
    """moto's CloudWatch Logs: `groups` by name."""
    from moto.logs.models import logs_backends

    return logs_backends[ACCOUNT][REGION]


def secretsmanager() -> Any:
    """moto's Secrets Manager: `secrets` by name."""
    from moto.secretsmanager.models import secretsmanager_backends

    return secretsmanager_backends[ACCOUNT][REGION]


def ssm() -> Any:
    """moto's Systems Manager: parameters by name, each a list of versions."""
    from moto.ssm.models import ssm_backends

    return ssm_backends[ACCOUNT][REGION]


def sqs() -> Any:
    """moto's SQS: `queues` by name."""
    from moto.sqs.models import sqs_backends

    return sqs_backends[ACCOUNT][REGION]


def stepfunctions() -> Any:
    """moto's executing Step Functions: `state_machines`, each with its `executions`."""
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    return stepfunctions_parser_backends[ACCOUNT][REGION]


def reset() -> None:
    """Forgets everything that moto holds, in every service."""
    from moto.core.base_backend import BackendDict

    BackendDict.reset()
