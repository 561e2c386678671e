"""What is deployed, on one page: the API's resources, the functions behind it, the steps of the scraping workflow."""

from __future__ import annotations

import gc
import os
from typing import Any

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # there are none: it looks for them in every package
gc.disable()  # what is imported stays: to look for garbage among it takes a tenth of a cold start

from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib import aws
from chalicelib.api import openapi
from chalicelib.api.application import Application
from chalicelib.api.resources import RESOURCES
from chalicelib.api.routing import declared_by
from chalicelib.settings import settings

app = Application(app_name="waygate")
app.serve(RESOURCES)
openapi.describe(lambda: app.endpoints)
declared_by("invoking")  # comes with the process, since every invocation needs it


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


@app.schedule("rate(1 minute)", name="sweep")
def sweep(event: CloudWatchEvent) -> dict[str, int]:
    """Every minute: refresh the connections that are due, or hand them on to workers."""
    from chalicelib.registry.sweep import sweep as run

    return run(remaining_s=_remaining_s(event.context))


@app.on_sqs_message(settings().resource("refresh.fifo"), batch_size=1, name="refresh_connections")
def refresh_connections(event: SQSEvent) -> None:
    """What the sweep handed on, a message at a time."""
    from chalicelib.registry.sweep import work_message

    work_message(event.to_dict(), remaining_s=_remaining_s(event.context))


@app.on_sqs_message(settings().resource("orphaned-tokens"), batch_size=1, name="adopt_tokens")
def adopt_tokens(event: SQSEvent) -> None:
    """Tokens that could not be saved, put where they belong."""
    import datetime as dt

    from chalicelib.auth.orphans import work

    aws.learn_account(event.context.invoked_function_arn)
    work(event.to_dict(), now=dt.datetime.now(dt.UTC))


def _remaining_s(context: Any) -> float:
    aws.learn_account(context.invoked_function_arn)
    return float(context.get_remaining_time_in_millis()) / 1_000


@app.lambda_function(name="record_invocations")
def record_invocations(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The log group's subscription: lines of the invocation log, kept and counted, at least once; when asked, again."""
    from chalicelib.gateway import backfill, log

    if backfill.MEMBER in event:
        return backfill.fill(event[backfill.MEMBER], has_time=lambda: context.get_remaining_time_in_millis() > 12_000)
    return {"stored": log.store(event)}


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


@app.lambda_function(name="scrape_crawl")
def scrape_crawl(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Step 2, for documentation written for people: read its pages; entered again while there are more."""
    from chalicelib.scraper.steps import crawl

    return crawl(event, time_left_s=context.get_remaining_time_in_millis() / 1000)


@app.lambda_function(name="scrape_extract")
def scrape_extract(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Step 3, once per chunk of pages: what they claim."""
    from chalicelib.scraper.steps import extract

    return extract(event, time_left_s=context.get_remaining_time_in_millis() / 1000)


@app.lambda_function(name="scrape_merge")
def scrape_merge(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Step 4: one description of what all pages claim."""
    from chalicelib.scraper.steps import merge

    return merge(event)


@app.lambda_function(name="scrape_generate")
def scrape_generate(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Step 5: read the description into a draft."""
    from chalicelib.scraper.steps import generate

    return generate(event)


@app.lambda_function(name="scrape_publish")
def scrape_publish(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Step 6, where the job says so: publish the draft."""
    from chalicelib.scraper.steps import publish

    return publish(event)


@app.lambda_function(name="settle_job")
def settle_job(event: dict[str, Any], _context: object) -> None:
    """EventBridge: an execution failed, timed out or was aborted."""
    import datetime as dt

    from chalicelib.scraper.jobs import settle

    settle(event, now=dt.datetime.now(dt.UTC))


gc.freeze()  # nor is it looked through later
gc.enable()
