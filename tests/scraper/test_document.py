"""Bytes → tree: what is read, and what is refused before it can do harm (security D1, D4)."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import (
    DocumentError,
    DocumentTooComplex,
    DocumentTooDeep,
    DocumentTooLarge,
    MalformedDocument,
    NotOpenApi,
)
from chalicelib.scraper.document import parse
from chalicelib.settings import Caps

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(TEXTS, VALUES, max_size=5)


@given(DOCUMENTS)
def test_json_comes_back_as_it_was_written(document: dict[str, Any]) -> None:
    assert parse(json.dumps(document).encode()) == document
    assert parse(json.dumps(document, ensure_ascii=False, indent=2).encode()) == document


@given(st.integers(10**17, 10**40), st.sampled_from(['{"n":%d}', '{"n": -%d }', '{"n":[1,%d]}', '{"n":%d\n}']))
def test_integers_beyond_64_bits_stay_exact(number: int, form: str) -> None:
    text = form % number
    assert parse(text.encode()) == json.loads(text)


def test_what_looks_like_a_long_integer_in_a_text_stays_a_text() -> None:
    assert parse(b'{"a": "id: 12345678901234567890123", "b": 0.12345678901234567890123}')["a"].startswith("id")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_understood(encoding: str) -> None:
    assert parse('{"ü": 1}'.encode(encoding)) == {"ü": 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2020-01-01", "2020-01-01"), ("no", "no"), ("on", "on"), ("0755", "0755"), ("0o17", "0o17"), ("0x1F", "0x1F"),
        ("1_000", "1_000"), ("12:30:45", "12:30:45"), (".inf", ".inf"), ("1e999", "1e999"), ("'12'", "12"),
        ("12", 12), ("-3", -3), ("1.5", 1.5), ("1e3", 1000.0), ("true", True), ("False", False), ("~", None),
        ("", None), ("!!str 12", "12"), ("!!int 12", 12), ("!!float 3", 3.0), ("! 12", "12"),
        ("99999999999999999999", 99999999999999999999),
    ],
)  # fmt: skip
def test_yaml_scalars_are_what_json_would_make_of_them(text: str, value: Any) -> None:  # D4
    found = parse(f"a: {text}".encode())["a"]
    assert found == value
    assert type(found) is type(value)


def test_yaml_keys_are_texts_as_written() -> None:
    assert parse(b"200: a\non: b\n1.10: c\nnull: d\n") == {"200": "a", "on": "b", "1.10": "c", "null": "d"}


def test_yaml_aliases_and_merge_keys_are_followed() -> None:
    text = b"k: &k key\nbase: &b {x: 1, y: 2}\nm: {y: 3, <<: *b}\nn: {<<: [*b, {z: 4}]}\ns: [*b]\n*k : v"
    assert parse(text) == {
        "k": "key",
        "base": {"x": 1, "y": 2},
        "m": {"x": 1, "y": 3},
        "n": {"x": 1, "y": 2, "z": 4},
        "s": [{"x": 1, "y": 2}],
        "key": "v",
    }


def test_braces_can_be_yaml_where_the_media_type_says_so() -> None:
    assert parse(b"{a: [1,], b: no}", content_type="application/yaml") == {"a": [1], "b": "no"}


BOMBS: list[tuple[str, bytes, type[DocumentError]]] = [
    ("brackets", b"[" * 5000 + b"]" * 5000, DocumentTooDeep),
    ("objects", b'{"a":' * 5000 + b"1" + b"}" * 5000, DocumentTooDeep),
    ("deep with a long integer", b'{"a":' + b"[" * 1010 + b"9" * 30 + b"]" * 1010 + b"}", DocumentTooDeep),
    ("yaml flow", b"a: " + b"[" * 5000, DocumentTooDeep),
    ("yaml block", b"\n".join(b" " * n + b"a:" for n in range(3000)), DocumentTooDeep),
    ("yaml dashes", b"- " * 5000 + b"a", DocumentTooDeep),
    ("nodes", b"[" + b"0," * (Caps.DOCUMENT_NODES + 1) + b"0]", DocumentTooComplex),
    (
        "alias bomb",
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(9)),
        DocumentTooComplex,
    ),
    ("alias of itself", b"a: &a {b: *a}", DocumentTooComplex),
    ("size", b" " * (Caps.DOCUMENT_BYTES + 1), DocumentTooLarge),
]


@pytest.mark.parametrize(("data", "error"), [bomb[1:] for bomb in BOMBS], ids=[bomb[0] for bomb in BOMBS])
def test_a_bomb_is_refused_before_it_goes_off(data: bytes, error: type[DocumentError]) -> None:  # D1, D4
    started = time.process_time()
    with pytest.raises(error):
        parse(data)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a":\n 1,', "line 2, column 4"),
        (b'{"a": NaN}', "line 1, column 7"),
        (b'{"n":' + b"9" * 5000 + b"}", "Not valid JSON"),
        (b'{"a": "\xff"}', "Not valid UTF-8: line 1, column 8"),
        (b"<!DOCTYPE html>", "HTML"),
        (b"a: [1,\nb: 2", "Not valid YAML"),
        (b"a: !custom 1", "The tag !custom is not read: line 1, column 4"),
        (b"a: !!binary aGk=", "is not read"),
        (b"a: !!python/object:os.system {}", "is not read"),
        (b"a: !!int x", "is not read"),
        (b"a: 1\n---\nb: 2", "Several documents in one file: line 3"),
        (b"? [a]\n: 1", "A key must be a text: line 1"),
        (b"x: &x [1]\n*x : 1", "A key must be a text: line 2"),
        (b"a: \x00", "Not valid YAML"),
        (b"a: " + b"9" * 5000, "too many digits"),
        (b"\xff\xfe\x00", "Not valid UTF-16"),
    ],
)
def test_what_cannot_be_parsed_says_where(data: bytes, says: str) -> None:
    with pytest.raises(MalformedDocument) as caught:
        parse(data)
    assert says in str(caught.value)


@pytest.mark.parametrize(("data", "says"), [(b"", "empty"), (b"hello", "a text"), (b"[1]", "a list"), (b"12", "a int")])
def test_what_is_not_an_object_is_not_openapi(data: bytes, says: str) -> None:
    with pytest.raises(NotOpenApi, match=says):
        parse(data)
