"""The API over HTTP: one request in, one answer or one `Failure` out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from cli import VERSION
from cli.config import Target, find_target, is_loopback
from cli.failures import Failure, Misuse, Problem

if TYPE_CHECKING:
    import requests

_CONNECT_S: Final = 5.0
_ANSWER_S: Final = 40.0  # the API itself ends a call at 29 s
_PAGE: Final = 100


@dataclass(frozen=True)
class Answer:
    """An answer with a good status."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The body. Raises `Failure` where it is not JSON."""
        try:
            return json.loads(self.content) if self.content else None
        except ValueError:
            raise Failure(
                "The answer is not JSON.", fix="Is this the address of Waygate? See `waygate doctor`."
            ) from None


class Api:
    """Waygate's API at one target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._session: requests.Session | None = None

    def get(self, *path: str, **query: Any) -> Any:
        """The JSON at ``/api/v1/…path``; query parameters that are None are left out."""
        return self.send("GET", *path, query=query).json()

    def send(
        self,
        method: str,
        *path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        answer_s: float = _ANSWER_S,
        needs_key: bool = True,
    ) -> Answer:
        """One request; `body` goes as JSON, `content` as it is. Raises `Problem` and `Failure`."""
        sent = {"User-Agent": f"waygate-cli/{VERSION}", "Accept": "application/json", **(headers or {})}
        key = self.target.require_key() if needs_key else self.target.key
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")
            sent["Content-Type"] = "application/json"
        response = self._request(method, self.url(*path), query, content, sent, key, answer_s)
        answer = Answer(response.status_code, response.headers, response.content)
        if answer.status >= 400 or (answer.status >= 300 and "Waygate-Upstream-Status" not in answer.headers):
            raise Problem(_problem(answer, self.target.url))
        return answer

    def pages(self, *path: str, most: int | None = None, **query: Any) -> Iterator[dict[str, Any]]:
        """The items of a list, page by page, at most `most` of them."""
        cursor, left = None, most
        while left is None or left > 0:
            limit = _PAGE if left is None else min(left, _PAGE)
            page = self.get(*path, **query, limit=limit, cursor=cursor)
            yield from page["data"]
            left = None if left is None else left - len(page["data"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def url(self, *path: str) -> str:
        """The URL of these path segments, each percent-encoded."""
        return "/".join((self.target.url, "api/v1", *map(_segment, path)))

    def _request(
        self,
        method: str,
        url: str,
        query: Mapping[str, Any] | None,
        content: bytes | None,
        headers: Mapping[str, str],
        key: str | None,
        answer_s: float,
    ) -> requests.Response:
        import requests  # the command line is a client of Waygate, not a part of it

        if self._session is None:
            self._session = requests.Session()
            self._session.trust_env = not is_loopback(self.target.url)  # no proxy knows this machine's loopback
            self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        wanted = {name: _shown(value) for name, value in (query or {}).items() if value is not None}
        try:
            return self._session.request(
                method,
                url,
                params=wanted,
                data=content,
                headers=dict(headers),
                auth=_bearer(key),
                timeout=(_CONNECT_S, answer_s),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _unreachable(error, self.target.url) from None
        except UnicodeError:
            raise Misuse("A name or a header holds a character that HTTP cannot carry.") from None


def open_api(url: str | None) -> Api:
    """The API that `--url`, the environment and ``.waygate/env`` name."""
    return Api(find_target(url))


def _bearer(key: str | None) -> Any:
    """As an `auth` of requests, which otherwise would put what ~/.netrc has for the host into our header."""

    def sign(request: Any) -> Any:
        if key is not None:
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    return sign


def _segment(name: str) -> str:
    if name in ("", ".", ".."):
        raise Misuse(f"{name!r} is not a name.")
    return quote(name, safe="")


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problem(answer: Answer, url: str) -> dict[str, Any]:
    """The problem document of `answer`, or one that says what came instead."""
    try:
        document = json.loads(answer.content)
    except ValueError:
        document = None
    if isinstance(document, dict) and "code" in document:
        return document
    kind = answer.headers.get("Content-Type", "no content type")
    detail = f"{url} answered {answer.status} ({kind}), which is not an answer of Waygate."
    if location := answer.headers.get("Location"):
        detail = f"{url} redirects to {location}."
    return {
        "code": "unauthenticated" if answer.status == 401 else "not_waygate",
        "title": "Unexpected answer",
        "status": answer.status,
        "detail": detail,
        "suggested_fix": "Check the address: --url or WAYGATE_URL is where the console is, without /api/v1.",
    }


def _unreachable(error: requests.RequestException, url: str) -> Failure:
    """The failure of a request that got no answer; the exception's own text is noise, and may hold the URL."""
    import requests

    is_local = is_loopback(url)
    start = "Is it running? `make run` starts it." if is_local else "Check the address and your network."
    if isinstance(error, requests.exceptions.SSLError):
        return Failure(f"The TLS certificate of {url} is not acceptable.", fix="Check the address and the certificate.")
    if isinstance(error, requests.ConnectTimeout):
        return Failure(f"Waygate at {url} does not answer.", fix=start)
    if isinstance(error, requests.Timeout):
        return Failure(f"Waygate at {url} did not answer in time.", fix="It may still be at work: see `waygate logs`.")
    if isinstance(error, requests.ConnectionError) and _was_connected(error):
        return Failure(f"Waygate at {url} broke off the connection.", fix="It may have stopped: see `waygate doctor`.")
    if isinstance(error, requests.ConnectionError):
        return Failure(f"Waygate at {url} cannot be reached.", fix=start)
    return Failure(f"The request to {url} failed ({type(error).__name__}).", fix="See `waygate doctor`.")


def _was_connected(error: BaseException) -> bool:
    """True where urllib3 had a connection, which then broke."""
    seen = " ".join(type(cause).__name__ for cause in (error, *error.args, *_arguments(error)))
    return "ProtocolError" in seen


def _arguments(error: BaseException) -> list[Any]:
    return [argument for cause in error.args if isinstance(cause, BaseException) for argument in cause.args]
