"""A machine-readable description is found wherever a page or its site says that it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.scraper.site.discover import Discovery, discover, is_description
from chalicelib.scraper.site.pace import Pace
from chalicelib.scraper.site.page import Page
from chalicelib.scraper.site.visit import Visitor
from tests.scraper.site.served import Answer, Reply, Site, page, serving

DESCRIPTION = json.dumps(
    {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "https://api.shop.example"}],
        "paths": {"/pets": {"get": {"responses": {"200": {"description": "ok"}}}}},
    }
)


def found(site: Site, path: str = "/docs/") -> Discovery:
    visitor = Visitor("default", Pace(0.0, spares=lambda _: True), 2_000_000, lambda _: True)
    return discover(Page(site.url + path, "text/html", site.reply(path, {}).body), visitor)


@pytest.mark.parametrize(
    ("where", "content"),
    [
        ("/docs/spec/openapi.json", page("Docs", "/x", body='<a href="spec/openapi.json">OpenAPI</a>')),
        ("/api.json", page("Docs", head='<link rel="service-desc" href="/api.json">')),
        ("/docs/s.json", '<redoc spec-url="s.json"></redoc><script src=redoc.js></script>'),
        ("/s.json", "<script>Redoc.init('/s.json', {}, x)</script>"),
        ("/s.yaml", '<script>SwaggerUIBundle({ url: "/s.yaml", dom_id: "#x" })</script>'),
        ("/one.json", '<script>SwaggerUIBundle({urls: [{url: "/one.json", name: "One"}]})</script>'),
        ("/docs/u.json", '<div id=swagger-ui></div><script src="./swagger-initializer.js"></script>'),
        ("/s.json", '<script id="api-reference" data-url="/s.json"></script>'),
        ("/s.json", "<script>Scalar.createApiReference('#app', { url: '/s.json' })</script>"),
        ("/s.json", '<elements-api apiDescriptionUrl="/s.json" router="hash"></elements-api>'),
        ("/s.json", '<rapi-doc spec-url="/s.json"></rapi-doc>'),
        ("/s.json", '<div data-initial-props=\'{"oasPublicUrl":"/s.json"}\'></div>'),
        ("/openapi.json", page("Docs")),
        ("/swagger.json", page("Docs")),
        ("/docs/openapi.json", page("Docs")),
    ],
)
def test_a_description_is_found_where_it_is_named(where: str, content: str) -> None:
    initializer = 'window.onload = () => { SwaggerUIBundle({ "url": "u.json" }) }'
    pages: dict[str, Answer] = {"/docs/": content, "/docs/swagger-initializer.js": initializer}
    with serving({**pages, where: Reply(DESCRIPTION, kind="application/json")}) as site:
        outcome = found(site)
        assert outcome.found is not None and outcome.how
        assert outcome.found.url == site.url + where


@pytest.mark.parametrize(
    "content",
    [
        f'<script type="application/json">{DESCRIPTION}</script>',
        f'<script>const __redoc_state = 1; window.__redoc = {{"spec": {{"data": {DESCRIPTION}}}}};</script>',
    ],
)
def test_a_description_inside_of_the_page_is_read(content: str) -> None:
    with serving({"/docs/": page("Docs", body=content)}) as site:
        outcome = found(site)
        assert outcome.found is not None and outcome.how == "embedded in the page"
        assert is_description(outcome.found.data)


def test_the_catalogue_of_rfc_9727_is_asked() -> None:
    catalogue = {
        "linkset": [{"anchor": "/", "service-desc": [{"href": "/v9/description", "type": "application/json"}]}]
    }
    pages: dict[str, Answer] = {
        "/docs/": page("Docs"),
        "/.well-known/api-catalog": Reply(json.dumps(catalogue), kind="application/linkset+json"),
        "/v9/description": Reply(DESCRIPTION, kind="application/json"),
    }
    with serving(pages) as site:
        outcome = found(site)
        assert outcome.found is not None and outcome.how == "api-catalog"


@pytest.mark.parametrize(
    "odd", ["", "{}", "[]", '{"linkset": 3}', '{"linkset": [{"service-desc": [{}]}]}', "[" * 5000, "<h1>no</h1>"]
)
def test_an_odd_catalogue_is_none(odd: str) -> None:
    with serving({"/docs/": page("Docs"), "/.well-known/api-catalog": odd}) as site:
        assert found(site).found is None


def test_a_page_does_not_decide_whom_we_ask() -> None:  # A14
    with serving({"/openapi.json": DESCRIPTION}) as other:
        with serving({"/docs/": page("Docs", body=f'<a href="{other.url}/openapi.json">OpenAPI</a>')}) as site:
            outcome = found(site)
        assert outcome.found is None
        assert outcome.elsewhere == [f"{other.url}/openapi.json"]
        assert other.asked == []


def test_what_robots_txt_hides_is_not_looked_for() -> None:
    robots = "User-agent: *\nDisallow: /openapi.json\n"
    with serving({"/docs/": page("Docs"), "/robots.txt": robots, "/openapi.json": DESCRIPTION}) as site:
        assert found(site).found is None
        assert "/openapi.json" not in site.asked


@pytest.mark.parametrize(
    "body", ["", "{}", '{"openapi": "3.1.0"}', '{"openapi": "3.1.0", "paths": {}}', "<p>", '{"a": 1}']
)
def test_what_only_has_the_name_of_a_description_is_none(body: Any) -> None:
    with serving({"/docs/": page("Docs"), "/openapi.json": body}) as site:
        assert found(site).found is None


def test_looking_is_bounded() -> None:
    links = "".join(f'<a href="/v{n}/openapi.json">x</a>' for n in range(200))
    with serving({"/docs/": page("Docs", body=links)}) as site:
        assert found(site).found is None
        assert len(site.asked) < 20
