"""Request bodies: what is written can be read back by the standard library."""

from __future__ import annotations

import base64
import email.parser
import email.policy
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.gateway.bodies import encode, encode_members, file_bytes
from chalicelib.gateway.serialize import CannotSerialize
from chalicelib.registry.models import Binding

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20)
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


def member(name: str, value: Any, **options: Any) -> tuple[Binding, Any]:
    return Binding.model_validate({"in": "body", "name": name, **options}), value


def read_parts(body: bytes, content_type: str) -> list[tuple[dict[str, str], str | None, bytes]]:
    """``(disposition parameters, content type, content)`` of each part, as Python's own parser reads them."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    assert message.is_multipart(), body
    found = []
    for part in message.iter_parts():
        disposition = part["content-disposition"]
        kind = part["content-type"]
        found.append((dict(disposition.params), str(kind) if kind else None, part.get_payload(decode=True)))
    return found


@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.api+json", "text/json; charset=utf-8"])
@given(st.dictionaries(TEXTS, st.integers(-(2**80), 2**80) | TEXTS | st.none() | st.booleans(), max_size=4))
def test_json_is_what_was_given(media_type: str, value: Any) -> None:
    body, content_type = encode(value, media_type)
    assert json.loads(body) == value
    assert content_type == media_type


@pytest.mark.parametrize("number", [2**53 + 1, 2**63, 2**64, -(2**70), 10**300])
def test_integers_beyond_a_double_stay_exact(number: int) -> None:
    assert encode({"id": number}, "application/json")[0] == b'{"id":%d}' % number


@given(st.dictionaries(TEXTS, TEXTS, max_size=5))
def test_a_form_can_be_read_back(value: dict[str, str]) -> None:
    body, content_type = encode(value, FORM)
    assert parse_qsl(body.decode("ascii"), keep_blank_values=True) == list(value.items())
    assert content_type == FORM


def test_how_a_member_of_a_form_is_written_its_binding_says() -> None:
    members = [
        member("list", ["a", "b"]),
        member("object", {"a": 1}),
        member("objects", [{"a": 1}, {"b": 2}]),
        member("deep", {"a": {"b": [1, 2]}}, style="deepObject", explode=True),
        member("joined", ["a", "b"], explode=False),
        member("json", "text", media_type="application/json"),
        member("flag", True),
        member("nothing", None),
    ]
    body, _ = encode_members(members, FORM)
    assert parse_qsl(body.decode(), keep_blank_values=True) == [
        ("list", "a"),
        ("list", "b"),
        ("object", '{"a":1}'),
        ("objects", '{"a":1}'),
        ("objects", '{"b":2}'),
        ("deep[a][b][]", "1"),
        ("deep[a][b][]", "2"),
        ("joined", "a,b"),
        ("json", '"text"'),
        ("flag", "true"),
        ("nothing", ""),
    ]


@given(st.dictionaries(TEXTS.filter(str.strip), TEXTS, min_size=1, max_size=4))
def test_multipart_text_can_be_read_back(value: dict[str, str]) -> None:  # C4
    body, content_type = encode(value, MULTIPART)
    lines = body.split(b"\r\n")
    boundary = content_type.split("boundary=")[1]
    assert lines.count(f"--{boundary}".encode()) == len(value)
    assert body.endswith(f"--{boundary}--\r\n".encode())
    for name, item in value.items():
        quoted = name.replace('"', "%22")
        assert f'name="{quoted}"\r\n\r\n{item}\r\n'.encode() in body


def test_files_objects_and_lists_are_parts() -> None:  # C4
    raw = bytes(range(256))
    encoded = base64.b64encode(raw).decode()
    members = [
        member("file", {"base64": encoded, "filename": 'a"b\r\nc.png', "content_type": "image/png"}),
        member("plain", {"text": "héllo"}),
        member("binary", encoded, media_type="application/octet-stream"),
        member("images", [encoded, encoded], media_type="image/png, image/jpeg"),
        member("object", {"a": 2**70}),
        member("not-a-file", {"text": "x", "author": "y"}),
        member("both", {"text": "x", "base64": "eA=="}),
        member("json", {"text": "x"}, media_type="application/json"),
        member("json-list", [1, 2], media_type="application/json"),
        member("note", "text", media_type="text/markdown"),
        member("number", 5),
    ]
    parts = read_parts(*encode_members(members, MULTIPART))
    assert [(p["name"], p.get("filename"), kind, content) for p, kind, content in parts] == [
        ("file", "a%22b%0D%0Ac.png", "image/png", raw),
        ("plain", "plain", "application/octet-stream", "héllo".encode()),
        ("binary", "binary", "application/octet-stream", raw),
        ("images", "images", "application/octet-stream", raw),
        ("images", "images", "application/octet-stream", raw),
        ("object", None, "application/json", b'{"a":%d}' % 2**70),
        ("not-a-file", None, "application/json", b'{"text":"x","author":"y"}'),
        ("both", None, "application/json", b'{"text":"x","base64":"eA=="}'),
        ("json", None, "application/json", b'{"text":"x"}'),
        ("json-list", None, "application/json", b"[1,2]"),
        ("note", None, "text/markdown", b"text"),
        ("number", None, None, b"5"),
    ]


def test_boundaries_are_random_and_long() -> None:  # C4
    marks = {encode({"a": "b"}, MULTIPART)[1].split("boundary=")[1] for _ in range(50)}
    assert len(marks) == 50
    assert all(len(mark) >= 32 for mark in marks)


@pytest.mark.parametrize(
    ("media_type", "body", "content_type"),
    [
        ("text/plain", "é".encode(), "text/plain; charset=utf-8"),
        ("text/plain; charset=iso-8859-1", b"\xe9", "text/plain; charset=iso-8859-1"),
        ("text/plain; charset=base64", "é".encode(), "text/plain; charset=utf-8"),
        ("text/markdown; variant=GFM", "é".encode(), "text/markdown; variant=GFM; charset=utf-8"),
        ("application/xml", "é".encode(), "application/xml; charset=utf-8"),
        ("application/atom+xml", "é".encode(), "application/atom+xml; charset=utf-8"),
    ],
)
def test_text_is_sent_in_the_character_set_that_it_names(media_type: str, body: bytes, content_type: str) -> None:
    assert encode("é", media_type) == (body, content_type)


@pytest.mark.parametrize("value", ["AAEC", {"base64": "AAEC"}, {"base64": "AAEC", "filename": "x"}])
def test_binary_is_base64(value: Any) -> None:
    assert encode(value, "application/octet-stream") == (b"\0\1\2", "application/octet-stream")
    assert encode({"text": "AAEC"}, "image/svg")[0] == b"AAEC"


@pytest.mark.parametrize(
    ("value", "media_type"),
    [
        ("not base64!", "application/octet-stream"),
        ("AAE", "application/octet-stream"),
        (5, "application/octet-stream"),
        ({"base64": 5}, "image/png"),
        ({}, "image/png"),
        (5, "text/plain"),
        ({"a": 1}, "application/xml"),
        ("日本", "text/plain; charset=iso-8859-1"),
        ([1], FORM),
        ("a", MULTIPART),
        ({"file": {"text": "x", "content_type": "text/plain\r\nX-Evil: 1"}}, MULTIPART),
    ],
)
def test_what_a_media_type_cannot_carry_is_refused(value: Any, media_type: str) -> None:
    with pytest.raises(CannotSerialize):
        encode(value, media_type)


@given(st.binary(max_size=100))
def test_every_file_arrives_as_it_was(raw: bytes) -> None:
    assert file_bytes(base64.b64encode(raw).decode()) == raw
