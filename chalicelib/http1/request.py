"""The head of a request (RFC 9112, sections 3 and 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from chalicelib.http1.grammar import TOKEN

_LINE: Final = re.compile(TOKEN + r" [!-~]+ HTTP/1\.1")
_FIELD: Final = re.compile(TOKEN + r": [\t\x20-\x7e\x80-\xff]*")


class NotCarried(ValueError):
    """HTTP carries no such method, target or field. The message names the kind of thing, and none of its text."""


def request_head(method: str, target: str, fields: Iterable[tuple[str, str]]) -> bytes:
    """The head with all `fields`, in Latin-1. Raises `NotCarried`."""
    lines = [f"{method} {target} HTTP/1.1"]
    if not _LINE.fullmatch(lines[0]):
        raise NotCarried("a method or a target that HTTP does not know")
    for name, value in fields:
        line = f"{name}: {value}"
        if ":" in name or not _FIELD.fullmatch(line):
            raise NotCarried("a header that HTTP does not carry")
        lines.append(line)
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
