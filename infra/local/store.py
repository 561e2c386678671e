"""The durable store: records by kind and key, in SQLite, with large bodies as files beside it.

Layout of the folder (mode 700, its files 600):

- `state.db`      table `records(kind, key, payload, blob)`; payloads are plain JSON, so any version can read them
- `blobs/<sha256>` bodies over 64 KB, written under another name and renamed, so they are whole or absent
- `export.jsonl`  every record as one JSON line, written by a clean stop and removed by the next start: what a
                  version with another format reads instead
- `lock`          held while a process has the store open

Each `write` is one transaction in a write-ahead log: what was acknowledged survives the death of the process, not
a power cut (``synchronous=NORMAL``), and costs the same however much is stored.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import itertools
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

FORMAT: Final = 1
INLINE_BYTES: Final = 65_536
_ROWS: Final = 100  # of one statement; SQLite before 3.32 takes 999 values


class StoreError(RuntimeError):
    """The store cannot be opened. The message is one line for the owner: what is wrong and what to do."""


@dataclass(frozen=True)
class Record:
    """One thing to keep. `payload` is anything that JSON holds, or None to delete what is kept under this key;
    `body` are bytes that belong to it."""

    kind: str
    key: str
    payload: Any
    body: bytes | None = None


class Store:
    """An open store. One process at a time; any thread."""

    def __init__(self, folder: Path) -> None:
        """Opens the store, creating the folder. Raises `StoreError` if that cannot be done."""
        self._folder = folder
        self._blobs = folder / "blobs"
        self._export = folder / "export.jsonl"
        self._mutex = threading.Lock()
        try:
            self._blobs.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            self._lock_file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"the state folder {folder} cannot be written: {error.strerror}") from None
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock_file)
            raise StoreError(f"another process uses the state folder {folder}: stop it, or pass --state") from None
        try:
            self._database = self._open()
        except (StoreError, sqlite3.Error, OSError) as error:
            os.close(self._lock_file)
            raise StoreError(str(error)) from None

    def write(self, records: Iterable[Record]) -> None:
        """Puts and deletes the records in one transaction; returns when they survive the death of the process."""
        with self._mutex, self._database:
            for is_put, bunch in itertools.groupby(records, key=lambda record: record.payload is not None):
                if is_put:
                    self._put(self._database, bunch)
                else:
                    gone = [(record.kind, record.key) for record in bunch]
                    self._database.executemany("DELETE FROM records WHERE kind = ? AND key = ?", gone)

    def load(self) -> Iterator[Record]:
        """Every record, in no particular order."""
        with self._mutex:
            rows = self._database.execute("SELECT kind, key, payload, blob FROM records").fetchall()
        for kind, key, payload, blob in rows:
            yield Record(kind, key, orjson.loads(payload), self._read_body(blob))

    def clear(self) -> None:
        """Forgets every record."""
        with self._mutex, self._database:
            self._database.execute("DELETE FROM records")

    def close(self) -> None:
        """Writes the export and gives the folder back."""
        with self._mutex:
            self._write_export()
            self._database.close()
            os.close(self._lock_file)

    def _open(self) -> sqlite3.Connection:
        path = self._folder / "state.db"
        _create_private(path)
        database = self._connect(path)
        found = database.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, FORMAT):
            database.close()
            return self._open_from_export(path, found)
        self._prepare(database)
        self._export.unlink(missing_ok=True)
        self._collect_blobs(database)
        return database

    @staticmethod
    def _connect(path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, check_same_thread=False)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        return database

    @staticmethod
    def _prepare(database: sqlite3.Connection) -> None:
        with database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS records"
                " (kind TEXT NOT NULL, key TEXT NOT NULL, payload TEXT NOT NULL, blob TEXT, UNIQUE (kind, key))"
            )
            database.execute(f"PRAGMA user_version={FORMAT}")

    def _open_from_export(self, path: Path, found: int) -> sqlite3.Connection:
        """The store of another version, rebuilt from its export; its own file is kept under another name."""
        if not self._export.exists():
            raise StoreError(
                f"{path} has format {found}, this version writes {FORMAT}, and there is no export.jsonl beside it: "
                "start the version that wrote it and stop it with Ctrl-C, or remove the folder"
            )
        for suffix in ("", "-wal", "-shm"):
            old = path.with_name(path.name + suffix)
            if old.exists():
                old.rename(path.with_name(f"state.format-{found}.db{suffix}"))
        _create_private(path)
        database = self._connect(path)
        self._prepare(database)
        with database, self._export.open(encoding="utf-8") as lines:
            self._put(database, map(_exported, lines))
        self._export.unlink()
        return database

    def _put(self, database: sqlite3.Connection, records: Iterable[Record]) -> None:
        """Each statement waits twice for the interpreter's lock: so one for as many rows as it takes."""
        waiting = iter(records)
        while bunch := list(itertools.islice(waiting, _ROWS)):
            rows = ", ".join(["(?, ?, ?, ?)"] * len(bunch))
            database.execute(
                f"INSERT INTO records (kind, key, payload, blob) VALUES {rows}"  # nosec B608 - of placeholders alone
                " ON CONFLICT (kind, key) DO UPDATE SET payload = excluded.payload, blob = excluded.blob",
                [value for record in bunch for value in self._row(record)],
            )

    def _row(self, record: Record) -> tuple[str, str, str, str | None]:
        blob = self._write_body(record.body) if record.body is not None else None
        return record.kind, record.key, _text(record.payload), blob

    def _write_body(self, body: bytes) -> str:
        """Where the body is: ``inline:<base64>``, or ``sha256:<digest>`` of a file."""
        if len(body) <= INLINE_BYTES:
            return "inline:" + base64.b64encode(body).decode()
        digest = hashlib.sha256(body).hexdigest()
        path = self._blobs / digest
        if not path.exists():
            partial = path.with_suffix(f".{threading.get_ident()}")
            _create_private(partial)
            partial.write_bytes(body)
            partial.rename(path)
        return "sha256:" + digest

    def _read_body(self, blob: str | None) -> bytes | None:
        if blob is None:
            return None
        scheme, _, rest = blob.partition(":")
        return base64.b64decode(rest) if scheme == "inline" else (self._blobs / rest).read_bytes()

    def _collect_blobs(self, database: sqlite3.Connection) -> None:
        """Removes files that no record names: bodies replaced or deleted, and writes cut short."""
        rows = database.execute("SELECT blob FROM records WHERE blob LIKE 'sha256:%'")
        named = {row[0].partition(":")[2] for row in rows}
        for path in self._blobs.iterdir():
            if path.name not in named:
                path.unlink()

    def _write_export(self) -> None:
        partial = self._export.with_suffix(".partial")
        _create_private(partial)
        with partial.open("w", encoding="utf-8") as lines:
            for kind, key, payload, blob in self._database.execute("SELECT kind, key, payload, blob FROM records"):
                body = self._read_body(blob)
                encoded = base64.b64encode(body).decode() if body is not None else None
                lines.write(json.dumps({"kind": kind, "key": key, "payload": json.loads(payload), "body": encoded}))
                lines.write("\n")
        partial.rename(self._export)


def _exported(line: str) -> Record:
    """The record in a line of the export."""
    entry = json.loads(line)
    body = base64.b64decode(entry["body"]) if entry.get("body") else None
    return Record(entry["kind"], entry["key"], entry["payload"], body)


def _text(payload: Any) -> str:
    try:
        return orjson.dumps(payload).decode()
    except TypeError:  # an integer of more than 64 bits, or half a surrogate pair
        return json.dumps(payload, separators=(",", ":"))


def _create_private(path: Path) -> None:
    """Creates the file, readable by its owner alone, unless it is there."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
