"""The bytes that the other side of a connection sends."""

from __future__ import annotations

from typing import Any, Final

PIECE_BYTES: Final = 65_536  # that are received at once, at the most


class Reader:
    """A socket's incoming bytes. It waits as long as the socket does, and raises what that raises."""

    def __init__(self, connection: Any) -> None:
        """`connection` is a socket, or what receives like one."""
        self.has_ended = False
        self._socket = connection
        self._held = bytearray()

    def has_data(self) -> bool:
        """True if the next byte is here already."""
        return bool(self._held)

    def read_some(self, size: int) -> bytes:
        """What is here, or else comes first: `size` bytes at most, and none where the other side has ended."""
        return self._take(size) if self._held else self._receive(min(size, PIECE_BYTES))

    def readline(self, size: int | None = None) -> bytes:
        """The next line with its line feed; without it after `size` bytes, or where the other side ends before."""
        searched = 0
        while not (end := self._held.find(b"\n", searched, size) + 1):
            searched = len(self._held)
            if (size is not None and searched >= size) or not self._receive_more():
                end = searched if size is None else size
                break
        return self._take(end)

    def _receive_more(self) -> bool:
        data = self._receive(PIECE_BYTES)
        self._held += data
        return bool(data)

    def _receive(self, size: int) -> bytes:
        data: bytes = self._socket.recv(size)
        self.has_ended = not data
        return data

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken
