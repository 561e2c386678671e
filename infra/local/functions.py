"""Lambda's Invoke, answered by the Chalice application's handlers in this process.

The function ``waygate-{stage}-{name}`` is the handler that Chalice registered under `name`; ``waygate-{stage}`` is
the REST API itself. An event and an answer pass through JSON, as on the wire, so that no handler can hand another
an object. An exception becomes what Lambda makes of it: the payload ``{"errorType", "errorMessage", "stackTrace"}``,
marked as a function error.
"""

from __future__ import annotations

import json
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from infra.local import backends

API_TIMEOUT_S: Final = 28
WORKER_TIMEOUT_S: Final = 300
_ASYNC_THREADS: Final = 16


@dataclass(frozen=True)
class Context:
    """The second argument of a handler: the part of Lambda's context object that is there in every runtime."""

    function_name: str
    timeout_s: float = API_TIMEOUT_S
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    memory_limit_in_mb: str = "1024"
    function_version: str = "$LATEST"
    started_at: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN, without a qualifier."""
        return f"arn:aws:lambda:{backends.REGION}:{backends.ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where the function's lines go in AWS."""
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's time-out; nothing ends it locally when they are over."""
        return max(0, int((self.started_at + self.timeout_s - time.monotonic()) * 1000))


@dataclass(frozen=True)
class Outcome:
    """What an invocation returned: JSON, or, if `is_error`, the description of an exception."""

    payload: bytes
    is_error: bool = False

    def value(self) -> Any:
        """The payload, decoded."""
        return json.loads(self.payload)


class FunctionFailed(RuntimeError):
    """A handler raised; the message is its ``errorType: errorMessage``."""


class Functions:
    """The application's functions by their names in AWS."""

    def __init__(self, app: Any, stage: str, timeouts_s: Mapping[str, float] | None = None) -> None:
        self._app = app
        self.prefix = f"waygate-{stage}"
        self._timeouts_s = timeouts_s or {}
        self._pool = ThreadPoolExecutor(_ASYNC_THREADS, thread_name_prefix="lambda-async")
        self._pending: set[Future[None]] = set()
        self._mutex = threading.Lock()

    def full_name(self, name: str) -> str:
        """The name in AWS of the handler registered as `name`."""
        return f"{self.prefix}-{name}"

    def has(self, name: str) -> bool:
        """True if the application registered a function called `name`."""
        return name in self._app.handler_map

    def call(self, name: str, event: Any) -> Any:
        """Invokes the handler registered as `name` and returns its answer. Raises `FunctionFailed` if it raised."""
        outcome = self._run(self.full_name(name), self._app.handler_map[name], json.dumps(event).encode())
        answer = outcome.value()
        if outcome.is_error:
            raise FunctionFailed(f"{name}: {answer['errorType']}: {answer['errorMessage']}")
        return answer

    def invoke(self, function_name: str, payload: bytes, is_async: bool) -> tuple[bytes, bool] | None:
        """Lambda's Invoke, in the form that `patches.awslambda.route_to` asks for. An asynchronous one answers at
        once; its error goes to standard error, and it is not repeated, as AWS would twice."""
        handler = self._handler(function_name)
        if handler is None:
            return None
        if is_async:
            self._submit(function_name, handler, payload)
            return b"", False
        outcome = self._run(function_name, handler, payload)
        return outcome.payload, outcome.is_error

    def drain(self, timeout_s: float = 10.0) -> None:
        """Waits until no asynchronous invocation is under way. Raises `TimeoutError` if that takes too long."""
        deadline = time.monotonic() + timeout_s
        while True:
            with self._mutex:
                pending = set(self._pending)
            if not pending:
                return
            if wait_for(pending, timeout=max(0.0, deadline - time.monotonic())).not_done:
                raise TimeoutError("asynchronous invocations are still running")

    def stop(self) -> None:
        """Takes no more asynchronous invocations; those that run are left to end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _handler(self, function_name: str) -> Callable[[Any, Any], Any] | None:
        if function_name == self.prefix:
            return self._app  # type: ignore[no-any-return]
        handlers: dict[str, Callable[[Any, Any], Any]] = self._app.handler_map
        return handlers.get(function_name.removeprefix(self.prefix + "-"))

    def _submit(self, function_name: str, handler: Callable[[Any, Any], Any], payload: bytes) -> None:
        def run() -> None:
            outcome = self._run(function_name, handler, payload)
            if outcome.is_error:
                print_error(function_name, outcome)

        future = self._pool.submit(run)
        with self._mutex:
            self._pending.add(future)
        future.add_done_callback(self._done)

    def _done(self, future: Future[None]) -> None:
        with self._mutex:
            self._pending.discard(future)

    def _run(self, function_name: str, handler: Callable[[Any, Any], Any], payload: bytes) -> Outcome:
        name = function_name.removeprefix(self.prefix + "-")
        context = Context(function_name, self._timeouts_s.get(name, WORKER_TIMEOUT_S))
        try:
            answer = handler(json.loads(payload or b"{}"), context)
            return Outcome(json.dumps(answer).encode())
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is its outcome, as under Lambda's runtime
            return Outcome(json.dumps(_described(error)).encode(), is_error=True)


def _described(error: Exception) -> dict[str, Any]:
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": str(uuid.uuid4()),
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def print_error(function_name: str, outcome: Outcome) -> None:
    """One line about a failed invocation that nobody waits for, and where it failed."""
    import sys

    error = outcome.value()
    trace = error.get("stackTrace")  # none where the process failed, not the handler
    where = f" ({trace[-1].strip().splitlines()[0]})" if trace else ""
    print(f"{function_name}: {error['errorType']}: {error['errorMessage']}{where}", file=sys.stderr)


def read_timeouts(config_path: Path) -> dict[str, float]:
    """The time-out of each function, in seconds, as `.chalice/config.json` sets it; empty without that file."""
    if not config_path.exists():
        return {}
    config = json.loads(config_path.read_text(encoding="utf-8"))
    found: dict[str, float] = {}
    for level in (config, *config.get("stages", {}).values()):
        for name, function in level.get("lambda_functions", {}).items():
            if "lambda_timeout" in function:
                found[name] = float(function["lambda_timeout"])
    return found
