"""Filling the invocation log from CloudWatch Logs, where its lines are whatever became of their delivery.

The subscription that feeds the log skips what cannot be delivered for a day. The lines stay in the API function's log
group, so `record_invocations`, which has to store them anyway, can be asked to read them again: a stretch of time of
one workspace, as far as the time of one call goes. What is stored already is not stored twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from chalicelib import aws
from chalicelib.errors import Unavailable
from chalicelib.gateway import log
from chalicelib.settings import settings

FUNCTION: Final = "record_invocations"
MEMBER: Final = "backfill"  # of its event, which otherwise is CloudWatch's
_AT_ONCE: Final = 500  # lines of one page; each is a write
_ANSWER_S: Final = 26.0  # the function has 28 s and stops well before


@dataclass(frozen=True)
class Stretch:
    """Lines of `workspace` from `since_ms` to `until_ms` (epoch, inclusive). `token` is where the last page ended."""

    workspace: str
    since_ms: int
    until_ms: int
    token: str | None = None


@dataclass(frozen=True)
class Filled:
    """How many lines were found, and where to go on; `token` None: that was all."""

    lines: int
    token: str | None


def remotely(stretch: Stretch) -> Filled:
    """Have the function do as much of it as it can in one call. Raises `Unavailable` where it fails."""
    answer = aws.client("lambda", read_timeout_s=_ANSWER_S).invoke(
        FunctionName=settings().resource(FUNCTION), Payload=json.dumps({MEMBER: asdict(stretch)}).encode()
    )
    if answer.get("FunctionError"):
        raise Unavailable("The log could not be read.", fix="See the lines of the function record_invocations.")
    return Filled(**json.loads(answer["Payload"].read()))


def fill(event: Mapping[str, Any], *, has_time: Callable[[], bool]) -> dict[str, Any]:
    """The function's part: page by page, while `has_time`. The answer is a `Filled`."""
    stretch = Stretch(**event)
    logs, token, lines = aws.client("logs", read_timeout_s=20), stretch.token, 0
    while True:
        page = logs.filter_log_events(
            logGroupName=group(),
            startTime=stretch.since_ms,
            endTime=stretch.until_ms,
            filterPattern=f'{{ $.kind = "{log.KIND}" && $.workspace = "{stretch.workspace}" }}',
            limit=_AT_ONCE,
            **({"nextToken": token} if token else {}),
        )
        lines += log.store_lines([each["message"] for each in page["events"]], workspace=stretch.workspace)
        token = page.get("nextToken")
        if token is None or not has_time():
            return asdict(Filled(lines, token))


def group() -> str:
    """The log group of the API's function, whose name is the deployment's."""
    return f"/aws/lambda/waygate-{settings().stage}"
