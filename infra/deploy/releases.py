"""What was deployed, kept in a bucket: the package, the console, and the id of the API's deployment, by number."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.version import VERSION
from infra import policies
from infra.deploy import console
from infra.deploy.failure import DeployFailed
from infra.deploy.target import ROOT, Target, say

KEPT: Final = 10
_CURRENT: Final = "current.json"


@dataclass(frozen=True)
class Release:
    """A deployment that passed its smoke test."""

    number: int
    version: str
    commit: str
    at: str
    package_sha256: str
    console_sha256: str
    api_deployment: str
    functions: list[str]
    settings_sha256: str = ""

    @property
    def prefix(self) -> str:
        """Where its files lie in the bucket."""
        return f"releases/{self.number:06d}/"

    def __str__(self) -> str:
        return f"{self.number} (Waygate {self.version}, {self.commit[:12]}, {self.at})"


class Releases:
    """The releases of a target."""

    def __init__(self, target: Target) -> None:
        self._s3, self._bucket, self._target = target.client("s3"), target.bucket("releases"), target

    def current(self) -> Release | None:
        """What is deployed, if anything."""
        found = self._read(_CURRENT)
        return self.get(json.loads(found)["number"]) if found else None

    def get(self, number: int) -> Release:
        """A release by its number. Raises `DeployFailed`."""
        found = self._read(f"releases/{number:06d}/release.json")
        if found is None:
            numbers = ", ".join(map(str, self.numbers())) or "none"
            raise DeployFailed(f"There is no release {number} of {self._target.stage}; there are: {numbers}.")
        told = json.loads(found)  # perhaps by another version of this module
        return Release(**{field.name: told[field.name] for field in fields(Release) if field.name in told})

    def numbers(self) -> list[int]:
        """The numbers of all releases that are kept, in order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix="releases/")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return sorted(int(key.split("/")[1]) for key in keys if key.endswith("/release.json"))

    def record(self, package: Path, contents: Mapping[str, bytes], api_deployment: str, settings: str) -> Release:
        """Keeps what was deployed just now. The same package and console as before are the same release."""
        code, pages = hashlib.sha256(package.read_bytes()).hexdigest(), console.digest(contents)
        before, numbers = self.current(), self.numbers()
        is_same = before is not None and (before.package_sha256, before.console_sha256) == (code, pages)
        number = before.number if before and is_same else max(numbers, default=0) + 1
        release = Release(
            number=number,
            version=VERSION,
            commit=_commit(),
            at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            package_sha256=code,
            console_sha256=pages,
            api_deployment=api_deployment,
            functions=list(policies.FUNCTIONS),
            settings_sha256=settings,
        )
        if not is_same:
            self._s3.upload_file(str(package), self._bucket, f"{release.prefix}package.zip")
            self._put(f"{release.prefix}console.zip", _zipped(contents))
        self._put(f"{release.prefix}release.json", json.dumps(asdict(release), indent=1).encode())
        self.make_current(release)
        for old in [each for each in numbers if each <= number - KEPT]:
            self._forget(old)
        say("release", f"{release}{' again' if is_same else ''}")
        return release

    def make_current(self, release: Release) -> None:
        """Says that this is what is deployed."""
        self._put(_CURRENT, json.dumps({"number": release.number}).encode())

    def package_of(self, release: Release) -> dict[str, str]:
        """Where its package is, as Lambda wants it."""
        return {"S3Bucket": self._bucket, "S3Key": f"{release.prefix}package.zip"}

    def console_of(self, release: Release) -> dict[str, bytes]:
        """Its console's files."""
        packed = self._read(f"{release.prefix}console.zip")
        if packed is None:
            raise DeployFailed(f"The console of release {release.number} is not in {self._bucket} any more.")
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def _read(self, key: str) -> bytes | None:
        try:
            return bytes(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
                return None
            raise

    def _put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)

    def _forget(self, number: int) -> None:
        for name in ("package.zip", "console.zip", "release.json"):
            self._s3.delete_object(Bucket=self._bucket, Key=f"releases/{number:06d}/{name}")


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(contents.items()):
            archive.writestr(name, content)
    return packed.getvalue()


def _commit() -> str:
    """The commit that is checked out, marked where files differ from it; `unknown` outside of a repository."""
    command: list[Any] = ["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
