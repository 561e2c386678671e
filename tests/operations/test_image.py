"""The container: what its Dockerfile copies is enough to run, as another user, and its health check is right.

No image is built here; the layout that its COPY lines make is, and the same command runs in it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, start_stack

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
LAST_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def _copied() -> list[tuple[str, str]]:
    """What the last stage takes from the repository, as source and destination."""
    lines = re.findall(r"^COPY (?!--from)(\S+) (\S+)$", LAST_STAGE, re.MULTILINE)
    assert len(lines) >= 4
    return lines


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The files of the image."""
    folder = tmp_path / "waygate"
    folder.mkdir()
    for source, destination in _copied():
        if (ROOT / source).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(ROOT / source, folder / destination, ignore=ignored)
        else:
            (folder / destination).mkdir(exist_ok=True)
            shutil.copy(ROOT / source, folder / destination)
    return folder


def test_what_the_image_holds_runs_and_is_healthy(image: Path, tmp_path: Path) -> None:
    entry = json.loads(re.search(r"^ENTRYPOINT (\[.*\])$", LAST_STAGE, re.MULTILINE)[1])  # type: ignore[index]
    assert entry[:3] == ["python", "-m", "infra.local"]
    listening = entry[3 : entry.index("--state")]
    process, stack = start_stack(tmp_path / "state", *listening, folder=image)
    try:
        check = json.loads(re.search(r"CMD\s+(\[.*\])$", LAST_STAGE, re.MULTILINE)[1])  # type: ignore[index]
        code = check[2].replace("http://127.0.0.1:8787", stack.url)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        broken = code.replace("/health/ready", "/no-such-path")
        assert subprocess.run([sys.executable, "-c", broken], capture_output=True, timeout=30).returncode != 0
    finally:
        process.terminate()
        process.wait(10)


def test_the_image_runs_as_nobody_in_particular_and_keeps_its_state_in_a_volume() -> None:
    users = re.findall(r"^USER (\S+)$", LAST_STAGE, re.MULTILINE)
    assert users == ["10001"], "a number: a cluster that forbids root cannot tell from a name"
    assert re.search(r"^VOLUME /state$", LAST_STAGE, re.MULTILINE)
    assert LAST_STAGE.index("USER") < LAST_STAGE.index("ENTRYPOINT")


def test_nothing_is_sent_to_the_builder_but_what_the_dockerfile_copies() -> None:
    allowed = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert allowed[0] == "*"
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    kept = {line[1:] for line in allowed if line.startswith("!")}
    for source in sources:
        assert any(source == one or (one.endswith("/") and source.startswith(one)) for one in kept), source
    assert kept <= sources


def test_the_console_is_built_from_what_its_stage_copies() -> None:
    stage = DOCKERFILE[: DOCKERFILE.index("\nFROM", DOCKERFILE.index("AS console"))]
    for path in (ROOT / "ui").glob("*.ts"):
        for outside in re.findall(r"from '\.\./([^']+)'", path.read_text()):
            folder = str(Path(outside).parent)
            assert f"COPY {outside} /build/{folder}/" in stage, (path.name, outside)


def test_the_server_listens_beyond_loopback_only_where_it_is_told_to(tmp_path: Path) -> None:
    from infra.local.__main__ import _options

    assert _options([]).listen == "127.0.0.1"
