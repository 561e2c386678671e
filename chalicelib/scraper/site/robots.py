"""What a site asks of robots (RFC 9309)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from chalicelib.egress import CallFailed
from chalicelib.egress.fetch import Fetched
from chalicelib.errors import EgressBlocked

if TYPE_CHECKING:
    from protego import Protego

AGENT: Final = "waygate"
_BYTES: Final = 512_000  # RFC 9309, 2.5: a crawler reads 500 KiB at least
_MOST_DELAY_S: Final = 10.0  # of Crawl-delay, which is no part of the RFC
Get = Callable[[str, int], Fetched]


@dataclass(frozen=True)
class Robots:
    """A host's rules. `text` is its robots.txt; None where the host could not say (RFC 9309, 2.3.1.4: then nothing
    is allowed)."""

    text: str | None

    def allows(self, url: str) -> bool:
        """Whether we may read `url`."""
        return self.text is not None and bool(_parsed(self.text).can_fetch(url, AGENT))

    @property
    def delay_s(self) -> float:
        """Seconds between two requests that the site asks for; 0 where it asks for none."""
        return 0.0 if self.text is None else min(float(_parsed(self.text).crawl_delay(AGENT) or 0.0), _MOST_DELAY_S)

    @property
    def sitemaps(self) -> list[str]:
        """Sitemaps that it names, at most five."""
        return [] if self.text is None else [str(url) for url in _parsed(self.text).sitemaps][:5]


def ask(url: str, get: Get) -> Robots:
    """The rules of the host of `url`: 4xx means that all is allowed, 5xx and silence that nothing is."""
    parts = urlsplit(url)
    try:
        found = get(f"{parts.scheme}://{parts.netloc}/robots.txt", _BYTES)
    except CallFailed as error:
        return Robots("") if error.reason == "too_large" else Robots(None)
    except EgressBlocked:  # it redirects to where we do not go: as good as none
        return Robots("")
    if found.status >= 500 or found.status == 429:
        return Robots(None)
    if found.status != 200 or found.body.lstrip()[:1] == b"<":  # a site may answer each path with its front page
        return Robots("")
    return Robots(found.body.decode("utf-8", "replace"))


@functools.lru_cache(maxsize=8)
def _parsed(text: str) -> Protego:
    from protego import Protego

    return Protego.parse(text)
