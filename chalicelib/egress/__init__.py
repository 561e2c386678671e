"""The only door to the outside: address guard, host binding, size and time limits, connection pools.

`guard` judges URLs, ports and resolved addresses; `deadline` ends every socket operation in time; `door` sends one
request and reads one bounded answer; `fetch` (not imported here: no invocation needs it) follows redirects for
documents; `sessions` and `clients` are the same door for libraries that speak through `requests` or `httpx2`. No other
module of `chalicelib` may open a connection (ruff's banned-api holds it).
"""

from chalicelib.egress.door import Answer, CallFailed, Outbound, check_ca, send
from chalicelib.egress.guard import Target, check_origin, parse_target

__all__ = [
    "Answer",
    "CallFailed",
    "Outbound",
    "Target",
    "check_ca",
    "check_origin",
    "parse_target",
    "send",
]
