"""Lambda's Invoke, answered by the functions' real packages: each runs in sandboxes of its own, as in AWS.

What a function is, is asked at every invocation (`find`), so that a deployment in between counts from the next one
on: sandboxes of a configuration that is no longer the function's are not used again. `Runtime.invoke` has the form
that `infra.local.patches.awslambda.route_to` asks for.
"""

from __future__ import annotations

import collections
import hashlib
import io
import tempfile
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from pathlib import Path
from typing import Final

from infra.local.functions import Outcome, print_error
from infra.rehearse.sandbox import Configuration, InitFailed, Sandbox

CONCURRENCY: Final = 4  # of one function; further invocations wait, where Lambda would start more
_KEPT: Final = 8  # sandboxes that wait for work, of all functions: each holds some 80 MB
_ASYNC_THREADS: Final = 8

Find = Callable[[str], Configuration | None]
WriteLine = Callable[[str, str], None]
_unpacking = threading.Lock()


class Runtime:
    """The functions that `find` knows. `write_line` gets a function's name and a line of its log."""

    def __init__(self, find: Find, write_line: WriteLine = lambda _name, _line: None) -> None:
        self._find = find
        self._write_line = write_line
        self._idle: list[Sandbox] = []  # the one that has waited longest first
        self._turns: dict[str, threading.Semaphore] = collections.defaultdict(lambda: threading.Semaphore(CONCURRENCY))
        self._mutex = threading.Lock()
        self._pool = ThreadPoolExecutor(_ASYNC_THREADS, thread_name_prefix="lambda-async")
        self._pending: set[Future[None]] = set()

    def invoke(self, function_name: str, payload: bytes, is_async: bool = False) -> tuple[bytes, bool] | None:
        """(Payload, is it an error); None if there is no such function. An asynchronous one answers at once; its
        error goes to standard error, and it is not repeated, as AWS would twice."""
        configuration = self._find(function_name)
        if configuration is None:
            return None
        if is_async:
            self._submit(configuration, payload)
            return b"", False
        outcome = self.run(configuration, payload)
        return outcome.payload, outcome.is_error

    def run(self, configuration: Configuration, payload: bytes, trace_id: str = "") -> Outcome:
        """One invocation, in a sandbox that waits for one or in a new one."""
        with self._mutex:
            turn = self._turns[configuration.name]
        with turn:
            try:
                sandbox = self._taken(configuration) or Sandbox(
                    configuration, lambda line: self._write_line(configuration.name, line)
                )
            except InitFailed as failed:
                return Outcome(failed.payload, is_error=True)
            outcome = sandbox.invoke(payload, trace_id)
            self._put_back(sandbox)
        return outcome

    def drain(self, timeout_s: float = 60.0) -> None:
        """Waits until no asynchronous invocation is under way, nor one that those have made.

        Raises `TimeoutError` if each of them takes longer.
        """
        while pending := self._under_way():
            if wait_for(pending, timeout=timeout_s).not_done:
                raise TimeoutError("asynchronous invocations are still running")

    def close(self) -> None:
        """Ends every sandbox, after what runs has ended."""
        self._pool.shutdown(cancel_futures=True)
        with self._mutex:
            sandboxes, self._idle = self._idle, []
        for sandbox in sandboxes:
            sandbox.close()

    def _taken(self, configuration: Configuration) -> Sandbox | None:
        """The sandbox of this configuration that has waited the shortest. Those of an older one end."""
        with self._mutex:
            mine = [sandbox for sandbox in self._idle if sandbox.configuration.name == configuration.name]
            fit = [sandbox for sandbox in mine if sandbox.configuration == configuration and sandbox.is_alive]
            gone = [sandbox for sandbox in mine if sandbox not in fit]
            taken = fit[-1:]
            self._idle = [sandbox for sandbox in self._idle if sandbox not in gone + taken]
        for sandbox in gone:
            sandbox.close()
        return taken[0] if taken else None

    def _put_back(self, sandbox: Sandbox) -> None:
        if not sandbox.is_alive:
            return
        with self._mutex:
            self._idle.append(sandbox)
            surplus, self._idle = self._idle[:-_KEPT], self._idle[-_KEPT:]
        for one in surplus:
            one.close()

    def _submit(self, configuration: Configuration, payload: bytes) -> None:
        def work() -> None:
            outcome = self.run(configuration, payload)
            if outcome.is_error:
                print_error(configuration.name, outcome)

        future = self._pool.submit(work)
        with self._mutex:
            self._pending.add(future)

    def _under_way(self) -> set[Future[None]]:
        with self._mutex:
            self._pending = {future for future in self._pending if not future.done()}
            return set(self._pending)


def unpacked(package: bytes, below: Path) -> Path:
    """The folder below `below` that holds the files of the zip `package`; the same for the same bytes."""
    folder = below / hashlib.sha256(package).hexdigest()[:32]
    with _unpacking:
        if not folder.exists():
            partial = Path(tempfile.mkdtemp(dir=below))
            with zipfile.ZipFile(io.BytesIO(package)) as archive:
                archive.extractall(partial)
            partial.rename(folder)
    return folder
