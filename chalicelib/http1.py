"""HTTP/1.1 (RFC 9112) as far as AWS's JSON protocols need it: a POST, and an answer that tells its length.

urllib3 and http.client read whatever a server may answer, which costs them 0.3 ms of CPU for each call. This reads
the usual answer and refuses every other. Connections are those of a pool of urllib3's, which opens and secures them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from urllib3.exceptions import HTTPError  # noqa: TID251 (it opens nothing)

_STATUS: Final = re.compile(r"HTTP/1\.1 ([2-5]\d\d) [^\r\n]*")
_LENGTH: Final = re.compile(r"\d{1,9}", re.ASCII)
_PIECE: Final = 65_536
_LONGEST_HEAD: Final = 65_536


class CannotExchange(Exception):
    """There was no answer, or none that can be read here."""


@dataclass(frozen=True)
class Answer:
    """`headers` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def post(pool: Any, headers: Mapping[str, str], body: bytes) -> Answer:
    """What is answered to a POST to ``/`` with `headers`, of which ``Host`` is one. Raises `CannotExchange`.

    `pool` is urllib3's `HTTPConnectionPool` or `HTTPSConnectionPool`; its time-outs hold.
    """
    head = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    request = f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body
    connection = pool._get_conn()
    is_open = False
    try:
        if connection.is_closed:
            connection.connect()
            connection.sock.settimeout(pool.timeout.read_timeout)
        connection.sock.sendall(request)
        answer = receive(connection.sock.recv)
        is_open = answer.headers.get("connection", "").lower() != "close"
    except (OSError, HTTPError, ValueError) as error:
        raise CannotExchange(str(error)) from error
    finally:
        if not is_open:
            connection.close()
        pool._put_conn(connection)
    return answer


def receive(recv: Callable[[int], bytes]) -> Answer:
    """The one answer that `recv` yields. Raises `ValueError` where it is not as usual, or is followed by something."""
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        if len(received) > _LONGEST_HEAD:
            raise ValueError("the head does not end")
        received += _some(recv)
    status, *lines = received[:end].decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    started, length = _STATUS.fullmatch(status), _LENGTH.fullmatch(headers.get("content-length", ""))
    if started is None or length is None or "transfer-encoding" in headers:
        raise ValueError("not an answer that tells its length")
    whole = end + 4 + int(length[0])
    while len(received) < whole:
        received += _some(recv)
    if len(received) > whole:
        raise ValueError("more than an answer")
    return Answer(int(started[1]), headers, bytes(received[end + 4 :]))


def _some(recv: Callable[[int], bytes]) -> bytes:
    piece = recv(_PIECE)
    if not piece:
        raise ValueError("the connection has ended")
    return piece
