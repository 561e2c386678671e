"""What the user sees: results on standard output, everything else on standard error.

Names, summaries and upstream bodies come from strangers: control and bidirectional characters never reach a terminal,
and nothing is ever read as markup.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TextIO

from cli.failures import Failure, Problem

if TYPE_CHECKING:
    from rich.console import Console

Cell = str | tuple[str, str]  # a text, or a text and its style

_UNSAFE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_COLOURED: Final = 200_000  # characters; highlighting more than this takes longer than reading it
_GAP: Final = 2  # between columns
_LEAST_WIDTH: Final = 14  # of a cut column
_PIPE_WIDTH: Final = 10_000  # a pipe has no width: nothing is cut or wrapped


class Output:
    """Standard output and standard error. `as_json` is set by `--json`."""

    def __init__(self) -> None:
        self.as_json = False

    def result(self, value: Any) -> None:
        """A result as JSON: indented and coloured on a terminal, on one line otherwise."""
        if self.as_json or not sys.stdout.isatty():
            self.write(_compact(value))
        else:
            self._pretty(value)

    def body(self, content: bytes) -> None:
        """An answer of the API as JSON, with its numbers as they came."""
        if (self.as_json or not sys.stdout.isatty()) and b"\n" not in content:
            self.write(content)
        else:
            self.result(json.loads(content))

    def write(self, content: bytes, *, end: bytes = b"\n") -> None:
        """Bytes as they are."""
        sys.stdout.flush()
        sys.stdout.buffer.write(content + end)
        sys.stdout.buffer.flush()

    def say(self, text: str = "", style: str | None = None) -> None:
        """A line of a result."""
        _print(sys.stdout, text, style)

    def note(self, text: str, style: str | None = None) -> None:
        """A line beside the result: what happens, what to do next. Silent under `--json`."""
        if not self.as_json:
            _print(sys.stderr, text, style)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, whole: Collection[str] = ()) -> None:
        """Rows under their headings.

        On a terminal the last column wraps, and the others are cut where they do not fit, but for those in `whole`.
        """
        from rich.cells import cell_len
        from rich.table import Table
        from rich.text import Text

        cells = [[_parts(cell) for cell in row] for row in rows]
        natural = [max(len(name), *(cell_len(row[place][0]) for row in cells)) for place, name in enumerate(columns)]
        least = [
            width if name in whole else min(width, _LEAST_WIDTH) for name, width in zip(columns, natural, strict=True)
        ]
        console = _console(sys.stdout)
        widths = fitted(natural, least, console.width - _GAP * (len(columns) - 1))
        console.width = max(console.width, sum(widths) + _GAP * len(widths))
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
        for place, name in enumerate(columns):
            is_last = place == len(columns) - 1
            overflow: Literal["fold", "ellipsis"] = "fold" if is_last else "ellipsis"
            table.add_column(name, no_wrap=not is_last, overflow=overflow, width=widths[place])
        for row in cells:
            table.add_row(*(Text(text, style) for text, style in row))
        with console.capture() as captured:
            console.print(table)
        self.write("\n".join(text.rstrip() for text in captured.get().splitlines()).encode("utf-8", "replace"))

    def facts(self, pairs: Iterable[tuple[str, Any]]) -> None:
        """Names and values, one pair a line; empty values are left out."""
        kept = [(name, value) for name, value in pairs if value not in (None, "", [], {})]
        width = max((len(name) for name, _ in kept), default=0)
        for name, value in kept:
            self.say(f"{name:<{width}}  {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")

    def failure(self, failure: Failure) -> None:
        """Why the command ends early, on standard error."""
        if self.as_json:
            sys.stderr.write(json.dumps(failure.document()) + "\n")
            return
        for text in explain(failure):
            _print(sys.stderr, text, "red" if text.startswith("Error: ") else None)

    def _pretty(self, value: Any) -> None:
        text = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, indent=2, ensure_ascii=False))
        if len(text) > _COLOURED:
            self.write(text.encode("utf-8", "backslashreplace"))
            return
        from rich.highlighter import JSONHighlighter

        _console(sys.stdout).print(JSONHighlighter()(text), soft_wrap=True)


out: Final = Output()


def explain(failure: Failure) -> list[str]:
    """A failure in lines: title and detail, every single fault, the upstream's answer, the fix, the request id."""
    if not isinstance(failure, Problem):
        return [f"Error: {failure.message}", *([f"  Fix: {failure.fix}"] if failure.fix else [])]
    members = failure.members
    title, detail = str(members.get("title") or ""), str(members.get("detail") or "")
    lines = [f"Error: {title}: {detail}" if title and detail and title != detail else f"Error: {detail or title}"]
    faults = members.get("errors") or []
    lines += [f"  {fault.get('pointer') or '(whole)'}: {fault.get('detail') or fault.get('code')}" for fault in faults]
    upstream = members.get("upstream") or {}
    if upstream.get("body") is not None:
        body = upstream["body"]
        lines.append(f"  Upstream: {body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)}")
    if members.get("outcome") == "unknown":
        lines.append("  It may have been carried out all the same: look before you repeat it.")
    if failure.fix:
        lines.append(f"  Fix: {failure.fix}")
    if members.get("request_id"):
        lines.append(f"  Request: {members['request_id']}")
    return lines


def fitted(natural: Sequence[int], least: Sequence[int], available: int) -> list[int]:
    """Column widths that fit into `available`: the widest column gives way first, none below its `least`."""
    widths = list(natural)
    while sum(widths) > available:
        able = [place for place in range(len(widths)) if widths[place] > least[place]]
        if not able:
            break
        widths[max(able, key=lambda place: widths[place])] -= 1
    return widths


def clean(text: str) -> str:
    """`text` without characters that steer a terminal."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def line(text: str) -> str:
    """`text` as one clean line."""
    return clean(" ".join(text.split()))


def _parts(cell: Cell) -> tuple[str, str]:
    text, style = (cell, "") if isinstance(cell, str) else cell
    return line(text), style


def is_interactive() -> bool:
    """True where somebody can be asked: standard input and standard error are a terminal."""
    return not out.as_json and sys.stdin.isatty() and sys.stderr.isatty()


def _compact(value: Any) -> bytes:
    # a lone surrogate becomes its JSON escape
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _print(stream: TextIO, text: str, style: str | None) -> None:
    if style is None or not stream.isatty():
        stream.write(clean(text) + "\n")
    else:
        _console(stream).print(clean(text), style=style, markup=False, highlight=False, emoji=False, soft_wrap=True)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream, width=None if stream.isatty() else _PIPE_WIDTH)
