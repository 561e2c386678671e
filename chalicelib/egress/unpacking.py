"""Content encodings of an answer (RFC 9110, 8.4.1), undone piece by piece: no bomb is unpacked whole (D6)."""

from __future__ import annotations

import zlib
from typing import Any, Final, Protocol

_PLAIN: Final = ("", "identity")
_ZLIB: Final = ("gzip", "x-gzip", "deflate")


class CannotUnpack(Exception):
    """The body is not what its Content-Encoding says, or is in one that was not asked for."""


class Unpacker(Protocol):
    """Undoes one layer of content encoding."""

    def __call__(self, chunk: bytes, limit: int) -> bytes:
        """What `chunk` holds; little is unpacked beyond `limit` bytes. Raises `CannotUnpack`."""
        ...

    def check_end(self) -> None:
        """Raises `CannotUnpack` where the body was cut off."""
        ...


def unpacker(encoding: str) -> Unpacker:
    """The unpacker for a Content-Encoding. Raises `CannotUnpack` for one that is unknown, or several."""
    name = encoding.strip().lower()
    if name in _PLAIN:
        return _Plain()
    if name in _ZLIB:
        return _Zlib()
    if name == "br":
        return _Brotli()
    raise CannotUnpack(f"the answer is encoded as {name[:40]!r}, which was not asked for")


class _Plain:
    def __call__(self, chunk: bytes, limit: int) -> bytes:  # noqa: ARG002 (there is nothing to limit)
        return chunk

    def check_end(self) -> None:
        pass


class _Zlib:
    """gzip, of which a body may hold several members in a row (RFC 1952, 2.2), and zlib."""

    def __init__(self) -> None:
        self._member: Any = None

    def __call__(self, chunk: bytes, limit: int) -> bytes:
        found = bytearray()
        while chunk and len(found) < limit:
            if self._member is None or self._member.eof:
                self._member = zlib.decompressobj(47)  # 32 + 15: gzip or zlib, told by the first bytes
            try:
                found += self._member.decompress(chunk, limit - len(found))
            except zlib.error:
                raise CannotUnpack("the answer's compression is broken") from None
            chunk = self._member.unused_data
        return bytes(found)

    def check_end(self) -> None:
        if self._member is not None and not self._member.eof:
            raise CannotUnpack("the answer's compression ends too early")


class _Brotli:
    """RFC 7932. Its decoder yields at least 32 KB at a time, so a bomb is noticed that much late."""

    def __init__(self) -> None:
        import brotli

        self._error: type[Exception] = brotli.error
        self._stream = brotli.Decompressor()
        self._has_begun = False

    def __call__(self, chunk: bytes, limit: int) -> bytes:
        self._has_begun = True
        found = bytearray()
        try:
            found += self._stream.process(chunk, output_buffer_limit=limit)
            while len(found) < limit and not self._stream.can_accept_more_data():
                found += self._stream.process(b"", output_buffer_limit=limit - len(found))
        except self._error:
            raise CannotUnpack("the answer's compression is broken") from None
        return bytes(found)

    def check_end(self) -> None:
        if self._has_begun and not self._stream.is_finished():
            raise CannotUnpack("the answer's compression ends too early")
