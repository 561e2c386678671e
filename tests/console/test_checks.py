"""The console's own checks: its types are the API's, its tests pass, and a visitor downloads no more than promised."""

from __future__ import annotations

import html
import shutil
import subprocess

import pytest

from infra.console_headers import console_headers
from tests.conftest import ROOT

UI = ROOT / "ui"


@pytest.fixture(autouse=True)
def _built() -> None:
    if shutil.which("npm") is None or not (UI / "node_modules/.made").exists() or not (UI / "dist/index.html").exists():
        pytest.skip("NOT TESTED: the console is not built (`make ui`, which needs Node.js 20.19 or newer)")


@pytest.mark.parametrize("script", [("generate", "--", "--check"), ("sizes",), ("test",)], ids=lambda words: words[0])
def test_a_check_of_the_console_passes(script: tuple[str, ...]) -> None:
    done = subprocess.run(
        ["npm", "run", "--silent", *script], cwd=UI, capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_has_the_policy_that_its_servers_send() -> None:  # F8
    page = html.unescape((UI / "dist/index.html").read_text(encoding="utf-8"))
    sent = console_headers(is_https=False)["Content-Security-Policy"]
    expected = sent.replace("frame-ancestors 'none'; ", "")  # of which a page cannot tell

    assert f'content="{expected}"' in page


def test_the_lock_file_names_no_registry() -> None:
    lock = (UI / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in lock
