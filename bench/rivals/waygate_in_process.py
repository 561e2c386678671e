"""Waygate in this process, as Lambda runs it: an event of API Gateway goes into `app()`, the answer comes out.

Everything is on: input and output validation, a sealed credential, admission, retries, the log line, the metrics.
The function is alone in the process, as in AWS: queues, schedules and the delivery of the log are others' work there.
Arguments: the upstream's address, and how many actions the integration has.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from typing import Any

os.environ.setdefault("WAYGATE_STAGE", "local")

from bench import meter
from bench.rivals import waygate_setup
from infra.local.standin import LocalAws


def main(upstream: str, actions: str) -> None:
    """Serve the meter."""
    import app
    from chalicelib.auth import api_keys, workspaces
    from infra.local.functions import Context

    def new_context() -> Context:
        return Context("waygate-local", 28, aws_request_id="5b5d4f0c-9e2a-4c5d-8f6e-0a1b2c3d4e5f")  # Lambda draws it

    with LocalAws():
        workspaces.administer({"operation": "bootstrap"})
        _, key = api_keys.issue("default", "bench", ["admin"])

        def call(method: str, path: str, body: Any) -> Any:
            answer = app.app(event(method, path, body, key), new_context())
            if answer["statusCode"] >= 300:
                raise RuntimeError(answer["body"])
            return json.loads(answer["body"])

        waygate_setup.prepare(call, upstream, int(actions))
        invocation = event("POST", f"/actions/{waygate_setup.NAME}/read-item-0", {"id": 7}, key)

        def new_caller() -> Callable[[], Any]:
            return lambda: json.loads(app.app(invocation, new_context())["body"])["data"]["id"]

        meter.serve(functools.partial(meter.measure, new_caller))


def event(method: str, path: str, body: Any, key: str) -> dict[str, Any]:
    """The event of a Lambda proxy integration."""
    parts = path.strip("/").split("/")
    resources = {3: "/v1/actions/{integration}/{action}", 1: "/v1/integrations"}
    names = dict(zip(("integration", "action"), parts[1:], strict=False))
    resource = resources[len(parts)]
    if parts[0] == "connections":
        resource = "/v1/connections/{integration}/{connection}"
        names = dict(zip(("integration", "connection"), parts[1:], strict=False))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Host": "localhost"}
    return {
        "resource": resource,
        "path": f"/v1{path}",
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": names or None,
        "stageVariables": None,
        "requestContext": {"resourcePath": resource, "httpMethod": method, "identity": {"sourceIp": "127.0.0.1"}},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
