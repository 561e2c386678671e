"""A question → the documents that answer it best: the query side of BM25F.

Terms are taken from the rarest to the commonest. Once there are enough candidates, a commoner term only adds to them
and finds no new ones: a document that holds none of the rare words is no answer. That bounds a question by the
candidates, not by the commonest word in it. Who has more of the words comes first, and where somebody has all of them,
the others are left out. A term that hardly anything holds is helped by those that look like it:
one edit away, or longer by an ending.
"""

from __future__ import annotations

import functools
import heapq
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, digits
from typing import Final

from chalicelib.registry.search.index import TAG, Index
from chalicelib.registry.search.words import terms

_ENOUGH: Final = 1_000  # candidates
_MOST_TERMS: Final = 12  # of one question
_EDITED: Final = 0.6  # what a term one edit away counts of the one that was asked for
_LONGER: Final = 0.4
_MATCHED: Final = 1_000.0  # for each word that a document has: more than all weights together
_FAR_COMMONER: Final = 20  # times: then the rare term may itself be a slip of whoever wrote the document
_RARE: Final = 1_000  # a term is rare that fewer than one document in so many has
_MOST_ALIKE: Final = 6
_MOST_SEEN: Final = 2_000  # longer terms that are looked at for one beginning
_ALPHABET: Final = ascii_lowercase + digits
_VERSIONS: Final = 3  # so many times the results that are wanted are looked at: some are other versions of others
_VERSION: Final = re.compile(r"(?:-(?:v?\d+[a-z]?|alpha|beta|latest|preview|rc\d*|stable))+\Z")


@dataclass(frozen=True)
class Part:
    """An index, and which integrations of it count (None: all)."""

    index: Index
    counts: frozenset[str] | None = None


@dataclass(frozen=True)
class Question:
    """What is looked for, and where: in one integration, among those that a key may see, under a tag."""

    text: str
    integration: str | None = None
    visible: frozenset[str] | None = None
    tag: str | None = None


def ranked(parts: Sequence[Part], question: Question, most: int) -> list[tuple[str, str]]:
    """Integration and name of the best documents, the best first; `most` at most."""
    wanted = list(dict.fromkeys(terms(question.text)))[:_MOST_TERMS]
    vocabulary = _Vocabulary(parts)
    asked = [vocabulary.alike(term, is_last=term is wanted[-1]) for term in wanted]
    asked = sorted((each for each in asked if each), key=lambda each: sum(f for _, _, f in each))
    total = sum(len(part.index.names) for part in parts)
    found: list[tuple[float, str, str]] = []
    for part in parts:
        mask = _mask(part, question)
        if mask is None or any(mask):
            scores = _scores(part.index, asked, mask, total)
            best = heapq.nlargest(most * _VERSIONS, zip(scores.values(), scores.keys(), strict=True))
            found += [(-score, *part.index.place(number)) for score, number in best]
    found.sort()
    if found and found[0][0] <= (least := -_MATCHED * len(asked)):
        found = found[: bisect_right(found, (least, "\U0010ffff", ""))]
    return _each_once((integration, name) for _, integration, name in found)[:most]


def _each_once(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """`found`, with what is there in several versions of one API (`shop-v1`, `shop-v2`, `shop-beta`) once at first.

    Else ten versions of one operation would be the whole first page. The others come after all that is different.
    """
    first: dict[tuple[str, str], tuple[str, str]] = {}
    others: list[tuple[str, str]] = []
    for integration, name in found:
        if first.setdefault((family(integration), name), (integration, name)) != (integration, name):
            others.append((integration, name))
    return [*first.values(), *others]


@functools.lru_cache(maxsize=4096)
def family(integration: str) -> str:
    """The name of an integration without the version at its end."""
    return _VERSION.sub("", integration)


Alike = list[tuple[str, float, int]]  # terms, what each counts, and in how many documents it occurs


class _Vocabulary:
    def __init__(self, parts: Sequence[Part]) -> None:
        self._indexes = [part.index for part in parts]
        self._rare = sum(len(index.names) for index in self._indexes) // _RARE

    def frequency(self, term: str) -> int:
        return sum(index.frequency(term) for index in self._indexes)

    def alike(self, term: str, *, is_last: bool) -> Alike:
        """`term` itself, and the terms that may have been meant."""
        own = self.frequency(term)
        found = [(term, 1.0, own)] if own else []
        if len(term) < 3:
            return found
        if own <= self._rare:
            edited = _one_edit_away(term)
            known = {each for index in self._indexes for each in edited & index.numbers.keys()}
            common = [(f, each) for each in known if (f := self.frequency(each)) > own * _FAR_COMMONER]
            found += [(each, _EDITED, f) for f, each in heapq.nlargest(_MOST_ALIKE, common)]
        if not found or (is_last and own <= self._rare):
            longer = {each: self.frequency(each) for each in self._longer(term)}
            best = heapq.nlargest(_MOST_ALIKE, longer.items(), key=lambda pair: pair[1])
            found += [(each, _LONGER, f) for each, f in best]
        return found

    def _longer(self, term: str) -> Iterator[str]:
        for index in self._indexes:
            start = bisect_left(index.terms, term)
            for each in index.terms[start : start + _MOST_SEEN]:
                if not each.startswith(term):
                    break
                if each != term:
                    yield each


def _one_edit_away(term: str) -> set[str]:
    """Every text that one letter left out, added, exchanged or swapped with its neighbour makes of `term`."""
    halves = [(term[:n], term[n:]) for n in range(len(term) + 1)]
    found = {left + right[1:] for left, right in halves if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    found |= {left + letter + right for left, right in halves for letter in _ALPHABET}
    found |= {left + letter + right[1:] for left, right in halves if right for letter in _ALPHABET}
    return found - {term}


def _scores(index: Index, asked: Iterable[Alike], mask: bytearray | None, total: int) -> dict[int, float]:
    scores: dict[int, float] = {}
    for alike in asked:
        gained = _gained(index, alike, mask, total, scores if len(scores) >= _ENOUGH else None)
        few, many = sorted((scores, gained), key=len)
        for number, score in few.items():
            many[number] = many.get(number, 0.0) + score
        scores = many
    return scores


def _gained(
    index: Index, alike: Alike, mask: bytearray | None, total: int, candidates: dict[int, float] | None
) -> dict[int, float]:
    """What each document gains by one word of the question: the best of the terms that it may have meant."""
    gained: dict[int, float] = {}
    for term, share, frequency in alike:
        numbers, weights = index.postings(term)
        factor = share * math.log(1 + (total - frequency + 0.5) / (frequency + 0.5)) / 255
        worth = [_MATCHED + factor * weight for weight in range(256)]
        if candidates is not None and len(candidates) * 4 < len(numbers):
            theirs = {number: worth[weight] for number, weight in _looked_up(candidates, numbers, weights)}
        else:
            theirs = dict(zip(numbers, map(worth.__getitem__, weights), strict=True))
        few, many = sorted((gained, theirs), key=len)
        for number, score in few.items():
            if score > many.get(number, 0.0):
                many[number] = score
        gained = many
    if candidates is not None:
        return {number: score for number, score in gained.items() if number in candidates}
    if mask is not None:
        return {number: score for number, score in gained.items() if mask[number]}
    return gained


def _looked_up(candidates: Iterable[int], numbers: Sequence[int], weights: bytes) -> Iterator[tuple[int, int]]:
    size = len(numbers)
    for number in candidates:
        at = bisect_left(numbers, number)
        if at < size and numbers[at] == number:
            yield number, weights[at]


def _mask(part: Part, question: Question) -> bytearray | None:
    """One byte a document: whether it may be an answer; None where all may."""
    index = part.index
    if part.counts is None and question.integration is None and question.visible is None and question.tag is None:
        return None
    mask = bytearray(len(index.names))
    for group in index.groups:
        name = group.integration
        if (
            (part.counts is None or name in part.counts)
            and question.integration in (None, name)
            and (question.visible is None or name in question.visible)
        ):
            mask[group.start : group.end] = b"\1" * (group.end - group.start)
    if question.tag is None:
        return mask
    tagged = bytearray(len(index.names))
    for number in index.postings(TAG + question.tag)[0]:
        tagged[number] = mask[number]
    return tagged
