"""Tables of endpoints: method and path in their columns, marks under method names, a path beside its description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from chalicelib.scraper.site import lines, paths, vocabulary
from chalicelib.scraper.site.blocks import Inline, Table

_METHOD: Final = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|DEL)\b")
_PATH: Final = re.compile(rf"(?:^|(?<=[\s\"'`(])){paths.TARGET}")
_UNMARKED: Final = frozenset(("", "-", "–", "—", "no", "n", "✗", "✘", "❌", "n/a", "x̶", "false"))


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint of a table. `method` is `None` where the table names none."""

    method: str | None
    target: paths.Target
    description: str
    quote: str
    anchor: str | None


def read(table: Table) -> Iterator[Row]:
    """The endpoints that a table lists, if it lists any."""
    header = [cell.text.strip() for cell in table.header]
    at_path = next((n for n, text in enumerate(header) if vocabulary.column(text) == "path"), None)
    marks = {n: text.upper() for n, text in enumerate(header) if text.upper() in paths.METHODS}
    at_method = next((n for n, text in enumerate(header) if vocabulary.column(text) == "method"), None)
    if at_path is None:
        at_path = _by_content(table, "/")
    if at_method is None and not marks:
        at_method = _by_content(table, "method")
    if at_path is None:
        yield from _anywhere(table)
        return
    for number, row in enumerate(table.rows[:2000]):
        if at_path >= len(row):
            continue
        anchor = table.anchors[number] if number < len(table.anchors) else None
        quote = " ".join(cell.text for cell in row if cell.text)
        asides = tuple(pair for cell in row for code in cell.code if code[:1] in "?&" for pair in paths.pairs(code[1:]))
        description = _description(row, {at_path, *marks, *([at_method] if at_method is not None else [])})
        if inline := list(lines.find(row[at_path].template)):
            yield from (Row(line.method, line.target, description, quote, anchor) for line in inline)
            continue
        for there in _targets(row[at_path]):
            there = replace(there, query=(*there.query, *asides))
            for method in _methods(row, marks, at_method):
                yield Row(method, there, description, quote, anchor)


def _methods(row: tuple[Inline, ...], marks: dict[int, str], at_method: int | None) -> list[str | None]:
    if marks:
        marked = [
            method for n, method in marks.items() if n < len(row) and row[n].text.strip().lower() not in _UNMARKED
        ]
        return list(dict.fromkeys(marked))
    if at_method is not None and at_method < len(row):
        found = ["DELETE" if each == "DEL" else each for each in _METHOD.findall(row[at_method].text.upper())]
        return list(dict.fromkeys(found)) or [None]
    return [None]


def _targets(cell: Inline) -> Iterator[paths.Target]:
    """The addresses in a cell, one a line."""
    for line in cell.template.split("\n")[:20]:
        found = _PATH.search(line.strip())
        if found is not None and (there := paths.target(found[0].strip("\"'`("))) is not None:
            yield there


def _by_content(table: Table, what: str) -> int | None:
    """The column in which most cells are paths, or method names."""
    rows = table.rows[:50]
    width = max((len(row) for row in rows), default=0)
    for index in range(min(width, 12)):
        texts = [row[index].template.strip() for row in rows if index < len(row)]
        if what == "/":
            hits = sum(
                bool(re.match(rf"[\"'`]?{paths.PATH}", text)) and len(text) > 2 and " " not in text[:3]
                for text in texts
            )
        else:
            hits = sum(
                bool(re.fullmatch(rf"(?:{_METHOD.pattern}[\s,/|]{{0,4}}){{1,6}}", text.upper())) for text in texts
            )
        if texts and hits * 10 >= len(texts) * 7:
            return index
    return None


def _anywhere(table: Table) -> Iterator[Row]:
    for number, row in enumerate(table.rows[:2000]):
        quote = " ".join(cell.text for cell in row if cell.text)
        for index, cell in enumerate(row):
            for line in lines.find(cell.template):
                if line.begin == 0:
                    anchor = table.anchors[number] if number < len(table.anchors) else None
                    yield Row(line.method, line.target, _description(row, {index}), quote, anchor)


def _description(row: tuple[Inline, ...], others: set[int]) -> str:
    texts = [cell.text for n, cell in enumerate(row) if n not in others]
    return max(texts, key=len, default="")
