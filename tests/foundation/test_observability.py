"""Lines: one event each, no secret in any of them."""

from __future__ import annotations

import base64
import contextvars
import html
import json
import logging
import re
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import observability
from chalicelib.observability import (
    REDACTED,
    emit_metrics,
    forget_secrets,
    guard_secrets,
    logger,
    mask_pairs,
    redact,
    redact_bytes,
    traced,
)

SECRETS = [
    "canary-0123456789abcdef",
    'quote"back\\slash/and more',
    "pass word+with&every=thing%?#",
    "schlüssel-für-ümläute",
    "ya29.a0Af/_+-==",
    "日本語のひみつかぎ",
]
ENCODINGS: dict[str, Any] = {
    "plain": lambda s: f"Bearer {s}!",
    "json": lambda s: json.dumps({"token": s}),
    "json, not ascii": lambda s: json.dumps({"token": s}, ensure_ascii=False),
    "json in json": lambda s: json.dumps({"body": json.dumps({"token": s})}),
    "json with escaped slashes": lambda s: json.dumps(s).replace("/", "\\/"),
    "url": lambda s: f"https://x/?key={quote(s, safe='')}&a=b",
    "url, slashes kept": lambda s: f"https://x/{quote(s)}/b",
    "url, lower-case": lambda s: re.sub("%..", lambda match: match[0].lower(), quote(s, safe="")),
    "form": lambda s: urlencode({"password": s}),
    "javascript": lambda s: quote(s, safe="!'()*"),
    "plus": quote_plus,
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64, url-safe": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
    "basic": lambda s: base64.b64encode(f"user:{s}".encode()).decode(),
    "basic, two more": lambda s: base64.b64encode(f"us:{s}:x".encode()).decode(),
    "exception": lambda s: str(ConnectionError(f"GET /?key={quote(s, safe='')} failed")),
}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What this process writes; no secret is known at the start."""
    written: list[str] = []
    monkeypatch.setattr(observability, "line_sink", written.append)
    forget_secrets()
    yield written
    forget_secrets()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_taken_out_in_every_encoding(lines: list[str], secret: str, encoding: str) -> None:  # B3
    guard_secrets([secret])
    text = ENCODINGS[encoding](secret)
    assert REDACTED in redact(text), text
    assert secret not in redact(text)
    assert REDACTED.encode() in redact_bytes(text.encode())


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=8, max_size=40), st.text(max_size=5))
def test_no_secret_survives_wherever_it_stands(secret: str, before: str) -> None:  # B3
    def check() -> None:
        guard_secrets([secret])
        for encoding in ENCODINGS.values():
            assert secret not in redact(before + encoding(secret))
        inside = base64.b64encode(f"{before}{secret}{before}".encode()).decode()
        assert redact(inside) != inside

    contextvars.Context().run(check)


def test_a_short_secret_occurs_by_chance_and_stays(lines: list[str]) -> None:  # B4
    guard_secrets(["short", ""])
    assert redact("a short story") == "a short story"
    assert redact_bytes(b"a short story") == b"a short story"


def test_the_longer_of_two_secrets_goes_first(lines: list[str]) -> None:
    guard_secrets(["12345678"])
    guard_secrets(["12345678-and-more"])
    assert redact("12345678-and-more 12345678") == f"{REDACTED} {REDACTED}"


def test_a_call_knows_only_its_own_secrets(lines: list[str]) -> None:
    seen: list[str] = []

    def other() -> None:
        guard_secrets(["the other's secret"])
        seen.append(redact("my own secret, the other's secret"))

    guard_secrets(["my own secret"])
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert seen == [f"my own secret, {REDACTED}"]
    forget_secrets()
    assert redact("my own secret") == "my own secret"


def test_what_is_not_secret_passes_byte_for_byte(lines: list[str]) -> None:
    guard_secrets(["canary-canary"])
    data = bytes(range(256)) * 4
    assert redact_bytes(data) == data


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-Api-Key", "apikey", "api_key", "password"),
        *("client_secret", "access_token", "X-Auth-Token", "private-key", "SessionId", "my_credentials"),
    ],
)
def test_a_value_under_a_secret_name_is_masked(name: str) -> None:  # B3
    assert mask_pairs([(name, "abc"), ("Accept", "abc")]) == [[name, REDACTED], ["Accept", "abc"]]


# --- log lines --------------------------------------------------------------------------------------------------------


def test_one_event_is_one_line_of_json(lines: list[str]) -> None:  # F13
    hostile = "a\r\nb\x1b[31mred\x00\x07 \x9b31m \x7f   \u202e end"
    logger.info(hostile, extra={"user": hostile})
    (line,) = lines
    assert line.isascii()
    assert not any(ord(c) < 32 or ord(c) == 127 for c in line)
    event = json.loads(line)
    assert (event["message"], event["user"]) == (hostile, hostile)
    assert (event["level"], event["service"]) == ("INFO", "waygate")


def test_an_exception_is_one_line_without_secrets(lines: list[str]) -> None:  # B3 F13
    secret = 'canary "with" quotes/and é'
    guard_secrets([secret])
    try:
        try:
            raise ConnectionError(f"https://x/?key={quote(secret, safe='')}")
        except ConnectionError as error:
            raise RuntimeError(f"wrapped {secret} and {json.dumps(secret)}") from error
    except RuntimeError:
        logger.exception("failed for %s", secret, extra={"echo": {"deep": [secret, html.escape("x")]}})
    (line,) = lines
    event = json.loads(line)
    assert "RuntimeError" in event["exception"]
    assert secret not in json.dumps(event, ensure_ascii=False)
    assert "canary" not in line
    assert REDACTED in event["message"]


def test_a_field_with_a_secret_name_is_masked_in_a_log_line(lines: list[str]) -> None:  # B3
    fields = {"password": "abc", "headers": [{"Authorization": "Basic abc"}], "tokens_used": 7, "cookie": None}
    logger.warning({"text": "x", "api_key": "abc"}, extra={"request": fields})
    event = json.loads(lines[0])
    assert event["message"] == {"text": "x", "api_key": REDACTED}
    assert event["request"] == {
        "password": REDACTED,
        "headers": [{"Authorization": REDACTED}],
        "tokens_used": 7,
        "cookie": None,
    }


def test_other_libraries_write_the_same_lines(lines: list[str]) -> None:  # B3
    guard_secrets(["canary-canary"])
    logging.getLogger("urllib3.connectionpool").warning('"GET /?key=%s HTTP/1.1" 200', "canary-canary")
    assert REDACTED in json.loads(lines[0])["message"]


def test_whole_payloads_of_aws_calls_are_not_written(lines: list[str]) -> None:  # B3
    parsers = logging.getLogger("botocore.parsers")
    before = parsers.level
    parsers.setLevel(logging.DEBUG)
    try:
        parsers.debug("Response body: %s", '{"SecretString": "keyring"}')
        parsers.warning("worth knowing")
    finally:
        parsers.setLevel(before)
    assert [json.loads(line)["message"] for line in lines] == ["worth knowing"]


def test_a_record_that_cannot_be_formatted_fails_nobody_and_shows_nothing(lines: list[str]) -> None:  # B3
    careless = logging.Logger("careless")  # no one else's handlers
    careless.addHandler(observability._LineHandler())
    careless.error("%d apples", "canary-canary")
    event = json.loads(lines[0])
    assert event == {"level": "ERROR", "message": "unreadable log record: TypeError", "logger": "careless"}


def test_what_json_does_not_know_is_written_as_text(lines: list[str]) -> None:
    logger.info("x", extra={"odd": SimpleNamespace(a=1), "both": (1, {"secret": "abc"})})
    event = json.loads(lines[0])
    assert (event["odd"], event["both"]) == ("namespace(a=1)", [1, {"secret": REDACTED}])


# --- metrics and traces -----------------------------------------------------------------------------------------------


def test_metrics_are_one_emf_line(lines: list[str]) -> None:
    emit_metrics({"invocations": 1, "duration_ms": 12.5}, {"integration": "shop\n"})
    document = json.loads(lines[0])
    (directive,) = document["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Waygate"
    units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert units == {"invocations": "Count", "duration_ms": "Milliseconds"}
    assert directive["Dimensions"] == [["stage"], ["stage", "integration"]]
    assert (document["stage"], document["integration"]) == ("local", "shop\n")


@pytest.mark.parametrize("trace_id", [None, "", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"])
def test_a_trace_costs_nothing_where_nothing_is_sampled(monkeypatch: pytest.MonkeyPatch, trace_id: str | None) -> None:
    monkeypatch.setattr(observability, "tracer", lambda: pytest.fail("no tracer is wanted"))
    if trace_id is None:
        monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    else:
        monkeypatch.setenv("_X_AMZN_TRACE_ID", trace_id)
    with traced("upstream", origin="https://example.com"):
        pass


def test_a_sampled_block_is_a_subsegment_of_x_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    from aws_xray_sdk.core import xray_recorder

    sent: list[Any] = []
    monkeypatch.setattr(xray_recorder, "emitter", SimpleNamespace(send_entity=sent.append))
    xray_recorder.begin_segment("test", sampling=1)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    monkeypatch.setenv("LAMBDA_TASK_ROOT", "/var/task")
    observability.tracer.cache_clear()
    try:
        with pytest.raises(ValueError, match="x"), traced("upstream", origin="https://example.com"):
            raise ValueError("x")
        (made,) = sent
        assert (made.name, made.annotations, made.fault) == ("upstream", {"origin": "https://example.com"}, True)
    finally:
        observability.tracer.cache_clear()
        xray_recorder.clear_trace_entities()
