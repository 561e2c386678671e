"""The console's files, and `config.json`, which signs it in.

In AWS these come from CloudFront and S3. `config.json` holds the key of this machine's owner, so it is given only to
a page of this origin: a browser says so in `Sec-Fetch-Site`, which no page can set (Fetch Metadata, W3C).
"""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import brotli

from infra.console_files import caching, content_type
from infra.console_headers import console_headers
from infra.local.gateway import Answer, Request

_HEADERS: Final = list(console_headers(is_https=False).items())
# What CloudFront compresses with, the better one first. At a level where Brotli costs little more than gzip.
_CODINGS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda data: brotli.compress(data, quality=5),
    "gzip": lambda data: gzip.compress(data, mtime=0),
}
_NOT_BUILT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Waygate</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>Waygate is running</h1>
<p>The API is at <a href="/api/v1/health"><code>/api/v1</code></a>; the key is in <code>.waygate/env</code>.</p>
<p>The console is not built: <code>make ui</code> builds it, and needs Node.js 20.19 or newer; then load this page
again. The command line (<code>waygate --help</code>) and the API need nothing more.</p>
</html>
"""


class Console:
    """The files of a built console, or a page that says how to build it."""

    def __init__(self, folder: Path, key: Callable[[], str | None]) -> None:
        """`folder` holds the built files, and may be missing; `key` returns the key for `config.json`."""
        self._folder = folder.resolve()
        self._key = key

    def answer(self, request: Request) -> Answer:
        """The answer to a request outside the API."""
        if request.method not in ("GET", "HEAD"):
            return _plain(405, "Method not allowed", ("Allow", "GET, HEAD"))
        if request.target == "/config.json":
            return self._config(request)
        return self._file(request)

    def _config(self, request: Request) -> Answer:
        if request.header("Sec-Fetch-Site") != "same-origin":
            return _plain(403, "Only a page of this origin may read this file")
        body = json.dumps({"api": "/api/v1", "key": self._key()}).encode()
        return Answer(200, [("Content-Type", "application/json"), ("Cache-Control", "no-store"), *_HEADERS], body)

    def _file(self, request: Request) -> Answer:
        name = unquote(request.target).lstrip("/") or "index.html"
        path = (self._folder / name).resolve()
        if path.is_relative_to(self._folder) and path.is_file():
            headers = [("Content-Type", content_type(path.name)), ("Cache-Control", caching(name)), *_HEADERS]
            headers.append(("Vary", "Accept-Encoding"))
            accepted = re.findall(r"[a-z]+", request.header("Accept-Encoding") or "")
            coding = next((one for one in _CODINGS if one in accepted), None)
            if coding is None:
                return Answer(200, headers, path.read_bytes())
            return Answer(200, [*headers, ("Content-Encoding", coding)], _packed(path, path.stat().st_mtime_ns, coding))
        if name == "index.html":
            headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-cache"), *_HEADERS]
            return Answer(200, headers, _NOT_BUILT.encode())
        return _plain(404, "Not found")


@functools.lru_cache(maxsize=256)
def _packed(path: Path, _changed_ns: int, coding: str) -> bytes:
    """A file as CloudFront would send it: compressed, once for each time that it was built."""
    return _CODINGS[coding](path.read_bytes())


def _plain(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status, [("Content-Type", "text/plain; charset=utf-8"), *headers, *_HEADERS], f"{text}\n".encode())
