"""The meter that every rival of `bench.invoking` runs on: CPU of the callers and of the servers, and latency.

A rival is a process. It says ``ready``, then answers each line ``callers calls`` on its standard input with one line
of JSON: ``{"cpu_us", "p50_us"}``, per call. Only the standard library is needed, since rivals live in environments of
their own.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

_SETTLED_S = 0.5  # by when a server has done what it does behind its answers


def cpu_ns(pids: Iterable[int]) -> int:
    """CPU time that all threads of other processes have used so far, in nanoseconds (Linux)."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total


def measure(
    new_caller: Callable[[], Callable[[], Any]], callers: int, calls: int, servers: Sequence[int] = ()
) -> dict[str, float]:
    """Make `calls` calls from `callers` threads, each with a caller of its own from `new_caller`; the work that
    `servers` do behind their answers counts too."""
    share = calls // callers
    took: list[list[int]] = [[] for _ in range(callers)]
    begin = threading.Barrier(callers + 1)

    def run(mine: list[int]) -> None:
        call = new_caller()
        call()
        begin.wait()
        for _ in range(share):
            start = time.perf_counter_ns()
            call()
            mine.append(time.perf_counter_ns() - start)

    threads = [threading.Thread(target=run, args=(mine,)) for mine in took]
    for thread in threads:
        thread.start()
    begin.wait()
    before = time.process_time_ns() + cpu_ns(servers)
    for thread in threads:
        thread.join()
    if servers:
        time.sleep(_SETTLED_S)
    spent = time.process_time_ns() + cpu_ns(servers) - before
    return result(spent, [one for mine in took for one in mine])


def result(spent_ns: int, took_ns: list[int]) -> dict[str, float]:
    """What a rival says of its calls."""
    return {"cpu_us": spent_ns / len(took_ns) / 1_000, "p50_us": statistics.median(took_ns) / 1_000}


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nothing listens on."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def serve(answer: Callable[[int, int], dict[str, float]]) -> None:
    """Answer the lines of standard input until it ends."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what the rival prints, log lines included, is written and not read
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        callers, calls = map(int, line.split())
        print(json.dumps(answer(callers, calls)), file=out, flush=True)
