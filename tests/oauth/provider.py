"""A provider on loopback that behaves as its file says: strict where the real one is, odd where the real one is.

It forgets nothing: `token_requests` are all requests to the token endpoint, so a test can count them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit


@dataclass
class Asked:
    """One request to the token endpoint."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]
    body: bytes


@dataclass
class Provider:
    """The server and what it has given out. `behaviour` is the `provider` part of a file."""

    behaviour: dict[str, Any]
    client: dict[str, Any]
    token_requests: list[Asked] = field(default_factory=list)
    scripted: list[tuple[int, bytes]] = field(default_factory=list)  # answers to the next token requests, as they are
    count: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    access_tokens: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def authorize(self, given: dict[str, str]) -> str:
        """Where the browser goes on; an AssertionError says what the real provider would have refused."""
        for name, value in self.behaviour.get("authorize", {}).items():
            assert given.get(name) == value, (name, given)
        for name in self.behaviour.get("absent", ()):
            assert name not in given, name
        assert given["client_id"] == self.client["client_id"]
        if self.behaviour.get("pkce") == "required":
            assert given["code_challenge_method"] == "S256"
        if self.behaviour.get("pkce") == "unknown":
            assert "code_challenge" not in given
        self.count += 1
        code = f"code-canary-{self.count}"
        self.codes[code] = given
        answer = {self.behaviour.get("code_parameter", "code"): code, **self.behaviour.get("callback", {})}
        if "state" in given:
            answer["state"] = given["state"]
        return f"{given['redirect_uri']}?{urlencode(answer)}"

    def token(self, asked: Asked) -> tuple[int, bytes]:
        """The token endpoint's answer."""
        self.token_requests.append(asked)
        if self.scripted:
            return self.scripted.pop(0)
        self._check_form(asked)
        form, is_refresh = asked.form, asked.form["grant_type"] == "refresh_token"
        if is_refresh:
            if form["refresh_token"] not in self.refresh_tokens:
                refusal = self.behaviour["refusal"]
                return refusal["status"], json.dumps(refusal["body"]).encode()
            if self.behaviour.get("rotates"):
                self.refresh_tokens.discard(form["refresh_token"])
        elif form["grant_type"] == "authorization_code":
            given = self.codes.pop(form["code"])
            assert given["redirect_uri"] == form["redirect_uri"]
            _check_verifier(given.get("code_challenge"), form.get("code_verifier"))
        return 200, self._answer("refreshed" if is_refresh else "answer")

    def _check_form(self, asked: Asked) -> None:
        for name, value in self.behaviour.get("headers", {}).items():
            assert asked.headers.get(name.lower()) == value, name
        kind = asked.headers.get("content-type", "").split(";")[0]
        is_json = self.behaviour.get("body") == "json"
        assert kind == ("application/json" if is_json else "application/x-www-form-urlencoded"), kind
        if self.behaviour["client_auth"] == "basic":
            pair = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode().split(":")
            assert [unquote_plus(part) for part in pair] == [self.client["client_id"], self.client["client_secret"]]
            assert "client_secret" not in asked.form
        elif self.behaviour["client_auth"] == "post":
            assert asked.form["client_id"] == self.client["client_id"]
            assert asked.form["client_secret"] == self.client["client_secret"]
            assert "authorization" not in asked.headers

    def _answer(self, which: str) -> bytes:
        template = self.behaviour.get(which, self.behaviour["answer"])
        self.count += 1
        text = (
            json.dumps(template).replace("$access", f"access{self.count}").replace("$refresh", f"refresh{self.count}")
        )
        answer = json.loads(text.replace("@provider@", self.url))
        self.access_tokens.add(answer["access_token"])
        if "refresh_token" in answer:
            if not self.behaviour.get("rotates"):
                self.refresh_tokens.clear()
            self.refresh_tokens.add(answer["refresh_token"])
        return json.dumps(answer).encode()


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    if challenge is None:
        assert verifier is None
        return
    assert verifier is not None and 43 <= len(verifier) <= 128
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert digest == challenge


class _Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        if parts.path == "/me":
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            known = token in self.provider.access_tokens
            self._send(200 if known else 401, json.dumps({"known": known}).encode())
        elif "client_id" in given and "redirect_uri" in given and "grant_type" not in given:
            self._send(302, b"", self.provider.authorize(given))
        else:
            self._token(given, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_json = "json" in (self.headers.get("Content-Type") or "")
        self._token(json.loads(body) if is_json else dict(parse_qsl(body.decode(), keep_blank_values=True)), body)

    def _token(self, form: dict[str, str], body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(*self.provider.token(Asked(self.command, self.path, headers, form, body)))

    def _send(self, status: int, body: bytes, location: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""
