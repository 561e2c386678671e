"""A release is refused unless tag, versions and changelog agree; its notes are the changelog's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from infra import release
from tests.conftest import ROOT

CHANGELOG = """# Changelog
## Unreleased
### Added
- Not yet.

## 1.2.3 - 2026-11-28
### Added
- Backups.
### Fixed
- A `## heading` in text.

## 1.2.2 - 2026-10-01
- Older.
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What states a version, in a folder of its own, at 1.2.3."""
    for name in ("pyproject.toml", "chalicelib/version.py", "cli/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
        text = (tmp_path / name).read_text()
        (tmp_path / name).write_text(text.replace(release.versions()[name], "1.2.3"))
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    return tmp_path


def test_every_place_states_the_same_version() -> None:
    assert len(set(release.versions().values())) == 1


def test_the_notes_are_the_section_of_the_version(repository: Path) -> None:
    assert release.notes("v1.2.3", repository) == "### Added\n- Backups.\n### Fixed\n- A `## heading` in text.\n"


@pytest.mark.parametrize("tag", ["v1.2.4", "v1.2.2", "1.2", ""])
def test_a_tag_that_is_not_the_codes_version_is_refused(repository: Path, tag: str) -> None:
    with pytest.raises(release.NotReleasable, match=r"pyproject\.toml says 1\.2\.3"):
        release.notes(tag, repository)


@pytest.mark.parametrize(
    "changelog", ["# Changelog\n## Unreleased\n- x\n", "## 1.2.3 - 2026-11-28\n\n## 1.2.2 - x\n- y\n"]
)
def test_a_version_without_a_section_of_its_own_is_refused(repository: Path, changelog: str) -> None:
    (repository / "CHANGELOG.md").write_text(changelog)
    with pytest.raises(release.NotReleasable, match=r"no section `## 1\.2\.3 - YYYY-MM-DD`"):
        release.notes("v1.2.3", repository)


def test_the_command_says_why_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main([]) == 2
    assert release.main(["v0.0.0"]) == 1
    assert "The tag v0.0.0 is not the version of the code" in capsys.readouterr().err
