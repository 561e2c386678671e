"""Which claims may decide where calls and credentials go: the part of the merge that is about safety (G10)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from chalicelib.egress.guard import is_allowed
from chalicelib.scraper.site.fragments import BaseUrl, PageFragments
from chalicelib.scraper.site.links import identity
from chalicelib.settings import settings


def sifted(pages: Sequence[PageFragments], start: str) -> list[PageFragments]:
    """`pages` without addresses that are never called, and without doubtful words about where the API is.

    Where any page says plainly what the base URL is, nobody's guess of one (`said` is False; a model's are such) stands
    beside it. Where the page at `start`, which the owner chose, says it, and examples anywhere use it, no other page
    can say otherwise.
    """
    plain = [(page.url, each) for page in pages for each in page.base_urls if each.said and is_harmless(each.url)]
    used = {_host(each.host) for page in pages for each in page.endpoints if each.host}
    chosen = {_host(each.url) for url, each in plain if identity(url) == identity(start)} & used

    def holds(each: BaseUrl) -> bool:
        if not is_harmless(each.url) or (plain and not each.said):
            return False
        return not chosen or _host(each.url) in chosen

    return [
        page.model_copy(
            update={
                "base_urls": tuple(filter(holds, page.base_urls)),
                "endpoints": tuple(each for each in page.endpoints if is_harmless(each.host)),
            }
        )
        for page in pages
    ]


def _host(address: str) -> str:
    try:
        return urlsplit(address if "://" in address else f"//{address}").netloc.lower()
    except ValueError:
        return ""


def is_harmless(host: str) -> bool:
    """False for the address of a machine that is never called, whatever a page says. `host` may be a URL."""
    try:
        name = (urlsplit(host if "://" in host else f"//{host}").hostname or "").strip("[]")
        return is_allowed(str(ipaddress.ip_address(name)), allow_private=settings().is_local)
    except ValueError:
        return True
