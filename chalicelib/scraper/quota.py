"""How many scrape jobs a workspace may run at once and start in a day (G11).

Both are counted by conditional writes, so that of several starts at the same time only as many pass as may. A job's
slot is given back when it ends; one that a crash kept is found by looking at its job when the slots run out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import size
from pynamodb.expressions.update import Action
from ulid import ULID

from chalicelib.aws import is_condition_failure
from chalicelib.errors import RateLimited
from chalicelib.runtime import key_of
from chalicelib.scraper.tables import JobRow, JobSlots, JobsOfDay
from chalicelib.settings import settings

_SLOT_TTL_S: Final = 7 * 86_400
_DAY_S: Final = 86_400
_START_S: Final = 60.0  # between taking a slot and storing the job


def take(workspace: str, job_id: str, *, now: dt.datetime, running: tuple[str, ...]) -> None:
    """Let a job run. `running` are the states in which a job holds its slot. Raises `RateLimited`."""
    if not _occupy(workspace, job_id, now):
        _free_ended(workspace, now, running)
        if not _occupy(workspace, job_id, now):
            most = settings().jobs_running
            raise RateLimited(
                f"{most} scrape jobs of this workspace are running, which is the most.",
                fix="Wait for one to end, or cancel one.",
                headers={"Retry-After": "15"},
            )
    try:
        _count(workspace, now)
    except RateLimited:
        give_back(workspace, job_id)
        raise


def give_back(workspace: str, job_id: str) -> None:
    """The job has ended. May be repeated."""
    JobSlots(key_of("scrape-slots", workspace)).update(actions=[JobSlots.jobs.delete({job_id})])


def _occupy(workspace: str, job_id: str, now: dt.datetime) -> bool:
    row = JobSlots(key_of("scrape-slots", workspace))
    is_free = JobSlots.jobs.does_not_exist() | (_size_of(JobSlots.jobs) < settings().jobs_running)
    expires = JobSlots.expires_at.set(int(now.timestamp()) + _SLOT_TTL_S)
    try:
        row.update(actions=[JobSlots.jobs.add({job_id}), expires], condition=is_free)
    except UpdateError as error:
        if is_condition_failure(error):
            return False
        raise
    return True


def _size_of(attribute: Any) -> Any:
    return size(attribute)  # type: ignore[no-untyped-call]


def _free_ended(workspace: str, now: dt.datetime, running: tuple[str, ...]) -> None:
    row = JobSlots.find(key_of("scrape-slots", workspace))
    for job_id in row.jobs or () if row is not None else ():
        job = JobRow.find(workspace, job_id)
        is_starting = job is None and now.timestamp() - _started_at(job_id) < _START_S
        if not is_starting and (job is None or job.status not in running):
            give_back(workspace, job_id)


def _started_at(job_id: str) -> float:
    return ULID.from_str(job_id.removeprefix("job_")).timestamp


def _count(workspace: str, now: dt.datetime) -> None:
    most = settings().jobs_a_day
    day = now.astimezone(dt.UTC).date()
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
    row = JobsOfDay(key_of("scrape-day", workspace, day.isoformat()))
    actions: list[Action] = [JobsOfDay.started.add(1), JobsOfDay.expires_at.set(int(now.timestamp()) + 2 * _DAY_S)]
    try:
        row.update(actions=actions, condition=JobsOfDay.started.does_not_exist() | (JobsOfDay.started < most))
    except UpdateError as error:
        if not is_condition_failure(error):
            raise
        raise RateLimited(
            f"This workspace has started {most} scrape jobs today, which is the most.",
            fix="Go on tomorrow (UTC), or raise WAYGATE_JOBS_A_DAY.",
            headers={"Retry-After": str(max(1, int((midnight - now).total_seconds())))},
        ) from None
