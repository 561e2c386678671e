"""Media types (RFC 9110, 8.3.1): what kind of content a ``Content-Type`` announces, and in which character set."""

from __future__ import annotations

import codecs
import functools
import re
from typing import Final

FORM: Final = "application/x-www-form-urlencoded"
_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_CHARSETS: Final = ("ascii", "big5", "cp", "euc", "gb", "iso", "koi8", "mac", "shift", "utf")
JSON_LINES: Final = frozenset(
    {
        "application/jsonl",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/x-ndjson",
        "application/ndjson",
    }
)
_TEXTS: Final = frozenset(
    {FORM, "application/javascript", *JSON_LINES}
    | {"application/yaml", "application/x-yaml", "application/graphql", "application/sql"}
)


@functools.lru_cache(256)
def essence(content_type: str) -> str:
    """``type/subtype`` in lower case, without parameters."""
    return content_type.split(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    """JSON, or a format built on it (RFC 6839, 3.1)."""
    return kind == "application/json" or kind.endswith(("+json", "/json"))


def is_xml(kind: str) -> bool:
    """XML, or a format built on it (RFC 7303)."""
    return kind.endswith(("+xml", "/xml"))


def is_text(kind: str) -> bool:
    """What a person could read as it is."""
    return kind.startswith("text/") or is_xml(kind) or kind in _TEXTS


@functools.lru_cache(256)
def charset(content_type: str) -> str | None:
    """The character set that is named, if Python knows one of that name (it also knows `base64` and the like)."""
    found = _CHARSET.search(content_type)
    try:
        name = codecs.lookup(found[1]).name if found else ""
    except LookupError:
        return None
    return name if name.startswith(_CHARSETS) else None
