"""The workflows: pinned, least in what they may, and made of commands that anyone can run on a laptop."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def jobs(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())["jobs"]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_whole_commit_and_says_its_version(path: Path) -> None:
    uses = re.findall(r"uses: (\S+)(.*)$", path.read_text(), re.MULTILINE)
    assert uses
    for action, comment in uses:
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), (action, comment)


def test_an_action_is_of_one_commit_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in FILES:
        for name, commit in re.findall(r"uses: ([\w-]+/[\w-]+)@(\S+)", path.read_text()):
            pins.setdefault(name, set()).add(commit)
    assert {name: commits for name, commits in pins.items() if len(commits) > 1} == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_workflow_may_nothing_but_what_its_jobs_say(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {}
    for name, job in jobs(path).items():
        assert set(job["permissions"]) <= {"contents", "id-token"}, name
        writes = {scope for scope, level in job["permissions"].items() if level == "write"}
        assert writes <= ({"id-token"} if "deploy" in str(job) else {"contents"} if name == "publish" else set()), name


def test_production_waits_for_the_checks_and_is_an_environment_of_its_own() -> None:
    release = jobs(ROOT / ".github" / "workflows" / "release.yml")
    assert release["production"]["needs"] == "publish"
    assert release["publish"]["needs"] == "checks"
    deploy = jobs(ROOT / ".github" / "workflows" / "deploy.yml")["deploy"]
    assert deploy["environment"] == "${{ inputs.stage }}"
    assert deploy["concurrency"]["cancel-in-progress"] is False
    stages = {job["with"]["stage"] for path in FILES for job in jobs(path).values() if "with" in job}
    assert stages == {"staging", "prod"}


@pytest.mark.parametrize(
    "path",
    [*FILES, *(ROOT / "docs" / f"{page}.md" for page in ("deploying", "operating", "releases", "limits"))],
    ids=lambda path: path.name,
)
def test_every_make_target_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"(?:`|run: |\$ |  )make ([a-z-]+)", path.read_text()))
    assert named <= TARGETS
