"""docs/cli.md says what the command does; and the command stays light."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest
from typer.main import get_command

from chalicelib.version import VERSION as SERVER
from cli import VERSION
from cli.main import app
from cli.reference import PAGE, filled
from tests.conftest import ROOT


def test_the_page_lists_every_command_and_option_as_they_are() -> None:
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page == filled(page), "run `python -m cli.reference`"


def commands() -> list[tuple[str, object]]:
    found = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        found += [(f"{name} {n}", c) for n, c in getattr(command, "commands", {}).items()] or [(name, command)]
    return found


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_command_has_json_and_an_example(name: str, command: object) -> None:
    assert f"Example: `waygate {name}" in str(command.help)  # type: ignore[attr-defined]
    options = {option for each in command.params for option in each.opts}  # type: ignore[attr-defined]
    assert {"--json", "--url"} <= options
    assert not {"--key", "--api-key", "--secret", "--password", "--token"} & options


def test_client_and_server_have_one_version() -> None:
    assert VERSION == SERVER


def test_the_command_knows_neither_the_server_nor_aws() -> None:
    for path in (ROOT / "cli").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & {"chalicelib", "infra", "app", "boto3", "botocore"}, (
                path
            )


def test_it_starts_at_once() -> None:
    probe = "import cli.main, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {"requests", "rich", "urllib3", "pydantic", "chalice"} & set(loaded.split())
    assert min(start_cpu_s() for _ in range(3)) < 0.3  # 0.14 measured


def start_cpu_s() -> float:
    """What it costs to start and to say something."""
    before = os.times()
    subprocess.run([sys.executable, "-m", "cli.main", "--version"], cwd=ROOT, capture_output=True, check=False)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system
