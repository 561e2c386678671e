"""The switches: each befalls exactly as many calls as it says, and never the switches themselves."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from infra.local.demo import serve

OFF = {
    "rate_limit_next": 0,
    "fail_next": 0,
    "hang_next": 0,
    "nonsense_next": 0,
    "drop_next": 0,
    "slow_bytes_next": 0,
    "down_for_s": 0,
    "hang_s": 30,
}


def statuses(api, calls):
    return [api.get("/pets/1").status_code for _ in range(calls)]


def test_all_switches_are_off_at_first(api):
    assert api.get("/switches").json() == OFF


def test_a_rate_limit_befalls_the_next_calls_and_says_when_to_come_back(api, is_as_described):
    api.put("/switches", json={"rate_limit_next": 2})
    response = api.get("/pets/1")
    is_as_described("getPet", response)
    assert response.headers["Retry-After"] == "1"
    assert response.headers["X-RateLimit-Remaining"] == "0"
    assert response.headers["X-RateLimit-Reset"] == "1768478401"
    assert statuses(api, 2) == [429, 200]


def test_failures_befall_the_next_calls(api, is_as_described):
    api.put("/switches", json={"fail_next": 2})
    is_as_described("getPet", api.get("/pets/1"))
    assert statuses(api, 2) == [503, 200]


def test_the_shop_is_down_until_the_time_is_over(api, clock):
    api.put("/switches", json={"down_for_s": 20})
    clock.advance(19.5)
    assert statuses(api, 2) == [503, 503]
    assert api.get("/switches").json()["down_for_s"] == 0.5
    clock.advance(0.5)
    assert statuses(api, 1) == [200]


def test_nonsense_claims_to_be_json(api):
    api.put("/switches", json={"nonsense_next": 1})
    response = api.get("/pets/1")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(requests.JSONDecodeError):
        response.json()


def test_a_dropped_call_is_read_and_never_answered(api, demo):
    api.put("/switches", json={"drop_next": 1})
    with pytest.raises(requests.ConnectionError):
        api.post("/orders", json={"pet_id": 1})
    log = requests.get(f"{demo.url}/_requests", timeout=10).json()["data"]
    assert log[-1]["body"] == '{"pet_id": 1}'
    assert api.get("/orders").headers["X-Total-Count"] == "7"


def test_a_hanging_call_is_answered_in_the_end(api):
    api.put("/switches", json={"hang_next": 1, "hang_s": 0.01})
    assert statuses(api, 1) == [200]
    assert api.get("/switches").json()["hang_next"] == 0


def test_a_hanging_call_ends_with_the_server(clock):
    server = serve(port=0, now=clock)
    headers = {"X-Api-Key": "demo-key-1234567890"}
    requests.put(f"{server.url}/v1/switches", json={"hang_next": 1}, headers=headers, timeout=10)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(requests.get, f"{server.url}/v1/pets/1", headers=headers, timeout=20)
        while requests.get(f"{server.url}/v1/switches", headers=headers, timeout=10).json()["hang_next"]:
            pass
        server.stop()
        with pytest.raises(requests.ConnectionError):
            hanging.result(timeout=5)


def test_slow_bytes_come_one_by_one_and_end_with_the_server(clock):
    server = serve(port=0, now=clock)
    headers = {"X-Api-Key": "demo-key-1234567890"}
    requests.put(f"{server.url}/v1/switches", json={"slow_bytes_next": 1}, headers=headers, timeout=10)
    with socket.create_connection((server.url.split("/")[2].split(":")[0], server.port), timeout=10) as connection:
        connection.sendall(b"GET /v1/pets/1 HTTP/1.1\r\nHost: x\r\nX-Api-Key: demo-key-1234567890\r\n\r\n")
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        assert received.partition(b"\r\n\r\n")[2] == b"{"
        server.stop()
        assert connection.recv(65536) == b""


def test_setting_replaces_all_and_resetting_turns_all_off(api):
    api.put("/switches", json={"fail_next": 5})
    assert api.put("/switches", json={"nonsense_next": 1}).json() == {**OFF, "nonsense_next": 1}
    assert api.delete("/switches").json() == OFF
    assert statuses(api, 1) == [200]


def test_the_switches_are_never_affected_themselves(api):
    api.put("/switches", json={"fail_next": 1, "down_for_s": 60})
    assert [api.get("/switches").status_code for _ in range(3)] == [200, 200, 200]


def test_concurrent_calls_use_up_exactly_the_count(api, demo):
    api.put("/switches", json={"fail_next": 10})
    headers = {"X-Api-Key": "demo-key-1234567890"}
    start = threading.Barrier(16)

    def call(_):
        start.wait()
        return requests.get(f"{demo.url}/v1/pets/1", headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(call, range(16))) == [200] * 6 + [503] * 10
