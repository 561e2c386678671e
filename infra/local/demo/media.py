"""Photos: a drawn PNG for each pet of the first state, and reading the parts of a multipart form."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from email.message import Message

from .problems import Problem

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Part:
    """One field of a form; `media_type` is None when the part does not say."""

    body: bytes
    media_type: str | None
    filename: str | None


def draw_photo(pet_id: int, size: int = 32) -> bytes:
    """A PNG of size by size pixels in a colour of the pet's own (PNG specification, section 5)."""
    colour = bytes((pet_id * 67 % 256, pet_id * 131 % 256, 160))
    rows = b"".join(b"\x00" + colour * size for _ in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    stored = zlib.compress(rows, 0)  # uncompressed, so that every zlib makes the same bytes
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", stored), _chunk(b"IEND", b""))
    return PNG_SIGNATURE + b"".join(chunks)


def parse_form(content_type: str, body: bytes) -> dict[str, Part]:
    """The fields of a `multipart/form-data` body (RFC 7578) by name; bytes stay exactly as sent.

    Raises Problem `malformed_multipart`.
    """
    boundary = _parameters(content_type).get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise Problem("malformed_multipart", "The content type names no boundary.")
    _preamble, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))
    if not pieces or not pieces[-1].startswith(b"--"):
        raise Problem("malformed_multipart", "The closing boundary is missing.")
    parts = {}
    for piece in pieces[:-1]:
        head, blank, content = piece.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = _parameters(_header(head, "Content-Disposition") or "")
        name = disposition.get_param("name")
        if not blank or not isinstance(name, str):
            raise Problem("malformed_multipart", "A part has no name.")
        filename = disposition.get_param("filename")
        parts[name] = Part(content, _header(head, "Content-Type"), filename if isinstance(filename, str) else None)
    return parts


def _header(head: bytes, name: str) -> str | None:
    found = re.search(rb"(?im)^" + name.encode() + rb":[ \t]*(.*?)[ \t]*\r?$", head)
    return found[1].decode("utf-8", "replace") if found else None


def _parameters(value: str) -> Message:
    message = Message()
    message["Content-Type"] = value.replace("\r", "").replace("\n", "")
    return message


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
