"""Where a crawl's state lies in S3: the frontier, the pages as they came, what was read in them, what a model said.

Everything of a job is below ``crawls/{workspace}/{job}/``; pages that may be asked for again by their ETag are below
``pages/{workspace}/``. Keys hold no text of a site.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from chalicelib import aws
from chalicelib.scraper.site.fragments import PageFragments
from chalicelib.scraper.site.frontier import Frontier
from chalicelib.scraper.site.page import Page
from chalicelib.scraper.tables import JobRow

CHUNK = 8
"""Pages that one run of the step `extract` reads."""


@dataclass(frozen=True)
class Store:
    """A job's part of the bucket."""

    workspace: str
    job: str

    @classmethod
    def of(cls, row: JobRow) -> Store:
        """The store of a job."""
        return cls(row.owner, row.id)

    def frontier(self) -> Frontier | None:
        """The crawl as it stands; None before it began."""
        kept = self._get("frontier")
        return None if kept is None else Frontier.from_json(kept)

    def keep_frontier(self, frontier: Frontier) -> None:
        """Store the crawl as it stands."""
        self._put("frontier", frontier.as_json())

    def page(self, number: int) -> Page | None:
        """The page that was read as the `number`-th, from 0."""
        kept = self._get(f"pages/{number}")
        return None if kept is None else Page(**kept)

    def keep_page(self, number: int, page: Page) -> None:
        """Store a page; once more changes nothing."""
        kept = {"url": page.url, "media_type": page.media_type, "body": page.text, "sha256": page.hash}
        self._put(f"pages/{number}", kept)

    def fragments(self, chunk: int) -> list[PageFragments] | None:
        """What was read in a chunk of pages; None where that has not happened."""
        kept = self._get(f"fragments/{chunk}")
        return None if kept is None else [PageFragments.model_validate(each) for each in kept]

    def keep_fragments(self, chunk: int, fragments: list[PageFragments]) -> None:
        """Store what was read in a chunk of pages."""
        self._put(f"fragments/{chunk}", [each.model_dump(mode="json") for each in fragments])

    def notes(self, name: str) -> Any:
        """Something small that a later step reads, by name; None if there is none."""
        return self._get(f"notes/{name}")

    def keep_notes(self, name: str, value: Any) -> None:
        """Store something small for a later step."""
        self._put(f"notes/{name}", value)

    def _get(self, name: str) -> Any:
        packed = aws.get_object(f"crawls/{self.workspace}/{self.job}/{name}")
        return None if packed is None else aws.unpack(packed)

    def _put(self, name: str, value: Any) -> None:
        aws.put_object(f"crawls/{self.workspace}/{self.job}/{name}", aws.pack(value))


def cached(workspace: str, url: str) -> dict[str, Any] | None:
    """A page as it was last fetched: ``{url, etag, modified, media_type, body}``; None if it was not."""
    packed = aws.get_object(_cache_key(workspace, url))
    return None if packed is None else dict(aws.unpack(packed))


def keep_cached(workspace: str, url: str, page: dict[str, Any]) -> None:
    """Keep a page that has an ETag or a date, so that asking again costs its server nothing."""
    aws.put_object(_cache_key(workspace, url), aws.pack(page))


def _cache_key(workspace: str, url: str) -> str:
    return f"pages/{workspace}/{hashlib.sha256(url.encode()).hexdigest()}"
