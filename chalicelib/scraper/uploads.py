"""Uploads: files that a job reads, kept for a day (the bucket's lifecycle deletes them)."""

from __future__ import annotations

import hashlib
import time
import zlib
from dataclasses import dataclass
from typing import Any

from ulid import ULID

from chalicelib import aws
from chalicelib.errors import BadHeader, TooLarge, UploadNotFound
from chalicelib.settings import Caps

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Upload:
    """A kept file: `size` in bytes and `sha256` are of the unpacked content."""

    upload_id: str
    size: int
    sha256: str


def keep(workspace: str, data: bytes) -> Upload:
    """Keep a file, plain or gzipped. Raises `TooLarge` for more than 64 MB unpacked, `BadHeader` for broken gzip."""
    plain = unpack(data) if data[:2] == _GZIP else data
    upload_id = f"upl_{ULID()}"
    aws.put_object(_key(workspace, upload_id), aws.compress(plain))
    return Upload(upload_id, len(plain), hashlib.sha256(plain).hexdigest())


def load(workspace: str, upload_id: str, *, now: float | None = None) -> bytes:
    """The file's content. Raises `UploadNotFound`, also once it is older than a day."""
    try:
        kept_at = ULID.from_str(upload_id.removeprefix("upl_")).timestamp
    except ValueError:
        raise UploadNotFound(f"`{upload_id[:60]}` is not the id of an upload.") from None
    packed = aws.get_object(_key(workspace, upload_id))
    if packed is None or (time.time() if now is None else now) - kept_at > Caps.UPLOAD_TTL_S:
        raise UploadNotFound(f"There is no upload `{upload_id}`.")
    return aws.decompress(packed)


def unpack(data: bytes) -> bytes:
    """Bounded gunzip."""
    unpacker: Any = zlib.decompressobj(31)
    try:
        plain: bytes = unpacker.decompress(data, Caps.DOCUMENT_BYTES + 1)
    except zlib.error:
        raise BadHeader("The file begins like gzip, and is not.") from None
    if len(plain) > Caps.DOCUMENT_BYTES:
        raise TooLarge(f"The file unpacks to more than {Caps.DOCUMENT_BYTES:,} bytes.")
    if not unpacker.eof:
        raise BadHeader("The gzip file is cut off.")
    return plain


def _key(workspace: str, upload_id: str) -> str:
    return f"uploads/{workspace}/{upload_id}"
