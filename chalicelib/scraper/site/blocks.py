"""What a page is made of, once its markup is gone: a sequence of blocks, each under its headings.

A block keeps what flat text would lose: the stack of headings above it, the cells of a table, the term that an item
defines, which words were set as code, in bold, or in italics where a path has a placeholder.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Inline:
    """A run of text with white space folded; ``\\n`` where the page breaks the line.

    `template` is the text with italic placeholders in braces, as in ``/users/{name}``; `code`, `strong` and `links`
    are the parts that were set so, `code` in the form of `template`. `marked` is the template, its code in backticks.
    """

    text: str
    template: str = ""
    code: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    marked: str = ""


EMPTY = Inline("")


@dataclass(frozen=True, slots=True)
class Title:
    """A heading as it stands in the stack: level 1–6, and the id that leads to it."""

    level: int
    text: str
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: headings from the outermost in, the nearest id before it, nesting in lists."""

    trail: tuple[Title, ...] = ()
    anchor: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; its own title is the last of its place's trail."""

    place: Place
    inline: Inline
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    place: Place
    inline: Inline


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list, or one definition with its `term`; items of one list have the same `group`."""

    place: Place
    inline: Inline
    group: int
    term: Inline | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code with the language that its markup names, if any; `template` as in `Inline`."""

    place: Place
    text: str
    template: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of data: the header row (empty if there is none) and rows; spans are filled in."""

    place: Place
    header: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]
    anchors: tuple[str | None, ...] = field(default=())


Block = Heading | Paragraph | Item | Code | Table
