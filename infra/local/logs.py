"""The subscription of the invocation log: the lines that the application emits come back in batches.

In AWS every line goes to standard output; the subscription filter ``{ $.kind = "invocation" }`` hands the records of
invocations to `record_invocations`. Here the application's line sink is replaced: records go to a queue, from which a
thread puts them into the log group (the latest of them stay there while the stand-in runs) and hands them to the same
function as the same event; metrics (CloudWatch's embedded format) go nowhere, and everything else goes where it went
before.
"""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import orjson

from infra.local import backends
from infra.local.functions import Functions, Outcome, print_error

RECORD_FUNCTION: Final = "record_invocations"
INTERVAL_S: Final = 0.2
_BATCH: Final = 1000
_KEPT: Final = 10_000  # lines that the log group holds
_STREAM: Final = "local"


class InvocationLog:
    """Carries lines from `emit` to `record_invocations`."""

    def __init__(self, functions: Functions, other_lines: Callable[[str], None]) -> None:
        """`other_lines` takes what is neither a record nor a metric."""
        self._functions = functions
        self._other_lines = other_lines
        self._group = f"/aws/lambda/{functions.prefix}"
        self._lines: list[dict[str, Any]] = []
        self._ids = itertools.count()
        self._changed = threading.Condition()
        self._busy = False
        self._stopping = False
        self._wanted = False
        self._thread = threading.Thread(target=self._run, name="invocation-log", daemon=True)

    def emit(self, line: str) -> None:
        """Takes one line; returns at once."""
        kind = _kind(line)
        if kind == "invocation":
            entry = {"id": str(next(self._ids)), "timestamp": int(time.time() * 1000), "message": line}
            with self._changed:
                self._lines.append(entry)
                if len(self._lines) == 1:  # else the thread is about to come anyway: to wake it for each costs more
                    self._changed.notify_all()
        elif kind != "metric":
            self._other_lines(line)

    def start(self) -> None:
        """Begins to deliver."""
        if self._group not in backends.logs().groups:
            backends.logs().create_log_group(self._group, {})
        self._thread.start()

    def stop(self) -> None:
        """Delivers what is there and ends."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout=2.0)

    def drain(self, timeout_s: float = 10.0) -> None:
        """Returns when all lines emitted so far are delivered. Raises `TimeoutError` if that takes too long."""
        with self._changed:
            self._wanted = True
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: not self._lines and not self._busy, timeout_s):
                raise TimeoutError("the invocation log is still being delivered")

    def discard(self) -> None:
        """Forgets what is not delivered yet, once the batch under way is done."""
        with self._changed:
            self._lines.clear()
            self._changed.wait_for(lambda: not self._busy, timeout=2.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines or self._stopping)
                self._changed.wait_for(lambda: self._wanted or self._stopping, timeout=INTERVAL_S)
                batch, self._lines = self._lines[:_BATCH], self._lines[_BATCH:]
                if not batch and self._stopping:
                    return
                self._busy, self._wanted = True, bool(self._lines) and self._wanted
            try:
                self._deliver(batch)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _deliver(self, batch: list[dict[str, Any]]) -> None:
        if not batch:
            return
        self._keep(batch)
        name = self._functions.full_name(RECORD_FUNCTION)
        answer = self._functions.invoke(name, subscription_event(batch), is_async=False)
        if answer is not None and answer[1]:
            print_error(name, Outcome(*answer))

    def _keep(self, batch: list[dict[str, Any]]) -> None:
        """Puts the lines where `FilterLogEvents` finds them."""
        from moto.logs.models import LogEvent

        group = backends.logs().groups[self._group]
        if _STREAM not in group.streams:
            group.create_log_stream(_STREAM)
        events = group.streams[_STREAM].events
        events += [LogEvent(each["timestamp"], each) for each in batch]
        del events[:-_KEPT]


def _kind(line: str) -> str:
    """`invocation`, `metric` or `other`, by the line's top-level members."""
    if line.startswith('{"_aws":'):  # as `emit_metrics` writes it; what is below finds the same, at some cost
        return "metric"
    if line.startswith('{"kind":"invocation",'):
        return "invocation"
    if '"kind"' not in line and '"_aws"' not in line:
        return "other"
    try:
        document = json.loads(line)
    except ValueError:
        return "other"
    if not isinstance(document, dict):
        return "other"
    return "metric" if "_aws" in document else "invocation" if document.get("kind") == "invocation" else "other"


def subscription_event(entries: list[dict[str, Any]]) -> bytes:
    """CloudWatch Logs' subscription event for log entries ``{"id", "timestamp", "message"}``, as JSON."""
    document = {
        "messageType": "DATA_MESSAGE",
        "owner": backends.ACCOUNT,
        "logGroup": "/aws/lambda/waygate",
        "logStream": _STREAM,
        "subscriptionFilters": ["waygate-invocations"],
        "logEvents": entries,
    }
    data = gzip.compress(orjson.dumps(document), compresslevel=0)  # it only goes to the next function
    return orjson.dumps({"awslogs": {"data": base64.b64encode(data).decode()}})
