"""What belongs to which endpoint: blocks in order → mentions with their parameters, examples and descriptions.

An endpoint that is declared owns what follows, until another one is declared or its section ends. A section whose
heading only names a part (“Parameters”, “Response”) does not end it. An example before a declaration in one section is
an example of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from chalicelib.scraper.site import captions, mentions, messages, paths, samples, vocabulary
from chalicelib.scraper.site.blocks import Block, Code, Heading, Item, Paragraph, Table
from chalicelib.scraper.site.captions import Captions
from chalicelib.scraper.site.described import Descriptions
from chalicelib.scraper.site.fragments import Sample
from chalicelib.scraper.site.labelled import Labels
from chalicelib.scraper.site.mentions import Mention
from chalicelib.scraper.site.page import Parsed
from chalicelib.scraper.site.quotes import Quotes

_STATUS: Final = re.compile(r"\b([1-5]\d\d)\b")
_METHOD: Final = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b")
_CHANGES: Final = re.compile(
    r"\b(?:change ?log|release notes|what.s new|breaking changes|upgrad(?:e|ing) (?:guide|notes)|migration guide)\b",
    re.IGNORECASE,
)
_DEPRECATED: Final = re.compile(
    r"\bdeprecated\b(?=.*\b(?:this|endpoint|method)\b|[.:]?\Z)|\b(?:this|endpoint|method)\b.*\bdeprecated\b",
    re.IGNORECASE | re.DOTALL,
)
_ASIDE: Final = re.compile(r"[?&]([\w.\[\]-]{1,60}=\S{0,200})\Z")
_DECLARING: Final = frozenset(("heading", "line", "code", "label"))
_MOST_MENTIONS: Final = 2_000
_MOST_SAMPLES: Final = 8  # of an endpoint, on one page


class Scopes:
    """The walk over one page's blocks. `found` are the mentions."""

    def __init__(self, parsed: Parsed, quotes: Quotes) -> None:
        self.found: list[Mention] = []
        self._title = parsed.title
        self._quotes = quotes
        self._captions = Captions()
        self._labels = Labels()
        self._descriptions = Descriptions(quotes)
        self._owners: list[Mention] = []
        self._level = 0
        self._depth = 0
        self._section: list[Mention] = []
        self._waiting: list[str] = []
        self._above: list[tuple[int, paths.Target]] = []
        self._verb: tuple[int, str] | None = None
        self._asked = False

    def read(self, blocks: Sequence[Block]) -> list[Mention]:
        """The mentions of all `blocks`."""
        for block in blocks:
            if len(self.found) >= _MOST_MENTIONS:
                break
            if isinstance(block, Heading):
                self._enter(block)
            self._block(block)
            self._captions.last = block
        self._settle_labels()
        self._doubt()
        return self.found

    def _doubt(self) -> None:
        """Doubt examples that do not fit what their own section declares: documentation copies and forgets to adapt."""
        for mention in self._section:
            mention.is_doubted = mention.is_sample and any(
                each.form in _DECLARING
                and (each.method == mention.method or paths.fits(each.target.path, mention.target.path))
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
            self._descriptions.enter_section()
        self._above = [(level, there) for level, there in self._above if level < heading.level]
        if self._verb is not None and heading.level <= self._verb[0]:
            self._verb = None
        self._captions.enter(heading, is_part=is_part)

    def _block(self, block: Block) -> None:
        is_all, labelled = self._labels.read(block)
        for where, complete in labelled:
            self._take(complete, where)
        if is_all:
            return
        found = [each for each in mentions.of(block) if not self._is_history(block)]
        if isinstance(block, Heading):
            found = self._of_heading(block, found)
        elif self._verb is not None:
            for each in found:
                if each.method is None and each.owns:
                    each.method, each.form = self._verb[1], "line"
        self._take(found, block)
        self._descriptions.come_to(block)
        if isinstance(block, Code):
            self._code(block, found)
            self._captions.forget_lead()
        elif isinstance(block, Paragraph):
            self._paragraph(block, found)
        elif isinstance(block, Item):
            self._item(block, found)
        elif isinstance(block, Table) and not found:
            self._describe(block)
        if isinstance(block, Paragraph | Item) and not found:
            self._asides(block)

    def _settle_labels(self) -> None:
        for where, complete in self._labels.settle():
            self._take(complete, where)

    def _is_history(self, block: Block) -> bool:
        return any(_CHANGES.search(text) for text in (self._title, *(title.text for title in block.place.trail)))

    # -- mentions -----------------------------------------------------------------------------------------------------

    def _of_heading(self, heading: Heading, found: list[Mention]) -> list[Mention]:
        """A heading that is only a path, or only a method, waits for its counterpart below it."""
        methods = heading.inline.text.upper().split()
        if self._above and methods and len(methods) <= 3 and _METHOD.fullmatch(methods[0]):
            level_target = self._above[-1][1]
            return [Mention(methods[0], level_target, "heading", heading.inline.text, heading, owns=True)]
        if len(methods) == 1 and methods[0] in paths.METHODS:
            self._verb = heading.level, methods[0]
        if len(found) == 1 and found[0].method is None:
            self._above.append((heading.level, found[0].target))
            self._labels.expect(heading.inline.template, heading)
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
        last = self._captions.last
        if owners and (len(owners) <= 4 or isinstance(block, Code)) and self._may_own(declared):
            continues = (
                bool(self._owners) and last is not None and type(last) is type(block) and not self._captions.text
                and self._owners[-1].block is last and isinstance(block, Paragraph | Heading | Code)
            )  # fmt: skip
            self._owners = (
                [*self._owners, *(each for each in owners if each not in self._owners)] if continues else owners
            )
            self._level = self._level_of(block)
            is_among_others = isinstance(block, Item) and self._verb is None
            self._depth = block.place.depth if is_among_others else 0
            for text in self._waiting:
                for each in owners:
                    if not each.description:
                        each.description.append(text)
            self._descriptions.own(owners)

    def _may_own(self, declared: list[Mention]) -> bool:
        """An address alone, or an example of something else, does not take over from a declared endpoint."""
        if not self._owners or any(not _is_weak(each) for each in declared):
            return True
        return all(map(_is_weak, self._owners)) or not self._section

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
                if paths.fits(mention.target.path, each.target.path):
                    return each
            elif (
                (
                    mention.form == "code"
                    and paths.fits(each.target.path, mention.target.path)
                    and (self._is_example(mention) or (each.form == "heading" and "{" not in mention.target.path))
                )
                or (
                    (mention.is_sample or mention.form in ("url", "prose"))
                    and paths.fits(each.target.path, mention.target.path)
                )
                or (each.target.path == mention.target.path and each.is_sample == mention.is_sample)
            ):
                return each
        return None

    def _is_example(self, mention: Mention) -> bool:
        """Whether a concrete path in code stands under words that call it an example."""
        return "{" not in mention.target.path and self._captions.calls_an_example(mention.block)

    # -- what belongs to the owners -----------------------------------------------------------------------------------

    def _here(self, block: Block) -> list[Mention]:
        """The owners of this block."""
        return self._owners if block.place.depth >= self._depth else []

    def _role(self, block: Block) -> vocabulary.Role | None:
        return self._captions.role(block, self._level if self._owners else None)

    def _describe(self, block: Item | Table) -> None:
        role, owners, required = self._role(block), self._here(block), self._captions.required
        if owners or self._owners:
            self._descriptions.add(block, role, owners, required=required)
        else:
            self._descriptions.wait(block, role, required=required)

    def _item(self, block: Item, found: list[Mention]) -> None:
        if caption := captions.of_item(block):
            self._captions.announce(caption)
        elif not found:
            if (term := block.term) is not None and self._is_part(term.text, block):
                self._captions.announce(term.text)
                if not term.code:
                    return
            self._describe(block)

    def _is_part(self, term: str, block: Item) -> bool:
        """Whether a term names a part of the description; one word below “Form data” is a parameter of that name."""
        is_name = " " not in term and not term.endswith(":") and self._role(block) not in (None, "response", "errors")
        return not is_name and vocabulary.role(term) is not None and vocabulary.is_structural(term)

    def _asides(self, block: Paragraph | Item) -> None:
        """Parameters of the query that words name as they are sent: ``?recursive=true``."""
        owners = self._here(block)
        for code in block.inline.code[:10] if len(owners) == 1 else ():
            if (aside := _ASIDE.match(code)) is not None:
                self._descriptions.aside(block, dict(paths.pairs(aside[1])), owners)

    def _paragraph(self, block: Paragraph, found: list[Mention]) -> None:
        text = block.inline.text
        owners, told = self._here(block), self._descriptions
        if not found and told.introduces(block, self._captions.role(block, self._level), owners):
            return
        is_caption = captions.is_caption(block)
        if is_caption and not found:
            self._captions.announce(text)
        else:
            self._captions.forget_lead()
        if told.assigned(block, self._role(block), owners) or told.goes_on(block):
            return
        for owner in owners:
            if len(text) < 300 and _DEPRECATED.search(text):
                owner.deprecated = True
            if not is_caption and owner.block is not block and len(owner.description) < 3 and not found:
                owner.description.append(text)
        if not owners and not is_caption and not found and len(self._waiting) < 2:
            self._waiting.append(text)

    # -- examples -----------------------------------------------------------------------------------------------------

    def _code(self, block: Code, found: list[Mention]) -> None:
        owners = self._here(block)
        is_answer = self._asked and isinstance(self._captions.last, Code)
        self._asked = any(each.shown is not None for each in found)
        if not owners or self._answers(block, owners):
            return
        text = block.text
        ends = [each.shown.end for each in found if each.shown is not None]
        rest = text[max(ends, default=0) :] if len(text) == len(block.template) else text
        at = min((n for n in (rest.find("{"), rest.find("[")) if n >= 0), default=-1)
        if at < 0 or rest[:at].strip().count("\n") > 6 or any(each.form == "snippet" for each in found):
            return
        value = samples.parse(rest[at:])
        if value is samples.NOTHING:
            return
        role = self._role(block)
        says = role in ("body", "request", "query") or (role is None and self._captions.announces_a_request)
        sends = (says and not ends and not is_answer) or _is_body(found, text[: len(text) - len(rest) + at])
        status = _STATUS.search(self._captions.text) if not sends else None
        sample = self._sample(block, samples.of_schema(value), rest[at : at + 200], int(status[1]) if status else None)
        _append(owners, "requests" if sends else "responses", sample)

    def _answers(self, block: Code, owners: list[Mention]) -> bool:
        """The answers that a block shows as HTTP has them; true where there are any."""
        answers = list(messages.answers(block.text))
        for answer in answers:
            value = samples.parse(answer.body)
            if value is not samples.NOTHING:
                _append(owners, "responses", self._sample(block, value, answer.quote, answer.status))
        return bool(answers)

    def _sample(self, block: Block, value: object, quote: str, status: int | None) -> Sample:
        return Sample(value=value, status=status, evidence=self._quotes.cite(block, quote, 0.7))


def _is_weak(mention: Mention) -> bool:
    """Whether a mention is an example, or no more than named in passing."""
    return mention.is_sample or mention.form in ("url", "prose")


def _declare(home: Mention, mention: Mention) -> None:
    """What was an example so far turns out to be of this endpoint."""
    example = Mention(home.method, home.target, home.form, home.quote, home.block, is_sample=True, shown=home.shown)
    home.others.append(example)
    home.target, home.form, home.quote, home.block = mention.target, mention.form, mention.quote, mention.block
    home.is_sample, home.anchor = False, mention.anchor
    home.description.extend(mention.description)


def _append(owners: list[Mention], kind: str, sample: Sample) -> None:
    for owner in owners:
        kept: list[Sample] = getattr(owner, kind)
        if len(kept) < _MOST_SAMPLES:
            kept.append(sample)


def _is_body(found: list[Mention], before: str) -> bool:
    """Whether a value stands right below the line of a request that sends one."""
    line = before.rstrip().rpartition("\n")[2].strip()
    return any(each.form == "code" and each.method in ("POST", "PUT", "PATCH") and each.quote == line for each in found)
