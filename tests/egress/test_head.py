"""The head of an answer: as `http.client` reads it where it is right, and better where it is not."""

from __future__ import annotations

import http.client
import io
import string
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.egress import CallFailed, Outbound, send
from chalicelib.egress.head import read_fields
from tests.egress.wire import Seen, serving

NAMES = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=20)
VISIBLE = "".join(map(chr, (*range(0x21, 0x7F), *range(0xA0, 0x100))))
VALUES = st.lists(st.text(VISIBLE, min_size=1, max_size=20), max_size=4).map(" ".join)
SPACE = st.sampled_from(["", " ", "\t", "  "])


@given(st.lists(st.tuples(NAMES, SPACE, VALUES, SPACE, st.sampled_from(["\r\n", "\n"])), max_size=20))
def test_well_formed_fields_are_read_as_the_library_reads_them(lines: list[tuple[str, ...]]) -> None:
    raw = "".join(f"{name}:{before}{value}{after}{end}" for name, before, value, after, end in lines) + "\r\n"
    stream = io.BytesIO(raw.encode("latin-1") + b"the body")
    fields = read_fields(stream)
    reference = http.client.parse_headers(io.BytesIO(raw.encode("latin-1")))
    assert fields.items() == [(name, value.strip(" \t")) for name, value in reference.items()]
    assert fields.items() == [(name, value) for name, _, value, _, _ in lines]
    assert stream.read() == b"the body"


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        (b"A: 1\r\nthis is no field\r\nB: 2\r\n", [("A", "1"), ("B", "2")]),
        (b"A: 1\r\n\tand 2: 3\r\nB: 4\r\n", [("A", "1 and 2: 3"), ("B", "4")]),
        (b" goes on from nowhere\r\nA: 1\r\n", [("A", "1")]),
        (b": no name\r\nA : 1\r\n", [("A", "1")]),
        (b"A: 1\r2\x003\r\n", [("A", "1 2 3")]),
        ("A: voilà \r\n".encode(), [("A", "voilà".encode().decode("latin-1"))]),
    ],
    ids=["no field", "folded", "folded onto nothing", "no name", "controls", "UTF-8"],
)
def test_what_servers_get_wrong_costs_no_other_field(lines: bytes, fields: list[tuple[str, str]]) -> None:
    assert read_fields(io.BytesIO(lines + b"\r\n")).items() == fields


def test_a_garbled_line_does_not_hide_the_length_below_it() -> None:
    reply = b"HTTP/1.1 200 OK\r\ngarbage\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
    with serving(lambda _: reply) as wire:
        answers = [send(Outbound("GET", wire.url)) for _ in range(2)]
        assert [answer.body for answer in answers] == [b"ok", b"ok"]
        assert answers[0].header("content-type") == "text/plain"
        assert wire.connections == 1


@pytest.mark.parametrize("cut", [b"HTTP/1.1 200 OK\r\nContent-Type: text/pl", b"HTTP/1.1 200 OK\r\nA: 1\r\n"])
def test_a_head_that_is_cut_off_is_no_empty_answer(cut: bytes) -> None:
    def reply(_: Seen) -> Iterator[bytes]:
        yield cut
        wire.hang_up()

    with serving(reply) as wire, pytest.raises(CallFailed) as caught:
        send(Outbound("GET", wire.url))
    assert (caught.value.reason, caught.value.sent) == ("broken", True)


def test_provisional_answers_are_passed_over() -> None:
    provisional = b"HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n" * 2 + b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    reply = provisional + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with serving(lambda _: reply) as wire:
        assert send(Outbound("POST", wire.url, (), b"{}")).body == b"ok"


CHUNKED = b"Transfer-Encoding: chunked\r\n"
OK_IN_CHUNKS = b"2\r\nok\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("fields", "body", "is_kept"),
    [
        (b"Content-Length: 2\r\nContent-Length: 2\r\n", b"ok", True),
        (b"Content-Length: 2, 2\r\n", b"ok", True),
        (b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n", b"ok", True),
        (b"Transfer-Encoding: CHUNKED\r\n", OK_IN_CHUNKS, True),
        (CHUNKED + b"Content-Length: 2\r\n", OK_IN_CHUNKS, False),
        (b"Content-Length: 2\r\nConnection: x\r\nConnection: Close\r\n", b"ok", False),
    ],
    ids=["length twice", "length in a list", "identity", "chunks", "chunks and length", "connection twice"],
)
def test_a_body_ends_where_all_fields_say(fields: bytes, body: bytes, is_kept: bool) -> None:
    with serving(lambda _: b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n" + body) as wire:
        assert [send(Outbound("GET", wire.url)).body for _ in range(2)] == [b"ok"] * 2
        assert wire.connections == (1 if is_kept else 2)


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 2\r\nContent-Length: 5\r\n",
        b"Content-Length: 2, 5\r\n",
        b"Content-Length: " + b"9" * 5_000 + b"\r\n",
        b"Content-Length: -2\r\n",
        b"Content-Length: +2\r\n",
        b"Content-Length:\r\n",
        CHUNKED + CHUNKED,
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: identity\r\n" + CHUNKED,
        b"Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n",
    ],
)
def test_a_body_whose_end_is_in_doubt_is_refused_at_once(fields: bytes) -> None:  # RFC 9112, 6.3
    with serving(lambda _: b"HTTP/1.1 200 OK\r\n" + fields + b"\r\nokokok") as wire:
        with pytest.raises(CallFailed) as caught:
            send(Outbound("GET", wire.url))
        assert (caught.value.reason, caught.value.sent) == ("invalid_answer", True)


@pytest.mark.parametrize(("method", "status"), [("HEAD", b"200 OK"), ("GET", b"204 None"), ("GET", b"304 Same")])
def test_an_answer_without_a_body_may_tell_of_one(method: str, status: bytes) -> None:
    for fields in (b"Content-Length: 20\r\n", CHUNKED):
        with serving(lambda _, head=b"HTTP/1.1 " + status + b"\r\n" + fields: head + b"\r\n") as wire:
            assert [send(Outbound(method, wire.url)).body for _ in range(2)] == [b""] * 2
            assert wire.connections == 1


@pytest.mark.parametrize(
    ("head", "is_kept"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n", True),
    ],
    ids=["1.1", "1.1, closing", "1.0", "1.0, keeping"],
)
def test_a_connection_is_kept_where_the_answer_allows_it(head: bytes, is_kept: bool) -> None:
    with serving(lambda _: head + b"ok") as wire:
        for _ in range(2):
            assert send(Outbound("GET", wire.url)).body == b"ok"
        assert wire.connections == (1 if is_kept else 2)
