"""What a client sends is read as the standard library, and cheroot, would read it."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from cheroot.server import HeaderReader, SizeCheckWrapper
from hypothesis import example, given
from hypothesis import strategies as st

from infra.local.fields import FieldReader, Fields
from infra.local.reader import ClientReader

_NAMES = st.sampled_from([b"Host", b"accept", b"ACCEPT", b"X-Thing", b"content-length", b"No Token", b"", b" Folded"])
_VALUES = st.one_of(st.sampled_from([b"", b" 1", b"\t a, b \t", b" caf\xe9", b" a:b", b" a\rb", b" a\nb"]), st.binary())
_LINES = st.builds(bytes.__add__, st.builds(lambda name: name + b":", _NAMES), _VALUES) | st.just(b"no colon")
_ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b""])


def _read(sent: bytes, read: HeaderReader) -> tuple[Any, ...]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        reader, fields = ClientReader(ours), Fields()
        reader.has_more(1.0)
        try:
            read(SizeCheckWrapper(reader, 0), fields)
        except ValueError as error:
            return (str(error),)
        except UnboundLocalError:  # of cheroot's alone
            return ("The first header line continues none.",)
        return dict(fields), fields.values_of, reader.read()


@given(st.lists(st.tuples(_LINES, _ENDS), max_size=5), st.sampled_from([b"\r\n", b"\r\nbody\r\n\r\n", b"\n", b""]))
@example([(b"Host: a", b"\r\n"), (b"X-Thing: b", b"\r\n")], b"\r\nbody")
def test_a_head_read_at_once_is_the_head_read_line_by_line(lines: list[tuple[bytes, bytes]], rest: bytes) -> None:
    sent = b"".join(line + end for line, end in lines) + rest

    assert _read(sent, FieldReader()) == _read(sent, HeaderReader())


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(5.0)
    with ours, theirs:
        yield ours, theirs


@given(
    data=st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n"]), max_size=30).map(b"".join),
    asked=st.lists(st.tuples(st.sampled_from(["read", "readline"]), st.integers(0, 8)), max_size=10),
)
def test_it_reads_as_a_file_does(data: bytes, asked: list[tuple[str, int]]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        reader, file = ClientReader(ours), io.BytesIO(data)

        for how, size in asked:
            assert getattr(reader, how)(size) == getattr(file, how)(size)
        assert reader.readline() == file.readline()
        assert reader.read() == file.read()


def test_a_line_that_comes_in_parts_is_one(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    reader = ClientReader(ours)
    theirs.sendall(b"GET / HT")
    assert reader.has_more(0.0) and reader.has_data()
    assert reader.peek_through(b"\r\n") == b""

    theirs.sendall(b"TP/1.1\r\nHost")

    assert reader.readline() == b"GET / HTTP/1.1\r\n"
    assert reader.read(4) == b"Host"
    assert not reader.has_data() and not reader.has_more(0.001)
    assert ours.gettimeout() == 5.0


def test_the_end_of_what_a_client_sends_is_something_too(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    reader = ClientReader(ours)
    theirs.shutdown(socket.SHUT_WR)

    assert reader.has_more(1.0)
    assert reader.readline() == b""


def test_who_sends_nothing_is_waited_for_as_long_as_the_socket_says(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    ours.settimeout(0.001)

    with pytest.raises(TimeoutError):
        ClientReader(ours).read(1)
