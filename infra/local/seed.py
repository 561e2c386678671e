"""The demo integration, set up through the API as an owner would: a description read, a credential given."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

INTEGRATION: Final = "demo"
CREDENTIAL: Final = "demo-key-1234567890"
_POLL_S: Final = 0.05
_JOB_S: Final = 30.0
_CALL_S: Final = 30.0


class SeedError(RuntimeError):
    """The demo integration could not be set up. The message says at which step and why."""


@dataclass(frozen=True)
class Demo:
    """The demo integration as it is after `seed_demo`."""

    actions: int
    connections: int


def seed_demo(api_url: str, key: str, demo_url: str) -> Demo:
    """Sets up the integration `demo` for the upstream at `demo_url`, unless it exists, and returns what it has.

    `api_url` ends in ``/api/v1``. Raises `SeedError`.
    """
    api = _Api(api_url, key)
    if not api.exists(f"/integrations/{INTEGRATION}"):
        _import(api, demo_url)
        api.call("PUT", f"/connections/{INTEGRATION}/default", {"value": CREDENTIAL})
    actions = api.call("GET", f"/actions?integration={INTEGRATION}&limit=100")["data"]
    connections = api.call("GET", f"/connections?integration={INTEGRATION}")["data"]
    return Demo(len(actions), len(connections))


def _import(api: _Api, demo_url: str) -> None:
    """Reads the upstream's description as a scrape job that publishes by itself, and waits for it."""
    source = {"type": "openapi", "url": f"{demo_url}/openapi.json"}
    order = {"integration": INTEGRATION, "source": source, "auto_publish": True, "verification": {"path": "/whoami"}}
    job = api.call("POST", "/scrape-jobs", order)
    deadline = time.monotonic() + _JOB_S
    while job["status"] in ("queued", "running"):
        if time.monotonic() > deadline:
            raise SeedError(f"scrape job {job['id']} is still {job['status']} after {_JOB_S:.0f} s")
        time.sleep(_POLL_S)
        job = api.call("GET", f"/scrape-jobs/{job['id']}")
    if job["status"] != "published":
        raise SeedError(f"scrape job {job['id']} ended as {job['status']}: {json.dumps(job.get('error'))}")


class _Api:
    """Waygate's API, called with one key."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key

    def exists(self, path: str) -> bool:
        """False if the path answers 404."""
        try:
            self._send("GET", path, None)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return False
            raise _described("GET", path, error) from None
        return True

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The decoded answer. Raises `SeedError` for any but a success."""
        try:
            return self._send(method, path, body)
        except urllib.error.HTTPError as error:
            raise _described(method, path, error) from None
        except OSError as error:
            raise SeedError(f"{method} {path}: {error}") from None

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        request = urllib.request.Request(self._url + path, method=method)
        request.add_header("Authorization", f"Bearer {self._key}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with _OPENER.open(request, timeout=_CALL_S) as answer:
            return json.load(answer)


# Without the owner's proxy, which knows nothing of this machine's loopback.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _described(method: str, path: str, error: urllib.error.HTTPError) -> SeedError:
    return SeedError(f"{method} {path}: {error.code}: {error.read(2000).decode(errors='replace')}")
