"""Which part of an endpoint's description comes next: by its caption, the words that lead to it, or the headings."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.scraper.site import details, vocabulary
from chalicelib.scraper.site.blocks import Block, Code, Heading, Item, Paragraph, Table

MOST: Final = 160  # characters of a caption
_EXAMPLE: Final = re.compile(r"\b(?:examples?|samples?)\b", re.IGNORECASE)
_ASKS: Final = frozenset(("request", "body", "payload", "send", "post", "input"))
_ANSWERS: Final = frozenset(("response", "returns"))


class Captions:
    """What has been announced so far. `text` is the caption in force, `last` the block before the one at hand.

    `required` is what a caption such as “Optional arguments” says of all that follows.
    """

    def __init__(self) -> None:
        self.text = ""
        self.required: bool | None = None
        self.last: Block | None = None
        self._is_answered = False

    def enter(self, heading: Heading, *, is_part: bool) -> None:
        """A heading ends what captions said; “Body” and “Headers” stay those of the answer that was announced."""
        text = heading.inline.text
        if not is_part or not vocabulary.is_neutral(text):
            self._is_answered = False
        self.text, self.required = "", details.is_required(text) if is_part else None

    def announce(self, text: str) -> None:
        """`text` stands for what follows."""
        self.text, self.required = text, details.is_required(text) if len(text) < 40 else None
        if (said := vocabulary.role(text)) is not None and not vocabulary.is_neutral(text):
            self._is_answered = said in ("response", "errors")

    def forget_lead(self) -> None:
        """Words that lead over to an example say nothing of the one after it; those that name a part still do."""
        if self.text and not vocabulary.is_structural(self.text):
            self.text = ""

    def role(self, block: Block, level: int | None) -> vocabulary.Role | None:
        """The part that `block` describes; headings above `level`, that of its owner, do not count."""
        last = self.last
        if isinstance(last, Paragraph) and len(last.inline.text) <= MOST and not isinstance(block, Code):
            leads = last.place.depth < block.place.depth or isinstance(block, Table)
            if leads and (said := vocabulary.role(last.inline.text)) is not None:
                return said
        by_heading = self._by_heading(block, level)
        if self.text and (said := vocabulary.role(self.text)) is not None:
            is_lead = not vocabulary.is_structural(self.text)
            if is_lead and by_heading in ("response", "errors") and isinstance(block, Code):
                return by_heading
            return "response" if self._is_answered and vocabulary.is_neutral(self.text) else said
        return by_heading

    def _by_heading(self, block: Block, level: int | None) -> vocabulary.Role | None:
        found: vocabulary.Role | None = None
        for title in reversed(block.place.trail):
            if level is not None and title.level < level:
                break
            said = vocabulary.role(title.text) if vocabulary.is_structural(title.text) else None
            if said is not None and not vocabulary.is_neutral(title.text):
                return said if found is None or said in ("response", "errors") else found
            found = found or said
        return "response" if found is not None and self._is_answered else found

    def calls_an_example(self, block: Block) -> bool:
        """Whether the caption or the heading says that `block` is an example."""
        heads = (title.text for title in block.place.trail[-1:] if vocabulary.is_structural(title.text))
        return any(_EXAMPLE.search(text) for text in (self.text, *heads))

    @property
    def announces_a_request(self) -> bool:
        """Whether the caption says that what follows is sent."""
        found = set(vocabulary.words(self.text))
        return bool(found & _ASKS) and not found & _ANSWERS


def is_caption(block: Paragraph) -> bool:
    """Whether a paragraph announces what follows: it ends with a colon, is set in bold, or names a part."""
    text = block.inline.text
    is_part = len(text) < 60 and vocabulary.is_structural(text)
    return len(text) <= MOST and (text.endswith(":") or _is_bold(block) or is_part)


def of_item(block: Item) -> str:
    """The caption that an item is, if it is none of what it announces: a term with no text of its own, or “Body:”."""
    if block.term is not None:
        text = block.term.text
        is_caption = not block.inline.text and (text.endswith(":") or vocabulary.is_structural(text))
        return text if is_caption else ""
    text = block.inline.text
    begins_with_name = bool(block.inline.code) and text.startswith(block.inline.code[0])
    is_caption = (text.endswith(":") and not begins_with_name) or (_is_bold(block) and vocabulary.is_structural(text))
    return text if is_caption and len(text) < 60 else ""


def _is_bold(block: Paragraph | Item) -> bool:
    text, strong = block.inline.text, block.inline.strong
    return bool(strong) and len(text.strip(": *")) - len(strong[0].strip(": *")) <= 1
