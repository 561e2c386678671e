"""Real API descriptions, which lie beside the repository where there are any; and small ones, made here."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.scraper.document import parse
from chalicelib.scraper.reader import Reading, read

REAL = Path(__file__).parents[3] / "shared" / "specs" / "dev"
UPSTREAMS = Path(__file__).parents[2] / ".venv-upstreams"
SOURCE = "https://docs.example.test/openapi.json"


def real_bytes(name: str) -> bytes:
    """The bytes of a real description; skips the test where they are not there."""
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside this repository (../shared/specs/dev)")
    return path.read_bytes()


def real_key() -> list[dict[str, Any]]:
    """What is expected of each real description."""
    path = REAL / "key.json"
    specs: list[dict[str, Any]] = json.loads(path.read_text())["specs"] if path.is_file() else []
    return specs


@functools.cache
def real_reading(name: str) -> Reading:
    """A real description, imported with a base URL for those that lack one."""
    return read(
        parse(real_bytes(name)), source_url=f"https://docs.example.test/{name}", base_url="https://api.example.test"
    )


def installed_swagger() -> bytes:
    """The Swagger 2.0 description that jupyter-server ships; skips the test where that is not installed."""
    found = sorted(UPSTREAMS.glob("lib/python3*/site-packages/jupyter_server/services/api/api.yaml"))
    if not found:
        pytest.skip("jupyter-server is not installed: `make test` puts it into .venv-upstreams")
    return found[0].read_bytes()


def described(paths: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A small OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "servers": [{"url": "https://api.example.test"}],
        "paths": paths,
        **members,
    }


def read_small(paths: dict[str, Any], **members: Any) -> Reading:
    """The reading of `described`."""
    return read(described(paths, **members), source_url=SOURCE)


def codes(reading: Reading) -> set[str]:
    """The codes of all findings."""
    return {each.code for each in (*reading.repaired, *reading.dropped, *reading.warnings)}


def with_body(schema: Any, *, media_type: str = "application/json", **body: Any) -> dict[str, Any]:
    """A POST operation with that body, as a Path Item Object."""
    return {"post": {"operationId": "do", "requestBody": {"content": {media_type: {"schema": schema}}, **body}}}
