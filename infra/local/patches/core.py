"""moto's core: settings, the way in for boto3, and one request after the other for the services that hold state."""

from __future__ import annotations

import functools
import logging
from typing import Any

from infra.local import sequence


def apply() -> None:
    """Applies the patches of this module."""
    execute_state_machines_without_docker()
    answer_boto3_in_process()
    keep_quiet()
    list_methods_once()
    serialise_requests()


def execute_state_machines_without_docker() -> None:
    """Chooses the backends that run state machines and that invoke functions without containers."""
    from moto.core.config import default_user_config

    default_user_config["stepfunctions"]["execute_state_machine"] = True
    default_user_config["lambda"]["use_docker"] = False
    default_user_config["core"]["mock_credentials"] = False


def answer_boto3_in_process() -> None:
    """Turns on moto's botocore stubber and nothing else.

    `mock_aws` would also patch `requests` with some thousand URL patterns, which every upstream call would walk
    through, and would empty the backends. A host of AWS that moto does not know is answered 404 by the stubber, so
    no call of a client made after this reaches the network.
    """
    from moto.core.models import botocore_stubber

    botocore_stubber.enabled = True


def keep_quiet() -> None:
    """moto logs each type of a template that it skips, and several kilobytes for each failed task of a state machine;
    the failure is in the execution anyway."""
    logging.getLogger("moto").setLevel(logging.CRITICAL)


def list_methods_once() -> None:
    """moto inspects the class of its handler at every request, for an eighth of what the request takes."""
    from moto.core import responses

    responses.method_names_from_class = functools.cache(responses.method_names_from_class)


def serialise_requests() -> None:
    """One request at a time to DynamoDB, S3, Secrets Manager and Systems Manager; observers hear of each.

    SQS has its own patch: a long poll must not keep the others waiting.
    """
    from moto.dynamodb.responses import DynamoHandler
    from moto.s3.responses import S3Response
    from moto.secretsmanager.responses import SecretsManagerResponse
    from moto.ssm.responses import SimpleSystemManagerResponse

    _serialise(DynamoHandler, "_dispatch", "dynamodb")
    _serialise(SecretsManagerResponse, "_dispatch", "secretsmanager")
    _serialise(SimpleSystemManagerResponse, "_dispatch", "ssm")
    _serialise(S3Response, "bucket_response", "s3")
    _serialise(S3Response, "key_response", "s3")


def _serialise(handler: type, method: str, service: str) -> None:
    original = getattr(handler, method)

    def one_at_a_time(self: Any, *args: Any, **kwargs: Any) -> Any:
        with sequence.LOCK:
            answer = original(self, *args, **kwargs)
            sequence.answered(service, self)
            return answer

    setattr(handler, method, one_at_a_time)
