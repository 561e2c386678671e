"""What belongs to which endpoint: blocks in order → mentions with their parameters, examples and descriptions.

An endpoint that is declared owns what follows, until another one is declared or its section ends. A section whose
heading only names a part (“Parameters”, “Response”) does not end it. An example before a declaration in one section is
an example of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from chalicelib.scraper.site import details, fields, mentions, messages, paths, samples, vocabulary
from chalicelib.scraper.site.blocks import Block, Code, Heading, Item, Paragraph, Table
from chalicelib.scraper.site.fragments import Evidence, Parameter, Sample
from chalicelib.scraper.site.mentions import Mention
from chalicelib.scraper.site.page import Parsed, texts

_STATUS: Final = re.compile(r"\b([1-5]\d\d)\b")
_METHOD_VALUE: Final = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b")
_CHANGES: Final = re.compile(
    r"\b(?:change ?log|release notes|what.s new|breaking changes|upgrad(?:e|ing) (?:guide|notes)|migration guide)\b",
    re.IGNORECASE,
)
_DEPRECATED: Final = re.compile(r"\bdeprecated\b", re.IGNORECASE)
_DECLARING: Final = frozenset(("heading", "line", "code", "label"))
_MOST_CAPTION: Final = 160
_MOST_MENTIONS: Final = 2_000
_QUESTION: Final = re.compile(r"[?&][\w.\[\]-]{1,60}=")


class Scopes:
    """The walk over one page's blocks. `found` are the mentions."""

    def __init__(self, parsed: Parsed) -> None:
        self.found: list[Mention] = []
        self._parsed = parsed
        self._owners: list[Mention] = []
        self._level = 0
        self._depth = 0
        self._section: list[Mention] = []
        self._waiting: list[str] = []
        self._caption = ""
        self._labelled: dict[str, list[str]] = {}
        self._label_open: str | None = None
        self._label_block: Block | None = None
        self._above: list[tuple[int, paths.Target]] = []
        self._item_read: tuple[Item, list[Mention], Parameter] | None = None
        self._last: Block | None = None

    def read(self, blocks: Sequence[Block]) -> list[Mention]:
        """The mentions of all `blocks`."""
        for block in blocks:
            if len(self.found) >= _MOST_MENTIONS:
                break
            if isinstance(block, Heading):
                self._enter(block)
            self._block(block)
            self._last = block
        self._settle_labels()
        self._doubt()
        return self.found

    def _doubt(self) -> None:
        """Doubt examples that do not fit what their own section declares: documentation copies and forgets to adapt."""
        for mention in self._section:
            mention.is_doubted = mention.is_sample and any(
                each.form in _DECLARING
                and (each.method == mention.method or fits(each.target.path, mention.target.path))
                for each in self._section
            )

    def _enter(self, heading: Heading) -> None:
        """A new section begins; owners of a finished one have no more to say."""
        self._settle_labels()
        is_part = vocabulary.is_structural(heading.inline.text)
        limit = self._level - 1 if is_part else self._level
        if self._owners and heading.level <= limit:
            self._owners = []
        if not is_part:
            self._doubt()
            self._section, self._waiting = [], []
        self._above = [(level, there) for level, there in self._above if level < heading.level]
        self._caption = ""

    def _block(self, block: Block) -> None:
        if self._label(block):
            return
        found = [each for each in mentions.of(block) if not self._is_history(block)]
        if isinstance(block, Heading):
            found = self._of_heading(block, found)
        self._take(found, block)
        if not isinstance(block, Paragraph):
            self._item_read = None
        if isinstance(block, Code):
            self._code(block, found)
        elif isinstance(block, Table):
            self._table(block, found)
        elif isinstance(block, Item):
            self._item(block, found)
        elif isinstance(block, Paragraph):
            self._paragraph(block, found)

    def _is_history(self, block: Block) -> bool:
        return any(_CHANGES.search(title.text) for title in block.place.trail) or bool(
            _CHANGES.search(self._parsed.title)
        )

    # -- mentions -----------------------------------------------------------------------------------------------------

    def _of_heading(self, heading: Heading, found: list[Mention]) -> list[Mention]:
        """A heading that is only a path waits for the methods below it, which may be headings that are only methods."""
        methods = heading.inline.text.upper().split()
        if self._above and methods and len(methods) <= 3 and _METHOD_VALUE.fullmatch(methods[0]):
            level_target = self._above[-1][1]
            return [Mention(methods[0], level_target, "heading", heading.inline.text, heading, owns=True)]
        if len(found) == 1 and found[0].method is None:
            self._above.append((heading.level, found[0].target))
        return found

    def _take(self, found: list[Mention], block: Block) -> None:
        owners: list[Mention] = []
        for mention in found:
            home = self._home(mention)
            if home is None:
                self.found.append(mention)
                self._section.append(mention)
            else:
                home.others.append(mention)
                if home.is_sample and not mention.is_sample:
                    _declare(home, mention)
            mention = home or mention
            if mention.owns and mention not in owners:
                owners.append(mention)
        declared = [each for each in found if each.owns]
        if owners and (len(owners) <= 4 or isinstance(block, Code)) and self._may_own(declared):
            continues = (
                bool(self._owners) and self._last is not None and type(self._last) is type(block) and not self._caption
                and self._owners[-1].block is self._last and isinstance(block, Paragraph | Heading | Code)
            )  # fmt: skip
            self._owners = (
                [*self._owners, *(each for each in owners if each not in self._owners)] if continues else owners
            )
            self._level = self._level_of(block)
            self._depth = block.place.depth if isinstance(block, Item) else 0
            for text in self._waiting:
                for each in owners:
                    if not each.description:
                        each.description.append(text)

    def _may_own(self, declared: list[Mention]) -> bool:
        """An address alone, or an example of something else, does not take over from a declared endpoint."""
        if not self._owners or any(not each.is_sample and each.form != "url" for each in declared):
            return True
        return all(each.is_sample or each.form == "url" for each in self._owners) or not self._section

    def _level_of(self, block: Block) -> int:
        """The level of the innermost heading above `block` that is no mere part of a description."""
        for title in reversed(block.place.trail):
            if not vocabulary.is_structural(title.text):
                return title.level
        return block.place.trail[-1].level if block.place.trail else 0

    def _home(self, mention: Mention) -> Mention | None:
        """The mention in this section that is of the same endpoint."""
        for each in (*self._owners, *self._section):
            same_method = each.method == mention.method or (mention.method is None and mention.form == "url")
            if not same_method:
                continue
            if each.is_sample and not mention.is_sample and mention.form not in ("url", "prose"):
                if fits(mention.target.path, each.target.path):
                    return each
            elif (
                (mention.is_sample or mention.form in ("url", "prose")) and fits(each.target.path, mention.target.path)
            ) or (each.target.path == mention.target.path and each.is_sample == mention.is_sample):
                return each
        return None

    # -- labelled lines -----------------------------------------------------------------------------------------------

    def _label(self, block: Block) -> bool:
        """Read ``Method: GET`` and ``URL: /path``; true where the block says nothing else."""
        if self._label_open is not None and not isinstance(block, Heading):
            kind, self._label_open = self._label_open, None
            text = (
                block.template if isinstance(block, Code) else getattr(getattr(block, "inline", None), "template", "")
            )
            if (
                text
                and len(text) < 600
                and self._labelled_value(kind, text.strip("`_<> " if "<_" in text else "` "), block)
            ):
                return True
        any_found = False
        for name, value in mentions.labels(block):
            said = vocabulary.label(name)
            if said is None:
                continue
            if not value.strip("`"):
                self._label_open = said
                any_found = any_found or not isinstance(block, Heading)
            else:
                any_found = self._labelled_value(said, value, block) or any_found
        return any_found

    def _labelled_value(self, kind: str, value: str, block: Block) -> bool:
        if kind == "method":
            values = _METHOD_VALUE.findall(value.upper() if len(value) < 20 else value)
        else:
            there = paths.target(value.split("\n")[0].split(" ")[0].strip("`_")) if "/" in value else None
            if there is None or any(True for _ in mentions.of(block) if _.method):
                return False
            values = [value.split("\n")[0].split(" ")[0].strip("`_")]
        if not values:
            return False
        if kind in self._labelled:
            self._settle_labels()
        self._labelled[kind], self._label_block = values, block
        if len(self._labelled) == 2:
            self._settle_labels()
        return True

    def _settle_labels(self) -> None:
        """Method and address make an endpoint; an address alone makes one whose method is not named."""
        labelled, block, self._labelled = self._labelled, self._label_block, {}
        self._label_open = None
        if block is None or "path" not in labelled:
            return
        there = paths.target(labelled["path"][0])
        if there is None:
            return
        methods: Sequence[str | None] = labelled.get("method") or [None]
        quote = f"{labelled['path'][0]}"
        found = [Mention(each, there, "label" if each else "url", quote, block, owns=True) for each in methods]
        self._take(found, block)

    # -- what belongs to the owners -----------------------------------------------------------------------------------

    def _role(self, block: Block) -> vocabulary.Role | None:
        """The part that this block describes: by the words before it, or by the headings below its owner."""
        if isinstance(self._last, Paragraph) and len(self._last.inline.text) <= _MOST_CAPTION:
            said = vocabulary.role(self._last.inline.text)
            if said is not None and not isinstance(block, Code):
                return said
        if self._caption and (said := vocabulary.role(self._caption)) is not None:
            return said
        for title in reversed(block.place.trail):
            if self._owners and title.level < self._level:
                break
            if vocabulary.is_structural(title.text) and (said := vocabulary.role(title.text)) is not None:
                return said
        return None

    def _here(self, block: Block) -> list[Mention]:
        """The owners of this block."""
        return self._owners if block.place.depth >= self._depth else []

    def _paragraph(self, block: Paragraph, found: list[Mention]) -> None:
        text, inline = block.inline.text, block.inline
        is_bold = bool(inline.strong) and len(text.strip(": *")) - len(inline.strong[0].strip(": *")) <= 1
        is_caption = len(text) <= _MOST_CAPTION and (
            text.endswith(":") or is_bold or (len(text) < 60 and vocabulary.is_structural(text))
        )
        if is_caption and not found:
            self._caption = text
        owners = self._here(block)
        if self._assigned(block, owners) or self._goes_on(block):
            return
        for owner in owners:
            if (
                _DEPRECATED.search(text)
                and len(text) < 300
                and re.search(r"\b(?:this|endpoint|method|deprecated[.:]?$)", text, re.I)
            ):
                owner.deprecated = True
            if not is_caption and owner.block is not block and len(owner.description) < 3 and not found:
                owner.description.append(text)
        if not owners and not is_caption and not found and len(self._waiting) < 2:
            self._waiting.append(text)

    def _assigned(self, block: Paragraph | Item, owners: list[Mention]) -> bool:
        """Lines such as ``id=[integer]`` below “URL params”."""
        text = block.inline.template
        if not owners or "=" not in text or len(text) > 1_000 or "://" in text:
            return False
        any_found = False
        role = self._role(block)
        required = None
        for line in text.split("\n")[:30]:
            required = (
                True
                if re.match(r"\W*required\W*", line, re.I)
                else False
                if re.match(r"\W*optional\W*", line, re.I)
                else required
            )
            plain = re.sub(r"^\W*(?:required|optional)\W+", "", line, flags=re.I).strip(" `*_")
            matched = re.fullmatch(r"([A-Za-z_][\w.\[\]-]{0,60})\s?=\s?[\[<{]([\w |/-]{1,40})[\]>}]", plain)
            if matched:
                any_found = True
                typed = details.type_of(matched[2])
                place = fields.place_of(role)
                found = fields.parameter(
                    matched[1],
                    place,
                    required,
                    typed,
                    "",
                    details.Details(),
                    self.evidence(block, line.strip(), 0.8),
                )
                for owner in owners:
                    owner.parameters.append(found)
        return any_found

    def _item(self, block: Item, found: list[Mention]) -> None:
        if (
            block.term is not None
            and not block.inline.text
            and (block.term.text.endswith(":") or vocabulary.is_structural(block.term.text))
        ):
            self._caption = block.term.text
            return
        text = block.inline.text
        is_bold = bool(block.inline.strong) and len(text.strip(": *")) <= len(block.inline.strong[0].strip(": *")) + 1
        if (
            block.term is None
            and len(text) < 60
            and (text.endswith(":") or (is_bold and vocabulary.is_structural(text)))
        ):
            self._caption = text
            return
        owners = self._here(block)
        if not owners or found or self._assigned_item(block, owners):
            return
        role = self._role(block)
        if role == "errors":
            return
        evidence = self.evidence(block, text or (block.term.text if block.term else ""), 0.8)
        if block.term is not None and vocabulary.role(block.term.text) and vocabulary.is_structural(block.term.text):
            self._caption = block.term.text
            if not block.term.code:
                return
        read = fields.of_item(block, role, evidence, is_announced=role is not None and role != "response")
        if read is None or read.name.isdigit():
            return
        for owner in owners:
            (owner.response_fields if role == "response" else owner.parameters).append(read)
        self._item_read = (block, owners, read)

    def _goes_on(self, block: Paragraph) -> bool:
        """A paragraph within the item that has just named a parameter describes that parameter."""
        if self._item_read is None or block.place.depth < self._item_read[0].place.depth or not block.place.depth:
            return False
        (_, owners, before), self._item_read = self._item_read, None
        evidence = self.evidence(block, block.inline.text, before.evidence.confidence)
        said = fields.described(before, block.inline.text, evidence)
        for owner in owners:
            for kept in (owner.parameters, owner.response_fields):
                kept[:] = [said if each is before else each for each in kept]
        return True

    def _assigned_item(self, block: Item, owners: list[Mention]) -> bool:
        return block.term is None and self._assigned(block, owners)

    def _table(self, block: Table, found: list[Mention]) -> None:
        owners = self._here(block)
        if found or not owners:
            return
        columns = fields.columns_of(block)
        role = self._role(block)
        if columns is None or role == "errors" or ("code" in columns.at and "type" not in columns.at):
            return
        evidence = self.evidence(block, " ".join(cell.text for cell in block.header) or "-", 0.9)
        if (
            role is None
            and block.header
            and (own := vocabulary.role(block.header[columns.at["name"]].text)) in ("header", "query", "path", "body")
        ):
            role = own
        read = list(fields.of_table(block, columns, role, evidence))
        header = vocabulary.words(block.header[columns.at["name"]].text) if block.header else []
        for owner in owners:
            is_answer = role == "response" or (
                role is None
                and owner.method in ("GET", "HEAD")
                and any(
                    word in ("field", "fields", "attribute", "property", "key", "member", "element") for word in header
                )
            )
            (owner.response_fields if is_answer else owner.parameters).extend(read)

    # -- examples -----------------------------------------------------------------------------------------------------

    def _code(self, block: Code, found: list[Mention]) -> None:
        owners = self._here(block)
        if not owners:
            return
        text = block.text
        role = self._role(block)
        answers = list(messages.answers(text))
        for answer in answers:
            value = samples.parse(answer.body)
            if value is not samples.NOTHING:
                sample = self._sample(block, value, answer.quote, answer.status)
                _append(owners, "responses", sample)
        if answers:
            return
        ends = [each.shown.end for each in found if each.shown is not None]
        rest = text[max(ends, default=0) :] if len(text) == len(block.template) else text
        at = min((n for n in (rest.find("{"), rest.find("[")) if n >= 0), default=-1)
        if at < 0 or rest[:at].strip().count("\n") > 6:
            return
        value = samples.parse(rest[at:])
        if value is samples.NOTHING:
            return
        if any(each.shown is not None and each.form == "snippet" for each in found):
            return
        status = _STATUS.search(self._caption)
        sends = role in ("body", "request", "query") and not ends
        if role is None and not ends and _is_request_caption(self._caption):
            sends = True
        sample = self._sample(block, value, rest[at : at + 200], int(status[1]) if status and not sends else None)
        _append(owners, "requests" if sends else "responses", sample)

    def _sample(self, block: Block, value: object, quote: str, status: int | None) -> Sample:
        return Sample(value=value, status=status, evidence=self.evidence(block, quote, 0.7))

    def evidence(self, block: Block, quote: str, confidence: float, anchor: str | None = None) -> Evidence:
        """`quote` with the address of its place on the page."""
        anchor = anchor or block.place.anchor
        url = f"{self._parsed.url}#{anchor}" if anchor else self._parsed.url
        quote = quote.strip()[:2000] or "-"
        if "{" in quote and not self._parsed.holds(quote):  # a placeholder that the page sets in italics
            quote = " ".join(texts((block,)))[:300].strip() or "-"
        return Evidence(url=url[:2048], page_hash=self._parsed.hash, quote=quote, confidence=confidence)


def fits(template: str, path: str) -> bool:
    """Whether `path` may be an example of `template`; the path may have a constant prefix that the template lacks."""
    wanted, given = template.strip("/").split("/"), path.strip("/").split("/")
    if len(given) < len(wanted) or not template.strip("/"):
        return template.strip("/") == path.strip("/")
    tail = given[len(given) - len(wanted) :]
    same = [one == other for one, other in zip(wanted, tail, strict=True)]
    return all(is_same or "{" in one for is_same, one in zip(same, wanted, strict=True)) and (
        any(same) or len(wanted) == len(given)
    )


def _declare(home: Mention, mention: Mention) -> None:
    """What was an example so far turns out to be of this endpoint."""
    example = Mention(home.method, home.target, home.form, home.quote, home.block, is_sample=True, shown=home.shown)
    home.others.append(example)
    home.target, home.form, home.quote, home.block = mention.target, mention.form, mention.quote, mention.block
    home.is_sample, home.anchor = False, mention.anchor
    home.shown = home.shown
    home.description.extend(mention.description)


def _append(owners: list[Mention], kind: str, sample: Sample) -> None:
    for owner in owners:
        kept: list[Sample] = getattr(owner, kind)
        if len(kept) < 8:
            kept.append(sample)


def _is_request_caption(caption: str) -> bool:
    found = set(vocabulary.words(caption))
    return bool(found & {"request", "body", "payload", "send", "post", "input"}) and not found & {"response", "returns"}
