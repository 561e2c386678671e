"""The API's description of itself is valid, whole, and true: routes, models and answers cannot drift from it."""

from __future__ import annotations

import inspect
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.api.description.endpoints import TOLD
from tests.client import Api


@pytest.fixture
def description(api: Api) -> dict[str, Any]:
    """The document, as anyone gets it."""
    found: dict[str, Any] = api.as_key(None).ok("GET", "/openapi.json")
    return found


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation."""
    return [
        (method, path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_valid_openapi(description: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(description).validate()


def test_it_names_every_route_and_no_other(description: dict[str, Any]) -> None:
    import app

    served = {(endpoint.method, endpoint.path) for endpoint in app.app.endpoints}
    assert len(served) == len(app.app.endpoints), "a module is served twice"
    assert {(method.upper(), f"/v1{path}") for method, path, _ in operations(description)} == served
    assert set(TOLD) == served


def test_every_operation_has_a_summary_a_name_of_its_own_and_errors(description: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(set(names)) == len(names)
    for method, path, operation in operations(description):
        assert operation["summary"], (method, path)
        assert "500" in operation["responses"], (method, path)


def test_who_may_call_is_told(description: dict[str, Any]) -> None:
    import app

    for endpoint in app.app.endpoints:
        operation = description["paths"][endpoint.path.removeprefix("/v1")][endpoint.method.lower()]
        if endpoint.scope:
            assert operation["x-waygate-scope"] == endpoint.scope
            assert "403" in operation["responses"]
        if not endpoint.is_public:
            assert "401" in operation["responses"]


def test_every_example_fits_its_schema(description: dict[str, Any]) -> None:
    count = 0
    for method, path, operation in operations(description):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if "example" not in content:
                assert "schema" not in content, (method, path)
                continue
            schema = {**content["schema"], "components": description["components"]}
            jsonschema_rs.validator_for(schema, validate_formats=True).validate(content["example"])
            count += 1
    assert count >= 10


def test_every_shape_says_what_it_is(description: dict[str, Any]) -> None:
    undescribed = [
        name
        for name, schema in description["components"]["schemas"].items()
        if schema.get("type") == "object" and not inspect.cleandoc(schema.get("description", ""))
    ]
    assert undescribed == []
    assert not [name for name in description["components"]["schemas"] if "__" in name], "two models share a name"
