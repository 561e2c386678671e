"""The server: one write for an answer, keep-alive, the request log, limits, and its end."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from infra.local.demo import serve

REQUEST = b"GET /v1/pets/1 HTTP/1.1\r\nHost: demo\r\nX-Api-Key: demo-key-1234567890\r\n\r\n"


def log_of(demo):
    return requests.get(f"{demo.url}/_requests", timeout=10).json()["data"]


def test_an_answer_is_one_write(demo, monkeypatch):
    writes = []
    send = socket.SocketIO.write
    monkeypatch.setattr(socket.SocketIO, "write", lambda self, piece: writes.append(bytes(piece)) or send(self, piece))
    with socket.create_connection(("127.0.0.1", demo.port), timeout=10) as connection:
        for _ in range(3):
            connection.sendall(REQUEST)
            while not connection.recv(65536).endswith(b"}"):
                pass
    assert len(writes) == 3
    assert all(piece.startswith(b"HTTP/1.1 200 OK\r\n") and piece.endswith(b"}") for piece in writes)


def test_sixteen_calls_are_answered_at_the_same_time(demo, api):
    api.put("/switches", json={"hang_next": 15, "hang_s": 3600})
    headers = {"X-Api-Key": "demo-key-1234567890"}
    with ThreadPoolExecutor(15) as pool:
        hanging = [pool.submit(requests.get, f"{demo.url}/v1/pets/1", headers=headers, timeout=30) for _ in range(15)]
        while api.get("/switches").json()["hang_next"]:
            pass
        assert api.get("/pets/1").status_code == 200
        demo.stop()
        assert all(isinstance(call.exception(timeout=10), requests.ConnectionError) for call in hanging)


def test_the_log_keeps_what_was_really_sent(demo, api):
    requests.delete(f"{demo.url}/_requests", timeout=10)
    response = api.post("/pets/search?a=1&a=%2F%C3%A9", json={}, headers={"X-Custom": "Value"})
    (entry,) = log_of(demo)
    assert (entry["method"], entry["path"]) == ("POST", "/v1/pets/search?a=1&a=%2F%C3%A9")
    assert entry["headers"]["x-custom"] == "Value"
    assert entry["headers"]["content-type"] == "application/json"
    assert entry["body"] == "{}"
    assert entry["request_id"] == response.headers["Request-Id"]


def test_the_log_is_bounded_and_can_be_emptied(demo, api):
    for _ in range(505):
        api.get("/whoami")
    assert len(log_of(demo)) == 500
    assert requests.delete(f"{demo.url}/_requests", timeout=10).status_code == 204
    assert log_of(demo) == []


def test_a_head_is_a_get_without_its_body(demo, api):
    response = api.head("/pets/1")
    assert response.content == b""
    assert int(response.headers["Content-Length"]) == len(api.get("/pets/1").content)


def test_a_body_above_one_mebibyte_is_refused(api):
    response = api.post("/pets", data=b" " * 1_048_577, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_a_chunked_body_is_read(api):
    body = iter([b'{"name": ', b'"Fido"}'])
    assert api.post("/pets", data=body, headers={"Content-Type": "application/json"}).status_code == 201


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v2/pets", "/oauth/nothing", "/openapi.json/x", "/auth"])
def test_an_unknown_path_is_a_problem(demo, path):
    response = requests.get(demo.url + path, timeout=10)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_wrong_method_says_what_is_allowed(demo):
    for path, allowed in {"/docs": "GET", "/openapi.json": "GET", "/oauth/token": "POST", "/_requests": "GET"}.items():
        response = requests.patch(demo.url + path, timeout=10)
        assert (response.status_code, response.headers["Allow"][: len(allowed)]) == (405, allowed)


def test_stopping_frees_the_port_and_the_thread_and_may_be_repeated(clock):
    server = serve(port=0, now=clock)
    server.stop()
    server.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
    assert "demo-upstream" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Cheroot leaves the socket that it could not bind to the GC
def test_a_taken_port_is_an_error(demo):
    with pytest.raises(OSError, match="in use"):
        serve(port=demo.port)
