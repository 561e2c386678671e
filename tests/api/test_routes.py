"""What every route has in common: methods, media types, sizes, cursors, headers."""

from __future__ import annotations

import gzip
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.api import resources
from chalicelib.api.resources import RESOURCES
from chalicelib.api.routing import declared_by
from infra.local.demo import DemoServer
from tests.client import Api
from tests.conftest import ROOT
from tests.world import add_shop


def test_every_answer_has_an_id_and_is_never_stored(api: Api) -> None:
    for path in ("/health", "/me", "/integrations/none", "/nowhere"):
        answer = api.get(path)
        assert answer.headers["Request-Id"].startswith("req_")
        assert answer.headers["Cache-Control"] == "no-store"
        if answer.status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json["request_id"] == answer.headers["Request-Id"]


def test_health_needs_no_key(api: Api) -> None:
    nobody = api.as_key(None)
    assert nobody.ok("GET", "/health")["status"] == "ok"
    assert nobody.ok("GET", "/health/ready")["status"] == "ready"


def test_an_unknown_path_is_404_and_an_unknown_method_405(api: Api) -> None:
    assert api.get("/nowhere/at/all").json["code"] == "route_not_found"
    answer = api.delete("/me")
    assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD"
    assert api.call("OPTIONS", "/integrations").headers["Allow"] == "GET, HEAD, POST"


def test_the_table_of_paths_is_what_the_modules_declare() -> None:
    folder = Path(resources.__file__).parent
    assert set(RESOURCES) == {path.stem for path in folder.glob("*.py") if "\nroutes = Routes()\n" in path.read_text()}
    for module, paths in RESOURCES.items():
        declared = importlib.import_module(f"chalicelib.api.{module}").routes.endpoints
        assert set(paths) == {endpoint.path for endpoint in declared}
        assert len(declared_by(module)) == len(declared), f"{module} declares a method of a path twice"


def test_a_request_imports_the_module_of_its_path_and_no_other() -> None:
    script = """
import app, sys
event = {"httpMethod": "GET", "resource": "/v1/health", "path": "/v1/health", "headers": {}, "body": None}
event |= {"multiValueQueryStringParameters": None, "pathParameters": None, "stageVariables": None}
event["requestContext"] = {"resourcePath": "/v1/health", "httpMethod": "GET", "identity": {}}
before = {name for name in sys.modules if name.startswith("chalicelib.api")}
assert app.app(event, None)["statusCode"] == 200
print(*sorted({name for name in sys.modules if name.startswith("chalicelib.api")} - before))
"""
    environment = {"WAYGATE_STAGE": "dev", "PATH": "/usr/bin:/bin", "AWS_DEFAULT_REGION": "eu-central-1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["chalicelib.api.health"]


def test_head_is_get_without_a_body(api: Api) -> None:
    answer = api.call("HEAD", "/me")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[1]",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"\xff",
        b"[" * 100 + b"]" * 100,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_not_json_says_where(api: Api, raw: bytes) -> None:  # D1
    answer = api.post("/integrations", raw=raw)
    assert (answer.status, answer.json["code"]) == (400, "malformed_json"), answer.json


def test_other_media_types_are_refused(api: Api) -> None:
    answer = api.post("/integrations", raw=b"<a/>", headers={"Content-Type": "application/xml"})
    assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_gzipped_body_is_read(api: Api, demo: DemoServer) -> None:
    raw = gzip.compress(json.dumps({"name": "shop", "base_url": demo.url}).encode())
    answer = api.post("/integrations", raw=raw, headers={"Content-Encoding": "gzip"})
    assert answer.status == 201
    broken = api.post("/integrations", raw=b"\x1f\x8bnonsense", headers={"Content-Encoding": "gzip"})
    assert (broken.status, broken.json["code"]) == (400, "bad_header")
    cut = api.post("/integrations", raw=raw[:-9], headers={"Content-Encoding": "gzip"})
    assert (cut.status, cut.json["code"]) == (400, "bad_header")
    assert api.post("/integrations", raw=raw, headers={"Content-Encoding": "zstd"}).json["code"] == "bad_header"


def test_a_body_that_is_too_large_says_how_to_send_it(api: Api) -> None:  # D1
    answer = api.post("/integrations", raw=b" " * 1_000_001)
    assert (answer.status, answer.json["code"]) == (413, "too_large")
    assert "/api/v1/uploads" in answer.json["suggested_fix"]
    bomb = gzip.compress(b" " * 50_000_000)
    answer = api.post("/integrations", raw=bomb, headers={"Content-Encoding": "gzip"})
    assert (answer.status, answer.json["code"]) == (413, "too_large")


def test_large_answers_are_gzipped_for_who_takes_it(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo, title="x" * 200, tags=[f"tag-{n}" for n in range(50)])
    for n in range(5):
        add_shop(api, demo, f"shop-{n}", title="x" * 200)
    plain = api.get("/integrations")
    packed = api.get("/integrations", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json == plain.json


def test_a_cursor_is_good_for_its_own_list_only(api: Api, demo: DemoServer) -> None:  # F12
    for n in range(3):
        add_shop(api, demo, f"shop-{n}")
    cursor = api.ok("GET", "/integrations?limit=1")["next_cursor"]
    assert [i["name"] for i in api.ok("GET", f"/integrations?limit=1&cursor={cursor}")["data"]] == ["shop-1"]
    flipped = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for path in (
        f"/integrations?cursor={flipped}",
        "/integrations?cursor=!!",
        f"/connections?cursor={cursor}",
        f"/actions?q=x&cursor={cursor}",
    ):
        answer = api.get(path)
        assert (answer.status, answer.json["code"]) == (400, "invalid_cursor"), path


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "page=2"])
def test_a_wrong_query_says_where(api: Api, query: str) -> None:
    answer = api.get(f"/integrations?{query}")
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    assert answer.json["errors"][0]["pointer"] == "/" + query.split("=")[0]


def test_an_exception_of_ours_tells_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:  # B8
    from chalicelib.registry import integrations

    def broken(*_: object, **__: object) -> None:
        raise KeyError("canary-in-an-exception")

    monkeypatch.setattr(integrations, "page", broken)
    answer = api.get("/integrations")
    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert len(answer.body) <= 512
    assert b"canary" not in answer.body
    assert b"KeyError" not in answer.body


@pytest.mark.parametrize(
    "path",
    ["/integrations/{}", "/actions/shop/{}", "/connections/{}/x", "/scrape-jobs/{}", "/invocations/{}", "/api-keys/{}"],
)
def test_an_endless_name_is_not_found(api: Api, path: str) -> None:  # D9
    for length in (201, 5_000):
        answer = api.get(path.format("a" * length))
        assert (answer.status, answer.json["code"]) == (404, "route_not_found")
