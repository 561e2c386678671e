"""HTTP messages in code: ``POST /users HTTP/1.1`` with headers and body, and ``HTTP/1.1 200 OK`` answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from chalicelib.scraper.site import paths
from chalicelib.scraper.site.shown import Shown

_REQUEST: Final = re.compile(
    r"(?m)^[ \t]*(?:> ?|\$ )?(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[ \t]{1,8}(?P<target>\S{1,2000})"
    r"(?P<version>[ \t]{1,8}HTTP/[\d.]{1,3})?[ \t]*$"
)
_CONSOLE: Final = re.compile(
    r"(?m)^[ \t]*(?P<method>GET|POST|PUT|DELETE|HEAD)[ \t]{1,4}"
    r"(?P<target>(?=[^\s/]*/|_)[\w.*,<{][^\s:]{0,300})[ \t]*(?=\n[ \t]*[{\n]|\n?\Z)"
)
_RESPONSE: Final = re.compile(r"(?m)^[ \t]*(?:< ?)?HTTP/[\d.]{1,3}[ \t]{1,8}(?P<status>\d{3})\b[^\n]{0,60}$")
_MOST: Final = 200  # messages in one block
_LONGEST: Final = 30_000  # characters of one message
_HOSTED: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?/|localhost|[\w.]+:\d")
_HEADER: Final = re.compile(r"[ \t]*(?:[<>] ?)?([A-Za-z][\w-]{0,60}):[ \t]*([^\n]{0,1000})\Z")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is shown: its status and the text of its body."""

    status: int
    body: str
    quote: str


def requests(text: str) -> Iterator[Shown]:
    """Each request whose line says ``HTTP/…``, or which headers follow."""
    for found in islice(_REQUEST.finditer(text), _MOST):
        there = paths.target(found["target"])
        if there is None:
            continue
        headers, body = _rest(text, found.end())
        if not found["version"] and not headers:
            continue
        shown = Shown(found["method"], there, found[0].strip(), headers=headers, end=found.end())
        host = shown.header("host")
        if host and not there.host:
            shown.target = paths.Target(host, there.path, there.query)
        shown.query.extend(there.query)
        if "x-www-form-urlencoded" in (shown.header("content-type") or ""):
            shown.form.extend(paths.pairs(body.strip()))
        elif body.strip():
            shown.body = body.strip()
        yield shown


def relative(text: str) -> Iterator[Shown]:
    """Each request of a console, whose line has a path without its first slash: ``PUT books/_doc/1`` and a body."""
    for found in islice(_CONSOLE.finditer(text), _MOST):
        if _HOSTED.match(found["target"]) or (there := paths.target(f"/{found['target']}")) is None:
            continue
        _, body = _rest(text, found.end())
        yield Shown(found["method"], there, found[0].strip(), query=list(there.query), body=body.strip() or None,
                    end=found.end())  # fmt: skip


def answers(text: str) -> Iterator[Answer]:
    """Each answer."""
    for found in islice(_RESPONSE.finditer(text), _MOST):
        _, body = _rest(text, found.end())
        yield Answer(int(found["status"]), body.strip(), found[0].strip())


def _rest(text: str, at: int) -> tuple[list[tuple[str, str]], str]:
    """Headers from the next line on, and the body after the empty line, up to the next message."""
    headers: list[tuple[str, str]] = []
    lines = text[at : at + _LONGEST].split("\n")[1:]
    for number, line in enumerate(lines[:60]):
        header = _HEADER.match(line)
        if header is not None:
            headers.append((header[1], header[2].strip()))
        elif not line.strip() or line.lstrip()[:1] in "{[":
            body = "\n".join(lines[number:])
            following = _RESPONSE.search(body) or _REQUEST.search(body)
            return headers, body[: following.start()] if following else body
        else:
            break
    return headers, ""
