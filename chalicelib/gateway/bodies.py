"""Request bodies: an object of input properties, or one value, as the bytes of a media type."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import orjson

from chalicelib.gateway.serialize import CannotSerialize, text

Body = tuple[bytes, str]


def encode(value: Any, media_type: str, *, boundary: Callable[[], str] = lambda: secrets.token_hex(16)) -> Body:
    """`value` as ``(bytes, Content-Type)``. Raises `CannotSerialize` where the media type cannot carry it."""
    kind = media_type.split(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return json_bytes(value), media_type
    if kind == "application/x-www-form-urlencoded":
        return _form(value), media_type
    if kind.startswith("multipart/"):
        mark = boundary()
        return _multipart(value, mark), f"{kind}; boundary={mark}"
    if kind.startswith("text/") or kind == "application/xml" or kind.endswith("+xml"):
        if not isinstance(value, str):
            raise CannotSerialize(f"must be text, since the body is {kind}")
        return value.encode(), media_type if "charset" in media_type else f"{media_type}; charset=utf-8"
    return file_bytes(value), media_type


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
                raise CannotSerialize('must be base64, {"base64": "…"} or {"text": "…"}') from None
        case _:
            raise CannotSerialize('must be base64, {"base64": "…"} or {"text": "…"}')


def _form(value: Any) -> bytes:
    if not isinstance(value, dict):
        raise CannotSerialize("must be an object, since the body is a form")
    pairs: list[str] = []
    for name, member in value.items():
        items = member if isinstance(member, list) else [member]
        for item in items:
            if isinstance(item, dict):
                pairs += [f"{quote_plus(f'{name}[{key}]')}={quote_plus(text(leaf))}" for key, leaf in item.items()]
            else:
                pairs.append(f"{quote_plus(name)}={quote_plus(text(item))}")
    return "&".join(pairs).encode()


def _multipart(value: Any, boundary: str) -> bytes:
    """RFC 7578. A member that is ``{"base64" | "text", "filename"?, "content_type"?}`` is a file."""
    if not isinstance(value, dict):
        raise CannotSerialize("must be an object, since the body is multipart")
    parts: list[bytes] = []
    for name, member in value.items():
        for item in member if isinstance(member, list) else [member]:
            parts.append(_part(name, item, boundary))
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def _part(name: str, item: Any, boundary: str) -> bytes:
    disposition = f'form-data; name="{_quoted(name)}"'
    if isinstance(item, dict) and ("base64" in item or "text" in item):
        content = file_bytes({key: item[key] for key in ("base64", "text") if key in item})
        disposition += f'; filename="{_quoted(str(item.get("filename", name)))}"'
        kind = _header_safe(str(item.get("content_type", "application/octet-stream")))
    elif isinstance(item, dict | list):
        content, kind = json_bytes(item), "application/json"
    else:
        content, kind = text(item).encode(), "text/plain; charset=utf-8"
    head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {kind}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def _quoted(name: str) -> str:
    """As browsers do (WHATWG HTML, multipart/form-data encoding algorithm)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _header_safe(value: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise CannotSerialize("content_type must not hold control characters")
    return value
