"""Endpoints in labelled lines: ``Method: GET`` and ``URL: /path``, as lines, terms, headings or rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from chalicelib.scraper.site import mentions, paths, vocabulary
from chalicelib.scraper.site.blocks import Block, Code, Heading, Paragraph
from chalicelib.scraper.site.mentions import Mention

_METHOD: Final = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b")
_RELATIVE: Final = re.compile(r"[\w-]+/[\w{<:]")  # a path without its first slash, and no host
_LONGEST: Final = 600


class Labels:
    """The labelled values that wait for their counterparts."""

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}
        self._open: str | None = None
        self._badge = ""
        self._block: Block | None = None

    def expect(self, path: str, block: Block) -> None:
        """A heading that is a path may have its method in a labelled line."""
        self._values, self._block = {"path": [path]}, block

    def read(self, block: Block) -> tuple[bool, list[tuple[Block, list[Mention]]]]:
        """Whether `block` is labelled lines and nothing else, and the endpoints that are complete with it."""
        done: list[tuple[Block, list[Mention]]] = []
        if self._stacked(block, done):
            return True, done
        if self._open is not None and not isinstance(block, Heading):
            kind, self._open = self._open, None
            inline = getattr(block, "inline", None)
            text = block.template if isinstance(block, Code) else inline.template if inline is not None else ""
            value = text.strip("`_<> " if "<_" in text else "` ")
            if text and len(text) < _LONGEST and self._value(kind, value, block, done):
                return True, done
        any_found = False
        for name, value in mentions.labels(block):
            said = vocabulary.label(name)
            if said is None:
                continue
            if value.strip("`"):
                any_found = self._value(said, value, block, done) or any_found
            else:
                self._open = said
                any_found = any_found or not isinstance(block, Heading)
        return any_found, done

    def _stacked(self, block: Block, done: list[tuple[Block, list[Mention]]]) -> bool:
        """A block that is a method and nothing else, with one below that is its address and nothing else."""
        method, self._badge = self._badge, ""
        text = (
            block.template if isinstance(block, Code) else block.inline.template if isinstance(block, Paragraph) else ""
        )
        if not text or len(text) > _LONGEST or "\n" in text.strip():
            return False
        plain = text.strip(" `")
        if method and (there := mentions.address(plain)) is not None:
            quote = block.text if isinstance(block, Code) else plain
            done.append((block, [Mention(method, there, "label", quote, block, owns=True)]))
            return True
        if plain.upper() in paths.METHODS and isinstance(block, Paragraph):
            self._badge = plain.upper()
        return False

    def settle(self) -> list[tuple[Block, list[Mention]]]:
        """The endpoint of what has been labelled so far; an address alone makes one whose method is not named."""
        values, block, self._values, self._open = self._values, self._block, {}, None
        there = paths.target(values["path"][0]) if "path" in values else None
        if block is None or there is None:
            return []
        methods: Sequence[str | None] = values.get("method") or [None]
        quote = values["path"][0]
        return [
            (block, [Mention(each, there, "label" if each else "url", quote, block, owns=True) for each in methods])
        ]

    def _value(self, kind: str, value: str, block: Block, done: list[tuple[Block, list[Mention]]]) -> bool:
        if kind == "method":
            values = _METHOD.findall(value.upper() if len(value) < 20 else value)
        else:
            first = value.split("\n")[0].split(" ")[0].strip("`_")
            if _RELATIVE.match(first):
                first = f"/{first}"
            there = paths.target(first) if "/" in value else None
            if there is None or any(each.method for each in mentions.of(block)):
                return False
            values = [first]
        if not values:
            return False
        if kind in self._values:
            done.extend(self.settle())
        self._values[kind], self._block = values, block
        if len(self._values) == 2:
            done.extend(self.settle())
        return True
