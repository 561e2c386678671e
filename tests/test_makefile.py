"""Habits of `make` that a person relies on: the console is built when it is stale, and what is missing is said."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_NPM = """#!/bin/sh
case "$*" in
  *ci*) mkdir -p node_modules ;;
  *build*) [ ! -e src/broken.tsx ] && mkdir -p dist && echo built > dist/index.html ;;
esac
"""
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="NOT TESTED: there is no make")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with our Makefile, a console's sources, and programs that stand for Node.js."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "ui" / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "src/main.tsx"):
        (tmp_path / "ui" / name).write_text("{}")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "console_headers.json").write_text("{}")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("npm", _NPM), ("node", "#!/bin/sh\n[ -z $OLD_NODE ]\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return tmp_path


def make(project: Path, target: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{project / 'programs'}:{os.environ['PATH']}"
    return subprocess.run(
        ["make", target], cwd=project, env={"PATH": path, **environment}, capture_output=True, text=True, timeout=60
    )


def test_the_console_is_built_when_it_is_stale_and_not_otherwise(project: Path) -> None:
    built = project / "ui" / "dist" / "index.html"
    assert "Building the console" in make(project, "ui").stdout
    assert built.exists()
    assert "Building" not in make(project, "ui").stdout
    later = built.stat().st_mtime + 10
    os.utime(project / "ui" / "src" / "main.tsx", (later, later))
    again = make(project, "console").stdout
    assert "Building the console" in again
    assert "Installing" not in again


def test_a_deleted_source_makes_the_console_stale(project: Path) -> None:
    make(project, "ui")
    for path in project.rglob("*"):
        os.utime(path, (1e9, 1e9))
    assert "Building" not in make(project, "ui").stdout
    (project / "ui" / "src" / "main.tsx").unlink()
    assert "Building the console" in make(project, "ui").stdout


def test_without_a_new_enough_node_the_rest_goes_on_and_says_what_is_missing(project: Path) -> None:
    refused = make(project, "ui", OLD_NODE="yes")
    assert refused.returncode != 0
    assert "Node.js 20.19 or newer" in refused.stderr
    without = make(project, "console", OLD_NODE="yes")
    assert without.returncode == 0
    assert "Node.js 20.19 or newer" in without.stderr
    assert "all else works without it" in without.stderr


def test_a_console_that_does_not_build_stops_make_ui_alone(project: Path) -> None:
    (project / "ui" / "src" / "broken.tsx").write_text("")
    assert make(project, "ui").returncode != 0
    without = make(project, "console")
    assert without.returncode == 0
    assert "all else works without it" in without.stderr


def test_a_package_that_cannot_be_installed_skips_loudly(project: Path) -> None:
    for name in ("apt-get", "sudo"):
        (project / "programs" / name).write_text("#!/bin/sh\nexit 1\n")
        (project / "programs" / name).chmod(0o755)
    with (project / "Makefile").open("a") as makefile:
        makefile.write("\nspecial:\n\t$(call debian,special-server,no-such-program,the tests of it)\n")
    skipped = make(project, "special")
    assert skipped.returncode == 0
    assert "apt-get install special-server): the tests of it will be SKIPPED" in skipped.stderr
