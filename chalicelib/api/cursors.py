"""Cursors: where a list goes on. Opaque, signed, and good for one list of one workspace only (F12)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from chalicelib.auth import keyring
from chalicelib.errors import InvalidCursor

_MAC_BYTES = 16


def make(workspace: str, listing: str, place: str | None) -> str | None:
    """The cursor that goes on after `place` in `listing` (the list's path and filters); None at the end."""
    if place is None:
        return None
    return base64.urlsafe_b64encode(_mac(workspace, listing, place.encode()) + place.encode()).decode().rstrip("=")


def read(workspace: str, listing: str, cursor: str | None) -> str | None:
    """The place in `cursor`. Raises `InvalidCursor` unless we made it for this very list."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        place = raw[_MAC_BYTES:].decode()
    except (ValueError, UnicodeDecodeError):
        raise InvalidCursor("The cursor is not one of ours.") from None
    if not hmac.compare_digest(raw[:_MAC_BYTES], _mac(workspace, listing, place.encode())):
        raise InvalidCursor("The cursor belongs to another list, or was changed.")
    return place


def listing(path: str, filters: dict[str, Any]) -> str:
    """What a cursor is bound to: the path, and every filter but the page's size and cursor."""
    kept = {name: value for name, value in filters.items() if name not in ("limit", "cursor") and value is not None}
    return path + "?" + json.dumps(kept, sort_keys=True, default=str)


def _mac(workspace: str, listing_: str, place: bytes) -> bytes:
    key = keyring.read(workspace).derive("cursor")
    return hmac.new(key, listing_.encode() + b"\0" + place, hashlib.sha256).digest()[:_MAC_BYTES]
