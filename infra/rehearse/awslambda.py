"""moto's Lambda, for packages of some size and for queues: what functions are, without the memory that moto takes."""

from __future__ import annotations

from typing import Any

from infra.local import backends


def functions() -> Any:
    """moto's Lambda: functions, and their mappings to queues."""
    from moto.awslambda_simple.models import lambda_simple_backends

    return lambda_simple_backends[backends.ACCOUNT][backends.REGION]


def install() -> None:
    """Applies the patches of this module."""
    keep_each_package_once()
    leave_queues_to_consumers()


def keep_each_package_once() -> None:
    """moto keeps a function's package twice: 1.3 GB for the one that all functions share."""
    from moto.awslambda.models import LambdaFunction

    take = LambdaFunction._set_function_code
    packages: dict[str, bytes] = {}  # by their digest

    def set_function_code(self: Any, spec: dict[str, Any]) -> None:
        take(self, spec)
        self.code.pop("ZipFile", None)
        self.code_bytes = packages.setdefault(self.code_sha_256, self.code_bytes)

    LambdaFunction._set_function_code = set_function_code


def leave_queues_to_consumers() -> None:
    """moto hands a message to its function within the request that sends it, which would wait for itself."""
    from moto.awslambda.models import LambdaBackend

    create = LambdaBackend.create_event_source_mapping

    def create_event_source_mapping(self: Any, spec: dict[str, Any]) -> Any:
        made = create(self, spec)
        for queue in backends.sqs().queues.values():
            queue.lambda_event_source_mappings.clear()
        return made

    LambdaBackend.create_event_source_mapping = create_event_source_mapping
