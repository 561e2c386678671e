"""The file of a backup: a zip of JSON, readable by anyone but for its credentials, which are sealed.

    manifest.json                  format, time, workspace, versions, how the passphrase becomes a key
    integrations/{name}.pack.json  the integration with its actions: `waygate add` takes it as well
    integrations/{name}.json       whether it is enabled, its OAuth clients, its connections; secrets sealed
    api-keys.json                  names, scopes and limits of the workspace's API keys, of which no secret is known

The passphrase becomes a key by scrypt (RFC 7914) here and stays here; the key goes to the API with each credential.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.failures import Failure, Misuse

FORMAT: Final = "waygate-backup/1"
SHORTEST_PASSPHRASE: Final = 12  # characters; the file may be tried offline for as long as somebody likes
_N, _R, _P = 2**16, 8, 1  # 64 MB and a quarter of a second for each guess
_MOST_N: Final = 2**20
_MOST_BYTES: Final = 128_000_000  # of one member, unpacked
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DATE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Lock:
    """How a passphrase becomes the key; `check` tells a wrong one at once."""

    salt: bytes
    n: int = _N
    check: str = ""

    def key(self, passphrase: str) -> bytes:
        """The 32 bytes that credentials are sealed under."""
        limit = 256 * self.n * _R  # scrypt needs 128 * n * r bytes
        return hashlib.scrypt(passphrase.encode(), salt=self.salt, n=self.n, r=_R, p=_P, maxmem=limit, dklen=32)

    def open(self, passphrase: str) -> bytes:
        """The key. Raises `Failure` for a passphrase that is not the backup's."""
        key = self.key(passphrase)
        if not hmac.compare_digest(_check(key), self.check):
            raise Failure("That is not the passphrase of this backup.")
        return key

    def document(self) -> dict[str, Any]:
        """Its part of the manifest."""
        salt = base64.b64encode(self.salt).decode()
        return {"kdf": "scrypt", "n": self.n, "r": _R, "p": _P, "salt": salt, "check": self.check}


def new_lock(passphrase: str) -> tuple[Lock, bytes]:
    """A lock for `passphrase`, and its key. Raises `Misuse` where it is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Misuse(f"A passphrase of a backup has at least {SHORTEST_PASSPHRASE} characters.")
    salt = secrets.token_bytes(16)
    key = Lock(salt).key(passphrase)
    return Lock(salt, check=_check(key)), key


def _check(key: bytes) -> str:
    return hmac.new(key, FORMAT.encode(), hashlib.sha256).hexdigest()[:16]


class Writer:
    """A backup being written: whole under its name, or not there at all."""

    def __init__(self, path: Path) -> None:
        """Raises `Misuse` where the file is there already, or cannot be made."""
        self._path, self._partial = path, path.with_name(path.name + ".partial")
        if path.exists():
            raise Misuse(f"{path} is there already.", fix="Choose another name, or move it away.")
        try:
            self._file = os.fdopen(os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        except OSError as error:
            raise Misuse(f"{path} cannot be written ({error.strerror}).") from None
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)

    def add(self, name: str, content: bytes | dict[str, Any] | list[Any]) -> None:
        """One member; what is not bytes is written as JSON."""
        text = content if isinstance(content, bytes) else json.dumps(content, indent=2, ensure_ascii=False).encode()
        self._zip.writestr(zipfile.ZipInfo(name, _DATE), text, zipfile.ZIP_DEFLATED)

    def finish(self) -> None:
        """The file is whole and on disk."""
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.rename(self._path)

    def abandon(self) -> None:
        """Nothing of it stays."""
        self._zip.close()
        self._file.close()
        self._partial.unlink(missing_ok=True)


class Backup:
    """A backup, read. Nothing is unpacked to disk, and no member is read that the manifest does not lead to."""

    def __init__(self, path: Path) -> None:
        """Raises `Misuse` for what is no backup, and for one of a later format."""
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise Misuse(f"{path} cannot be read ({error.strerror}).") from None
        except zipfile.BadZipFile:
            raise Misuse(f"{path} is no backup.") from None
        self.path = path
        self.manifest: dict[str, Any] = self._document("manifest.json")
        if self.manifest.get("format") != FORMAT:
            raise Misuse(f"{path} is of the format {self.manifest.get('format')!r}; this command reads {FORMAT}.")
        self.integrations: list[str] = self.manifest["integrations"]
        if wrong := [name for name in self.integrations if not _NAME.fullmatch(name)]:
            raise Misuse(f"{path} names an integration {wrong[0]!r}, which is no name.")

    @property
    def lock(self) -> Lock | None:
        """How its credentials are locked; None where it holds none."""
        found = self.manifest.get("credentials")
        if found is None:
            return None
        if (found["kdf"], found["r"], found["p"]) != ("scrypt", _R, _P) or not 1 < int(found["n"]) <= _MOST_N:
            raise Misuse(f"{self.path} is locked in a way that this command does not know.")
        return Lock(base64.b64decode(found["salt"]), int(found["n"]), found["check"])

    def pack(self, integration: str) -> bytes:
        """The integration with its actions."""
        return self._read(f"integrations/{integration}.pack.json")

    def rest(self, integration: str) -> dict[str, Any]:
        """Its clients and connections."""
        return self._document(f"integrations/{integration}.json")

    def api_keys(self) -> list[dict[str, Any]]:
        """What the API keys were."""
        found: list[dict[str, Any]] = json.loads(self._read("api-keys.json"))
        return found

    def _document(self, name: str) -> dict[str, Any]:
        found = json.loads(self._read(name))
        if not isinstance(found, dict):
            raise Misuse(f"{self._zip.filename}: {name} is not what a backup has there.")
        return found

    def _read(self, name: str) -> bytes:
        try:
            if self._zip.getinfo(name).file_size > _MOST_BYTES:
                raise Misuse(f"{self._zip.filename}: {name} is larger than {_MOST_BYTES:,} bytes.")
            return self._zip.read(name)
        except KeyError:
            raise Misuse(f"{self._zip.filename} is no backup: it has no {name}.") from None
        except (zipfile.BadZipFile, OSError):
            raise Misuse(f"{self._zip.filename} is damaged at {name}.") from None
