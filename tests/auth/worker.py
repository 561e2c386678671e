"""Another process of ours, for tests: `python -m tests.auth.worker calls|dies …` against the stand-in's endpoint.

`calls KEY N` says ``ready``, waits for a line, invokes `crm/read` from N threads at once and prints their statuses.
`dies STEP` refreshes the connection, says where it is at STEP, and stays there until it is killed.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def calls(key: str, count: int) -> None:
    import app
    from infra.local.gateway import Gateway
    from tests.client import Api

    api = Api(Gateway(app.app, "waygate-local"), key)
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda _: api.post("/actions/crm/read", {}), range(count)))
    print(json.dumps([[one.status, one.json.get("code"), one.json.get("detail")] for one in answers]), flush=True)


def dies(step: str) -> None:
    from chalicelib import aws
    from chalicelib.auth import connections, refresh
    from chalicelib.auth.audit import SWEEP
    from chalicelib.auth.lease import Wish
    from chalicelib.registry import integrations
    from chalicelib.registry.renewal import renewal_of

    facts = integrations.facts_of(integrations.get("default", "crm"))
    real, write = renewal_of(facts, SWEEP), aws.transact

    def here(name: str) -> None:
        if name == step:
            print(name, flush=True)
            time.sleep(600)

    def renew(row: Any, tokens: Any, timeout_s: float) -> Any:
        here("before the exchange")
        new = real.renew(row, tokens, timeout_s)
        here("after the exchange")
        return new

    def transact(updates: Any, puts: Any) -> None:
        write(updates, puts)
        here("after saving")

    aws.transact = transact
    row = connections.get("default", "crm", "default")
    refresh.refresh(row, Wish.DUE, refresh.Renewal(renew, None, SWEEP), until=time.time() + 60)


if __name__ == "__main__":
    calls(sys.argv[2], int(sys.argv[3])) if sys.argv[1] == "calls" else dies(sys.argv[2])
