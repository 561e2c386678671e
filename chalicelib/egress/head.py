"""The head of an answer, status and fields, read line by line.

`http.client` hands it to the parser of electronic mail. That is a tenth of what an invocation costs, and it ends the
fields at the first line that is none: whatever stands below, Content-Length too, is lost.
"""

from __future__ import annotations

from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, HTTPResponse, LineTooLong, RemoteDisconnected, UnknownProtocol
from typing import Any, BinaryIO, Final

_LINE_BYTES: Final = 65_536  # as `http.client` has them
_LINES: Final = 100
_AS_SPACES: Final = str.maketrans("\r\n\0", "   ")  # what no value may hold (RFC 9110, 5.5)
_WITHOUT_BODY: Final = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Fields(HTTPMessage):
    """Header fields with their order and repetition."""

    def items(self) -> list[tuple[str, Any]]:
        """The fields as they were read; a mail's would be looked through for what HTTP's cannot hold."""
        return list(self.raw_items())


class Response(HTTPResponse):
    """`http.client`'s answer, but for the reading of its head."""

    _method: str

    def begin(self) -> None:
        """Read the head of the final answer. Raises the `HTTPException`s of `http.client`."""
        version, status, reason = self._read_status()  # type: ignore[attr-defined]
        while status == HTTPStatus.CONTINUE:
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
            framing.setdefault(name.lower(), value)
        self.chunked = framing.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = None if self.chunked else _length(framing.get("content-length", ""))
        if status in _WITHOUT_BODY or status < HTTPStatus.OK or self._method == "HEAD":
            self.length = 0
        self.will_close = (self.length is None and not self.chunked) or self._check_close()  # type: ignore[attr-defined]


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
            found.append((above, f"{begun} {text.strip()}"))
            continue
        name, colon, value = text.partition(":")
        found.append((name.strip() if colon else "", value.strip()))
    else:
        raise HTTPException(f"got more than {_LINES} headers")
    fields = Fields()
    for name, value in found:
        if name:
            fields.set_raw(name, value.translate(_AS_SPACES))
    return fields


def _length(value: str) -> int | None:
    """The length of the body; None for what says none, where it ends with the connection."""
    return int(value) if value.isascii() and value.isdigit() else None
