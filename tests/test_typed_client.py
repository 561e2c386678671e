"""A typed client, generated from our gateway's export by the tools that people use, calls actions of a real stack."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LocalStack

pytestmark = pytest.mark.xdist_group("local_stack")
HERE = Path(__file__).parent / "clients"
PET = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}, "required": ["id"]}


@pytest.fixture(scope="module")
def tools() -> Path:
    """A folder with the pinned tools in its `node_modules`; installed once, and kept for the next run."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("NOT TESTED: typed clients need node and npm, which are not installed")
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "waygate-tests" / f"clients-{digest}"
    if not (folder / "installed").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
        if done.returncode:
            pytest.skip(f"NOT TESTED: npm ci could not install the generator: {done.stderr[-300:]}")
        (folder / "installed").touch()
    return folder


def api(stack: LocalStack, method: str, path: str, body: Any = None) -> Any:
    """One call of the stack."""
    headers = {"Authorization": f"Bearer {stack.key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"{stack.url}/api/v1{path}", data, headers, method=method)
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return json.loads(answer.read() or b"null")


@pytest.fixture
def shop(local_stack: LocalStack) -> LocalStack:
    """The demo upstream as `shop`, with two actions and a connection."""
    auth = {"type": "api_key", "in": "header", "name": "X-Api-Key"}
    facts = {"name": "shop", "base_url": f"{local_stack.demo_url}/v1", "auth": auth}
    if any(one["name"] == "shop" for one in api(local_stack, "GET", "/integrations?limit=100")["data"]):
        api(local_stack, "DELETE", "/integrations/shop")  # a walk-through of the documentation has left it
    api(local_stack, "POST", "/integrations", facts)
    asked = {"type": "object", "properties": {"pet_id": {"type": "integer"}}, "required": ["pet_id"]}
    get = {"method": "GET", "path": "/pets/{pet_id}", "behaviour": "read", "input_schema": asked, "output_schema": PET}
    named = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    create = {"method": "POST", "path": "/pets", "behaviour": "create", "input_schema": named, "output_schema": PET}
    bindings = {"pet_id": {"in": "path", "name": "pet_id"}}
    api(local_stack, "PUT", "/actions/shop/get-pet", {**get, "bindings": bindings})
    bindings = {"name": {"in": "body", "name": "name"}}
    api(local_stack, "PUT", "/actions/shop/create-pet", {**create, "bindings": bindings})
    api(local_stack, "PUT", "/connections/shop/default", {"value": "demo-key-1234567890"})
    yield local_stack
    api(local_stack, "DELETE", "/integrations/shop")


def test_a_generated_client_is_type_checked_and_calls(shop: LocalStack, tools: Path, tmp_path: Path) -> None:
    document = api(shop, "GET", "/integrations/shop/openapi.json")
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    (tmp_path / "node_modules").symlink_to(tools / "node_modules")
    shutil.copy(HERE / "client.mts", tmp_path)

    def run(*command: str, **environment: str) -> str:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    run("node_modules/.bin/openapi-typescript", "openapi.json", "--default-non-nullable=false", "-o", "schema.d.ts")
    strict = ("--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022")
    run("node_modules/.bin/tsc", *strict, "client.mts")
    said = json.loads(run("node", "client.mjs", WAYGATE_URL=f"{shop.url}/api/v1", WAYGATE_KEY=shop.key))
    assert said == {
        "name": "Rex", "action": "shop/get-pet", "made": "Typed", "code": "invalid_input", "status": 422,
    }  # fmt: skip
