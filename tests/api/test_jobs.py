"""Scrape jobs: a description in, a reviewed draft, published actions; and every way in which a description is bad."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import VersionConflict
from chalicelib.scraper import drafts, jobs
from infra.local.demo import DemoServer
from infra.local.standin import LocalAws
from tests.client import Api
from tests.conftest import SHARED
from tests.world import connect

RunJob = Callable[..., dict[str, Any]]

PETS: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Pets", "version": "1"},
    "servers": [{"url": "https://pets.example.com/v1"}],
    "paths": {
        "/pets/{id}": {
            "get": {
                "operationId": "getPet",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {"200": {"description": "ok"}},
            }
        },
        "/pets": {
            "post": {
                "operationId": "createPet",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"name": {"type": "string", "nullable": True}}}
                        }
                    }
                },
                "responses": {"201": {"description": "ok"}},
            }
        },
    },
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    "security": [{"key": []}],
}


def test_a_description_by_url_is_drafted_reviewed_and_published(api: Api, demo: DemoServer, run_job: RunJob) -> None:
    job = run_job("demo", {"type": "openapi", "url": f"{demo.url}/openapi.json"})
    assert (job["status"], job["error"]) == ("needs_review", None)
    draft = api.ok("GET", f"/scrape-jobs/{job['id']}/draft?limit=100")
    assert draft["total"] == len(draft["actions"]) == job["progress"]["endpoints"] == 21
    assert draft["integration"]["base_url"] == f"{demo.url}/v1"
    assert draft["integration"]["auth"] == {"type": "api_key", "in": "header", "name": "X-Api-Key", "scopes": []}
    assert {a["change"] for a in draft["actions"]} == {"added"}
    assert api.get("/integrations/demo").status == 404
    whole = api.ok("GET", f"/scrape-jobs/{job['id']}/draft/actions/get-pet")
    assert whole["evidence"][0]["pointer"] == "/paths/~1pets~1{pet_id}/get"
    done = api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {})
    assert len(done["published"]) == 21
    connect(api, "demo")
    answer = api.ok("POST", "/actions/demo/get-pet", {"pet_id": 1})
    assert (answer["data"]["name"], answer["meta"]["output_valid"]) == ("Rex", True)


def test_the_verification_call_comes_with_the_job(api: Api, demo: DemoServer, run_job: RunJob) -> None:
    order = {"auto_publish": True, "verification": {"path": "/whoami"}}
    run_job("demo", {"url": f"{demo.url}/openapi.json"}, **order)
    connect(api, "demo")
    assert api.ok("POST", "/connections/demo/default/test")["ok"] is True
    wrong = {"integration": "x", "source": {"url": demo.url}, "verification": {"path": "no"}}
    assert api.post("/scrape-jobs", wrong).json["errors"][0]["pointer"] == "/verification/path"


def test_a_job_publishes_by_itself_where_it_may(api: Api, demo: DemoServer, run_job: RunJob) -> None:
    job = run_job("demo", {"url": f"{demo.url}/openapi.json"}, auto_publish=True)
    assert job["status"] == "published"
    assert len(api.ok("GET", "/actions?integration=demo&limit=100")["data"]) == 21


def test_what_is_rejected_or_edited_stays_so(api: Api, run_job: RunJob) -> None:
    job = run_job("pets", {"document": PETS})
    path = f"/scrape-jobs/{job['id']}/draft/actions"
    api.ok("PATCH", f"{path}/create-pet", {"state": "rejected"})
    edited = api.ok("PATCH", f"{path}/get-pet", {"state": "accepted", "edits": {"summary": "One pet"}})
    assert (edited["state"], edited["summary"]) == ("accepted", "One pet")
    wrong = api.patch(f"{path}/get-pet", {"edits": {"method": "FETCH"}})
    assert wrong.json["errors"][0]["pointer"] == "/method"
    assert api.patch(f"{path}/get-pat", {"state": "accepted"}).json["did_you_mean"] == ["get-pet"]
    done = api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {"accept": "all"})
    assert (done["published"], done["kept"]) == (["get-pet"], ["create-pet"])
    assert api.ok("GET", "/actions/pets/get-pet")["summary"] == "One pet"
    more = api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {"accept": ["create-pet"]})
    assert more["published"] == ["create-pet"]


def test_many_actions_get_the_same_verdict_and_keep_their_edits(api: Api, demo: DemoServer, run_job: RunJob) -> None:
    job = run_job("demo", {"url": f"{demo.url}/openapi.json"})
    draft = f"/scrape-jobs/{job['id']}/draft"
    api.ok("PATCH", f"{draft}/actions/get-pet", {"edits": {"summary": "One pet"}})
    named = api.ok("PATCH", draft, {"state": "rejected", "actions": ["delete-pet", "create-pet"]})
    assert (named["changed"], named["states"]) == (2, {"proposed": 19, "accepted": 0, "rejected": 2})
    rest = api.ok("PATCH", f"{draft}?state=proposed", {"state": "accepted"})
    assert (rest["changed"], rest["states"]) == (19, {"proposed": 0, "accepted": 19, "rejected": 2})
    assert api.ok("PATCH", f"{draft}?state=proposed", {"state": "accepted"})["changed"] == 0
    whole = api.ok("GET", f"{draft}/actions/get-pet")
    assert (whole["state"], whole["summary"]) == ("accepted", "One pet")
    page = api.ok("GET", f"{draft}?state=rejected&limit=1")
    assert (page["total"], page["matching"], page["states"]["rejected"], len(page["actions"])) == (21, 2, 2, 1)
    assert page["next_cursor"] is not None
    assert [a["name"] for a in api.ok("GET", f"{draft}?q=PHOTO&limit=100")["actions"]]
    assert api.ok("GET", f"{draft}?q=no-such-thing")["matching"] == 0
    unknown = api.patch(draft, {"state": "accepted", "actions": ["get-pet", "get-pat"]})
    assert (unknown.status, unknown.json["code"]) == (404, "draft_not_found")
    done = api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {})
    assert sorted(done["kept"]) == ["create-pet", "delete-pet"]


def test_two_reviewers_do_not_overwrite_each_other(api: Api, run_job: RunJob) -> None:
    job = run_job("pets", {"document": PETS})
    path = f"/scrape-jobs/{job['id']}/draft/actions/get-pet"
    seen = api.get(path)
    assert (seen.headers["ETag"], seen.json["version"]) == ('"v1"', 1)
    first = api.patch(path, {"edits": {"summary": "Mine"}}, headers={"If-Match": seen.headers["ETag"]})
    assert (first.status, first.headers["ETag"]) == (200, '"v2"')
    late = api.patch(path, {"edits": {"summary": "Theirs"}}, headers={"If-Match": seen.headers["ETag"]})
    assert (late.status, late.json["code"]) == (412, "etag_mismatch")
    again = api.patch(path, {"state": "accepted"}, headers={"If-Match": '"v2"'})
    assert (again.status, again.json["summary"], again.json["version"]) == (200, "Mine", 3)


def test_a_verdict_that_comes_between_is_a_conflict(api: Api, run_job: RunJob) -> None:
    job = run_job("pets", {"document": PETS})
    row = jobs.get("default", job["id"])
    before, now = drafts.proposal(row, "get-pet"), dt.datetime.now(dt.UTC)
    drafts.decide(row, before, "accepted", {"summary": "Mine"}, now=now)
    with pytest.raises(VersionConflict):
        drafts.decide(row, before, "rejected", None, now=now)
    with pytest.raises(VersionConflict):
        drafts.decide_all(row, [replace(before, edits={"summary": "Theirs"})], "rejected", now=now)


def test_nothing_is_published_that_is_not_sure_enough(api: Api, run_job: RunJob) -> None:
    job = run_job("pets", {"document": PETS})
    assert api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {"min_confidence": 1.0})["kept"] == []
    unknown = api.post(f"/scrape-jobs/{job['id']}/publish", {"accept": ["nothing"]})
    assert unknown.json["code"] == "draft_not_found"


def test_importing_again_shows_what_changed(api: Api, run_job: RunJob) -> None:
    run_job("pets", {"document": PETS}, auto_publish=True)
    changed = json.loads(json.dumps(PETS))
    changed["paths"]["/pets"]["post"]["summary"] = "Create"
    changed["paths"]["/pets"]["get"] = {"operationId": "listPets", "responses": {"200": {"description": "ok"}}}
    del changed["paths"]["/pets/{id}"]
    job = run_job("pets", {"document": changed})
    draft = api.ok("GET", f"/scrape-jobs/{job['id']}/draft")
    assert {a["name"]: a["change"] for a in draft["actions"]} == {"create-pet": "changed", "list-pets": "added"}
    assert draft["removed"] == ["get-pet"]
    done = api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {})
    assert done["removed"] == []
    assert api.get("/actions/pets/get-pet").status == 200
    api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {"accept": ["get-pet"]})
    assert api.get("/actions/pets/get-pet").status == 404
    assert api.ok("GET", "/actions/pets/create-pet")["version"] == 2


def test_importing_the_same_again_changes_nothing(api: Api, run_job: RunJob) -> None:
    run_job("pets", {"document": PETS}, auto_publish=True)
    job = run_job("pets", {"document": PETS})
    draft = api.ok("GET", f"/scrape-jobs/{job['id']}/draft")
    assert {a["change"] for a in draft["actions"]} == {"same"}
    done = api.ok("POST", f"/scrape-jobs/{job['id']}/publish", {})
    assert (done["published"], len(done["unchanged"])) == ([], 2)
    assert api.ok("GET", "/actions/pets/get-pet")["version"] == 1


def test_base_url_and_auth_come_with_the_job_where_a_description_lacks_them(api: Api, run_job: RunJob) -> None:
    bare = {key: value for key, value in PETS.items() if key not in ("servers", "components", "security")}
    failed = run_job("pets", {"document": bare})
    assert (failed["status"], failed["error"]["code"]) == ("failed", "base_url_missing")
    assert "base_url" in failed["error"]["suggested_fix"]
    auth = {"type": "bearer", "prefix": "token"}
    job = run_job("pets", {"document": bare}, base_url="https://pets.example.com", auth=auth, auto_publish=True)
    assert job["status"] == "published"
    shown = api.ok("GET", "/integrations/pets")
    assert (shown["base_url"], shown["auth"]) == ("https://pets.example.com", auth)


def test_yaml_text_and_gzipped_uploads_are_read(api: Api, run_job: RunJob) -> None:
    text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: https://t.example}]\n"
    text += "paths:\n  /a:\n    get: {}\n"
    assert run_job("inline", {"document": text})["progress"]["endpoints"] == 1
    kept = api.post("/uploads", raw=gzip.compress(text.encode()), headers={"Content-Type": "application/octet-stream"})
    assert kept.status == 201
    assert kept.json["bytes"] == len(text)
    assert run_job("upload", {"upload": kept.json["upload"]})["progress"]["endpoints"] == 1


def test_an_unknown_upload_is_refused_before_anything_starts(api: Api) -> None:
    source = {"upload": "upl_01J00000000000000000000000"}
    answer = api.post("/scrape-jobs", {"integration": "x", "source": source})
    assert (answer.status, answer.json["code"]) == (404, "upload_not_found")
    assert api.ok("GET", "/scrape-jobs")["data"] == []


def _alias_bomb() -> str:
    lines = ["openapi: 3.0.0", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("just text", "not_openapi"),
        ("[1, 2, 3]", "not_openapi"),
        ('{"name": "package.json", "version": "1"}', "not_openapi"),
        ('{"openapi": "4.0.0", "paths": {}}', "not_openapi"),
        (json.dumps(PETS)[:-40], "malformed_document"),
        (_alias_bomb(), "document_too_complex"),
        ("[" * 5000 + "]" * 5000, "document_too_deep"),
        ('{"openapi": ' + "[" * 5000 + "]" * 5000 + "}", "document_too_deep"),
        (json.dumps({**PETS, "paths": {}}), "nothing_to_import"),
    ],
)
def test_a_bad_description_fails_with_its_own_code_and_changes_nothing(
    api: Api, run_job: RunJob, document: str, code: str
) -> None:
    job = run_job("bad", {"document": document})
    assert (job["status"], job["error"]["code"]) == ("failed", code), job["error"]
    assert job["error"]["detail"]
    assert api.get("/integrations/bad").status == 404
    assert api.get(f"/scrape-jobs/{job['id']}/draft").json["code"] == "draft_not_found"
    assert api.post(f"/scrape-jobs/{job['id']}/publish", {}).json["code"] == "wrong_state"


def test_bad_operations_are_reported_and_do_not_sink_the_rest(api: Api, run_job: RunJob) -> None:
    odd = json.loads(json.dumps(PETS))
    ok = {"200": {"description": "ok"}}
    remote = {"$ref": "https://evil.example/x.json#/A"}
    local = {"$ref": "file:///etc/passwd"}
    odd["paths"] |= {
        "/dup": {"get": {"operationId": "getPet", "responses": ok}},
        "/none": {"get": {"responses": ok}, "post": {"responses": ok}},
        "/broken": {"get": "not an operation"},
        "/remote": {"post": {"requestBody": {"content": {"application/json": {"schema": remote}}}, "responses": ok}},
        "/file": {"post": {"requestBody": {"content": {"application/json": {"schema": local}}}, "responses": ok}},
        "/tree": {
            "post": {
                "operationId": "plant",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}},
                "responses": ok,
            }
        },
        "/clash/{id}": {
            "put": {
                "operationId": "clash",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "id", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": ok,
            }
        },
    }
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}, "v": {"type": "integer"}}}
    odd["components"]["schemas"] = {"Node": node}
    job = run_job("odd", {"document": odd}, auto_publish=True)
    assert job["status"] == "published", job["error"]
    names = {a["name"]: a for a in api.ok("GET", "/actions?integration=odd&limit=100")["data"]}
    assert {"get-pet", "create-pet", "plant", "clash"} <= set(names)
    assert len(names) >= 7
    draft = api.ok("GET", f"/scrape-jobs/{job['id']}/draft?limit=100")
    pointers = {finding["pointer"] for finding in (*draft["dropped"], *draft["repaired"], *draft["warnings"])}
    assert any(p.startswith("/paths/~1broken") for p in pointers), pointers
    assert any(p.startswith("/paths/~1remote") for p in pointers), pointers
    assert any(p.startswith("/paths/~1file") for p in pointers), pointers
    clash = api.ok("GET", "/actions/odd/clash")["input_schema"]["properties"]
    assert set(clash) == {"id", "id_in_query"}
    plant = api.ok("GET", "/actions/odd/plant")["input_schema"]
    assert plant["$defs"]["Node"]["properties"]["next"] == {"$ref": "#/$defs/Node"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"integration": "x", "source": {}}, "/source"),
        ({"integration": "x", "source": {"url": "https://a.example", "upload": "upl_" + "0" * 26}}, "/source"),
        ({"integration": "x", "source": {"type": "magic", "url": "https://a.example"}}, "/source/type"),
        ({"integration": "X!", "source": {"url": "https://a.example"}}, "/integration"),
        ({"source": {"url": "https://a.example"}}, "/integration"),
        ({"integration": "x", "source": {"url": "https://a.example"}, "status": "published"}, "/status"),
        ({"integration": "x", "source": {"url": "file:///etc/passwd"}}, "/source/url"),
        ({"integration": "x", "source": {"url": "http://127.0.0.1:22/"}}, "/source/url"),
    ],
)
def test_a_wrong_job_says_where(api: Api, body: dict[str, Any], pointer: str) -> None:
    answer = api.post("/scrape-jobs", body)
    assert (answer.status, answer.json["code"]) == (422, "invalid_input"), answer.json
    assert pointer in [error["pointer"] for error in answer.json["errors"]], answer.json
    assert api.ok("GET", "/scrape-jobs")["data"] == []


def test_a_source_that_does_not_answer_fails_the_job(api: Api, demo: DemoServer, run_job: RunJob) -> None:
    job = run_job("gone", {"url": f"{demo.url}/nothing-here.json"})
    assert (job["status"], job["error"]["code"]) == ("failed", "source_unreachable")
    assert "404" in job["error"]["detail"]


def test_metadata_addresses_are_never_fetched(api: Api, run_job: RunJob) -> None:  # A1
    job = run_job("meta", {"url": "http://169.254.169.254/latest/meta-data/"})
    assert (job["status"], job["error"]["code"]) == ("failed", "egress_blocked")


def test_a_finished_job_cannot_be_cancelled(api: Api, run_job: RunJob) -> None:
    job = run_job("pets", {"document": PETS}, auto_publish=True)
    answer = api.post(f"/scrape-jobs/{job['id']}/cancel")
    assert (answer.status, answer.json["code"]) == (409, "wrong_state")


def test_a_cancelled_job_stays_cancelled_whatever_its_steps_do(api: Api, aws: LocalAws) -> None:
    import datetime as dt

    from chalicelib.scraper import jobs, steps, uploads

    kept = uploads.keep("default", json.dumps(PETS).encode())
    source = {"type": "auto", "upload": kept.upload_id, "name": "upload"}
    row = jobs.new_row("default", "pets", source, now=dt.datetime.now(dt.UTC))
    row.save()
    event = {"workspace": "default", "job": row.id}
    assert steps.discover(event)["next"] == "generate"
    assert api.ok("POST", f"/scrape-jobs/{row.id}/cancel")["status"] == "cancelled"
    assert steps.generate(event)["next"] == "stop"
    assert steps.publish(event)["next"] == "stop"
    assert api.ok("GET", f"/scrape-jobs/{row.id}")["status"] == "cancelled"
    assert api.get("/integrations/pets").status == 404


def test_each_step_can_run_twice(api: Api, aws: LocalAws) -> None:  # G7
    import datetime as dt

    from chalicelib.scraper import jobs, steps, uploads

    kept = uploads.keep("default", json.dumps(PETS).encode())
    source = {"type": "auto", "upload": kept.upload_id, "name": "upload"}
    row = jobs.new_row("default", "pets", source, now=dt.datetime.now(dt.UTC))
    row.auto_publish = True
    row.save()
    event = {"workspace": "default", "job": row.id}
    for step, then in ((steps.discover, "generate"), (steps.generate, "publish"), (steps.publish, "stop")):
        assert step(event)["next"] == then
        if step is not steps.publish:
            assert step(event)["next"] == then
    assert steps.publish(event)["next"] == "stop"
    assert api.ok("GET", "/actions/pets/get-pet")["version"] == 1


def test_an_execution_that_dies_settles_its_job(api: Api, aws: LocalAws) -> None:
    import datetime as dt

    import app
    from chalicelib.scraper import jobs

    row = jobs.new_row("default", "pets", {"type": "auto"}, now=dt.datetime.now(dt.UTC))
    row.save()
    given = json.dumps({"workspace": "default", "job": row.id})
    event = {"detail": {"name": row.id, "status": "TIMED_OUT", "input": given}}
    for _ in range(2):
        app.settle_job(event, None)
        shown = api.ok("GET", f"/scrape-jobs/{row.id}")
        assert (shown["status"], shown["error"]["code"]) == ("failed", "internal_error")
        assert "TIMED_OUT" in shown["error"]["detail"]


@pytest.mark.parametrize(("name", "operations"), [("api.github.com", 1223), ("stripe.com", 452)])
def test_the_largest_descriptions_import_whole(api: Api, run_job: RunJob, name: str, operations: int) -> None:  # D9
    path = SHARED / "specs" / "dev" / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{name}'s description is not at hand ({path})")
    kept = api.ok("POST", "/uploads", raw=gzip.compress(path.read_bytes()))
    job = run_job("large", {"upload": kept["upload"]}, auto_publish=True)
    assert (job["status"], job["error"]) == ("published", None)
    assert job["progress"]["published"] == operations
    seen, cursor = set(), ""
    while True:
        page = api.ok("GET", f"/actions?integration=large&limit=100{cursor}")
        seen |= {a["name"] for a in page["data"]}
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == operations
    for action in sorted(seen)[:: max(1, operations // 20)]:
        shown = api.ok("GET", f"/actions/large/{action}?include=output_schema")
        assert shown["input_schema"]["type"] == "object"
