"""Scrape jobs: their state, and its transitions.

queued → running → needs_review | published | failed | cancelled; a reviewed job becomes published. Every write that
moves a job is conditional on where it stands, so a step that runs twice, or late, changes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import ClientError
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action
from ulid import ULID

from chalicelib import aws
from chalicelib.aws import is_condition_failure
from chalicelib.errors import ScrapeJobNotFound, Unavailable, WaygateError, WrongState
from chalicelib.scraper import quota
from chalicelib.scraper.tables import DecisionRow, JobRow
from chalicelib.settings import settings

RUNNING: Final = ("queued", "running")
REVIEWABLE: Final = ("needs_review", "published")
_SCANNED: Final = 300  # rows that one page of a filtered list looks at


class NoLongerRunning(Exception):
    """The job was cancelled or settled meanwhile: the step stops, and writes nothing."""


def new_row(workspace: str, integration: str, source: dict[str, Any], *, now: dt.datetime) -> JobRow:
    """A queued job, not stored yet."""
    return JobRow(
        workspace,
        f"job_{ULID()}",
        integration=integration,
        status="queued",
        source=source,
        created_at=now,
        updated_at=now,
    )


def start(row: JobRow) -> None:
    """Store the job and run it.

    Raises `RateLimited` where the workspace runs, or has started, as many as it may. Raises `Unavailable` where the
    workflow does not start; the job is then failed.
    """
    quota.take(row.owner, row.id, now=row.created_at, running=RUNNING)
    row.save(JobRow.id.does_not_exist())
    try:
        aws.client("stepfunctions", read_timeout_s=10).start_execution(
            stateMachineArn=_arn("stateMachine", settings().resource("scrape-job")),
            name=row.id,
            input=json.dumps({"workspace": row.owner, "job": row.id}),
        )
    except ClientError:
        fail(row, Unavailable("The workflow did not start."))
        raise Unavailable("The workflow did not start.") from None


def get(workspace: str, job_id: str) -> JobRow:
    """The job as it is now. Raises `ScrapeJobNotFound`."""
    row = JobRow.find(workspace, job_id)
    if row is None:
        raise ScrapeJobNotFound(f"There is no job `{job_id}`.")
    return row


def page(
    workspace: str, *, limit: int, before: str | None, integration: str | None = None, status: str | None = None
) -> tuple[list[JobRow], str | None]:
    """Jobs, the latest first, and the id to go on before; filtered, a page may come out short."""
    condition = JobRow.id < before if before else None
    scanned = limit if integration is None and status is None else max(limit, _SCANNED)
    read = list(JobRow.query(workspace, condition, limit=scanned + 1, scan_index_forward=False, consistent_read=True))
    found = [row for row in read[:scanned] if integration in (None, row.integration) and status in (None, row.status)]
    if len(found) > limit:
        return found[:limit], found[limit - 1].id
    return found, read[scanned - 1].id if len(read) > scanned else None


def delete_all(workspace: str) -> None:
    """Delete a workspace's jobs with their sources, drafts, decisions and uploads."""
    for prefix in ("sources", "drafts", "uploads", "crawls", "pages"):
        aws.delete_objects(f"{prefix}/{workspace}/")
    jobs = list(JobRow.query(workspace, attributes_to_get=["owner", "id"]))
    with DecisionRow.batch_write() as decisions:
        for row in jobs:
            for decision in DecisionRow.query(f"{workspace}#{row.id}", attributes_to_get=["owner", "id"]):
                decisions.delete(decision)
    with JobRow.batch_write() as batch:
        for row in jobs:
            batch.delete(row)


def running(event: dict[str, Any], step: str, *, now: dt.datetime) -> JobRow:
    """The job of a step's event, marked as being in that step. Raises `NoLongerRunning`."""
    row = JobRow.find(event["workspace"], event["job"])
    if row is None or row.status not in RUNNING:
        raise NoLongerRunning
    advance(row, now=now, status="running", step=step)
    return row


def advance(row: JobRow, *, now: dt.datetime, **changes: Any) -> None:
    """Change a running job. Raises `NoLongerRunning` where it no longer is."""
    _change(row, RUNNING, changes, now)


def count_chunk(row: JobRow, chunk: int, *, now: dt.datetime, endpoints: int, tokens: int, cost_usd: float) -> None:
    """Add what was found in a chunk of pages, once however often its step runs. Raises `NoLongerRunning`."""
    changes: list[Action] = [
        JobRow.updated_at.set(now),
        JobRow.chunks.add({chunk}),
        JobRow.endpoints.add(endpoints),
        JobRow.tokens.add(tokens),
        JobRow.cost_usd.add(round(cost_usd, 6)),
    ]
    is_new = JobRow.chunks.does_not_exist() | ~JobRow.chunks.contains(chunk)
    try:
        row.update(actions=changes, condition=JobRow.status.is_in(*RUNNING) & is_new)
    except UpdateError as error:
        if not is_condition_failure(error):
            raise
        if get(row.owner, row.id).status not in RUNNING:
            raise NoLongerRunning from None


def publish_done(row: JobRow, *, now: dt.datetime, progress: dict[str, Any]) -> None:
    """Mark a running or reviewed job as published."""
    changes = {"status": "published", "step": None, "progress": progress}
    _change(row, (*RUNNING, *REVIEWABLE), changes, now)


def fail(row: JobRow, error: WaygateError, *, now: dt.datetime | None = None) -> None:
    """End a running job with `error`; one that has ended already stays as it is."""
    shown = {"code": error.code, "detail": error.detail or error.title}
    if error.suggested_fix:
        shown["suggested_fix"] = error.suggested_fix
    if error.errors:
        shown["errors"] = error.errors  # type: ignore[assignment]
    changes = {"status": "failed", "step": None, "error": shown}
    try:
        _change(row, RUNNING, changes, now or dt.datetime.now(dt.UTC))
    except NoLongerRunning:
        return


def cancel(row: JobRow, *, now: dt.datetime) -> None:
    """Cancel a running job: first the conditional write, then the workflow. Raises `WrongState`."""
    try:
        _change(row, RUNNING, {"status": "cancelled", "step": None}, now)
    except NoLongerRunning:
        raise WrongState(f"The job is {get(row.owner, row.id).status} already.") from None
    execution = _arn("execution", f"{settings().resource('scrape-job')}:{row.id}")
    try:
        aws.client("stepfunctions", read_timeout_s=10).stop_execution(executionArn=execution, cause="cancelled")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
            raise


def settle(event: dict[str, Any], *, now: dt.datetime) -> None:
    """What EventBridge says of an execution that failed, timed out or was aborted: the job ends too."""
    detail = event["detail"]
    given = json.loads(detail.get("input") or "{}")
    row = JobRow.find(given.get("workspace", ""), detail["name"]) if given.get("workspace") else None
    if row is not None:
        fail(row, WaygateError(f"The workflow ended as {detail['status']}."), now=now)


def _change(row: JobRow, allowed: Sequence[str], changes: dict[str, Any], now: dt.datetime) -> None:
    actions: list[Action] = [JobRow.updated_at.set(now)]
    for name, value in changes.items():
        attribute = getattr(JobRow, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    try:
        row.update(actions=actions, condition=JobRow.status.is_in(*allowed))
    except UpdateError as error:
        if is_condition_failure(error):
            raise NoLongerRunning from None
        raise
    if changes.get("status", "running") not in RUNNING:
        quota.give_back(row.owner, row.id)


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:states:{aws.region()}:{aws.account()}:{kind}:{name}"
