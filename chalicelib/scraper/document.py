"""Bytes of JSON or YAML → a plain tree of dicts, lists, strings, numbers, booleans and None.

A description comes from anywhere, so its text is hostile until proven otherwise (security D1 and D4). JSON is read
by orjson, YAML by `yamltree`; both are bounded in bytes, depth and number of nodes.
"""

from __future__ import annotations

import json
from typing import Any, Final

import orjson

from chalicelib.errors import DocumentTooComplex, DocumentTooDeep, DocumentTooLarge, MalformedDocument, NotOpenApi
from chalicelib.settings import Caps

_ORJSON_DEPTH: Final = 1_024  # where orjson stops; nothing that comes after recurses over the whole tree
_DIGITS_AS_ZEROS: Final = bytes(48 if chr(byte).isdigit() and byte < 128 else 32 for byte in range(256))
_LONG_RUN: Final = b"0" * 19  # -2^63 has 19 digits; beyond 64 bits orjson makes a float of an integer
_MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def parse(data: bytes, *, content_type: str | None = None) -> dict[str, Any]:
    """The tree that `data` (UTF-8, or UTF-16 with a mark; not compressed) describes.

    `content_type` decides between JSON and YAML only where the text itself could be both. The last of duplicate keys
    wins. Integers are exact, of up to 4,300 digits.

    Raises `DocumentTooLarge`, `DocumentTooDeep`, `DocumentTooComplex`, `MalformedDocument` (with line and column) and
    `NotOpenApi` (readable, but not an object at its top).
    """
    if len(data) > Caps.DOCUMENT_BYTES:
        raise DocumentTooLarge(
            f"The description has {len(data):,} bytes; the most that is read is {Caps.DOCUMENT_BYTES:,}."
        )
    if encoding := _MARKS.get(data[:2]) or _MARKS.get(data[:3]):
        data = _decoded(data, encoding).encode()
    first = data[:4096].lstrip()[:1]
    if first == b"<":
        raise MalformedDocument(
            "This is HTML or XML, not JSON or YAML: line 1, column 1 is `<`.",
            fix="Give the address of the OpenAPI file itself, or import the site as documentation.",
        )
    if first in (b"{", b"[") and "yaml" not in (content_type or ""):
        tree = _json(data)
    else:
        from chalicelib.scraper import yamltree  # YAML is rare enough to be loaded only when it comes

        tree = yamltree.load(_decoded(data, "utf-8"))
    if not isinstance(tree, dict):
        found = {list: "a list", str: "a text", type(None): "empty"}.get(type(tree), f"a {type(tree).__name__}")
        raise NotOpenApi(f"The description is {found}, not an object.")
    return tree


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise MalformedDocument(f"Not valid {encoding.upper()}: line {line}, column {column}.") from None


def _json(data: bytes) -> Any:
    nodes = data.count(b",") + data.count(b"[") + data.count(b"{")  # before anything is built; texts only add to it
    if nodes > Caps.DOCUMENT_NODES:
        raise DocumentTooComplex(f"The description has more than {Caps.DOCUMENT_NODES:,} values.")
    try:
        tree = orjson.loads(data)
        return json.loads(data) if _has_long_integers(data) else tree
    except orjson.JSONDecodeError as error:
        if "depth" in error.msg or "ecursion" in error.msg:
            raise _too_deep() from None
        _decoded(data, "utf-8")
        raise MalformedDocument(f"Not valid JSON: {error.msg}: line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # an integer of more than 4,300 digits
        raise MalformedDocument(f"Not valid JSON: {error}.") from None


def _has_long_integers(data: bytes) -> bool:
    """Whether orjson may have made a float of an integer: 9 ms for 13 MB, where a look at each value takes 40."""
    runs = data.translate(_DIGITS_AS_ZEROS)
    start = runs.find(_LONG_RUN)
    while start >= 0:
        end = runs.find(b" ", start)
        end = len(runs) if end < 0 else end
        if data[start - 1 : start] in b" \t\r\n:,[-" and data[end : end + 1] in b" \t\r\n,]}":
            return True
        start = runs.find(_LONG_RUN, end)
    return False


def _too_deep() -> DocumentTooDeep:
    return DocumentTooDeep(f"The description is nested more than {_ORJSON_DEPTH:,} levels deep.")
