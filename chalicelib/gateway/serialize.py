"""OpenAPI 3.1 parameter serialisation (Parameter Object, “Style Values”; RFC 6570 for path and query).

Pure: a value and how its parameter is declared go in, text that is safe at its place comes out. Values are
percent-encoded exactly once, so nothing in them is ever read as syntax, or expanded a second time.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote, unquote

from chalicelib.gateway import media
from chalicelib.registry.models import Binding

Pair = tuple[str, str]
# RFC 3986, 2.2, without what ends a path or a query, or separates pairs, and without brackets, which both forbid.
_RESERVED_IN_PATH: Final = ":/@!$&'()*+,;="
_RESERVED_IN_QUERY: Final = ":/?@!$'()*,;"
_JOINED_BY: Final = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}
_PIECES: Final = re.compile(r"(?:;[^/\\]*|\0[^/\\]*)?(?:[/\\]|\Z)")  # what some servers cut off a segment goes too
_ENCODINGS: Final = 3  # how often something on the way may decode a path


class CannotSerialize(ValueError):
    """The value has a shape that the parameter's style cannot carry, or would change the path."""


def text(value: Any) -> str:
    """A scalar as JSON would write it, strings without quotes; None is empty."""
    match value:
        case str():
            return value
        case None:
            return ""
        case int() if not isinstance(value, bool):
            return str(value)  # the same, and nearly always what there is
        case _:
            return _json(value)


def text_of_content(value: Any, media_type: str) -> str:
    """A `content` parameter: in JSON, or as the text that it is."""
    return _json(value) if media.is_json(media.essence(media_type)) else text(value)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def encode(part: str, keep: str = "") -> str:
    """`part`, percent-encoded but for unreserved characters and `keep`."""
    return quote(part, safe=keep)


def path_value(value: Any, binding: Binding) -> str:
    """The text that replaces ``{name}`` in a path template: style simple, label or matrix.

    Raises `CannotSerialize` for what would be empty, or a dot segment once decoded by anyone on the way (C1).
    """
    if binding.media_type:
        return _segment(text_of_content(value, binding.media_type), allow_slash=False)
    prefix = {"label": ".", "matrix": ";"}.get(binding.style or "", "")
    name = encode(binding.name) if prefix == ";" else None
    explode = bool(binding.explode)
    joined = _expand(value, lambda part: _segment(part, binding.allow_reserved), prefix or ",", name, explode=explode)
    if not joined:
        raise CannotSerialize("must not be empty")
    return prefix + joined


def query_pairs(value: Any, binding: Binding) -> list[Pair]:
    """``(name, value)`` pairs, encoded, in order: style form, spaceDelimited, pipeDelimited or deepObject."""
    name = encode(binding.name)

    def enc(part: Any) -> str:
        return encode(text(part), _RESERVED_IN_QUERY if binding.allow_reserved else "")

    if binding.media_type:
        return [(name, enc(text_of_content(value, binding.media_type)))]
    style = binding.style or "form"
    explode = binding.explode if binding.explode is not None else style == "form"
    if not isinstance(value, list | dict):
        return [(name, enc(value))]
    if style == "deepObject":
        return [(key, enc(leaf)) for key, leaf in _deep(name, value)]
    if not value:
        return []
    if not explode:
        parts = value if isinstance(value, list) else [part for member in value.items() for part in member]
        return [(name, _JOINED_BY.get(style, ",").join(map(enc, parts)))]
    if isinstance(value, list):
        return [(name, enc(item)) for item in value]
    return [(encode(key), enc(member)) for key, member in value.items()]


def header_value(value: Any, binding: Binding) -> str:
    """A header field's value: style `simple`, never percent-encoded."""
    if binding.media_type:
        return text_of_content(value, binding.media_type)
    return _expand(value, str, ",", None, explode=bool(binding.explode))


def cookie_pairs(value: Any, binding: Binding) -> list[Pair]:
    """Cookie pairs: style `form`; all is percent-encoded, since `;` and `,` would end a value."""
    name = encode(binding.name)
    if binding.media_type:
        return [(name, encode(text_of_content(value, binding.media_type)))]
    explode = binding.explode if binding.explode is not None else True
    match value:
        case list() if explode:
            return [(name, encode(text(item))) for item in value]
        case dict() if explode:
            return [(encode(key), encode(text(member))) for key, member in value.items()]
        case _:
            return [(name, _expand(value, encode, ",", None, explode=False))]


def _expand(value: Any, enc: Callable[[str], str], separator: str, name: str | None, *, explode: bool) -> str:
    """simple, label and matrix (RFC 6570, 3.2.2, 3.2.5 and 3.2.7), less the prefix; `name` for matrix alone."""
    between = separator if explode else ","
    named = f"{name}=" if name is not None else ""
    match value:
        case list() if explode:
            return between.join(named + enc(text(item)) for item in value)
        case list():
            return named + between.join(enc(text(item)) for item in value) if value else ""
        case dict() if explode:
            return between.join(f"{enc(key)}={enc(text(member))}" for key, member in value.items())
        case dict():
            return named + ",".join(f"{enc(key)},{enc(text(member))}" for key, member in value.items()) if value else ""
        case _:
            return named + enc(text(value))


def _deep(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    """``a[b][c]=…``; OpenAPI leaves lists open, so as servers read them: ``a[]=…``, of objects ``a[0][b]=…``."""
    match value:
        case dict():
            for key, member in value.items():
                yield from _deep(f"{prefix}%5B{encode(key)}%5D", member)
        case list():
            is_flat = not any(isinstance(item, list | dict) for item in value)
            for n, item in enumerate(value):
                yield from _deep(f"{prefix}%5B{'' if is_flat else n}%5D", item)
        case _:
            yield prefix, value


def _segment(part: str, allow_slash: bool) -> str:
    part = unicodedata.normalize("NFC", part)
    if not part or _climbs(part):
        raise CannotSerialize("must not be empty, `.` or `..`, nor hold one of these as a path segment")
    return encode(part, _RESERVED_IN_PATH if allow_slash else "")


def _climbs(part: str) -> bool:
    """True for what some server may read as a dot segment (RFC 3986, 5.2.4), however it is written."""
    for _ in range(_ENCODINGS + 1):
        if "." in part and any(piece.strip() in (".", "..") for piece in _PIECES.split(part)):
            return True
        if "%" not in part:
            return False
        part = unquote(part)
    return False
