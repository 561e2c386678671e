"""Requests in snippets of code: fetch, axios and jQuery, Python's requests and httpx, HTTPie, wget.

Only what stands there literally is read; nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chalicelib.scraper.site import paths
from chalicelib.scraper.site.shown import Shown

_STRING: Final = r"(?:f|r|`|\$)?[\"'`](?P<url>[^\"'`\n]{1,500})[\"'`]"
_CALL: Final = re.compile(
    r"(?i)\b(?:requests|httpx|axios|session|client|http|api|\$http|superagent|request|got|ky|conn|app)"
    rf"\.(?P<method>get|post|put|patch|delete|head|options)\s{{0,3}}\(\s{{0,10}}{_STRING}"
)
_REQUEST_CALL: Final = re.compile(
    r"(?i)\b(?:requests|httpx|session|client)\.request\s{0,3}\(\s{0,10}[\"']"
    r"(?P<method>[A-Za-z]{3,7})[\"']\s{0,3},\s{0,10}" + _STRING
)
_FETCH: Final = re.compile(rf"\b(?:fetch|axios)\s{{0,3}}\(\s{{0,10}}{_STRING}")
_METHOD_OPTION: Final = re.compile(r"(?i)\b(?:method|type)[\"']?\s{0,3}:\s{0,3}[\"'](?P<method>[A-Za-z]{3,7})[\"']")
_URL_OPTION: Final = re.compile(rf"(?i)\b(?:url|uri)[\"']?\s{{0,3}}[:=]\s{{0,3}}{_STRING}")
_HTTPIE: Final = re.compile(
    r"(?m)^\s{0,8}(?:\$ )?https?\s{1,4}(?:-{1,2}[\w-]{1,20}\s{1,4}){0,5}(?P<method>GET|POST|PUT|PATCH|DELETE"
    r"|HEAD)\s{1,4}[\"']?(?P<url>[^\s\"']{1,500})"
)
_WGET: Final = re.compile(r"(?m)^\s{0,8}(?:\$ )?wget\s[^\n]{0,300}?[\"']?(?P<url>https?://[^\s\"']{1,500})")
_NEAR: Final = 400  # characters after a call in which its options stand
_PYTHON_DATA: Final = re.compile(r"\b(?:data|json|body)\s{0,3}[:=]")


def read(text: str) -> Iterator[Shown]:
    """Each request in `text`."""
    text = text[:30_000]
    for found in (*_CALL.finditer(text), *_REQUEST_CALL.finditer(text), *_HTTPIE.finditer(text)):
        yield from _shown(found["url"], found["method"], found, is_explicit=True)
    for found in _FETCH.finditer(text):
        near = text[found.end() : found.end() + _NEAR]
        said = _METHOD_OPTION.search(near)
        yield from _shown(found["url"], said["method"] if said else "GET", found, is_explicit=said is not None)
    for found in _URL_OPTION.finditer(text):
        near = text[max(0, found.start() - _NEAR // 2) : found.end() + _NEAR // 2]
        if said := _METHOD_OPTION.search(near):
            yield from _shown(found["url"], said["method"], found, is_explicit=True)
    for found in _WGET.finditer(text):
        yield from _shown(found["url"], "GET", found, is_explicit=False)


def _shown(url: str, method: str, found: re.Match[str], *, is_explicit: bool) -> Iterator[Shown]:
    there = paths.target(url)
    method = method.upper()
    if there is not None and "/" in url and method in paths.METHODS:
        shown = Shown(method, there, found[0].strip(), is_explicit=is_explicit, end=found.end())
        shown.query.extend(there.query)
        yield shown
