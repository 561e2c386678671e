"""The one exchange of HTTP that AWS's JSON protocols need, over real sockets."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from chalicelib.http1.post import CannotExchange, post
from tests.egress.wire import Seen, Wire, answer, serving

HEADERS = {"Host": "dynamodb.local", "X-Amz-Target": "DynamoDB_20120810.UpdateItem"}


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server."""
    with serving() as wire:
        yield wire


def pool_of(wire: Wire, **more: object) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=1, read=1)
    return urllib3.connection_from_url(wire.url, timeout=timeout, maxsize=2, **more)


def test_what_is_sent_and_what_comes_back(wire: Wire) -> None:
    wire.reply = lambda _: answer(b'{"a": 1}', "x-amz-crc32:  7 ", status="400 Bad Request")
    found = post(pool_of(wire), HEADERS, b'{"TableName": "t"}')
    assert (found.status, found.body, found.headers["x-amz-crc32"]) == (400, b'{"a": 1}', "7")
    (seen,) = wire.requests
    assert seen.line == b"POST / HTTP/1.1"
    assert dict(seen.headers) == {**HEADERS, "Content-Length": "18"}
    assert seen.body == b'{"TableName": "t"}'


def test_a_connection_is_used_again_and_a_new_one_is_made_where_it_was_closed_meanwhile(wire: Wire) -> None:
    pool = pool_of(wire)
    for _ in range(3):
        post(pool, HEADERS, b"{}")
    assert wire.connections == 1
    wire.hang_up()
    assert post(pool, HEADERS, b"{}").status == 200
    assert (wire.connections, len(wire.requests)) == (2, 4)


def test_the_servers_wish_to_close_is_granted(wire: Wire) -> None:
    wire.reply = lambda _: answer(b"{}", "Connection: close")
    pool = pool_of(wire)
    for _ in range(2):
        assert post(pool, HEADERS, b"{}").status == 200
    assert wire.connections == 2


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        answer(b"{}")[:-1],
        answer(b"{}") + b"HTTP/1.1 200 OK\r\n",
        answer(b"{}", status="100 Continue"),
        answer(b"{}").replace(b"Length: 2", b"Length: +2"),
        answer(b"{}", "Transfer-Encoding: chunked"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
        b"<html>\r\n\r\n",
    ],
)
def test_what_is_not_as_usual_is_refused_and_its_connection_not_used_again(wire: Wire, odd: bytes) -> None:
    def reply(_: Seen) -> Iterator[bytes]:
        yield odd
        raise ConnectionError  # closes it

    pool = pool_of(wire)
    wire.reply = reply
    with pytest.raises(CannotExchange):
        post(pool, HEADERS, b"{}")
    wire.reply = lambda _: answer(b"{}")
    assert post(pool, HEADERS, b"{}").status == 200
    assert wire.connections == 2


def test_a_server_that_says_nothing_is_not_waited_for(wire: Wire) -> None:
    wire.reply = lambda _: wire.drip(b"H", pause_s=30)
    pool = urllib3.connection_from_url(wire.url, timeout=urllib3.Timeout(connect=1, read=0.05))
    with pytest.raises(CannotExchange, match="timed out"):
        post(pool, HEADERS, b"{}")


def test_where_nobody_listens_there_is_no_exchange() -> None:
    with serving() as wire:
        pool = pool_of(wire)
    with pytest.raises(CannotExchange):
        post(pool, HEADERS, b"{}")


def test_a_server_is_told_nothing_before_its_certificate_is_trusted(
    self_signed: ssl.SSLContext, certificate: Path
) -> None:
    with serving(tls=self_signed) as wire:
        with pytest.raises(CannotExchange):
            post(pool_of(wire), HEADERS, b"{}")
        assert wire.requests == []
        assert post(pool_of(wire, ca_certs=str(certificate)), HEADERS, b"{}").status == 200
