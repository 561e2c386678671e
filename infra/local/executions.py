"""Step Functions: executions resumed after a crash, and their failures told to the application.

A running execution is kept in the store as its machine, name and input, and started again under the same name at
the next start: its steps are idempotent. One that fails, is aborted or times out is told to the application's
function `settle_job` as EventBridge's "Step Functions Execution Status Change", as the edge stack's rule does in AWS.
"""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Final

from infra.local import backends
from infra.local.functions import Functions, Outcome, print_error
from infra.local.patches import stepfunctions
from infra.local.store import Record, Store

SETTLE_FUNCTION: Final = "settle_job"
_FAILURES: Final = frozenset({"FAILED", "TIMED_OUT", "ABORTED"})


class Executions:
    """Follows moto's executions, from `start` to `stop`."""

    def __init__(self, functions: Functions, store: Store | None) -> None:
        self._functions = functions
        self._store = store
        self._running: dict[str, Any] = {}
        self._forget: Callable[[], None] | None = None

    def start(self, running: Iterable[Record] = ()) -> None:
        """Begins to follow, and starts the executions again that were `running` when the last process ended."""
        self._forget = stepfunctions.listen(self._on_start, self._on_end)
        machines = {machine.arn for machine in backends.stepfunctions().state_machines}
        for record in running:
            if record.payload["machine"] in machines:
                backends.stepfunctions().start_execution(
                    record.payload["machine"], record.payload["name"], execution_input=record.payload["input"]
                )

    def stop(self) -> None:
        """Ends following. Executions still running stay in the store, for the next start."""
        if self._forget:
            self._forget()
            self._forget = None

    def abandon(self) -> None:
        """Ends every execution without a word to the application, and forgets all. A step that has begun runs on."""
        now = dt.datetime.now(tz=dt.UTC)
        abandoned, self._running = self._running, {}
        for machine in backends.stepfunctions().state_machines:
            machine.executions = []
        for execution in abandoned.values():
            if execution.exec_worker is not None and execution.exec_worker.env is not None:
                execution.stop(stop_date=now, error=None, cause=None)

    def drain(self, timeout_s: float = 10.0) -> None:
        """Waits until no execution runs. Raises `TimeoutError` naming those that still do."""
        deadline = time.monotonic() + timeout_s
        while self._running:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still running: {', '.join(self._running)}")
            time.sleep(0.005)

    def _on_start(self, execution: Any) -> None:
        self._running[execution.exec_arn] = execution
        if self._store:
            payload = {
                "machine": execution.state_machine.arn,
                "name": execution.name,
                "input": execution.execution_input,
            }
            self._store.write([Record("execution", execution.exec_arn, payload)])

    def _on_end(self, execution: Any) -> None:
        if self._running.get(execution.exec_arn) is not execution:
            return  # abandoned
        if execution.status in _FAILURES:
            self._settle(execution)
        if self._store:
            self._store.write([Record("execution", execution.exec_arn, None)])
        self._running.pop(execution.exec_arn, None)

    def _settle(self, execution: Any) -> None:
        name = self._functions.full_name(SETTLE_FUNCTION)
        answer = self._functions.invoke(name, status_change(execution), is_async=False)
        if answer is not None and answer[1]:
            print_error(name, Outcome(*answer))


def status_change(execution: Any) -> bytes:
    """EventBridge's event for the end of an execution (source `aws.states`), as JSON."""
    now = dt.datetime.now(tz=dt.UTC)
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": backends.ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": backends.REGION,
        "resources": [execution.exec_arn],
        "detail": {
            "executionArn": execution.exec_arn,
            "stateMachineArn": execution.state_machine.arn,
            "name": execution.name,
            "status": execution.status,
            "startDate": int(execution.start_date.timestamp() * 1000),
            "stopDate": int((execution.stop_date or now).timestamp() * 1000),
            "input": execution.execution_input,
            "output": None,
            "error": execution.error,
            "cause": execution.cause,
        },
    }
    return json.dumps(event).encode()
