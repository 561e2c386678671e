"""An uploaded zip → its descriptions, bounded, in memory: nothing is ever written to a disk.

Only JSON and YAML files count; what a path says beyond the archive's root does not exist. The sizes that the archive
declares bound what is unpacked, and zlib stops there whatever the data says.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import zipfile
import zlib
from typing import Final

from chalicelib.errors import DocumentTooComplex, DocumentTooLarge, MalformedDocument, NotOpenApi
from chalicelib.settings import Caps

MAGIC: Final = b"PK\x03\x04"
_SUFFIXES: Final = (".json", ".yaml", ".yml")
_MOST_ENTRIES: Final = 5_000
_KNOWN: Final = ("openapi", "swagger", "api", "index", "main", "root", "spec", "collection")
_IS_DESCRIPTION: Final = re.compile(
    rb"""(?:^|[{,\s])["']?(?:openapi|swagger)["']?\s*:\s*["']?[23]|schema\.getpostman\.com|schema\.postman\.com"""
)
_PEEKED: Final = 65_536
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, RuntimeError)


class Archive:
    """The JSON and YAML files of a zip, by their path from its root."""

    def __init__(self, data: bytes) -> None:
        """Raises `MalformedDocument`, `DocumentTooComplex` (files) and `DocumentTooLarge` (bytes unpacked)."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (*_BROKEN, ValueError) as error:
            raise MalformedDocument(f"The zip archive cannot be read: {error}.") from None
        entries = self._zip.infolist()
        if len(entries) > _MOST_ENTRIES:
            raise DocumentTooComplex(f"The zip archive holds {len(entries):,} files; the most is {_MOST_ENTRIES:,}.")
        self._entries = {path: entry for entry in entries if (path := _path(entry)) is not None}
        size = sum(entry.file_size for entry in self._entries.values())
        if size > Caps.DOCUMENT_BYTES:
            raise DocumentTooLarge(f"The zip archive unpacks to {size:,} bytes; the most is {Caps.DOCUMENT_BYTES:,}.")

    @property
    def paths(self) -> list[str]:
        """Every path, sorted."""
        return sorted(self._entries)

    def read(self, path: str, most: int | None = None) -> bytes:
        """The file at `path`, or its first `most` bytes. Raises `KeyError`, and `MalformedDocument` if it is broken."""
        entry = self._entries[path]
        try:
            with self._zip.open(entry) as file:
                return file.read(entry.file_size if most is None else most)
        except _BROKEN as error:
            raise MalformedDocument(f"{path} in the zip archive cannot be unpacked: {error}.") from None

    def entry(self) -> tuple[str, list[str]]:
        """The file to begin with, and others that could be meant. Raises `NotOpenApi` where there is none.

        Of those that say what they are, the one nearest to the root, a common name before any other.
        """
        found = [path for path in self.paths if _IS_DESCRIPTION.search(self.read(path, _PEEKED))]
        if not found:
            listed = ", ".join(self.paths[:5]) or "no JSON or YAML file"
            raise NotOpenApi(f"No file of the zip archive is OpenAPI, Swagger or a Postman collection: {listed}.")
        first, *others = sorted(found, key=_rank)
        return first, others


def _path(entry: zipfile.ZipInfo) -> str | None:
    """Where an entry is, from the root; None for what is no description, or lies outside."""
    path = posixpath.normpath(entry.filename.replace("\\", "/"))
    is_regular = (entry.external_attr >> 16) & 0o170000 in (0, 0o100000)
    if entry.is_dir() or not is_regular or path.startswith(("/", "../")) or path == "..":
        return None
    if not path.lower().endswith(_SUFFIXES) or any(part.startswith((".", "__MACOSX")) for part in path.split("/")):
        return None
    return path


def _rank(path: str) -> tuple[int, int, str]:
    stem = posixpath.basename(path).lower().split(".")[0]
    known = next((n for n, name in enumerate(_KNOWN) if stem == name or stem.endswith(name)), len(_KNOWN))
    return path.count("/"), known, path
