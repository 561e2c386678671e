"""How many calls to AWS something makes: those of the thread that asks.

The stand-in has threads of its own, which poll the queues at any time: what they do is never counted.
"""

from __future__ import annotations

import threading

import botocore.handlers
from botocore.model import OperationModel

_calls: list[tuple[int, str, str]] = []  # by whom, the service, the operation


def _note(model: OperationModel, **_: object) -> None:
    _calls.append((threading.get_ident(), model.service_model.service_name, model.name))


# Clients copy these handlers when their session is made, so they must be here before the first one is.
botocore.handlers.BUILTIN_HANDLERS.append(("before-call", _note))


class AwsCalls:
    """The AWS operations that this thread has made since the last `forget`."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self._from = len(_calls)

    @property
    def made(self) -> list[str]:
        """Their names, in order."""
        return [name for _, name in self.by_service]

    @property
    def by_service(self) -> list[tuple[str, str]]:
        """The same, each with its service: ``("dynamodb", "UpdateItem")``."""
        here = threading.get_ident()
        return [(service, name) for thread, service, name in _calls[self._from :] if thread == here]
