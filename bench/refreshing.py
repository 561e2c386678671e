"""`python -m bench.refreshing`: what a refreshed connection costs.

The stand-in for AWS and a provider run in a process of their own; here is what a worker does, in one thread: lease,
token request, save. CPU time is this process's alone, user and system. Beside it stands a bare POST to the same token
endpoint through the door. The results go to `docs/performance-refresh.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "docs" / "performance-refresh.md"
GOAL_MS = 3.0
_LIFETIME_S = 3_600


def main() -> None:
    """Measure, print, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", type=int, help="(the other process) serve this many connections")
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    command = [sys.executable, "-m", "bench.refreshing", "--serve", str(options.connections)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        address = json.loads(other.stdout.readline())
        os.environ.update(
            AWS_ENDPOINT_URL=address["aws"],
            AWS_ACCESS_KEY_ID="testing",
            AWS_SECRET_ACCESS_KEY="testing",
            AWS_DEFAULT_REGION="us-east-1",
            WAYGATE_STAGE="local",
        )
        try:
            measured = measure(options.connections, options.rounds, address["token_url"])
        finally:
            other.stdin.close()
    text = page(measured, options.connections, options.rounds)
    RESULTS.write_text(text)
    print(text)


def serve(count: int) -> None:
    """AWS's stand-in and the demo's provider, with `count` connections that are due; until standard input ends."""
    from infra.local import environment

    environment.prepare("local")
    import app
    from chalicelib.auth import audit, connections, workspaces
    from chalicelib.auth.oauth import clients
    from chalicelib.auth.oauth.clients import Client
    from chalicelib.auth.oauth.tokens import Tokens
    from chalicelib.registry import integrations
    from chalicelib.registry.models import IntegrationFacts
    from chalicelib.registry.renewal import plan
    from infra.local.demo import oauth
    from infra.local.demo import serve as serve_demo
    from infra.local.endpoint import Endpoint
    from infra.local.standin import LocalAws

    with LocalAws(app=app.app):
        demo = serve_demo(0)
        workspaces.administer({"operation": "bootstrap"})
        auth = {
            "type": "oauth2",
            "grant": "client_credentials",
            "token_url": f"{demo.url}/oauth/token",
            "scopes": ["shop:read"],
        }
        facts = IntegrationFacts.model_validate({"name": "demo", "base_url": f"{demo.url}/v1", "auth": auth})
        import datetime as dt

        now = dt.datetime.now(dt.UTC)
        integrations.create("default", facts, now=now)
        row = clients.new_row("default", "demo", "default", now=now)
        clients.put_client(row, Client("default", oauth.CLIENT_ID, oauth.CLIENT_SECRET), facts.auth)
        clients.save(row, is_new=True, now=now)
        for number in range(count):
            one = connections.new_row("default", "demo", f"account-{number}", "oauth2", now=now)
            one.client = "default"
            plan(one, facts)
            given = Tokens(access_token="x" * 40, expires_at=now.timestamp(), issued_at=now.timestamp() - _LIFETIME_S)
            origins = integrations.origins_of(facts)
            connections.put_credential(one, given.model_dump(mode="json"), origins, chance=lambda low, _: low)
            audit.entry(connections.place_of(one), "created", audit.SWEEP, now=now).save()
            one.save()
        endpoint = Endpoint(0)
        print(json.dumps({"aws": endpoint.url, "token_url": auth["token_url"]}), flush=True)
        sys.stdin.read()
        endpoint.stop()
        demo.stop()


def measure(count: int, rounds: int, token_url: str) -> dict[str, Any]:
    """CPU of a refresh in each round, CPU of a bare token request, and the AWS calls of a refresh."""
    import boto3
    import botocore.handlers

    from chalicelib import observability
    from chalicelib.auth import audit, refresh
    from chalicelib.egress import Outbound, send
    from chalicelib.registry import integrations
    from chalicelib.registry.renewal import renewal_of
    from infra.local.demo import oauth

    observability.line_sink = lambda _: None
    calls: Counter[str] = Counter()

    def count_call(event_name: str, **_: Any) -> None:
        calls[event_name.partition(".")[2]] += 1

    botocore.handlers.BUILTIN_HANDLERS.append(("before-send", count_call))
    facts = integrations.facts_of(integrations.get("default", "demo"))
    renewal = renewal_of(facts, audit.SWEEP)
    places = [("default#demo", f"account-{number}") for number in range(count)]

    def run(now: float) -> float:
        pace = refresh.Pace(now=lambda: now, chance=lambda low, _: low)
        refresh.PACE = pace
        before = time.process_time()
        for place in places:
            outcome = refresh.refresh_due(place, renewal, until=now + 60, pace=pace)
            assert outcome is not None
            assert outcome.is_refreshed, outcome
            observability.forget_secrets()  # as the sweep does
        return (time.process_time() - before) / count * 1_000

    now = time.time()
    run(now)  # warms up: imports, client, keyring, connections
    calls.clear()
    taken = [run(now + (_LIFETIME_S + 60) * (number + 1)) for number in range(rounds)]
    per_refresh = {name: number / count / rounds for name, number in calls.items()}
    form = f"grant_type=client_credentials&client_id={oauth.CLIENT_ID}&client_secret={oauth.CLIENT_SECRET}".encode()
    asked = Outbound("POST", token_url, (("Content-Type", "application/x-www-form-urlencoded"),), form)
    before = time.process_time()
    for _ in range(count):
        assert send(asked).status == 200
    bare = (time.process_time() - before) / count * 1_000
    item = {"TableName": "waygate-local-runtime", "Key": {"key": {"S": "bench"}}}
    change = {"UpdateExpression": "SET expires_at = :at", "ExpressionAttributeValues": {":at": {"N": "1"}}}
    dynamodb = boto3.client("dynamodb")
    dynamodb.update_item(**item, **change)
    before = time.process_time()
    for _ in range(count):
        dynamodb.update_item(**item, **change)
    store = (time.process_time() - before) / count * 1_000
    return {"cpu_ms": sorted(taken), "bare_ms": bare, "store_ms": store, "calls": per_refresh}


def page(measured: dict[str, Any], count: int, rounds: int) -> str:
    """`docs/performance-refresh.md`"""
    cpu = measured["cpu_ms"]
    aws = ", ".join(f"{name} {number:g}" for name, number in sorted(measured["calls"].items()))
    secrets = sum(number for name, number in measured["calls"].items() if name.startswith("secretsmanager"))
    return f"""# Refreshing tokens, measured
Written by `python -m bench.refreshing --connections {count} --rounds {rounds}` (Python {platform.python_version()}),
on one core of a shared machine: {count} connections, {rounds} times each, in one thread. What is measured and how:
[bench/README.md](../bench/README.md).

| what | result | goal |
|---|---|---|
| CPU of one refreshed connection, best round | {cpu[0]:.2f} ms | ≤ {GOAL_MS:g} ms |
| the same, median round | {cpu[len(cpu) // 2]:.2f} ms | |
| of that, a bare token request through the door | {measured["bare_ms"]:.2f} ms | |
| beside it, one UpdateItem of one number by boto3 as it is | {measured["store_ms"]:.2f} ms | |
| calls to AWS per refresh | {aws} | 2 |
| calls to Secrets Manager per refresh | {secrets:g} | 0 |
"""


if __name__ == "__main__":
    main()
