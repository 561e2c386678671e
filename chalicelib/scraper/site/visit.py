"""One page of a site, asked for politely: by its turn, by its ETag, and again where its server says when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from chalicelib.egress import CallFailed
from chalicelib.egress.fetch import Fetched, fetch
from chalicelib.errors import EgressBlocked
from chalicelib.scraper.site import storage
from chalicelib.scraper.site.pace import Pace, retry_after_s
from chalicelib.scraper.site.page import Page
from chalicelib.scraper.site.robots import AGENT, Robots, ask

ACCEPT: Final = "text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.5"
_TIMEOUT_S: Final = 20.0
_TRIES: Final = 2
_TEXTS: Final = ("text/html", "application/xhtml+xml", "text/markdown", "text/x-markdown", "text/plain")


@dataclass(frozen=True)
class Visit:
    """What came of it: a page, or the reason why there is none (a key of `frontier.SKIPPED`). `size` is what went over
    the wire, in bytes; 0 where the cached page still holds."""

    page: Page | None = None
    reason: str = ""
    size: int = 0


@dataclass
class Visitor:
    """Fetches pages of one job. `known` are the robots.txt texts met so far, by origin."""

    workspace: str
    pace: Pace
    page_bytes: int
    allow: Callable[[str], bool]
    known: dict[str, str | None] = field(default_factory=dict)
    get: Callable[..., Fetched] = fetch

    def visit(self, url: str) -> Visit:
        """The page at `url`. Never raises for what a site does."""
        rules = self.robots(url)
        if not rules.allows(url):
            return Visit(reason="robots")
        kept = storage.cached(self.workspace, url)
        for attempt in range(1, _TRIES + 1):
            self.pace.wait(url, rules.delay_s)
            try:
                found = self.get(
                    url,
                    max_bytes=self.page_bytes,
                    timeout_s=_TIMEOUT_S,
                    headers=_headers(kept),
                    allow=self.allow,
                )
            except EgressBlocked:
                return Visit(reason="out_of_scope")
            except CallFailed as error:
                return Visit(reason="too_large" if error.reason == "too_large" else "unreachable")
            if found.status in (429, 503) and attempt < _TRIES:
                wait_s = retry_after_s(found.header("retry-after"))
                if wait_s is not None:
                    self.pace.hold(url, wait_s)
                    continue
            break
        return self._outcome(url, found, kept)

    def text(self, url: str, most: int) -> str | None:
        """A small file that may be there, such as an llms.txt; None where it is not, or may not be read."""
        if not self.robots(url).allows(url):
            return None
        try:
            found = self._asked(url, most)
        except (CallFailed, EgressBlocked):
            return None
        return found.body.decode("utf-8", "replace") if found.status == 200 else None

    def robots(self, url: str) -> Robots:
        """The rules of the host of `url`, asked for once."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if origin not in self.known:
            self.known[origin] = ask(url, self._asked).text
        return Robots(self.known[origin])

    def _asked(self, url: str, most: int) -> Fetched:
        self.pace.wait(url)
        return self.get(url, max_bytes=most, timeout_s=_TIMEOUT_S, headers={"User-Agent": AGENT}, allow=self.allow)

    def _outcome(self, url: str, found: Fetched, kept: dict[str, Any] | None) -> Visit:
        if found.status == 304 and kept is not None:
            return Visit(Page(kept["url"], kept["media_type"], kept["body"]))
        if found.status in (404, 410):
            return Visit(reason="not_found", size=len(found.body))
        if found.status != 200:
            return Visit(reason="refused", size=len(found.body))
        kind = (found.header("content-type") or "").partition(";")[0].strip().lower()
        if kind and kind not in _TEXTS:
            return Visit(reason="not_a_page", size=len(found.body))
        page = Page(found.url, kind or "text/html", found.body)
        etag, modified = found.header("etag"), found.header("last-modified")
        if etag or modified:
            seen = {"url": page.url, "media_type": page.media_type, "body": page.text}
            storage.keep_cached(self.workspace, url, {**seen, "etag": etag, "modified": modified})
        return Visit(page, size=len(found.body))


def _headers(kept: dict[str, Any] | None) -> dict[str, str]:
    headers = {"Accept": ACCEPT, "User-Agent": AGENT}
    if kept and kept["etag"]:
        headers["If-None-Match"] = kept["etag"]
    elif kept and kept["modified"]:
        headers["If-Modified-Since"] = kept["modified"]
    return headers
