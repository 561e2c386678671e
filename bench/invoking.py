"""`python -m bench.invoking`: what one invocation costs, beside other ways to make the same call.

Every rival is a process; they take turns, so that whatever else the machine does falls on all alike. How a process
happens to lie in memory makes it up to a tenth faster or slower for as long as it lives: so there are several sittings,
each with processes of its own.

CPU is that of the caller and of whatever server stands between it and the upstream; the upstream's own, the same for
all, is left out. The unit is `requests.Session.get` of the same 1 KB of JSON. The results go to `docs/performance.md`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
RESULTS: Final = ROOT / "docs" / "performance.md"
_UNIT: Final = "`requests.Session.get`"


@dataclass(frozen=True)
class Rival:
    """A process that makes the call: its row in the table, the program, how many calls make a turn, and the goal."""

    title: str
    command: tuple[str, ...]
    calls: int = 800
    goal: str = ""
    callers: tuple[int, ...] = (1, 16)


def rivals(upstream: str, other_python: str | None) -> list[Rival]:
    """Who takes part. FastMCP does where `other_python` has it."""

    def ours(module: str, *arguments: str) -> tuple[str, ...]:
        return (sys.executable, "-m", f"bench.rivals.{module}", *arguments)

    url = f"{upstream}/items-0/7"
    found = [
        Rival(_UNIT, ours("requests_session", url)),
        Rival("urllib3 direct", ours("urllib3_direct", url)),
        Rival("Waygate in process, 10 actions", ours("waygate_in_process", upstream, "10"), goal="≤ 0.75"),
        Rival("Waygate in process, 10,000 actions", ours("waygate_in_process", upstream, "10000"), callers=(1,)),
        Rival("Waygate over local HTTP", ours("waygate_over_http", upstream, "metadata"), goal="≤ 2.0"),
        Rival("the same, but for storing its records", ours("waygate_over_http", upstream, "none")),
    ]
    if other_python:
        program = str(ROOT / "bench" / "rivals" / "fastmcp_openapi.py")
        found.append(Rival("FastMCP `from_openapi`, in memory", (other_python, program, upstream, "memory"), 80))
        found.append(Rival("FastMCP `from_openapi`, over HTTP", (other_python, program, upstream, "http"), 80))
    return found


@contextmanager
def running(command: tuple[str, ...]) -> Iterator[subprocess.Popen[str]]:
    """A process that is spoken to by lines."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "bench")])}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def turn(process: subprocess.Popen[str], callers: int, calls: int) -> dict[str, float]:
    """One turn of a rival."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the rival cannot be spoken to")
    process.stdin.write(f"{callers} {calls}\n")
    process.stdin.flush()
    answer: dict[str, float] = json.loads(process.stdout.readline())
    return answer


Turns = dict[tuple[str, int], list[list[dict[str, float]]]]  # by rival and number of callers: sittings of rounds


def measure(other_python: str | None, sittings: int, rounds: int) -> tuple[list[Rival], Turns]:
    """All rivals, sitting by sitting."""
    turns: Turns = {}
    for _ in range(sittings):
        taking_part, taken = sit(other_python, rounds)
        for rival_and_callers, each in taken.items():
            turns.setdefault(rival_and_callers, []).append(each)
    return taking_part, turns


def sit(other_python: str | None, rounds: int) -> tuple[list[Rival], dict[tuple[str, int], list[dict[str, float]]]]:
    """All rivals, turn by turn, in new processes; the first round only warms them up."""
    with ExitStack() as stack:
        upstream = stack.enter_context(running((sys.executable, "-m", "bench.upstream")))
        stack.callback(upstream.kill)
        port = upstream.stdout.readline().strip() if upstream.stdout else ""
        taking_part = rivals(f"http://127.0.0.1:{port}", other_python)
        processes = {rival.title: stack.enter_context(_ready(rival)) for rival in taking_part}
        both = [(rival, callers) for rival in taking_part for callers in rival.callers]
        taken: dict[tuple[str, int], list[dict[str, float]]] = {}
        for number in range(rounds + 1):
            for rival, callers in both:
                one = turn(processes[rival.title], callers, rival.calls)
                if number:
                    taken.setdefault((rival.title, callers), []).append(one)
        return taking_part, taken


@contextmanager
def _ready(rival: Rival) -> Iterator[subprocess.Popen[str]]:
    with running(rival.command) as process:
        if process.stdout is None or process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{rival.title} did not start")
        yield process


def ratios(turns: Turns, title: str, callers: int, member: str) -> list[list[float]]:
    """Of each sitting, the ratio to the unit in the same round, round by round."""
    both = zip(turns[title, callers], turns[_UNIT, callers], strict=True)
    return [[mine[member] / unit[member] for mine, unit in zip(*sitting, strict=True)] for sitting in both]


def median(sittings: list[list[float]]) -> float:
    """Of all rounds."""
    return statistics.median(itertools.chain.from_iterable(sittings))


def table(taking_part: list[Rival], turns: Turns, callers: int) -> str:
    """A Markdown table."""
    rows = ["| door | CPU | from, to | CPU, µs | p50 | p50, µs | goal |", "|---|---|---|---|---|---|---|"]
    for rival in taking_part:
        if callers not in rival.callers:
            continue
        cpu, p50 = (ratios(turns, rival.title, callers, member) for member in ("cpu_us", "p50_us"))
        taken = list(itertools.chain.from_iterable(turns[rival.title, callers]))
        cpu_us, p50_us = (statistics.median(one[member] for one in taken) for member in ("cpu_us", "p50_us"))
        of_sittings = [statistics.median(sitting) for sitting in cpu]
        goal = f"CPU {rival.goal}" if rival.goal else ""
        rows.append(
            f"| {rival.title} | {median(cpu):.2f} | {min(of_sittings):.2f}, {max(of_sittings):.2f} | {cpu_us:,.0f} "
            f"| {median(p50):.2f} | {p50_us:,.0f} | {goal} |"
        )
    return "\n".join(rows)


def page(taking_part: list[Rival], turns: Turns, rounds: int) -> str:
    """The text of `docs/performance.md`."""
    few, many = (median(ratios(turns, taking_part[place].title, 1, "cpu_us")) for place in (2, 3))
    sittings = len(turns[_UNIT, 1])
    return f"""# Invoking, measured
Written by `python -m bench.invoking` (Python {platform.python_version()}, {os.cpu_count()} cores, {sittings} sittings
of {rounds} rounds). What is measured and how: [bench/README.md](../bench/README.md). All figures are multiples of
`requests.Session.get` of the same 1 KB of JSON over loopback, taken in the same round, and the median of all rounds;
“from, to” are the lowest and the highest median of a sitting. Trust these more than the microseconds beside them.

Waygate does all of its work in each call: it authenticates the key, validates the input and the output, opens the
sealed credential, asks breaker, cool-downs and limits, and writes the record and the metrics.

## One caller
{table(taking_part, turns, 1)}

An integration with 10,000 actions costs {many / few:.2f} times what one with 10 costs.

## Sixteen callers
{table(taking_part, turns, 16)}

Calls to AWS per invocation are counted by `tests/gateway/test_aws_calls.py`: none while warm, one when what the process
knows has lapsed (30 s), at most five when it has just started.
"""


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sittings", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=6, help="of each sitting")
    parser.add_argument("--fastmcp-python", default=str(ROOT / ".venv-bench" / "bin" / "python"))
    parser.add_argument("--print", action="store_true", help="print only; write nothing")
    options = parser.parse_args()
    other = options.fastmcp_python if Path(options.fastmcp_python).is_file() else None
    if other is None:
        print("FastMCP is left out: its environment is missing (make bench makes it).", file=sys.stderr)
    taking_part, turns = measure(other, options.sittings, options.rounds)
    text = page(taking_part, turns, options.rounds)
    print(text)
    if not options.print:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
