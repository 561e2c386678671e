"""An answer: as `http.client` reads it where it is right, and better where it is not."""

from __future__ import annotations

import http.client
import io
import itertools
import string
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.egress import CallFailed, Outbound, send
from chalicelib.http1.answer import Broken, NotHttp, read_body, read_fields, read_head
from chalicelib.http1.reader import Reader
from tests.egress.wire import Seen, serving

NAMES = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=20)
VISIBLE = "".join(map(chr, (*range(0x21, 0x7F), *range(0xA0, 0x100))))
VALUES = st.lists(st.text(VISIBLE, min_size=1, max_size=20), max_size=4).map(" ".join)


class Cut:
    """A socket whose bytes come in pieces of the given sizes, over and over."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data, self._sizes = io.BytesIO(data), itertools.cycle(sizes)

    def recv(self, most: int) -> bytes:
        return self._data.read(min(most, next(self._sizes)))

    def makefile(self, _: str) -> io.BytesIO:
        """All of it, for `http.client`."""
        return self._data


def rest_of(reader: Reader) -> bytes:
    return b"".join(iter(lambda: reader.read_some(1_000), b""))


def reader_of(data: bytes, sizes: list[int] | None = None) -> Reader:
    return Reader(Cut(data, sizes or [len(data) + 1]))


CHUNKED = b"Transfer-Encoding: chunked\r\n"
SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=5)
SPACE = st.sampled_from(["", " ", "\t", "  "])


@given(st.lists(st.tuples(NAMES, SPACE, VALUES, SPACE, st.sampled_from(["\r\n", "\n"])), max_size=20), SIZES)
def test_well_formed_fields_are_read_as_the_library_reads_them(lines: list[tuple[str, ...]], sizes: list[int]) -> None:
    raw = "".join(f"{name}:{before}{value}{after}{end}" for name, before, value, after, end in lines) + "\r\n"
    reader = reader_of(raw.encode("latin-1") + b"the body", sizes)
    fields = read_fields(reader)
    reference = http.client.parse_headers(io.BytesIO(raw.encode("latin-1")))
    assert fields == [(name, value.strip(" \t")) for name, value in reference.items()]
    assert fields == [(name, value) for name, _, value, _, _ in lines]
    assert rest_of(reader) == b"the body"


def in_chunks(pieces: list[bytes], extension: bytes) -> bytes:
    chunks = [b"%X%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces if piece]
    return b"".join(chunks) + b"0\r\nX-Trailer: 1\r\n\r\n"


@given(
    st.lists(st.binary(max_size=50), max_size=5),
    st.sampled_from([b"", b" ", b";a=b", b' ; a="b"']),
    st.sampled_from([b"200 OK", b"404 Not Found", b"500", b"204 No Content", b"304 Not Modified"]),
    st.sampled_from(["length", "chunks", "end"]),
    st.sampled_from(["GET", "HEAD"]),
    SIZES,
)
def test_an_answer_is_what_the_library_reads_however_it_is_cut_up(
    pieces: list[bytes], extension: bytes, status: bytes, ending: str, method: str, sizes: list[int]
) -> None:
    body = b"".join(pieces)
    field = {"length": b"Content-Length: %d\r\n" % len(body), "chunks": CHUNKED, "end": b""}[ending]
    sent = body if ending != "chunks" else in_chunks(pieces, extension)
    if method == "HEAD" or status[:3] in (b"204", b"304"):
        assume(method == "HEAD" or ending != "chunks")  # of a 204, the library reads chunks that are not there
        sent = b""
    raw = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 " + status + b"\r\nX: 1\r\n" + field + b"\r\n" + sent
    reader = reader_of(raw, sizes)
    head = read_head(reader, method)
    reference = http.client.HTTPResponse(Cut(raw, [1]), method=method)  # type: ignore[arg-type]
    reference.begin()
    found = b"".join(read_body(reader, head))
    assert (head.status, list(head.fields), found) == (reference.status, reference.getheaders(), reference.read())
    assert (found, rest_of(reader)) == (body if sent else b"", b"")
    assert head.is_last == (ending == "end" and head.length is None)


OK_CHUNKED = b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"\r\n"
IN_CHUNKS = OK_CHUNKED + in_chunks([b"some", b"more"], b"")
LAST_CHUNK = IN_CHUNKS.index(b"0\r\nX-Trailer")


@pytest.mark.parametrize("size", range(LAST_CHUNK + 2))
def test_an_answer_that_is_cut_off_is_never_taken_for_whole(size: int) -> None:
    reader = reader_of(IN_CHUNKS[:size])
    with pytest.raises(Broken):
        list(read_body(reader, read_head(reader, "GET")))


@pytest.mark.parametrize("size", range(LAST_CHUNK + 3, len(IN_CHUNKS)))
def test_an_answer_that_is_cut_off_behind_its_last_chunk_is_whole(size: int) -> None:  # RFC 9112, 8
    reader = reader_of(IN_CHUNKS[:size])
    assert b"".join(read_body(reader, read_head(reader, "GET"))) == b"somemore"
    assert reader.has_ended


@pytest.mark.parametrize("size", [b"0" * 20 + b"2\r\n", b"2\n", b"2 ;a\r\n"], ids=["zeros", "bare", "extension"])
def test_sizes_of_chunks_are_read_as_servers_write_them(size: bytes) -> None:
    reader = reader_of(OK_CHUNKED + size + b"ok\n0\n\nmore")
    assert b"".join(read_body(reader, read_head(reader, "GET"))) == b"ok"
    assert rest_of(reader) == b"more"


@pytest.mark.parametrize("blank", [b"\xa0", b"\x0b", b"\x85", b"\r"])
def test_only_spaces_and_tabs_stand_around_what_says_where_the_body_ends(blank: bytes) -> None:
    reader = reader_of(b"HTTP/1.1 200 OK\r\n" + blank + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nok")
    assert read_head(reader, "GET").length == 2


@pytest.mark.parametrize(
    "field", [b"Content-Length: 2\xa0", b"Content-Length: \x0b2", b"Transfer-Encoding: chunked\xa0"]
)
def test_a_length_with_something_beside_it_is_none(field: bytes) -> None:
    with pytest.raises(NotHttp):
        read_head(reader_of(b"HTTP/1.1 200 OK\r\n" + field + b"\r\n\r\nok"), "GET")


@pytest.mark.parametrize(
    "chunk",
    [
        b"0x2\r\nok\r\n",
        b"+2\r\nok\r\n",
        b" 2\r\nok\r\n",
        b"0_2\r\nok\r\n",
        b"\r\nok\r\n",
        b"2\r\nokay\r\n",
    ],
)
def test_chunks_are_measured_exactly(chunk: bytes) -> None:  # RFC 9112, 7.1; Python reads the first four as numbers
    reader = reader_of(OK_CHUNKED + chunk + b"0\r\n\r\n")
    with pytest.raises(Broken):
        list(read_body(reader, read_head(reader, "GET")))


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
    assert read_fields(reader_of(lines + b"\r\n")) == fields


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
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, close\r\n\r\n", False),
    ],
    ids=["1.1", "1.1, closing", "1.0", "1.0, keeping", "1.0, both"],
)
def test_a_connection_is_kept_where_the_answer_allows_it(head: bytes, is_kept: bool) -> None:
    with serving(lambda _: head + b"ok") as wire:
        for _ in range(2):
            assert send(Outbound("GET", wire.url)).body == b"ok"
        assert wire.connections == (1 if is_kept else 2)


def test_chunks_of_an_old_server_end_its_connection() -> None:  # RFC 9112, 6.1
    head = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + CHUNKED
    assert read_head(reader_of(head + b"\r\n" + OK_IN_CHUNKS), "GET").is_last
