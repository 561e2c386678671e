"""Tables of this floor: the invocation log."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib import aws
from chalicelib.aws import PackedAttribute
from chalicelib.settings import settings


class _Failures(GlobalSecondaryIndex[Any]):
    """Which invocations of a workspace failed, the latest first? Sparse: only failures carry `failed`."""

    class Meta(aws.Meta):
        index_name = "failures"
        projection = AllProjection()

    failed = UnicodeAttribute(hash_key=True)
    ulid = UnicodeAttribute(range_key=True)


class _OfIntegration(GlobalSecondaryIndex[Any]):
    """Which invocations did an integration have, the latest first?"""

    class Meta(aws.Meta):
        index_name = "integration"
        projection = AllProjection()

    owner = UnicodeAttribute(hash_key=True)
    ulid = UnicodeAttribute(range_key=True)


class InvocationRow(aws.Table):
    """Invocations of a workspace by day, in four shards so that no partition runs hot; an id tells day and shard."""

    class Meta(aws.Meta):
        table_name = settings().resource("invocations")

    bucket = UnicodeAttribute(hash_key=True)  # workspace#day#shard
    ulid = UnicodeAttribute(range_key=True)
    owner = UnicodeAttribute()  # workspace#integration
    failed = UnicodeAttribute(null=True)  # the workspace, where the invocation failed
    record = PackedAttribute()
    expires_at = NumberAttribute()  # epoch seconds; DynamoDB's TTL
    failures = _Failures()
    of_integration = _OfIntegration()
