"""Pages of other origins: none may call the API unless its exact origin is configured, and no cookie opens anything."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator

import pytest

from chalicelib.settings import SettingsError, settings
from infra.local.gateway import Gateway
from infra.local.server import Server
from tests.api.test_matrix import OPEN, PAGES, ROUTES, nobodys
from tests.client import Answer, Api

CONSOLE = "https://console.example"
Configure = Callable[[str], None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    def set_origins(origins: str) -> None:
        monkeypatch.setenv("WAYGATE_CONSOLE_ORIGINS", origins)
        settings.cache_clear()

    yield set_origins
    monkeypatch.undo()
    settings.cache_clear()


def of_cors(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower().startswith("access-control-")}


def preflight(api: Api, path: str, origin: str, method: str = "PATCH") -> Answer:
    asks = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "if-match"}
    return api.as_key(None).call("OPTIONS", path, headers=asks)


def test_by_default_no_origin_may_call(api: Api) -> None:  # F9
    for origin in (CONSOLE, "null", "http://127.0.0.1:5173"):
        refused = preflight(api, "/integrations/x", origin)
        assert (refused.status, of_cors(refused)) == (405, {})
        assert refused.headers["Allow"] == "DELETE, GET, HEAD, PATCH"
        assert of_cors(api.call("GET", "/me", headers={"Origin": origin})) == {}


def test_a_configured_origin_may_call_with_the_headers_that_the_api_knows(api: Api, configure: Configure) -> None:  # F9
    configure(f"https://other.example,{CONSOLE}")
    allowed = preflight(api, "/integrations/x", CONSOLE)
    assert (allowed.status, allowed.body) == (204, b"")
    told = of_cors(allowed)
    assert told["Access-Control-Allow-Origin"] == CONSOLE
    assert told["Access-Control-Allow-Methods"] == "DELETE, GET, PATCH"
    assert {"Authorization", "If-Match", "Idempotency-Key"} <= set(told["Access-Control-Allow-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in told
    assert allowed.headers["Vary"] == "Origin"
    answer = api.call("GET", "/me", headers={"Origin": CONSOLE})
    assert (answer.status, of_cors(answer)["Access-Control-Allow-Origin"]) == (200, CONSOLE)
    assert {"ETag", "Request-Id"} <= set(of_cors(answer)["Access-Control-Expose-Headers"].split(", "))


def test_errors_and_compressed_answers_are_readable_as_well(api: Api, configure: Configure) -> None:
    configure(CONSOLE)
    refused = api.as_key(None).call("GET", "/me", headers={"Origin": CONSOLE})
    assert (refused.status, of_cors(refused)["Access-Control-Allow-Origin"]) == (401, CONSOLE)
    missing = api.call("GET", "/nothing-here", headers={"Origin": CONSOLE})
    assert (missing.status, of_cors(missing)["Access-Control-Allow-Origin"]) == (404, CONSOLE)
    large = api.call("GET", "/openapi.json", headers={"Origin": CONSOLE, "Accept-Encoding": "gzip"})
    assert large.headers["Vary"] == "Origin, Accept-Encoding"


@pytest.mark.parametrize(
    "origin",
    [
        "https://console.example.evil.zz",
        "https://evil.zz",
        "http://console.example",
        "https://console.example:8443",
        "https://CONSOLE.example",
        "https://console.example/",
        "https://console.exampl",
        "*",
        "null",
        "",
    ],
)
def test_an_origin_is_compared_exactly(api: Api, configure: Configure, origin: str) -> None:  # F9
    configure(CONSOLE)
    assert (preflight(api, "/me", origin).status, of_cors(preflight(api, "/me", origin))) == (405, {})
    answer = api.call("GET", "/me", headers={"Origin": origin})
    assert of_cors(answer) == {}
    assert answer.headers["Vary"] == "Origin"


@pytest.mark.parametrize("origins", ["*", "null", "console.example", "https://*.example", f"{CONSOLE}/", "https://A.b"])
def test_only_exact_origins_can_be_configured(configure: Configure, origins: str) -> None:  # F9
    configure(origins)
    with pytest.raises(SettingsError, match="WAYGATE_CONSOLE_ORIGINS"):
        settings()


def test_a_browser_gets_through_the_gateway_with_its_preflight(api: Api, configure: Configure) -> None:
    import app

    configure(CONSOLE)
    server = Server(0, Gateway(app.app, "waygate-local").answer)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        asks = {"Origin": CONSOLE, "Access-Control-Request-Method": "PUT"}
        connection.request("OPTIONS", "/api/v1/connections/shop/default", headers=asks)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, CONSOLE)
        assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
        connection.close()
    finally:
        server.stop()


def test_no_cookie_and_no_form_of_another_site_opens_a_route(api: Api) -> None:  # F9
    key = str(api.key)
    carried = {
        "Cookie": f"Authorization=Bearer {key}; key={key}; waygate-flow={key}; __Host-waygate-flow={key}",
        "Origin": "https://evil.zz",
        "Sec-Fetch-Site": "cross-site",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    for route, _ in ROUTES:
        if route not in OPEN | PAGES:
            method, path = route
            answer = api.as_key(None).call(method, nobodys(path), {"key": key}, headers=carried)
            assert answer.status == 401, route
            assert "set-cookie" not in {name.lower() for name in answer.headers}, route
