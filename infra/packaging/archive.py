"""A zip with Python's bytecode, made of the same files as the same bytes."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.packaging.refused import PackageRefused

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name
_READABLE: Final = 0o100644 << 16  # Lambda runs the code as another user


def compile_all(folder: Path, *, keeps_source: bool) -> None:
    """Put bytecode in the place of each Python file, or beside it, if that `keeps_source`. Beside it, bytecode counts
    as long as the source is what it was made of (PEP 552): code that somebody edits in Lambda's console then runs.

    Without sources a package is a sixth smaller, and a new process need not look for them. A process of its own
    compiles, since bytecode depends on what the process has loaded before.
    """
    mode = ["checked-hash"] if keeps_source else ["unchecked-hash", "-b"]
    options = ["--invalidation-mode", *mode, "-s", str(folder), "-p", "/var/task"]
    command = [sys.executable, "-S", "-m", "compileall", "-q", *options, str(folder)]
    done = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageRefused(f"Python {sys.version.split()[0]} cannot compile all that would ship:\n{done.stdout}")
    if not keeps_source:
        for source in folder.rglob("*.py"):
            source.unlink()


def write(path: Path, folders: Sequence[Path], recipe: bytes) -> None:
    """A zip at `path` of the files in all `folders`, with `recipe` as its comment."""
    files = sorted(
        (file.relative_to(folder).as_posix(), file)
        for folder in folders
        for file in folder.rglob("*")
        if file.is_file()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = recipe
        for name, file in files:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr, info.compress_type, info.create_system = _READABLE, zipfile.ZIP_DEFLATED, 3
            archive.writestr(info, file.read_bytes())


def is_made_by(path: Path, recipe: bytes) -> bool:
    """True if there is a zip at `path`, and `write` made it by this recipe."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return archive.comment == recipe
