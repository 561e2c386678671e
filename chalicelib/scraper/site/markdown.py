"""Markdown (CommonMark with tables and definition lists) → HTML, so that there is one reader of pages."""

from __future__ import annotations

import functools
import re
from typing import Any, Final

from chalicelib.scraper.site import shortcodes

_FRONT_MATTER: Final = re.compile(r"\A---\n.{0,4000}?\n---\n", re.DOTALL)
_NOT_IN_SLUG: Final = re.compile(r"[^\w\- ]")
_ATTRIBUTES: Final = re.compile(r"\s*\{[#.][^{}\n]{1,80}\}\s*$")


def to_html(text: str) -> str:
    """HTML with the ids that GitHub gives to headings."""
    found: str = _parser().render(shortcodes.unfolded(_FRONT_MATTER.sub("", text.replace("\r\n", "\n"))))
    return f"<main>{found}</main>"


@functools.cache
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin

    parser = MarkdownIt("commonmark", {"html": True, "linkify": False, "maxNesting": 60}).enable(
        ["table", "strikethrough"]
    )
    parser.use(deflist_plugin)
    parser.add_render_rule("heading_open", _heading)
    return parser


def _heading(_: Any, tokens: Any, index: int, _options: Any, env: dict[str, Any]) -> str:
    words = _ATTRIBUTES.sub("", tokens[index + 1].content).strip().lower()
    slug = _NOT_IN_SLUG.sub("", words).replace(" ", "-")
    seen = env.setdefault("slugs", {})
    seen[slug] = seen.get(slug, -1) + 1
    return f'<{tokens[index].tag} id="{slug}{f"-{seen[slug]}" if seen[slug] else ""}">'
