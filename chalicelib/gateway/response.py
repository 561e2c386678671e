"""Reading the upstream's answer: what kind of body it is, and what becomes of it in the envelope.

JSON passes through as it came, byte for byte (numbers of any size, key order), once it is known to be JSON. What is
not JSON becomes ``{content_type, text | base64}``; nothing becomes null.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
import datetime as dt
from typing import Any, Final

import orjson

from chalicelib.egress import Answer
from chalicelib.errors import UpstreamInvalidResponse, UpstreamResponseTooLarge
from chalicelib.observability import redact, redact_bytes
from chalicelib.settings import Caps

_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_TEXT_KINDS: Final = ("text/", "application/xml", "application/javascript", "application/x-www-form-urlencoded")
_LINES_KINDS: Final = frozenset({"application/jsonl", "application/x-ndjson", "application/x-jsonlines"})
_SHOWN: Final = 2_000  # characters of a refused call's body that the caller sees


@dataclass(frozen=True)
class Body:
    """`data` goes into the envelope (an `orjson.Fragment` where it is JSON); `value` is what can be validated."""

    data: Any
    value: Any
    is_json: bool


def read(answer: Answer, *, expects_json: bool) -> Body:
    """The body of a successful answer.

    Raises `UpstreamInvalidResponse` where it claims to be JSON and is not, and `UpstreamResponseTooLarge` for a
    binary body that Lambda could not carry.
    """
    if not answer.body or answer.status in (204, 205, 304):
        return Body(None, None, is_json=False)
    content_type = answer.header("content-type") or ""
    kind = content_type.split(";")[0].strip().lower()
    body = redact_bytes(answer.body)
    if kind == "application/json" or kind.endswith("+json"):
        return _json(body, content_type)
    if kind in _LINES_KINDS:
        return Body({"content_type": content_type, "text": _text(body, content_type)}, None, is_json=False)
    if (not kind or expects_json) and body.lstrip()[:1] in (b"{", b"["):
        try:
            return Body(orjson.Fragment(body), orjson.loads(body), is_json=True)
        except orjson.JSONDecodeError:
            pass  # it only looked like JSON, and never said that it was
    if kind.startswith(_TEXT_KINDS) or kind.endswith("+xml") or (not kind and _is_text(body)):
        return Body({"content_type": content_type, "text": _text(body, content_type)}, None, is_json=False)
    if len(body) > Caps.UPSTREAM_BINARY_BYTES:
        raise UpstreamResponseTooLarge(f"A binary answer of {len(body):,} bytes; {Caps.UPSTREAM_BINARY_BYTES:,} fit.")
    return Body({"content_type": content_type, "base64": base64.b64encode(body).decode()}, None, is_json=False)


def shown(answer: Answer) -> Any:
    """The body of a refused or failed call, for an error: masked, and cut to 2,000 characters."""
    if not answer.body:
        return None
    body = redact_bytes(answer.body)
    if len(body) <= _SHOWN:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass  # shown as the text that it is
    if not _is_text(body[:_SHOWN]):
        return f"({len(body):,} bytes that are not text)"
    return _text(body[:_SHOWN], answer.header("content-type") or "")


def retry_after_s(answer: Answer, *, now: dt.datetime) -> int | None:
    """``Retry-After`` in seconds, rounded up and clamped to an hour (RFC 9110, 10.2.3; G5)."""
    raw = (answer.header("retry-after") or "").strip()
    if not raw or len(raw) > 64 or not raw.isascii():
        return None
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", raw):
        seconds = float(raw)
    else:
        try:
            seconds = (parsedate_to_datetime(raw) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0, min(3_600, -int(-seconds // 1)))


def _json(body: bytes, content_type: str) -> Body:
    charset = _CHARSET.search(content_type)
    if body[:3] == b"\xef\xbb\xbf":
        body = body[3:]
    if charset and charset[1].lower().replace("-", "") not in ("utf8", "usascii"):
        body = _text(body, content_type).encode()
    if not body.strip():
        return Body(None, None, is_json=False)
    try:
        return Body(orjson.Fragment(body), orjson.loads(body), is_json=True)
    except orjson.JSONDecodeError as error:
        begin = redact(body[:200].decode(errors="replace"))
        raise UpstreamInvalidResponse(
            f"The answer says it is JSON and is not: {error.msg} at line {error.lineno}, column {error.colno}.",
            facts={"body_start": begin},
        ) from None


def _text(body: bytes, content_type: str) -> str:
    charset = _CHARSET.search(content_type)
    try:
        return body.decode(charset[1] if charset else "utf-8", errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(body) - 3 and b"\0" not in body  # a character cut in two at the end
    return b"\0" not in body
