"""The documentation says what the code does: generated parts are current, examples run, every code is explained."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests import generate_docs, requirements
from tests.conftest import ROOT, LocalStack, free_ports
from tests.oauth.consent import allow
from tests.walk_through import README, run, walk_through

pytestmark = pytest.mark.xdist_group("local_stack")


@pytest.mark.parametrize("name", generate_docs.GENERATED)
def test_a_generated_page_is_current(name: str) -> None:
    made = generate_docs.GENERATED[name]()
    assert (ROOT / "docs" / name).read_text() == made, "run `python -m tests.generate_docs`"


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("title", ["the demo", "a failing upstream"])
def test_the_walk_through_works_line_by_line(title: str, local_stack: LocalStack, tmp_path: Path) -> None:
    lines = [line for line in walk_through(title) if not line.startswith("source ")]
    assert len(lines) >= 3
    done = run(lines, local_stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"name": "Rex"' in done.stdout
    if title == "a failing upstream":
        assert "exit status 3" in done.stdout


def test_the_examples_of_the_gateway_page_work(local_stack: LocalStack, tmp_path: Path) -> None:
    lines = walk_through("calling", (ROOT / "docs" / "gateway.md").read_text())
    done = run(lines, local_stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('"name": "Rex"') + done.stdout.count('"name":"Rex"') == 2


def test_the_breaker_is_seen_as_the_gateway_page_says(local_stack: LocalStack, tmp_path: Path) -> None:
    done = run(walk_through("breaking", (ROOT / "docs" / "gateway.md").read_text()), local_stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert "No call was made" in said
    assert re.search(r"breaker.*open", said, re.IGNORECASE)
    assert '"name": "Rex"' in said


def test_the_oauth_walk_through_works_with_a_browser_beside_it(local_stack: LocalStack, tmp_path: Path) -> None:
    block = re.search(r"<!-- walk-through: oauth -->\n```console\n(.*?)```", README, re.DOTALL)
    assert block is not None
    script = block[1].replace("127.0.0.1:8788", local_stack.demo_url.removeprefix("http://"))
    before, connect, *after = re.split(r"^(\$ waygate connect crm\n)", script, flags=re.MULTILINE)
    done = run([before.replace("\n$ ", "\n").removeprefix("$ ")], local_stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    command = [sys.executable, "-m", "cli.main", *connect.split()[2:]]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    environment |= {"WAYGATE_URL": local_stack.url, "WAYGATE_API_KEY": local_stack.key}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, stdout=-1, stderr=-1) as waiting:
        assert waiting.stderr is not None and waiting.stdout is not None
        said = waiting.stderr.readline()
        status, page = allow(said.split()[-1])
        assert (status, "is connected" in page) == (200, True), page
        assert "crm/default connected." in waiting.stdout.read()
        assert waiting.wait(20) == 0
    done = run([line.removeprefix("$ ") for line in after[0].splitlines() if line != "```"], local_stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"name": "Rex"' in done.stdout
    assert f"{local_stack.url}/api/v1/connect/cs_" in done.stdout


def test_the_walk_through_of_documentation_works_line_by_line(local_stack: LocalStack, tmp_path: Path) -> None:
    lines = [line.replace("http://127.0.0.1:8788", local_stack.demo_url) for line in walk_through("documentation")]
    assert any("/docs" in line for line in lines)
    done = run(lines, local_stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Pages +6/6", done.stdout)
    assert "rules alone: no model is configured" in done.stdout
    assert '"name": "Rex"' in done.stdout


def test_the_walk_through_of_a_real_api_works_line_by_line(local_stack: LocalStack, tmp_path: Path) -> None:
    upstreams = ROOT / ".venv-upstreams"
    if not upstreams.exists():
        pytest.skip("jupyter-server is not installed: `make test` puts it into .venv-upstreams")
    (tmp_path / ".venv-jupyter").symlink_to(upstreams)
    (port,) = free_ports(1)
    install, *lines = [line.replace("8899", str(port)) for line in walk_through("jupyter")]
    assert "pip install" in install
    served = next(n for n, line in enumerate(lines) if "jupyter server" in line)
    lines[served] = (
        lines[served].replace("root_dir=/tmp", f"root_dir={tmp_path}").replace("server ", "server --allow-root ")
    )
    ready = f"until (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do :; done"
    lines[served : served + 1] = [lines[served], "trap 'kill %1; wait' EXIT", ready]
    done = run(["python3() { " + shlex.quote(sys.executable) + ' "$@"; }', *lines], local_stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Hello through Waygate" in done.stdout
    assert (tmp_path / "hello.txt").read_text() == "Hello through Waygate"


def test_the_curl_in_the_readme_works(local_stack: LocalStack) -> None:
    curl = re.search(r"```bash\n(curl .*?)\n```", README, re.DOTALL)
    assert curl is not None
    environment = {"PATH": "/usr/bin:/bin", "WAYGATE_URL": local_stack.url, "WAYGATE_API_KEY": local_stack.key}
    done = subprocess.run(["bash", "-c", curl[1]], env=environment, capture_output=True, text=True, timeout=30)
    assert '"Rex"' in done.stdout, done.stdout + done.stderr


def test_every_limit_and_every_reason_of_reading_a_site_is_explained() -> None:
    from chalicelib.scraper.site.frontier import SKIPPED
    from chalicelib.scraper.site.limits import Limits

    text = (ROOT / "docs" / "scraping.md").read_text()
    for name in Limits.model_fields:
        assert f"| `{name}` |" in text, name
    for reason, meaning in SKIPPED.items():
        assert f"| `{reason}` | {meaning} |" in text, reason


def test_every_requirement_of_a_finished_owner_is_proved_by_a_test() -> None:
    named = requirements.tests_by_requirement(ROOT / "tests")
    missing = [
        number
        for number, (owner, _) in requirements.REQUIREMENTS.items()
        if owner in requirements.FINISHED and not named[number]
    ]
    assert missing == []
