"""HTTPie commands → requests: ``http PATCH example.org/users/7 name=Ada page==2 X-Token:abc``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from chalicelib.scraper.site import paths
from chalicelib.scraper.site.curl import tokens_of
from chalicelib.scraper.site.shown import Shown

_HTTP: Final = re.compile(r"(?m)(?:^\s{0,8}(?:\$ )?|\| )https?(?=[ \t]+\S)")
_MOST: Final = 100  # commands in one block
_WITH_VALUE: Final = frozenset(("-a", "--auth", "-A", "--auth-type", "-o", "--output", "-p", "--print", "--session",
                                "--verify", "--timeout", "-s", "--style", "--proxy"))  # fmt: skip
_ITEM: Final = re.compile(r"(?P<name>[\w.\[\]-]{1,80})(?P<sign>==|:=@?|=@?|:|@)(?P<value>.*)\Z", re.DOTALL)
_ADDRESS: Final = re.compile(r"(?:https?://|:\d{0,5}/|localhost|[\w.{}$-]{1,80}(?::\d+)?/)\S*\Z")


def read(text: str) -> Iterator[Shown]:
    """Each command in `text`, in order."""
    for found in islice(_HTTP.finditer(text), _MOST):
        words, end = tokens_of(text, found.end())
        if (shown := _request(words)) is not None:
            shown.quote, shown.end = text[found.start() : end].strip(), end
            yield shown


def _request(words: list[str]) -> Shown | None:
    shown = Shown("", paths.Target("", "/"), "")
    address, auth, kind = "", "", ""
    each = iter(words)
    for word in each:
        if word.startswith("-"):
            value = next(each, "") if word in _WITH_VALUE else word.partition("=")[2]
            if word.startswith(("-a", "--auth=")) or word == "--auth":
                auth = value
            elif word.startswith(("-A", "--auth-type")):
                kind = value
        elif not address and not shown.method and word in paths.METHODS:
            shown.method = word
        elif not address:
            if not _ADDRESS.match(word):
                return None
            address = re.sub(r"\A:(\d*)", lambda port: f"localhost:{port[1] or 80}", word)
        elif (item := _ITEM.match(word)) is not None:
            _take(shown, item)
    there = paths.target(address) if address else None
    if there is None:
        return None
    if auth and kind == "bearer":
        shown.headers.append(("Authorization", f"Bearer {auth}"))
    elif auth:
        shown.basic = auth
    sends = bool(shown.form or shown.files)
    shown.is_explicit = bool(shown.method) or sends
    shown.method = shown.method or ("POST" if sends else "GET")
    shown.target = there
    shown.query[:0] = there.query
    return shown


def _take(shown: Shown, item: re.Match[str]) -> None:
    match item["sign"]:
        case "==":
            shown.query.append((item["name"], item["value"]))
        case ":":
            shown.headers.append((item["name"], item["value"]))
        case "@":
            shown.files.append(item["name"])
        case _:
            shown.form.append((item["name"], item["value"]))
