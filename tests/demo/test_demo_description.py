"""The description is valid OpenAPI 3.1, and every operation answers as it says."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

PNG = b"\x89PNG\r\n\x1a\n\x00\r\n\r\n--tail"

SUCCESSES: list[tuple[str, str, str, dict[str, Any], int]] = [
    ("listPets", "GET", "/pets?limit=3", {}, 200),
    ("createPet", "POST", "/pets", {"json": {"name": "Fido"}}, 201),
    ("searchPets", "POST", "/pets/search", {"json": {"statuses": ["sold"]}}, 200),
    ("getPet", "GET", "/pets/1", {}, 200),
    ("replacePet", "PUT", "/pets/2", {"json": {"name": "Luna", "category": {"name": "Cats"}}}, 200),
    ("updatePet", "PATCH", "/pets/3", {"json": {"category": None}}, 200),
    ("deletePet", "DELETE", "/pets/4", {}, 204),
    ("downloadPhoto", "GET", "/pets/1/photo", {}, 200),
    ("uploadPhoto", "POST", "/pets/1/photo", {"files": {"file": ("rex.png", PNG, "image/png")}}, 201),
    ("getPetNotes", "GET", "/pets/1/notes", {}, 200),
    ("getFeaturedPet", "GET", "/featured-pet", {}, 302),
    ("listOrders", "GET", "/orders", {}, 200),
    ("createOrder", "POST", "/orders", {"json": {"pet_id": 6, "quantity": 2, "note": None}}, 201),
    ("getInventory", "GET", "/inventory", {}, 200),
    ("listEvents", "GET", "/events", {}, 200),
    ("createReport", "POST", "/reports", {"json": {"kind": "stock"}}, 202),
    ("whoami", "GET", "/whoami", {}, 200),
    ("getSwitches", "GET", "/switches", {}, 200),
    ("setSwitches", "PUT", "/switches", {"json": {"down_for_s": 3}}, 200),
    ("resetSwitches", "DELETE", "/switches", {}, 200),
]

REFUSALS: list[tuple[str, str, str, dict[str, Any], int, str]] = [
    ("listPets", "GET", "/pets?limit=0", {}, 400, "invalid_parameter"),
    ("listPets", "GET", "/pets?limit=many", {}, 400, "invalid_parameter"),
    ("listPets", "GET", "/pets?status=lost", {}, 400, "invalid_parameter"),
    ("listPets", "GET", "/pets?cursor=made-up", {}, 400, "invalid_cursor"),
    ("listPets", "GET", "/pets?cursor=%C3%A9", {}, 400, "invalid_cursor"),
    ("getPet", "GET", "/pets/99", {}, 404, "not_found"),
    ("getPet", "GET", "/pets/rex", {}, 400, "invalid_parameter"),
    ("getPet", "GET", "/pets/٣", {}, 400, "invalid_parameter"),
    ("getPet", "GET", "/pets/1", {"headers": {"X-Api-Key": "wrong"}}, 401, "unauthenticated"),
    ("createPet", "POST", "/pets", {"json": {"price": 1}}, 422, "invalid_body"),
    ("createPet", "POST", "/pets", {"json": {"name": "Fido", "colour": "red"}}, 422, "invalid_body"),
    ("createPet", "POST", "/pets", {"json": {"name": "Fido", "born": "yesterday"}}, 422, "invalid_body"),
    ("createPet", "POST", "/pets", {"json": ["Fido"]}, 422, "invalid_body"),
    ("createPet", "POST", "/pets", {"data": '{"name": NaN}'}, 415, "unsupported_media_type"),
    ("deletePet", "DELETE", "/pets/99", {}, 404, "not_found"),
    ("downloadPhoto", "GET", "/pets/99/photo", {}, 404, "not_found"),
    ("uploadPhoto", "POST", "/pets/1/photo", {"files": {"file": b"GIF89a"}}, 415, "unsupported_media_type"),
    ("uploadPhoto", "POST", "/pets/1/photo", {"files": {"picture": PNG}}, 422, "invalid_body"),
    ("createOrder", "POST", "/orders", {"json": {"pet_id": 99}}, 422, "invalid_body"),
    ("createOrder", "POST", "/orders", {"json": {"pet_id": 1, "quantity": 6}}, 422, "invalid_body"),
    ("createReport", "POST", "/reports", {"json": {"kind": "gossip"}}, 422, "invalid_body"),
    ("getReport", "GET", "/reports/rep_99", {}, 404, "not_found"),
    ("setSwitches", "PUT", "/switches", {"json": {"explode_next": 1}}, 422, "invalid_body"),
    ("setSwitches", "PUT", "/switches", {"json": {"fail_next": -1}}, 422, "invalid_body"),
]


def test_the_description_is_valid_openapi_3_1(description):
    validate(description, cls=OpenAPIV31SpecValidator)
    assert description["openapi"].startswith("3.1.")


def test_the_description_names_the_address_it_is_served_at(demo, description):
    assert description["servers"][0]["url"] == f"{demo.url}/v1"


def test_every_operation_is_explained_and_has_a_place(operations):
    for method, path, operation in operations.values():
        assert operation["summary"] and operation["description"] and operation["tags"], (method, path)


@pytest.mark.parametrize(("operation_id", "method", "path", "sent", "status"), SUCCESSES)
def test_an_operation_answers_as_described(api, is_as_described, operation_id, method, path, sent, status):
    response = api.request(method, path, **sent)
    assert response.status_code == status, response.text
    is_as_described(operation_id, response)


@pytest.mark.parametrize(("operation_id", "method", "path", "sent", "status", "code"), REFUSALS)
def test_a_refusal_is_a_described_problem(api, is_as_described, operation_id, method, path, sent, status, code):
    response = api.request(method, path, **sent)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["request_id"] == response.headers["Request-Id"]
    is_as_described(operation_id, response)


def test_a_report_answers_as_described_while_running_and_when_done(api, clock, is_as_described):
    started = api.post("/reports", json={"kind": "sales"})
    path = started.headers["Location"].removeprefix("/v1")
    running = api.get(path)
    clock.advance(2)
    done = api.get(path)
    is_as_described("getReport", running)
    is_as_described("getReport", done)
    assert (running.json()["status"], done.json()["status"]) == ("running", "done")
    assert done.json()["result"] == {"orders": 7}


def test_every_operation_is_called_by_a_test(operations):
    assert {operation_id for operation_id, *_ in SUCCESSES} | {"getReport"} == set(operations)


def test_every_example_of_the_description_fits_its_schema(description):
    examples = list(_examples(description))
    for schema, example in examples:
        schema = {**schema, "components": description["components"]}
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(example)
    assert len(examples) > 30


def _examples(node: Any):
    if isinstance(node, dict):
        if "schema" in node and "example" in node:
            yield node["schema"], node["example"]
        for value in node.values():
            yield from _examples(value)
    elif isinstance(node, list):
        for value in node:
            yield from _examples(value)
