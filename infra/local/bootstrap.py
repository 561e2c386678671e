"""The first key: asked of the application, kept in ``env`` in the state folder for the owner's shell and the console.

The application stores only a hash, so a lost file cannot be written again: the key is then replaced by a new one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from infra.local.functions import Functions

ADMINISTER_FUNCTION: Final = "administer"
_KEY_LINE: Final = re.compile(r"^export WAYGATE_API_KEY=(\S+)$", re.MULTILINE)


def ensure_key(functions: Functions, env_file: Path, url: str) -> str:
    """The owner's key, made at the first start; writes `env_file` (mode 600) with it and with `url`, the origin.

    Raises `FunctionFailed` if the application cannot make one.
    """
    key = functions.call(ADMINISTER_FUNCTION, {"operation": "bootstrap"})["key"] or read_key(env_file)
    if key is None:
        key = functions.call(ADMINISTER_FUNCTION, {"operation": "bootstrap", "replace": True})["key"]
    _write(env_file, f"export WAYGATE_URL={url}\nexport WAYGATE_API_KEY={key}\n")
    return str(key)


def read_key(env_file: Path) -> str | None:
    """The key in the file, or None if there is no such file or no key in it."""
    if not env_file.exists():
        return None
    found = _KEY_LINE.search(env_file.read_text(encoding="utf-8"))
    return found[1] if found else None


def _write(path: Path, text: str) -> None:
    """Writes the file whole or not at all, readable by its owner alone."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    partial.rename(path)
