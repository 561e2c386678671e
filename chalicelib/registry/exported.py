"""What is exported: an integration with all its actions, read from the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.auth import connections
from chalicelib.registry import actions, definitions, integrations
from chalicelib.registry.models import ActionFacts, IntegrationFacts
from chalicelib.registry.tables import ActionRow


@dataclass(frozen=True)
class Exported:
    """An integration of a version, its actions by name, and the definitions that each action's schemas refer to."""

    facts: IntegrationFacts
    version: int
    actions: Mapping[str, ActionFacts]
    definitions: Mapping[str, Mapping[str, Any]]


def load(workspace: str, integration: str) -> Exported:
    """The integration as it is now. Raises `IntegrationNotFound`."""
    row = integrations.get(workspace, integration)
    found = sorted(
        ActionRow.query(connections.owner(workspace, integration), consistent_read=True), key=lambda each: each.name
    )
    return Exported(
        facts=integrations.facts_of(row),
        version=int(row.version),
        actions={each.name: actions.facts_of(each) for each in found},
        definitions={each.name: definitions.load(workspace, integration, each.definitions) for each in found},
    )
