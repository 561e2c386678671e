"""What must be true of a package before it may ship."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from infra.packaging import contents
from infra.packaging.refused import PackageRefused

ZIPPED_BYTES: Final = 50_000_000  # Lambda: 50 MB in the call that makes a function; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
UNZIPPED_BYTES: Final = 250_000_000
_MACHINES: Final = {"x86_64": 62, "arm64": 183}  # e_machine of ELF
_NEVER: Final = re.compile(
    r"^(tests?|bench|cli|docs|infra|ui|node_modules|\.[^/]+|moto|pytest|_pytest|pip|setuptools|wheel|mypy|ruff|hypothesis)(/|$)"
    r"|(^|/)(\.env[^/]*|id_rsa|credentials)$|\.(key|p12|sqlite3?|log)$"
)
_SECRET: Final = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\n|\bAKIA[0-9A-Z]{16}\b|\bwg_live_[0-9a-z]{8}_\w{20}")


def check(package: Path, *, locked: Mapping[str, str], architecture: str) -> None:
    """Raises `PackageRefused` with every fault of the zip `package`, at once."""
    with zipfile.ZipFile(package) as archive:
        faults = [
            *_sizes(package, archive),
            *_wrong_machine(archive, architecture),
            *(f"{name} must not ship" for name in archive.namelist() if _NEVER.search(name)),
            *_secrets(archive),
        ]
    shipped = contents.distributions(package)
    faults += [
        f"{name} {version} ships, and is not locked" for name, version in sorted(shipped.items() - locked.items())
    ]
    faults += [f"{name} {version} is locked, and missing" for name, version in sorted(locked.items() - shipped.items())]
    if faults:
        raise PackageRefused("the package is not fit to ship:\n" + "\n".join(f"- {fault}" for fault in faults))


def _sizes(package: Path, archive: zipfile.ZipFile) -> Iterator[str]:
    zipped, unzipped = package.stat().st_size, sum(info.file_size for info in archive.infolist())
    if zipped > ZIPPED_BYTES:
        yield f"{zipped / 1e6:.1f} MB zipped; Lambda takes {ZIPPED_BYTES / 1e6:.0f}"
    if unzipped > UNZIPPED_BYTES:
        yield f"{unzipped / 1e6:.1f} MB unzipped; Lambda takes {UNZIPPED_BYTES / 1e6:.0f}"


def _wrong_machine(archive: zipfile.ZipFile, architecture: str) -> Iterator[str]:
    for name in archive.namelist():
        if re.search(r"\.so(\.\d+)*$", name):
            with archive.open(name) as file:
                head = file.read(20)
            if head[:4] != b"\x7fELF" or int.from_bytes(head[18:20], "little") != _MACHINES[architecture]:
                yield f"{name} is not for {architecture}"


def _secrets(archive: zipfile.ZipFile) -> Iterator[str]:
    for name in archive.namelist():
        if (name == "app.py" or name.startswith("chalicelib/")) and _SECRET.search(archive.read(name)):
            yield f"{name} holds what looks like a secret"
