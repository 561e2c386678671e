"""What a person does in a browser at the demo's provider: opens our address, presses Allow, comes back."""

from __future__ import annotations

import http.client
import re
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit


def allow(start_url: str) -> tuple[int, str]:
    """The status and the text of the page on which it ends."""
    cookies: dict[str, str] = {}
    url, form = start_url, None
    for _ in range(6):
        status, location, text = _request(url, form, cookies)
        if location is not None:
            url, form = urljoin(url, location), None
        elif "<form" in text:
            hidden = re.findall(r'name="([^"]+)" value="([^"]*)"', text)
            url, form = url.partition("?")[0], {name: unescape(value) for name, value in hidden}
        else:
            return status, text
    raise AssertionError(f"it does not end: {url}")


def _request(url: str, form: dict[str, str] | None, cookies: dict[str, str]) -> tuple[int, str | None, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=20)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection.request("GET" if form is None else "POST", target, urlencode(form) if form else None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    if cookie := answer.headers.get("Set-Cookie"):
        name, _, value = cookie.split(";")[0].partition("=")
        cookies[name] = value
    connection.close()
    return answer.status, answer.headers.get("Location"), text
