"""The index: for each term, the documents that hold it and what it weighs in each, in flat arrays.

Documents are numbered integration by integration, so an integration is a range of numbers. An index is immutable:
what has changed since is a second, small one, and `merged` makes one of both. 100,000 real operations take 4 million
postings of five bytes each.
"""

from __future__ import annotations

import json
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from chalicelib.registry.search.documents import Document

TAG: Final = "#"  # before a tag that is kept as a term; terms themselves are letters and digits
_FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class Group:
    """The documents of one integration, `start` to `end`, as they were at `generation`."""

    integration: str
    generation: int
    start: int
    end: int


@dataclass(frozen=True)
class Index:
    """Postings of term n: `documents[offsets[n]:offsets[n + 1]]`, ascending, with `weights` beside them."""

    groups: tuple[Group, ...] = ()
    names: Sequence[str] = ()
    terms: Sequence[str] = ()
    offsets: array[int] = field(default_factory=lambda: array("I", [0]))
    documents: array[int] = field(default_factory=lambda: array("I"))
    weights: bytes = b""

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Each term's number."""
        return {term: number for number, term in enumerate(self.terms)}

    @cached_property
    def generations(self) -> dict[str, int]:
        """Of which generation of each integration this index knows."""
        return {group.integration: group.generation for group in self.groups}

    @cached_property
    def _starts(self) -> list[int]:
        return [group.start for group in self.groups]

    def frequency(self, term: str) -> int:
        """In how many documents `term` occurs."""
        number = self.numbers.get(term)
        return 0 if number is None else self.offsets[number + 1] - self.offsets[number]

    def postings(self, term: str) -> tuple[array[int], bytes]:
        """The documents of `term`, and its weight in each."""
        number = self.numbers.get(term)
        if number is None:
            return array("I"), b""
        start, end = self.offsets[number], self.offsets[number + 1]
        return self.documents[start:end], self.weights[start:end]

    def place(self, number: int) -> tuple[str, str]:
        """Integration and name of a document."""
        return self.groups[bisect_right(self._starts, number) - 1].integration, self.names[number]

    def dump(self) -> bytes:
        """The index as compressed bytes."""
        names, terms = "\n".join(self.names).encode(), "\n".join(self.terms).encode()
        parts = [names, terms, self.offsets.tobytes(), self.documents.tobytes(), self.weights]
        head = {
            "format": _FORMAT,
            "groups": [[g.integration, g.generation, g.end - g.start] for g in self.groups],
            "sizes": [len(part) for part in parts],
        }
        return zlib.compress(b"".join([json.dumps(head).encode(), b"\n", *parts]), 1)


def load(packed: bytes) -> Index | None:
    """The index in `packed`; None where it was written by a version that did it differently."""
    raw = memoryview(zlib.decompress(packed))
    end = bytes(raw[: 1 << 24]).index(b"\n")
    head: dict[str, Any] = json.loads(bytes(raw[:end]))
    if head.get("format") != _FORMAT:
        return None
    parts: list[bytes] = []
    start = end + 1
    for size in head["sizes"]:
        parts.append(bytes(raw[start : start + size]))
        start += size
    offsets, documents = array("I"), array("I")
    offsets.frombytes(parts[2])
    documents.frombytes(parts[3])
    return Index(
        groups=_groups(head["groups"]),
        names=_lines(parts[0]),
        terms=_lines(parts[1]),
        offsets=offsets,
        documents=documents,
        weights=parts[4],
    )


def build(integrations: Mapping[str, tuple[int, Iterable[Document]]]) -> Index:
    """An index of integrations: name → its generation and its documents."""
    counted: list[tuple[str, int, int]] = []
    names: list[str] = []
    postings: dict[str, tuple[array[int], bytearray]] = {}
    for integration, (generation, documents) in sorted(integrations.items()):
        before = len(names)
        for each in documents:
            number = len(names)
            names.append(each.name)
            weights = {**each.weights, **{TAG + tag: 1 for tag in each.tags}}
            for term, weight in weights.items():
                if (held := postings.get(term)) is None:
                    held = postings[term] = (array("I"), bytearray())
                held[0].append(number)
                held[1].append(weight)
        counted.append((integration, generation, len(names) - before))
    return _assembled(_groups(counted), names, postings)


def merged(base: Index, newer: Index) -> Index:
    """One index of both; the integrations of `newer` come from there alone."""
    kept = [group for group in base.groups if group.integration not in newer.generations]
    moved = array("i", [-1]) * len(base.names)
    names: list[str] = []
    for group in kept:
        moved[group.start : group.end] = array("i", range(len(names), len(names) + group.end - group.start))
        names += base.names[group.start : group.end]
    shift = len(names)
    names += newer.names
    postings: dict[str, tuple[array[int], bytearray]] = {}
    for term in base.terms:
        documents, weights = base.postings(term)
        pairs = [(moved[n], w) for n, w in zip(documents, weights, strict=True) if moved[n] >= 0]
        if pairs:
            postings[term] = array("I", [n for n, _ in pairs]), bytearray([w for _, w in pairs])
    for term in newer.terms:
        documents, weights = newer.postings(term)
        held = postings.setdefault(term, (array("I"), bytearray()))
        held[0].extend([n + shift for n in documents])
        held[1].extend(weights)
    counted = [(g.integration, g.generation, g.end - g.start) for g in (*kept, *newer.groups)]
    return _assembled(_groups(counted), names, postings)


def _assembled(
    groups: tuple[Group, ...], names: list[str], postings: Mapping[str, tuple[array[int], bytearray]]
) -> Index:
    terms = sorted(postings)
    offsets, documents, weights = array("I", [0]), array("I"), bytearray()
    for term in terms:
        numbers, theirs = postings[term]
        documents.extend(numbers)
        weights += theirs
        offsets.append(len(documents))
    return Index(groups, names, terms, offsets, documents, bytes(weights))


def _groups(counted: Iterable[Sequence[Any]]) -> tuple[Group, ...]:
    groups: list[Group] = []
    start = 0
    for integration, generation, count in counted:
        groups.append(Group(integration, generation, start, start + count))
        start += count
    return tuple(groups)


def _lines(text: bytes) -> list[str]:
    return text.decode().split("\n") if text else []
