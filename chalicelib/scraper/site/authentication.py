"""How calls authenticate: from the credentials that examples show, and from what sections on authentication say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from chalicelib.scraper.site.blocks import Block, Code, Heading, Inline, Item, Paragraph, Table
from chalicelib.scraper.site.fragments import Auth, Evidence
from chalicelib.scraper.site.mentions import Mention
from chalicelib.scraper.site.shown import Shown

Cite = Callable[[Block, str, float], Evidence]

_SECTION: Final = re.compile(
    r"\b(?:authenticat\w*|authoriz\w*|authoris\w*|auth|credentials?|api[- ]?keys?|access tokens?|oauth2?|security"
    r"|tokens?|getting started|introduction|overview)\b",
    re.IGNORECASE,
)
_HEADER_LINE: Final = re.compile(
    r"\bAuthorization[\"']?\s{0,3}[:=]\s{0,3}[\"'`]?(?P<scheme>[A-Za-z][\w-]{1,30})(?:[ ]+|=)"
    r"(?P<rest>[\w<{$\[%:.\"'*…-])"
)
_SECRET_NAME: Final = re.compile(
    r"\A(?=.{3,60}\Z)(?:x-)?(?:[a-z0-9]+[-_])*(?:api-?_?key|apikey|app-?_?key|app-?_?id|token|auth|key|secret"
    r"|access-?_?token|auth-?_?token|session)\Z",
    re.IGNORECASE,
)
_HEADER_KEY_LINE: Final = re.compile(r"(?m)^\s{0,8}[\"'`]?(?P<name>[A-Za-z][\w-]{2,50})[\"'`]?\s{0,2}:\s{1,3}\S")
_QUERY_KEY: Final = re.compile(
    r"[?&](?P<name>api_?key|apikey|access_token|auth_token|appid|app_id|api_token|token|key)=", re.IGNORECASE
)
_IN_ROW: Final = re.compile(r"\b(Bearer|Basic|Token|ApiKey|Api-Key)\b", re.IGNORECASE)
_COOKIE: Final = re.compile(r"\b(?:session )?cookies?\b", re.IGNORECASE)
_BASIC: Final = re.compile(
    r"\b(?:http[- ])?basic[- ]?(?:http )?auth(?:entication|orization)?\b|\bhttp basic\b", re.IGNORECASE
)
_BEARER: Final = re.compile(r"\bbearer (?:tokens?|auth\w*|scheme|header)\b|\b(?:as|is|a) bearer\b", re.IGNORECASE)
_CLIENT: Final = re.compile(
    r"\bclient[ _-]?(?:id|secret|credentials)|\btoken (?:endpoint|url|request)|\boauth", re.IGNORECASE
)
_OAUTH: Final = re.compile(r"\boauth\s?2(?:\.0)?\b", re.IGNORECASE)
_KEY: Final = re.compile(
    r"\b(?:api|access|secret|auth(?:entication)?|app(?:lication)?|security)[ -]?(?:keys?|tokens?)\b|\byour key\b",
    re.IGNORECASE,
)
_NOT: Final = re.compile(
    r"\b(?:no authentication|without authentication|not (?:require|need|support|use)\w*|instead of|no longer"
    r"|deprecated|doesn.t|don.t)\b",
    re.IGNORECASE,
)
_NAMED_HEADER: Final = re.compile(
    r"\bheaders?\b[^.`\n]{0,40}`(?P<a>[A-Za-z][\w-]{2,50})(?::[^`]{0,80})?`|`(?P<b>[A-Za-z][\w-]{2,50})"
    r"(?::[^`]{0,80})?`[^.`\n]{0,30}\b(?:http |request )?header"
    r"|\b(?P<c>X-[A-Za-z][\w-]{2,50})\b[^.\n]{0,30}\bheader|\bheader[^.\n]{0,40}?\b(?P<d>X-[A-Za-z][\w-]{2,50})\b",
    re.IGNORECASE,
)
_NAMED_QUERY: Final = re.compile(
    r"\b(?:query(?:[- ]?string)?|url|get|request) (?:parameter|param|argument|string)s?\b[^.`\n]{0,40}`"
    r"(?P<a>[A-Za-z][\w-]{1,40})(?:=[^`]{0,60})?`"
    r"|`(?P<b>[A-Za-z][\w-]{1,40})(?:=[^`]{0,60})?`[^.`\n]{0,20}\b(?:query|url|get|request)(?:[- ]?string)? "
    r"(?:parameter|param|argument)",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"`? and `([A-Za-z][\w-]{1,40})`")
_AUTHORIZE_URL: Final = re.compile(r"https?://[^\s\"'`<>)]{3,200}?/(?:[\w/-]{0,60}/)?(?:oauth2?/)?authori[sz]e\b")
_TOKEN_URL: Final = re.compile(r"https?://[^\s\"'`<>)]{3,200}?/(?:[\w/-]{0,60}/)?(?:oauth2?/)?(?:access_)?token\b")


def read(title: str, blocks: Sequence[Block], found: Sequence[Mention], cite: Cite) -> Iterator[Auth]:
    """The ways to authenticate that a page shows or describes."""
    for mention in found:
        for each in (mention, *mention.others):
            if each.shown is not None:
                yield from _of_request(each.shown, each.block, cite)
    for block in blocks:
        trail = [title, *(above.text for above in block.place.trail)]
        is_about = any(_SECTION.search(text) for text in trail[-3:])
        for inline in _inlines(block):
            yield from _of_prose(inline, block, cite, is_about=is_about)
        if isinstance(block, Code):
            yield from _of_code(block, cite, is_about=is_about)
        elif isinstance(block, Table):
            for row in block.rows[:60]:
                yield from _of_row(row, block, cite)
        elif isinstance(block, Item) and block.term is not None:
            yield from _of_row((block.term, block.inline), block, cite)


def _of_request(shown: Shown, block: Block, cite: Cite) -> Iterator[Auth]:
    quote = shown.quote[:300]
    if shown.basic is not None:
        user, _, password = shown.basic.partition(":")
        is_key = not password.strip("'\"x ") and _SECRET_NAME.match(user.strip("${}<>").replace(" ", "_")) is not None
        yield Auth(kind="basic", prefix="key" if is_key else None, evidence=cite(block, quote, 0.9))
    for name, value in shown.headers:
        yield from _of_header(name, value, block, quote, cite)
    for name, _ in shown.query:
        if _QUERY_KEY.match(f"?{name}=") and name.lower() not in ("key", "token"):
            yield Auth(kind="api_key", place="query", name=name, evidence=cite(block, quote, 0.8))


def _of_header(name: str, value: str, block: Block, quote: str, cite: Cite) -> Iterator[Auth]:
    if name.lower() in ("authorization", "proxy-authorization"):
        scheme, _, rest = value.strip().partition(" ")
        yield from _scheme(scheme if rest or scheme[:1] not in "<{$[" else "", block, quote, cite)
    elif name.lower() != "cookie" and _SECRET_NAME.match(name) and "confirm" not in name.lower():
        yield Auth(kind="api_key", place="header", name=name, evidence=cite(block, quote, 0.9))


def _scheme(scheme: str, block: Block, quote: str, cite: Cite) -> Iterator[Auth]:
    evidence = cite(block, quote, 0.9)
    match scheme.lower():
        case "bearer":
            yield Auth(kind="bearer", place="header", name="Authorization", prefix="Bearer", evidence=evidence)
        case "basic":
            yield Auth(kind="basic", evidence=evidence)
        case "oauth" | "digest" | "negotiate" | "ntlm" | "aws4-hmac-sha256":
            pass
        case _:
            yield Auth(kind="api_key", place="header", name="Authorization", prefix=scheme or None, evidence=evidence)


def _of_code(block: Code, cite: Cite, *, is_about: bool) -> Iterator[Auth]:
    for found in list(_HEADER_LINE.finditer(block.text))[:5]:
        yield from _scheme(found["scheme"], block, found[0], cite)
    if is_about and "curl" not in block.text:
        for found in list(_HEADER_KEY_LINE.finditer(block.text[:3000]))[:10]:
            if _SECRET_NAME.match(found["name"]) and "-" in found["name"]:
                yield Auth(
                    kind="api_key", place="header", name=found["name"], evidence=cite(block, found[0].strip(), 0.8)
                )


def _of_row(row: Sequence[Inline], block: Block, cite: Cite) -> Iterator[Auth]:
    """A row or a definition that describes the header ``Authorization``."""
    if row and row[0].text.strip(" *?:").lower() == "authorization":
        rest = " ".join(cell.text for cell in row[1:])
        if (said := _IN_ROW.search(rest)) is not None:
            yield from _scheme(said[1], block, f"{row[0].text} {rest}"[:300], cite)


def _of_prose(inline: Inline, block: Block, cite: Cite, *, is_about: bool) -> Iterator[Auth]:
    text = inline.template[:3000]
    if _NOT.search(text) and len(text) < 300:
        return
    marked = _with_marks(inline)
    for code in inline.code[:20]:
        for found in list(_HEADER_LINE.finditer(code))[:2]:
            yield from _scheme(found["scheme"], block, inline.text[:300], cite)
    sure = 0.8 if is_about else 0.35
    if basic := _BASIC.search(text):
        said = re.search(r"\b(?:require|need|must|expect|use|via|with|using|support|through|by)\w*\b", text[:500], re.I)
        around = _around(inline.text, basic[0])
        weight = 0.3 if _CLIENT.search(around) else 0.7 if said and not is_about else sure
        yield Auth(kind="basic", evidence=cite(block, around, weight))
    if bearer := _BEARER.search(text):
        yield Auth(
            kind="bearer",
            place="header",
            name="Authorization",
            prefix="Bearer",
            evidence=cite(block, _around(inline.text, bearer[0]), sure),
        )
    if (oauth := _OAUTH.search(text)) and is_about:
        is_heading = isinstance(block, Heading)
        yield Auth(kind="oauth2", authorize_url=_url(_AUTHORIZE_URL, text), token_url=_url(_TOKEN_URL, text),
                   evidence=cite(block, _around(inline.text, oauth[0]), 0.8 if is_heading else 0.45))  # fmt: skip
    yield from _named(marked, inline, block, cite, is_about=is_about)


def _named(marked: str, inline: Inline, block: Block, cite: Cite, *, is_about: bool) -> Iterator[Auth]:
    """A header or query parameter that prose names as the credential's place."""
    is_key = _KEY.search(marked) is not None
    for pattern, place in ((_NAMED_HEADER, "header"), (_NAMED_QUERY, "query")):
        for found in list(pattern.finditer(marked))[:5]:
            name = next(group for group in found.groups() if group)
            more = _AND.match(marked, found.end() - (found["a"] is None)) if place == "query" and found["a"] else None
            if more is not None and _SECRET_NAME.match(more[1]) and is_about:
                yield Auth(
                    kind="api_key", place=place, name=more[1], evidence=cite(block, _around(inline.text, more[1]), 0.8)
                )
            if name.lower() in ("authorization", "content-type", "accept", "cookie", "set-cookie"):
                continue
            if (_SECRET_NAME.match(name) and (is_key or is_about)) or (is_key and is_about and place == "header"):
                yield Auth(kind="api_key", place=place, name=name,
                           evidence=cite(block, _around(inline.text, name), 0.8 if is_about else 0.6))  # fmt: skip


def _with_marks(inline: Inline) -> str:
    """The text with what is set as code or in bold in backticks, so that names can be told from words."""
    text, at = inline.marked[:3000], 0
    for code in inline.strong[:10]:
        where = text.find(code, at)
        if where >= 0 and len(code) < 120:
            text = f"{text[:where]}`{code}`{text[where + len(code) :]}"
            at = where + len(code) + 2
    return text


def _around(text: str, words: str) -> str:
    """The sentence that holds `words`, at most 300 characters."""
    at = max(text.find(words), 0)
    begin = max(text.rfind(". ", 0, at) + 2 if ". " in text[:at] else 0, at - 150)
    return text[begin : begin + 300]


def _url(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[0][:300] if found else None


def _inlines(block: Block) -> Iterator[Inline]:
    match block:
        case Heading(inline=inline) | Paragraph(inline=inline):
            yield inline
        case Item(inline=inline, term=term):
            yield inline
            if term is not None:
                yield term
        case Table(rows=rows) if len(rows) <= 30:
            for row in rows:
                yield from row
