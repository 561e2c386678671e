"""The zip that ships to Lambda, put where `chalice deploy` looks for it.

1. Chalice's own packagers collect the locked dependencies and the application's files (`collecting`).
2. What Lambda needs of them is kept (`contents`).
3. Python's bytecode is added, for dependencies in place of their sources, and all is written, the same bytes every
   time (`archive`).
4. The result is checked: size, architecture, exactly what is locked, nothing else (`checks`).
5. Packages of former states of the project are deleted, but for the one before.

Chalice names a package after the hash of `requirements.txt`, `app.py`, `chalicelib` and `chalice`, and ships the file
that has that name if there is one. So `chalice deploy` after this ships ours; after a change, Chalice makes its own:
correct, but without bytecode, which each cold start then has to make anew.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from infra.packaging import archive, checks, collecting, contents
from infra.packaging.collecting import LAYER_PREFIX
from infra.packaging.refused import PackageRefused

__all__ = ["ROOT", "PackageRefused", "package"]

KEPT: Final = 2  # this package and the one before; releases are kept in a bucket, where a rollback finds them
ROOT: Final = Path(__file__).parent.parent.parent


def package(stage: str, root: Path = ROOT) -> Path:
    """The package of the project at `root` for `stage`, made unless it is there. Raises `PackageRefused`."""
    project = collecting.Project.load(root, stage)
    collecting.settle_bytecode(root)
    target, recipe = project.package_path(), _recipe()
    if archive.is_made_by(target, recipe):
        return target
    dependencies, application = project.dependencies(), project.application()
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="waygate-package-") as folder:
        tree = Path(folder)
        contents.extract(dependencies, tree / "dependencies", contents.dependency_ships)
        contents.extract(application, tree / "application", contents.application_ships)
        application.unlink()
        archive.compile_all(tree / "dependencies", keeps_source=False)
        archive.compile_all(tree / "application", keeps_source=True)
        made = tree / target.name
        archive.write(made, [tree / "dependencies", tree / "application"], recipe)
        checks.check(made, locked=project.locked(), architecture=project.architecture)
        shutil.move(made, target)
    _forget_older(target, dependencies)
    return target


def _forget_older(package_: Path, dependencies: Path) -> None:
    """Delete what was made here of former states of the project."""
    packages = {path for path in package_.parent.glob("*.zip") if not path.name.startswith(LAYER_PREFIX)}
    newest = sorted(packages - {package_}, key=lambda path: path.stat().st_mtime_ns, reverse=True)
    layers = set(package_.parent.glob(f"{LAYER_PREFIX}*.zip")) - {dependencies}
    for old in (*newest[KEPT - 1 :], *layers):
        old.unlink(missing_ok=True)


def _recipe() -> bytes:
    """What, besides Chalice's hash, decides the bytes: this Python, and how the package is made."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest().encode()
