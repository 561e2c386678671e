"""Pages that show their text by script only: told from others, and read from the data that they carry.

Frameworks ship a page's data as JSON inside the page (``__NEXT_DATA__``, ``__NUXT_DATA__``, ``application/json``
islands, ``window.__STATE__ = {…}``). What of it is text for people becomes a plain HTML page: members that hold markup,
Markdown or prose, in their order. No script is ever run.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from chalicelib.scraper.site.page import Page

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_LITTLE_TEXT: Final = 400  # characters; a shell says “Loading…” and the like
_ISLANDS: Final = 'script[type="application/json" i], script#__NEXT_DATA__, script#__NUXT_DATA__'
_ASSIGNED: Final = re.compile(r"(?:window|self|globalThis)\s*(?:\.\s*\w+|\[\s*['\"]\w+['\"]\s*\])\s*=\s*(?=[{\[\"])")
_MARKUP: Final = re.compile(r"<(?:p|h[1-6]|pre|code|table|ul|ol|li|div|section)\b[^>]*>", re.IGNORECASE)
_MARKDOWN: Final = re.compile(r"^#{1,6} \S|^```|^\|.+\|$|^[-*] \S", re.MULTILINE)
_ENDPOINT: Final = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+(?:https?:/)?/\S|\bcurl\s")
_TITLES: Final = frozenset({"title", "heading", "name", "label", "summary"})
_MOST_VALUES: Final = 50_000
_MOST_DEPTH: Final = 60


def needs_script(page: Page, tree: LexborHTMLParser) -> bool:
    """Whether the page shows next to nothing without running its scripts."""
    if tree.body is None or tree.css_first("script") is None:
        return False
    shown = sum(len(text.strip()) for text in _visible(tree))
    return shown < _LITTLE_TEXT and len(page.body) > 2 * shown


def page_of_data(page: Page, tree: LexborHTMLParser) -> Page | None:
    """The page as the data in it tells it; None where there is none that could be read."""
    parts: list[str] = []
    for data in data_of(tree):
        parts.extend(_told(data))
    if not parts:
        return None
    title = tree.css_first("title")
    name = html.escape(title.text() if title is not None else "")
    return Page(page.url, "text/html", f"<title>{name}</title><main>{''.join(parts)}</main>", page.hash)


def _visible(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("h1,h2,h3,h4,p,li,td,th,dt,dd,pre,code"):
        yield node.text(deep=False) or ""


def data_of(tree: LexborHTMLParser) -> Iterator[Any]:
    """The JSON that the page carries for its scripts, decoded."""
    for node in tree.css(_ISLANDS):
        try:
            yield json.loads(node.text() or "")
        except (ValueError, RecursionError):
            continue
    decoder = json.JSONDecoder()
    for node in tree.css("script:not([src])"):
        text = node.text() or ""
        for match in _ASSIGNED.finditer(text):
            try:
                value, _ = decoder.raw_decode(text, match.end())
                yield json.loads(value) if isinstance(value, str) else value
            except (ValueError, RecursionError):
                continue


def _told(data: Any) -> Iterator[str]:
    """The texts for people in `data`, in order, as HTML."""
    from chalicelib.scraper.site import markdown

    waiting: list[tuple[str, Any, int]] = [("", data, 0)]
    seen: set[str] = set()
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        key, value, depth = waiting.pop()
        if isinstance(value, dict | list) and depth < _MOST_DEPTH:
            members = list(value.items()) if isinstance(value, dict) else [(key, each) for each in value]
            waiting.extend((name, each, depth + 1) for name, each in reversed(members))
        elif isinstance(value, str) and value not in seen:
            seen.add(value)
            if _MARKUP.search(value):
                yield value
            elif _MARKDOWN.search(value) or _ENDPOINT.search(value):
                yield markdown.to_html(value)
            elif key.lower() in _TITLES and len(value) < 200 and " " in value.strip():
                yield f"<h2>{html.escape(value)}</h2>"
            elif len(value) > 40 and value.count(" ") > 5:
                yield f"<p>{html.escape(value)}</p>"
