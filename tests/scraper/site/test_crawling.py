"""A crawl over real loopback sites: within its scope and limits, politely, and from where it was killed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.scraper.site import crawl as crawling
from chalicelib.scraper.site.crawl import Crawl
from chalicelib.scraper.site.frontier import SKIPPED, Frontier
from chalicelib.scraper.site.limits import Limits
from chalicelib.scraper.site.pace import Pace, retry_after_s
from chalicelib.scraper.site.page import Page
from chalicelib.scraper.site.storage import Store
from chalicelib.scraper.site.visit import Visitor
from infra.local.standin import LocalAws
from tests.scraper.site.served import Reply, Site, page, serving

pytestmark = pytest.mark.usefixtures("aws")


class Clock:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def start(
    site: Site,
    path: str = "/docs/",
    *,
    store: Store | None = None,
    clock: Clock | None = None,
    tell: Callable[[Frontier], None] = lambda _: None,
    **limits: Any,
) -> Crawl:
    """A crawl as the step begins it, or goes on with it where `store` has one; each host is ours but with a `clock`."""
    store = store or Store("default", "job_1")
    bounds = Limits(**limits)
    frontier = store.frontier()
    first = Page(site.url + path, "text/html", site.reply(path, {}).body)
    is_new = frontier is None
    frontier = frontier or crawling.begin(first, bounds)
    if clock is None:
        pace = Pace(0.0, spares=lambda _: True)
    else:
        pace = Pace(1 / bounds.requests_per_s, spares=lambda _: False, sleep=clock.sleep, clock=clock)
    visitor = Visitor(store.workspace, pace, bounds.page_bytes, frontier.where.allows_hop, frontier.robots)
    crawl = Crawl(store, frontier, bounds, visitor, tell)
    if is_new:
        crawl.take_in(frontier.start, 0, first)
        crawl.seed()
    return crawl


def read(crawl: Crawl, site: Site) -> list[str]:
    """The paths that were read, once the crawl is over."""
    assert crawl.run(10_000)
    return [each["url"].removeprefix(site.url) for each in crawl.frontier.pages]


def test_pages_of_the_documentation_are_read_once_each() -> None:
    with serving(
        {
            "/docs/": page("Start", "a", "b.html", "b.html#part", "a/?utm_source=x", "/blog", "https://other.example/"),
            "/docs/a": page("A", "/docs/", "c"),
            "/docs/b.html": page("B", "/docs/a.html"),
            "/docs/c": page("C"),
        }
    ) as site:
        crawl = start(site)
        assert read(crawl, site) == ["/docs/", "/docs/a", "/docs/b.html", "/docs/c"]
        coverage = crawl.frontier.coverage()
        assert (coverage["found"], coverage["read"], coverage["outside"]) == (4, 4, 2)
        assert not any(target.startswith("/blog") for target in site.asked)
        assert len(set(site.asked)) == len(site.asked)


def test_a_spider_trap_ends_within_the_limits() -> None:  # A14
    def endless(target: str, _: Mapping[str, str]) -> str:
        return page(
            target, target.rstrip("/") + "/x", target.rstrip("/") + "/y1", f"/docs/?n={hash(target)}", body=target
        )

    with serving({"/docs/": page("Start", "s")}, otherwise=endless) as site:
        crawl = start(site, pages=30)
        assert len(read(crawl, site)) <= 30
        assert {"too_deep"} <= set(crawl.frontier.skipped.values())
        assert len(site.asked) < 60
    with serving(
        {"/docs/": page("Start", "x/1")}, otherwise=lambda t, _: page(t, *[f"?p={n}" for n in range(99)])
    ) as site:
        crawl = start(site, store=Store("default", "job_2"))
        assert crawl.run(10_000)
        assert "trap" in crawl.frontier.coverage()["skipped"]
        assert len(site.asked) < 60


def test_a_series_of_pages_is_followed_beyond_the_depth() -> None:
    pages = {f"/docs/{n}": page(str(n), head=f'<link rel="next" href="{n + 1}">', body=f"<p>{n}</p>") for n in range(9)}
    with serving({"/docs/": page("Start", "0"), **pages, "/docs/9": page("9")}) as site:
        assert len(read(start(site, depth=1), site)) == 11


@pytest.mark.parametrize(
    ("limits", "most"), [({"pages": 3}, 3), ({"bytes": 1_500}, 5), ({"depth": 1}, 4), ({"depth": 0}, 1)]
)
def test_every_limit_holds(limits: dict[str, Any], most: int) -> None:  # A14
    tree = {f"/docs/{n}": page(f"Page {n}", f"{n}/deep") for n in range(3)}
    tree |= {f"/docs/{n}/deep": page(f"Deep {n}") for n in range(3)}
    with serving({"/docs/": page("Start", "0", "1", "2"), **tree}) as site:
        crawl = start(site, **limits)
        assert len(read(crawl, site)) <= most
        assert crawl.frontier.skipped
        assert crawl.frontier.found == 7 or "depth" in limits or "bytes" in limits or "pages" in limits


def test_time_ends_a_crawl() -> None:  # A14
    clock = Clock()
    with serving({"/docs/": page("Start", *map(str, range(50)))}, otherwise=lambda t, _: page(t, body=t)) as site:
        crawl = start(site, clock=clock, seconds=5)
        crawl.clock = clock
        assert len(read(crawl, site)) < 20
        assert crawl.frontier.ended == "too_many"


def test_a_host_is_asked_twice_a_second_at_most() -> None:  # A14
    clock = Clock()
    with serving({"/docs/": page("Start", *map(str, range(9)))}, otherwise=lambda t, _: page(t, body=t)) as site:
        before = clock.now
        read(start(site, clock=clock), site)
        assert clock.now - before >= (len(site.asked) - 1) / 2


def test_robots_txt_is_honoured() -> None:  # A14
    robots = "User-agent: *\nDisallow: /docs/secret\nCrawl-delay: 3\n"
    start_page = page("Start", "secret", "open", "more")
    pages: dict[str, Any] = {"/docs/": start_page, "/docs/open": page("Open"), "/docs/more": page("More", body="x")}
    with serving({"/robots.txt": robots, **pages}) as site:
        clock = Clock()
        crawl = start(site, clock=clock)
        assert read(crawl, site) == ["/docs/", "/docs/open", "/docs/more"]
        assert crawl.frontier.skipped == {f"{site.url}/docs/secret": "robots"}
        assert "/docs/secret" not in site.asked
        assert max(clock.slept) == 3.0


@pytest.mark.parametrize("status", [500, 503])
def test_a_host_that_cannot_tell_its_rules_is_left_alone(status: int) -> None:
    with serving({"/robots.txt": Reply("", status), "/docs/": page("Start", "a"), "/docs/a": page("A")}) as site:
        assert read(start(site), site) == ["/docs/"]
        assert "/docs/a" not in site.asked


def test_retry_after_is_waited_for_where_it_is_short() -> None:  # A14
    answers = [Reply("", 429, headers={"Retry-After": "7"}), Reply(page("A"))]
    late = Reply("", 503, headers={"Retry-After": "3600"})
    with serving({"/docs/": page("S", "a", "b"), "/docs/a": lambda *_: answers.pop(0), "/docs/b": late}) as site:
        clock = Clock()
        crawl = start(site, clock=clock)
        assert read(crawl, site) == ["/docs/", "/docs/a"]
        assert crawl.frontier.skipped == {f"{site.url}/docs/b": "refused"}
        assert 6 < max(clock.slept) <= 7.5
        assert site.asked.count("/docs/b") == 1


def test_retry_after_is_read_as_seconds_or_date() -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert retry_after_s("5") == 5
    assert retry_after_s("Thu, 01 Jan 2026 00:00:30 GMT", now=now) == 30
    assert retry_after_s("Thu, 01 Jan 2015 00:00:30 GMT", now=now) == 0
    for odd in (None, "", "61", "-1", "1e9", "9" * 5000, "٣", "Fri, 01 Jan 2099 00:00:00 GMT", "soon"):
        assert retry_after_s(odd, now=now) is None, odd


def test_a_redirect_out_of_scope_is_not_followed() -> None:  # A6 A14
    with serving({"/": "<h1>secret</h1>"}) as other:
        pages: dict[str, Any] = {
            "/docs/": page("Start", "out", "up", "in"),
            "/docs/out": Reply(status=302, headers={"Location": other.url + "/"}),
            "/docs/up": Reply(status=301, headers={"Location": "/blog"}),
            "/docs/in": Reply(status=301, headers={"Location": "/docs/there"}),
            "/docs/there": page("There"),
            "/blog": page("Blog"),
        }
        with serving(pages) as site:
            crawl = start(site)
            assert read(crawl, site) == ["/docs/", "/docs/there"]
            assert set(crawl.frontier.skipped.values()) == {"out_of_scope"}
            assert other.asked == []


def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    def tagged(_: str, headers: Mapping[str, str]) -> Reply:
        if headers.get("if-none-match") == '"1"':
            return Reply(status=304, headers={"ETag": '"1"'})
        return Reply(page("A", "b"), headers={"ETag": '"1"'})

    with serving({"/docs/": page("Start", "a"), "/docs/a": tagged, "/docs/b": page("B")}) as site:
        first = start(site)
        assert read(first, site) == ["/docs/", "/docs/a", "/docs/b"]
        again = start(site, store=Store("default", "job_2"))
        assert read(again, site) == ["/docs/", "/docs/a", "/docs/b"]
        assert again.frontier.spent_bytes < first.frontier.spent_bytes
        elsewhere = start(site, store=Store("other", "job_3"))
        assert read(elsewhere, site)
        assert [each.get("if-none-match") for each in site.headers].count('"1"') == 1


class Killed(Exception):
    """What a killed process looks like from here."""


def test_a_killed_crawl_goes_on_where_it_was() -> None:
    with serving({"/docs/": page("Start", *map(str, range(20)))}, otherwise=lambda t, _: page(t, body=t)) as site:
        rounds = iter(range(2))

        def die(_: Frontier) -> None:
            if next(rounds, None) is None:
                raise Killed

        store = Store("default", "job_1")
        with pytest.raises(Killed):
            start(site, tell=die).run(10_000)
        asked = len(site.asked)
        assert len(read(start(site, store=store), site)) == 21
        assert len(site.asked) == asked + 20 - 3 * crawling.ROUND


def test_an_entry_ends_before_its_time_and_is_entered_again() -> None:
    with serving({"/docs/": page("Start", *map(str, range(9)))}, otherwise=lambda t, _: page(t, body=t)) as site:
        store, entries = Store("default", "job_1"), 1
        while not start(site, store=store).run(1):
            entries += 1
        kept = store.frontier()
        assert kept is not None and len(kept.pages) == 10
        assert entries == 3


def test_what_is_no_page_is_told() -> None:
    pages: dict[str, Any] = {
        "/docs/": page("Start", "gone", "down", "data", "huge", "same", "empty", "broken"),
        "/docs/gone": Reply("", 410),
        "/docs/down": Reply("", 500),
        "/docs/data": Reply("{}", kind="application/json"),
        "/docs/huge": page("Huge", body="x" * 20_000),
        "/docs/same": page("Start", "gone", "down", "data", "huge", "same", "empty", "broken"),
        "/docs/empty": "<html><body><div id=app></div><script src=app.js></script></body></html>",
        "/docs/broken": Reply(b"\x1f\x8bnot gzip", headers={"Content-Encoding": "gzip"}),
    }
    with serving(pages) as site:
        crawl = start(site, page_bytes=10_000)
        assert read(crawl, site) == ["/docs/"]
        told = {url.rsplit("/", 1)[1]: why for url, why in crawl.frontier.skipped.items()}
    assert told == {
        "gone": "not_found",
        "down": "refused",
        "data": "not_a_page",
        "huge": "too_large",
        "same": "duplicate",
        "empty": "needs_script",
        "broken": "unreachable",
    }
    assert set(told.values()) <= set(SKIPPED)


def test_a_page_shown_by_script_is_read_from_its_data() -> None:
    data = '{"props": {"title": "List the pets", "html": "<h2>List</h2><p><code>GET /pets</code></p>", "id": "x1"}}'
    shell = f'<div id=__next></div><script id="__NEXT_DATA__" type="application/json">{data}</script><script></script>'
    state = '<div id=app></div><script>window.__STATE__ = {"body": "## Add\\n\\n`POST /pets`"};</script>'
    with serving({"/docs/": page("Start", "next", "state"), "/docs/next": shell, "/docs/state": state}) as site:
        crawl = start(site)
        assert read(crawl, site) == ["/docs/", "/docs/next", "/docs/state"]
        second, third = crawl.store.page(1), crawl.store.page(2)
        assert second is not None and "GET /pets" in second.text and "List the pets" in second.text
        assert third is not None and "POST /pets" in third.text


def test_markdown_stands_in_for_what_only_a_script_shows() -> None:
    link = '<link rel="alternate" type="text/markdown" href="a.md">'
    shell = f"<head>{link}</head><div id=app></div><script src=a.js></script>"
    markdown = Reply("# A\n\n`GET /a`\n", kind="text/markdown")
    with serving({"/docs/": page("Start", "a"), "/docs/a": shell, "/docs/a.md": markdown}) as site:
        assert read(start(site), site) == ["/docs/", "/docs/a.md"]


def test_llms_txt_and_sitemaps_lead_to_pages_that_nothing_links() -> None:
    llms = Reply("# Shop\n- [Orders](/docs/orders.md)\n- [Away](https://other.example/x)\n", kind="text/plain")
    sitemap = "<urlset><url><loc>{0}/docs/hidden</loc></url><url><loc>{0}/blog/1</loc></url></urlset>"
    orders = Reply("# Orders\n", kind="text/markdown")
    pages: dict[str, Any] = {"/docs/": page("Start"), "/llms.txt": llms, "/docs/orders.md": orders}
    with serving({**pages, "/docs/hidden": page("Hidden")}) as site:
        site.pages["/sitemap.xml"] = Reply(sitemap.format(site.url), kind="application/xml")
        assert read(start(site), site) == ["/docs/", "/docs/orders.md", "/docs/hidden"]


def test_a_frontier_survives_storage(aws: LocalAws) -> None:
    with serving({"/docs/": page("Start", "a", "/b")}) as site:
        crawl = start(site)
        crawl.store.keep_frontier(crawl.frontier)
        assert crawl.store.frontier() == crawl.frontier
