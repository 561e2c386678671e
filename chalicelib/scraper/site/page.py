"""A page as it was fetched → its blocks, and the text that a quote must occur in."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.scraper.site.blocks import Block, Code, Heading, Inline, Item, Paragraph, Table
from chalicelib.settings import Caps

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where it lies (after redirects, without a fragment), its media type, and what came."""

    url: str
    media_type: str
    body: bytes | str
    sha256: str = ""

    @property
    def hash(self) -> str:
        """The SHA-256 of the body in hexadecimal."""
        return self.sha256 or hashlib.sha256(self._bytes).hexdigest()

    @property
    def text(self) -> str:
        """The body as text, at most `Caps.PAGE_BYTES` of it. UTF-8 unless it is not that."""
        if isinstance(self.body, str):
            return self.body[: Caps.PAGE_BYTES]
        data = self.body[: Caps.PAGE_BYTES]
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if len(data) - error.start < 4:  # cut within a character
                return data[: error.start].decode("utf-8-sig")
            return data.decode("cp1252", "replace")

    @property
    def _bytes(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


@dataclass(frozen=True)
class Parsed:
    """A page's blocks in reading order. `is_cut` where the page had more nodes or bytes than a page may have."""

    url: str
    hash: str
    title: str
    blocks: tuple[Block, ...]
    is_cut: bool = False

    @functools.cached_property
    def text(self) -> str:
        """All text of the page, white space folded: what a quote is looked for in."""
        return folded("\n".join(texts(self.blocks)))

    def holds(self, quote: str) -> bool:
        """Whether `quote` occurs on the page, white space aside. An empty quote proves nothing."""
        wanted = folded(quote)
        return bool(wanted) and wanted in self.text


def parse(page: Page) -> Parsed:
    """The blocks of an HTML, Markdown or plain-text page. Broken markup is read as browsers do; nothing is raised."""
    from chalicelib.scraper.site import html, markdown, shortcodes

    source = page.text
    if is_markdown(page.media_type, page.url, source):
        source = markdown.to_html(source)
    title, blocks, is_cut = html.read(shortcodes.plain(source))
    return Parsed(page.url, page.hash, title, tuple(blocks), is_cut or len(page.body) > Caps.PAGE_BYTES)


def is_markdown(media_type: str, url: str, text: str) -> bool:
    """Whether a page is Markdown: by its media type or name; plain text counts unless it begins with a tag."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind in ("text/markdown", "text/x-markdown"):
        return True
    if kind in ("text/html", "application/xhtml+xml"):
        return False
    if url.partition("?")[0].lower().endswith((".md", ".mdx", ".markdown")):
        return True
    return text.lstrip()[:1] != "<"


def folded(text: str) -> str:
    """`text` with each run of white space as one space, so that quotes compare."""
    return _SPACE.sub(" ", text).strip()


def texts(blocks: Iterable[Block]) -> list[str]:
    """The text of each block; a table gives one text a row."""
    found: list[str] = []
    for block in blocks:
        match block:
            case Heading(inline=Inline(text=text)) | Paragraph(inline=Inline(text=text)) | Code(text=text):
                found.append(text)
            case Item(term=term, inline=inline):
                found.append(f"{term.text} {inline.text}" if term else inline.text)
            case Table(header=header, rows=rows):
                found.extend(" ".join(cell.text for cell in row) for row in (header, *rows))
    return found
