"""A scrape job over a site: what its steps `discover`, `crawl`, `extract` and `merge` do, with the job's state around.

Each function can be run twice: pages, fragments and what a model said are stored under the place they have in the
crawl, and what is stored is not done again.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import orjson

from chalicelib.egress.fetch import Fetched, fetch_document
from chalicelib.errors import NothingToImport, RobotsDenied, SourceUnreachable, WaygateError
from chalicelib.scraper import jobs, sources
from chalicelib.scraper.evidence import MEMBER, PROFILE
from chalicelib.scraper.jobs import NoLongerRunning
from chalicelib.scraper.site import crawl as crawling
from chalicelib.scraper.site import discover as discovering
from chalicelib.scraper.site import paths, profile, trust
from chalicelib.scraper.site.crawl import Crawl
from chalicelib.scraper.site.frontier import Frontier
from chalicelib.scraper.site.limits import Limits
from chalicelib.scraper.site.llm import client, reading
from chalicelib.scraper.site.llm import notes as model_notes
from chalicelib.scraper.site.merge import Merged
from chalicelib.scraper.site.merge import merge as merged_of
from chalicelib.scraper.site.pace import Pace, is_ours
from chalicelib.scraper.site.page import Page, parse
from chalicelib.scraper.site.reader import read_parsed
from chalicelib.scraper.site.scope import Scope, registrable
from chalicelib.scraper.site.storage import CHUNK, Store
from chalicelib.scraper.site.visit import Visitor
from chalicelib.scraper.sources import Found, Notes
from chalicelib.scraper.tables import JobRow
from chalicelib.settings import settings

_PAGES: Final = ("text/html", "application/xhtml+xml", "text/markdown", "text/x-markdown")
_PAGE_NAMES: Final = (".html", ".htm", ".xhtml", ".md", ".mdx", ".markdown", "/llms.txt", "/llms-full.txt")
Now = Callable[[], dt.datetime]


def discover(row: JobRow) -> tuple[Found | None, Notes]:
    """The description that the job's address holds or leads to, with notes about where it was.

    None where the documentation itself is to be read, whose first page is kept then.
    Raises `SourceUnreachable`, `EgressBlocked`, `RobotsDenied`, and whatever makes a description unreadable.
    """
    is_site = row.source["type"] == "site"
    answer = fetch_document(row.source["url"], accept=f"text/html, text/markdown, {sources.ACCEPT}")
    if not is_page(answer):
        if is_site:
            raise SourceUnreachable(f"{answer.url} is no page for people.", fix="Leave out the type of the source.")
        return sources.from_fetched(answer), ()
    given, here = urlsplit(row.source["url"]).netloc, urlsplit(answer.url).netloc
    if registrable(given) != registrable(here):
        raise SourceUnreachable(f"{row.source['url']} redirects to another site.", fix=f"Give {answer.url} instead.")
    page = Page(answer.url, (answer.header("content-type") or "text/html").partition(";")[0].lower(), answer.body)
    visitor = _visitor(row, Scope("site", here, "/"), {})
    outcome = discovering.discover(page, visitor)
    notes = _notes(outcome, is_used=not is_site)
    if outcome.found is not None and not is_site:
        return outcome.found, notes
    if visitor.robots(page.url).text is None:
        raise SourceUnreachable(f"{urljoin(page.url, '/robots.txt')} could not be read, so the site is left alone.")
    if not visitor.robots(page.url).allows(page.url):
        raise RobotsDenied(f"{urljoin(page.url, '/robots.txt')} asks robots not to read {page.url}.")
    if len(answer.body) > _limits(row).page_bytes:
        raise SourceUnreachable(f"{page.url} has {len(answer.body):,} bytes, more than a page may have.")
    store = Store.of(row)
    kept = {"url": page.url, "media_type": page.media_type, "body": page.text, "sha256": page.hash}
    store.keep_notes("start", {"page": kept, "notes": notes, "robots": visitor.known})
    return None, notes


def is_page(answer: Fetched) -> bool:
    """Whether an answer is a page for people, and not a description."""
    kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    if kind in _PAGES or answer.body[:1024].lstrip()[:1] == b"<":
        return True
    named = urlsplit(answer.url).path.lower().endswith(_PAGE_NAMES)
    return (named or kind == "text/plain") and not discovering.is_description(answer.body)


def crawl(row: JobRow, time_left_s: float, *, now: Now) -> bool:
    """Read pages from where the last entry left off. True when that is over; the coverage is then on the job."""
    store, limits = Store.of(row), _limits(row)
    start = store.notes("start")
    if start is None:
        raise WaygateError("The first page is not kept any more.")
    frontier = store.frontier()
    page = Page(**start["page"])
    is_new = frontier is None
    if frontier is None:
        frontier = crawling.begin(page, limits)
        frontier.robots = start["robots"]
    visitor = _visitor(row, frontier.where, frontier.robots)
    tell = functools.partial(_tell, row, now)
    entry = Crawl(store, frontier, limits, visitor, tell)
    if is_new:
        entry.take_in(frontier.start, 0, page)
        entry.seed()
        store.keep_frontier(frontier)
        tell(frontier)
    if not entry.run(time_left_s):
        return False
    if not frontier.pages:
        raise NothingToImport(f"No page could be read. {_said(frontier)}")
    coverage = {**frontier.coverage(), "model": settings().llm_model if settings().llm_base_url else None}
    jobs.advance(row, now=now(), coverage=coverage, progress=_progress(frontier))
    return True


def chunks(row: JobRow) -> list[int]:
    """The numbers of the chunks that the crawl's pages make."""
    frontier = Store.of(row).frontier()
    count = len(frontier.pages) if frontier is not None else 0
    return list(range((count + CHUNK - 1) // CHUNK))


def extract(row: JobRow, chunk: int, time_left_s: float, *, now: Now) -> None:
    """Read what the pages of one chunk claim, by rules and, where one is configured, by a model."""
    store = Store.of(row)
    frontier = store.frontier()
    if frontier is None:
        raise NoLongerRunning
    numbers = range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(frontier.pages)))
    pages = {number: parse(page) for number in numbers if (page := store.page(number)) is not None}
    fragments = [read_parsed(page) for page in pages.values()]
    tokens, cost_usd = 0, 0.0
    model = client.configured()
    if model is not None:
        share = _tokens(row) * len(pages) // max(1, len(frontier.pages))
        said = reading.read(pages, model, store, tokens=share, time_left_s=time_left_s)
        tokens, cost_usd = said.tokens, said.cost_usd
        fragments += said.fragments
        store.keep_notes(f"model-{chunk}", said.notes())
    store.keep_fragments(chunk, fragments)
    found = {(each.method or "GET", paths.shape(each.path)) for page in fragments for each in page.endpoints}
    jobs.count_chunk(row, chunk, now=now(), endpoints=len(found), tokens=tokens, cost_usd=cost_usd)


def merge(row: JobRow) -> Found:
    """The claims of all pages as one OpenAPI document. Raises `NothingToImport` where they make no endpoint."""
    store = Store.of(row)
    frontier = store.frontier()
    if frontier is None:
        raise NoLongerRunning
    notes: list[tuple[str, str, str]] = [tuple(note) for note in store.notes("start")["notes"]]
    fragments = []
    told = []
    for chunk in chunks(row):
        read = store.fragments(chunk)
        if read is None:
            notes.append(("pages_unread", "", f"Pages {chunk * CHUNK + 1} to {(chunk + 1) * CHUNK} could not be read."))
        else:
            fragments.extend(read)
            told.append(store.notes(f"model-{chunk}"))
    merged = merged_of(trust.sifted(fragments, frontier.start), start_url=frontier.start, base_url=row.base_url)
    if not merged.document.get("paths"):
        raise NothingToImport(f"{len(frontier.pages)} pages were read, and none shows an endpoint. {_said(frontier)}")
    facts, proofs = profile.of(merged.facts)
    merged.document[PROFILE] = facts
    merged.document.setdefault(MEMBER, []).extend(proofs)
    notes += [*merged.warnings, *_left_out(merged), *model_notes.of([each for each in told if each], merged.document)]
    return Found(orjson.dumps(merged.document), frontier.start, tuple(notes))


def _visitor(row: JobRow, where: Scope, known: dict[str, str | None]) -> Visitor:
    limits = _limits(row)
    pace = Pace(1 / limits.requests_per_s, spares=is_ours)
    return Visitor(row.owner, pace, limits.page_bytes, where.allows_hop, known)


def _limits(row: JobRow) -> Limits:
    return Limits.model_validate(row.limits or {})


def _tokens(row: JobRow) -> int:
    """What a model may spend on the job; an owner may lower it."""
    most, wanted = settings().llm_job_tokens, _limits(row).tokens
    return most if wanted is None else min(most, wanted)


def _progress(frontier: Frontier) -> dict[str, Any]:
    return {"pages_found": frontier.found, "pages_read": len(frontier.pages)}


def _tell(row: JobRow, now: Now, frontier: Frontier) -> None:
    jobs.advance(row, now=now(), progress=_progress(frontier))


def _notes(outcome: discovering.Discovery, *, is_used: bool) -> Notes:
    notes: list[tuple[str, str, str]] = []
    if outcome.found is not None:
        what = "was read instead of the pages" if is_used else "was not read: the source's type is `site`"
        notes.append(("description_found", "", f"{outcome.found.url} ({outcome.how}) describes the API, and {what}."))
    notes += [
        ("description_found", "", f"{url} may describe a part of it, and was not read.") for url in outcome.others
    ]
    notes += [
        ("description_elsewhere", "", f"{url} is on another site; add it by its own address to read it.")
        for url in outcome.elsewhere
    ]
    return tuple(notes)


def _left_out(merged: Merged) -> list[tuple[str, str, str]]:
    return [("endpoint_left_out", "", f"{each.reason}: {each.what} ({each.url})") for each in merged.left_out]


def _said(frontier: Frontier) -> str:
    counts = frontier.coverage()["skipped"]
    return "Skipped: " + ", ".join(f"{count} {why}" for why, count in counts.items()) + "." if counts else ""
