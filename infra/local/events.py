"""Schedules and queues: the application's `@app.schedule` and `@app.on_sqs_message` handlers, called as AWS does.

A queue's messages come one by one (batch size 1, as in the cloud); a handler that returns has its message deleted,
one that raises leaves it to come back after the queue's visibility timeout and at last to the dead-letter queue.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
import uuid
from typing import Any, Final

from infra.local import backends
from infra.local.functions import Functions, Outcome, print_error
from infra.local.schedules import next_due

CONSUMERS_PER_QUEUE: Final = 4


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


class Schedules:
    """Fires the application's schedules when they are due."""

    def __init__(self, app: Any, functions: Functions) -> None:
        self._functions = functions
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)
        self._expressions: dict[str, str] = {}
        for source in app.event_sources:
            expression = getattr(source, "schedule_expression", None)
            if expression is not None:
                text = expression if isinstance(expression, str) else expression.to_string()
                self._expressions[source.name] = text

    def start(self) -> None:
        """Begins to fire; the first time comes one interval from now, as after a deployment. Raises `ValueError` for
        an expression that is not understood."""
        due = {name: next_due(expression, _now()) for name, expression in self._expressions.items()}
        if due:
            self._due = due
            self._thread.start()

    def stop(self) -> None:
        """Fires no more."""
        self._stopping.set()

    def fire(self, name: str) -> Any:
        """Calls one schedule's handler now and returns its answer. Raises `FunctionFailed` if it raised."""
        return self._functions.call(name, self._event(name))

    def _run(self) -> None:
        while not self._stopping.is_set():
            name = min(self._due, key=lambda each: self._due[each])
            wait_s = (self._due[name] - _now()).total_seconds()
            if wait_s > 0 and self._stopping.wait(wait_s):
                return
            self._due[name] = next_due(self._expressions[name], _now())
            event = json.dumps(self._event(name)).encode()
            self._functions.invoke(self._functions.full_name(name), event, is_async=True)

    def _event(self, name: str) -> dict[str, Any]:
        rule = f"arn:aws:events:{backends.REGION}:{backends.ACCOUNT}:rule/{self._functions.full_name(name)}-event"
        return scheduled_event(rule)


def scheduled_event(rule_arn: str) -> dict[str, Any]:
    """What EventBridge sends when a rule is due."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": backends.ACCOUNT,
        "time": _now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": backends.REGION,
        "resources": [rule_arn],
        "detail": {},
    }


class Queues:
    """Hands the messages of queues to the application's handlers."""

    def __init__(self, app: Any, functions: Functions) -> None:
        import boto3

        self._client = boto3.client("sqs")
        self._functions = functions
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sources: list[tuple[str, str]] = [  # (handler, queue)
            (source.name, source.queue or source.queue_arn.rpartition(":")[2])
            for source in app.event_sources
            if hasattr(source, "queue_arn")
        ]

    def start(self) -> None:
        """Begins to consume every queue that has a handler. A queue that the template lacks is told once."""
        for handler, queue_name in self._sources:
            if queue_name not in backends.sqs().queues:
                print(f"{handler}: there is no queue {queue_name}", file=sys.stderr)
                continue
            for number in range(CONSUMERS_PER_QUEUE):
                name = f"{queue_name}-{number}"
                thread = threading.Thread(target=self._consume, args=(handler, queue_name), name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def stop(self) -> None:
        """Takes no further message; one whose handler runs is left to it."""
        self._stopping.set()
        for _, queue_name in self._sources:
            self._wake(queue_name)
        for thread in self._threads:
            thread.join(timeout=1.0)

    def drain(self, timeout_s: float = 10.0) -> None:
        """Waits until no queue with a handler holds a message that is visible or under way. Raises `TimeoutError`."""
        stop = threading.Event()
        deadline = _now() + dt.timedelta(seconds=timeout_s)
        names = [queue_name for _, queue_name in self._sources if queue_name in backends.sqs().queues]
        while any(backends.sqs().queues[name]._messages for name in names):
            if _now() > deadline:
                raise TimeoutError("messages are still in the queues")
            stop.wait(0.005)

    def _wake(self, queue_name: str) -> None:
        queue = backends.sqs().queues.get(queue_name)
        if queue is not None:
            with queue._messages_lock:
                queue._messages_lock.notify_all()

    def _consume(self, handler: str, queue_name: str) -> None:
        queue = backends.sqs().queues[queue_name]
        url = queue.physical_resource_id
        while not self._stopping.is_set():
            with queue._messages_lock:
                if not queue.messages:  # to ask moto costs 3 ms
                    if not self._stopping.is_set():
                        queue._messages_lock.wait(1.0)  # also for those that become visible again
                    continue
            try:
                answer = self._client.receive_message(
                    QueueUrl=url, MaxNumberOfMessages=1, AttributeNames=["All"], MessageAttributeNames=["All"]
                )
            except self._client.exceptions.QueueDoesNotExist:
                return
            for message in answer.get("Messages", []):
                self._handle(handler, queue, message)

    def _handle(self, handler: str, queue: Any, message: dict[str, Any]) -> None:
        event = json.dumps({"Records": [_record(queue.queue_arn, message)]}).encode()
        name = self._functions.full_name(handler)
        answer = self._functions.invoke(name, event, is_async=False)
        if answer is None or answer[1]:
            print_error(name, Outcome(*answer)) if answer else None
            return
        self._client.delete_message(QueueUrl=queue.physical_resource_id, ReceiptHandle=message["ReceiptHandle"])


def _record(queue_arn: str, message: dict[str, Any]) -> dict[str, Any]:
    """One record of Lambda's SQS event."""
    attributes = {
        name: {
            "dataType": value["DataType"],
            "stringValue": value.get("StringValue"),
            "stringListValues": [],
            "binaryListValues": [],
        }
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": backends.REGION,
    }
