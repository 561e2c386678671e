"""Other people's HTTP clients, with the door as their only way out."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
import requests

from chalicelib.egress import CallFailed
from chalicelib.egress.clients import client
from chalicelib.egress.sessions import confine, session
from chalicelib.errors import EgressBlocked
from tests.egress.wire import answer, serving


def get_by_session(url: str, **options: Any) -> int:
    return session(**{"timeout_s": 5} | options).get(url).status_code


def get_by_client(url: str, **options: Any) -> int:
    return client(**{"timeout_s": 5} | options).get(url).status_code


both = pytest.mark.parametrize("get", [get_by_session, get_by_client], ids=["requests", "httpx2"])


@both
def test_a_forbidden_address_is_refused_before_anything_is_opened(get: Any, guarded: None) -> None:  # A1 A3
    with serving() as canary:
        for host in ("127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"):
            with pytest.raises(EgressBlocked):
                get(f"http://{host}:{canary.port}/")
        assert canary.connections == 0


@both
def test_a_redirect_is_not_followed(get: Any) -> None:  # A6
    with serving() as there, serving(lambda seen: answer(b"", f"Location: {there.url}", status="302 Found")) as here:
        assert get(here.url) == 302
        assert there.connections == 0


@both
def test_nothing_is_taken_from_the_environment(
    get: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # A10
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login mallory password canary-canary\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with serving() as wire, serving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert get(wire.url) == 200
        assert wire.requests[0].header("authorization") is None
        assert proxy.connections == 0


@both
def test_an_answer_ends_at_its_bound_and_in_time(get: Any) -> None:  # D6 D7
    with serving(lambda seen: answer(gzip.compress(bytes(1000)), "Content-Encoding: gzip")) as wire:
        with pytest.raises((CallFailed, httpx2.ReadError), match="larger than 999"):
            get(wire.url, max_bytes=999)
        assert wire.requests[0].header("accept-encoding") == "gzip"
    with (
        serving(lambda seen: wire.drip(answer(b"x" * 1000))) as wire,
        pytest.raises((CallFailed, httpx2.ReadTimeout), match="no answer"),
    ):
        get(wire.url, timeout_s=0.2)


@both
def test_a_certificate_that_nobody_vouches_for_gets_no_byte(get: Any, self_signed: Any) -> None:  # A12
    with serving(tls=self_signed) as wire:
        with pytest.raises((CallFailed, httpx2.ConnectError), match="TLS"):
            get(wire.url)
        assert wire.requests == []


@both
def test_the_text_of_a_failure_does_not_have_the_query(get: Any) -> None:  # B3
    with serving() as wire:
        pass
    with pytest.raises((CallFailed, httpx2.ConnectError)) as caught:
        get(f"{wire.url}/?key=canary")
    assert "canary" not in str(caught.value)


def test_a_session_reads_and_keeps_no_cookie() -> None:
    packed = answer(gzip.compress(b'{"a": "\xc3\xa9"}'), "Content-Encoding: gzip", "Set-Cookie: a=b")
    with serving(lambda seen: packed) as wire:
        one = session(timeout_s=5)
        got = one.post(f"{wire.url}/a%2Fb", data={"q": "ü"})
        one.get(wire.url)
    assert got.json() == {"a": "é"}
    assert (got.url, got.ok, got.headers["content-type"]) == (f"{wire.url}/a%2Fb", True, "application/json")
    assert (wire.requests[0].line, wire.requests[0].body) == (b"POST /a%2Fb HTTP/1.1", b"q=%C3%BC")
    assert wire.requests[1].header("cookie") is None


def test_a_session_that_is_confined_knows_no_other_scheme() -> None:
    with pytest.raises(requests.exceptions.InvalidSchema):
        session(timeout_s=5).get("ftp://127.0.0.1/")


def test_a_client_reads_and_keeps_no_cookie() -> None:
    packed = answer(gzip.compress(b'{"a": 1}'), "Content-Encoding: gzip", "Set-Cookie: a=b")
    with serving(lambda seen: packed) as wire, client(timeout_s=5) as one:
        assert one.post(f"{wire.url}/x", json={"q": "ü"}).json() == {"a": 1}
        one.get(wire.url)
    assert json.loads(wire.requests[0].body) == {"q": "ü"}
    assert wire.requests[1].header("cookie") is None


def test_the_oauth_client_gets_its_token_through_the_door() -> None:
    oauth2_session = pytest.importorskip("authlib.integrations.requests_client").OAuth2Session
    token = answer(b'{"access_token": "t", "token_type": "bearer", "expires_in": 60}')
    with serving(lambda seen: token) as wire:
        one = confine(oauth2_session("me", "secret", scope="a b"), timeout_s=5, max_bytes=65_536)
        assert one.fetch_token(f"{wire.url}/token", grant_type="client_credentials")["access_token"] == "t"
    (seen,) = wire.requests
    assert seen.header("authorization") == "Basic bWU6c2VjcmV0"
    assert b"grant_type=client_credentials" in seen.body


def test_the_model_client_speaks_through_the_door() -> None:
    openai = pytest.importorskip("openai")
    said = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
    said["choices"] = [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}]
    with serving(lambda seen: answer(json.dumps(said).encode())) as wire:
        one = openai.OpenAI(api_key="k", base_url=f"{wire.url}/v1", http_client=client(timeout_s=5), max_retries=0)
        got = one.chat.completions.create(model="m", messages=[{"role": "user", "content": "well?"}])
    assert got.choices[0].message.content == "yes"
    assert wire.requests[0].header("authorization") == "Bearer k"


def test_the_model_client_is_told_what_was_refused(guarded: None) -> None:  # A1
    openai = pytest.importorskip("openai")
    one = openai.OpenAI(api_key="k", base_url="http://169.254.169.254/", http_client=client(timeout_s=5), max_retries=0)
    with pytest.raises(EgressBlocked):
        one.models.list()


def test_the_door_itself_needs_neither_library() -> None:
    seen = "import sys, chalicelib.egress; print({'requests', 'httpx2'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "set()"
