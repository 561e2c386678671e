"""`python -m bench.refreshing`: what a refreshed connection costs.

The stand-in for AWS and a provider run in a process of their own; here is what a worker does, in one thread: lease,
token request, save. CPU time is this process's alone, user and system. After each refresh comes one UpdateItem of one
number by boto3 as it is: a shared machine is twice as fast at one time as at another, so the ratio of the two is what
may be compared. Besides, there is a bare POST to the same token endpoint through the door. The results go to
`docs/performance-refresh.md`.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

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
    """CPU of a refresh and of a bare UpdateItem in each round, of a bare token request, and a refresh's AWS calls."""
    from chalicelib import observability
    from chalicelib.auth import audit, refresh
    from chalicelib.egress import Outbound, send
    from chalicelib.registry import integrations
    from chalicelib.registry.renewal import renewal_of
    from infra.local.demo import oauth
    from tests.aws_calls import AwsCalls  # before the first client is made

    observability.line_sink = lambda _: None
    facts = integrations.facts_of(integrations.get("default", "demo"))
    renewal = renewal_of(facts, audit.SWEEP)
    calls, made = AwsCalls(), Counter[str]()
    bare_update = _bare_update()

    def run(now: float) -> Round:
        pace = refresh.PACE = refresh.Pace(now=lambda: now, chance=lambda low, _: low)
        refreshing_s = updating_s = 0.0
        for number in range(count):
            calls.forget()
            started = time.process_time()
            outcome = refresh.refresh_due(("default#demo", f"account-{number}"), renewal, until=now + 60, pace=pace)
            observability.forget_secrets()  # as the sweep does
            refreshing_s += time.process_time() - started
            assert outcome is not None
            assert outcome.is_refreshed, outcome
            made.update(".".join(call) for call in calls.by_service)
            started = time.process_time()
            bare_update()
            updating_s += time.process_time() - started
        return Round(refreshing_s / count * 1_000, updating_s / count * 1_000)

    now = time.time()
    run(now)  # warms up: imports, client, keyring, connections
    made.clear()
    taken = [run(now + (_LIFETIME_S + 60) * (number + 1)) for number in range(rounds)]
    form = f"grant_type=client_credentials&client_id={oauth.CLIENT_ID}&client_secret={oauth.CLIENT_SECRET}".encode()
    asked = Outbound("POST", token_url, (("Content-Type", "application/x-www-form-urlencoded"),), form)
    started = time.process_time()
    for _ in range(count):
        assert send(asked).status == 200
    bare_ms = (time.process_time() - started) / count * 1_000
    return {"rounds": taken, "bare_ms": bare_ms, "calls": {name: n / count / rounds for name, n in made.items()}}


class Round(NamedTuple):
    """CPU, in milliseconds, of a refresh and of a bare UpdateItem."""

    refresh_ms: float
    update_ms: float

    @property
    def ratio(self) -> float:
        """How many bare UpdateItems a refresh costs."""
        return self.refresh_ms / self.update_ms


def _bare_update() -> Callable[[], object]:
    import boto3

    update = boto3.client("dynamodb").update_item
    return functools.partial(
        update,
        TableName="waygate-local-runtime",
        Key={"key": {"S": "bench"}},
        UpdateExpression="SET expires_at = :at",
        ExpressionAttributeValues={":at": {"N": "1"}},
    )


def page(measured: dict[str, Any], count: int, rounds: int) -> str:
    """`docs/performance-refresh.md`"""
    taken: list[Round] = measured["rounds"]
    cpu_ms, update_ms, ratio = map(statistics.median, zip(*((*one, one.ratio) for one in taken), strict=True))
    aws = ", ".join(f"{name} {number:g}" for name, number in sorted(measured["calls"].items()))
    secrets = sum(number for name, number in measured["calls"].items() if name.startswith("secretsmanager"))
    return f"""# Refreshing tokens, measured
Written by `python -m bench.refreshing --connections {count} --rounds {rounds}` (Python {platform.python_version()}),
on one core of a shared machine: {count} connections, {rounds} times each, in one thread. What is measured and how:
[bench/README.md](../bench/README.md).

| what | result | goal |
|---|---|---|
| CPU of one refreshed connection, median round | {cpu_ms:.2f} ms | ≤ {GOAL_MS:g} ms |
| the same, best round | {min(one.refresh_ms for one in taken):.2f} ms | |
| of that, a bare token request through the door | {measured["bare_ms"]:.2f} ms | |
| beside it, one UpdateItem of one number by boto3 as it is | {update_ms:.2f} ms | |
| so many such UpdateItems is a refresh, median round | {ratio:.2f} | |
| calls to AWS per refresh | {aws} | 2 |
| calls to Secrets Manager per refresh | {secrets:g} | 0 |
"""


if __name__ == "__main__":
    main()
