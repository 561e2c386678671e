"""Paths and addresses as documentation writes them → origin, template and query.

A template is a path whose placeholders, in whichever style they were written, are in braces: ``/users/{id}``. The
styles: ``:id``, ``{id}``, ``{{id}}``, ``${id}``, ``#{id}``, ``<id>``, ``<int:id>``, ``(int:id)``, ``[id]``, ``$id``,
``%s``, ``*rest``, and ``ID`` in capitals among lower-case segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_PATH_PART: Final = (
    r"(?:[\w\-.~%!$&*+=@/:#]|\{\{[^{}\n]{1,60}\}\}|\{[^{}\n]{0,60}\}|<[^<>\n]{1,60}>|\[[^\[\]\s]{1,40}\]"
    r"|\((?:\{[^{}\n]{1,40}\},?){1,6}\)"
    r"|(?<=/)\((?:[a-z]{1,12}: ?)?\w{1,40}(?: \w{1,20}){0,4}\)|\((?:[a-z]{1,12}:)?\w{1,40}\))"
)
PATH: Final = rf"/{_PATH_PART}{{0,400}}"
_HOST: Final = (
    r"(?:https?://[^\s/\"'`<>{}]{1,200}|https?://[^\s/\"'`]{1,200}|\$\{?\w{1,40}\}?|\{\{?[\w. -]{1,60}\}?\}"
    r"|<[\w. :-]{1,60}>|\[[\w. -]{1,60}\]|localhost(?::\d{1,5})?|[A-Z][A-Z_]{2,40}"
    r"|[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}(?::\d{1,5})?)"
)
QUERY: Final = r"(?:\?[^\s\"'`]{0,2000})?"
TARGET: Final = rf"(?P<host>{_HOST})?(?P<path>{PATH}){QUERY}"
_TARGET: Final = re.compile(rf"(?P<host>{_HOST})?(?P<path>{PATH})?(?P<query>\?[^\s]{{0,4000}})?", re.ASCII)
_SCHEME: Final = re.compile(r"(https?)://", re.IGNORECASE)
_ESCAPES: Final = re.compile(r"\\([{}_<>\[\]*])")
_STYLES: Final = re.compile(
    r"\{\{\s*([^{}]{1,60}?)\s*\}\}|[$#]\{\s*([^{}]{1,60}?)\s*\}|\{\s*([^{}]{1,60}?)\s*\}|<\s*([^<>]{1,60}?)\s*>"
    r"|\[\s*([A-Za-z_][\w |-]{0,38})\s*\]|\(\s*((?:[a-z]{1,12}: ?)?[A-Za-z_]\w{0,40}(?: \w{1,20}){0,4})\s*\)"
    r"|(?:^|(?<=[/.]))[:$*]([A-Za-z_][\w-]{0,40})|%([sd])|\{()\}"
)
_FORMS: Final = re.compile(r"\{[?&]([\w.,*%\[\]-]{1,200})\}")
_OPERATORS: Final = re.compile(r"(^|[/.])\{[+#]")
_OPTIONAL: Final = re.compile(r"\[\.?\{[^{}\n]{1,40}\}\]|\(\.:?[a-z]{2,10}\)")
_NUMBERED: Final = re.compile(r"/#([A-Za-z_]\w{0,40})")
_USER: Final = re.compile(r"\A(https?://)[^/@\s]{1,100}@", re.IGNORECASE)
_SEGMENT: Final = re.compile(r"(?:<[\w. :-]{1,60}>|\{[\w. -]{1,60}\})\Z")
_BASE_WORDS: Final = re.compile(
    r"host|ur[li]|server|domain|base|root|endpoint|address|site|instance|api|origin|gateway|env|prefix|port|tenant|ip\b"
    r"|account|company|workspace|region|cluster|node",
    re.IGNORECASE,
)
_CAPITALS: Final = re.compile(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*\Z")
_NAME_PARTS: Final = re.compile(r"[^A-Za-z0-9_.@-]+")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_KEY: Final = re.compile(r"[\w$@][\w.$@:*\[\]/-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class Target:
    """An address as written. `host` is what comes before the path (an origin, a variable, or nothing)."""

    host: str
    path: str
    query: tuple[tuple[str, str], ...] = ()


def target(text: str) -> Target | None:
    """`text`, which is one address and nothing else; `None` where it is none. A bare host has the path ``/``.

    The forms of RFC 6570 are understood: ``{?page,limit}`` names parameters of the query, ``{+path}`` and ``{/id}``
    are placeholders.
    """
    text = _ESCAPES.sub(r"\1", text.strip().strip("\"'`"))[:6000]
    expected = [name for form in _FORMS.findall(text) for name in form.replace("*", "").split(",")]
    text = _OPERATORS.sub(r"\1{", _FORMS.sub("", text).replace("{/", "/{"))
    text = _USER.sub(r"\1", _OPTIONAL.sub("", text))
    if not text.startswith("http"):
        text = _NUMBERED.sub(r"/{\1}", text)
    found = _TARGET.match(text)
    if found is None or (not found["path"] and not found["host"]):
        return None
    host, path = found["host"] or "", found["path"] or "/"
    if not found["path"] and not (_SCHEME.match(host) or found["query"]):
        return None
    if _SEGMENT.match(host) and not _BASE_WORDS.search(host):
        host, path = "", f"/{host}{path}"
    query = (*pairs(found["query"] or ""), *((name.strip(), "") for name in expected if name.strip()))
    return Target(host, template(trimmed(path)), query)


def trimmed(path: str) -> str:
    """`path` without the punctuation of the sentence that it ends, and without a fragment."""
    return path.partition("#")[0].rstrip(".,;:!*") or "/"


def pairs(query: str) -> Iterator[tuple[str, str]]:
    """The pairs of a query string or form, decoded; ``&amp;`` and ``;`` are not separators."""
    for part in query.lstrip("?").split("&")[:100]:
        name, _, value = part.partition("=")
        name = unquote_plus(name).strip()
        if _KEY.match(name) and not name.startswith("$("):
            yield name, unquote_plus(value)[:500]


def template(path: str) -> str:
    """`path` with every placeholder in braces, and one slash where there were several."""
    has_lower = any(c.islower() for c in path)
    parts: list[str] = []
    for part in path.split("/"):
        if not part:
            continue
        named = _STYLES.sub(lambda found: "{" + name_of(next((g for g in found.groups() if g), "")) + "}", part)
        if has_lower and "{" not in named and len(named) > 1 and _CAPITALS.match(named):
            named = "{" + name_of(named.lower()) + "}"
        parts.append(named)
    return "/" + "/".join(parts) + ("/" if parts and path.endswith("/") else "")


def name_of(written: str) -> str:
    """A placeholder's name: its converter (``int:``) dropped, white space as ``_``."""
    if written in ("s", "d", ""):
        return "value"
    converter, _, rest = written.partition(":")
    name = rest if rest and converter.isalpha() and len(converter) < 13 else written
    return _NAME_PARTS.sub("_", name).strip("_.")[:60] or "value"


def placeholders(path: str) -> list[str]:
    """The names in braces, in order."""
    return _PLACEHOLDER.findall(path)


def shape(path: str) -> str:
    """`path` with all names and the last slash taken out: what two spellings of one endpoint have in common."""
    return _PLACEHOLDER.sub("{}", path).rstrip("/") or "/"


def fits(template: str, path: str) -> bool:
    """Whether `path` may be an example of `template`; the path may have a constant prefix that the template lacks."""
    wanted, given = template.strip("/").split("/"), path.strip("/").split("/")
    if len(given) < len(wanted) or not template.strip("/"):
        return template.strip("/") == path.strip("/")
    tail = given[len(given) - len(wanted) :]
    same = [one == other for one, other in zip(wanted, tail, strict=True)]
    return all(is_same or "{" in one for is_same, one in zip(same, wanted, strict=True)) and (
        any(same) or len(wanted) == len(given)
    )
