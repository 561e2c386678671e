"""Our own input: what is refused, what is kept, and that refusing is quick."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.checked_json import loads, pointer
from chalicelib.errors import MalformedJson
from chalicelib.settings import Caps

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


@given(VALUES, st.booleans())
def test_what_json_can_say_is_read_as_it_was_said(value: Any, ascii_only: bool) -> None:
    assert loads(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.integers(min_value=-(10**400), max_value=10**400))
def test_integers_are_exact_whatever_their_size(number: int) -> None:
    assert loads(str(number).encode()) == number


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1', "line 1, column 8"),
        (b'{"a": 1,\n "b" 2}', "line 2, column 6"),
        (b"{'a': 1}", "line 1, column 2"),
        (b"[1,]", "line 1"),
        (b"[] []", "line 1, column 4"),
        (b'"\n"', "control character"),
        (b'{"a": 1, "a": 2}', "'a' twice"),
        (b'{"x": [{"b": 1, "c": 2, "b": 3}]}', "'b' twice"),
        (b'{"\\u0061": 1, "a": 2}', "'a' twice"),
        (b"[NaN]", "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"[-Infinity]", "-Infinity"),
        (b"[1e400]", "1e400"),
        (b"[-1e400]", "double"),
        (b"1" * 4301, "4,300 digits"),
        (b'"\xff"', "UTF-8: byte 1"),
        (b'"\xed\xa0\x80"', "UTF-8"),
        ("[1]".encode("utf-16"), "UTF-8"),
        ('"∀"'.encode("utf-16-be"), "line 1"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b'"\\ud800"', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'["\\udc00\\ud800"]', "surrogate"),
    ],
)
def test_what_parsers_disagree_on_is_refused_with_the_place(body: bytes, says: str) -> None:  # D1
    with pytest.raises(MalformedJson, match=says):
        loads(body)


def test_a_surrogate_pair_is_a_character() -> None:
    assert loads(b'"\\ud83d\\ude00"') == "😀"
    assert loads(b'"\\\\ud800"') == "\\ud800"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_the_depth_is_bounded(opening: str) -> None:  # D1
    def nested(times: int) -> bytes:
        closing = "".join("]" if c == "[" else "}" for c in reversed(opening) if c in "[{")
        return (opening * times + "1" + closing * times).encode()

    levels = opening.count("[") + opening.count("{")
    loads(nested(Caps.JSON_DEPTH // levels))
    with pytest.raises(MalformedJson, match="64 levels"):
        loads(nested(Caps.JSON_DEPTH // levels + 1))


@pytest.mark.parametrize(
    ("fits", "too_many"),
    [
        ("[" + "1," * 99_998 + "1]", "[" + "1," * 99_999 + "1]"),
        ("[" + "[]," * 99_998 + "{}]", "[" + "[ ]," * 99_999 + "[\n]]"),
        ("[" + '{"a":1},' * 49_998 + "1]", "[" + '{"a":1},' * 50_000 + "1]"),
    ],
)
def test_the_number_of_values_is_bounded(fits: str, too_many: str) -> None:  # D1
    loads(fits.encode())
    with pytest.raises(MalformedJson, match="100,000 values"):
        loads(too_many.encode())


def test_brackets_and_commas_inside_text_count_for_nothing() -> None:
    text = "{[,\\" * 200_000
    assert loads(json.dumps({"template": text, "deep": [["}"]]}).encode())["template"] == text


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 4_000_000,
        b"[]" * 2_000_000,
        b"[" + b"[]," * 1_300_000 + b"[]]",
        b"[" * 65 + b'"' + b"a" * 3_900_000,
        b'["' * 70 + b'\\"' * 1_900_000,
        b'"' * 4_000_000,
        b'["' + b"\\" * 3_999_990 + b"{" * 100,
        b"{" + b",".join(b'"a%d":1' % n for n in range(99_000)) + b',"a98999":1}',
        b"9" * 4_000_000,
        b"[" + b"1e309," * 600_000 + b"1]",
    ],
    ids=["open", "pairs", "empties", "string", "quotes", "quotes2", "backslashes", "duplicates", "digits", "floats"],
)
def test_a_bomb_is_refused_at_once(bomb: bytes) -> None:  # D1
    tracemalloc.start()
    try:
        with pytest.raises(MalformedJson):
            loads(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000
    started = time.process_time()
    with pytest.raises(MalformedJson):
        loads(bomb)
    assert time.process_time() - started < 2  # the design's 0.2 s, on a slow and busy machine


def test_a_pointer_escapes_what_would_be_syntax() -> None:
    assert pointer(["a/b", "~", 0]) == "/a~1b/~0/0"
    assert pointer([]) == ""
