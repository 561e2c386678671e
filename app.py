"""What is deployed, on one page: the API's resources, the functions behind it, the steps of the scraping workflow."""

from __future__ import annotations

from typing import Any

from chalicelib.api import (
    actions,
    connections,
    exports,
    health,
    integrations,
    invocations,
    keyring,
    keys,
    scrape_jobs,
    tags,
    uploads,
    workspaces,
)
from chalicelib.api.application import Application

app = Application(app_name="waygate")
app.serve(
    health,
    keys,
    workspaces,
    keyring,
    integrations,
    exports,
    actions,
    tags,
    connections,
    scrape_jobs,
    uploads,
    invocations,
)


@app.lambda_function(name="administer")
def administer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Keyring administration, the one function that may write keyrings; and the bootstrap of a deployment."""
    from chalicelib.auth.workspaces import administer as run

    return run(event, has_time=lambda: context.get_remaining_time_in_millis() > 10_000)


@app.schedule("rate(5 minutes)", name="continue_rotations")
def continue_rotations(_event: object) -> dict[str, Any]:
    """A keyring's rotation waits until every process has the new key, and may be interrupted: this continues it."""
    from chalicelib.auth.workspaces import continue_rotations as run

    return run()


@app.lambda_function(name="record_invocations")
def record_invocations(event: dict[str, Any], _context: object) -> dict[str, int]:
    """The log group's subscription: lines of the invocation log, in batches, at least once."""
    from chalicelib.gateway.log import store

    return {"stored": store(event)}


@app.lambda_function(name="index_actions")
def index_actions(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Started by a search that finds much changed: bring a workspace's search index up to date, and store it."""
    from chalicelib.registry.action_index import bring_up_to_date

    return bring_up_to_date(event)


@app.lambda_function(name="scrape_discover")
def scrape_discover(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Step 1 of a scrape job: find the description."""
    from chalicelib.scraper.steps import discover

    return discover(event)


@app.lambda_function(name="scrape_generate")
def scrape_generate(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Step 2: read it into a draft."""
    from chalicelib.scraper.steps import generate

    return generate(event)


@app.lambda_function(name="scrape_publish")
def scrape_publish(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Step 3, where the job says so: publish the draft."""
    from chalicelib.scraper.steps import publish

    return publish(event)


@app.lambda_function(name="settle_job")
def settle_job(event: dict[str, Any], _context: object) -> None:
    """EventBridge: an execution failed, timed out or was aborted."""
    import datetime as dt

    from chalicelib.scraper.jobs import settle

    settle(event, now=dt.datetime.now(dt.UTC))
