"""The only door to the outside: address guard, host binding, size and time limits, connection pools.

`guard` judges URLs, ports and resolved addresses; `deadline` ends every socket operation in time; `door` sends one
request and reads one bounded answer; `fetch` follows redirects for documents. No other module of `chalicelib` may
open a connection (ruff's banned-api holds it).
"""

from chalicelib.egress.door import Answer, CallFailed, Outbound, send
from chalicelib.egress.fetch import fetch
from chalicelib.egress.guard import Target, check_origin, parse_target

__all__ = ["Answer", "CallFailed", "Outbound", "Target", "check_origin", "fetch", "parse_target", "send"]
