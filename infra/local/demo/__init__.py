"""The demo upstream: a small, real HTTP API that comes with local mode.

A pet shop with every habit that an API in the wild has (seven ways to authenticate, an OAuth 2.0 provider,
cursors and pages, uploads, idempotency keys, redirects, numbers above 64 bits) and switches that make it
misbehave on demand. It needs no internet, keeps its state in memory, and starts afresh with each server.

    demo = serve(port=0)        # an ephemeral port
    demo.url                    # "http://127.0.0.1:40123": /docs, /openapi.json, /v1, /oauth
    demo.stop()
"""

from .server import DemoServer, serve

__all__ = ["DemoServer", "serve"]
