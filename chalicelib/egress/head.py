"""The head of an answer: status, fields, and where the body ends.

`http.client` hands it to the parser of electronic mail. That is a tenth of what an invocation costs, and it ends the
fields at the first line that is none: whatever stands below, Content-Length too, is lost.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, HTTPResponse, LineTooLong, RemoteDisconnected, UnknownProtocol
from typing import Any, BinaryIO, Final

_LINE_BYTES: Final = 65_536  # as `http.client` has them
_LINES: Final = 100
_BLANK: Final = " \t\r\n"  # around a value; to `str.strip`, bytes of UTF-8 are blank too
_AS_SPACES: Final = str.maketrans("\r\n\0", "   ")  # what no value may hold (RFC 9110, 5.5)
_WITHOUT_BODY: Final = (HTTPStatus.SWITCHING_PROTOCOLS, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_FRAMING: Final = frozenset({"connection", "content-length", "transfer-encoding"})
_LENGTH: Final = re.compile(r"[0-9]{1,18}")


class Fields(HTTPMessage):
    """Header fields with their order and repetition."""

    def items(self) -> list[tuple[str, Any]]:
        """The fields as they were read; a mail's would be looked through for what HTTP's cannot hold."""
        return list(self.raw_items())


class Response(HTTPResponse):
    """`http.client`'s answer, but for the reading of its head. `has_more`: something came that is no part of it."""

    _method: str
    has_more = False

    def begin(self) -> None:
        """Read the head of the final answer; provisional ones are passed over (RFC 9110, 15.2).

        Raises the `HTTPException`s of `http.client`, also where two readers could see the body end at two places.
        """
        version, status, reason = self._read_status()  # type: ignore[attr-defined]
        while status < HTTPStatus.OK and status != HTTPStatus.SWITCHING_PROTOCOLS:
            read_fields(self.fp)
            version, status, reason = self._read_status()  # type: ignore[attr-defined]
        if not version.startswith("HTTP/1."):
            raise UnknownProtocol(version)
        self.version = 10 if version == "HTTP/1.0" else 11
        self.code = self.status = status
        self.reason = reason.strip()
        self.headers = self.msg = fields = read_fields(self.fp)
        framing: dict[str, str] = {}
        for name, value in fields.raw_items():
            if (key := name.lower()) in _FRAMING:
                framing[key] = f"{framing[key]},{value}" if key in framing else value
        if self._method == "HEAD" or status in _WITHOUT_BODY:  # it may tell of a body that it does not have
            framing = {**framing, "content-length": "0", "transfer-encoding": "identity"}
        length = _length(framing["content-length"]) if "content-length" in framing else None
        self.chunked = "transfer-encoding" in framing and _is_chunked(framing["transfer-encoding"])
        self.chunk_left = None
        self.length = None if self.chunked else length
        options = framing.get("connection", "").lower()
        is_last = "close" in options if self.version == 11 else "keep-alive" not in options
        is_framed_once = self.chunked != (length is not None)  # by chunks or by a length; only the former count if both
        self.will_close = is_last or not is_framed_once

    def _close_conn(self) -> None:
        raw: Any = self.fp.raw
        raw.readinto = _nothing  # so that to peek shows what the buffer holds, and waits for no more
        self.has_more = bool(self.fp.peek())
        super()._close_conn()  # type: ignore[misc]


def read_fields(stream: BinaryIO) -> Fields:
    """The header section that begins here, up to its empty line (RFC 9112, 5). A line that is no field is left out."""
    found: list[tuple[str, str]] = []
    for _ in range(_LINES + 1):
        line = stream.readline(_LINE_BYTES + 1)
        if line in (b"\r\n", b"\n"):
            break
        if len(line) > _LINE_BYTES:
            raise LineTooLong("header line")
        if not line.endswith(b"\n"):
            raise RemoteDisconnected("the connection ended within the header section")
        text = line.decode("latin-1")
        if text[0] in " \t":  # the field above goes on (RFC 9112, 5.2)
            above, begun = found.pop() if found else ("", "")
            found.append((above, f"{begun} {text.strip(_BLANK)}"))
            continue
        name, colon, value = text.partition(":")
        found.append((name.strip() if colon else "", value.strip(_BLANK)))
    else:
        raise HTTPException(f"got more than {_LINES} headers")
    fields = Fields()
    for name, value in found:
        if name:
            fields.set_raw(name, value.translate(_AS_SPACES))
    return fields


def _length(said: str) -> int:
    """Content-Length, which may be repeated but not differ (RFC 9112, 6.3)."""
    lengths = {one.strip() for one in said.split(",")}
    if len(lengths) > 1 or not _LENGTH.fullmatch(said := lengths.pop()):
        raise HTTPException("the length is said in several ways, or is no number")
    return int(said)


def _is_chunked(said: str) -> bool:
    """Transfer-Encoding: `chunked`, or what used to mean none. No other was asked for (RFC 9110, 10.1.4)."""
    codings = [one.strip().lower() for one in said.split(",")]
    if codings not in (["chunked"], ["identity"]):
        raise HTTPException("the body is encoded for its transfer in a way that was not asked for")
    return codings == ["chunked"]


def _nothing(_: object) -> int:
    return 0
