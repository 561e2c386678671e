"""How a file of the built console is served, here and by CloudFront."""

from __future__ import annotations

import mimetypes


def content_type(name: str) -> str:
    """The media type of a file, by its name."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind in ("application/javascript", "image/svg+xml")
    return kind + "; charset=utf-8" * is_text


def caching(name: str) -> str:
    """`Cache-Control` of a file, by its path from the console's root. The bundler names files in assets/ by their
    content."""
    return "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache"
