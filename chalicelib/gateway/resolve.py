"""Stages 1 and 2 of an invocation: who asks, and for what.

Warm, both cost no AWS call; when what the process knows has lapsed, one BatchGetItem reads key, integration, action
and connection together, since the process remembers which connection the same question led to before. What other
processes have learned of the upstream (`admit`) is read along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from chalicelib import rows
from chalicelib.auth import api_keys, connections
from chalicelib.auth.api_keys import Caller
from chalicelib.auth.schemes import reserved_names
from chalicelib.auth.tables import ApiKeyRow, ConnectionRow
from chalicelib.aws import RowKey, Table
from chalicelib.errors import ConnectionAmbiguous, ConnectionRequired, IntegrationDisabled
from chalicelib.gateway import admit
from chalicelib.registry import actions, integrations
from chalicelib.registry.models import ActionFacts, IntegrationFacts
from chalicelib.registry.tables import ActionRow, IntegrationRow

DEFAULT: Final = "default"
_REMEMBERED: Final = 10_000
_unnamed: dict[tuple[str, str], str] = {}  # (workspace, integration) → the connection of calls that named none


@dataclass(frozen=True)
class Resolved:
    """All that an invocation needs to know of the store, and what follows from that alone, worked out once.

    `connection` is None where none is needed.
    """

    caller: Caller
    integration: IntegrationFacts
    action: ActionFacts
    integration_row: IntegrationRow
    action_row: ActionRow
    connection: ConnectionRow | None

    def is_from(
        self, caller: Caller, integration: Table | None, action: Table | None, found: Mapping[RowKey, Table | None]
    ) -> bool:
        """True where the question is the same and the rows are the very same ones: so is the answer."""
        if self.caller is not caller or self.integration_row is not integration or self.action_row is not action:
            return False
        return self.connection is None or any(row is self.connection for row in found.values())

    @cached_property
    def version(self) -> int:
        """The action's version."""
        return int(self.action_row.version or 1)

    @cached_property
    def connection_name(self) -> str | None:
        """The connection's name."""
        return self.connection.name if self.connection else None

    @cached_property
    def base_url(self) -> str:
        """Where the call goes: the integration's base URL or the action's own server, complete.

        Raises `InvalidInput` and `EgressBlocked` as `integrations.approved_url` does.
        """
        config: dict[str, Any] = dict(self.connection.config) if self.connection else {}
        return integrations.approved_url(self.integration, config, self.action.server)

    @cached_property
    def owned_names(self) -> frozenset[tuple[str, str]]:
        """The places that belong to the credential or to HTTP, which no input may fill."""
        header_names = self.connection.secret_header_names if self.connection else ()
        return reserved_names(self.integration.auth, header_names)

    @cached_property
    def idempotency_header(self) -> str | None:
        """The header that makes a call repeatable at the upstream: the action's, or for a write the profile's."""
        of_all_writes = self.integration.profile.idempotency_header if self.is_write else None
        return self.action.idempotency_header or of_all_writes

    @property
    def is_write(self) -> bool:
        """True for what may change something at the upstream."""
        return self.action.behaviour != "read"

    @property
    def is_repeatable(self) -> bool:
        """True where the upstream may be sent the same call twice."""
        return not self.is_write or self.idempotency_header is not None


_answered: dict[tuple[str, str, str, str | None], Resolved] = {}


Rows = Mapping[RowKey, Table | None]


def authorize(
    authorization: str | None, integration: str, action: str, connection: str | None
) -> tuple[Caller, Rows | None]:
    """The caller, and the rows that `resolve` will want next: read ahead, in the same call, where the key is known."""
    shown = api_keys.parse(authorization)
    key_row = api_keys.row_key(shown.key_id)
    known = rows.peek(key_row)
    if not isinstance(known, ApiKeyRow):
        return api_keys.caller_of(rows.read([key_row])[key_row], shown), None
    found = _read(known.workspace, integration, action, connection, [key_row])
    return api_keys.caller_of(found[key_row], shown), found


def resolve(
    caller: Caller, integration: str, action: str, connection: str | None, found: Rows | None = None
) -> Resolved:
    """What `caller` asks for. `connection` is the name that the caller gave, if any; `found` is what was read ahead.

    Raises `InsufficientScope`, `IntegrationNotFound`, `IntegrationDisabled`, `ActionNotFound`, or the errors of
    `_connection`.
    """
    caller.require("invoke", integration)
    workspace = caller.workspace
    integration_key = integrations.row_key(workspace, integration)
    action_key = actions.row_key(workspace, integration, action)
    if found is None or integration_key not in found:
        found = _read(workspace, integration, action, connection)
    integration_row, action_row = found[integration_key], found[action_key]
    question = (workspace, integration, action, connection)
    known = _answered.get(question)
    if known is not None and known.is_from(caller, integration_row, action_row, found):
        return known
    if not isinstance(integration_row, IntegrationRow):
        raise integrations.not_found(workspace, integration)
    if not integration_row.enabled:
        raise IntegrationDisabled(f"The integration `{integration}` is switched off.")
    if not isinstance(action_row, ActionRow):
        raise actions.not_found(workspace, integration, action)
    facts = integrations.facts_of(integration_row)
    action_facts = actions.facts_of(action_row)
    is_needed = facts.auth.type != "none" and action_facts.auth == "required"
    chosen = None
    if connection or is_needed or action_facts.auth != "none" or "{" in facts.base_url:
        chosen = _connection(caller, integration_row, action_row, connection, is_needed=is_needed)
    if len(_answered) >= _REMEMBERED:
        _answered.clear()
    answer = _answered[question] = Resolved(caller, facts, action_facts, integration_row, action_row, chosen)
    return answer


def _read(
    workspace: str, integration: str, action: str, connection: str | None, others: Sequence[RowKey] = ()
) -> dict[RowKey, Table | None]:
    """The rows that the question will need, as far as they can be told; `admit` hears what was read along."""
    keys = [*others, integrations.row_key(workspace, integration), actions.row_key(workspace, integration, action)]
    name = connection or _unnamed.get((workspace, integration))
    if name:
        keys.append(connections.row_key(workspace, integration, name))
    return _read_along(keys, lambda: _riders(workspace, integration, action, name))


def _read_along(keys: Sequence[RowKey], along: Callable[[], Sequence[RowKey]]) -> dict[RowKey, Table | None]:
    found = rows.read(keys, along=along)
    if len(found) > len(keys):
        admit.hear(list(found.items())[len(keys) :])
    return found


def _riders(workspace: str, integration: str, action: str, connection: str | None) -> list[RowKey]:
    known = rows.peek(integrations.row_key(workspace, integration))
    facts = integrations.facts_of(known) if isinstance(known, IntegrationRow) else None
    row = rows.peek(connections.row_key(workspace, integration, connection)) if connection else None
    config = row.config if isinstance(row, ConnectionRow) else {}
    return admit.riders(workspace, integration, action, connection, facts, config)


def _connection(
    caller: Caller, integration: IntegrationRow, action: ActionRow, asked: str | None, *, is_needed: bool
) -> ConnectionRow | None:
    """The connection that was asked for; else the only one; else `default`.

    Raises `ConnectionNotFound`, `ConnectionRequired` where there is none and one `is_needed`, and
    `ConnectionAmbiguous` with the list where several could be meant.
    """
    count = int(integration.connections)
    if not asked and count == 0:
        if not is_needed:
            return None
        auth_type = integrations.facts_of(integration).auth.type
        raise ConnectionRequired(
            f"`{integration.name}` needs {auth_type} credentials, and has no connection.",
            fix=f"Connect it: `waygate connect {integration.name}`.",
            facts={"connect": {"method": "PUT", "path": f"/api/v1/connections/{integration.name}/{DEFAULT}"}},
        )
    name = asked or integration.sole_connection or DEFAULT
    key = connections.row_key(caller.workspace, integration.name, name)
    row = _read_along([key], lambda: _riders(caller.workspace, integration.name, action.name, name))[key]
    if isinstance(row, ConnectionRow):
        if not asked:
            if len(_unnamed) >= _REMEMBERED:
                _unnamed.clear()
            _unnamed[caller.workspace, integration.name] = name
        return row
    names = connections.names(caller.workspace, integration.name)
    if not asked:
        raise ConnectionAmbiguous(
            f"`{integration.name}` has {count} connections and none called `{DEFAULT}`: {', '.join(names)}.",
            fix="Name one in the header `Waygate-Connection`.",
            facts={"connections": names},
        )
    raise connections.not_found(integration.name, asked, names)


def forget_everything() -> None:
    """Forget what questions led to: for tests, and for a store that was replaced underneath."""
    _unnamed.clear()
    _answered.clear()
