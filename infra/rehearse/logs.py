"""What functions print, in their log groups; and what a subscription of a group takes of it, handed on in batches.

Only what the edge stack subscribes is handed on, and only to a function that lets CloudWatch Logs invoke it.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from infra.local import backends
from infra.local.logs import subscription_event
from infra.rehearse import cloudformation

_INTERVAL_S: Final = 0.3
_BATCH: Final = 1_000
_STREAM: Final = "rehearsal"
_PATTERN: Final = re.compile(r'\{ \$\.(\w+) = "([^"]*)" \}')

Invoke = Callable[[str, bytes, bool], "tuple[bytes, bool] | None"]


class Logs:
    """Takes lines by `write` and delivers until `stop`."""

    def __init__(self, invoke: Invoke) -> None:
        self._invoke = invoke
        self._waiting: list[tuple[str, dict[str, Any]]] = []  # (function to hand it to, log event)
        self._changed = threading.Condition()
        self._busy = self._stopping = False
        self._thread = threading.Thread(target=self._run, name="log-delivery", daemon=True)
        self._thread.start()

    def write(self, function_name: str, line: str) -> None:
        """A line of a function, into its group if there is one; lost otherwise, as its role may make no group."""
        group = f"/aws/lambda/{function_name}"
        event = {"id": str(uuid.uuid4().int), "timestamp": int(time.time() * 1000), "message": line}
        _keep(group, event)
        for subscription in list(cloudformation.kept.get("AWS::Logs::SubscriptionFilter", {}).values()):
            if subscription["LogGroupName"] == group and _matches(subscription["FilterPattern"], line):
                target = subscription["DestinationArn"].rpartition(":")[2]
                with self._changed:
                    self._waiting.append((target, event))
                    self._changed.notify_all()

    def drain(self, timeout_s: float = 60.0) -> None:
        """Returns when all that was written so far is delivered. Raises `TimeoutError`."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._waiting and not self._busy, timeout_s):
                raise TimeoutError("lines of the log are still being delivered")

    def stop(self) -> None:
        """Ends delivery."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopping)
                if self._stopping:
                    return
                self._changed.wait(_INTERVAL_S)
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                self._busy = True
            try:
                for target in dict.fromkeys(name for name, _ in batch):
                    _require_permission(target)
                    events = [event for name, event in batch if name == target]
                    answer = self._invoke(target, subscription_event(events), False)
                    if answer is None or answer[1]:
                        print(f"{target} took no lines: {answer[0][:300]!r}" if answer else f"there is no {target}")
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()


def _matches(pattern: str, line: str) -> bool:
    """The one form of pattern that the edge stack uses: a member of a JSON line that equals a text."""
    match = _PATTERN.fullmatch(pattern)
    if match is None:
        raise ValueError(f"a pattern that the rehearsal does not know: {pattern}")
    try:
        document = json.loads(line)
    except ValueError:
        return False
    return isinstance(document, Mapping) and document.get(match[1]) == match[2]


def _keep(group: str, event: dict[str, Any]) -> None:
    from moto.logs.models import LogEvent

    found = backends.logs().groups.get(group)
    if found is None:
        return
    if _STREAM not in found.streams:
        found.create_log_stream(_STREAM)
    found.streams[_STREAM].events.append(LogEvent(event["timestamp"], event))


def _require_permission(function_name: str) -> None:
    """Raises `PermissionError` unless the function's policy lets CloudWatch Logs invoke it."""
    import boto3

    policy = json.loads(boto3.client("lambda").get_policy(FunctionName=function_name)["Policy"])
    if not any(each["Principal"].get("Service") == "logs.amazonaws.com" for each in policy["Statement"]):
        raise PermissionError(f"CloudWatch Logs may not invoke {function_name}")
