"""Where a description is read from: an address, an upload, or a zip; as the one document that it becomes.

The only module of the scraper that fetches, always through the egress door.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import orjson

from chalicelib.egress.fetch import Fetched, fetch_document
from chalicelib.errors import DocumentError, EgressBlocked, SourceUnreachable, WaygateError
from chalicelib.registry import packs
from chalicelib.scraper import archives, bundling
from chalicelib.scraper.document import parse

ACCEPT: Final = "application/json, application/yaml, application/vnd.oai.openapi+json;q=0.9, */*;q=0.5"
_IN_ARCHIVE: Final = "https://archive.invalid/"  # RFC 6761: never looked up, only a base for relative references
_DIGITS: Final = orjson.OPT_NON_STR_KEYS


Notes = tuple[tuple[str, str, str], ...]
"""Findings of an early stage, as (code, pointer, detail)."""


@dataclass(frozen=True)
class Found:
    """A description as it is kept: the bytes of one document, where it was found, how many files it is made of."""

    data: bytes
    url: str
    notes: Notes = ()
    files: int = 1


def from_url(url: str) -> Found:
    """The description at `url`, with the files of the same origin that it refers to.

    Raises `EgressBlocked`, `SourceUnreachable`, and `DocumentError` where it cannot be read.
    """
    return from_fetched(fetch_document(url, accept=ACCEPT))


def from_fetched(answer: Fetched) -> Found:
    """The description that `answer` holds, with the files of the same origin that it refers to. Raises as `from_url`,
    but for what has been fetched already."""
    here = answer.url
    if answer.body[:4] == archives.MAGIC:
        return _from_archive(answer.body, here)
    if not bundling.leads_out(answer.body):
        return Found(answer.body, here)
    document = parse(answer.body, content_type=answer.header("content-type"))
    if packs.is_pack(document):  # which refers to nothing outside of itself
        return Found(answer.body, here)
    return _joined(bundling.bundle(document, here, _fetch_all), here)


def from_bytes(data: bytes, name: str) -> Found:
    """An uploaded or inline description, perhaps a zip of files. One file alone leads nowhere: nothing is fetched."""
    return _from_archive(data, name) if data[:4] == archives.MAGIC else Found(data, name)


def _from_archive(data: bytes, name: str) -> Found:
    archive = archives.Archive(data)
    entry, others = archive.entry()
    notes: list[tuple[str, str, str]] = []
    if others:
        notes.append(("archive_entry", "", f"{entry} was read, not {', '.join(others[:10])}."))
    content = archive.read(entry)
    if not bundling.leads_out(content):
        return Found(content, f"{name}!{entry}", tuple(notes))

    def load(locations: list[str]) -> dict[str, bytes | WaygateError]:
        found: dict[str, bytes | WaygateError] = {}
        for location in locations:
            path = _path(location)
            try:
                found[location] = archive.read(path)
            except KeyError:
                found[location] = SourceUnreachable(f"{path} is not in the zip archive")
            except DocumentError as error:
                found[location] = error
        return found

    joined = bundling.bundle(parse(content), _IN_ARCHIVE + quote(entry), load, name_of=_path)
    joined.notes[:0] = notes
    return _joined(joined, f"{name}!{entry}")


def _path(location: str) -> str:
    return unquote(urlsplit(location).path).lstrip("/")


def _joined(bundled: bundling.Bundle, url: str) -> Found:
    return Found(_dumped(bundled.document), url, tuple(bundled.notes), bundled.files + 1)


def _dumped(document: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(document, option=_DIGITS)
    except TypeError:  # an integer beyond 64 bits
        import json

        return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def _fetch_all(locations: list[str]) -> dict[str, bytes | WaygateError]:
    with ThreadPoolExecutor(bundling.AT_ONCE) as pool:
        return dict(zip(locations, pool.map(_fetch_one, locations), strict=True))


def _fetch_one(location: str) -> bytes | WaygateError:
    try:
        answer = fetch_document(location, accept=ACCEPT)
    except WaygateError as error:
        return error
    before, after = urlsplit(location), urlsplit(answer.url)
    if (before.scheme, before.netloc) != (after.scheme, after.netloc):
        return EgressBlocked(f"it redirects to another origin, {after.scheme}://{after.netloc}")
    return answer.body
