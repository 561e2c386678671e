"""Scrape jobs: waiting for one, with a bar where somebody looks, and why one has failed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from cli.client import Api
from cli.failures import Failure
from cli.output import out

_RUNNING: Final = ("queued", "running")
_FIXES: Final = {"base_url_missing": "Repeat it with --base-url https://…"}  # where the API speaks of JSON members
_FIRST_POLL_S: Final = 0.1
_LAST_POLL_S: Final = 2.0
_STEPS: Final = {
    "discover": "Looking",
    "crawl": "Fetching pages",
    "extract": "Reading pages",
    "merge": "Merging",
    "generate": "Drafting",
    "publish": "Publishing",
}


def watched(api: Api, job: dict[str, Any], timeout_s: float) -> dict[str, Any]:
    """The job once it has ended or waits for review. Raises `Failure` when the time is over; the job goes on."""
    deadline = time.monotonic() + timeout_s
    pause = _FIRST_POLL_S
    try:
        with _progress() as show:
            while job["status"] in _RUNNING:
                show(job)
                if time.monotonic() >= deadline:
                    raise Failure(f"{job['id']} is still {job['status']}.", fix=f"Later: waygate review {job['id']}")
                time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
                pause = min(_LAST_POLL_S, pause * 1.5)
                job = api.get("scrape-jobs", job["id"])
    except KeyboardInterrupt:
        out.note(f"\n{job['id']} goes on. Later: waygate review {job['id']}")
        raise
    return job


@contextmanager
def _progress() -> Iterator[Callable[[dict[str, Any]], None]]:
    """A bar on standard error while a job runs; silent where that is no terminal."""
    if out.as_json or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[counts]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Queued", total=None, counts="")

        def show(job: dict[str, Any]) -> None:
            progress = job["progress"]
            pages = progress.get("pages_found", 0)
            bar.update(
                task,
                description=_STEPS.get(job["step"] or "", "Queued"),
                total=pages if pages > 1 else None,
                completed=progress.get("pages_read", 0),
                counts=" · ".join(_counted(progress)),
            )

        yield show


def _counted(progress: dict[str, Any]) -> Iterator[str]:
    if progress.get("pages_found", 0) > 1:
        yield f"pages {progress.get('pages_read', 0)}/{progress['pages_found']}"
    if progress.get("endpoints"):
        yield f"endpoints {progress['endpoints']}"
    if progress.get("tokens"):
        cost = f", ${progress['cost_usd']:.2f}" if progress.get("cost_usd") else ""
        yield f"{progress['tokens']:,} tokens{cost}"


def why(job: dict[str, Any]) -> dict[str, Any]:
    """A job's end as a problem document. The codes of upstreams do not apply: it is the description that failed."""
    if job["status"] == "cancelled":
        return {"code": "cancelled", "detail": f"{job['id']} was cancelled."}
    error = job["error"] or {"code": "internal_error", "detail": "The job failed."}
    fix = _FIXES.get(error["code"], error.get("suggested_fix"))
    return {**error, "detail": f"{error['detail']} ({error['code']})", "suggested_fix": fix, "job": job["id"]}
