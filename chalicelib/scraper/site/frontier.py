"""The state of a crawl: which pages wait, which were read, which were skipped and why. A value that S3 keeps.

Pages are read breadth first, and within one depth those first that look like a reference of endpoints. The frontier
holds no page's text, so it stays small: at most some thousands of addresses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from chalicelib.scraper.site.limits import Limits
from chalicelib.scraper.site.links import identity
from chalicelib.scraper.site.scope import Scope

SKIPPED: Final[dict[str, str]] = {
    "out_of_scope": "It lies outside of the part of the site that the job reads.",
    "robots": "The site's robots.txt asks us not to read it.",
    "too_deep": "It is further from the start than the limit.",
    "too_many": "The limit on pages, bytes or time was reached before its turn.",
    "trap": "Its address grows endlessly: a path that repeats itself, or one path with ever new queries.",
    "too_large": "The page is larger than the limit.",
    "unreachable": "It could not be fetched.",
    "not_found": "It answered 404 or 410.",
    "refused": "It answered another error.",
    "not_a_page": "It is neither HTML, Markdown nor plain text.",
    "duplicate": "Its content is that of another page.",
    "needs_script": "It shows its text by script only, and holds no data that could be read instead.",
    "unread": "Reading it failed.",
}
"""Why a page was not read; `docs/scraping.md` explains each."""

_LIKELY: Final = re.compile(r"api|rest|reference|endpoint|resource|method|operation|http", re.IGNORECASE)
_UNLIKELY: Final = re.compile(
    r"/(?:blog|news|pricing|careers?|jobs|about|legal|terms|privacy|login|signin|sign-?up|register|press|changelog"
    r"|release-notes|community|forum|search)(?:/|\Z)",
    re.IGNORECASE,
)
_MOST_KNOWN: Final = 5_000  # addresses
_MOST_QUERIES: Final = 20  # of one path
_MOST_LISTED: Final = 300  # skipped pages that are named one by one; all are counted


@dataclass
class Frontier:
    """`waiting`: ``[url, depth]``; `known`: identities met so far; `pages`: ``{url, hash, media_type, size, key}`` in
    the order read; `skipped`: address → reason; `outside` counts links that lead out of scope."""

    start: str
    scope: dict[str, Any]
    waiting: list[tuple[str, int]] = field(default_factory=list)
    known: dict[str, None] = field(default_factory=dict)
    pages: list[dict[str, Any]] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    outside: int = 0
    spent_bytes: int = 0
    spent_s: float = 0.0
    robots: dict[str, str | None] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    ended: str | None = None

    @property
    def where(self) -> Scope:
        """The scope as a value."""
        return Scope(**{**self.scope, "more": tuple(self.scope["more"])})

    def add(self, urls: Iterable[str], depth: int, limits: Limits) -> None:
        """Let `urls`, found at `depth`, wait for their turn, unless they are known or may not be read."""
        where = self.where
        for url in urls:
            name = identity(url)
            if name in self.known:
                continue
            if len(self.known) >= _MOST_KNOWN:
                self.ended = self.ended or "too_many"
                return
            if not where.holds(url):
                self.known[name] = None
                self.outside += 1
                continue
            self.known[name] = None
            if depth > limits.depth:
                self.skip(url, "too_deep")
            elif self._is_trap(url):
                self.skip(url, "trap")
            else:
                self.waiting.append((url, depth))

    def take(self, count: int) -> list[tuple[str, int]]:
        """The next pages to read, at most `count`; they stay in `waiting` until `done`."""
        return sorted(self.waiting, key=_rank)[:count]

    def done(self, url: str) -> None:
        """`url` has had its turn."""
        self.waiting = [each for each in self.waiting if each[0] != url]

    def skip(self, url: str, reason: str) -> None:
        """Note that `url` was not read, and why."""
        if SKIPPED[reason] and (url in self.skipped or len(self.skipped) < _MOST_KNOWN):
            self.skipped[url] = reason

    def end(self, reason: str) -> None:
        """No more pages are read; those that wait are skipped for `reason`."""
        for url, _ in self.waiting:
            self.skip(url, reason)
        self.waiting = []
        self.ended = reason

    def coverage(self) -> dict[str, Any]:
        """What was found, read and skipped, and why."""
        counts = Counter(self.skipped.values())
        return {
            "found": self.found,
            "read": len(self.pages),
            "skipped": dict(sorted(counts.items())),
            "outside": self.outside,
            "scope": {**self.scope, "more": list(self.scope["more"])},
            "pages": [page["url"] for page in self.pages],
            "left_out": [{"url": url, "why": why} for url, why in list(self.skipped.items())[:_MOST_LISTED]],
        }

    @property
    def found(self) -> int:
        """Pages of the documentation that are known of."""
        return len(self.pages) + len(self.waiting) + len(self.skipped)

    def as_json(self) -> dict[str, Any]:
        """For storage."""
        return {**asdict(self), "known": list(self.known)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Frontier:
        """The inverse of `as_json`."""
        waiting = [(str(url), int(depth)) for url, depth in stored["waiting"]]
        return cls(**{**stored, "known": dict.fromkeys(stored["known"]), "waiting": waiting})

    def _is_trap(self, url: str) -> bool:
        parts = urlsplit(url)
        segments = [segment for segment in parts.path.split("/") if segment]
        if any(count > 2 for count in Counter(segments).values()) or len(segments) > 15:
            return True
        if parts.query:
            self.queries[parts.path] = self.queries.get(parts.path, 0) + 1
            return self.queries[parts.path] > _MOST_QUERIES
        return False


def _rank(waiting: tuple[str, int]) -> tuple[int, int]:
    """Depth first of all; sorting is stable, so pages of one rank keep the order in which they were found."""
    url, depth = waiting
    path = urlsplit(url).path
    return depth, 2 if _UNLIKELY.search(path) else 0 if _LIKELY.search(path) else 1
