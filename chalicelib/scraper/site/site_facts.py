"""What a page says of the whole API: where it lives, its rate limits, how lists are paged, what errors mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from chalicelib.scraper.site import vocabulary
from chalicelib.scraper.site.blocks import Block, Code, Heading, Inline, Item, Paragraph, Table
from chalicelib.scraper.site.fragments import BaseUrl, Evidence, Fact

Cite = Callable[[Block, str, float], Evidence]

_URL: Final = re.compile(r"https?://[\w.{}<>$:\[\]-]{3,200}(?:/[\w./{}<>$:~-]{0,200})?")
_BASE: Final = re.compile(
    r"\b(?:base|root)[- ]?(?:api )?(?:url|uri|path|endpoint|address)s?\b|\bapi (?:root|host|server|base|url"
    r"|endpoint)\b|\bprefix(?:ed)?\b"
    r"|\ball (?:api )?(?:requests|calls|urls|endpoints|uris|api access)\b|\b(?:available|accessible|reachable"
    r"|hosted|served|mounted|lives?|accessed|located) (?:at|under|on|from|over)\b"
    r"|\bhost(?:name)?\b|\bservers?\b|\brelative to\b|\bstarts? with\b|\bendpoint (?:is|url)\b",
    re.IGNORECASE,
)
_LIMIT: Final = re.compile(
    r"\b(?P<count>\d[\d,]{0,9})\s{1,3}(?:api )?(?:requests?|calls?|queries|hits|invocations|messages)\s{1,3}"
    r"(?:are allowed |allowed )?(?:per|/|every|each|in an?|in|a|an)\s{0,3}"
    r"(?P<number>\d{1,5}[ -])?(?:rolling )?(?P<unit>second|sec|minute|min|hour|day|month)",
    re.IGNORECASE,
)
_LIMIT_SECTION: Final = re.compile(r"\brate[- ]?limit|\bthrottl|\bquota|\blimits\b", re.IGNORECASE)
_LIMIT_HEADER: Final = re.compile(r"\b(?:X-)?Rate-?Limit[\w-]{0,40}|\bRetry-After\b", re.IGNORECASE)
_PAGING_SECTION: Final = re.compile(r"\bpaginat|\bpaging\b|\bcursors?\b", re.IGNORECASE)
_PAGING_NAMES: Final[dict[str, str]] = {
    **dict.fromkeys(("cursor", "after", "before", "starting_after", "ending_before", "page_token", "pagetoken",
                     "next_token", "start_cursor", "continuation", "next_cursor", "marker"), "cursor"),
    **dict.fromkeys(("offset", "skip", "start", "from"), "offset"),
    **dict.fromkeys(("page", "page_number", "pagenumber", "page[number]", "p"), "page"),
    **dict.fromkeys(
        ("limit", "per_page", "perpage", "page_size", "pagesize", "page[size]", "count", "size", "max_results"), "size"
    ),
}  # fmt: skip
_UNIT_S: Final = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400, "month": 2_592_000}
_VERSION: Final = re.compile(r"\b(?:api )?version:?\s{1,3}v?(\d{1,3}(?:\.\d{1,4}){1,3})\b", re.IGNORECASE)


def base_urls(blocks: Sequence[Block], cite: Cite) -> Iterator[BaseUrl]:
    """The addresses that the page calls the API's: in the same sentence, cell or line, or right after the words."""
    announced: Block | None = None
    for block in blocks:
        for text, context in _lines(block):
            urls = list(_URL.finditer(text))[:5]
            says = _BASE.search(context) is not None
            if urls and (says or announced is not None):
                for found in urls:
                    url = found[0].rstrip(".,;:")
                    if _is_usable(url) and (announced is not None or _says_near(text, context, found.start())):
                        yield BaseUrl(url=url.replace("<", "{").replace(">", "}"), said=True,
                                      evidence=cite(block, text[:400], 0.9))  # fmt: skip
        texts = " ".join(text for text, _ in _lines(block))
        is_lead = isinstance(block, Heading | Paragraph) and len(texts) < 200 and not _URL.search(texts)
        names_it = re.search(
            r"\b(?:base|root)[- ]?(?:api )?(?:url|uri|path|endpoint)|api (?:root|host|server|base|endpoint)\b",
            texts,
            re.I,
        )
        announced = block if is_lead and names_it else None


def _says_near(text: str, context: str, at: int) -> bool:
    """Whether the words that call it a base stand in the same sentence as the address at `at`."""
    if text is not context and not _BASE.search(text):
        return True
    begin = max(text.rfind(". ", 0, at), text.rfind("\n", 0, at), 0)
    end = text.find(". ", at)
    return _BASE.search(text[begin : end if end > 0 else len(text)]) is not None


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    name = parts.path.rsplit("/", 1)[-1]
    return bool(parts.netloc) and not re.search(r"\.(?:html?|md|pdf|png|jpe?g|svg|json|ya?ml|zip|js|css)\Z", name, re.I)


def facts(blocks: Sequence[Block], cite: Cite) -> Iterator[Fact]:
    """Rate limits, paging, meanings of status codes, and the version."""
    for block in blocks:
        heads = " ".join(title.text for title in block.place.trail[-2:])
        about_limits, about_paging = bool(_LIMIT_SECTION.search(heads)), bool(_PAGING_SECTION.search(heads))
        if isinstance(block, Table):
            yield from _errors(block, cite)
        for text, _ in _lines(block):
            for found in list(_LIMIT.finditer(text))[:5] if about_limits or "limit" in text else ():
                per = int(found["number"] or 1) * _UNIT_S[found["unit"].lower()]
                data = {"requests": int(found["count"].replace(",", "")), "per_s": per}
                yield Fact(kind="rate_limit", data=data, evidence=cite(block, text[:400], 0.8 if about_limits else 0.5))
            if about_limits and (names := list(dict.fromkeys(_LIMIT_HEADER.findall(text)))[:10]):
                yield Fact(kind="rate_limit", data={"headers": names}, evidence=cite(block, text[:400], 0.8))
            if about_paging and (styles := _paging(text)):
                yield Fact(kind="pagination", data=styles, evidence=cite(block, text[:400], 0.7))
            if len(text) < 200 and (version := _VERSION.search(text)):
                yield Fact(kind="version", data={"version": version[1]}, evidence=cite(block, text, 0.5))


def _paging(text: str) -> dict[str, object]:
    names = [word for word in re.findall(r"[a-z_]+(?:\[[a-z]+\])?", text[:1000].lower()) if word in _PAGING_NAMES]
    styles = [_PAGING_NAMES[name] for name in names if _PAGING_NAMES[name] != "size"]
    if not styles:
        return {}
    return {"style": styles[0], "parameters": list(dict.fromkeys(names))[:10]}


def _errors(table: Table, cite: Cite) -> Iterator[Fact]:
    at = next((n for n, cell in enumerate(table.header) if vocabulary.column(cell.text) == "code"), None)
    if at is None:
        return
    for row in table.rows[:60]:
        found = re.match(r"\s*([45]\d\d)\b", row[at].text) if at < len(row) else None
        if found is not None:
            meaning = max((cell.text for n, cell in enumerate(row) if n != at), key=len, default="")
            quote = " ".join(cell.text for cell in row)
            yield Fact(
                kind="error",
                data={"status": int(found[1]), "meaning": meaning[:300]},
                evidence=cite(table, quote[:400], 0.8),
            )


def _lines(block: Block) -> Iterator[tuple[str, str]]:
    """Texts of a block, each with the words that say what it is about."""
    match block:
        case Heading(inline=Inline(template=text)) | Paragraph(inline=Inline(template=text)):
            yield text, text
        case Item(inline=inline, term=term):
            yield inline.template, f"{term.text if term else ''} {inline.template}"
        case Code(template=text) if len(text) < 2_000 and "curl" not in text:
            head = block.place.trail[-1].text if block.place.trail else ""
            is_short = "\n" not in text.strip()
            yield text, head if is_short and re.search(r"\b(?:base|root)\b|\bendpoint\b", head, re.I) else ""
        case Table(rows=rows) if len(rows) <= 60:
            for row in rows:
                joined = " ".join(cell.template for cell in row)
                yield joined, joined
