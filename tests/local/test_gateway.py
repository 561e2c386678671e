"""API Gateway as a client sees it: over a socket, through the server."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import brotli
import pytest

from infra.console_headers import console_headers
from infra.local.console import Console
from infra.local.gateway import Gateway
from infra.local.ports import PortInUse
from infra.local.server import THREADS, Server, split
from tests.local.sample import Sample, make_sample


@pytest.fixture(scope="module")
def gateway_sample() -> Sample:
    return make_sample("gateway")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>console</title>")
    (folder / "assets" / "main.js").write_text("run()")
    (folder.parent / "secret").write_text("secret")
    return folder


@pytest.fixture(scope="module")
def server(gateway_sample: Sample, built: Path) -> Iterator[Server]:
    gateway = Gateway(gateway_sample.app, "waygate-gateway")
    server = Server(0, split(gateway.answer, Console(built, lambda: "wg_live_key").answer))
    yield server
    server.stop()


@pytest.fixture
def sample(gateway_sample: Sample) -> Sample:
    gateway_sample.forget()
    return gateway_sample


class Reply:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture
def ask(server: Server) -> Iterator[Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)

    def ask(method: str, target: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        connection.request(method, target, body, headers or {})
        return Reply(connection.getresponse())

    yield ask
    connection.close()


def test_the_event_is_that_of_a_lambda_proxy_integration(ask: Any, sample: Sample) -> None:
    reply = ask("POST", "/api/v1/echo/a%20b%2Fc%2520?x=1&x=2&y=%C3%A4+b&z", b"\x00\xff", {"Content-Type": "image/png"})
    assert reply.json() == {"name": "a b/c%20", "bytes": 2}
    (event,) = sample.calls["echo"]
    assert event["resource"] == "/v1/echo/{name}"
    assert event["path"] == "/v1/echo/a%20b%2Fc%2520"
    assert event["pathParameters"] == {"name": "a b/c%20"}
    assert event["queryStringParameters"] == {"x": "2", "y": "ä b", "z": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": ["ä b"], "z": [""]}
    assert (event["body"], event["isBase64Encoded"]) == ("AP8=", True)
    assert event["headers"]["Content-Type"] == "image/png"
    assert event["headers"]["X-Forwarded-For"] == "127.0.0.1"
    context = event["requestContext"]
    assert context["requestId"] == reply.headers["x-amzn-RequestId"]
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert (context["stage"], context["path"]) == ("api", "/api/v1/echo/a%20b%2Fc%2520")
    assert (context["resourcePath"], context["httpMethod"]) == ("/v1/echo/{name}", "POST")


def test_a_request_without_a_body_or_query_has_none(ask: Any, sample: Sample) -> None:
    ask("GET", "/api/v1/echo/a")
    (event,) = sample.calls["echo"]
    assert event["body"] is None
    assert event["isBase64Encoded"] is False
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None


def test_every_value_of_a_repeated_header_is_passed_on(server: Server, sample: Sample) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(
            b"GET /api/v1/echo/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Tag: 1\r\nX-Tag: 2\r\n\r\n"
        )
        while connection.recv(65_536):
            pass
    (event,) = sample.calls["echo"]
    assert event["multiValueHeaders"]["X-Tag"] == ["1", "2"]
    assert event["headers"]["X-Tag"] == "2"


def test_a_literal_segment_wins_over_a_parameter_and_both_over_a_proxy(ask: Any) -> None:
    assert ask("GET", "/api/v1/echo/fixed").json() == {"fixed": True}
    assert ask("GET", "/api/v1/echo/other").json() == {"name": "other", "bytes": 0}
    assert ask("GET", "/api/v1/echo/a/b%20c").json() == {"rest": "echo/a/b c"}
    assert ask("GET", "/api/v1/echo/fixed/").json() == {"fixed": True}


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/api/v1/echo/fixed"),  # the resource is chosen before the method
        ("DELETE", "/api/v1/echo/a"),
        ("OPTIONS", "/api/v1/echo/a"),
        ("GET", "/api/v2/echo"),
        ("GET", "/api"),
        ("GET", "/api/"),
    ],
)
def test_what_is_not_declared_lacks_an_authentication_token(ask: Any, method: str, target: str) -> None:
    reply = ask(method, target)
    assert (reply.status, reply.body) == (403, b'{"message":"Missing Authentication Token"}')
    assert reply.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert "Access-Control-Allow-Origin" not in reply.headers


def assert_too_large(reply: Reply) -> None:
    assert reply.status == 413
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["Cache-Control"] == "no-store"
    problem = reply.json()
    assert (problem["code"], problem["status"]) == ("too_large", 413)
    assert "at most 4 MB" in problem["detail"]
    assert "POST /api/v1/uploads" in problem["detail"]
    assert problem["request_id"] == reply.headers["Request-Id"]


def pieces(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * 100_000


def test_four_megabytes_pass_and_what_lambda_cannot_take_is_too_large(ask: Any) -> None:
    assert ask("POST", "/api/v1/echo/a", b"x" * 4_000_000).json()["bytes"] == 4_000_000
    assert ask("POST", "/api/v1/echo/a", pieces(40)).json()["bytes"] == 4_000_000
    assert_too_large(ask("POST", "/api/v1/echo/a", b"x" * 5_000_000))
    assert_too_large(ask("POST", "/api/v1/echo/a", pieces(50)))


def test_more_than_ten_megabytes_are_refused_and_the_client_reads_why(server: Server) -> None:
    for body in (b"x" * 12_000_000, pieces(120)):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("POST", "/api/v1/echo/a", body)
        reply = Reply(connection.getresponse())
        assert_too_large(reply)
        assert reply.headers["Connection"] == "close"
        connection.close()


def test_a_declared_length_beyond_the_limit_is_refused_before_the_body_is_sent(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"POST /api/v1/echo/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413 ")


def test_an_answer_that_lambda_cannot_return_is_a_bad_gateway(ask: Any) -> None:
    assert len(ask("GET", "/api/v1/size/5000000").body) == 5_000_000
    reply = ask("GET", "/api/v1/size/6300000")
    assert (reply.status, reply.json()["code"]) == (502, "internal_error")
    assert reply.headers["x-amzn-ErrorType"] == "InternalServerErrorException"


def test_a_header_with_several_values_is_sent_several_times(ask: Any) -> None:
    reply = ask("GET", "/api/v1/cookies")
    assert reply.status == 204
    assert reply.body == b""
    assert reply.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert "Content-Length" not in reply.headers


def test_an_answer_leaves_in_one_write(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for _ in range(20):
            connection.sendall(b"GET /api/v1/echo/fixed HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(65_536).endswith(b'{"fixed":true}')


def test_concurrent_requests_get_their_own_answers(server: Server) -> None:
    def many(number: int) -> bool:
        connection = http.client.HTTPConnection("localhost", server.port, timeout=10)
        right = True
        for turn in range(25):
            connection.request("GET", f"/api/v1/echo/n{number}-{turn}")
            right &= json.loads(connection.getresponse().read())["name"] == f"n{number}-{turn}"
        connection.close()
        return right

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(many, range(16)))


def test_connections_that_are_kept_open_keep_no_other_one_waiting(server: Server) -> None:
    kept = [http.client.HTTPConnection("localhost", server.port, timeout=10) for _ in range(THREADS + 8)]
    for turn in range(3):
        for connection in kept:
            connection.request("GET", f"/api/v1/echo/n{turn}")
        assert [json.loads(one.getresponse().read())["name"] for one in kept] == [f"n{turn}"] * len(kept)
    for connection in kept:
        connection.close()


@pytest.mark.parametrize("line", [b" continues none", b"no colon", b"A: 1\n"])
def test_a_head_that_is_none_is_a_bad_request(server: Server, line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + line + b"\r\nHost: localhost\r\n\r\n")
        assert connection.recv(1_000).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.2", "", "localhost:8787@evil"])
def test_another_host_is_misdirected(ask: Any, host: str) -> None:
    for target in ("/api/v1/echo/a", "/", "/config.json"):
        reply = ask("GET", target, headers={"Host": host, "Sec-Fetch-Site": "same-origin"})
        assert (reply.status, reply.headers["Content-Type"]) == (421, "application/problem+json")


def test_the_console_is_served_beside_the_api(ask: Any) -> None:
    page = ask("GET", "/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"console" in page.body
    assert page.headers["Cache-Control"] == "no-cache"
    script = ask("GET", "/assets/main.js?v=1")
    assert script.body == b"run()"
    assert "immutable" in script.headers["Cache-Control"]
    assert "javascript" in script.headers["Content-Type"]
    head = ask("HEAD", "/")
    assert head.body == b""
    assert head.headers["Content-Length"] == str(len(page.body))
    assert ask("POST", "/", b"").status == 405


def test_every_answer_beside_the_api_carries_the_strict_headers(ask: Any) -> None:  # F8
    for target in ("/", "/assets/main.js", "/config.json", "/missing"):
        headers = ask("GET", target).headers
        policy = dict(directive.partition(" ")[::2] for directive in headers["Content-Security-Policy"].split("; "))
        assert policy == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self' 'unsafe-inline'",
            "connect-src": "'self'",
            "img-src": "'self' data:",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "require-trusted-types-for": "'script'",
            "trusted-types": "'none'",
        }
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers
        assert "Set-Cookie" not in headers
        for name, value in console_headers(is_https=False).items():
            assert headers.get_all(name) == [value]


def test_over_https_the_console_asks_for_https_for_a_year_or_more(ask: Any) -> None:  # F8
    told = console_headers(is_https=True)["Strict-Transport-Security"]
    assert int(told.partition("max-age=")[2].partition(";")[0]) >= 365 * 86_400


@pytest.mark.parametrize("target", ["/missing", "/../secret", "/%2e%2e/secret", "/assets/..%2f..%2fsecret", "/assets"])
def test_only_files_of_the_console_are_served(ask: Any, target: str) -> None:
    assert ask("GET", target).status == 404


def test_the_key_is_given_only_to_a_page_of_this_origin(ask: Any) -> None:
    reply = ask("GET", "/config.json", headers={"Sec-Fetch-Site": "same-origin"})
    assert reply.json() == {"api": "/api/v1", "key": "wg_live_key"}
    assert reply.headers["Cache-Control"] == "no-store"
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}):
        refused = ask("GET", "/config.json", headers=headers)
        assert refused.status == 403
        assert b"wg_live" not in refused.body


def test_the_consoles_files_are_compressed_for_who_can_read_that(ask: Any, built: Path) -> None:
    plain = ask("GET", "/assets/main.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.body == (built / "assets" / "main.js").read_bytes()
    for accepted, coding, unpack in (("gzip, deflate, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)):
        packed = ask("GET", "/assets/main.js", headers={"Accept-Encoding": accepted})
        assert packed.headers["Content-Encoding"] == coding
        assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert unpack(packed.body) == plain.body


def test_without_a_built_console_the_page_says_so(tmp_path: Path, gateway_sample: Sample) -> None:
    server = Server(0, Console(tmp_path / "dist", lambda: None).answer)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/")
        reply = Reply(connection.getresponse())
        assert reply.status == 200
        assert b"make ui" in reply.body
        assert b"/api/v1" in reply.body
        connection.close()
    finally:
        server.stop()


def test_a_port_in_use_is_said_so(server: Server) -> None:
    with pytest.raises(PortInUse, match=f"port {server.port} is in use"):
        Server(server.port, lambda request: pytest.fail("never asked"))


def test_the_gateway_responses_are_what_aws_accepts() -> None:
    from infra.local.gateway import RESPONSES_FILE

    responses = json.loads(RESPONSES_FILE.read_text())
    assert {"REQUEST_TOO_LARGE", "THROTTLED", "INTEGRATION_TIMEOUT", "DEFAULT_4XX", "DEFAULT_5XX"} <= responses.keys()
    for kind, response in responses.items():
        assert response.keys() <= {"statusCode", "responseParameters", "responseTemplates"}, kind
        problem = json.loads(response["responseTemplates"]["application/json"])
        assert problem.get("status", 0) in (0, int(response.get("statusCode", 0))), kind
        for parameter, value in response["responseParameters"].items():
            assert parameter.startswith("gatewayresponse.header.")
            assert value.startswith("context.") or (value[0] == value[-1] == "'")
