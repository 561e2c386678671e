"""The door for libraries that speak through `httpx2`, such as the openai client: ``OpenAI(http_client=client(…))``.

Import this module inside of the function that needs it: `httpx2` is too heavy to pass on the way to an invocation.
"""

from __future__ import annotations

from typing import Final

import httpx2

from chalicelib.egress.door import CallFailed, Reason, send
from chalicelib.egress.foreign import handed_over, outbound
from chalicelib.settings import Caps

_SAID_AS: Final[dict[Reason, type[httpx2.TransportError]]] = {
    "dns_error": httpx2.ConnectError,
    "connect_error": httpx2.ConnectError,
    "tls_error": httpx2.ConnectError,
    "timeout": httpx2.ReadTimeout,
    "broken": httpx2.ReadError,
    "too_large": httpx2.ReadError,
    "invalid_answer": httpx2.RemoteProtocolError,
}


def client(*, timeout_s: float, max_bytes: int = Caps.UPSTREAM_TEXT_BYTES) -> httpx2.Client:
    """A client with the door as its only way out and nothing taken from the environment (A10).

    A request ends, with its answer read, after `timeout_s` seconds; the answer has at most `max_bytes`. No redirect is
    followed and no cookie kept. A request raises `EgressBlocked`, which openai lets through as it is, or httpx2's own
    errors caused by `CallFailed`, which openai turns into its `APIConnectionError`.
    """
    return httpx2.Client(transport=_Door(timeout_s, max_bytes), trust_env=False, timeout=timeout_s)


class _Door(httpx2.BaseTransport):
    def __init__(self, timeout_s: float, max_bytes: int) -> None:
        self._timeout_s, self._max_bytes = timeout_s, max_bytes

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        sent = outbound(request.method, str(request.url), request.headers.multi_items(), request.read())
        try:  # a model may think for longer than the first byte of an API call may take
            answer = send(sent, timeout_s=self._timeout_s, first_byte_s=self._timeout_s, max_bytes=self._max_bytes)
        except CallFailed as error:
            raise _SAID_AS[error.reason](error.detail, request=request) from error
        return httpx2.Response(answer.status, headers=handed_over(answer), content=answer.body, request=request)
