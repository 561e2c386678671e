"""Tables of this floor: the invocation log; and the kinds of runtime state that decide whether a call is made."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib import aws
from chalicelib.aws import PackedAttribute
from chalicelib.runtime import RuntimeRow
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


class BreakerRow(RuntimeRow):
    """The circuit breaker of one origin: breaker#workspace#integration#origin. Absent means closed.

    Every change of state makes a new `epoch`; who decides names the one that it has seen. Half-open is an open one
    whose probe is under way: `probe_until` is when the prober, should it have died, loses its turn.
    """

    state = UnicodeAttribute()  # open, closed
    epoch = NumberAttribute()
    retry_at = NumberAttribute(default=0)  # epoch seconds: from then on one call may try
    open_s = NumberAttribute(default=0)
    probe_owner = UnicodeAttribute(null=True)
    probe_until = NumberAttribute(null=True)


class CooldownRow(RuntimeRow):
    """An upstream's limit is reached: cooldown#workspace#integration#…. It is over when the item expires."""


class TallyRow(RuntimeRow):
    """Calls of a workspace within a minute: tally#workspace#minute. A number for each scope that has a limit."""
