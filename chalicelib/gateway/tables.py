"""Tables of this floor: the invocation log, the usage made of it, and the runtime state that decides about a call."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
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


class UsageRow(aws.Table):
    """An hour of an action's calls, or of an integration's: counters, added to by every batch of the log.

    The other attributes are numbers: `calls`, an error counter for each of `usage.FAULTS`, and ``ms<n>``, how many
    calls fell into bucket n of the latency histogram. Only those above 0 are there.
    """

    class Meta(aws.Meta):
        table_name = settings().resource("usage")

    owner = UnicodeAttribute(hash_key=True)  # workspace#integration; of whole integrations, the workspace
    slot = UnicodeAttribute(range_key=True)  # hour#action; hour#integration; #n behind it where batches collide
    expires_at = NumberAttribute()  # epoch seconds; DynamoDB's TTL


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


class CooldownsRow(RuntimeRow):
    """Which cool-downs an integration has had since one of them last began within the hour: cooldowns#workspace#…."""

    keys = UnicodeSetAttribute(null=True)


class TallyRow(RuntimeRow):
    """Calls of a workspace within a minute: tally#workspace#minute. A number for each scope that has a limit."""
