"""A process of its own that calls the gateway: `python -m tests.gateway.worker KEY`.

Each line of its input is one of these; the clock is in epoch seconds, and simulated:

    calls CLOCK COUNT NAME     invoke shop/NAME so often; answers ``= [code, …]`` (`ok` for a success)
    takes CLOCK COUNT SCOPE    ask our own limits only; answers ``= how many were let through``
"""

from __future__ import annotations

import json
import sys

from chalicelib.auth.quota import Quota
from chalicelib.errors import RateLimited
from chalicelib.gateway import admit, limits, retry
from infra.local.gateway import Gateway
from tests.client import Api


def main(key: str) -> None:
    """Serve standard input."""
    import app

    retry.PACE = retry.Pace(sleep=lambda _: None)
    api = Api(Gateway(app.app, "waygate-local"), key)
    print("ready", flush=True)
    for line in sys.stdin:
        what, clock, count, name = line.split()
        now = float(clock)
        admit.CLOCK = lambda at=now: at
        if what == "calls":
            codes = []
            for _ in range(int(count)):
                answer = api.post(f"/actions/shop/{name}", {})
                codes.append("ok" if answer.status == 200 else answer.json["code"])
            print("=", json.dumps(codes), flush=True)
        else:
            print("=", sum(_is_let_through(name, now) for _ in range(int(count))), flush=True)


def _is_let_through(workspace: str, now: float) -> bool:
    try:
        limits.admit(workspace, {"workspace": Quota(per_second=10)}, now)
    except RateLimited:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1])
