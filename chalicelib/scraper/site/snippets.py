"""Requests in snippets of code: JavaScript, Python, PHP, Ruby, Go, Java, C#, HTTPie and wget.

Only what stands there literally is read; nothing is evaluated. A call is recognised by its shape: a method's name and
an address, whichever library it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from chalicelib.scraper.site import httpie, literals, paths
from chalicelib.scraper.site.shown import Shown

_VERB: Final = r"(?P<method>get|post|put|patch|delete|head|options)"
_CALL: Final = re.compile(rf"(?i)[\w$)](?:\.|->|::){_VERB}(?:Async|Json|AsJsonAsync|JsonAsync)?\s{{0,3}}(?:<\w+>)?\(")
_NAMED: Final = re.compile(
    r"(?i)\w\s{0,3}\(\s{0,10}(?:new \w{1,20}\(|HttpMethod\.|Method\.|method=)?[\"':]?"
    r"(?P<method>get|post|put|patch|delete|head|options)[\"']?\)?\s{0,3},\s{0,20}(?:url\s{0,2}=\s{0,2})?"
)
_CLASS: Final = re.compile(r"\bnew Http(?P<method>Get|Post|Put|Patch|Delete|Head)\s{0,3}\(")
_FETCH: Final = re.compile(
    r"\b(?:fetch|axios|got|ky|urlopen|Request|request|file_get_contents|curl_init|URI(?:\.parse|\.create)?|new URL"
    r"|RestClient|url)\s{0,3}\("
)
_OPTION: Final = re.compile(
    r"(?i)\b(?:url|uri|endpoint|CURLOPT_URL)[\"']?\s{0,3}(?:=>|[:=])(?=\s{0,3}[fr$]{0,2}[\"'`])"
)
_METHOD: Final = re.compile(
    r"(?i)(?:\b(?:method|type|CURLOPT_CUSTOMREQUEST)[\"']?\s{0,3}(?:=>|[:=,])\s{0,3}[\"':]?"
    r"(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b|\bNet::HTTP::(?P<ruby>Get|Post|Put|Patch|Delete|Head)\b)"
)
_WGET: Final = re.compile(r"(?m)^\s{0,8}(?:\$ )?wget\s[^\n]{0,300}?[\"']?(?P<url>https?://[^\s\"']{1,500})")
_SECTIONS: Final = {
    **dict.fromkeys(("params", "query", "qs", "searchparams"), "query"),
    **dict.fromkeys(("json", "body", "data", "payload", "form", "form_params"), "form"),
    "headers": "headers",
}  # fmt: skip
_SECTION: Final = re.compile(
    r"(?i)(?<![\w$])[\"']?(?P<name>params|query|qs|searchParams|json|body|data|payload|form|form_params|headers)[\"']?"
    r"\s{0,3}(?:=>|[:=])\s{0,10}(?:(?:JSON\.stringify|json\.dumps|json_encode)\(\s{0,5})?(?=[{\[$A-Za-z_])"
)
_BASIC: Final = re.compile(r"\bauth\s{0,3}[:=]\s{0,3}(?:HTTPBasicAuth)?[({\[]")
_VARIABLE: Final = re.compile(r"\$?[A-Za-z_]\w{0,40}")
_AFTER: Final = re.compile(r"\s{0,5},\s{0,20}(?:JSON\.stringify\(\s{0,5})?(?=[{\[$A-Za-z_])")
_NEAR: Final = 600  # characters around an address in which its options stand
_MOST: Final = 30_000
_MOST_CALLS: Final = 100  # of each kind, in one block
_MOST_SECTIONS: Final = 8  # of the options of one call


def read(text: str) -> Iterator[Shown]:
    """Each request in `text`."""
    text = text[:_MOST]
    taken: set[int] = set()
    for pattern in (_NAMED, _CLASS, _CALL):
        for found in islice(pattern.finditer(text), _MOST_CALLS):
            yield from _call(text, found, found["method"], taken)
    for pattern in (_FETCH, _OPTION):
        for found in islice(pattern.finditer(text), _MOST_CALLS):
            yield from _call(text, found, None, taken)
    yield from httpie.read(text)
    for found in _WGET.finditer(text):
        if (there := paths.target(found["url"])) is not None:
            yield Shown("GET", there, found[0].strip(), is_explicit=False, end=found.end(), query=list(there.query))


def _call(text: str, found: re.Match[str], method: str | None, taken: set[int]) -> Iterator[Shown]:
    address = literals.joined(text, found.end())
    if address is None or "/" not in address[0] or address[1] in taken:
        return
    url, end = address
    there = paths.target(url)
    if there is None or (not there.host and not url.startswith("/")):
        return
    taken.add(end)
    options, is_call = _options(text, found, end)
    said = None if method else _METHOD.search(options)
    if method is None and said is None and found.re is _OPTION:
        return
    method = (method or (said["method"] or said["ruby"] if said else "GET")).upper()
    shown = Shown(method, there, text[found.start() : end].strip(), is_explicit=found.re is not _FETCH or bool(said))
    shown.query.extend(there.query)
    _read_options(shown, text, options)
    if is_call and method in ("POST", "PUT", "PATCH") and not shown.form:
        shown.form.extend(_second(text, end))
    shown.end = end
    yield shown


def _options(text: str, found: re.Match[str], end: int) -> tuple[str, bool]:
    """What a call says beside the address: its other arguments, or else what stands around it."""
    opened = text.rfind("(", found.start(), end)
    if opened >= 0 and found.re is not _OPTION:
        opened = text.find("(", found.start(), end)
        close = literals.closing(text, opened)
        if text[end:close].strip(" )\n\t") or found.re is _CALL:
            return text[end:close], True
    return text[max(0, found.start() - _NEAR) : end + _NEAR], False


def _read_options(shown: Shown, text: str, options: str) -> None:
    for section in islice(_SECTION.finditer(options), _MOST_SECTIONS):
        kind = _SECTIONS[section["name"].lower()]
        kept: list[tuple[str, str]] = getattr(shown, kind)
        kept.extend(_object(text, options, section.end()))
    if _BASIC.search(options) and shown.basic is None:
        shown.basic = "user:password"


def _second(text: str, end: int) -> list[tuple[str, str]]:
    """The second argument, which is the body unless it holds the options of the call."""
    after = _AFTER.match(text, end)
    if after is None:
        return []
    found = _object(text, text, after.end())
    return [] if any(name.lower() in _SECTIONS or name in ("method", "auth") for name, _ in found) else found


def _object(text: str, within: str, at: int) -> list[tuple[str, str]]:
    """The members of the object at `at` of `within`, or of the one that the variable there was assigned in `text`."""
    if within[at : at + 1] in ("{", "["):
        return literals.members(within, at)
    name = _VARIABLE.match(within, at)
    if name is None:
        return []
    assigned = re.search(
        rf"(?<![\w.]){re.escape(name[0])}\s{{0,3}}(?::\s?\w{{1,20}})?:?=\s{{0,10}}(?:json\.dumps\()?(?=[{{\[])", text
    )
    return literals.members(text, assigned.end()) if assigned else []
