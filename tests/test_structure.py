"""The shape of the house: what may be imported, and tables that are what their classes say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib import aws
from chalicelib.auth.tables import ApiKeyRow, AuditRow, ClientRow, ConnectionRow, WorkspaceRow
from chalicelib.gateway.tables import InvocationRow, UsageRow
from chalicelib.registry.tables import ActionRow, IntegrationRow
from chalicelib.runtime import RuntimeRow
from chalicelib.scraper.tables import DecisionRow, JobRow
from infra.local.standin import LocalAws
from tests.conftest import ROOT

HEAVY = {
    "yaml",
    "openai",
    "openapi_parser",
    "authlib",
    "requests",
    "httpx2",
    "bs4",
    "lxml",
    "selectolax",
    "jsonschema",
    "moto",
    "markdown_it",
    "protego",
    "publicsuffixlist",
}
TABLES: list[type[aws.Table]] = [
    ApiKeyRow,
    ClientRow,
    AuditRow,
    ConnectionRow,
    WorkspaceRow,
    InvocationRow,
    UsageRow,
    ActionRow,
    IntegrationRow,
    JobRow,
    DecisionRow,
    RuntimeRow,
]


def test_importing_the_application_loads_nothing_heavy_and_makes_no_client() -> None:
    script = (
        "import sys, json, app; from chalicelib import aws;"
        "print(json.dumps([sorted({m.split('.')[0] for m in sys.modules}), len(aws._clients)]))"
    )
    environment = {"WAYGATE_STAGE": "dev", "PATH": "/usr/bin:/bin", "AWS_DEFAULT_REGION": "eu-central-1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    loaded, clients = json.loads(done.stdout)
    assert HEAVY.isdisjoint(loaded), sorted(HEAVY.intersection(loaded))
    assert clients == 0


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_table_is_what_its_class_says(aws: LocalAws, table: type[aws.Table]) -> None:
    import boto3

    found = boto3.client("dynamodb").describe_table(TableName=table.Meta.table_name)["Table"]
    keys = {key["KeyType"]: key["AttributeName"] for key in found["KeySchema"]}
    assert keys["HASH"] == table._hash_keyname
    assert keys.get("RANGE") == table._range_keyname
    declared = {index.Meta.index_name: index for index in table._indexes.values()}
    stored = {index["IndexName"]: index for index in found.get("GlobalSecondaryIndexes", [])}
    assert set(declared) == set(stored)
    for name, index in declared.items():
        schema = index._get_schema()
        assert stored[name]["KeySchema"] == sorted(schema["key_schema"], key=lambda key: key["KeyType"])
        assert stored[name]["Projection"]["ProjectionType"] == schema["projection"]["ProjectionType"]
        told = set(schema["projection"].get("NonKeyAttributes", []))
        assert set(stored[name]["Projection"].get("NonKeyAttributes", [])) == told


def test_no_sealed_credential_is_copied_into_an_index() -> None:
    for index in ConnectionRow._indexes.values():
        projection = index._get_schema()["projection"]
        assert projection["ProjectionType"] == "INCLUDE"
        assert "sealed" not in projection["NonKeyAttributes"]


def test_no_provider_has_a_name_in_the_code() -> None:
    names = re.compile(r"github|stripe|slack|google|notion|salesforce|airtable|hubspot|twilio|shopify", re.IGNORECASE)
    for path in (ROOT / "chalicelib").rglob("*.py"):
        code = "\n".join(
            line for line in path.read_text().splitlines() if not line.lstrip().startswith("#") and "#" not in line
        )
        code = re.sub(r'"""(?:.|\n)*?"""', "", code)
        assert not names.search(code), f"{path.relative_to(ROOT)}: {names.search(code)}"


def test_debug_is_off_in_every_deployed_stage() -> None:  # B8
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    assert set(config["stages"]) == {"dev", "staging", "prod"}
    assert "debug" not in json.dumps(config)
    import app

    assert app.app.debug is False


def test_the_versions_agree() -> None:
    import tomllib

    from chalicelib.version import VERSION
    from cli import VERSION as CLI_VERSION

    project = tomllib.loads(Path(ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION == CLI_VERSION


def test_no_module_but_the_door_may_import_what_opens_connections() -> None:
    import tomllib

    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    banned = sorted(lint["flake8-tidy-imports"]["banned-api"])
    assert {"socket", "ssl", "http.client", "urllib.request", "urllib3", "requests", "httpx2", "aiohttp"} < set(banned)
    script = "\n".join(f"import {name}" for name in banned)
    for folder, refused in (("gateway", len(banned)), ("egress", 0)):
        command = ["ruff", "check", "--select", "TID251", "--output-format", "json", "--stdin-filename"]
        path = Path(sys.executable).parent
        done = subprocess.run(
            [path / command[0], *command[1:], f"chalicelib/{folder}/some.py", "-"],
            input=script,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert len(json.loads(done.stdout)) == refused
