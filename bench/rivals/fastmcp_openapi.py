"""FastMCP's import of an OpenAPI description; runs in an environment of its own (requirements-bench.txt).

Arguments: the upstream's address, and ``memory`` or ``http``; ``server`` and a port is how ``http`` starts its server.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import urllib.request
from typing import Any

import httpx2 as httpx
import meter
from fastmcp import Client, FastMCP


def describe(upstream: str) -> FastMCP:
    """The same action as Waygate's, as an MCP server."""
    description = {
        "openapi": "3.1.0",
        "info": {"title": "bench", "version": "1"},
        "paths": {
            "/items-0/{id}": {
                "get": {
                    "operationId": "read_item",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
                    ],
                    "responses": {
                        "200": {
                            "description": "An item",
                            "content": {"application/json": {"schema": {"type": "object"}}},
                        }
                    },
                }
            }
        },
    }
    client = httpx.AsyncClient(base_url=upstream, headers={"Authorization": "Bearer a-token-of-the-bench"})
    return FastMCP.from_openapi(description, client=client, name="bench")


async def measure(target: Any, callers: int, calls: int, servers: list[int]) -> dict[str, float]:
    """As `meter.measure`, with tasks for threads: what this library is made for."""
    took: list[int] = []
    clients = [Client(target) for _ in range(callers)]
    for client in clients:
        await client.__aenter__()
        await client.call_tool("read_item", {"id": 7})

    async def run(client: Any) -> None:
        for _ in range(calls // callers):
            start = time.perf_counter_ns()
            await client.call_tool("read_item", {"id": 7})
            took.append(time.perf_counter_ns() - start)

    before = time.process_time_ns() + meter.cpu_ns(servers)
    await asyncio.gather(*map(run, clients))
    spent = time.process_time_ns() + meter.cpu_ns(servers) - before
    for client in clients:
        await client.__aexit__(None, None, None)
    return meter.result(spent, took)


def main(upstream: str, how: str, port: str = "0") -> None:
    """Serve the meter, or be its server."""
    if how == "server":
        describe(upstream).run(transport="http", host="127.0.0.1", port=int(port), show_banner=False, log_level="ERROR")
    elif how == "memory":
        server = describe(upstream)
        with asyncio.Runner() as runner:
            meter.serve(lambda callers, calls: runner.run(measure(server, callers, calls, [])))
    else:
        over_http(upstream)


def over_http(upstream: str) -> None:
    """A server process, and the meter for its clients."""
    (port,) = meter.free_ports(1)
    process = subprocess.Popen([sys.executable, __file__, upstream, "server", str(port)], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/mcp"
    try:
        while not answers(url):
            time.sleep(0.1)
        with asyncio.Runner() as runner:
            meter.serve(lambda callers, calls: runner.run(measure(url, callers, calls, [process.pid])))
    finally:
        process.terminate()
        process.wait(20)


def answers(url: str) -> bool:
    """True once something listens."""
    try:
        urllib.request.urlopen(url, timeout=1)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
