"""moto's Step Functions: stacks create machines that run, and the beginning and end of a run are told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final

_STARTS_WITHIN_S: Final = 5.0

Listener = Callable[[Any], None]
_on_start: list[Listener] = []
_on_end: list[Listener] = []


def listen(on_start: Listener, on_end: Listener) -> Callable[[], None]:
    """Calls `on_start(execution)` before an execution's first step and `on_end(execution)` after its last.

    Returns what ends it."""
    _on_start.append(on_start)
    _on_end.append(on_end)

    def forget() -> None:
        _on_start.remove(on_start)
        _on_end.remove(on_end)

    return forget


def apply() -> None:
    """Applies the patches of this module."""
    create_running_machines_from_stacks()
    stop_at_any_moment()
    tell_start_and_end()


def create_running_machines_from_stacks() -> None:
    """CloudFormation creates state machines in the backend that executes, with `DefinitionSubstitutions` filled in."""
    import moto.stepfunctions.models as models
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    models.stepfunctions_backends = stepfunctions_parser_backends
    original = models.StateMachine.create_from_cloudformation_json.__func__

    def create(
        cls: Any, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> Any:
        properties = dict(cloudformation_json["Properties"])
        definition = properties.get("DefinitionString") or json.dumps(properties.get("Definition") or {})
        for name, value in (properties.get("DefinitionSubstitutions") or {}).items():
            definition = definition.replace(f"${{{name}}}", str(value))
        properties["DefinitionString"] = definition
        document = {**cloudformation_json, "Properties": properties}
        return original(cls, resource_name, document, account_id, region_name, **kwargs)

    models.StateMachine.create_from_cloudformation_json = classmethod(create)


def stop_at_any_moment() -> None:
    """A run can be stopped as soon as it has been started, and at any moment. Until its thread has come to the first
    state, moto breaks off, or forgets that it was asked to; between two steps, it takes the stop for a failure."""
    from moto.stepfunctions.parser.api import ExecutionStatus
    from moto.stepfunctions.parser.asl.eval.environment import Environment
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    original = ExecutionWorker.stop

    def unless_stopped(change: Callable[..., None]) -> Callable[..., None]:
        def changed(self: Any, *args: Any, **kwargs: Any) -> None:
            try:
                if not isinstance(self.program_state(), ProgramStopped):
                    change(self, *args, **kwargs)
            except RuntimeError:
                if not isinstance(self.program_state(), ProgramStopped):
                    raise

        return changed

    def stop(self: Any, *args: Any, **kwargs: Any) -> None:
        execution, deadline = self._execution_communication.execution, time.monotonic() + _STARTS_WITHIN_S
        while self.env is None or self.env.program_state() is None:
            if execution.exec_status != ExecutionStatus.RUNNING or time.monotonic() > deadline:
                return  # it never came to its first state
            time.sleep(0.001)
        original(self, *args, **kwargs)

    ExecutionWorker.stop = stop
    Environment.set_error = unless_stopped(Environment.set_error)
    for name in ("next_state_name", "next_field_name"):
        known = getattr(Environment, name)
        setattr(Environment, name, known.setter(unless_stopped(known.fset)))


def tell_start_and_end() -> None:
    """Listeners hear of each run; one that breaks off with an error inside moto's interpreter ends as FAILED, where
    moto would show it as RUNNING for ever."""
    from moto.stepfunctions.parser.api import ExecutionStatus
    from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    start, logic = Execution.start, ExecutionWorker._execution_logic

    def started(self: Any) -> None:
        for listener in tuple(_on_start):
            listener(self)
        start(self)

    def run(self: Any) -> None:
        communication = self._execution_communication
        execution = communication.execution
        try:
            logic(self)
        except Exception as error:  # noqa: BLE001 - moto's interpreter raises what it likes; the run ends with any of it
            execution.exec_status = ExecutionStatus.FAILED
            execution.error, execution.cause = "States.Runtime", repr(error)
        if isinstance(communication, BaseExecutionWorkerCommunication):
            for listener in tuple(_on_end):
                listener(execution)

    Execution.start = started
    ExecutionWorker._execution_logic = run
