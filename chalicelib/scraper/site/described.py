"""Parameters as they are described below (or above) their endpoint: tables, lists, terms and lines → its parameters."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.scraper.site import captions, details, fields, vocabulary
from chalicelib.scraper.site.blocks import Item, Paragraph, Table
from chalicelib.scraper.site.fragments import Parameter
from chalicelib.scraper.site.mentions import Mention
from chalicelib.scraper.site.quotes import Quotes

_MOST_EARLY: Final = 200
_ASSIGNED: Final = re.compile(r"([A-Za-z_][\w.\[\]-]{0,60})\s?=\s?[\[<{]([\w |/-]{1,40})[\]>}]")
_OF_ANSWERS: Final = frozenset(("field", "fields", "attribute", "property", "key", "member", "element"))
_TOLD: Final = frozenset(("query", "path", "body", "request"))

Role = vocabulary.Role | None


class Descriptions:
    """The descriptions of one page, as its blocks come."""

    def __init__(self, quotes: Quotes) -> None:
        self._quotes = quotes
        self._early: list[tuple[Item | Table, Role, bool | None]] = []
        self._open: tuple[Item | Paragraph, list[Mention], Parameter] | None = None
        self._parents: list[tuple[int, Parameter]] = []

    def enter_section(self) -> None:
        """What was described before any endpoint belongs to none."""
        self._early = []

    def come_to(self, block: object) -> None:
        """What was open ends with the block, unless it goes on."""
        if not isinstance(block, Paragraph):
            self._open = None
        if not isinstance(block, Item | Paragraph) or not block.place.depth:
            self._parents = []

    def own(self, owners: list[Mention]) -> None:
        """Give `owners` what was described before them."""
        early, self._early = self._early, []
        for block, role, required in early:
            self.add(block, role, owners, required=required)

    def wait(self, block: Item | Table, role: Role, *, required: bool | None) -> None:
        """Keep what `block` describes for the endpoint that follows."""
        if (isinstance(block, Table) or role in _TOLD) and role not in ("response", "errors"):
            self._early = [*self._early, (block, role, required)][:_MOST_EARLY]

    def add(self, block: Item | Table, role: Role, owners: list[Mention], *, required: bool | None) -> None:
        """The parameters of a table or an item are those of `owners`."""
        if role == "errors":
            return
        if isinstance(block, Table):
            self._of_table(block, role, owners)
        elif not self._is_below(block) and block.term is None and self.assigned(block, role, owners):
            return
        else:
            self._of_item(block, role, owners, required)

    def introduces(self, block: Paragraph, role: Role, owners: list[Mention]) -> bool:
        """A line that names a parameter and its type, below words that announce parameters."""
        if not owners or (len(block.inline.text) > captions.MOST and not block.inline.code):
            return False
        read = fields.of_paragraph(block.inline, role, self._quotes.cite(block, block.inline.text, 0.8))
        if read is None:
            return False
        for owner in owners:
            owner.parameters.append(read)
        self._open = (block, owners, read)
        return True

    def aside(self, block: Paragraph | Item, pairs: dict[str, str], owners: list[Mention]) -> None:
        """Parameters of the query that a sentence names, unless they are described anyway."""
        for owner in owners:
            known = {each.name for each in owner.parameters}
            for name in pairs.keys() - known:
                evidence = self._quotes.cite(block, block.inline.text[:300], 0.7)
                owner.parameters.append(Parameter(name=name, place="query", evidence=evidence))

    def goes_on(self, block: Paragraph) -> bool:
        """A paragraph within the item, or after the line, that has just named a parameter describes that parameter."""
        if self._open is None or block.place.depth < self._open[0].place.depth:
            return False
        if not block.place.depth and not isinstance(self._open[0], Paragraph):
            return False
        (_, owners, before), self._open = self._open, None
        evidence = self._quotes.cite(block, block.inline.text, before.evidence.confidence)
        said = fields.described(before, block.inline.text, evidence)
        _replace(owners, before, said)
        self._parents = [(depth, said if each is before else each) for depth, each in self._parents]
        return True

    def assigned(self, block: Paragraph | Item, role: Role, owners: list[Mention]) -> bool:
        """Lines such as ``id=[integer]`` below “URL params”, perhaps with “Required:” above them."""
        text = block.inline.template
        if not owners or "=" not in text or len(text) > 1_000 or "://" in text:
            return False
        any_found, required = False, None
        for line in text.split("\n")[:30]:
            if said := re.match(r"\W*(required|optional)\W*", line, re.IGNORECASE):
                required = said[1].lower() == "required"
            plain = re.sub(r"^\W*(?:required|optional)\W+", "", line, flags=re.IGNORECASE).strip(" `*_")
            if (found := _ASSIGNED.fullmatch(plain)) is None:
                continue
            any_found = True
            evidence, typed = self._quotes.cite(block, line.strip(), 0.8), details.type_of(found[2])
            place, said_nothing = fields.place_of(role), details.Details()
            read = fields.parameter(found[1], place, required, typed, "", said_nothing, evidence)
            for owner in owners:
                owner.parameters.append(read)
        return any_found

    def _is_below(self, block: Item) -> bool:
        return bool(self._parents) and self._parents[-1][0] < block.place.depth

    def _of_item(self, block: Item, role: Role, owners: list[Mention], required: bool | None) -> None:
        text = block.inline.text
        evidence = self._quotes.cite(block, text or (block.term.text if block.term else ""), 0.8)
        self._parents = [each for each in self._parents if each[0] < block.place.depth]
        read = fields.of_item(block, role, evidence, is_announced=role is not None and role != "response")
        if self._is_detail(block, read, owners) or read is None or read.name.isdigit():
            return
        if read.required is None and required is not None:
            read = read.model_copy(update={"required": required})
        self._parents.append((block.place.depth, read))
        for owner in owners:
            (owner.response_fields if role == "response" else owner.parameters).append(read)
        self._open = (block, owners, read)

    def _is_detail(self, block: Item, read: Parameter | None, owners: list[Mention]) -> bool:
        """Whether an item stands below that of a parameter: then it is a member or a value of that one."""
        if not self._parents:
            return False
        depth, before = self._parents[-1]
        if fields.is_wrapper(before.name):
            _replace(owners, before, None)
            self._parents.pop()
            return False
        said = fields.detailed(before, block.inline, read, block.term)
        _replace(owners, before, said)
        self._parents[-1] = (depth, said)
        return True

    def _of_table(self, block: Table, role: Role, owners: list[Mention]) -> None:
        columns = fields.columns_of(block)
        if columns is None or ("code" in columns.at and "type" not in columns.at):
            return
        evidence = self._quotes.cite(block, " ".join(cell.text for cell in block.header) or "-", 0.9)
        head = block.header[columns.at["name"]].text if block.header else ""
        if role is None and (own := vocabulary.role(head)) in ("header", "query", "path", "body"):
            role = own
        read = list(fields.of_table(block, columns, role, evidence))
        tells_of_answers = role is None and not _OF_ANSWERS.isdisjoint(vocabulary.words(head))
        for owner in owners:
            is_answer = role == "response" or (tells_of_answers and owner.method in ("GET", "HEAD"))
            (owner.response_fields if is_answer else owner.parameters).extend(read)


def _replace(owners: list[Mention], before: Parameter, said: Parameter | None) -> None:
    for owner in owners:
        for kept in (owner.parameters, owner.response_fields):
            kept[:] = [one for each in kept if (one := said if each is before else each) is not None]
