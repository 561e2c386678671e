"""Which pages belong to the documentation: the site, and the part of it that the start address names (A14)."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from chalicelib.scraper.site.limits import Width
from chalicelib.scraper.site.links import identity

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_FILE_LIKE: Final = (".html", ".htm", ".xhtml", ".md", ".mdx", ".markdown", ".txt", ".php", ".aspx")


@dataclass(frozen=True)
class Scope:
    """`path`: pages of the host whose path begins with `prefix`; `host`: all of the host; `site`: every host of the
    registrable domain. `more` are further hosts that the owner named."""

    width: Width
    host: str
    prefix: str
    more: tuple[str, ...] = ()

    def holds(self, url: str) -> bool:
        """Whether the page at `url` may be read."""
        parts = urlsplit(url)
        host = _plain(parts.netloc)
        if host in self.more:
            return True
        if self.width == "site":
            return registrable(parts.netloc) == registrable(self.host)
        if host != _plain(self.host):
            return False
        return self.width == "host" or _below(parts.path, self.prefix)

    def allows_hop(self, url: str) -> bool:
        """Whether a redirect may lead to `url`: anywhere on the host, as the page is judged by where it ends."""
        host = _plain(urlsplit(url).netloc)
        return host == _plain(self.host) or self.holds(url)


def around(start: str, links: Iterable[str], *, width: Width = "path", more: Iterable[str] = ()) -> Scope:
    """The scope of documentation that begins at `start` and links to `links`.

    Where the start is an overview, with pages below it, the scope is what lies below it. Otherwise it is a page among
    others, and the scope is the folder that it lies in.
    """
    parts = urlsplit(start)
    path = parts.path
    if path.lower().endswith(_FILE_LIKE) or path.endswith("/"):
        prefix = path[: path.rfind("/") + 1]
    else:
        below = Scope("path", parts.netloc, path + "/")
        own = identity(start)
        has_children = any(below.holds(link) and identity(link) != own for link in links)
        prefix = path + "/" if has_children or not path.strip("/") else path[: path.rfind("/") + 1]
    return Scope(width, parts.netloc, prefix or "/", tuple(_plain(host) for host in more))


def registrable(netloc: str) -> str:
    """What someone registered of a host's name (``docs.example.co.uk`` → ``example.co.uk``); host and port for an
    address or a name without dots, where each port is another's."""
    host = netloc.rpartition("@")[2].lower()
    name = host.rsplit(":", 1)[0] if host.rsplit(":", 1)[-1].isdigit() else host
    name = name.rstrip(".")
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return _suffixes().privatesuffix(name) or host
    return host


@functools.cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def _plain(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")


def _below(path: str, prefix: str) -> bool:
    return path.startswith(prefix) or path == prefix.rstrip("/")
