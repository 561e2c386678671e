"""Whatever a document or an upstream says is text: 40 payloads in all the places that reach the console."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import LocalStack
from tests.console.screens import Furnished
from tests.console.test_every_screen import visit

PAYLOADS = [
    "<script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=1>",
    "<svg onload=window.__xss=1>",
    "<svg><script>window.__xss=1</script></svg>",
    "<body onload=window.__xss=1>",
    "<iframe src=javascript:window.parent.__xss=1></iframe>",
    "<iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
    "<details open ontoggle=window.__xss=1>",
    "<input autofocus onfocus=window.__xss=1>",
    "<video><source onerror=window.__xss=1></video>",
    "<audio src=x onerror=window.__xss=1>",
    "<marquee onstart=window.__xss=1>",
    "<a href=javascript:window.__xss=1>click</a>",
    "<form action=javascript:window.__xss=1><button>go</button></form>",
    "<object data=javascript:window.__xss=1>",
    "<embed src=javascript:window.__xss=1>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.__xss=1>",
    "<template><script>window.__xss=1</script></template>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:window.__xss=1'>",
    "<base href=//evil.example/>",
    "<style>@import '//evil.example/x.css';</style>",
    '"><script>window.__xss=1</script>',
    "'><img src=x onerror=window.__xss=1>",
    "'-window.__xss=1-'",
    '\\"-window.__xss=1//',
    "</script><script>window.__xss=1</script>",
    "</textarea><script>window.__xss=1</script>",
    "</title><script>window.__xss=1</script>",
    "{{constructor.constructor('window.__xss=1')()}}",
    "${window.__xss=1}",
    "#{window.__xss=1}",
    "javascript:window.__xss=1",
    "JaVaScRiPt:window.__xss=1",
    "data:text/html,<script>window.__xss=1</script>",
    "vbscript:window.__xss=1",
    "[click](javascript:window.__xss=1)",
    '![x](x"onerror="window.__xss=1)',
    "&lt;script&gt;window.__xss=1&lt;/script&gt;",
    "\u2028<img src=x onerror=window.__xss=1>",
]


def document(origin: str) -> dict[str, Any]:
    """A description that says nothing but payloads, wherever words may stand."""
    paths: dict[str, Any] = {}
    for number, text in enumerate(PAYLOADS):
        schema = {
            "type": "string",
            "title": text,
            "description": text,
            "enum": [text, "b"],
            "default": text,
            "example": text,
        }
        paths[f"/p{number}/{{id}}"] = {
            "get": {
                "operationId": text,
                "summary": text,
                "description": text,
                "tags": [text],
                "externalDocs": {"url": text, "description": text},
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "description": text,
                        "example": text,
                    },
                    {"name": text, "in": "query", "schema": schema, "description": text},
                ],
                "responses": {
                    "200": {"description": text, "content": {"application/json": {"schema": schema, "example": text}}}
                },
            }
        }
    title = PAYLOADS[0] + PAYLOADS[1]
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": title},
        "servers": [{"url": origin, "description": title}],
        "paths": paths,
    }


@pytest.fixture
def hostile() -> Iterator[str]:
    """An upstream whose description, pages, and answers are hostile."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            origin = f"http://{self.headers['Host']}"
            page = "".join(
                f"<h2>{text}</h2><pre>GET /q{n}/{{id}}</pre><p><code>id</code> string {text}</p>"
                for n, text in enumerate(PAYLOADS)
            )
            status, kind, body = 400, "text/html", " ".join(PAYLOADS)
            if self.path == "/openapi.json.hidden":
                status, kind, body = 200, "application/json", json.dumps(document(origin))
            elif self.path == "/docs":
                status, body = 200, f"<title>{PAYLOADS[0]}</title><h1>API</h1><p>Base URL: {origin}</p>{page}"
            sent = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_forty_payloads_are_shown_as_text(browser: Browser, stack: LocalStack, watch: Any, hostile: str) -> None:  # F7
    at = Furnished(stack)
    read = at._job("evil", {"url": f"{hostile}/openapi.json.hidden"})
    crawled = at._job("evil-pages", {"type": "site", "url": f"{hostile}/docs"})
    at.call("POST", f"/scrape-jobs/{read}/publish", {"accept": "all"})
    actions = at.call("GET", "/actions?integration=evil&limit=100")["data"]
    assert len(actions) == len(PAYLOADS) == 40
    at.call("POST", f"/actions/evil/{actions[0]['name']}", {"id": "1"}, fails=True)
    context = browser.new_context()
    page = context.new_page()
    watch.over(page)
    names = [action["name"] for action in actions]
    paths = [
        "/integrations",
        "/integrations/evil",
        "/integrations/evil/settings",
        "/integrations/evil/health",
        "/invocations",
        "/jobs",
        *(
            f"/jobs/{job}{part}"
            for job in (read, crawled)
            for part in ("", "/draft", "/draft?tab=integration", "/draft?tab=findings")
        ),
        *(f"/integrations/evil/actions/{name}" for name in names[::4]),
        *(f"/jobs/{read}/draft?action={name}" for name in names[1::4]),
    ]
    for path in paths:
        visit(page, f"{stack.url}/#{path}")
        assert page.evaluate("window.__xss") is None, path
        for link in page.locator("a[href]").evaluate_all("(all) => all.map((one) => one.href)"):
            assert link.startswith(("http://", "https://")), (path, link)
    context.close()
    assert watch.complaints == []
