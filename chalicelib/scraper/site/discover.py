"""Is there a machine-readable description of the API that a page documents? Looked for before any page is read.

In this order: what the page declares or links to (RFC 8631 ``service-desc``, links to ``openapi.json`` and the like),
what the viewers in it are told (Swagger UI, Redoc, Scalar, Stoplight Elements, RapiDoc, hosted documentation), what it
embeds, and the well-known places, RFC 9727's catalogue among them. A candidate counts once it has been fetched and is
a description. One on another site is only told of: a page must not decide whom we ask.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from chalicelib.errors import WaygateError
from chalicelib.scraper.document import parse
from chalicelib.scraper.site import embedded
from chalicelib.scraper.site.page import Page
from chalicelib.scraper.site.scope import registrable
from chalicelib.scraper.site.visit import Visitor
from chalicelib.scraper.sources import Found, from_url

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_ATTRIBUTES: Final = ("spec-url", "apidescriptionurl", "api-description-url", "data-url", "data-spec-url", "spec-uri")
_VIEWERS: Final = re.compile(
    r"SwaggerUI|swagger-ui|Redoc|redoc|createApiReference|api-reference|elements-api|rapi-?doc|oasPublicUrl|openapi",
    re.IGNORECASE,
)
_SAID: Final = re.compile(
    r"""["']?\b(?:url|specUrl|spec_url|spec-url|apiDescriptionUrl|oasPublicUrl|openapiUrl|definitionUrl|configUrl)["']?"""
    r"""\s*:\s*["']([^"'\s]{1,1000})["']|Redoc\.init\(\s*["']([^"'\s]{1,1000})["']"""
)
_LINKED: Final = re.compile(
    r"(?:openapi|swagger|api-docs|api-?spec|postman[\w-]*collection)[^/?#]*\.(?:json|ya?ml)(?:\Z|[?#])"
    r"|/(?:openapi|swagger|v[23]/api-docs)\.?(?:json|ya?ml)?\Z",
    re.IGNORECASE,
)
_SET_UP: Final = re.compile(r"(?:swagger-initializer|swagger-ui-init|redoc-init|initializer)[^/]*\.js\Z", re.IGNORECASE)
_WELL_KNOWN: Final = ("openapi.json", "openapi.yaml", "swagger.json")
_CATALOGUE: Final = "/.well-known/api-catalog"
_SMALL_BYTES: Final = 2_000_000
_MOST_TRIED: Final = 10


@dataclass
class Discovery:
    """`found` is the description, if there is one; `how` says where it was named. `others` are further ones on the
    site, `elsewhere` such as other sites would have to be asked for."""

    found: Found | None = None
    how: str = ""
    others: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def discover(page: Page, visitor: Visitor, *, load: Callable[[str], Found] = from_url) -> Discovery:
    """Look for a description of what `page` documents. Raises nothing for what a site does."""
    outcome = Discovery()
    tried: dict[str, None] = {}
    for url, how in _candidates(page, visitor, outcome):
        if url in tried or len(tried) == _MOST_TRIED:
            continue
        if registrable(urlsplit(url).netloc) != registrable(urlsplit(page.url).netloc):
            if url not in outcome.elsewhere:
                outcome.elsewhere.append(url)
            continue
        tried[url] = None
        if outcome.found is not None:
            if how != "well-known place":  # guesses are not worth a request any more
                outcome.others.append(url)
            continue
        found = _loaded(url, page, visitor, load)
        if found is not None:
            outcome.found, outcome.how = found, how
    return outcome


def is_description(data: bytes) -> bool:
    """Whether `data` is OpenAPI, Swagger or a Postman collection."""
    try:
        document = parse(data)
    except WaygateError:
        return False
    return is_described(document)


def is_described(document: Any) -> bool:
    """Whether a parsed document is OpenAPI or Swagger with paths, or a Postman collection."""
    if not isinstance(document, dict):
        return False
    if isinstance(document.get("openapi") or document.get("swagger"), str | float | int):
        return isinstance(document.get("paths"), dict) and bool(document["paths"])
    info = document.get("info")
    return isinstance(document.get("item"), list) and isinstance(info, dict) and "schema" in info


def _candidates(page: Page, visitor: Visitor, outcome: Discovery) -> Iterator[tuple[str, str]]:
    if page.text.lstrip()[:1] == "<":
        from selectolax.lexbor import LexborHTMLParser

        tree = LexborHTMLParser(page.text)
        yield from _declared(tree, page.url)
        yield from _told_to_viewers(tree, page, visitor)
        if outcome.found is None:
            _take_embedded(tree, page, outcome)
    if outcome.found is None:
        yield from _catalogued(page.url, visitor)
    for base in dict.fromkeys((urljoin(page.url, "."), urljoin(page.url, "/"))):
        for name in _WELL_KNOWN:
            yield urljoin(base, name), "well-known place"


def _declared(tree: LexborHTMLParser, url: str) -> Iterator[tuple[str, str]]:
    for node in tree.css('link[rel~="service-desc" i][href]'):
        yield urljoin(url, node.attributes.get("href") or ""), "service-desc link"
    for node in tree.css("a[href]"):
        target = node.attributes.get("href") or ""
        if _LINKED.search(target):
            yield urljoin(url, target).partition("#")[0], "link"


def _told_to_viewers(tree: LexborHTMLParser, page: Page, visitor: Visitor) -> Iterator[tuple[str, str]]:
    for name in _ATTRIBUTES:
        for node in tree.css(f"[{name}]"):
            target = node.attributes.get(name) or ""
            if target and not target.startswith(("data:", "#")):
                yield urljoin(page.url, target), "documentation viewer"
    for node in tree.css("[data-configuration], [data-initial-props]"):
        held = (node.attributes.get("data-configuration") or "") + (node.attributes.get("data-initial-props") or "")
        yield from _said(held, page.url)
    if not _VIEWERS.search(page.text):
        return
    for node in tree.css("script"):
        source = node.attributes.get("src")
        if source is None:
            text = node.text() or ""
            if _VIEWERS.search(text) or len(text) < 5_000:
                yield from _said(text, page.url)
        elif _SET_UP.search(source.partition("?")[0]):
            there = urljoin(page.url, source)
            if registrable(urlsplit(there).netloc) == registrable(urlsplit(page.url).netloc):
                yield from _said(visitor.text(there, _SMALL_BYTES) or "", page.url)


def _said(text: str, base: str) -> Iterator[tuple[str, str]]:
    for match in _SAID.finditer(text):
        target = match[1] or match[2]
        if "{" not in target and "$" not in target:
            yield urljoin(base, target), "documentation viewer"


def _take_embedded(tree: LexborHTMLParser, page: Page, outcome: Discovery) -> None:
    """A description that lies in the page itself, as data of its viewer."""
    for data in embedded.data_of(tree):
        document = _described_within(data)
        if document is not None:
            outcome.found = Found(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"), page.url)
            outcome.how = "embedded in the page"
            return


def _described_within(data: Any, depth: int = 0) -> dict[str, Any] | None:
    if isinstance(data, dict) and is_described(data):
        return data
    if depth > 6:
        return None
    members = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for member in members:
        if isinstance(member, dict | list):
            found = _described_within(member, depth + 1)
            if found is not None:
                return found
    return None


def _catalogued(url: str, visitor: Visitor) -> Iterator[tuple[str, str]]:
    """What RFC 9727's catalogue names: a linkset (RFC 9264) with `service-desc` links."""
    there = urljoin(url, _CATALOGUE)
    try:
        catalogue = json.loads(visitor.text(there, _SMALL_BYTES) or "")
        for each in catalogue["linkset"]:
            for link in each.get("service-desc", ()):
                yield urljoin(there, str(link["href"])), "api-catalog"
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return


def _loaded(url: str, page: Page, visitor: Visitor, load: Callable[[str], Found]) -> Found | None:
    if not visitor.robots(url).allows(url):
        return None
    visitor.pace.wait(url)
    try:
        found = load(url)
    except WaygateError:
        return None
    is_here = registrable(urlsplit(found.url).netloc) == registrable(urlsplit(page.url).netloc)
    return found if is_here and is_description(found.data) else None
