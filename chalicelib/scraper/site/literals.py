"""String and object literals of snippets, in JavaScript, Python, PHP, Ruby and their like. Nothing is evaluated."""

from __future__ import annotations

import re
from typing import Final

_OPENS: Final = {"{": "}", "[": "]", "(": ")"}
_QUOTES: Final = "\"'`"
_NAME: Final = re.compile(
    r"\s*(?:[\"'`:]?(?P<name>[\w$@.-]{1,100}(?:\[[\w.-]{0,40}\]){0,3})[\"'`]?)\s*(?P<sign>=>|:|=|(?=[,}\]\n]|\Z))"
)
_SCALAR: Final = re.compile(
    r"\s*(?:[\"'`](?P<text>[^\"'`\n]{0,200})[\"'`]|(?P<bare>-?\d[\d.]{0,20}|true|false|True|False))\s*\Z"
)
_PREFIX: Final = re.compile(
    r"\s{0,40}(?:(?:\w{1,20}\.)?[Ss]printf\(\s{0,5}|[A-Za-z_$][\w.$]{0,40}\s?[+.]\s?(?=[\"'`]/))?(?:[fr$@b]{0,2}(?=[\"'`]))?"
)
_PART: Final = re.compile(
    r"\s{0,10}(?:\+|\.(?!\w{1,20}\())\s{0,20}(?:[\"'`](?P<text>[^\"'`\n]{0,300})[\"'`]"
    r"|(?P<name>\$?[A-Za-z_](?:[\w.]|->|\[[\"']?\w{1,30}[\"']?\]){0,60})(?:\(\))?)"
)
_LAST_WORD: Final = re.compile(r"([A-Za-z_]\w*)\W*\Z")
_LONGEST: Final = 4_000


def joined(text: str, at: int) -> tuple[str, int] | None:
    """The string at `at`, with what is joined to it: variables as placeholders in braces; and where it ends."""
    prefix = _PREFIX.match(text, at)
    begin = prefix.end() if prefix else at
    mark = text[begin : begin + 1]
    end = text.find(mark, begin + 1, begin + 600) if mark and mark in _QUOTES else -1
    if end < 0 or "\n" in text[begin:end]:
        return None
    whole, end = text[begin + 1 : end], end + 1
    while (part := _PART.match(text, end)) is not None and len(whole) < 600:
        word = _LAST_WORD.search(part["name"] or "")
        whole += part["text"] if part["text"] is not None else "{" + (word[1] if word else "value") + "}"
        end = part.end()
    return whole, end


def closing(text: str, at: int) -> int:
    """Where the bracket at `at` is closed; the end of what may be looked at where it is not."""
    stack, quote = [_OPENS[text[at]]], ""
    end = min(len(text), at + _LONGEST)
    for here in range(at + 1, end):
        c = text[here]
        if quote:
            quote = "" if c == quote and text[here - 1] != "\\" else quote
        elif c in _QUOTES:
            quote = c
        elif c in _OPENS:
            stack.append(_OPENS[c])
        elif c == stack[-1]:
            stack.pop()
            if not stack:
                return here
    return end


def members(text: str, at: int) -> list[tuple[str, str]]:
    """The members of the object or map that opens at `at`: names with their values, empty where they are no scalars."""
    found: list[tuple[str, str]] = []
    end = closing(text, at)
    for part in _parts(text[at + 1 : end]):
        named = _NAME.match(part)
        if named is None or named["name"].startswith("..."):
            continue
        scalar = _SCALAR.match(part[named.end() :]) if named["sign"] else None
        value = (scalar["text"] if scalar["text"] is not None else scalar["bare"]) if scalar else ""
        found.append((named["name"], value))
    return found[:100]


def _parts(text: str) -> list[str]:
    """`text` cut at the commas that stand in no bracket and no string."""
    parts, begin, depth, quote = [], 0, 0, ""
    for here, c in enumerate(text):
        if quote:
            quote = "" if c == quote and text[here - 1] != "\\" else quote
        elif c in _QUOTES:
            quote = c
        elif c in "{[(":
            depth += 1
        elif c in "}])":
            depth -= 1
        elif c == "," and not depth:
            parts.append(text[begin:here])
            begin = here + 1
    return [part for part in (*parts, text[begin:]) if part.strip()]
