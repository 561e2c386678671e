"""Sealing: AES-256-GCM (NIST SP 800-38D) under the workspace's keyring, bound to what the secret belongs to.

A sealed value is ``0x01 ‖ key id (8) ‖ nonce (12) ‖ ciphertext and tag``. Its context (workspace, integration,
connection, and the origins it may be sent to) is authenticated, so a value that was moved to another item, or whose
integration now points elsewhere, does not open (B1, A8).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.auth import keyring
from chalicelib.auth.keyring import KEY_ID_BYTES

_FORMAT: Final = b"\x01"
_NONCE_BYTES: Final = 12


class CannotOpen(Exception):
    """The value was sealed for another context, under an unknown key, or was damaged."""


class Context(NamedTuple):
    """What a sealed value belongs to."""

    workspace: str
    integration: str
    connection: str
    origins: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        """What it belongs to within the workspace."""
        return (self.integration, self.connection)

    def encoded(self) -> bytes:
        """The associated data."""
        return json.dumps([self.workspace, self.integration, self.connection, sorted(self.origins)]).encode()


def seal(context: Context, plain: bytes, *, now: Callable[[], float] = time.time) -> bytes:
    """`plain`, sealed for `context`."""
    key = keyring.read(context.workspace, now=now).sealing_key(now())
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT + key.key_id + nonce + AESGCM(key.secret).encrypt(nonce, plain, context.encoded())


def unseal(context: Context, sealed: bytes) -> bytes:
    """What was sealed. Raises `CannotOpen`."""
    key_id, rest = key_id_of(sealed), sealed[1 + KEY_ID_BYTES :]
    key = keyring.read(context.workspace).key(key_id)
    if key is None:  # rotated since this process read the ring
        keyring.forget(context.workspace)
        key = keyring.read(context.workspace).key(key_id)
    if key is None or sealed[:1] != _FORMAT:
        raise CannotOpen("sealed under an unknown key")
    try:
        return AESGCM(key.secret).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], context.encoded())
    except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
        raise CannotOpen("sealed for something else, or damaged") from None


def reseal(context: Context, sealed: bytes, *, now: Callable[[], float] = time.time) -> bytes | None:
    """`sealed`, sealed anew under the key that seals now; None where it is already. Raises `CannotOpen`."""
    plain = unseal(context, sealed)
    if key_id_of(sealed) == keyring.read(context.workspace, now=now).sealing_key(now()).key_id:
        return None
    return seal(context, plain, now=now)


def key_id_of(sealed: bytes) -> bytes:
    """The id of the key that sealed it."""
    return sealed[1 : 1 + KEY_ID_BYTES]


def fingerprint(workspace: str, plain: bytes) -> str:
    """16 hex digits that tell two secrets apart and say nothing else: an HMAC, since short secrets could be guessed."""
    key = keyring.read(workspace).derive("fingerprint")
    return hmac.new(key, plain, hashlib.sha256).hexdigest()[:16]
