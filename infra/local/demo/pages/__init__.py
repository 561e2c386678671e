"""The shop's documentation for people: HTML files in this folder inside one layout. `$url` in them is the origin."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent

PAGES = {
    "/docs": ("introduction", "Introduction"),
    "/docs/pets": ("pets", "Pets"),
    "/docs/photos": ("photos", "Photos and notes"),
    "/docs/orders": ("orders", "Orders and stock"),
    "/docs/reports": ("reports", "Events and reports"),
    "/docs/errors": ("errors", "Errors and limits"),
}
"""path → (file, title in the navigation), in reading order."""


def documentation(path: str, url: str) -> str | None:
    """The page at `path` for the shop served at `url`; None if there is none."""
    path = path.rstrip("/")
    if path not in PAGES:
        return None
    file, title = PAGES[path]
    content = Template(_read(f"{file}.html")).substitute(url=url)
    links = "".join(
        f'<a href="{target}" aria-current="{"page" if target == path else "false"}">{label}</a>'
        for target, (_, label) in PAGES.items()
    )
    return render(title, content, f"<nav>{links}</nav>")


def render(title: str, content: str, navigation: str = "") -> str:
    """A page in the shop's layout. `title` is text; the others are HTML."""
    return Template(_read("layout.html")).substitute(
        title=html.escape(title), style=_read("style.css"), navigation=navigation, content=content
    )


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
