"""The exchange that AWS's JSON protocols need: a POST, and an answer that tells its length.

Connections are those of a pool of urllib3's, which opens and secures them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from urllib3.exceptions import HTTPError  # noqa: TID251 (it opens nothing)

from chalicelib.http1.answer import NotHttp, read_body, read_head
from chalicelib.http1.reader import Reader
from chalicelib.http1.request import NotCarried, request_head


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
    connection = pool._get_conn()
    is_open = False
    try:
        request = request_head("POST", "/", [*headers.items(), ("Content-Length", str(len(body)))]) + body
        if connection.is_closed:
            connection.connect()
            connection.sock.settimeout(pool.timeout.read_timeout)
        connection.sock.sendall(request)
        reader = Reader(connection.sock)
        head = read_head(reader, "POST")
        if head.length is None:
            raise NotHttp("an answer that does not tell its length")
        answer = Answer(head.status, head.joined, b"".join(read_body(reader, head)))
        if reader.has_data():
            raise NotHttp("more than an answer")
        is_open = not head.is_last
    except (OSError, HTTPError, NotHttp, NotCarried) as error:
        raise CannotExchange(str(error)) from error
    finally:
        if not is_open:
            connection.close()
        pool._put_conn(connection)
    return answer
