"""``/usage``: calls, errors and latency, by integration and by action."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, Final, Literal

from pydantic import Field

from chalicelib.api import instants
from chalicelib.api.routing import Context, Query, Routes
from chalicelib.errors import InvalidInput
from chalicelib.gateway import usage
from chalicelib.settings import Caps

routes = Routes()
_DEFAULT: Final = {"hour": dt.timedelta(hours=23), "day": dt.timedelta(days=29)}  # besides the present bucket
_MOST_BUCKETS: Final = 31 * 24
_KEPT: Final = dt.timedelta(seconds=Caps.USAGE_TTL_S)


class Filter(Query):
    """What is summed up."""

    integration: str | None = Field(default=None, min_length=1, max_length=63)
    action: str | None = Field(default=None, max_length=64)
    since: instants.Instant | None = None
    until: instants.Instant | None = None
    bucket: Literal["hour", "day"] = "hour"


@routes("GET", "/v1/usage", scope="registry:read", query=Filter)
def get(context: Context, query: Filter) -> dict[str, Any]:
    """Calls, errors and latency by the hour or day: of each integration, or of one integration's actions.

    Without a time, the last 24 hours or 30 days. Kept for 90 days; percentiles are right within 5 %. `times` are the
    beginnings of the buckets that each `series` tells of, in UTC. Names that were not called are left out.
    """
    if query.action is not None and query.integration is None:
        raise _fault("integration", "missing", "is needed where there is an `action`")
    window = _window(query, instants.now())
    of = query.integration

    def wanted(name: str) -> bool:
        return context.who.sees(of or name) and query.action in (None, name)

    found = usage.read(context.workspace, of, window, wanted=wanted)
    total = [Counter[str]() for _ in window.times]
    for buckets in found.values():
        for whole, one in zip(total, buckets, strict=True):
            whole.update(one)
    rows = [
        {"integration": of or name, "action": name if of else None, **usage.shown(found[name])}
        for name in sorted(found)
    ]
    return {
        "since": instants.show(window.since),
        "until": instants.show(window.until),
        "bucket": window.bucket,
        "times": [instants.show(moment) for moment in window.times],
        "total": usage.shown(total),
        "data": rows,
    }


def _window(query: Filter, now: dt.datetime) -> usage.Window:
    """The buckets that are asked for, as far as they are kept. Raises `InvalidInput`."""
    if query.since and query.until and query.since > query.until:
        raise _fault("since", "too_late", "is after `until`")
    oldest = now - _KEPT
    until = max(min(query.until or now, now), oldest)
    since = max(min(query.since or until - _DEFAULT[query.bucket], until), oldest)
    window = usage.Window.around(since, until, query.bucket)
    if len(window.times) > _MOST_BUCKETS:
        raise _fault("since", "too_early", f"makes more than {_MOST_BUCKETS} hours; ask for days")
    return window


def _fault(name: str, code: str, detail: str) -> InvalidInput:
    fault = {"pointer": f"/{name}", "code": code, "detail": detail}
    return InvalidInput(f"`{name}` {detail}.", errors=[fault])
