"""What a model said → claims, as far as the page says it, word for word. The rest is dropped, and counted.

A claim's quote must stand on the page, white space aside. A path, a host, a scope, a header's or parameter's name must
stand there too, as written, and in the quote. Free text is kept only where it is copied. What a model cannot do: name
a host that the page does not have, or give a credential. An endpoint whose method and path the page does not show side
by side is kept as *unverified*, which nobody accepts by accident.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from chalicelib.scraper.site import paths
from chalicelib.scraper.site.blocks import Block, Code, Heading, Inline, Item, Paragraph, Table
from chalicelib.scraper.site.fragments import Auth, BaseUrl, Endpoint, Evidence, PageFragments, Parameter
from chalicelib.scraper.site.llm.answers import SaidAuth, SaidBaseUrl, SaidEndpoint, SaidParameter, Understood
from chalicelib.scraper.site.page import Parsed, folded
from chalicelib.scraper.site.trust import is_harmless

CONFIDENCE: Final = 0.7
UNVERIFIED: Final = 0.35  # above what the merge takes for noise: a reviewer is to see it
_BASE: Final = 0.5
_LEAST_QUOTE: Final = 4  # characters; a shorter one is found anywhere
_PATH_ENDS: Final = r"(?![\w{}%~-])"


@dataclass(frozen=True)
class Checked:
    """The claims that hold; how many did not; and the quotes of endpoints that are unverified."""

    fragments: PageFragments
    dropped: int
    unverified: tuple[str, ...]


def check(said: Understood, parsed: Parsed) -> Checked:
    """Keep of `said` what `parsed` says."""
    endpoints: list[Endpoint] = []
    unverified: list[str] = []
    dropped = said.dropped
    for each in said.endpoints:
        endpoint, lost = _endpoint(each, parsed)
        dropped += lost
        if endpoint is not None:
            endpoints.append(endpoint)
            if endpoint.evidence.confidence <= UNVERIFIED:
                unverified.append(endpoint.evidence.quote)
    base_urls = [url for each in said.base_urls if (url := _base_url(each, parsed)) is not None]
    auth = [way for each in said.auth if (way := _auth(each, parsed)) is not None]
    dropped += len(said.base_urls) - len(base_urls) + len(said.auth) - len(auth)
    fragments = PageFragments(
        url=parsed.url,
        page_hash=parsed.hash,
        title=parsed.title[:500],
        endpoints=tuple(endpoints),
        base_urls=tuple(base_urls),
        auth=tuple(auth),
    )
    return Checked(fragments, dropped, tuple(unverified))


def _endpoint(said: SaidEndpoint, parsed: Parsed) -> tuple[Endpoint | None, int]:
    target = paths.target(said.path)
    quote = _quoted(said.quote, parsed)
    if target is None or quote is None or not _stands(said.path, quote) or not is_harmless(target.host):
        return None, 1 + len(said.parameters)
    side_by_side = rf"\b{said.method}\b[\s`\"']{{1,4}}(?:https?://[^\s/]+)?{re.escape(folded(said.path))}{_PATH_ENDS}"
    is_verified = said.method is not None and re.search(side_by_side, parsed.text) is not None
    parameters = [found for each in said.parameters if (found := _parameter(each, parsed)) is not None]
    endpoint = Endpoint(
        method=said.method,
        path=target.path,
        host=target.host,
        form="model",
        summary=_copied(said.summary, parsed)[:300],
        parameters=tuple(parameters),
        evidence=_evidence(parsed, quote, CONFIDENCE if is_verified else UNVERIFIED),
    )
    return endpoint, len(said.parameters) - len(parameters)


def _parameter(said: SaidParameter, parsed: Parsed) -> Parameter | None:
    quote = _quoted(said.quote, parsed, least=len(said.name))
    if quote is None or not _stands(said.name, quote):
        return None
    return Parameter(
        name=said.name,
        place=said.place,
        required=said.required,
        type=said.type,
        description=_copied(said.description, parsed),
        evidence=_evidence(parsed, quote, CONFIDENCE),
    )


def _base_url(said: SaidBaseUrl, parsed: Parsed) -> BaseUrl | None:
    quote = _quoted(said.quote, parsed)
    if quote is None or said.url.rstrip("/") not in quote or not is_harmless(said.url):
        return None
    return BaseUrl(url=said.url, said=False, evidence=_evidence(parsed, quote, _BASE))


def _auth(said: SaidAuth, parsed: Parsed) -> Auth | None:
    quote = _quoted(said.quote, parsed)
    if quote is None or (said.name is not None and not _stands(said.name, quote)):
        return None
    if said.kind == "api_key" and (said.name is None or said.place is None):
        return None
    if any(not _stands(scope, parsed.text, before=r"[\w:/-]", after=r"[\w:/-]|\.\w") for scope in said.scopes):
        return None
    evidence = _evidence(parsed, quote, CONFIDENCE)
    return Auth(kind=said.kind, place=said.place, name=said.name, scopes=said.scopes, evidence=evidence)


def _quoted(quote: str, parsed: Parsed, least: int = _LEAST_QUOTE) -> str | None:
    """The quote with its white space folded, if it stands on the page."""
    words = folded(quote)
    return words[:2000] if len(words) >= min(least, _LEAST_QUOTE) and words in parsed.text else None


def _stands(words: str, text: str, *, before: str = r"\w", after: str = r"\w") -> bool:
    """Whether `words` stand in `text` as written, and are not merely a part of a longer word there.

    `before` and `after` are what a longer word has on either side.
    """
    wanted = folded(words)
    return bool(wanted) and re.search(rf"(?<!{before}){re.escape(wanted)}(?!{after})", text) is not None


def _copied(text: str | None, parsed: Parsed) -> str:
    return folded(text) if text and parsed.holds(text) else ""


def _evidence(parsed: Parsed, quote: str, confidence: float) -> Evidence:
    anchor = next((each.place.anchor for each in parsed.blocks if _holds(each, quote)), None)
    url = f"{parsed.url}#{anchor}" if anchor else parsed.url
    return Evidence(url=url[:2048], page_hash=parsed.hash, quote=quote, confidence=confidence)


def _holds(block: Block, quote: str) -> bool:
    match block:
        case Heading(inline=Inline(text=text)) | Paragraph(inline=Inline(text=text)) | Code(text=text):
            return quote in folded(text)
        case Item(term=term, inline=inline):
            return quote in folded(f"{term.text} {inline.text}" if term else inline.text)
        case Table(header=header, rows=rows):
            return any(quote in folded(" ".join(cell.text for cell in row)) for row in (header, *rows))
