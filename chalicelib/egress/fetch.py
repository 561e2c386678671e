"""Fetching a document for import: like `door.send`, with our own redirect loop (A6)."""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import urljoin

from chalicelib.egress.door import Answer, CallFailed, Outbound, send
from chalicelib.egress.guard import parse_target
from chalicelib.errors import DocumentTooLarge, EgressBlocked, SourceUnreachable
from chalicelib.settings import Caps

_HOPS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


def fetch(url: str, *, accept: str = "*/*") -> tuple[str, Answer]:
    """The document at `url` and the address it was found at, at most five redirects later.

    Raises `EgressBlocked`, `SourceUnreachable` (with what was answered) or `DocumentTooLarge`.
    """
    deadline = time.monotonic() + Caps.FETCH_TIMEOUT_S
    headers = (("Accept", accept), ("Accept-Encoding", "gzip"), ("User-Agent", "waygate"))
    here = url
    for _ in range(_HOPS + 1):
        try:
            answer = send(
                Outbound("GET", here, headers),
                timeout_s=max(0.1, deadline - time.monotonic()),
                max_bytes=Caps.DOCUMENT_BYTES,
            )
        except CallFailed as error:
            if error.reason == "too_large":
                raise DocumentTooLarge(f"More than {Caps.DOCUMENT_BYTES:,} bytes at {here}.") from None
            raise SourceUnreachable(f"{here}: {error.detail}.") from None
        location = answer.header("location")
        if answer.status in _REDIRECTS and location:
            there = urljoin(here, location)
            if parse_target(here).scheme == "https" and parse_target(there).scheme != "https":
                raise EgressBlocked(f"{here} redirects from https to http.")
            here = there
            continue
        if answer.status != 200:
            raise SourceUnreachable(f"{here} answered {answer.status}.")
        return here, answer
    raise SourceUnreachable(f"{url} redirects more than {_HOPS} times.")
