"""Keyrings: one secret per workspace in Secrets Manager, holding the keys that seal everything else.

A keyring is append-only, so whatever was ever sealed can be opened; its newest key seals only once every process's
cache (300 s) must have it. Destroying it shreds the workspace's credentials. Derived keys (HKDF, RFC 5869) serve
fingerprints and cursors, so that one secret is all that a workspace costs.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.errors import Unavailable, WorkspaceNotFound
from chalicelib.settings import Caps, settings

KEY_ID_BYTES: Final = 8
_TRIES: Final = 5  # two writers at once are rare; five in a row are a fault


class Key(NamedTuple):
    """An AES-256 key; `created_at` in epoch seconds."""

    key_id: bytes
    secret: bytes
    created_at: float


@dataclass(frozen=True)
class Keyring:
    """All keys of a workspace, oldest first."""

    keys: tuple[Key, ...]
    _derived: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def sealing_key(self, now: float) -> Key:
        """The newest key that every process knows by `now`; a workspace's first key serves at once."""
        known = [key for key in self.keys[1:] if now - key.created_at >= Caps.KEYRING_FRESH_S]
        return known[-1] if known else self.keys[0]

    def key(self, key_id: bytes) -> Key | None:
        """The key of that id."""
        return next((key for key in self.keys if key.key_id == key_id), None)

    def derive(self, purpose: str) -> bytes:
        """32 bytes for `purpose`, the same as long as the workspace lives."""
        if purpose not in self._derived:
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF

            derivation = HKDF(SHA256(), 32, salt=None, info=purpose.encode())
            self._derived[purpose] = derivation.derive(self.keys[0].secret)
        return self._derived[purpose]


_cache: dict[str, tuple[Keyring, float]] = {}
_lock = threading.Lock()


def secret_name(workspace: str) -> str:
    """The name of the workspace's secret."""
    return f"waygate/{settings().stage}/{workspace}/keyring"


def read(workspace: str, *, now: Callable[[], float] = time.time) -> Keyring:
    """The workspace's keyring, at most 300 s old. Raises `WorkspaceNotFound` where there is none."""
    with _lock:
        cached = _cache.get(workspace)
    if cached and 0 <= now() - cached[1] < Caps.KEYRING_FRESH_S:
        return cached[0]
    try:
        answer = aws.client("secretsmanager").get_secret_value(SecretId=secret_name(workspace))
    except ClientError as error:
        raise _explained(error, workspace) from None
    ring = _parse(answer["SecretString"])
    with _lock:
        _cache[workspace] = (ring, now())
    return ring


def forget(workspace: str | None = None) -> None:
    """Drop what is cached of one workspace, or of all."""
    with _lock:
        if workspace is None:
            _cache.clear()
        else:
            _cache.pop(workspace, None)


def create(workspace: str, *, now: Callable[[], float] = time.time) -> bool:
    """Make the workspace's keyring. False where it has one already."""
    key = _new_member(secrets.token_hex(KEY_ID_BYTES), now())
    try:
        aws.client("secretsmanager").create_secret(
            Name=secret_name(workspace),
            SecretString=json.dumps({"keys": [key]}),
            Description=f"Waygate: seals the credentials of workspace {workspace}",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceExistsException":
            return False
        raise
    return True


def add(workspace: str, key_id: str, *, now: Callable[[], float] = time.time) -> Key:
    """Append a key of that id (hex), unless it is there already; the key.

    By compare-and-swap: the label AWSCURRENT moves to the new version only from the version that was read, so no key
    that someone else has just added is lost. Raises `WorkspaceNotFound` and `Unavailable`.
    """
    store, name = aws.client("secretsmanager"), secret_name(workspace)
    for _ in range(_TRIES):
        try:
            seen = store.get_secret_value(SecretId=name)
        except ClientError as error:
            raise _explained(error, workspace) from None
        ring = _parse(seen["SecretString"])
        if known := ring.key(bytes.fromhex(key_id)):
            return known
        members = [*json.loads(seen["SecretString"])["keys"], _new_member(key_id, now())]
        text = json.dumps({"keys": members})
        made = store.put_secret_value(SecretId=name, SecretString=text, VersionStages=["AWSPENDING"])
        try:
            store.update_secret_version_stage(
                SecretId=name,
                VersionStage="AWSCURRENT",
                MoveToVersionId=made["VersionId"],
                RemoveFromVersionId=seen["VersionId"],
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("InvalidParameterException", "InvalidRequestException"):
                raise
    raise Unavailable("The keyring is being changed by others at this moment.")


def _new_member(key_id: str, created_at: float) -> dict[str, Any]:
    return {
        "id": key_id,
        "key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "created_at": created_at,
    }


def destroy(workspace: str) -> None:
    """Delete the keyring without a recovery window: nothing that it sealed can ever be opened again."""
    try:
        aws.client("secretsmanager").delete_secret(SecretId=secret_name(workspace), ForceDeleteWithoutRecovery=True)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
    forget(workspace)


def _explained(error: ClientError, workspace: str) -> Exception:
    if error.response["Error"]["Code"] in ("ResourceNotFoundException", "InvalidRequestException"):
        return WorkspaceNotFound(f"The workspace `{workspace}` has no keyring.")
    return error


def _parse(text: str) -> Keyring:
    members: list[dict[str, Any]] = json.loads(text)["keys"]
    return Keyring(
        tuple(Key(bytes.fromhex(m["id"]), base64.b64decode(m["key"]), float(m["created_at"])) for m in members)
    )
