"""Tables of this floor: workspaces, API keys, connections, OAuth clients, and the audit of credentials."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection

from chalicelib import aws
from chalicelib.aws import InstantAttribute
from chalicelib.settings import settings


class WorkspaceRow(aws.Table):
    """The workspaces of this deployment: few, listed by one query."""

    class Meta(aws.Meta):
        table_name = settings().resource("workspaces")

    kind = UnicodeAttribute(hash_key=True, default="workspace")
    name = UnicodeAttribute(range_key=True)
    created_at = InstantAttribute()


class RootKeyRow(aws.Table):
    """Which key is the deployment's root key? One item, beside the workspaces, so that two bootstraps agree."""

    class Meta(aws.Meta):
        table_name = settings().resource("workspaces")

    kind = UnicodeAttribute(hash_key=True, default="root")
    name = UnicodeAttribute(range_key=True, default="key")
    key_id = UnicodeAttribute()


class _KeysOfWorkspace(GlobalSecondaryIndex[Any]):
    """Which keys does a workspace have?"""

    class Meta(aws.Meta):
        index_name = "workspace"
        projection = AllProjection()

    workspace = UnicodeAttribute(hash_key=True)
    key_id = UnicodeAttribute(range_key=True)


class ApiKeyRow(aws.Table):
    """API keys by their public id: the first read of every request."""

    class Meta(aws.Meta):
        table_name = settings().resource("api-keys")

    key_id = UnicodeAttribute(hash_key=True)
    workspace = UnicodeAttribute()
    name = UnicodeAttribute()
    digest = UnicodeAttribute()  # SHA-256 of the whole key, hex
    scopes = JSONAttribute()
    integrations = JSONAttribute(null=True)
    limits = JSONAttribute(null=True)  # a Quota
    expires_at = InstantAttribute(null=True)
    last_used_at = InstantAttribute(null=True)
    created_at = InstantAttribute()
    of_workspace = _KeysOfWorkspace()


class _ConnectionsOfWorkspace(GlobalSecondaryIndex[Any]):
    """Which connections does a workspace have, over all integrations? (No sealed blob.)"""

    class Meta(aws.Meta):
        index_name = "workspace"
        projection = IncludeProjection(["integration", "status"])

    workspace = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)


class _DueConnections(GlobalSecondaryIndex[Any]):
    """Which connections are due for a refresh? Sparse: only active ones that can be refreshed carry `refresh_at`."""

    class Meta(aws.Meta):
        index_name = "refresh"
        projection = IncludeProjection(["workspace", "integration", "provider"])

    refresh_shard = UnicodeAttribute(hash_key=True)
    refresh_at = NumberAttribute(range_key=True)


class ConnectionRow(aws.Table):
    """Connections of an integration, by name; the sealed credential is part of the item."""

    class Meta(aws.Meta):
        table_name = settings().resource("connections")

    owner = UnicodeAttribute(hash_key=True)  # workspace#integration
    name = UnicodeAttribute(range_key=True)
    workspace = UnicodeAttribute()
    integration = UnicodeAttribute()
    place = UnicodeAttribute()  # integration#name
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    auth_type = UnicodeAttribute()
    config = JSONAttribute(default=dict)
    metadata = JSONAttribute(default=dict)
    tags = JSONAttribute(default=list)
    client = UnicodeAttribute(null=True)
    warnings = JSONAttribute(default=list)  # what its owner should hear about, as {code, detail}
    sealed = BinaryAttribute(null=True, legacy_encoding=False)
    origins = JSONAttribute(default=list)  # where the credential may go; part of what it is sealed for
    secret_header_names = JSONAttribute(default=list)
    last4 = UnicodeAttribute(null=True)
    fingerprint = UnicodeAttribute(null=True)
    enabled = BooleanAttribute(default=True)
    expires_at = InstantAttribute(null=True)
    last_refreshed_at = InstantAttribute(null=True)
    last_verified_at = InstantAttribute(null=True)
    refresh_shard = UnicodeAttribute(null=True)
    refresh_at = NumberAttribute(null=True)  # epoch seconds
    provider = UnicodeAttribute(null=True)  # who is asked for new tokens; so many at once, and no more
    renewable = BooleanAttribute(null=True)  # OAuth only: new tokens come without anyone's consent
    fence = NumberAttribute(null=True)  # counts up with every lease and every credential that is put (`lease`)
    lease_owner = UnicodeAttribute(null=True)
    lease_until = NumberAttribute(null=True)
    intent = UnicodeAttribute(null=True)  # the fingerprint of the tokens that were about to be exchanged
    intent_at = NumberAttribute(null=True)
    trouble = JSONAttribute(null=True)  # what went wrong since the last refresh that succeeded
    version = NumberAttribute(default=1)
    created_at = InstantAttribute()
    updated_at = InstantAttribute()
    of_workspace = _ConnectionsOfWorkspace()
    due = _DueConnections()


class ClientRow(aws.Table):
    """OAuth clients of an integration, by name; the sealed secret is part of the item."""

    class Meta(aws.Meta):
        table_name = settings().resource("oauth-clients")

    owner = UnicodeAttribute(hash_key=True)  # workspace#integration
    name = UnicodeAttribute(range_key=True)
    workspace = UnicodeAttribute()
    integration = UnicodeAttribute()
    client_id = UnicodeAttribute()
    auth_method = UnicodeAttribute()
    key_id = UnicodeAttribute(null=True)
    algorithm = UnicodeAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    origins = JSONAttribute(default=list)  # where the client proves itself; part of what its secret is sealed for
    last4 = UnicodeAttribute(null=True)
    fingerprint = UnicodeAttribute(null=True)
    version = NumberAttribute(default=1)
    created_at = InstantAttribute()
    updated_at = InstantAttribute()


class _EntriesOfConnection(GlobalSecondaryIndex[Any]):
    """What was done to one connection's credentials?"""

    class Meta(aws.Meta):
        index_name = "connection"
        projection = AllProjection()

    place = UnicodeAttribute(hash_key=True)
    ulid = UnicodeAttribute(range_key=True)


class AuditRow(aws.Table):
    """What was done to credentials: a workspace's entries in the order of their ULIDs, from any time to any other.

    A partition takes 1,000 write units a second: 500 refreshes of a workspace. What is above that is throttled, and
    saved again while the lease lasts.
    """

    class Meta(aws.Meta):
        table_name = settings().resource("audit")

    workspace = UnicodeAttribute(hash_key=True)
    ulid = UnicodeAttribute(range_key=True)
    place = UnicodeAttribute()  # workspace#integration#connection
    entry = JSONAttribute()
    expires_at = NumberAttribute()  # epoch seconds; DynamoDB's TTL
    of_connection = _EntriesOfConnection()
