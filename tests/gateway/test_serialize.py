"""Parameter styles: what is written can be read back, by someone who knows the style and nothing of our code."""

from __future__ import annotations

import json
import unicodedata
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.gateway.serialize import CannotSerialize, cookie_pairs, header_value, path_value, query_pairs, text
from chalicelib.registry.models import Binding

WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
LISTS = st.lists(WORDS, min_size=1, max_size=4)
OBJECTS = st.dictionaries(WORDS, WORDS, min_size=1, max_size=4)
SHAPES = WORDS | LISTS | OBJECTS


def bound(place: str, name: str = "p", **options: Any) -> Binding:
    return Binding.model_validate({"in": place, "name": name, **options})


# --- reference decoders, after the tables of OpenAPI 3.1 (Style Examples) and RFC 6570 --------------------------------


def split(sent: str, shape: Any, between: str, *, explode: bool) -> Any:
    """A value of `shape` out of the text that one parameter became."""
    if isinstance(shape, str):
        return unquote(sent)
    parts = sent.split(between if explode else ",")
    if isinstance(shape, list):
        return [unquote(part) for part in parts]
    pairs = [part.split("=") for part in parts] if explode else list(zip(parts[::2], parts[1::2], strict=True))
    return {unquote(key): unquote(value) for key, value in pairs}


def read_path(sent: str, shape: Any, style: str, *, explode: bool) -> Any:
    if style == "simple":
        return split(sent, shape, ",", explode=explode)
    if style == "label":
        assert sent[0] == "."
        return split(sent[1:], shape, ".", explode=explode)
    assert sent[0] == ";"
    if isinstance(shape, dict) and explode:
        return split(sent[1:], shape, ";", explode=True)
    if isinstance(shape, list) and explode:
        return [unquote(part.removeprefix("p=")) for part in sent[1:].split(";")]
    return split(sent[1:].removeprefix("p="), shape, ",", explode=False)


def read_query(pairs: list[tuple[str, str]], shape: Any, style: str, *, explode: bool) -> Any:
    if isinstance(shape, str):
        ((name, value),) = pairs
        assert name == "p"
        return unquote(value)
    if style == "deepObject" and isinstance(shape, dict):
        return {unquote(name).removeprefix("p[").removesuffix("]"): unquote(value) for name, value in pairs}
    if explode:
        if isinstance(shape, dict):
            return {unquote(name): unquote(value) for name, value in pairs}
        return [unquote(value) for name, value in pairs if name in ("p", "p%5B%5D")]
    ((name, value),) = pairs
    between = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}[style]
    parts = [unquote(part) for part in value.split(between)]
    return parts if isinstance(shape, list) else dict(zip(parts[::2], parts[1::2], strict=True))


def words(value: Any) -> list[str]:
    if isinstance(value, str):
        return []
    return value if isinstance(value, list) else [*value, *value.values()]


def normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normal(item) for item in value]
    return {normal(key): normal(member) for key, member in value.items()}


# --- round trips ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("explode", [True, False])
@pytest.mark.parametrize("style", ["simple", "label", "matrix"])
@given(value=SHAPES)
def test_a_path_value_can_be_read_back(style: str, explode: bool, value: Any) -> None:  # C1
    value = normal(value)
    assume(style != "label" or "." not in json.dumps(value, ensure_ascii=False))  # RFC 6570 leaves dots as they are
    try:
        sent = path_value(value, bound("path", style=style, explode=explode))
    except CannotSerialize:
        assume(False)
    assert not set("/?# ").intersection(sent)
    assert read_path(sent, value, style, explode=explode) == value


@pytest.mark.parametrize(
    ("style", "explode"),
    [
        *((style, explode) for style in ("form", "spaceDelimited", "pipeDelimited") for explode in (True, False)),
        ("deepObject", True),
    ],
)
@pytest.mark.parametrize("allow_reserved", [False, True])
@given(value=SHAPES)
def test_query_values_can_be_read_back(style: str, explode: bool, allow_reserved: bool, value: Any) -> None:  # C2
    delimiter = {"spaceDelimited": " ", "pipeDelimited": "|", "form": "," if allow_reserved else None}.get(style)
    assume(explode or delimiter is None or not any(delimiter in word for word in words(value)))  # nobody could tell
    pairs = query_pairs(value, bound("query", style=style, explode=explode, allow_reserved=allow_reserved))
    for part in (part for pair in pairs for part in pair):
        assert not set("&=#+ []").intersection(part)
    assert read_query(pairs, value, style, explode=explode) == value


@pytest.mark.parametrize("explode", [True, False])
@given(value=SHAPES)
def test_cookies_can_be_read_back(explode: bool, value: Any) -> None:
    pairs = cookie_pairs(value, bound("cookie", explode=explode))
    for part in (part for pair in pairs for part in pair):
        assert not set(';= \r\n\t"').intersection(part)
    assert read_query(pairs, value, "form", explode=explode) == value


@given(st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_scalar_is_written_as_json_writes_it(value: Any) -> None:
    assert json.loads(text(value)) == value
    assert text(str(value)) == str(value)
    assert query_pairs(value, bound("query")) == [("p", text(value).replace("+", "%2B"))]


# --- the tables, cell by cell -----------------------------------------------------------------------------------------

ARRAY, OBJECT = ["blue", "black", "brown"], {"R": 100, "G": 200, "B": 150}


@pytest.mark.parametrize(
    ("style", "explode", "array", "object_"),
    [
        ("matrix", False, ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
        ("matrix", True, ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
        ("label", False, ".blue,black,brown", ".R,100,G,200,B,150"),
        ("label", True, ".blue.black.brown", ".R=100.G=200.B=150"),
        ("simple", False, "blue,black,brown", "R,100,G,200,B,150"),
        ("simple", True, "blue,black,brown", "R=100,G=200,B=150"),
    ],
)
def test_the_style_examples_of_openapi_for_paths(style: str, explode: bool, array: str, object_: str) -> None:
    binding = bound("path", "color", style=style, explode=explode)
    assert path_value(ARRAY, binding) == array
    assert path_value(OBJECT, binding) == object_
    if style == "simple":
        header = bound("header", "color", explode=explode)
        assert (header_value(ARRAY, header), header_value(OBJECT, header)) == (array, object_)


@pytest.mark.parametrize(
    ("style", "explode", "array", "object_"),
    [
        ("form", False, "color=blue,black,brown", "color=R,100,G,200,B,150"),
        ("form", True, "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
        (None, None, "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
        ("spaceDelimited", None, "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"),
        ("pipeDelimited", None, "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"),
        (
            "deepObject",
            True,
            "color%5B%5D=blue&color%5B%5D=black&color%5B%5D=brown",
            "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
        ),
    ],
)
def test_the_style_examples_of_openapi_for_queries(
    style: str | None, explode: bool | None, array: str, object_: str
) -> None:
    binding = bound("query", "color", style=style, explode=explode)
    assert "&".join(map("=".join, query_pairs(ARRAY, binding))) == array
    assert "&".join(map("=".join, query_pairs(OBJECT, binding))) == object_


def test_deep_objects_go_as_deep_as_they_are() -> None:
    value = {"items": [{"price": "a", "n": 1}, {"price": "b"}], "tags": ["x", "y"], "a&b": {"c=d": None}}
    pairs = query_pairs(value, bound("query", "f", style="deepObject", explode=True))
    assert [(unquote(name), item) for name, item in pairs] == [
        ("f[items][0][price]", "a"),
        ("f[items][0][n]", "1"),
        ("f[items][1][price]", "b"),
        ("f[tags][]", "x"),
        ("f[tags][]", "y"),
        ("f[a&b][c=d]", ""),
    ]


@pytest.mark.parametrize("empty", [[], {}])
@pytest.mark.parametrize("explode", [True, False])
def test_an_empty_list_or_object_is_left_out_of_a_query(empty: Any, explode: bool) -> None:
    for style in ("form", "spaceDelimited", "deepObject"):
        assert query_pairs(empty, bound("query", style=style, explode=explode)) == []


def test_a_parameter_with_a_media_type_is_written_in_it() -> None:
    as_json, as_text = {"media_type": "application/json"}, {"media_type": "text/plain"}
    assert query_pairs({"a": [1]}, bound("query", **as_json)) == [("p", "%7B%22a%22%3A%5B1%5D%7D")]
    assert query_pairs("a", bound("query", **as_json)) == [("p", "%22a%22")]
    assert query_pairs("a", bound("query", **as_text)) == [("p", "a")]
    assert path_value({"a": 1}, bound("path", **as_json)) == "%7B%22a%22%3A1%7D"
    assert header_value({"a": "é"}, bound("header", **as_json)) == '{"a":"é"}'
    assert cookie_pairs([1, 2], bound("cookie", **as_json)) == [("p", "%5B1%2C2%5D")]


def test_null_is_an_empty_value_where_there_can_be_one() -> None:
    assert query_pairs(None, bound("query")) == [("p", "")]
    assert header_value(None, bound("header")) == ""
    with pytest.raises(CannotSerialize):
        path_value(None, bound("path"))


# --- paths that would lead elsewhere ----------------------------------------------------------------------------------

CLIMBING = [  # C1
    *("", ".", "..", "%2e", "%2E%2E", "%2e.", ".%2e", "%252e%252e", "%25252e", "..;", "..;a=b", ".;", "..\\", ".\\"),
    *("../admin", "..\\admin", "..%2fadmin", "..%5cadmin", "a/../b", "a/..", "a/./b", "a\\..\\b", "a/%2e%2e/b"),
    *(" .. ", "..\x00", "..%00", "..;/admin", "%2e%2e%2fadmin", "%2e%2e;x/y", "a%2f..%2fb", "\t..", "..\n"),
]
HARMLESS = [
    "...",
    "a..b",
    "..a",
    "a.",
    ".well-known",
    "a/b",
    "a\\b",
    "a;b",
    "%",
    "%zz",
    "100%",
    "a b",
    "é",
    "日本",
    "..é",
]


@pytest.mark.parametrize("value", CLIMBING)
@pytest.mark.parametrize("allow_slash", [False, True])
def test_a_path_value_that_is_a_dot_segment_to_someone_is_refused(value: str, allow_slash: bool) -> None:
    for style in ("simple", "label", "matrix"):
        with pytest.raises(CannotSerialize):
            path_value(value, bound("path", style=style, allow_reserved=allow_slash))
        with pytest.raises(CannotSerialize):
            path_value(["a", value], bound("path", style=style, allow_reserved=allow_slash))


@pytest.mark.parametrize("empty", [[], {}, [""], {"": ""}])
def test_an_empty_path_value_is_refused(empty: Any) -> None:  # C1
    for style in ("simple", "label", "matrix"):
        for explode in (True, False):
            with pytest.raises(CannotSerialize):
                path_value(empty, bound("path", style=style, explode=explode))


@pytest.mark.parametrize("value", HARMLESS)
def test_a_path_value_stays_one_segment(value: str) -> None:  # C1
    sent = path_value(value, bound("path"))
    assert "/" not in sent
    assert unquote(sent) == value


def test_slashes_are_kept_where_the_parameter_says_so() -> None:  # C1
    assert path_value("a/b c?d#e[f]&g", bound("path", allow_reserved=True)) == "a/b%20c%3Fd%23e%5Bf%5D&g"


def test_a_path_value_is_composed_before_it_is_encoded() -> None:  # C1
    assert path_value("e\u0301", bound("path")) == "%C3%A9"
