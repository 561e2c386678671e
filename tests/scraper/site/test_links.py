"""One spelling for each page, and what pages lead to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from chalicelib.scraper.site import links
from chalicelib.scraper.site.scope import around, registrable


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("https://Docs.Example.com:443/a/../b/./c#part", "https://docs.example.com/b/c"),
        ("http://example.com", "http://example.com/"),
        ("https://example.com/a//b?utm_source=x&b=2&a=1&sessionid=9", "https://example.com/a/b?a=1&b=2"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://example.com/a%20b c", "https://example.com/a%20b%20c"),
        ("mailto:a@example.com", None),
        ("javascript:alert(1)", None),
        ("https://user:secret@example.com/", None),
        ("https://example.com/logo.png", None),
        ("https://example.com/openapi.json", None),
        ("http://[::1", None),
        ("https://example.com/" + "a" * 3000, None),
    ],
)
def test_an_address_has_one_spelling(written: str, found: str | None) -> None:
    assert links.canonical(written, "https://example.com/x/") == found


@given(st.text(max_size=60))
def test_a_spelling_is_its_own_spelling(text: str) -> None:
    found = links.canonical("https://docs.example/a/" + text)
    assert found is None or links.canonical(found) == found


def test_spellings_of_one_page_have_one_identity() -> None:
    spellings = ("/docs/pets", "/docs/pets/", "/docs/pets.html", "/docs/pets.md", "/docs/pets/index.html")
    assert len({links.identity("https://www.a.example" + each) for each in spellings}) == 1
    assert links.identity("http://a.example/docs/pets") == links.identity("https://a.example/docs/pets")
    assert links.identity("https://a.example/p?page=1") != links.identity("https://a.example/p?page=2")


def test_links_of_a_page_are_told_apart() -> None:
    tree = LexborHTMLParser(
        '<head><base href="/v2/"><link rel="canonical" href="/v2/start"><link rel="next" href="b">'
        '<link rel="alternate" type="text/markdown" href="start.md"></head>'
        '<body><a href="a#x">a</a><a href="a?utm_medium=m">a again</a><a href="c"> Next → </a><a href="x.zip">z</a>'
    )
    found = links.of_html(tree, "https://d.example/start")
    assert found.pages == ("https://d.example/v2/a", "https://d.example/v2/c", "https://d.example/v2/b")
    assert found.onward == ("https://d.example/v2/c", "https://d.example/v2/b")
    assert found.markdown == "https://d.example/v2/start.md"
    assert found.canonical == "https://d.example/v2/start"


@pytest.mark.parametrize(
    ("link", "is_onward"),
    [
        ('<a href="/b">Next</a>', True),
        ('<a href="/b">Next: Get the latest order</a>', True),
        ('<a href="/b">« Previous</a>', True),
        ('<a href="/b"><div>Next</div><div>Orders</div></a>', True),
        ('<a href="/b" class="pagination-nav__link pagination-nav__link--next"><b>Orders</b></a>', True),
        ('<a href="/b" rel="nofollow prev">Orders</a>', True),
        ('<a href="/b" aria-label="Next page">→</a>', True),
        ('<a href="/b">Next steps</a>', False),
        ('<a href="/b">What comes next</a>', False),
        ('<a href="/b">Previous versions of the API</a>', False),
        ('<a href="/b">Orders</a>', False),
    ],
)
def test_neighbours_in_a_series_are_known(link: str, is_onward: bool) -> None:
    found = links.of_html(LexborHTMLParser(link), "https://d.example/a")
    assert found.pages == ("https://d.example/b",)
    assert bool(found.onward) is is_onward


def test_a_page_that_asks_not_to_be_followed_is_not() -> None:
    tree = LexborHTMLParser('<meta name="ROBOTS" content="noindex, NOFOLLOW"><a href="/a">a</a>')
    assert links.of_html(tree, "https://d.example/").pages == ()


def test_links_of_markdown_are_found() -> None:
    text = "# Docs\n- [Pets](pets.md): all\n- ![logo](logo.svg)\n[ref]: /orders 'Orders'\n<b>[x](<y z>)</b>"
    assert links.of_markdown(text, "https://d.example/docs/llms.txt").pages == (
        "https://d.example/docs/pets.md",
        "https://d.example/orders",
        "https://d.example/docs/y",
    )


@pytest.mark.parametrize(
    ("start", "links_of_it", "inside", "outside"),
    [
        ("https://d.example/docs", ["https://d.example/docs/a"], "/docs/b", "/blog"),
        ("https://d.example/docs/", [], "/docs/b/c", "/docsother"),
        ("https://d.example/docs/intro", ["https://d.example/docs/pets"], "/docs/pets", "/about"),
        ("https://d.example/docs/intro.html", [], "/docs/pets.html", "/index.html"),
        ("https://d.example/api/v2", ["https://d.example/api/v2/pets"], "/api/v2/x", "/api/v1/x"),
        ("https://d.example/", [], "/anything", "//other.example/"),
    ],
)
def test_documentation_ends_where_its_folder_ends(
    start: str, links_of_it: list[str], inside: str, outside: str
) -> None:
    scope = around(start, links_of_it)
    assert scope.holds("https://d.example" + inside)
    assert scope.holds(start)
    assert not scope.holds(
        outside.replace("//", "https://", 1) if outside.startswith("//") else "https://d.example" + outside
    )


def test_a_scope_is_widened_only_by_its_owner() -> None:
    assert not around("https://docs.a.example/x", []).holds("https://api.a.example/x")
    assert around("https://docs.shop.co.uk/x", [], width="host").holds("https://docs.shop.co.uk/elsewhere")
    site = around("https://docs.shop.co.uk/x", [], width="site")
    assert site.holds("https://api.shop.co.uk/y") and not site.holds("https://other.co.uk/y")
    assert around("https://a.example/x/", [], more=["B.example"]).holds("https://b.example/anything")


def test_a_port_of_an_address_is_a_site_of_its_own() -> None:
    assert registrable("127.0.0.1:80") != registrable("127.0.0.1:81")
    assert registrable("localhost:1") != registrable("localhost:2")
    assert registrable("a.b.example.com:8080") == registrable("example.com") == "example.com"
    assert registrable("[::1]:80") != registrable("[::1]:81")
