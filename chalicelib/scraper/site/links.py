"""Addresses and links of pages: one spelling for each page, what a page links to, and which page comes next.

A page's *identity* is what two spellings of its address have in common, so that no page is read twice. Its address
is what is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_NOISE: Final = re.compile(  # what tells readers apart, or how they came here, and never pages
    r"(?:utm_\w*|_ga|_gl|gclid|fbclid|msclkid|mc_[ce]id|ref|ref_src|referr?er|s?session_?id|sid|phpsessid|jsessionid"
    r"|theme|highlight|print|share|replytocom|return_?(?:to|url)|redirect(?:_?(?:to|url))?)\Z",
    re.IGNORECASE,
)
_SAFE: Final = "!$&'()*+,;=:@-._~/%"
_NOT_PAGES: Final = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|css|m?js|map|woff2?|ttf|eot|pdf|zip|t?gz|tar|bz2|7z|rar|exe|dmg|pkg|deb"
    r"|rpm|jar|whl|mp[34]|webm|mov|avi|wav|csv|xlsx?|docx?|pptx?|rss|atom|xml|json|ya?ml|wsdl|proto|ipynb)\Z",
    re.IGNORECASE,
)
_PAGE_ENDING: Final = re.compile(r"(?:/index)?\.(?:html?|xhtml|md|mdx|markdown)\Z|/index\Z", re.IGNORECASE)
_STEP: Final = re.compile(
    r"[«‹←<]*\s*(?:next|prev(?:ious)?|older|newer)(?: (?:page|chapter|section|topic))?\s*(?:[:»›→>|–—-].*)?",
    re.IGNORECASE,
)
_STEP_CLASS: Final = re.compile(
    r"pag(?:er|ination)[\w-]*(?:next|prev)|(?:\A|\s)(?:next|prev)(?:-page|-link)?(?:\s|\Z)", re.I
)
_MARKDOWN_LINK: Final = re.compile(
    r"(?<!!)\[[^\]\n]{0,300}\]\(\s*<?([^)\s>]+)[^)\n]{0,300}\)|^\s*\[[^\]]+\]:\s*(\S+)", re.M
)
_MOST_LINKS: Final = 2_000  # of one page
_MOST_URL: Final = 2_000


@dataclass(frozen=True)
class Links:
    """What a page leads to, in the page's order. `onward` are the neighbours in a series; `markdown` the page itself as
    Markdown; `canonical` the address that it says it has."""

    pages: tuple[str, ...] = ()
    onward: tuple[str, ...] = ()
    markdown: str | None = None
    canonical: str | None = None


def canonical(url: str, base: str | None = None) -> str | None:
    """`url`, joined to `base`, in one spelling: no fragment, no tracking, no default port, dots resolved.

    None for what is no page's address: another scheme, credentials, too long, or the file ending of a picture.
    """
    try:
        parts = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        host = f"{f'[{host}]' if ':' in host else host}:{port}"
    elif ":" in host:
        host = f"[{host}]"
    path = quote(re.sub(r"/{2,}", "/", "/" + parts.path), safe=_SAFE)
    path = urlsplit(urljoin("https://host/", path)).path  # dots resolved, RFC 3986, 5.2.4
    if _NOT_PAGES.search(path):
        return None
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _NOISE.match(name)]
    found = urlunsplit((parts.scheme, host, path, urlencode(sorted(kept)), ""))
    return found if len(found) <= _MOST_URL else None


def identity(url: str) -> str:
    """What the spellings of one page have in common: the scheme, ``.html``, ``.md``, ``/index`` and a last slash do
    not tell pages apart."""
    parts = urlsplit(url)
    path = _PAGE_ENDING.sub("", parts.path).rstrip("/")
    host = parts.netloc.removeprefix("www.")
    return f"{host}{path}?{parts.query}" if parts.query else f"{host}{path}"


def of_html(tree: LexborHTMLParser, url: str) -> Links:
    """The links of the HTML page at `url`."""
    base = _attribute(tree.css_first("base[href]"), "href")
    base = urljoin(url, base) if base else url
    pages: dict[str, None] = {}
    onward: dict[str, None] = {}
    for node in tree.css("a[href]")[:_MOST_LINKS]:
        there = canonical(_attribute(node, "href"), base)
        if there is not None:
            pages[there] = None
            if _is_onward(node):
                onward[there] = None
    own: str | None = None
    markdown: str | None = None
    for node in tree.css("link[rel][href]"):
        rel = set(_attribute(node, "rel").lower().split())
        there = canonical(_attribute(node, "href"), base)
        if there is None:
            continue
        if rel & {"next", "prev"}:
            onward[there] = pages[there] = None
        elif "canonical" in rel:
            own = there
        elif "alternate" in rel and "markdown" in _attribute(node, "type").lower():
            markdown = there
    if "nofollow" in _robots_meta(tree):
        pages, onward = {}, {}
    return Links(tuple(pages), tuple(onward), markdown, own)


def of_markdown(text: str, url: str) -> Links:
    """The links of a Markdown page (such as an llms.txt)."""
    found: dict[str, None] = {}
    for n, match in enumerate(_MARKDOWN_LINK.finditer(text)):
        there = canonical(match[1] or match[2], url)
        if there is not None:
            found[there] = None
        if n == _MOST_LINKS:
            break
    return Links(tuple(found))


def _is_onward(node: LexborNode) -> bool:
    """Whether a link leads to the next page of a series, or back to the last one: by its relation, its class, its words
    or those of a part of it."""
    if {"next", "prev"} & set(_attribute(node, "rel").lower().split()) or _STEP_CLASS.search(_attribute(node, "class")):
        return True
    texts = [_attribute(node, "aria-label"), node.text(), *(child.text() for child in node.iter())]
    return any(_STEP.fullmatch(" ".join(text.split())) for text in texts[:6] if text and len(text) < 300)


def _robots_meta(tree: LexborHTMLParser) -> str:
    return _attribute(tree.css_first('meta[name="robots" i]'), "content").lower()


def _attribute(node: LexborNode | None, name: str) -> str:
    return (node.attributes.get(name) or "") if node is not None else ""
