"""One page → what it claims, without any model.

Stages: `page.parse` gives blocks; `mentions` finds endpoints in each, in every form that documentation uses; `scopes`
gives them the parameters, examples and descriptions that belong to them; `authentication` and `site_facts` read what
holds for the whole API. Nothing is claimed without the words that it was read in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.scraper.site import authentication, paths, samples, site_facts, vocabulary
from chalicelib.scraper.site.details import scalar
from chalicelib.scraper.site.fragments import (
    Auth,
    Endpoint,
    Evidence,
    LeftOut,
    PageFragments,
    Parameter,
    Sample,
)
from chalicelib.scraper.site.mentions import CONFIDENCE, DOUBTED, Mention
from chalicelib.scraper.site.page import Page, Parsed, parse
from chalicelib.scraper.site.quotes import Quotes
from chalicelib.scraper.site.scopes import Scopes
from chalicelib.scraper.site.shown import Shown
from chalicelib.settings import Caps

_MOST_PARAMETERS: Final = 500
_KINDS: Final = {bool: "boolean", int: "integer", float: "number", str: "string"}


def read_page(page: Page) -> PageFragments:
    """What `page` claims. Nothing is fetched; hostile or broken pages give less, never an error."""
    return read_parsed(parse(page))


def read_parsed(parsed: Parsed) -> PageFragments:
    """What a parsed page claims."""
    quotes = Quotes(parsed)
    found = Scopes(parsed, quotes).read(parsed.blocks)
    endpoints = [each for mention in found for each in _endpoints(mention, quotes)]
    left_out: list[LeftOut] = []
    if len(endpoints) > Caps.PAGE_CLAIMS:
        left_out.append(
            LeftOut(reason="too_many", what=f"{len(endpoints) - Caps.PAGE_CLAIMS} endpoints", url=parsed.url[:2048])
        )

    auth = _distinct(authentication.read(parsed.title, parsed.blocks, found, quotes.cite))
    return PageFragments(
        url=parsed.url,
        page_hash=parsed.hash,
        title=parsed.title[:500],
        endpoints=tuple(endpoints[: Caps.PAGE_CLAIMS]),
        base_urls=tuple(site_facts.base_urls(parsed.blocks, quotes.cite))[:50],
        auth=tuple(auth),
        facts=tuple(site_facts.facts(parsed.blocks, quotes.cite))[:200],
        left_out=tuple(left_out),
        is_cut=parsed.is_cut,
    )


def _endpoints(mention: Mention, quotes: Quotes) -> Iterator[Endpoint]:
    """The claim of a mention, and those of the examples that turned out to be of the same endpoint."""
    yield _endpoint(mention, mention.target.path, quotes)
    for other in mention.others[:20]:
        if other.shown is not None or other.target.host or other.target.query:
            yield _endpoint(other, _as_declared(other.target.path, mention.target.path), quotes)


def _as_declared(path: str, declared: str) -> str:
    """`path` as the endpoint that it is an example of is declared; what it has before that is kept."""
    if not paths.fits(declared, path):
        return path
    parts, wanted = path.strip("/").split("/"), declared.strip("/").split("/")
    return "/" + "/".join([*parts[: len(parts) - len(wanted)], *wanted]) + ("/" if declared.endswith("/") else "")


def _endpoint(mention: Mention, path: str, quotes: Quotes) -> Endpoint:
    section = tuple(title.text[:300] for title in mention.block.place.trail)
    sure = DOUBTED if mention.is_doubted else CONFIDENCE[mention.form]
    evidence = quotes.cite(mention.block, mention.quote, sure, mention.anchor)
    shown = mention.shown
    parameters = [*mention.parameters, *_of_query(mention, evidence)]
    requests = list(mention.requests)
    if shown is not None:
        parameters.extend(_of_form(shown, evidence))
        requests.extend(_of_body(shown, evidence))
    description = "\n\n".join(dict.fromkeys(text for text in mention.description if text))
    subject = next((text for text in reversed(section) if not vocabulary.is_structural(text)), "")
    return Endpoint(
        method=mention.method if mention.method is None or mention.form != "url" else None,
        path=path[:2000],
        host=mention.target.host[:300],
        form=mention.form,
        summary=_summary(mention, subject),
        description=description[:10_000],
        deprecated=mention.deprecated,
        parameters=tuple(parameters[:_MOST_PARAMETERS]),
        requests=tuple(requests[:10]),
        responses=tuple(mention.responses[:10]),
        response_fields=tuple(mention.response_fields[:_MOST_PARAMETERS]),
        section=section,
        evidence=evidence,
    )


def _summary(mention: Mention, subject: str) -> str:
    """A row's own description, else the heading that it stands under, without the method and path themselves."""
    first = mention.description[0] if mention.description else ""
    if mention.form == "table" or mention.target.path in subject or not subject:
        return first.split(". ")[0][:300] or subject[:300]
    return subject[:300]


def _of_query(mention: Mention, evidence: Evidence) -> Iterator[Parameter]:
    pairs = mention.shown.query if mention.shown is not None else mention.target.query
    for name, value in dict(pairs).items():
        yield _shown_parameter(name, value, "query", evidence)


def _of_form(shown: Shown, evidence: Evidence) -> Iterator[Parameter]:
    for name, value in dict(shown.form).items():
        yield _shown_parameter(name, value, "body", evidence)
    for name in shown.files:
        yield Parameter(name=name[:300] or "file", place="body", type="string", format="binary", evidence=evidence)


def _shown_parameter(name: str, value: str, place: str, evidence: Evidence) -> Parameter:
    """A parameter that an example sends. Its value tells the type only where it is a number or a boolean."""
    is_placeholder = value[:1] in "<{[$:%" or not value
    example = None if is_placeholder else scalar(value)
    kind = _KINDS[type(example)] if example is not None else None
    weak = Evidence(**{**evidence.model_dump(), "confidence": min(evidence.confidence, 0.6)})
    return Parameter(name=name[:300], place=place, type=kind, example=example, evidence=weak)


def _of_body(shown: Shown, evidence: Evidence) -> Iterator[Sample]:
    if not shown.body:
        return
    value = samples.parse(shown.body)
    if value is not samples.NOTHING:
        yield Sample(value=value, evidence=evidence)


def _distinct(found: Iterator[Auth]) -> list[Auth]:
    """Each way once, with its best evidence, and the number of further places in none: a page repeats itself."""
    best: dict[tuple[object, ...], Auth] = {}
    for each in found:
        key = (each.kind, each.place, (each.name or "").lower(), (each.prefix or "").lower())
        if key not in best or best[key].evidence.confidence < each.evidence.confidence:
            best[key] = each
    return list(best.values())[:50]
