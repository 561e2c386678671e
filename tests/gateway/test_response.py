"""Reading the upstream's answer."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.egress import Answer
from chalicelib.errors import UpstreamInvalidResponse, UpstreamResponseTooLarge
from chalicelib.gateway import response
from chalicelib.gateway.response import Body, read, retry_after_s, shown
from chalicelib.observability import REDACTED, forget_secrets, guard_secrets

JSON = "application/json"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _no_secrets() -> Iterator[None]:
    forget_secrets()
    yield
    forget_secrets()


def got(body: bytes, content_type: str | None = JSON, status: int = 200, **headers: str) -> Answer:
    said = {"Content-Type": content_type} if content_type is not None else {}
    return Answer(
        status, tuple((said | {name.replace("_", "-"): value for name, value in headers.items()}).items()), body
    )


def envelope(body: Body) -> Any:
    """`data` as the caller gets it."""
    return json.loads(orjson.dumps(body.data))


# --- JSON -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": 1234567890123456789012345678901234567890, "pi": 3.141592653589793238462643}',
        b'{"b": 1, "a": 2, "a": 3}',
        b" [1, 2]\n",
        b'"text"',
        b"null",
        b"-0.0",
        b'{"big": 9007199254740993, "e": 1E+2}',
        b'"\\u00e9 \\/ \\n"',
    ],
)
def test_json_passes_byte_for_byte(body: bytes) -> None:
    found = read(got(body), expects_json=False)
    assert orjson.dumps(found.data) == body
    assert found.is_json


@pytest.mark.parametrize(
    "kind", ["application/json", "APPLICATION/JSON; charset=UTF-8", "application/problem+json", "text/json"]
)
def test_json_is_known_by_its_media_type(kind: str) -> None:
    assert envelope(read(got(b'{"a":1}', kind), expects_json=False)) == {"a": 1}


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "iso-8859-1", "windows-1252", "utf-8", "us-ascii"])
def test_json_in_another_character_set_is_read(charset: str) -> None:  # D8
    text = '{"a": "plain"}' if charset == "us-ascii" else '{"a": "é"}'
    found = read(got(text.encode(charset), f'{JSON}; charset="{charset}"'), expects_json=False)
    assert envelope(found) == json.loads(text)


@pytest.mark.parametrize("kind", [JSON, None, "text/plain"])
def test_a_byte_order_mark_is_no_part_of_the_json(kind: str | None) -> None:
    assert envelope(read(got(b'\xef\xbb\xbf{"a":1}', kind), expects_json=True)) == {"a": 1}


def test_json_under_a_wrong_or_no_content_type_is_read_where_it_is_expected() -> None:
    assert envelope(read(got(b'{"a":1}', "text/html"), expects_json=True)) == {"a": 1}
    assert envelope(read(got(b"[1]", "application/octet-stream"), expects_json=True)) == [1]
    assert envelope(read(got(b'{"a":1}', None), expects_json=False)) == {"a": 1}
    as_text = {"content_type": "text/html", "text": '{"a":1}'}
    assert envelope(read(got(b'{"a":1}', "text/html"), expects_json=False)) == as_text


def test_what_only_looks_like_json_is_text() -> None:
    assert envelope(read(got(b"[not json", "text/plain"), expects_json=True))["text"] == "[not json"
    assert envelope(read(got(b"{{template}}", None), expects_json=False)) == {
        "content_type": "",
        "text": "{{template}}",
    }


@pytest.mark.parametrize(
    "body", [b'{"a":', b"<html>", b"[NaN]", b"{'a': 1}", b'{"a": 1}}', b'"\xff"', b"[" * 2000 + b"]" * 2000, b"\0"]
)
def test_broken_json_is_an_invalid_answer_with_its_beginning(body: bytes) -> None:  # D8
    guard_secrets(["canary-canary"])
    with pytest.raises(UpstreamInvalidResponse, match=r"line \d+, column \d+") as caught:
        read(got(b'"canary-canary" ' + body), expects_json=True)
    beginning = caught.value.facts["body_start"]
    assert len(beginning) <= 200
    assert beginning.startswith(f'"{REDACTED}"')


@pytest.mark.parametrize(("body", "status"), [(b"", 200), (b"x", 204), (b"x", 205), (b"x", 304), (b" \n", 200)])
def test_nothing_is_null(body: bytes, status: int) -> None:
    assert read(got(body, JSON, status), expects_json=True).data is None


def test_a_redirect_is_read_like_any_answer() -> None:
    page = got(b"<a href='/x'>moved</a>", "text/html", 302, Location="/x")
    assert envelope(read(page, expects_json=True))["text"].startswith("<a")


# --- what is not JSON -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain", "é".encode(), "é"),
        ("text/plain; charset=iso-8859-1", b"\xe9", "é"),
        ("text/plain; charset=utf-8", b"a\xffb", "a\ufffdb"),
        ("text/plain; charset=nonsense", b"abc", "abc"),
        ("text/plain; charset=base64", b"abc", "abc"),
        ("text/plain; charset=undefined", b"abc", "abc"),
        ("text/csv", b"a,b\n1,2\n", "a,b\n1,2\n"),
        ("application/xml", b"<a/>", "<a/>"),
        ("image/svg+xml", b"<svg/>", "<svg/>"),
        ("application/jsonl", b'{"a":1}\nnot json\n', '{"a":1}\nnot json\n'),
        (None, b"plain words", "plain words"),
    ],
)
def test_text_is_text(kind: str | None, body: bytes, text: str) -> None:  # D8
    found = read(got(body, kind), expects_json=False)
    assert envelope(found) == {"content_type": kind or "", "text": text}
    assert not found.is_json
    assert found.raw == body


@pytest.mark.parametrize("kind", ["application/jsonl", "application/x-ndjson; charset=utf-8"])
def test_json_lines_are_an_array_whose_numbers_stay_exact(kind: str) -> None:
    body = b'{"a": 12345678901234567890123}\r\n\n[2]\n'
    found = read(got(body, kind), expects_json=False)
    assert orjson.dumps(found.data) == b'[{"a": 12345678901234567890123},[2]]'
    assert (found.is_json, found.raw) == (True, body)


def test_json_lines_that_echo_a_secret_do_not_pass_it_on() -> None:  # B4
    guard_secrets(["canary-canary"])
    found = read(got(b'{"a":"canary-canary"}\n{"b":"\\u0063anary-canary"}\n', "application/jsonl"), expects_json=False)
    assert b"canary" not in orjson.dumps(found.data) + found.raw


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "application/pdf", None])
def test_binary_is_base64(kind: str | None) -> None:  # D8
    raw = b"\x89PNG\0" + bytes(range(256))
    found = envelope(read(got(raw, kind), expects_json=True))
    assert base64.b64decode(found["base64"]) == raw
    assert found["content_type"] == (kind or "")


def test_binary_that_would_not_fit_once_encoded_is_refused() -> None:  # D6
    read(got(bytes(3_300_000), "image/png"), expects_json=False)
    with pytest.raises(UpstreamResponseTooLarge):
        read(got(bytes(3_300_001), "image/png"), expects_json=False)


@given(
    st.binary(max_size=60), st.sampled_from([JSON, "text/plain", "image/png", "", "text/plain; charset=utf-16", ";"])
)
def test_every_body_is_read_or_refused_with_a_reason(body: bytes, kind: str) -> None:
    for expects_json in (True, False):
        try:
            orjson.dumps(read(got(body, kind), expects_json=expects_json).data)
        except UpstreamInvalidResponse:
            assert kind == JSON
    orjson.dumps(shown(got(body, kind)))


# --- echoes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"headers": {"Authorization": "Bearer canary/0123456789"}}',
        b'{"echo": "canary\\/0123456789"}',
        b'{"echo": "\\u0063anary\\u002F0123456789", "n": 1.5}',
        b'{"canary/0123456789": 1}',
        b'["canary%2F0123456789", "%2fcanary%2f0123456789"]',
        b'"' + base64.b64encode(b"user:canary/0123456789") + b'"',
    ],
)
def test_an_echoed_secret_is_taken_out_of_json(body: bytes) -> None:  # B4
    guard_secrets(["canary/0123456789"])
    found = read(got(body), expects_json=True)
    text = orjson.dumps(found.data).decode()
    assert "0123456789" not in json.dumps(json.loads(text))
    assert base64.b64encode(b"0123456789").decode()[4:-4] not in text
    assert REDACTED in text
    assert orjson.loads(text) == found.value


def test_a_number_that_is_the_secret_is_taken_out_and_the_rest_stays_json() -> None:  # B4
    guard_secrets(["1234567890"])
    found = read(
        got(b'{"a": 1234567890, "b": 99123456789099, "c": 12345678901234567890123, "d": 1.5, "e": "x"}'),
        expects_json=True,
    )
    assert envelope(found) == {"a": REDACTED, "b": REDACTED, "c": REDACTED, "d": 1.5, "e": "x"}


def test_an_echo_too_deep_to_be_taken_out_is_refused() -> None:  # B4
    guard_secrets(["canary-canary"])
    body = b"[" * 1000 + b'"canary-canary"' + b"]" * 1000
    with pytest.raises(UpstreamInvalidResponse, match="nests too deeply") as caught:
        read(got(body), expects_json=True)
    assert "canary" not in str(caught.value.problem("req"))


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=utf-16", "image/png"])
def test_an_echoed_secret_is_taken_out_of_everything_else(kind: str) -> None:  # B4
    guard_secrets(["canary-canary"])
    body = "you sent canary-canary".encode("utf-16" if "utf-16" in kind else "utf-8")
    found = envelope(read(got(body, kind), expects_json=True))
    text = found.get("text") or base64.b64decode(found["base64"]).decode()
    assert text == f"you sent {REDACTED}"


# --- what an error shows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (b"", None),
        (b'{"error": "canary-canary"}', {"error": REDACTED}),
        (b"plain canary-canary", f"plain {REDACTED}"),
        (b"\0\1\2", "(3 bytes that are not text)"),
        (b"x" * 1990 + b"canary-canary", "x" * 1990 + REDACTED),
        (b"x" * 5000, "x" * 2000),
        (b'{"a": "' + b"x" * 5000, '{"a": "' + "x" * 1993),
        (b"x" * 1999 + "é".encode(), "x" * 1999 + "\ufffd"),
    ],
)
def test_an_error_shows_a_little_and_no_secret(body: bytes, seen: Any) -> None:  # B4
    guard_secrets(["canary-canary"])
    assert shown(got(body, "text/html")) == seen


# --- Retry-After ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0),
        ("1", 1),
        ("120", 120),
        (" 7 ", 7),
        ("1.2", 2),
        ("3600", 3600),
        ("3601", 3600),
        ("999999999999", 3600),
        ("9" * 60, 3600),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30),
        ("Thursday, 01-Jan-26 00:00:30 GMT", 30),
        ("Wed, 31 Dec 2025 23:59:59 GMT", 0),
        ("Fri, 01 Jan 2099 00:00:00 GMT", 3600),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("-5", None),
        ("1e9", None),
        ("0x10", None),
        ("+5", None),
        ("٣", None),
        ("five", None),
        ("", None),
        ("1 2", None),
        ("inf", None),
        ("NaN", None),
        ("9" * 10_000, None),
        ("Thu, 99 Jan 2026 00:00:00 GMT", None),
        ("Thu, 01 Jan 2026 00:00:00 -0000", None),
    ],
)
def test_a_wait_is_read_rounded_up_and_clamped(said: str, seconds: int | None) -> None:  # G5
    assert retry_after_s(got(b"", status=429, Retry_After=said), now=NOW) == seconds


def test_no_wait_said_is_none() -> None:
    assert retry_after_s(got(b"", status=429), now=NOW) is None


@given(st.text(max_size=40))
def test_any_wait_is_within_the_hour(said: str) -> None:  # G5
    seconds = retry_after_s(got(b"", status=429, Retry_After=said), now=NOW)
    assert seconds is None or 0 <= seconds <= 3600


def test_the_bounds_are_those_of_the_design() -> None:
    assert (response._BEGINNING, response._LONGEST_WAIT_S) == (200, 3_600)
