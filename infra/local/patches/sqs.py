"""moto's SQS: writes under the lock, and long polls outside of it."""

from __future__ import annotations

import time
from typing import Any

from infra.local import sequence


def apply() -> None:
    """Applies the patches of this module."""
    lock_queue_changes()
    poll_without_the_lock()
    report_requests()


def lock_queue_changes() -> None:
    """moto's `delete_message` replaces the list of messages: one that arrives meanwhile would be lost."""
    from moto.sqs.models import SQSBackend

    for name in ("send_message", "delete_message", "change_message_visibility", "purge_queue"):
        _lock(SQSBackend, name)


def _lock(owner: type, name: str) -> None:
    original = getattr(owner, name)

    def locked(self: Any, *args: Any, **kwargs: Any) -> Any:
        with sequence.LOCK:
            return original(self, *args, **kwargs)

    setattr(owner, name, locked)


def poll_without_the_lock() -> None:
    """`receive_message` takes what is there under the lock and waits for more without it."""
    from moto.sqs.models import SQSBackend

    take = SQSBackend.receive_message

    def receive_message(
        self: Any,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> list[Any]:
        until = time.monotonic() + (wait_seconds_timeout or 0)
        while True:
            with sequence.LOCK:
                messages: list[Any] = take(self, queue_name, count, 0, visibility_timeout, message_attribute_names)
            remaining = until - time.monotonic()
            if messages or remaining <= 0:
                return messages
            self.get_queue(queue_name).wait_for_messages(min(remaining, 1.0))

    SQSBackend.receive_message = receive_message


def report_requests() -> None:
    """Observers hear of each request, with the lock held while they look at the queues."""
    from moto.sqs.responses import SQSResponse

    original = SQSResponse._dispatch

    def dispatch(self: Any, *args: Any, **kwargs: Any) -> Any:
        answer = original(self, *args, **kwargs)
        with sequence.LOCK:
            sequence.answered("sqs", self)
        return answer

    SQSResponse._dispatch = dispatch
