"""What the ways for other people's HTTP clients (`sessions`, `clients`) have in common: a request in, an answer out.

A client that goes through the door may keep its own interface and nothing else: the door sets the length, asks for
the one compression that it undoes, and hands over no cookie and no redirect, so neither can be acted upon (A6).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chalicelib.egress.door import Answer, Outbound

_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
_UNDONE: Final = frozenset({"content-encoding", "content-length", "transfer-encoding", "location", "set-cookie"})


def outbound(method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes | None) -> Outbound:
    """The client's request as the door sends it."""
    kept = tuple((name, value) for name, value in headers if name.lower() not in _OURS)
    return Outbound(method, url, (*kept, ("Accept-Encoding", "gzip")), body or None)


def handed_over(answer: Answer) -> list[tuple[str, str]]:
    """The answer's headers without those that the door has already acted upon, or that nobody may act upon."""
    return [(name, value) for name, value in answer.headers if name.lower() not in _UNDONE]
