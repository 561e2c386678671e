"""A page is bounded, whatever it holds; entities are never expanded, and nothing of a script is kept."""  # D5

from __future__ import annotations

from chalicelib.scraper.site.crawl import _in_sitemap
from chalicelib.scraper.site.page import Page, parse, texts
from chalicelib.settings import Caps

LAUGHS = "<!DOCTYPE lolz [<!ENTITY a 'laugh'>{}]>".format(
    "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
)
OUTSIDE = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"


def page(body: str, media_type: str = "text/html") -> Page:
    return Page("http://127.0.0.1/docs", media_type, body.encode())


def test_entities_of_a_page_are_not_expanded() -> None:  # D5
    for kind in ("text/html", "application/xhtml+xml"):
        said = " ".join(texts(parse(page(f"{LAUGHS}<h1>API</h1><p>&j; GET /pets</p>", kind)).blocks))
        assert "GET /pets" in said
        assert "laughlaugh" not in said
        assert len(said) < 5_000
        said = " ".join(texts(parse(page(f"{OUTSIDE}<p>&e;</p>", kind)).blocks))
        assert "root:" not in said


def test_entities_of_a_sitemap_are_not_expanded() -> None:  # D5
    found = list(
        _in_sitemap(
            f"{LAUGHS}<urlset><url><loc>http://127.0.0.1/&j;</loc></url></urlset>", "http://127.0.0.1/sitemap.xml"
        )
    )
    assert not any("laugh" in each for each in found)


def test_a_page_has_so_many_nodes_and_no_more() -> None:  # D5
    parsed = parse(page("<h1>API</h1>" + "<p>x</p>" * Caps.PAGE_NODES))
    assert parsed.is_cut
    assert len(parsed.blocks) <= Caps.PAGE_NODES


def test_a_page_has_so_many_bytes_and_no_more() -> None:  # D5
    parsed = parse(page("<p>GET /first</p>" + "<!-- " + "x" * Caps.PAGE_BYTES + " --><p>GET /last</p>"))
    assert parsed.is_cut
    said = " ".join(texts(parsed.blocks))
    assert "/first" in said
    assert "/last" not in said


def test_nothing_of_a_script_or_a_drawing_is_kept() -> None:  # D5
    body = "<script>GET /from-script</script><svg><script>GET /from-svg</script></svg><p>GET /pets</p>"
    said = " ".join(texts(parse(page(body)).blocks))
    assert "GET /pets" in said
    assert "from-script" not in said
    assert "from-svg" not in said
