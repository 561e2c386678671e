"""Credentials on their way out for a backup, and back in: sealed under a key that the owner holds and we do not keep.

AES-256-GCM as in the vault, under the owner's key in the place of the workspace's keyring. What a value belongs to is
authenticated: kind, integration, name, and the origins that it may be sent to. So a restored integration whose address
somebody has changed in the file gets no credential (A8); the workspace is left out, as a restore may go into another.

A transferred value is ``0x01 ‖ nonce (12) ‖ ciphertext and tag``, in base64.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.auth.vault import CannotOpen

KEY_BYTES: Final = 32
_FORMAT: Final = b"\x01"
_NONCE_BYTES: Final = 12
_PURPOSE: Final = "waygate-transfer/1"


@dataclass(frozen=True)
class Belonging:
    """Whose credential it is, and where it may be sent."""

    kind: Literal["connection", "client"]
    integration: str
    name: str
    origins: Sequence[str]

    def encoded(self) -> bytes:
        """The associated data."""
        return json.dumps([_PURPOSE, self.kind, self.integration, self.name, sorted(self.origins)]).encode()


def seal(key: bytes, belonging: Belonging, value: Any) -> str:
    """`value` (JSON), sealed under the owner's `key` of 32 bytes."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    plain = json.dumps(value, separators=(",", ":")).encode()
    return base64.b64encode(_FORMAT + nonce + AESGCM(key).encrypt(nonce, plain, belonging.encoded())).decode()


def unseal(key: bytes, belonging: Belonging, sealed: str) -> Any:
    """What `seal` was given. Raises `CannotOpen` for another key, another belonging, or a damaged value."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        if raw[:1] != _FORMAT:
            raise CannotOpen("of another format")
        nonce, rest = raw[1 : 1 + _NONCE_BYTES], raw[1 + _NONCE_BYTES :]
        return json.loads(AESGCM(key).decrypt(nonce, rest, belonging.encoded()))
    except (InvalidTag, ValueError):
        raise CannotOpen("sealed under another key, for something else, or damaged") from None
