"""Tables of this floor: workspaces, API keys and connections."""

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
    expires_at = InstantAttribute(null=True)
    last_used_at = InstantAttribute(null=True)
    created_at = InstantAttribute()
    of_workspace = _KeysOfWorkspace()


class _ConnectionsOfWorkspace(GlobalSecondaryIndex[Any]):
    """Which connections does a workspace have, over all integrations? (No sealed blob.)"""

    class Meta(aws.Meta):
        index_name = "workspace"
        projection = IncludeProjection(["integration"])

    workspace = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)


class _DueConnections(GlobalSecondaryIndex[Any]):
    """Which connections are due for a refresh? Sparse: only active ones that can be refreshed carry `refresh_at`."""

    class Meta(aws.Meta):
        index_name = "refresh"
        projection = IncludeProjection(["workspace", "integration"])

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
    sealed = BinaryAttribute(null=True, legacy_encoding=False)
    origins = JSONAttribute(default=list)  # where the credential may go; part of what it is sealed for
    secret_header_names = JSONAttribute(default=list)
    last4 = UnicodeAttribute(null=True)
    fingerprint = UnicodeAttribute(null=True)
    enabled = BooleanAttribute(default=True)
    expires_at = InstantAttribute(null=True)
    last_refreshed_at = InstantAttribute(null=True)
    next_refresh_at = InstantAttribute(null=True)
    last_verified_at = InstantAttribute(null=True)
    refresh_shard = UnicodeAttribute(null=True)
    refresh_at = NumberAttribute(null=True)
    version = NumberAttribute(default=1)
    created_at = InstantAttribute()
    updated_at = InstantAttribute()
    of_workspace = _ConnectionsOfWorkspace()
    due = _DueConnections()
