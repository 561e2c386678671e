"""An action → its terms, each with its weight: the document side of BM25F (Robertson and Zaragoza, 2009, section 3.4).

How often a term occurs is counted per field, bounded by the field's usual length, weighted and then saturated. The
usual lengths are constants, measured on the operations of 2,600 public descriptions: so a document's weights depend
on itself alone, and are made once, when it is indexed. What depends on all documents, how rare a term is, is left to
the ranking. Of two documents that hold a question, the one that says less besides is the better answer: the weights of
one that says much in name, summary and path shrink. `bench.search` tells what that gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from chalicelib.registry.search.words import terms

MOST: Final = 255  # a weight is one byte
_K1: Final = 0.6
_SAYS_WHAT: Final = frozenset(("name", "summary", "path"))
_USUALLY_SAID: Final = 6  # different terms in those three; who has fewer gains nothing
_B_OF_ALL: Final = 0.5
_DESCRIPTION_CHARACTERS: Final = 600  # what comes later says little of what an action is for


class _Field(NamedTuple):
    """`weight` of one occurrence, `usual` number of terms, `b`: how far the length counts (0: not at all)."""

    weight: float
    usual: float
    b: float


_FIELDS: Final = {
    "name": _Field(2.5, 4, 0.6),
    "integration": _Field(0.5, 2, 0.2),
    "summary": _Field(2.5, 6, 0.5),
    "tags": _Field(0.5, 2, 0.4),
    "path": _Field(1.6, 6, 0.5),
    "parameters": _Field(0.2, 10, 0.6),
    "description": _Field(0.1, 30, 0.6),
    "behaviour": _Field(0.3, 1, 0.0),
}


@dataclass(frozen=True, slots=True)
class Document:
    """What the index knows of an action: `weights` by term, 1 to 255."""

    name: str
    tags: tuple[str, ...]
    weights: dict[str, int]


def document(integration: str, name: str, facts: Mapping[str, Any]) -> Document:
    """The document of an action; `facts` as `ActionFacts` dumps them, defaults perhaps left out."""
    tags = tuple(facts.get("tags") or ())
    schema = facts.get("input_schema") or {}
    title, summary = facts.get("title") or "", facts.get("summary") or ""
    description = facts.get("description") or ""
    fields = {
        "name": name,
        "integration": integration,
        "summary": summary if summary.startswith(title) else f"{title} {summary}",
        "tags": " ".join(tags),
        "path": facts.get("path") or "",
        "parameters": " ".join(schema.get("properties") or ()),
        "description": "" if description == summary else description[:_DESCRIPTION_CHARACTERS],
        "behaviour": facts.get("behaviour") or "",
    }
    return Document(name, tags, _weights(fields.items()))


def _weights(fields: Iterable[tuple[str, str]]) -> dict[str, int]:
    found: dict[str, float] = {}
    said: set[str] = set()
    for name, text in fields:
        words = terms(text)
        if name in _SAYS_WHAT:
            said.update(words)
        if words:
            weight, usual, b = _FIELDS[name]
            share = weight / (1 - b + b * len(words) / usual)
            for word in words:
                found[word] = found.get(word, 0.0) + share
    most = min(MOST, MOST / (1 - _B_OF_ALL + _B_OF_ALL * len(said) / _USUALLY_SAID))
    return {word: max(1, round(most * count / (count + _K1))) for word, count in found.items()}
