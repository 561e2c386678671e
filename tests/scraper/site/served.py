"""A documentation site on loopback: pages by path, each a text, bytes, or a function of the request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """An answer."""

    body: str | bytes = ""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


Answer = str | bytes | Reply | Callable[[str, Mapping[str, str]], "Reply | str"]


@dataclass
class Site:
    """`pages` may be changed at any time; `asked` are the targets of all requests, in order."""

    pages: dict[str, Answer]
    url: str = ""
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    otherwise: Callable[[str, Mapping[str, str]], Reply | str] | None = None

    def reply(self, target: str, headers: Mapping[str, str]) -> Reply:
        """What is answered to a GET of `target`."""
        found = self.pages.get(target, self.pages.get(target.partition("?")[0], self.otherwise))
        if callable(found):
            found = found(target, headers)
        if found is None:
            return Reply("<h1>Not found</h1>", 404)
        return found if isinstance(found, Reply) else Reply(found)


@contextmanager
def serving(pages: dict[str, Answer], **options: Any) -> Iterator[Site]:
    """A site for the duration of a block."""
    site = Site(pages, **options)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = site.reply(self.path, site.headers[-1])
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if reply.status != 304:
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def page(title: str, *links: str, body: str = "", head: str = "") -> str:
    """An HTML page with links."""
    listed = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    text = "This page tells how to work with one part of the interface, in words for people. " * 3
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head>"
        f"<body><nav><ul>{listed}</ul></nav><main><h1>{title}</h1><p>{text}</p>{body}</main></body></html>"
    )


def endpoint(method: str, path: str, *parameters: str, host: str = "https://api.petshop.zz") -> str:
    """A documented endpoint, as HTML."""
    rows = "".join(
        f"<tr><td><code>{name}</code></td><td>string</td><td>no</td><td>The {name}.</td></tr>" for name in parameters
    )
    table = (
        f"<h3>Parameters</h3><table><thead><tr><th>Name</th><th>Type</th><th>Required</th><th>Description</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    return (
        f'<h2 id="{method.lower()}">{method.title()} it</h2><p><code>{method} {path}</code></p><p>Does that.</p>{table}'
        f"<pre><code>curl -X {method} {host}{path.replace('{id}', '7')}</code></pre>"
    )
