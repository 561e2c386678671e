"""What reaches the terminal, and what never does."""

from __future__ import annotations

import io
import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.failures import AUTH, FAILED, UPSTREAM, Failure, Misuse, Problem
from cli.output import Output, clean, explain, fitted, line

HOSTILE = "\x1b]0;owned\x07[red]x[/red] \x9b31m\u202eevil\x7f"


@given(st.text())
def test_nothing_that_steers_a_terminal_survives(text: str) -> None:
    shown = clean(text)
    assert not any(character in shown for character in "\x00\x07\x08\x1b\x7f\x9b\u202e\u2066\r")
    assert "\n" not in line(text)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8), st.integers(0, 200))
def test_columns_fit_or_are_as_narrow_as_they_may_be(columns: list[tuple[int, int]], available: int) -> None:
    natural = [max(pair) for pair in columns]
    least = [min(pair) for pair in columns]
    widths = fitted(natural, least, available)
    assert all(low <= width <= high for low, width, high in zip(least, widths, natural, strict=True))
    assert sum(widths) <= available or widths == least
    assert sum(widths) == sum(natural) or sum(widths) >= available or widths == least


class _Stream(io.TextIOWrapper):
    def __init__(self, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal

    @property
    def said(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined, no-any-return]


def plain(text: str) -> str:
    """`text` without the styles that we set ourselves."""
    return re.sub(r"\x1b\[[\d;]*m", "", text)


@pytest.fixture(params=[True, False], ids=["terminal", "pipe"])
def stream(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> _Stream:
    made = _Stream(request.param)
    monkeypatch.setattr("cli.output.sys", SimpleNamespace(stdout=made))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "70")
    return made


def test_a_hostile_text_is_shown_and_obeyed_by_nobody(stream: _Stream) -> None:
    out = Output()
    out.table(("NAME", "ABOUT"), [(HOSTILE, (HOSTILE, "bold"))])
    out.say(HOSTILE)
    out.facts([("About", HOSTILE)])
    assert "[red]x[/red]" in stream.said
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(stream.said.replace("\x1b[1m", "").replace("\x1b[0m", ""))


def test_json_on_a_terminal_escapes_what_steers_it(stream: _Stream) -> None:
    value = {"a": HOSTILE, "lone": "\ud800"}
    Output().result(value)
    assert json.loads(plain(stream.said)) == value
    if stream.is_terminal:
        assert "\x9b" not in stream.said
        assert "\n" in stream.said.strip()
    else:
        assert "\n" not in stream.said.strip()


def test_a_pipe_gets_the_answer_with_its_numbers_as_they_came(stream: _Stream) -> None:
    if not stream.is_terminal:
        Output().body(b'{"a":1.10,"b":12345678901234567890123}')
        assert stream.said == '{"a":1.10,"b":12345678901234567890123}\n'


def test_an_id_is_never_cut_and_a_pipe_cuts_nothing(stream: _Stream) -> None:
    Output().table(("ID", "PATH", "ABOUT"), [("i" * 30, "p" * 60, "word " * 30)], whole=("ID",))
    assert "i" * 30 in stream.said
    assert ("p" * 60 in stream.said) is not stream.is_terminal
    assert max(map(len, plain(stream.said).splitlines())) <= 70 or not stream.is_terminal


PROBLEM: dict[str, Any] = {
    "title": "The input is not valid",
    "code": "invalid_input",
    "detail": "2 faults.",
    "errors": [{"pointer": "/a", "code": "type", "detail": "must be a number"}, {"pointer": "", "detail": "too deep"}],
    "suggested_fix": "Mend it.",
    "request_id": "req_1",
}


def test_a_problem_is_told_whole() -> None:
    assert explain(Problem(PROBLEM)) == [
        "Error: The input is not valid: 2 faults.",
        "  /a: must be a number",
        "  (whole): too deep",
        "  Fix: Mend it.",
        "  Request: req_1",
    ]


def test_an_upstreams_answer_and_an_unknown_outcome_are_told() -> None:
    told = explain(
        Problem({"code": "upstream_failed", "title": "T", "upstream": {"body": {"e": 1}}, "outcome": "unknown"})
    )
    assert told[0] == "Error: T"
    assert '  Upstream: {"e": 1}' in told
    assert any("look before you repeat" in text for text in told)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("upstream_refused", UPSTREAM),
        ("upstream_timeout", UPSTREAM),
        ("circuit_open", UPSTREAM),
        ("unauthenticated", AUTH),
        ("insufficient_scope", AUTH),
        ("needs_reauth", AUTH),
        ("connection_required", AUTH),
        ("invalid_input", FAILED),
        ("internal_error", FAILED),
    ],
)
def test_the_code_decides_the_exit_status(code: str, status: int) -> None:
    assert Problem({"code": code}).status == status


def test_every_failure_is_a_document_for_machines() -> None:
    assert Failure("No.", fix="Yes.").document() == {"code": "failed", "detail": "No.", "suggested_fix": "Yes."}
    assert Misuse("No.").document()["code"] == "usage"
    assert Problem(PROBLEM).document() == PROBLEM
