"""Reading a site page by page, within its limits, from where the last entry left off.

Pages are fetched in small rounds. Each round ends with its pages stored and then the frontier, so a crawl that is
killed loses at most one round, whose pages are asked for again, by their ETags. One entry ends before its time is up,
and says whether there is more to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from chalicelib.scraper.site import embedded, links
from chalicelib.scraper.site.frontier import Frontier
from chalicelib.scraper.site.limits import Limits
from chalicelib.scraper.site.links import Links
from chalicelib.scraper.site.page import Page, is_markdown
from chalicelib.scraper.site.storage import Store
from chalicelib.scraper.site.visit import Visit, Visitor

ROUND: Final = 4
"""Pages fetched at once: what a slow site needs to be read at two requests a second."""
_ROUND_S: Final = 25.0  # what a round may take: entering it with less time left is not worth it
_SMALL_FILE_BYTES: Final = 1_000_000
_MOST_SEEDS: Final = 1_000


@dataclass
class Crawl:
    """One entry into a crawl. `tell` hears of each round and raises to end it at once."""

    store: Store
    frontier: Frontier
    limits: Limits
    visitor: Visitor
    tell: Callable[[Frontier], None]
    clock: Callable[[], float] = time.monotonic

    def run(self, time_left_s: float) -> bool:
        """Read pages until all are read, a limit is reached, or the time is up. True when the crawl is over."""
        began = before = self.clock()
        while self.frontier.waiting:
            if self._is_over():
                self.frontier.end("too_many")
                break
            if self.clock() - began + _ROUND_S > time_left_s and before != began:
                return False
            self._round()
            self.frontier.spent_s += self.clock() - before
            before = self.clock()
            self.store.keep_frontier(self.frontier)
            self.tell(self.frontier)
        self.store.keep_frontier(self.frontier)
        return True

    def seed(self) -> None:
        """Let what llms.txt and the site's sitemaps name wait, after what pages link to (they are found at depth 1)."""
        start = self.frontier.start
        for place in dict.fromkeys((urljoin(start, "llms.txt"), urljoin(start, "/llms.txt"))):
            text = self.visitor.text(place, _SMALL_FILE_BYTES)
            if text is not None and is_markdown("", place, text):
                self.frontier.add(links.of_markdown(text, place).pages[:_MOST_SEEDS], 1, self.limits)
        for place in self.visitor.robots(start).sitemaps or [urljoin(start, "/sitemap.xml")]:
            text = self.visitor.text(place, _SMALL_FILE_BYTES)
            self.frontier.add(_in_sitemap(text or "", place), 1, self.limits)

    def _is_over(self) -> bool:
        state, limits = self.frontier, self.limits
        return len(state.pages) >= limits.pages or state.spent_bytes >= limits.bytes or state.spent_s >= limits.seconds

    def _round(self) -> None:
        count = min(ROUND, self.limits.pages - len(self.frontier.pages))
        taken = self.frontier.take(count)
        with ThreadPoolExecutor(ROUND) as pool:
            visits = list(pool.map(self.visitor.visit, [url for url, _ in taken]))
        for (url, depth), visit in zip(taken, visits, strict=True):
            if self.frontier.spent_bytes + visit.size > self.limits.bytes:
                self.frontier.skip(url, "too_many")
                self.frontier.spent_bytes = self.limits.bytes
            else:
                self._settle(url, depth, visit)
            self.frontier.done(url)

    def _settle(self, url: str, depth: int, visit: Visit) -> None:
        """Take in what came of one visit."""
        self.frontier.spent_bytes += visit.size
        page = visit.page
        if page is None:
            self.frontier.skip(url, visit.reason)
            return
        there = links.identity(links.canonical(page.url) or page.url)
        if there != links.identity(url):
            if there in self.frontier.known:
                self.frontier.skip(url, "duplicate")
                return
            self.frontier.known[there] = None
            if not self.frontier.where.holds(page.url):
                self.frontier.skip(url, "out_of_scope")
                return
        self.take_in(url, depth, page)

    def take_in(self, url: str, depth: int, page: Page) -> None:
        """Keep `page`, which was found at `url`, and let what it links to wait."""
        found, page_read = read_links(page)
        self.frontier.add(found.onward, depth, self.limits)
        self.frontier.add([link for link in found.pages if link not in found.onward], depth + 1, self.limits)
        if page_read is None:
            if found.markdown and self.frontier.where.allows_hop(found.markdown):
                self.frontier.waiting.append((found.markdown, depth))
            else:
                self.frontier.skip(url, "needs_script")
            return
        if any(each["hash"] == page_read.hash for each in self.frontier.pages):
            self.frontier.skip(url, "duplicate")
            return
        self.store.keep_page(len(self.frontier.pages), page_read)
        self.frontier.pages.append({"url": page_read.url, "hash": page_read.hash})


def read_links(page: Page) -> tuple[Links, Page | None]:
    """What `page` leads to; and the page as it can be read, None where it shows its text by script only."""
    if is_markdown(page.media_type, page.url, page.text):
        return links.of_markdown(page.text, page.url), page
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page.text)
    found = links.of_html(tree, page.url)
    if embedded.needs_script(page, tree):
        return found, embedded.page_of_data(page, tree)
    return found, page


def begin(start: Page, limits: Limits) -> Frontier:
    """A crawl that starts with the page `start`, which is not taken in yet."""
    from dataclasses import asdict

    from chalicelib.scraper.site.scope import around

    found, _ = read_links(start)
    url = links.canonical(start.url) or start.url
    where = around(url, found.pages, width=limits.scope, more=limits.hosts)
    frontier = Frontier(start=url, scope={**asdict(where), "more": list(where.more)})
    frontier.known[links.identity(url)] = None
    return frontier


def _in_sitemap(text: str, place: str) -> list[str]:
    """The pages that a sitemap lists (sitemaps.org). An index of sitemaps lists no pages, and is not followed."""
    import html
    import re

    if "<urlset" not in text:
        return []
    found: dict[str, Any] = {}
    for location in re.findall(r"<loc>\s*([^<\s]+)\s*</loc>", text)[:_MOST_SEEDS]:
        url = links.canonical(html.unescape(location), place)
        if url is not None and urlsplit(url).netloc:
            found[url] = None
    return list(found)
