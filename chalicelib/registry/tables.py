"""Tables of this floor: integrations and actions."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from chalicelib import aws
from chalicelib.aws import InstantAttribute, PackedAttribute
from chalicelib.settings import settings


class IntegrationRow(aws.Table):
    """Integrations of a workspace, by name."""

    class Meta(aws.Meta):
        table_name = settings().resource("integrations")

    workspace = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)
    facts = PackedAttribute()  # registry.models.IntegrationFacts
    enabled = BooleanAttribute(default=True)
    definitions = UnicodeAttribute(null=True)  # the shared definitions that a new import would replace
    version = NumberAttribute(default=1)
    connections = NumberAttribute(default=0)
    sole_connection = UnicodeAttribute(null=True)  # kept by the transaction that adds or removes a connection
    created_at = InstantAttribute()
    updated_at = InstantAttribute()


class _ActionsOfWorkspace(GlobalSecondaryIndex[Any]):
    """Which actions does a workspace have, over all integrations? List fields only."""

    class Meta(aws.Meta):
        index_name = "workspace"
        projection = IncludeProjection(
            ["integration", "title", "summary", "method", "path", "tags", "behaviour", "deprecated", "version"]
        )

    workspace = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)


class ActionRow(aws.Table):
    """Actions of an integration, by name.

    The shared definitions of an integration's version lie in the same table, under ``…#definitions`` and their
    digest; they carry no `place`, so no list shows them.
    """

    class Meta(aws.Meta):
        table_name = settings().resource("actions")

    owner = UnicodeAttribute(hash_key=True)  # workspace#integration
    name = UnicodeAttribute(range_key=True)
    workspace = UnicodeAttribute(null=True)
    place = UnicodeAttribute(null=True)  # integration#name
    integration = UnicodeAttribute(null=True)
    title = UnicodeAttribute(null=True)
    summary = UnicodeAttribute(null=True)
    method = UnicodeAttribute(null=True)
    path = UnicodeAttribute(null=True)
    tags = JSONAttribute(null=True)
    behaviour = UnicodeAttribute(null=True)
    deprecated = BooleanAttribute(null=True)
    version = NumberAttribute(null=True)
    definitions = UnicodeAttribute(null=True)
    facts = PackedAttribute(null=True)  # registry.models.ActionFacts; for definitions: the definitions themselves
    imported = PackedAttribute(null=True)  # what an import last made it of, or where in S3 that is
    stored_at = UnicodeAttribute(null=True)  # the S3 key, where `facts` would not fit into an item
    created_at = InstantAttribute(null=True)
    updated_at = InstantAttribute(null=True)
    of_workspace = _ActionsOfWorkspace()
