"""A browser without JavaScript: it keeps our cookies, and goes where it is sent."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

from tests.client import Answer, Api

ORIGIN = "http://127.0.0.1:8787"


@dataclass
class Browser:
    """Opens addresses of ours through the application, others over HTTP."""

    api: Api
    cookies: dict[str, str] = field(default_factory=dict)

    def open(self, url: str, *, form: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request, no redirect followed."""
        assert url.startswith(f"{ORIGIN}/api/v1"), url
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        method, raw = ("GET", b"") if form is None else ("POST", urlencode(form).encode())
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        path = url.removeprefix(f"{ORIGIN}/api/v1")
        answer = self.api.as_key(None).call(method, path, raw=raw, headers={**sent, **(headers or {})})
        if cookie := answer.headers.get("Set-Cookie"):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def consent(self, start_url: str) -> str:
        """From our start address over the provider, which agrees at once, to the callback's address."""
        answer = self.open(start_url)
        assert answer.status == 303, answer.body
        return visit(answer.headers["Location"])

    def connect(self, start_url: str) -> Answer:
        """The whole way, to the end page."""
        return self.open(self.consent(start_url))


def visit(url: str) -> str:
    """Where a provider's page sends the browser."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 302, answer.status
    return str(answer.headers["Location"])


def hidden(page: bytes) -> dict[str, str]:
    """The hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.decode())
    return {name: unescape(value) for name, value in found}
