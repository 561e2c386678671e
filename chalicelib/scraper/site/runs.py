"""Text being collected from a tree: as it is shown, and with placeholders in braces."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.scraper.site.blocks import Inline

CODE: Final = frozenset(("code", "tt", "samp", "kbd"))
ITALIC: Final = frozenset(("i", "em", "var"))
BOLD: Final = frozenset(("b", "strong"))
_SPACE: Final = re.compile(r"[ \t\r\f\v\n\xa0\u200b\ufeff]+")
_BLANKS: Final = re.compile(r"[ \t\r\f\v\xa0\u200b\ufeff]+")
_LINES: Final = re.compile(r" *\n[ \n]*")
_PLACEHOLDER: Final = re.compile(r"[\w.:-]{1,40}(?: [\w.:-]{1,40}){0,3}\Z")


def folded(text: str) -> str:
    """`text` with white space folded; lines stay lines."""
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


class Run:
    """Text being collected: as shown, and with placeholders in braces."""

    def __init__(self, *, is_code: bool = False) -> None:
        self.is_code = is_code
        self.text: list[str] = []
        self.template: list[str] = []
        self.open: list[tuple[str, int, int]] = []
        self.code: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self.strong: list[str] = []
        self.links: list[str] = []
        self.has_gap = False
        self.is_apart = False

    def add(self, text: str) -> None:
        """Text of the page."""
        if self.is_apart and text[:1].isalnum():
            text = f" {text}"
        self.has_gap = self.is_apart = False
        text = text if self.is_code else _SPACE.sub(" ", text)
        self.text.append(text)
        self.template.append(text)

    def line(self) -> None:
        """The page breaks the line."""
        self.text.append("\n")
        self.template.append("\n")

    def enter(self, tag: str) -> None:
        """An element directly after another is set apart by its style: ``<b>name</b><span>integer</span>``."""
        self.is_apart = self.has_gap and not self.is_code and bool(self.text) and self.text[-1][-1:].isalnum()
        self.open.append((tag, len(self.text), len(self.template)))

    def leave(self, tag: str) -> None:
        """The innermost open element of that name ends."""
        while self.open:
            opened, text, template = self.open.pop()
            if opened == tag:
                self._close(tag, text, template)
                self.has_gap = bool(self.text) and not any(each in CODE for each, _, _ in self.open)
                return

    def _close(self, tag: str, text: int, template: int) -> None:
        if tag in CODE:
            self.code.append(folded("".join(self.template[template:])))
            self.spans.append((template, len(self.template)))
        elif tag in BOLD:
            self.strong.append(folded("".join(self.text[text:])))
        elif tag in ITALIC:
            name = "".join(self.text[text:]).strip()
            before = next((part[-1] for part in reversed(self.template[:template]) if part), "")
            if before and before in "/=.,:" and _PLACEHOLDER.match(name):
                self.template[template:] = ["{" + name.replace(" ", "_") + "}"]

    @property
    def is_empty(self) -> bool:
        """Whether nothing but white space has come."""
        return not any(part and not part.isspace() for part in self.text)

    def inline(self) -> Inline:
        """All that has come."""
        parts = (tuple(part for part in found if part) for found in (self.code, self.strong, self.links))
        code, strong, links = parts
        template = folded("".join(self.template))
        marked = folded(self._marked()) if code else template
        return Inline(folded("".join(self.text)), template, code, strong, links, marked)

    def _marked(self) -> str:
        parts = list(self.template)
        for begin, end in reversed(self.spans):
            if begin < end <= len(parts):
                parts[begin] = f"`{parts[begin]}"
                parts[end - 1] += "`"
        return "".join(parts)
