"""One execution environment of Lambda: AWS's own runtime client in a child process, and the Runtime API it talks to.

The child is what runs in AWS: `awslambdaric`, in the folder that the function's zip was unpacked to, with nothing
else importable but the standard library. Between invocations it is frozen, so a thread that expects to run after the
answer is found out here. A function that takes too long, or held more memory than it was given, is killed.
Works on Linux.
"""

from __future__ import annotations

import atexit
import functools
import importlib.metadata
import json
import math
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from infra.local.functions import Outcome
from infra.rehearse.runtime_api import Invocation, RuntimeApi, Said

INIT_TIMEOUT_S: Final = 60.0  # Lambda ends an init after 10 s; a busy laptop may need more
_CLIENT: Final = "awslambdaric"


@dataclass(frozen=True)
class Configuration:
    """What Lambda knows of a function. Those that are equal may share sandboxes."""

    name: str
    code: Path  # the folder of the unpacked zip
    handler: str
    arn: str
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 3.0
    memory_mb: int = 128


class InitFailed(RuntimeError):
    """The handler could not be loaded; `payload` is how Lambda describes that."""

    def __init__(self, payload: bytes) -> None:
        super().__init__(payload.decode(errors="replace"))
        self.payload = payload


class Sandbox:
    """A child process that takes one invocation at a time. Raises `InitFailed`.

    `write_line` gets each line that the function prints, and Lambda's own START, END and REPORT lines.
    """

    def __init__(self, configuration: Configuration, write_line: Callable[[str], None] = lambda _line: None) -> None:
        self.configuration = configuration
        self._write_line = write_line
        self._said: queue.Queue[Said] = queue.Queue()
        self._api = RuntimeApi(configuration.arn, self._said)
        began = time.perf_counter()
        self._child = subprocess.Popen(
            [*_wrapper(configuration), sys.executable, "-S", "-m", _CLIENT, configuration.handler],
            cwd=configuration.code,
            env=_environment(configuration, self._api.address),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._printed = threading.Thread(target=self._read_lines, daemon=True)
        self._printed.start()
        said = self._wait(INIT_TIMEOUT_S)
        self.init_s = time.perf_counter() - began
        self._init_told = f"\tInit Duration: {self.init_s * 1000:.2f} ms"
        if said.what != "next":
            self.close()
            raise InitFailed(said.body or self._failure(said, "none"))
        self._signal(signal.SIGSTOP)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """False once the child has ended, by itself or killed."""
        return self._child.poll() is None

    def memory_mb(self, *, peak: bool = False) -> float:
        """What the child holds in memory now, or held at most, in MiB; 0 once it has ended."""
        label = "VmHWM:" if peak else "VmRSS:"
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines() if self.is_alive else []
        return int(next((line.split()[1] for line in lines if line.startswith(label)), 0)) / 1024

    def invoke(self, payload: bytes, trace_id: str = "") -> Outcome:
        """Hand `payload` (JSON) to the handler. When the process failed, not the handler, it is not `is_alive` after.

        `trace_id` is X-Ray's header, made up where none is given.
        """
        limit_s, request_id = self.configuration.timeout_s, str(uuid.uuid4())
        self._write_line(f"START RequestId: {request_id} Version: $LATEST")
        self._signal(signal.SIGCONT)
        began = time.perf_counter()
        deadline_ms = int((time.time() + limit_s) * 1000)
        self._api.give(Invocation(request_id, payload, trace_id or _new_trace_id(), deadline_ms))
        answer = said = self._wait(limit_s)
        if answer.what in ("response", "error"):
            said = self._wait(max(0.0, began + limit_s - time.perf_counter()))  # until it is ready for the next one
        took_ms = (time.perf_counter() - began) * 1000
        peak_mb = self.memory_mb(peak=True)
        self._report(request_id, took_ms, peak_mb)
        if said.what == "next" and peak_mb <= self.configuration.memory_mb:
            self._signal(signal.SIGSTOP)
            return Outcome(answer.body, is_error=answer.what == "error")
        self.close()
        return Outcome(self._failure(said, request_id), is_error=True)

    def close(self) -> None:
        """Ends the child and its Runtime API."""
        self._signal(signal.SIGKILL)
        self._child.wait()
        self._printed.join()
        self._api.stop()

    def _signal(self, number: signal.Signals) -> None:
        if self.is_alive:
            os.killpg(self.pid, number)

    def _wait(self, timeout_s: float) -> Said:
        try:
            return self._said.get(timeout=timeout_s)
        except queue.Empty:
            return Said("nothing")

    def _read_lines(self) -> None:
        if self._child.stdout is not None:
            with self._child.stdout as printed:
                for line in printed:
                    self._write_line(line.decode(errors="replace").rstrip("\n"))
        self._said.put(Said("exit"))

    def _failure(self, said: Said, request_id: str) -> bytes:
        """How Lambda describes that the process, which is gone by now, failed."""
        if said.what == "nothing":
            kind, what = "Sandbox.Timedout", f"Task timed out after {self.configuration.timeout_s:.2f} seconds"
        elif said.what == "next":
            kind, what = "Runtime.OutOfMemory", "Runtime exited with error: signal: killed"
        else:
            kind, what = "Runtime.ExitError", f"Runtime exited with status {self._child.returncode}"
        return json.dumps({"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {what}"}).encode()

    def _report(self, request_id: str, took_ms: float, peak_mb: float) -> None:
        self._write_line(f"END RequestId: {request_id}")
        self._write_line(
            f"REPORT RequestId: {request_id}\tDuration: {took_ms:.2f} ms\tBilled Duration: {math.ceil(took_ms)} ms"
            f"\tMemory Size: {self.configuration.memory_mb} MB\tMax Memory Used: {peak_mb:.0f} MB{self._init_told}"
        )
        self._init_told = ""


def _environment(configuration: Configuration, api: str) -> dict[str, str]:
    """What Lambda's Python runtime finds in its environment.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    region = configuration.arn.split(":")[3]
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": str(_runtime_folder()),
        "PYTHONDONTWRITEBYTECODE": "1",  # in AWS the code lies on a file system that is read-only
        "LAMBDA_TASK_ROOT": str(configuration.code),
        "_HANDLER": configuration.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_LAMBDA_RUNTIME_API": api,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_NAME": configuration.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{configuration.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d')}/[$LATEST]{uuid.uuid4().hex}",
        **configuration.environment,
    }


def _wrapper(configuration: Configuration) -> list[str]:
    """The script that a function has its runtime started through, if it names one.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
    """
    script = configuration.environment.get("AWS_LAMBDA_EXEC_WRAPPER")
    return [script] if script else []


@functools.cache
def _runtime_folder() -> Path:
    """A folder with the runtime client and what it needs, and nothing else of this environment."""
    folder = tempfile.TemporaryDirectory(prefix="lambda-runtime-")
    atexit.register(folder.cleanup)
    wanted = [_CLIENT]
    for name in wanted:
        found = importlib.metadata.distribution(name)
        wanted += [re.split(r"[^\w.-]", needed)[0] for needed in found.requires or [] if "extra ==" not in needed]
        for top in {file.parts[0] for file in found.files or [] if file.parts[0] != ".."}:
            Path(folder.name, top).symlink_to(str(found.locate_file(top)))
    return Path(folder.name)


def _new_trace_id() -> str:
    """https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader"""
    random = uuid.uuid4().hex
    return f"Root=1-{int(time.time()):08x}-{random[:24]};Parent={random[16:]};Sampled=0"
