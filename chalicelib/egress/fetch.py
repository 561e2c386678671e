"""Fetching documents: like `door.send`, with our own redirect loop (A6).

`fetch` follows redirects and answers with whatever came, for those who read status and headers themselves;
`fetch_document` wants one API description and says what is wrong where it does not get it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from chalicelib.egress.door import CallFailed, Outbound, send
from chalicelib.egress.guard import parse_target
from chalicelib.errors import DocumentTooLarge, EgressBlocked, SourceUnreachable
from chalicelib.settings import Caps

_HOPS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HARMLESS: Final = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})


@dataclass(frozen=True)
class Fetched:
    """What was found in the end. `url` is the address it was found at; `headers` keep order and repetition."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def anywhere(url: str) -> bool:  # noqa: ARG001
    """Allows every address that the guard allows."""
    return True


def fetch(
    url: str,
    *,
    max_bytes: int,
    timeout_s: float,
    headers: Mapping[str, str] | None = None,
    max_hops: int = _HOPS,
    allow: Callable[[str], bool] = anywhere,
) -> Fetched:
    """GET `url` and what it redirects to, at most `max_hops` times, within `timeout_s` seconds for all of it.

    `allow` judges the address of each hop, the first one included. A redirect from https to http is refused; one to
    another origin takes along only what tells nothing about us (no credential, no cookie, no condition). Any status
    is an answer, also a redirect without a Location.

    Raises `EgressBlocked`, also where `allow` says no, and `CallFailed`.
    """
    deadline = time.monotonic() + timeout_s
    here = url
    sent = {"Accept": "*/*", "User-Agent": "waygate"} | dict(headers or {}) | {"Accept-Encoding": "gzip"}
    for _ in range(max_hops + 1):
        if not allow(here):
            raise EgressBlocked(f"{here} lies outside of what this job may read.")
        answer = send(
            Outbound("GET", here, tuple(sent.items())),
            timeout_s=max(0.1, deadline - time.monotonic()),
            max_bytes=max_bytes,
        )
        location = answer.header("location")
        if answer.status not in _REDIRECTS or not location:
            return Fetched(here, answer.status, answer.headers, answer.body)
        there = urljoin(here, location)
        before, after = parse_target(here), parse_target(there)
        if before.scheme == "https" and after.scheme != "https":
            raise EgressBlocked(f"{here} redirects from https to http.")
        if before.origin != after.origin:
            sent = {name: value for name, value in sent.items() if name.lower() in _HARMLESS}
        here = there
    raise CallFailed("invalid_answer", f"{url} redirects more than {max_hops} times", sent=True)


def fetch_document(url: str, *, accept: str = "*/*") -> Fetched:
    """The API description at `url`, at most five redirects later.

    Raises `EgressBlocked`, `SourceUnreachable` (with what was answered) or `DocumentTooLarge`.
    """
    try:
        found = fetch(url, max_bytes=Caps.DOCUMENT_BYTES, timeout_s=Caps.FETCH_TIMEOUT_S, headers={"Accept": accept})
    except CallFailed as error:
        if error.reason == "too_large":
            raise DocumentTooLarge(f"More than {Caps.DOCUMENT_BYTES:,} bytes at {url}.") from None
        raise SourceUnreachable(f"{url}: {error.detail}.") from None
    if found.status != 200:
        raise SourceUnreachable(f"{found.url} answered {found.status}.")
    return found
