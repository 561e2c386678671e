"""Secrets come from anywhere but an option, and are never repeated."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.commands.review import publication
from cli.credentials import Source, as_auth, members
from cli.failures import Misuse

SECRET = "s3cret-value-do-not-show"


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes standard input a pipe with that content."""

    def pipe(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content), isatty=lambda: False))

    return pipe


def test_a_secret_is_read_from_each_source(piped: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\r\n")
    monkeypatch.setenv("THE_SECRET", SECRET)
    piped(f"{SECRET}\n".encode())
    for source in (Source(stdin=True), Source(file=tmp_path / "secret"), Source(variable="THE_SECRET")):
        assert source.read("?") == SECRET


@pytest.mark.parametrize(
    ("auth", "username", "expected"),
    [
        ({"type": "none"}, None, {}),
        ({"type": "oauth2"}, None, {"refresh_token": SECRET}),
        ({"type": "oauth2", "grant": "client_credentials"}, None, {}),
        ({"type": "oauth2", "grant": "password"}, "me", {"username": "me", "password": SECRET}),
        ({"type": "api_key", "in": "header", "name": "X-Key"}, None, {"value": SECRET}),
        ({"type": "bearer"}, None, {"token": SECRET}),
        ({"type": "basic"}, "me", {"username": "me", "password": SECRET}),
        ({"type": "custom_headers", "name": "X-Key"}, None, {"headers": {"X-Key": SECRET}}),
    ],
)
def test_the_credential_has_the_shape_of_the_auth_type(piped: Any, auth: Any, username: Any, expected: Any) -> None:
    piped(SECRET.encode())
    assert members(auth, Source(stdin=True), username) == expected


def test_custom_headers_are_a_json_object(piped: Any) -> None:
    piped(b'{"X-App-Id": "a", "X-App-Secret": "b"}')
    found = members({"type": "custom_headers"}, Source(stdin=True), None)
    assert found == {"headers": {"X-App-Id": "a", "X-App-Secret": "b"}}


@pytest.mark.parametrize("content", [b"", b"\n", SECRET.encode(), b'{"a": 1}', b"[]", b"\xff", b"x" * 70_000])
def test_an_unusable_secret_is_misuse_and_not_repeated(piped: Any, content: bytes) -> None:
    piped(content)
    with pytest.raises(Misuse) as caught:
        members({"type": "custom_headers"}, Source(stdin=True), None)
    assert SECRET not in caught.value.message + str(caught.value.fix)


def test_two_sources_and_no_source_are_misuse(piped: Any, tmp_path: Path) -> None:
    piped(b"x")
    with pytest.raises(Misuse, match="Give one of"):
        Source(stdin=True, variable="X").read("?")
    with pytest.raises(Misuse, match="nobody to ask"):
        Source().read("?")
    with pytest.raises(Misuse, match="not set"):
        Source(variable="SURELY_NOT_SET").read("?")
    with pytest.raises(Misuse, match="cannot be read"):
        Source(file=tmp_path / "none").read("?")


def test_basic_authentication_needs_a_user_name(piped: Any) -> None:
    piped(b"x")
    with pytest.raises(Misuse, match="user name"):
        members({"type": "basic"}, Source(stdin=True), None)


def test_auth_schemes_from_options() -> None:
    assert as_auth(None, None) is None
    assert as_auth("bearer", None) == {"type": "bearer"}
    assert as_auth("api-key:query:key", None) == {"type": "api_key", "in": "query", "name": "key"}
    assert as_auth(None, '{"type": "bearer", "prefix": "token"}') == {"type": "bearer", "prefix": "token"}


@pytest.mark.parametrize(
    ("short", "document"), [("api_key", None), ("api_key:body:x", None), ("bearer", "{}"), (None, "[]"), (None, "{")]
)
def test_auth_schemes_that_make_no_sense(short: str | None, document: str | None) -> None:
    with pytest.raises(Misuse):
        as_auth(short, document)


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        (None, None),
        ("all", {"accept": "all"}),
        ("confidence>=0.8", {"accept": "all", "min_confidence": 0.8}),
        (" confidence >= 1 ", {"accept": "all", "min_confidence": 1.0}),
        ("get-pet, list-pets", {"accept": ["get-pet", "list-pets"]}),
    ],
)
def test_what_accept_stands_for(accept: str | None, body: Any) -> None:
    assert publication(accept) == body


@pytest.mark.parametrize("accept", ["", ",", "confidence>0.8", "confidence>=2", "confidence<=0.8", "Get Pet"])
def test_what_accepts_nothing_is_misuse(accept: str) -> None:
    with pytest.raises(Misuse):
        publication(accept)
