"""What could ship, as Chalice's own packagers collect it: the locked wheels, verified, and the application's files.

Chalice keeps both below `.chalice/deployments`, by hash: wheels are fetched again after `requirements.txt` changed.
"""

from __future__ import annotations

import compileall
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chalice.cli.factory import CLIFactory
from chalice.deploy.packager import (
    AppOnlyDeploymentPackager,
    BaseLambdaDeploymentPackager,
    DependencyBuilder,
    LambdaDeploymentPackager,
    LayerDeploymentPackager,
    PackageDownloadError,
    PipRunner,
    SubprocessPip,
)
from chalice.utils import UI, OSUtils

from infra.packaging import contents
from infra.packaging.refused import PackageRefused

LAYER_PREFIX: Final = "managed-layer-"  # of the zips of dependencies, as Chalice names them
_PINNED: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+)", re.MULTILINE)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Project:
    """A Chalice project, as it is deployed to one stage."""

    root: Path
    architecture: str  # "x86_64" or "arm64"
    python: str  # such as "python3.11"

    @classmethod
    def load(cls, root: Path, stage: str) -> Project:
        """What `.chalice/config.json` says of `stage`."""
        config = CLIFactory(str(root)).create_config_obj(stage)
        stages = config.config_from_disk.get("stages", {})
        if stage not in stages:
            raise PackageRefused(f"no stage {stage!r} in .chalice/config.json: it has {', '.join(sorted(stages))}")
        return cls(root, config.lambda_architecture, config.lambda_python_version)

    def package_path(self) -> Path:
        """Where `chalice deploy` looks for the package of the files as they are now."""
        return Path(self._packager(LambdaDeploymentPackager).deployment_package_filename(str(self.root), self.python))

    def locked(self) -> dict[str, str]:
        """Version by name of each distribution in `requirements.txt`."""
        text = (self.root / "requirements.txt").read_text()
        return {contents.canonical(name): version for name, version in _PINNED.findall(text)}

    def application(self) -> Path:
        """A zip of `app.py`, `chalicelib` and Chalice's runtime."""
        return self.collected(AppOnlyDeploymentPackager)

    def dependencies(self) -> Path:
        """A zip of the locked distributions, all of them, each as its hash in `requirements.txt` says."""
        collected = self.collected(LayerDeploymentPackager)
        missing = self.locked().items() - contents.distributions(collected).items()
        if missing:
            collected.unlink()  # Chalice would take it for whole the next time
            names = ", ".join(f"{name} {version}" for name, version in sorted(missing))
            raise PackageRefused(f"no wheel for {self.python} on Lambda's {self.architecture}: {names}")
        return collected

    def collected(self, kind: type[BaseLambdaDeploymentPackager]) -> Path:
        """The zip that one of Chalice's packagers makes of the project, or has made of it."""
        try:
            return Path(self._packager(kind).create_deployment_package(str(self.root), self.python))
        except PackageDownloadError as error:
            raise PackageRefused(f"pip could not fetch what requirements.txt locks:\n{error}") from error

    def _packager(self, kind: type[BaseLambdaDeploymentPackager]) -> BaseLambdaDeploymentPackager:
        files = OSUtils()
        hashes = frozenset(_HASH.findall((self.root / "requirements.txt").read_text()))
        builder = DependencyBuilder(files, VerifyingPip(hashes), self.architecture)
        silent = UI(out=io.StringIO(), err=io.StringIO())
        return kind(files, builder, silent, self.architecture)


class VerifyingPip(PipRunner):  # type: ignore[misc]
    """pip, which itself verifies what it fetches by `requirements.txt`; and verified here, what Chalice lets it fetch
    by name and version alone, for another platform than this."""

    def __init__(self, hashes: frozenset[str]) -> None:
        super().__init__(SubprocessPip(OSUtils()))
        self._hashes = hashes

    def download_manylinux_wheels(self, abi: str, packages: list[str], directory: str, *platforms: Any) -> None:
        """Raises `PackageRefused` if a fetched file is not one that is locked."""
        super().download_manylinux_wheels(abi, packages, directory, *platforms)
        for path in sorted(Path(directory).iterdir()):
            if hashlib.sha256(path.read_bytes()).hexdigest() not in self._hashes:
                raise PackageRefused(f"{path.name} is not what requirements.txt locks: its SHA-256 is not there")

    def download_sdists(self, packages: list[str], directory: str) -> None:
        """None: what would be built here is not what is locked."""


def settle_bytecode(root: Path) -> None:
    """Compile `chalicelib` in its place. Chalice's hash covers the bytecode that lies there: after this, no import
    adds any."""
    compileall.compile_dir(root / "chalicelib", quiet=1)
