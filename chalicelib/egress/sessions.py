"""The door for libraries that speak through `requests`, such as authlib's OAuth client.

Import this module inside of the function that needs it: `requests` is too heavy to pass on the way to an invocation.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TypeVar

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from chalicelib.egress.door import send
from chalicelib.egress.foreign import handed_over, outbound
from chalicelib.settings import Caps

AnySession = TypeVar("AnySession", bound=requests.Session)


def session(*, timeout_s: float = Caps.CALL_TIMEOUT_S, max_bytes: int = Caps.UPSTREAM_TEXT_BYTES) -> requests.Session:
    """A session that can reach the outside through the door only. See `confine`."""
    return confine(requests.Session(), timeout_s=timeout_s, max_bytes=max_bytes)


def confine(
    one: AnySession, *, timeout_s: float = Caps.CALL_TIMEOUT_S, max_bytes: int = Caps.UPSTREAM_TEXT_BYTES
) -> AnySession:
    """`one`, with the door as its only way out and nothing taken from the environment (A10).

    A request ends, with its answer read, after `timeout_s` seconds; the answer has at most `max_bytes`. No redirect is
    followed and no cookie kept. A request raises what the door raises: `EgressBlocked` and `CallFailed`, whose text
    never has the request in it.

    For authlib: ``confine(OAuth2Session(client_id, client_secret, …), timeout_s=10, max_bytes=65_536)``.
    """
    one.trust_env = False
    one.adapters.clear()  # those of `requests`, which open connections of their own
    one.mount("http://", _Door(timeout_s, max_bytes))
    one.mount("https://", _Door(timeout_s, max_bytes))
    return one


class _Door(BaseAdapter):
    def __init__(self, timeout_s: float, max_bytes: int) -> None:
        super().__init__()
        self._timeout_s, self._max_bytes = timeout_s, max_bytes

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002  the interface of requests; what is not used here has no effect
        timeout: object = None,  # noqa: ARG002
        verify: bool | str = True,  # noqa: ARG002
        cert: object = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        if not isinstance(body, bytes | None):
            raise TypeError("the door takes whole bodies, no streams")
        sent = outbound(str(request.method), str(request.url), _text(request.headers), body)
        answer = send(sent, timeout_s=self._timeout_s, max_bytes=self._max_bytes)
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(handed_over(answer))
        response.url = str(request.url)
        response.request = request
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response.raw = io.BytesIO(answer.body)
        return response

    def close(self) -> None:
        """The pools are the door's."""


def _text(headers: Mapping[str, str | bytes]) -> list[tuple[str, str]]:
    return [(name, value.decode("latin-1") if isinstance(value, bytes) else value) for name, value in headers.items()]
