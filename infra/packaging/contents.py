"""What of a collected zip ships."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from infra.packaging.refused import PackageRefused

SERVICES: Final = frozenset(
    {"dynamodb", "lambda", "logs", "s3", "secretsmanager", "sqs", "ssm", "stepfunctions", "sts"}
)  # that the code has clients of; a test compares
_ENDPOINTS: Final = PurePosixPath("botocore/data/endpoints.json")
_LAYER: Final = re.compile(r"^python/lib/python3\.\d+/site-packages/")
_DISTRIBUTION: Final = re.compile(r"^([^/]+)-([^/-]+)\.dist-info/METADATA$")
_BUILDING: Final = frozenset({"pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack"})
_NOT_RUN: Final = frozenset({".c", ".h", ".pyx", ".pxd", ".pxi", ".pyi", ".js", ".css", ".pth"})
_METADATA: Final = frozenset({"METADATA", "entry_points.txt"})  # what `importlib.metadata` is asked for


def canonical(name: str) -> str:
    """A distribution's name as two spellings of it compare (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions(package: Path) -> dict[str, str]:
    """Version by name of each distribution in a zip, or in a layer's."""
    with zipfile.ZipFile(package) as archive:
        found = [_DISTRIBUTION.match(_LAYER.sub("", name)) for name in archive.namelist()]
    return {canonical(match[1]): match[2] for match in found if match}


def extract(package: Path, into: Path, ships: Callable[[PurePosixPath], bool]) -> None:
    """Unpack the files that `ships` takes, `slimmed`, and a layer's without the folders around them."""
    with zipfile.ZipFile(package) as archive:
        for info in archive.infolist():
            path = PurePosixPath(_LAYER.sub("", info.filename))
            if not info.is_dir() and ships(path):
                target = into / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(slimmed(path, archive.read(info)))


def slimmed(path: PurePosixPath, data: bytes) -> bytes:
    """A file as it ships. Of botocore's table of endpoints, which is read whole for the first client (15 ms of CPU),
    the services that the code has clients of; everything else as it is."""
    if path != _ENDPOINTS:
        return data
    prefixes = {{"stepfunctions": "states"}.get(name, name) for name in SERVICES}
    table = json.loads(data)
    for partition in table["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in prefixes}
    return json.dumps(table, separators=(",", ":")).encode()


def application_ships(path: PurePosixPath) -> bool:
    """Python files. Raises `PackageRefused` for a file that nobody meant to ship."""
    if "__pycache__" in path.parts or path.name.startswith("."):
        return False
    if path.suffix != ".py":
        raise PackageRefused(f"{path} would ship to Lambda, and is no Python: move it out of chalicelib")
    return True


def dependency_ships(path: PurePosixPath) -> bool:
    """What is imported or read when the functions run; and licences, since to ship is to distribute."""
    top, *below = path.parts
    if top in _BUILDING or top.endswith((".data", "-stubs")) or path.suffix in _NOT_RUN:
        return False
    if {"tests", "__pycache__"} & set(below[:-1]):
        return False
    if top.endswith(".dist-info"):
        return path.name in _METADATA or re.search("licen[cs]e|copying|notice", str(path), re.IGNORECASE) is not None
    if (top, *below[:1]) == ("botocore", "data") and len(below) > 2:
        return below[1] in SERVICES and not path.name.startswith("examples-")
    return (top, *below[:1]) not in {("boto3", "data"), ("boto3", "examples")}
