"""Request bodies: input properties, or one value, as the bytes of a media type."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

from chalicelib.errors import InvalidInput
from chalicelib.gateway import media
from chalicelib.gateway.serialize import CannotSerialize, query_pairs, text
from chalicelib.gateway.serialize import encode as encode_text
from chalicelib.registry.models import Binding

Body = tuple[bytes, str]
Member = tuple[Binding, Any]
_FILE: Final = frozenset({"base64", "text", "filename", "content_type"})
_NO_FILE: Final = 'must be base64, {"base64": "…"} or {"text": "…"}'


def _boundary() -> str:
    return secrets.token_hex(16)


def encode(value: Any, media_type: str, *, boundary: Callable[[], str] = _boundary) -> Body:
    """`value` as ``(bytes, Content-Type)``. Raises `CannotSerialize` where the media type cannot carry it."""
    kind = media.essence(media_type)
    if media.is_json(kind):
        return json_bytes(value), media_type
    if kind == media.FORM or kind.startswith("multipart/"):
        if not isinstance(value, dict):
            raise CannotSerialize(f"must be an object, since the body is {kind}")
        members = [(Binding(place="body", name=name), member) for name, member in value.items()]
        return encode_members(members, media_type, boundary=boundary)
    if kind.startswith("text/") or media.is_xml(kind):
        return _text(value, media_type)
    return file_bytes(value), media_type


def encode_members(members: Sequence[Member], media_type: str, *, boundary: Callable[[], str] = _boundary) -> Body:
    """The properties of an object body; how each is written in a form, its binding says (Encoding Object)."""
    kind = media.essence(media_type)
    if kind == media.FORM:
        pairs = [pair for binding, value in members for pair in _form_pairs(binding, value)]
        return "&".join(f"{name}={value}" for name, value in pairs).encode(), media_type
    if kind.startswith("multipart/"):
        mark = boundary()
        parts = [part for binding, value in members for part in _parts(binding, value)]
        content = b"".join(b"--%s\r\n%s\r\n" % (mark.encode(), part) for part in parts)
        return content + f"--{mark}--\r\n".encode(), f"{kind}; boundary={mark}"
    return encode({binding.name: value for binding, value in members}, media_type)


def with_members(body: bytes | None, content_type: str, members: Sequence[tuple[str, str]]) -> Body:
    """`body` with text members added, byte for byte as it was otherwise; without one, an object of JSON.

    Raises `InvalidInput` where the media type has no members.
    """
    kind = media.essence(content_type or "application/json")
    if media.is_json(kind) and (not body or body.rstrip()[-1:] == b"}"):
        added = json_bytes(dict(members))
        kept = (body or b"{}").rstrip()[:-1].rstrip()
        return kept + (b"" if kept == b"{" else b",") + added[1:], content_type or "application/json"
    if kind == media.FORM:
        added = "&".join(f"{encode_text(name)}={encode_text(value)}" for name, value in members).encode()
        return b"&".join(filter(None, (body, added))), content_type or kind
    raise InvalidInput(f"The credential goes into the body, and a body of {kind} has no members to hold it.")


def json_bytes(value: Any) -> bytes:
    """JSON without white space; integers of any size stay exact."""
    try:
        return orjson.dumps(value)
    except TypeError:  # beyond 64 bits
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def file_bytes(value: Any) -> bytes:
    """A file: ``{"base64": …}`` or ``{"text": …}``, or a string of base64 (JSON Schema's `contentEncoding`)."""
    match value:
        case {"text": str(content)}:
            return content.encode()
        case {"base64": str(content)} | str(content):
            try:
                return base64.b64decode(content, validate=True)
            except (binascii.Error, ValueError):
                raise CannotSerialize(_NO_FILE) from None
        case _:
            raise CannotSerialize(_NO_FILE)


def _text(value: Any, media_type: str) -> Body:
    if not isinstance(value, str):
        raise CannotSerialize(f"must be text, since the body is {media.essence(media_type)}")
    charset = media.charset(media_type)
    if charset is None:
        kept = media_type if "charset" not in media_type.lower() else media.essence(media_type)
        return value.encode(), f"{kept}; charset=utf-8"
    try:
        return value.encode(charset), media_type
    except UnicodeEncodeError:
        raise CannotSerialize(f"must be text in {charset}") from None


def _form_pairs(binding: Binding, value: Any) -> list[tuple[str, str]]:
    """As a query parameter of that style; by default an object in a form is JSON (OpenAPI 3.1, Encoding Object)."""
    if binding.style is None and binding.explode is None and binding.media_type is None:
        items = value if isinstance(value, list) else [value]
        return [pair for item in items for pair in query_pairs(text(item), binding)]
    return query_pairs(value, binding)


def _parts(binding: Binding, value: Any) -> list[bytes]:
    """RFC 7578, without the boundaries. A list makes a part of each item, unless it is to be JSON."""
    content_type = binding.media_type or ""
    kind = media.essence(content_type)
    if isinstance(value, list) and not media.is_json(kind):
        return [part for item in value for part in _parts(binding, item)]
    disposition = f'form-data; name="{_quoted(binding.name)}"'
    is_plain = not isinstance(value, str) or not kind or media.is_text(kind)
    if media.is_json(kind) or (isinstance(value, dict) and not _is_file(value)):
        content, content_type = json_bytes(value), content_type or "application/json"
    elif isinstance(value, dict) or not is_plain:
        said = value if isinstance(value, dict) else {}
        content = file_bytes(value)
        disposition += f'; filename="{_quoted(said.get("filename", binding.name))}"'
        content_type = _header_safe(said.get("content_type") or _one_type(content_type))
    else:
        content = text(value).encode()
    header = f"Content-Type: {content_type}\r\n" if content_type else ""
    return [f"Content-Disposition: {disposition}\r\n{header}\r\n".encode() + content]


def _one_type(content_type: str) -> str:
    """An Encoding Object may name several types, or a range; a part is of one."""
    return content_type if content_type and not set("*,").intersection(content_type) else "application/octet-stream"


def _is_file(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and _FILE.issuperset(value)
        and ("base64" in value) != ("text" in value)
        and all(isinstance(member, str) for member in value.values())
    )


def _quoted(name: str) -> str:
    """As browsers do (WHATWG HTML, multipart/form-data encoding algorithm)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _header_safe(value: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise CannotSerialize("content_type must not hold control characters")
    return value
