"""A block → the endpoints that it mentions, in whichever form: a line, an address, a row, a label, an example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from chalicelib.scraper.site import curl, grids, lines, messages, paths, snippets, vocabulary
from chalicelib.scraper.site.blocks import Block, Code, Heading, Inline, Item, Paragraph, Table
from chalicelib.scraper.site.fragments import Form, Parameter, Sample
from chalicelib.scraper.site.shown import Shown

CONFIDENCE: Final[dict[Form, float]] = {
    "heading": 0.95, "line": 0.95, "table": 0.95, "code": 0.95, "label": 0.95, "message": 0.85,
    "curl": 0.8, "snippet": 0.75, "prose": 0.6,
    "url": 0.4, "model": 0.7,
}  # fmt: skip
DOUBTED: Final = 0.3  # of an example that does not fit the endpoint which its section declares
_ADDRESS: Final = re.compile(
    rf"(?:https?://[^\s\"'`<>()\[\]]{{1,500}}(?:<[\w ]{{1,40}}>[^\s\"'`<>()\[\]]{{0,200}}){{0,5}})|"
    rf"(?<![\w.:/<>-]){paths.PATH}"
)
_ONLY_PATH: Final = re.compile(rf"[\"'`]?(?:{paths.TARGET})[\"'`]?\.?\Z")
_STARTS_LINE: Final = re.compile(r"[\s$>#*]{0,6}\Z")
_ASSETS: Final = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|ico|css|js|mjs|html?|mdx?|pdf|zip|tar|gz|exe|jar|yaml|yml|php|sh|py|rb|go|ts|txt"
    r"|conf)\Z",
    re.IGNORECASE,
)
_MOST_REST: Final = 60
_MOST_AROUND: Final = 120  # characters around an address that is what its sentence is about


@dataclass(slots=True)
class Mention:
    """A mention being filled in. `owns`: what follows it describes it. `is_sample`: its values may be examples."""

    method: str | None
    target: paths.Target
    form: Form
    quote: str
    block: Block
    owns: bool = False
    is_sample: bool = False
    is_doubted: bool = False
    shown: Shown | None = None
    anchor: str | None = None
    description: list[str] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    response_fields: list[Parameter] = field(default_factory=list)
    requests: list[Sample] = field(default_factory=list)
    responses: list[Sample] = field(default_factory=list)
    others: list[Mention] = field(default_factory=list)
    deprecated: bool = False


def of(block: Block) -> Iterator[Mention]:
    """The mentions in a block, in order."""
    match block:
        case Heading(inline=inline):
            yield from _in_heading(block, inline)
        case Paragraph(inline=inline):
            yield from _in_text(block, inline)
        case Item(inline=inline, term=term):
            if term is not None:
                found = list(_in_heading(block, term))
                for each in found:
                    each.description.append(inline.text)
                yield from found
            yield from _in_text(block, inline)
        case Code():
            yield from _in_code(block)
        case Table():
            rows = list(grids.read(block))
            for row in rows:
                found_row = Mention(
                    row.method, row.target, "table" if row.method else "url", row.quote, block, anchor=row.anchor
                )
                found_row.owns = len({each.target.path for each in rows}) == 1
                found_row.description.append(row.description)
                yield found_row


def _in_heading(block: Block, inline: Inline) -> Iterator[Mention]:
    any_found = False
    for line in lines.find(inline.template):
        any_found = True
        yield Mention(line.method, line.target, "heading", inline.text, block, owns=True)
    text = inline.template.strip()
    if not any_found and len(text) > 1 and _ONLY_PATH.match(text) and "/" in text and not _ASSETS.search(text):
        there = paths.target(text.strip("\"'`"))
        if there is not None:
            yield Mention(None, there, "heading", inline.text, block, owns=True)


def _in_text(block: Block, inline: Inline) -> Iterator[Mention]:
    text = inline.template
    found = list(lines.find(text))
    for line in found:
        rest = len(text) - (line.end - line.begin)
        is_alone = rest <= 3 or (line.begin <= 2 and (rest <= _MOST_REST or "\n" in text[line.end : line.end + 2]))
        is_led = line.begin <= 40 and text[: line.begin].rstrip().endswith(":") and len(text) - line.end <= 3
        form: Form = "line" if (is_alone or is_led or line.begin <= 2) and not line.words else "prose"
        quote = inline.text if len(inline.text) <= 200 else text[line.begin : line.end]
        yield Mention(line.method, line.target, form, quote, block, owns=form == "line" or bool(line.words))
    if found:
        return
    for code in inline.code:
        if (there := address(code)) is not None:
            is_all = len(inline.text) - len(code) <= (_MOST_AROUND if there.host else 2)
            yield Mention(None, there, "url", inline.text if len(inline.text) < 300 else code, block, owns=is_all)
    plain = text if not inline.code else ""
    for match in list(_ADDRESS.finditer(plain[:5000]))[:20]:
        if match[0].startswith("http") and (there := address(match[0])) is not None:
            is_all = len(inline.text) - len(match[0]) <= _MOST_AROUND
            yield Mention(
                None, there, "url", inline.text[:300] if len(inline.text) < 300 else match[0], block, owns=is_all
            )


def address(text: str) -> paths.Target | None:
    """An absolute address or a path of at least two characters that is no file of the documentation."""
    text = text.strip("\"'`")
    if " " in text.split("<")[0] or not _ONLY_PATH.match(text):
        return None
    there = paths.target(text)
    if (
        there is None
        or there.path == "/"
        or (there.host and not there.host.startswith(("http", "$", "{", "<", "localhost")))
    ):
        return None
    return None if _ASSETS.search(there.path) else there


def _in_code(block: Code) -> Iterator[Mention]:
    text = block.template
    taken: set[int] = set()
    for shown in (*messages.requests(text), *messages.relative(text)):
        taken.add(text.count("\n", 0, shown.end))
        yield _sample(shown, "message", block)
    for line in lines.find(text):
        begins = text.rfind("\n", 0, line.begin) + 1
        if not _STARTS_LINE.match(text[begins : line.begin]) or text.count("\n", 0, line.end) in taken:
            continue
        quote = text[begins : line.end].strip()
        yield Mention(line.method, line.target, "code", quote, block, owns=True)
    if "curl" in text:
        for shown in curl.read(text):
            yield _sample(shown, "curl", block)
    for shown in snippets.read(text):
        yield _sample(shown, "snippet", block)
    stripped = text.strip()
    if "\n" not in stripped and len(stripped) < 500 and (there := address(stripped)) is not None:
        yield Mention(None, there, "url", stripped, block, owns=True)


def _sample(shown: Shown, form: Form, block: Block) -> Mention:
    return Mention(shown.method, shown.target, form, shown.quote, block, owns=True, is_sample=True, shown=shown)


def labels(block: Block) -> Iterator[tuple[str, str]]:
    """Labels with their values, such as ``Method: GET``; an empty value is in the block that follows."""
    match block:
        case Heading(inline=inline):
            yield inline.text, ""
        case Paragraph(inline=inline) | Item(inline=inline, term=None):
            for line in inline.template.split("\n")[:30]:
                name, _, value = line.partition(":")
                if vocabulary.label(name.strip("*_ ")) is not None:
                    yield name.strip("*_ "), value.strip(" *_`<>" if "<_" in value else " *_`")
        case Item(inline=inline, term=term) if term is not None:
            yield term.text, inline.template
        case Table(header=header, rows=rows):
            for row in (header, *rows)[:40]:
                if len(row) == 2:
                    yield row[0].text, row[1].template
