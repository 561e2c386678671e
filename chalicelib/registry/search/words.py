"""Text → terms: words in lower case, split where case or punctuation says so, without their commonest endings."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SILENT: Final = frozenset(
    [
        *("a", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "if", "in", "into", "is", "it", "its"),
        *("not", "of", "on", "or", "that", "the", "their", "this", "to", "was", "when", "which", "will", "with"),
        *("you", "your"),
    ]
)
_MOST_CHARACTERS: Final = 40  # of one term: what is longer is a digest or a token, and nobody types it


def terms(text: str) -> list[str]:
    """The terms of `text` in order; words that say nothing are left out."""
    found: list[str] = []
    for word in _WORD.findall(text):
        found += _terms_of(word)
    return found


@functools.lru_cache(maxsize=65_536)
def _terms_of(word: str) -> tuple[str, ...]:
    """`listPullRequests` → `list`, `pull`, `request`."""
    if not word.isascii():
        decomposed = unicodedata.normalize("NFKD", word)
        word = "".join(character for character in decomposed if not unicodedata.combining(character))
    parts = (part.lower() for part in _HUMP.split(word))
    return tuple(stem(part)[:_MOST_CHARACTERS] for part in parts if part not in _SILENT)


def stem(word: str) -> str:
    """A light stem, so that `issues`, `issue` and `issuing` meet; short words stay as they are."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
    elif len(word) > 4 and word.endswith("ed"):
        word = word[:-2]
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word
