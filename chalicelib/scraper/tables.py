"""Tables of this floor: scrape jobs, and what was decided about the actions of their drafts."""

from __future__ import annotations

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    NumberSetAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib import aws
from chalicelib.aws import InstantAttribute, PackedAttribute
from chalicelib.runtime import RuntimeRow
from chalicelib.settings import settings


class JobRow(aws.Table):
    """Jobs of a workspace; ids are ULIDs, so they sort by time."""

    class Meta(aws.Meta):
        table_name = settings().resource("jobs")

    owner = UnicodeAttribute(hash_key=True)  # workspace
    id = UnicodeAttribute(range_key=True)  # job_…
    integration = UnicodeAttribute()
    status = UnicodeAttribute()
    step = UnicodeAttribute(null=True)
    source = JSONAttribute()
    base_url = UnicodeAttribute(null=True)
    auth = JSONAttribute(null=True)
    verification = JSONAttribute(null=True)
    auto_publish = BooleanAttribute(default=False)
    limits = JSONAttribute(null=True)
    progress = JSONAttribute(default=dict)
    chunks = NumberSetAttribute(null=True)  # of pages, that have been read: each is counted once
    endpoints = NumberAttribute(null=True)  # so far; counted by parallel steps, so no part of `progress`
    tokens = NumberAttribute(null=True)
    cost_usd = NumberAttribute(null=True)
    coverage = PackedAttribute(null=True)
    warnings = PackedAttribute(null=True)
    error = JSONAttribute(null=True)
    document_key = UnicodeAttribute(null=True)  # S3: the source as it was read
    document_url = UnicodeAttribute(null=True)
    draft_key = UnicodeAttribute(null=True)  # S3
    created_at = InstantAttribute()
    updated_at = InstantAttribute()


class DecisionRow(aws.Table):
    """What a reviewer said of one draft action: accepted, rejected, edited."""

    class Meta(aws.Meta):
        table_name = settings().resource("jobs")

    owner = UnicodeAttribute(hash_key=True)  # workspace#job
    id = UnicodeAttribute(range_key=True)  # the action's name
    state = UnicodeAttribute()
    edits = PackedAttribute(null=True)  # a merge patch on the action
    version = NumberAttribute(default=1)
    updated_at = InstantAttribute()


class JobSlots(RuntimeRow):
    """The jobs of a workspace that run: ``scrape-slots#workspace``."""

    jobs = UnicodeSetAttribute(null=True)


class JobsOfDay(RuntimeRow):
    """How many jobs a workspace has started in a day: ``scrape-day#workspace#YYYY-MM-DD``."""

    started = NumberAttribute(default=0)
