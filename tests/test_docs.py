"""The documentation says what the code does: generated parts are current, examples run, every code is explained."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests import generate_docs
from tests.conftest import ROOT, LocalStack

pytestmark = pytest.mark.xdist_group("local_stack")
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", generate_docs.GENERATED)
def test_a_generated_page_is_current(name: str) -> None:
    made = generate_docs.GENERATED[name]()
    assert (ROOT / "docs" / name).read_text() == made, "run `python -m tests.generate_docs`"


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def _walk_through(title: str) -> list[str]:
    block = re.search(rf"<!-- walk-through: {title} -->\n```console\n(.*?)```", README, re.DOTALL)
    assert block is not None
    return [line[2:] for line in block[1].splitlines() if line.startswith("$ ")]


@pytest.mark.parametrize("title", ["the demo", "a failing upstream"])
def test_the_walk_through_works_line_by_line(title: str, local_stack: LocalStack, tmp_path: Path) -> None:
    lines = [line for line in _walk_through(title) if not line.startswith("source ")]
    assert len(lines) >= 3
    script = ["set -euo pipefail", f'waygate() {{ {shlex.quote(sys.executable)} -m cli.main "$@"; }}', *lines]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "WAYGATE_URL": local_stack.url,
        "WAYGATE_API_KEY": local_stack.key,
    }
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if title == "the demo":
        assert '"name":"Rex"' in done.stdout.replace('": "', '":"')
    else:
        assert "exit status 3" in done.stdout
        assert '"name":"Rex"' in done.stdout.replace('": "', '":"')


def test_the_curl_in_the_readme_works(local_stack: LocalStack) -> None:
    curl = re.search(r"```bash\n(curl .*?)\n```", README, re.DOTALL)
    assert curl is not None
    environment = {"PATH": "/usr/bin:/bin", "WAYGATE_URL": local_stack.url, "WAYGATE_API_KEY": local_stack.key}
    done = subprocess.run(["bash", "-c", curl[1]], env=environment, capture_output=True, text=True, timeout=30)
    assert '"Rex"' in done.stdout, done.stdout + done.stderr
