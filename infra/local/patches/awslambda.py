"""moto's Lambda: Invoke is answered by handlers in this process instead of an echo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Invoke = Callable[[str, bytes, bool], "tuple[bytes, bool] | None"]
_invoke: Invoke | None = None


def route_to(invoke: Invoke | None) -> None:
    """Sends each Invoke to `invoke(function_name, payload, is_async)`, which returns (payload, is_error), or None for
    a function that does not exist. None ends it: then no function exists."""
    global _invoke
    _invoke = invoke


def apply() -> None:
    """Applies the patches of this module."""
    invoke_in_process()


def invoke_in_process() -> None:
    """Replaces the echo of moto's "simple" Lambda, for boto3 and for the tasks of Step Functions alike."""
    from moto.awslambda.exceptions import UnknownFunctionException
    from moto.awslambda_simple.models import LambdaSimpleBackend

    def invoke(self: Any, function_name: str, *request: Any) -> bytes:
        _qualifier, body, headers, response_headers = request
        name = _plain_name(function_name)
        payload = body if isinstance(body, bytes) else (body or "{}").encode()
        is_async = (headers or {}).get("X-Amz-Invocation-Type") == "Event"
        outcome = _invoke(name, payload, is_async) if _invoke else None
        if outcome is None:
            raise UnknownFunctionException(f"arn:aws:lambda:{self.region_name}:{self.account_id}:function:{name}")
        answer, is_error = outcome
        if is_error:
            response_headers["x-amz-function-error"] = "Unhandled"
        return answer

    LambdaSimpleBackend.invoke = invoke


def _plain_name(function_name: str) -> str:
    """`name`, `name:qualifier` and both forms of ARN are one function."""
    if ":function:" in function_name:
        function_name = function_name.split(":function:")[1]
    return function_name.split(":")[0]
