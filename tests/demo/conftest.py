"""A demo upstream of its own for each test, on a free port, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator, FormatChecker

from infra.local.demo import DemoServer, serve

NOON = 1_768_478_400.0  # 2026-01-15T12:00:00Z, the time of the examples in the documentation


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += seconds


class Api(requests.Session):
    """Calls with the API key, relative to `/v1`; never follows a redirect."""

    def __init__(self, demo: DemoServer) -> None:
        super().__init__()
        self.trust_env = False
        self.base = f"{demo.url}/v1"
        self.headers["X-Api-Key"] = "demo-key-1234567890"

    def request(self, method: str, url: str, **more: Any) -> requests.Response:  # type: ignore[override]
        more["allow_redirects"] = False
        more.setdefault("timeout", 10)
        return super().request(method, self.base + url, **more)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def demo(clock: Clock) -> Iterator[DemoServer]:
    server = serve(port=0, now=clock)
    yield server
    server.stop()


@pytest.fixture
def api(demo: DemoServer) -> Iterator[Api]:
    with Api(demo) as session:
        yield session


@pytest.fixture
def description(demo: DemoServer) -> dict[str, Any]:
    return requests.get(f"{demo.url}/openapi.json", timeout=10).json()


@pytest.fixture
def operations(description: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """operationId → (method, path, operation)."""
    return {
        item[method]["operationId"]: (method.upper(), path, item[method])
        for path, item in description["paths"].items()
        for method in ("get", "put", "post", "patch", "delete")
        if method in item
    }


@pytest.fixture
def is_as_described(description: dict[str, Any], operations: Any) -> Callable[[str, requests.Response], None]:
    """Asserts that an answer has a status, media type, headers and a body which its operation describes."""

    def resolve(value: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in value:
            return value
        _, *steps = value["$ref"].split("/")
        for step in steps:
            value = description[step] if step == "components" else value[step]
        return value

    def check(operation_id: str, response: requests.Response) -> None:
        operation = operations[operation_id][2]
        assert str(response.status_code) in operation["responses"], response.text
        described = resolve(operation["responses"][str(response.status_code)])
        if "content" not in described:
            assert response.content == b""
            assert "Content-Type" not in response.headers
        else:
            media_type = response.headers["Content-Type"].partition(";")[0]
            schema = described["content"][media_type].get("schema", {})
            if media_type.endswith("json"):
                validator = Draft202012Validator(
                    {**schema, "components": description["components"]}, format_checker=FormatChecker()
                )
                validator.validate(response.json())
        assert "Request-Id" in response.headers

    return check
