"""Which Waygate to talk to, and with which key.

The address is `--url`, else `WAYGATE_URL`, else the one in ``.waygate/env`` of this folder or the nearest parent,
else the local stack's. The key is `WAYGATE_API_KEY`, else the one in that file, which goes to the file's own address
and nowhere else: a key must not travel because a variable or an option points somewhere new.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cli.failures import KeyMissing, Misuse

DEFAULT_URL: Final = "http://127.0.0.1:8787"
ENV_FILE: Final = Path(".waygate/env")
_LINE: Final = re.compile(r"^(?:export[ \t]+)?(WAYGATE_[A-Z_]+)=(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class EnvFile:
    """A ``.waygate/env``, as `make run` writes it."""

    path: Path
    url: str
    key: str | None = field(repr=False)


@dataclass(frozen=True)
class Target:
    """Where to send requests: `url` is the origin, without ``/api/v1``. The sources are for `waygate doctor`."""

    url: str
    key: str | None = field(repr=False)
    url_source: str
    key_source: str | None
    env_file: EnvFile | None = None

    def require_key(self) -> str:
        """The key. Raises `KeyMissing`, which says why there is none."""
        if self.key:
            return self.key
        if self.env_file is not None and self.env_file.key:
            raise KeyMissing(
                f"No API key for {self.url}: the one in {self.env_file.path} belongs to {self.env_file.url}.",
                fix="Set WAYGATE_API_KEY to a key of that Waygate.",
            )
        raise KeyMissing(
            "No API key: WAYGATE_API_KEY is not set, and there is no .waygate/env in this folder or a parent.",
            fix="Go to the folder where `make run` runs, or set WAYGATE_API_KEY.",
        )


def find_target(
    option: str | None = None, *, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Target:
    """The target that options, environment and ``.waygate/env`` name. Raises `Misuse` for an unusable address."""
    variables = os.environ if environment is None else environment
    key = variables.get("WAYGATE_API_KEY", "").strip() or None
    named = option or variables.get("WAYGATE_URL", "").strip() or None
    file = None if key and named else find_env_file(folder or Path.cwd())
    if named:
        url, url_source = check_url(named), "--url" if option else "WAYGATE_URL"
    elif file is not None and key in (None, file.key):
        url, url_source = file.url, str(file.path)
    else:
        url, url_source = DEFAULT_URL, "default"
    if key:
        return Target(url, key, url_source, "WAYGATE_API_KEY", file)
    if file is not None and file.key and file.url == url:
        return Target(url, file.key, url_source, str(file.path), file)
    return Target(url, None, url_source, None, file)


def find_env_file(folder: Path) -> EnvFile | None:
    """The nearest ``.waygate/env`` at or above `folder`; one that belongs to another user is passed over."""
    for place in (folder, *folder.parents):
        path = place / ENV_FILE
        try:
            if not path.is_file() or not _is_ours(path):
                continue
            found = dict(_LINE.findall(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError):
            continue  # not readable: as good as not there
        values = {name: value.strip().strip("'\"") for name, value in found.items()}
        return EnvFile(path, check_url(values.get("WAYGATE_URL") or DEFAULT_URL), values.get("WAYGATE_API_KEY") or None)
    return None


def check_url(url: str) -> str:
    """`url` as an origin, with or without a path before ``/api/v1``. Raises `Misuse`."""
    trimmed = url.strip().rstrip("/").removesuffix("/api/v1")
    parts = urlsplit(trimmed)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misuse(f"{url!r} is not an address of Waygate.", fix=f"It looks like {DEFAULT_URL}.")
    if parts.username is not None or parts.query or parts.fragment:
        raise Misuse("The address of Waygate holds no credentials, query or fragment.")
    return trimmed


def is_loopback(url: str) -> bool:
    """True where `url` leads to this machine."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _is_ours(path: Path) -> bool:
    """Anyone may put a file into a shared parent folder such as /tmp: only the user's own counts."""
    return not hasattr(os, "getuid") or path.stat().st_uid in (os.getuid(), 0)
