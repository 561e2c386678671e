"""Sources of every kind through the API, and importing again: what changed, whose edits stay, what is published."""

from __future__ import annotations

import gzip
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.scraper import drafts
from chalicelib.settings import Caps
from tests.client import Api

RunJob = Callable[..., dict[str, Any]]
V21 = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def shop(**changes: Any) -> dict[str, Any]:
    """A description with two operations and a shared schema; `changes` are put at ``path`` of dots."""
    ok = {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}}
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "https://shop.example.com/v1"}],
        "paths": {
            "/pets/{id}": {
                "get": {
                    "operationId": "getPet",
                    "summary": "One pet",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
                        {"name": "full", "in": "query", "schema": {"type": "boolean"}},
                    ],
                    "responses": ok,
                }
            },
            "/pets": {"get": {"operationId": "listPets", "summary": "Pets", "responses": ok}},
        },
        "components": {
            "schemas": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        },
        "security": [{"key": []}],
    }
    for path, value in changes.items():
        *parents, last = path.split("__")
        node = document
        for name in parents:
            node = node[name]
        node[last] = value
    return document


GET_PET = "paths__/pets/{id}__get"


def draft(api: Api, job: dict[str, Any]) -> dict[str, Any]:
    assert (job["status"], job["error"]) == ("needs_review", None), job["error"]
    found: dict[str, Any] = api.ok("GET", f"/scrape-jobs/{job['id']}/draft?limit=100")
    return found


def actions_of(api: Api, job: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each for each in draft(api, job)["actions"]}


def publish(api: Api, job: dict[str, Any], **body: Any) -> dict[str, Any]:
    done: dict[str, Any] = api.ok("POST", f"/scrape-jobs/{job['id']}/publish", body)
    return done


def test_differences_say_what_breaks_callers_and_what_only_adds(api: Api, run_job: RunJob) -> None:
    run_job("shop", {"document": shop()}, auto_publish=True)
    changed = shop(components__schemas__Pet__properties__age={"type": "integer"})
    parameters = changed["paths"]["/pets/{id}"]["get"]["parameters"]
    parameters.pop()
    parameters.append({"name": "lang", "in": "query", "schema": {"type": "string"}})
    job = run_job("shop", {"document": changed})
    found = actions_of(api, job)
    assert {name: each["change"] for name, each in found.items()} == {"get-pet": "changed", "list-pets": "changed"}
    told = {(each["pointer"], each["kind"]) for each in found["get-pet"]["differences"]}
    assert ("/input_schema/properties/full", "breaking") in told
    assert ("/input_schema/properties/lang", "additive") in told
    assert ("/output_schema/properties/age", "additive") in told
    assert [each["kind"] for each in found["list-pets"]["differences"]] == ["additive"]
    changes = draft(api, job)["changes"]
    assert changes == {"added": 0, "changed": 2, "breaking": 1, "removed": 0, "same": 0}


def test_a_renamed_parameter_or_id_and_a_moved_path_keep_the_action(api: Api, run_job: RunJob) -> None:
    run_job("shop", {"document": shop()}, auto_publish=True)
    changed = shop()
    changed["paths"]["/v2/pets"] = changed["paths"].pop("/pets")
    item = changed["paths"].pop("/pets/{id}")
    item["get"]["operationId"] = "PetsController_findOne_v2"
    item["get"]["parameters"][0]["name"] = "petId"
    changed["paths"]["/pets/{petId}"] = item
    changed["paths"]["/new"] = {"get": {"operationId": "get-pet", "responses": {}}}
    job = run_job("shop", {"document": changed})
    found = actions_of(api, job)
    assert {name: each["change"] for name, each in found.items()} == {
        "get-pet": "changed", "list-pets": "changed", "get-new": "added",
    }  # fmt: skip
    assert (found["get-pet"]["path"], found["list-pets"]["path"]) == ("/pets/{petId}", "/v2/pets")
    assert draft(api, job)["removed"] == []
    publish(api, job)
    again = actions_of(api, run_job("shop", {"document": changed}))
    assert {each["change"] for each in again.values()} == {"same"}


def test_edits_made_by_hand_survive_an_import_and_conflicts_are_told(api: Api, run_job: RunJob) -> None:
    run_job("shop", {"document": shop()}, auto_publish=True)
    edits = {"summary": "My words", "tags": ["mine"], "input_schema": {"properties": {"id": {"minimum": 1}}}}
    api.ok("PATCH", "/actions/shop/get-pet", edits)
    changed = shop(**{f"{GET_PET}__summary": "A single pet", f"{GET_PET}__description": "News."})
    job = run_job("shop", {"document": changed})
    found = actions_of(api, job)["get-pet"]
    assert (found["change"], found["summary"], found["tags"]) == ("changed", "My words", ["mine"])
    warnings = [each for each in found["warnings"] if each["code"] == "edit_kept"]
    assert [(each["pointer"], "A single pet" in each["detail"]) for each in warnings][:1] == [("/summary", True)]
    assert draft(api, job)["counts"]["edit_kept"] == len(warnings)
    publish(api, job)
    shown = api.ok("GET", "/actions/shop/get-pet")
    assert (shown["summary"], shown["description"], shown["tags"]) == ("My words", "News.", ["mine"])
    assert shown["input_schema"]["properties"]["id"]["minimum"] == 1
    again = actions_of(api, run_job("shop", {"document": changed}))["get-pet"]
    assert (again["change"], [each["code"] for each in again["warnings"] if "edit" in each["code"]]) == ("same", [])


def test_a_conflict_is_told_once_also_where_nothing_else_changed(api: Api, run_job: RunJob) -> None:
    run_job("shop", {"document": shop()}, auto_publish=True)
    api.ok("PATCH", "/actions/shop/list-pets", {"summary": "Mine"})
    changed = shop(paths__=1)
    del changed["paths"][""]
    changed["paths"]["/pets"]["get"]["summary"] = "Theirs"
    changed["paths"]["/pets"]["get"]["tags"] = []
    job = run_job("shop", {"document": changed})
    found = actions_of(api, job)["list-pets"]
    assert "edit_kept" in {each["code"] for each in found["warnings"]}
    publish(api, job)
    again = actions_of(api, run_job("shop", {"document": changed}))["list-pets"]
    assert "edit_kept" not in {each["code"] for each in again["warnings"]}
    assert api.ok("GET", "/actions/shop/list-pets")["summary"] == "Mine"


def test_edits_of_what_is_gone_are_given_up_and_said(api: Api, run_job: RunJob) -> None:
    run_job("shop", {"document": shop()}, auto_publish=True)
    edit = {"input_schema": {"properties": {"full": {"description": "Mine"}}}}
    api.ok("PATCH", "/actions/shop/get-pet", edit)
    changed = shop()
    changed["paths"]["/pets/{id}"]["get"]["parameters"].pop()
    found = actions_of(api, run_job("shop", {"document": changed}))["get-pet"]
    lost = [each["detail"] for each in found["warnings"] if each["code"] == "edit_lost"]
    assert lost == ["`full` is no longer part of the API."]


def test_edits_that_refer_to_a_definition_which_is_gone_keep_it(api: Api, run_job: RunJob) -> None:
    run_job("shop", {"document": shop()}, auto_publish=True)
    api.ok(
        "PATCH",
        "/actions/shop/list-pets",
        {"output_schema": {"type": "array", "items": {"$ref": "#/$defs/Pet"}, "$ref": None}},
    )
    changed = shop(components__schemas={"Animal": {"type": "object"}})
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Animal"}}}
    for path in ("/pets", "/pets/{id}"):
        changed["paths"][path]["get"]["responses"] = {"200": {"description": "", "content": content}}
    job = run_job("shop", {"document": changed})
    publish(api, job)
    shown = api.ok("GET", "/actions/shop/list-pets?include=output_schema")["output_schema"]
    assert shown["items"] == {"$ref": "#/$defs/Pet"}
    assert shown["$defs"]["Pet"]["required"] == ["name"]


def test_an_edit_made_while_a_draft_waits_is_not_run_over(api: Api, run_job: RunJob) -> None:
    run_job("shop", {"document": shop()}, auto_publish=True)
    job = run_job("shop", {"document": shop(**{f"{GET_PET}__description": "News."})})
    api.ok("PATCH", "/actions/shop/get-pet", {"summary": "Meanwhile"})
    api.ok("PUT", "/actions/shop/by-hand", {"method": "GET", "path": "/x", "behaviour": "read"})
    assert publish(api, job)["published"] == ["get-pet"]
    shown = api.ok("GET", "/actions/shop/get-pet")
    assert (shown["summary"], shown["description"]) == ("Meanwhile", "News.")
    assert publish(api, job)["published"] == []


def test_what_was_written_by_hand_is_neither_replaced_nor_removed(api: Api, run_job: RunJob) -> None:
    facts = {"name": "shop", "base_url": "https://shop.example.com/v1"}
    api.ok("POST", "/integrations", facts)
    mine = {"method": "GET", "path": "/mine", "behaviour": "read"}
    api.ok("PUT", "/actions/shop/get-pet", mine)
    job = run_job("shop", {"document": shop()})
    found = draft(api, job)
    assert ({each["name"] for each in found["actions"]}, found["removed"]) == ({"get-pets-id", "list-pets"}, [])
    api.ok("PUT", "/actions/shop/list-pets", mine)
    done = publish(api, job)
    assert (done["published"], done["kept"]) == (["get-pets-id"], ["list-pets"])
    assert api.ok("GET", "/actions/shop/list-pets")["path"] == "/mine"


def test_a_reviewers_edits_count_as_edits_at_the_next_import(api: Api, run_job: RunJob) -> None:
    job = run_job("shop", {"document": shop()})
    path = f"/scrape-jobs/{job['id']}/draft/actions/get-pet"
    api.ok("PATCH", path, {"state": "accepted", "edits": {"summary": "Reviewed"}})
    publish(api, job)
    found = actions_of(api, run_job("shop", {"document": shop()}))["get-pet"]
    assert (found["change"], found["summary"]) == ("same", "Reviewed")


def test_a_job_shows_some_findings_and_the_draft_tells_of_all(api: Api, run_job: RunJob) -> None:
    long = "x" * 400
    parameters = [{"name": f"{long}{n}", "in": "query", "schema": {"type": "any"}} for n in range(30)]
    paths = {f"/{long}/{n}": {"get": {"parameters": [*parameters, {"name": 5}] * 3}} for n in range(12)}
    job = run_job("shop", {"document": shop(paths=paths)})
    assert job["warnings"][-1]["code"] == "findings_cut"
    assert len(json.dumps(job["warnings"])) < Caps.ITEM_BYTES / 2
    found = draft(api, job)
    assert found["counts"]["parameter_invalid"] == 12 * 93
    assert len(found["dropped"]) > len(job["warnings"])


def test_a_postman_collection_is_imported(api: Api, run_job: RunJob) -> None:
    item = {"name": "Get pet", "request": {"method": "GET", "url": "https://shop.example.com/pets/:id"}}
    collection = {"info": {"name": "Shop", "schema": V21}, "item": [{"name": "Pets", "item": [item]}]}
    found = actions_of(api, run_job("shop", {"type": "postman", "document": collection}))["get-pet"]
    assert (found["path"], found["tags"], found["change"]) == ("/pets/{id}", ["Pets"], "added")
    failed = run_job("shop", {"type": "postman", "document": shop()})
    assert (failed["status"], failed["error"]["code"]) == ("failed", "not_openapi")


def test_a_zip_of_files_is_imported_and_a_bomb_is_not(api: Api, run_job: RunJob) -> None:
    main = shop()
    item = json.loads(json.dumps(main["paths"]["/pets/{id}"]))
    main["paths"]["/pets/{id}"] = {"$ref": "paths/pet.json"}
    item["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"] = (
        "../openapi.json#/components/schemas/Pet"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docs/openapi.json", json.dumps(main))
        archive.writestr("docs/paths/pet.json", json.dumps(item))
    kept = api.ok("POST", "/uploads", raw=packed.getvalue(), headers={"Content-Type": "application/octet-stream"})
    job = run_job("shop", {"upload": kept["upload"]})
    assert set(actions_of(api, job)) == {"get-pet", "list-pets"}
    assert job["progress"]["pages_read"] == 2
    whole = api.ok("GET", f"/scrape-jobs/{job['id']}/draft/actions/get-pet")
    assert whole["evidence"][0]["url"].endswith("!docs/paths/pet.json")
    assert whole["output_schema"]["$ref"] == "#/$defs/Pet"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("openapi.json", b" " * (Caps.DOCUMENT_BYTES + 1))
    bomb = api.ok("POST", "/uploads", raw=gzip.compress(packed.getvalue()))
    failed = run_job("bomb", {"upload": bomb["upload"]})
    assert (failed["status"], failed["error"]["code"]) == ("failed", "document_too_large")


class Files:
    """A web server of files, and what it was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, Any] = {}
        self.asked: list[str] = []
        files, asked = self.files, self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                content = files.get(self.path)
                is_redirect = isinstance(content, str)
                body = b"" if content is None or is_redirect else json.dumps(content).encode()
                self.send_response(404 if content is None else 302 if is_redirect else 200)
                if is_redirect:
                    self.send_header("Location", str(content))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def files() -> Iterator[Files]:
    served = Files()
    yield served
    served.stop()


def test_a_description_in_several_files_is_fetched_from_its_own_origin_only(
    api: Api, run_job: RunJob, files: Files
) -> None:  # A13
    elsewhere = Files()
    try:
        main = shop()
        item = json.loads(json.dumps(main["paths"]["/pets/{id}"]))
        main["paths"] |= {
            "/pets/{id}": {"$ref": "paths/pet.json"},
            "/gone": {"$ref": "gone.json"},
            "/away": {"$ref": f"{elsewhere.url}/x.json"},
            "/moved": {"$ref": "moved.json"},
        }
        ref = "../models/pet.json"
        item["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"] = ref
        elsewhere.files |= {"/x.json": item, "/y.json": item}
        files.files |= {
            "/v1/openapi.json": main,
            "/v1/paths/pet.json": item,
            "/v1/models/pet.json": {"type": "object", "properties": {"next": {"$ref": "#"}}},
            "/v1/moved.json": f"{elsewhere.url}/y.json",
        }
        job = run_job("shop", {"url": f"{files.url}/v1/openapi.json"})
        found = draft(api, job)
        assert {each["name"] for each in found["actions"]} == {"get-pet", "list-pets"}
        assert "/x.json" not in elsewhere.asked
        assert sorted(files.asked) == [
            "/v1/gone.json", "/v1/models/pet.json", "/v1/moved.json", "/v1/openapi.json", "/v1/paths/pet.json",
        ]  # fmt: skip
        details = " ".join(each["detail"] for each in found["warnings"] if each["code"] == "file_unread")
        assert "404" in details
        assert "origin" in details
        assert found["counts"]["file_unread"] == 3
        whole = api.ok("GET", f"/scrape-jobs/{job['id']}/draft/actions/get-pet")
        assert whole["evidence"][0]["url"] == f"{files.url}/v1/paths/pet.json"
    finally:
        elsewhere.stop()


def test_openid_endpoints_are_discovered(api: Api, run_job: RunJob, files: Files) -> None:
    files.files["/.well-known/openid-configuration"] = {
        "token_endpoint": f"{files.url}/token", "authorization_endpoint": f"{files.url}/authorize",
    }  # fmt: skip
    scheme = {"type": "openIdConnect", "openIdConnectUrl": files.url}
    job = run_job("shop", {"document": shop(components__securitySchemes={"key": scheme})})
    found = draft(api, job)
    auth = found["integration"]["auth"]
    assert (auth["type"], auth["token_url"]) == ("oauth2", f"{files.url}/token")
    assert "auth_urls_missing" not in {each["code"] for each in found["warnings"]}
    files.files.clear()
    job = run_job("other", {"document": shop(components__securitySchemes={"key": scheme})})
    (missing,) = [each for each in draft(api, job)["warnings"] if each["code"] == "auth_urls_missing"]
    assert "404" in missing["detail"]


def test_jobs_are_filtered_by_integration_and_status(api: Api, run_job: RunJob) -> None:
    for name in ("one", "two", "one"):
        run_job(name, {"document": shop()})
    run_job("two", {"document": {"openapi": "9"}})

    def listed(query: str) -> list[tuple[str, str]]:
        return [(each["integration"], each["status"]) for each in api.ok("GET", f"/scrape-jobs?{query}")["data"]]

    assert listed("integration=one") == [("one", "needs_review")] * 2
    assert listed("status=failed") == [("two", "failed")]
    assert listed("integration=two&status=needs_review") == [("two", "needs_review")]
    first = api.ok("GET", "/scrape-jobs?integration=one&limit=1")
    rest = api.ok("GET", f"/scrape-jobs?integration=one&limit=1&cursor={first['next_cursor']}")
    assert [each["integration"] for each in (*first["data"], *rest["data"])] == ["one", "one"]
    assert (first["data"][0]["id"] > rest["data"][0]["id"], rest["next_cursor"]) == (True, None)
    assert api.get("/scrape-jobs?status=odd").status == 422


def test_a_page_of_a_draft_validates_what_it_shows_and_no_more(
    api: Api, run_job: RunJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {f"/things{n:03}": {"get": {"responses": {}}} for n in range(120)}
    job = run_job("shop", {"document": shop(paths=paths)})
    validated: list[str] = []
    validate = drafts.ActionFacts.model_validate

    def counted(document: Any) -> Any:
        validated.append(document["path"])
        return validate(document)

    monkeypatch.setattr(drafts.ActionFacts, "model_validate", counted)
    cursor, names = "", []
    while cursor is not None:
        validated.clear()
        page = api.ok("GET", f"/scrape-jobs/{job['id']}/draft?limit=25{cursor and f'&cursor={cursor}'}")
        assert len(validated) <= 26
        names += [each["name"] for each in page["actions"]]
        cursor = page["next_cursor"]
    assert names == sorted(set(names)) and len(names) == 120


def test_a_variable_that_looks_like_a_credential_is_no_config(api: Api, run_job: RunJob) -> None:
    document = shop(servers=[{"url": "https://api.example.com/bot{token}"}])
    job = run_job("bot", {"document": document}, auto_publish=True)
    assert "server_variable_secret" in {each["code"] for each in job["warnings"]}
    refused = api.put(
        "/connections/bot/default", {"value": "demo-key-1234567890", "config": {"token": "s3cret-s3cret"}}
    )
    assert (refused.status, refused.json["errors"][0]["code"]) == (422, "secret_in_config")
    assert "s3cret" not in refused.body.decode()
    assert api.ok("GET", "/connections")["data"] == []
