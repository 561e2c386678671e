"""Whether a port can be had, asked before anything slow starts."""

from __future__ import annotations

import socket


class PortInUse(RuntimeError):
    """The port cannot be listened on. The message is one line for the owner."""


def require_free(port: int) -> None:
    """Raises `PortInUse` unless the port of the loopback address can be listened on; 0, any port, always can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortInUse(f"port {port} is in use ({error.strerror}): stop what uses it, or choose another") from None
