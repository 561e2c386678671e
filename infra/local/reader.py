"""The bytes that a client sends, as cheroot reads them."""

from __future__ import annotations

from chalicelib.http1.reader import Reader


class ClientReader(Reader):
    """A connection's incoming bytes, as a file. cheroot's own is `_pyio`'s: Python to the last byte."""

    def has_more(self, within_s: float) -> bool:
        """True as soon as the next byte is here, or the client has ended; False if neither comes in that time."""
        if self._held:
            return True
        usual = self._socket.gettimeout()
        self._socket.settimeout(within_s)
        try:
            self._receive_more()
            return True
        except TimeoutError:
            return False
        finally:
            self._socket.settimeout(usual)

    def peek_through(self, end: bytes) -> bytes:
        """What is here already, up to and with the first `end`, and stays; nothing if that is not here."""
        return bytes(self._held[: self._held.find(end) + len(end)]) if end in self._held else b""

    def read(self, size: int | None = None) -> bytes:
        """The next `size` bytes; fewer where the client ends before; without a size, everything until then."""
        while (size is None or len(self._held) < size) and self._receive_more():
            pass
        return self._take(len(self._held) if size is None else size)

    def close(self) -> None:
        """Nothing: the socket is closed by whose it is."""
