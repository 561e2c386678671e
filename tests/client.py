"""Calls the real application as API Gateway does: a request becomes an event, the answer comes back as HTTP."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import Any

from infra.local.gateway import BASE_PATH, Gateway, Request
from tests import contract


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `json` is its decoded body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body) if self.body else None


class Api:
    """The API, with a key."""

    def __init__(self, gateway: Gateway, key: str | None) -> None:
        self._gateway, self.key = gateway, key

    def as_key(self, key: str | None) -> Api:
        """The same API, called with another key."""
        return Api(self._gateway, key)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
        address: str = "127.0.0.1",
    ) -> Answer:
        """One request; `body` is sent as JSON, `raw` as it is."""
        sent = {"Host": "localhost", "Accept": "*/*"}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        target, _, query = path.partition("?")

        def read(limit: int) -> bytes:
            assert len(data) <= limit, "answered by API Gateway: try it through the real server"
            return data

        titled = {name.title(): [value] for name, value in sent.items()}
        answer = self._gateway.answer(Request(method, f"{BASE_PATH}/v1{target}", query, titled, address, read))
        found = dict(answer.headers)
        content = gzip.decompress(answer.body) if found.get("Content-Encoding") == "gzip" else answer.body
        got = Answer(answer.status, found, content)
        kind = found.get("Content-Type", "")
        if (
            "ndjson" not in kind
            and sent.get("Waygate-Response") != "raw"
            and method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        ):
            contract.check(method, target, got.status, kind, got.json if "json" in kind else content or None)
        return got

    def get(self, path: str, **options: Any) -> Answer:
        """GET"""
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """POST"""
        return self.call("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        """PUT"""
        return self.call("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        """PATCH"""
        return self.call("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """DELETE"""
        return self.call("DELETE", path, **options)

    def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The decoded body of an answer that must be a success."""
        answer = self.call(method, path, body, **options)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body[:2000]!r}"
        return answer.json
