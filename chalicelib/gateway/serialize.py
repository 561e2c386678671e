"""OpenAPI 3.1 parameter serialisation (Parameter Object, “Style Values”; RFC 6570 for path and query).

Pure: a value and how its parameter is declared go in, text that is safe at its place comes out. Values are
percent-encoded exactly once, so nothing in them is ever read as syntax, or expanded a second time.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from chalicelib.registry.models import Binding

_RESERVED: Final = ":/?#[]@!$&'()*+,;="  # RFC 3986, section 2.2


class CannotSerialize(ValueError):
    """The value has a shape that the parameter's style cannot carry, or would change the path."""


def text(value: Any) -> str:
    """A scalar as JSON would write it, strings without quotes; None is empty."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case _:
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def path_value(value: Any, binding: Binding) -> str:
    """The text that replaces ``{name}`` in a path template.

    Raises `CannotSerialize` for what would be empty, or a dot segment once decoded by anyone on the way (C1).
    """
    style = binding.style or "simple"
    explode = bool(binding.explode)
    if binding.media_type:
        return _segment(text_of_content(value), allow_reserved=False)
    joined = _flatten(value, binding.name, style, explode, lambda part: _segment(part, binding.allow_reserved))
    match style:
        case "label":
            joined = "." + joined
        case "matrix":
            joined = ";" + joined
        case _:
            pass
    if _is_dots(joined):
        raise CannotSerialize("must not be empty, `.` or `..`")
    return joined


def query_pairs(value: Any, binding: Binding) -> list[str]:
    """``name=value`` pairs, encoded, in order."""
    name = _encode(binding.name, keep="[]")

    def enc(part: str) -> str:
        return _encode(part, keep=_query_reserved() if binding.allow_reserved else "")

    if binding.media_type:
        return [f"{name}={enc(text_of_content(value))}"]
    style = binding.style or "form"
    explode = binding.explode if binding.explode is not None else style == "form"
    match value:
        case list():
            parts = [enc(text(item)) for item in value]
            if style == "spaceDelimited" and not explode:
                return [f"{name}={'%20'.join(parts)}"]
            if style == "pipeDelimited" and not explode:
                return [f"{name}={'%7C'.join(parts)}"]
            if explode:
                return [f"{name}={part}" for part in parts]
            return [f"{name}={','.join(parts)}"]
        case dict():
            if style == "deepObject":
                return [f"{key}={enc(leaf)}" for key, leaf in _deep(_encode(binding.name, keep=""), value)]
            if explode:
                return [f"{enc(key)}={enc(text(member))}" for key, member in value.items()]
            return [f"{name}={','.join(f'{enc(key)},{enc(text(member))}' for key, member in value.items())}"]
        case _:
            return [f"{name}={enc(text(value))}"]


def header_value(value: Any, binding: Binding) -> str:
    """A header field's value: style `simple`, never percent-encoded."""
    if binding.media_type:
        return text_of_content(value)
    return _flatten(value, binding.name, "simple", bool(binding.explode), lambda part: part)


def cookie_pairs(value: Any, binding: Binding) -> list[tuple[str, str]]:
    """Cookie pairs: style `form`; values are percent-encoded, since `;` and `,` would end them."""
    if binding.media_type:
        return [(binding.name, _encode(text_of_content(value)))]
    explode = binding.explode if binding.explode is not None else True
    match value:
        case list() if explode:
            return [(binding.name, _encode(text(item))) for item in value]
        case dict() if explode:
            return [(key, _encode(text(member))) for key, member in value.items()]
        case _:
            return [(binding.name, _flatten(value, binding.name, "simple", False, _encode))]


def text_of_content(value: Any) -> str:
    """A `content` parameter: the value as JSON, whatever it is."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _flatten(value: Any, name: str, style: str, explode: bool, encode: Any) -> str:
    """simple, label and matrix (RFC 6570, sections 3.2.2, 3.2.5, 3.2.7)."""
    separator = {"label": ".", "matrix": ";"}.get(style, ",") if explode else ","
    named = f"{name}=" if style == "matrix" else ""
    match value:
        case list():
            if style == "matrix" and explode:
                return separator.join(named + encode(text(item)) for item in value)
            return named + separator.join(encode(text(item)) for item in value)
        case dict():
            if explode:
                return separator.join(f"{encode(str(key))}={encode(text(member))}" for key, member in value.items())
            return named + ",".join(f"{encode(str(key))},{encode(text(member))}" for key, member in value.items())
        case _:
            return named + str(encode(text(value)))


def _deep(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, member in value.items():
                yield from _deep(f"{prefix}%5B{_encode(str(key))}%5D", member)
        case list():
            for item in value:
                yield from _deep(f"{prefix}%5B%5D", item)
        case _:
            yield prefix, text(value)


def _segment(part: str, allow_reserved: bool) -> str:
    part = unicodedata.normalize("NFC", part)
    if allow_reserved:
        if any(_is_dots(piece) and piece for piece in part.split("/")) or not part:
            raise CannotSerialize("must not hold `.` or `..` as a path segment")
        return _encode(part, keep=_RESERVED.translate({ord("?"): None, ord("#"): None}))
    if _is_dots(part):
        raise CannotSerialize("must not be empty, `.` or `..`")
    return _encode(part)


def _is_dots(segment: str) -> bool:
    """True for what some server may read as an empty or dot segment (RFC 3986, 5.2.4), however it is written."""
    plain = segment.lower().replace("%2e", ".").split(";")[0].rstrip("\\").strip()
    return plain in ("", ".", "..") or plain.startswith(("..\\", "..%5c"))


def _query_reserved() -> str:
    return _RESERVED.translate({ord("#"): None, ord("&"): None, ord("="): None, ord("+"): None})


def _encode(part: str, keep: str = "") -> str:
    return quote(part, safe=keep)


