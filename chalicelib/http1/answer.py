"""An answer: its status and fields, where its body ends, and the body piece by piece (RFC 9112, sections 4 to 7).

Servers get heads wrong, so these are read with patience: a line that is no field costs no other field. In what says
where the body ends there is none: two readers who see it end at two places would take each other's answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Final, NamedTuple

from chalicelib.http1.grammar import TOKEN
from chalicelib.http1.reader import PIECE_BYTES, Reader

_LINE_BYTES: Final = 65_536
_LINES: Final = 100  # of a head, or of what follows the last chunk
_SPACE: Final = " \t"  # to `str.strip` alone, bytes of UTF-8 are blank too
_ENDS: Final = (b"\r\n", b"\n")
_NAME: Final = re.compile(TOKEN)
_AS_SPACES: Final = str.maketrans("\r\n\0", "   ")  # what no value may hold (RFC 9110, 5.5)
_WITHOUT_BODY: Final = frozenset({HTTPStatus.SWITCHING_PROTOCOLS, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_STATUS: Final = re.compile(rb"HTTP/1\.(?P<minor>[0-9])[ \t]+(?P<status>[1-9][0-9]{2})(?:[ \t\r][^\n]*)?\n")
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_CHUNK: Final = re.compile(rb"0*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_BEGINNING: Final = b"HTTP/1."


class NotHttp(Exception):
    """What came has no head of HTTP/1, or one that leaves the end of the answer in doubt."""


class Broken(ConnectionError):
    """The other side has ended, or lost the thread, before its answer was whole."""


class Head(NamedTuple):
    """The head of an answer. `length` of the body in bytes is None where chunks, or the connection's end, tell it.

    `is_last`: no other answer can follow on this connection. `joined` has the values of each field by its name in
    lower case, with commas between them (RFC 9110, 5.3).
    """

    status: int
    fields: tuple[tuple[str, str], ...]
    joined: Mapping[str, str]
    length: int | None
    is_chunked: bool
    is_last: bool


def read_head(reader: Reader, method: str) -> Head:
    """The head of the final answer to a request by `method`; provisional ones are passed over (RFC 9110, 15.2).

    Raises `NotHttp`, `Broken`, and what the reader's socket raises.
    """
    minor, status = _read_status(reader)
    while status < HTTPStatus.OK and status != HTTPStatus.SWITCHING_PROTOCOLS:
        read_fields(reader)
        minor, status = _read_status(reader)
    fields = read_fields(reader)
    joined: dict[str, str] = {}
    for name, value in fields:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    length: int | None = 0
    is_chunked = False
    if method != "HEAD" and status not in _WITHOUT_BODY:  # these may tell of a body that they do not have
        length = _length(joined.get("content-length"))
        is_chunked = _is_chunked(joined.get("transfer-encoding"))
    options = joined.get("connection", "").lower()
    is_old = not minor and ("keep-alive" not in options or "transfer-encoding" in joined)  # RFC 9112, 6.1 and 9.3
    is_framed_once = is_chunked != (length is not None)  # by chunks or by a length; only the former count if both
    is_last = is_old or "close" in options or not is_framed_once
    return Head(status, tuple(fields), joined, None if is_chunked else length, is_chunked, is_last)


def read_body(reader: Reader, head: Head) -> Iterator[bytes]:
    """The body behind `head`, as it comes. Raises as `read_head` does."""
    if head.is_chunked:
        while size := _chunk_size(reader):
            yield from _exactly(reader, size)
            if _line(reader) not in _ENDS:
                raise Broken("a chunk goes on behind its end")
        with suppress(Broken):  # the last chunk is there, so the body is whole (RFC 9112, 8)
            read_fields(reader)  # those behind the body are nobody's
    elif head.length is not None:
        yield from _exactly(reader, head.length)
    else:
        while piece := reader.read_some(PIECE_BYTES):
            yield piece


def read_fields(reader: Reader) -> list[tuple[str, str]]:
    """The fields that begin here, up to their empty line (RFC 9112, section 5). A line that is no field is left out.

    Raises as `read_head` does.
    """
    found: list[tuple[str, str]] = []
    for _ in range(_LINES + 1):
        line = _line(reader)
        if line in _ENDS:
            break
        text = line.decode("latin-1").rstrip("\r\n")
        if line.startswith((b" ", b"\t")):  # the field above goes on (RFC 9112, 5.2)
            above, begun = found.pop() if found else ("", "")
            found.append((above, f"{begun} {text.strip(_SPACE)}"))
            continue
        name, _, value = text.partition(":")
        found.append((name.rstrip(_SPACE), value.strip(_SPACE)))
    else:
        raise NotHttp(f"more than {_LINES} fields")
    return [(name, value.translate(_AS_SPACES)) for name, value in found if _NAME.fullmatch(name)]


def _read_status(reader: Reader) -> tuple[int, int]:
    """HTTP/1's minor version, and the status."""
    line = reader.readline(_LINE_BYTES + 1)
    if not line.endswith(b"\n") and _BEGINNING.startswith(line[: len(_BEGINNING)]) and len(line) <= _LINE_BYTES:
        raise Broken
    found = _STATUS.fullmatch(line)
    if found is None:
        raise NotHttp("no status line of HTTP/1")
    return int(found["minor"]), int(found["status"])


def _line(reader: Reader) -> bytes:
    line = reader.readline(_LINE_BYTES + 1)
    if not line.endswith(b"\n"):
        raise NotHttp("a line does not end") if len(line) > _LINE_BYTES else Broken
    return line


def _chunk_size(reader: Reader) -> int:
    found = _CHUNK.fullmatch(_line(reader))
    if found is None:
        raise Broken("a chunk does not say how long it is")
    return int(found[1], 16)


def _exactly(reader: Reader, size: int) -> Iterator[bytes]:
    while size:
        piece = reader.read_some(size)
        if not piece:
            raise Broken
        size -= len(piece)
        yield piece


def _length(said: str | None) -> int | None:
    """Content-Length, which may be repeated but not differ (RFC 9112, 6.3)."""
    if said is None:
        return None
    lengths = {one.strip(_SPACE) for one in said.split(",")}
    if len(lengths) > 1 or not _LENGTH.fullmatch(said := lengths.pop()):
        raise NotHttp("the length is said in several ways, or is no number")
    return int(said)


def _is_chunked(said: str | None) -> bool:
    """Transfer-Encoding: `chunked`, or what used to mean none. No other was asked for (RFC 9110, 10.1.4)."""
    if said is None:
        return False
    codings = [one.strip(_SPACE).lower() for one in said.split(",")]
    if codings not in (["chunked"], ["identity"]):
        raise NotHttp("the body is encoded for its transfer in a way that was not asked for")
    return codings == ["chunked"]
