"""The bytes that the other side of a connection sends."""

from __future__ import annotations

from typing import Any, Final

_PIECE_BYTES: Final = 65_536


class Reader:
    """A socket's incoming bytes, as a file. It waits as long as the socket does, and raises what that raises."""

    def __init__(self, connection: Any) -> None:
        """`connection` is a socket: `recv` is used of it, and by `has_more` its time-out."""
        self._socket = connection
        self._held = bytearray()

    def has_data(self) -> bool:
        """True if the next byte is here already."""
        return bool(self._held)

    def has_more(self, within_s: float) -> bool:
        """True as soon as the next byte is here, or the other side has ended; False if neither comes in that time."""
        if self._held:
            return True
        usual = self._socket.gettimeout()
        self._socket.settimeout(within_s)
        try:
            self._receive()
            return True
        except TimeoutError:
            return False
        finally:
            self._socket.settimeout(usual)

    def peek_through(self, end: bytes) -> bytes:
        """What is here already, up to and with the first `end`, and stays; nothing if that is not here."""
        return bytes(self._held[: self._held.find(end) + len(end)]) if end in self._held else b""

    def read(self, size: int | None = None) -> bytes:
        """The next `size` bytes; fewer where the other side ends before; without a size, everything until then."""
        while (size is None or len(self._held) < size) and self._receive():
            pass
        return self._take(len(self._held) if size is None else size)

    def read_some(self, size: int) -> bytes:
        """What is here, or else comes first: `size` bytes at most, and none where the other side has ended."""
        return self._take(size) if self._held else self._socket.recv(min(size, _PIECE_BYTES))

    def readline(self, size: int | None = None) -> bytes:
        """The next line with its line feed; without it after `size` bytes, or where the other side ends before."""
        searched = 0
        while not (end := self._held.find(b"\n", searched, size) + 1):
            searched = len(self._held)
            if (size is not None and searched >= size) or not self._receive():
                end = searched if size is None else size
                break
        return self._take(end)

    def close(self) -> None:
        """Nothing: the socket is closed by whose it is."""

    def _receive(self) -> int:
        data = self._socket.recv(_PIECE_BYTES)
        self._held += data
        return len(data)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken
