"""Reading the upstream's answer: what kind of body it is, and what becomes of it in the envelope.

JSON passes through as it came, byte for byte (numbers of any size, key order), once it is known to be JSON. What is
not JSON becomes ``{content_type, text | base64}``; nothing becomes null.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

import orjson

from chalicelib.egress import Answer
from chalicelib.errors import UpstreamInvalidResponse, UpstreamResponseTooLarge
from chalicelib.gateway import media
from chalicelib.observability import REDACTED, redact, redact_bytes
from chalicelib.settings import Caps

_ESCAPE: Final = re.compile(rb"\\u([0-9a-fA-F]{4})|\\/")  # could hide a secret: "\u0061bc"
_BOM: Final = b"\xef\xbb\xbf"
_EMPTY: Final = frozenset({204, 205, 304})
_SHOWN: Final = 2_000  # bytes of a refused call's body that the caller sees
_BEGINNING: Final = 200  # characters of what is not the JSON that it says it is (D8)
_LONGEST_WAIT_S: Final = 3_600


@dataclass(frozen=True)
class Body:
    """`data` goes into the envelope (an `orjson.Fragment` where it is JSON); `value` is what can be validated.

    `raw` are the bytes as they came, but for secrets of ours that were echoed. `value` nests no deeper than `deepest`:
    its text has as many opening brackets.
    """

    data: Any
    raw: bytes = field(default=b"", repr=False)
    value: Any = None
    is_json: bool = False
    deepest: float = math.inf


def read(answer: Answer, *, expects_json: bool) -> Body:
    """The body of a successful answer.

    Raises `UpstreamInvalidResponse` where it claims to be JSON and is not, and `UpstreamResponseTooLarge` for a
    binary body that Lambda could not carry.
    """
    if not answer.body or answer.status in _EMPTY:
        return Body(None)
    content_type = answer.header("content-type") or ""
    kind = media.essence(content_type)
    if media.is_json(kind):
        return _json(answer.body, content_type)
    if (not kind or expects_json) and answer.body.removeprefix(_BOM).lstrip()[:1] in (b"{", b"["):
        try:
            return _json(answer.body, content_type)
        except UpstreamInvalidResponse:
            pass  # it only looked like JSON, and never said that it was
    if kind in media.JSON_LINES and (lines := _json_lines(answer.body)) is not None:
        return lines
    return Body(content(answer.body, content_type), redact_bytes(answer.body))


def content(body: bytes, content_type: str) -> dict[str, str]:
    """A body that is not JSON: ``{content_type, text}``, or ``{content_type, base64}`` for what is not text."""
    kind = media.essence(content_type)
    if media.is_text(kind) or (not kind and is_text(body)):
        return {"content_type": content_type, "text": _text(body, content_type)}
    if len(body) > Caps.UPSTREAM_BINARY_BYTES:
        raise UpstreamResponseTooLarge(f"A binary answer of {len(body):,} bytes; {Caps.UPSTREAM_BINARY_BYTES:,} fit.")
    return {"content_type": content_type, "base64": base64.b64encode(redact_bytes(body)).decode()}


def shown(answer: Answer) -> Any:
    """The body of a refused or failed call, for an error: masked, and cut to 2,000 bytes."""
    if not answer.body:
        return None
    body = redact_bytes(answer.body)
    if len(body) <= _SHOWN:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass  # shown as the text that it is
    if not is_text(body[:_SHOWN]):
        return f"({len(body):,} bytes that are not text)"
    return _text(body[:_SHOWN], answer.header("content-type") or "")


def retry_after_s(answer: Answer, *, now: dt.datetime) -> int | None:
    """``Retry-After`` in seconds, rounded up and clamped to an hour (RFC 9110, 10.2.3; G5); None where it says none."""
    raw = (answer.header("retry-after") or "").strip()
    if not raw or len(raw) > 64 or not raw.isascii():
        return None
    if re.fullmatch(r"\d+(\.\d+)?", raw):
        seconds = float(raw)
    else:
        try:
            seconds = (parsedate_to_datetime(raw) - now).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0, min(_LONGEST_WAIT_S, -int(-seconds // 1)))


def _json(body: bytes, content_type: str) -> Body:
    raw, charset = body, media.charset(content_type)
    if charset not in (None, "utf-8", "ascii"):
        body = _text(body, content_type).encode()
    body = body.removeprefix(_BOM)
    if not body.strip():
        return Body(None, raw)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UpstreamInvalidResponse(
            f"The answer says it is JSON and is not: {error.msg} at line {error.lineno}, column {error.colno}.",
            facts={"body_start": redact(body.decode(errors="replace"))[:_BEGINNING]},
        ) from None
    plain = _ESCAPE.sub(_unescaped, body) if b"\\" in body else body
    if redact_bytes(plain) == plain:
        return Body(orjson.Fragment(body), raw, value, is_json=True, deepest=_brackets(body))
    masked = _without_secrets(body)
    return Body(orjson.Fragment(masked), masked, orjson.loads(masked), is_json=True, deepest=_brackets(masked))


def _json_lines(body: bytes) -> Body | None:
    """JSON Lines as an array, each line as it came; None where a line is no JSON, so that it stays the text it is."""
    lines = [line for line in body.removeprefix(_BOM).splitlines() if line.strip()]
    try:
        found = [_json(line, "") for line in lines]
    except UpstreamInvalidResponse:
        return None
    array = b"[" + b",".join(line.raw for line in found) + b"]"
    is_masked = any(line.raw != lines[n] for n, line in enumerate(found))
    raw = b"\n".join(line.raw for line in found) + b"\n" if is_masked else body
    values = [line.value for line in found]
    return Body(orjson.Fragment(array), raw, values, is_json=True, deepest=_brackets(array))


def _brackets(text: bytes) -> int:
    return text.count(b"[") + text.count(b"{")


def _unescaped(escape: re.Match[bytes]) -> bytes:
    return chr(int(escape[1], 16)).encode(errors="surrogatepass") if escape[1] else b"/"


def _without_secrets(body: bytes) -> bytes:
    """JSON that echoes a secret, written anew without it; a number that is one becomes text."""

    def integer(digits: str) -> int | str:
        return int(digits) if redact(digits) == digits else REDACTED

    try:
        value = json.loads(body, parse_int=integer)
        return redact_bytes(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
    except RecursionError:
        raise UpstreamInvalidResponse("The answer nests too deeply to take an echoed credential out of it.") from None


def _text(body: bytes, content_type: str) -> str:
    return redact(body.decode(media.charset(content_type) or "utf-8", errors="replace"))


def is_text(body: bytes) -> bool:
    """True for bytes that a person could read."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(body) - 3 and b"\0" not in body  # a character cut in two at the end
    return b"\0" not in body
