"""The console's files, and `config.json`, which signs it in.

In AWS these come from CloudFront and S3. `config.json` holds the key of this machine's owner, so it is given only to
a page of this origin: a browser says so in `Sec-Fetch-Site`, which no page can set (Fetch Metadata, W3C).
"""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from infra.console_files import caching, content_type
from infra.console_headers import console_headers
from infra.local.gateway import Answer, Request

_HEADERS: Final = list(console_headers(is_https=False).items())
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
            if "gzip" not in (request.header("Accept-Encoding") or ""):
                return Answer(200, headers, path.read_bytes())
            return Answer(200, [*headers, ("Content-Encoding", "gzip")], _packed(path, path.stat().st_mtime_ns))
        if name == "index.html":
            headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-cache"), *_HEADERS]
            return Answer(200, headers, _NOT_BUILT.encode())
        return _plain(404, "Not found")


@functools.lru_cache(maxsize=256)
def _packed(path: Path, _changed_ns: int) -> bytes:
    """A file as CloudFront would send it: compressed, once for each time that it was built."""
    return gzip.compress(path.read_bytes(), mtime=0)


def _plain(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status, [("Content-Type", "text/plain; charset=utf-8"), *headers, *_HEADERS], f"{text}\n".encode())
