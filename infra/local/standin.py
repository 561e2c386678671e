"""The stand-in, wired together: resources, functions, queues, logs, and, with a state folder, persistence.

It is moto in this process, so one runs at a time. Importing this module prepares the environment and
applies the patches; clients of boto3 and pynamodb made after that reach the stand-in without a network.

    aws = LocalAws(app=app, stage="test", template=Path("infra/template.yaml"))
    aws.start()
    aws.reset()   # between tests: empties everything, keeps the resources
    aws.stop()
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from infra.local import backends, environment, patches, sequence, stacks
from infra.local.events import Queues, Schedules
from infra.local.executions import Executions
from infra.local.functions import Functions, read_timeouts
from infra.local.logs import InvocationLog
from infra.local.patches import awslambda
from infra.local.persistence import Persistence
from infra.local.store import Record, Store

TEMPLATE: Final = Path(__file__).parent.parent / "template.yaml"
_SINK_MODULE: Final = "chalicelib.observability"

environment.prepare(os.environ.get("WAYGATE_STAGE", "local"))  # before boto3 makes its first session
patches.apply()
_running: LocalAws | None = None


def running() -> LocalAws | None:
    """The stand-in that runs in this process, if any."""
    return _running


class LocalAws:
    """AWS as Waygate uses it, in this process."""

    def __init__(
        self,
        app: Any = None,
        stage: str = "local",
        template: Path = TEMPLATE,
        state_dir: Path | None = None,
        schedules: bool = False,
    ) -> None:
        """A stand-in for `app` (a Chalice application, or None for the resources alone).

        Without `state_dir` nothing is kept. With `schedules`, the application's schedules fire when due; without,
        only by `fire`.
        """
        self._app, self._stage, self._template, self._state_dir = app, stage, template, state_dir
        self._store: Store | None = None
        self._fires_schedules = schedules
        self._stops: list[Callable[[], None]] = []
        self.outputs: dict[str, str] = {}

    def start(self) -> LocalAws:
        """Creates the resources, loads the state, and begins to work; after a `stop`, again.

        Raises `StoreError` or `StackError`, and `RuntimeError` if another one runs."""
        global _running
        if _running is not None:
            raise RuntimeError("another LocalAws runs in this process: stop it first")
        _running = self
        self._stops.append(_forget_running)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self) -> None:
        environment.prepare(self._stage)
        if self._state_dir is not None:
            self._store = Store(self._state_dir)
            self._stops.append(self._store.close)
        backends.reset()
        self.outputs = stacks.create(self._stage, self._template)
        self._parameters = dict(backends.ssm()._parameters)
        running_executions = []
        if self._store is not None:
            persistence = Persistence(self._store)
            running_executions = persistence.start()
            self._stops.append(persistence.stop)
        if self._app is not None:
            self._start_app(running_executions)

    def _start_app(self, running_executions: list[Record]) -> None:
        self.functions = Functions(self._app, self._stage, read_timeouts(Path(".chalice/config.json")))
        self.executions = Executions(self.functions, self._store)
        self.schedules = Schedules(self._app, self.functions)
        self.queues = Queues(self._app, self.functions)
        sink = _LineSink()
        self.log = InvocationLog(self.functions, sink.original)
        awslambda.route_to(self.functions.invoke)
        self._stops += [self.functions.stop, lambda: awslambda.route_to(None)]
        self.log.start()
        sink.replace(self.log.emit)
        self._stops += [self.log.stop, sink.restore]
        self.executions.start(running_executions)
        self._stops.append(self.executions.stop)
        self.queues.start()
        self._stops.append(self.queues.stop)
        if self._fires_schedules:
            self.schedules.start()
        self._stops.append(self.schedules.stop)

    def stop(self) -> None:
        """Ends everything that `start` began, in reverse order; the state is on disk."""
        while self._stops:
            self._stops.pop()()
        self._store = None

    def reset(self) -> None:
        """Empties tables, buckets, queues, secrets and parameters and ends executions; the resources stay."""
        if self._app is not None:
            self.executions.abandon()
            self.log.discard()
        with sequence.LOCK:
            for table in backends.dynamodb().tables.values():
                table.items.clear()
            for bucket in backends.s3().buckets.values():
                for key in list(bucket.keys):
                    bucket.keys.pop(key)
                bucket.multiparts.clear()
            for queue in backends.sqs().queues.values():
                queue._messages = []
                queue._pending_messages = set()
            for group in backends.logs().groups.values():
                group.streams.clear()
            backends.secretsmanager().secrets.clear()
            parameters = backends.ssm()._parameters
            parameters.clear()
            parameters.update(self._parameters)
            if self._store is not None:
                self._store.clear()

    def fire(self, schedule: str) -> Any:
        """Calls one schedule's handler now, as if it were due, and returns its answer."""
        return self.schedules.fire(schedule)

    def drain(self, timeout_s: float = 10.0) -> None:
        """Waits until queues, asynchronous invocations, executions and the invocation log are empty."""
        self.queues.drain(timeout_s)
        self.functions.drain(timeout_s)
        self.executions.drain(timeout_s)
        self.log.drain(timeout_s)

    def __enter__(self) -> LocalAws:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()


def _forget_running() -> None:
    global _running
    _running = None


class _LineSink:
    """The application's `line_sink`, replaced and put back."""

    def __init__(self) -> None:
        """Raises whatever importing the application raises, but a test's own application needs no such module."""
        try:
            self._module: Any = importlib.import_module(_SINK_MODULE)
        except ModuleNotFoundError as error:
            if error.name not in (_SINK_MODULE, _SINK_MODULE.partition(".")[0]):
                raise
            self._module = None
        self.original: Callable[[str], None] = self._module.line_sink if self._module else print

    def replace(self, emit: Callable[[str], None]) -> None:
        """Sends the application's lines to `emit`."""
        if self._module:
            self._module.line_sink = emit

    def restore(self) -> None:
        """Sends them where they went before."""
        self.replace(self.original)
