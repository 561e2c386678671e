"""``METHOD /path`` wherever it stands: in a heading, a line of code, a bold line, a cell, a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from chalicelib.scraper.site import paths

_METHOD: Final = r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|DEL)"
_BETWEEN: Final = r"(?:[ \t]{0,20}(?:[/|,&]|or|and)[ \t]{0,20})"
_METHODS: Final = rf"(?P<methods>{_METHOD}(?:{_BETWEEN}{_METHOD}){{0,5}})"
_LINE: Final = re.compile(
    rf"(?<![\w/-]){_METHODS}\b\]?(?P<words>(?: (?:HTTP )?(?:requests?|calls?|it|them|this|the [a-z]{{1,20}}))?"
    r"(?: (?:to|on|at|against|from))?(?: (?:the|this|following|URL|URI|endpoint|address|path|resource|API)){0,5})"
    rf"(?:[ \t]{{0,20}}[:|–—-]{{0,2}}[ \t]{{0,20}}|\n)[\"'`(]?{paths.TARGET}"
)
_AFTER: Final = re.compile(
    rf"^[\"'`]?{paths.TARGET}[\"'`]?\s{{0,5}}[\[(:|–—-]?\s{{0,3}}(?P<methods>{_METHOD}"
    rf"(?:{_BETWEEN}{_METHOD}){{0,5}})[\])]?$"
)
_ONE: Final = re.compile(_METHOD)
_LOWER: Final = re.compile(r"^(?:get|post|put|patch|delete|head|options)(?=\s{1,5}(?:/|https?:))")


@dataclass(frozen=True, slots=True)
class Line:
    """A method and an address; `begin` and `end` are where it stands in the text, `words` what links the two."""

    method: str
    target: paths.Target
    begin: int
    end: int
    words: str = ""


def find(text: str) -> Iterator[Line]:
    """Every method with its address in `text`; several methods before one address are as many lines."""
    text = text[:20_000]
    if lower := _LOWER.match(text):  # a badge set in capitals by the style sheet
        text = lower[0].upper() + text[lower.end() :]
    any_found = False
    for found in _LINE.finditer(text):
        any_found = True
        yield from _lines(found, text)
    if not any_found and (after := _AFTER.match(text.strip())):
        yield from _lines(after, text.strip())


def _lines(found: re.Match[str], text: str) -> Iterator[Line]:
    begin = found.start("host") if found["host"] else found.start("path")
    there = paths.target(text[begin : found.end()].rstrip("\"'`"))
    if there is None or there.path.strip("/") in paths.METHODS:
        return
    for method in dict.fromkeys(_ONE.findall(found["methods"])):
        words = (found.groupdict().get("words") or "").strip()
        yield Line("DELETE" if method == "DEL" else method, there, found.start(), found.end(), words)
