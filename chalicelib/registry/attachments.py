"""Adding and removing a connection: its item and its integration's, in one transaction.

The integration's item says how many connections there are and, if exactly one, its name (`sole_connection`), so that
a call that names no connection needs no query.
"""

from __future__ import annotations

from pynamodb.exceptions import TransactWriteError

from chalicelib import rows
from chalicelib.auth import connections
from chalicelib.auth.tables import AuditRow, ConnectionRow
from chalicelib.aws import is_condition_failure, transaction
from chalicelib.errors import VersionConflict
from chalicelib.registry import integrations
from chalicelib.registry.tables import IntegrationRow

_TRIES = 5  # two writers at once are rare; five in a row are a fault


def attach(row: ConnectionRow, *, entry: AuditRow) -> None:
    """Store a new connection, and what the audit says of it.

    Raises `VersionConflict` where one of that name has just been made.
    """
    for _ in range(_TRIES):
        integration = integrations.get(row.workspace, row.integration)
        count = int(integration.connections)
        sole = row.name if count == 0 else None
        if _write(row, integration, entry, count=count, change=+1, sole=sole):
            return
    raise VersionConflict(f"The connection `{row.name}` was changed at the same time.")


def detach(row: ConnectionRow, *, entry: AuditRow) -> None:
    """Delete a connection, and with it its sealed credential."""
    for _ in range(_TRIES):
        integration = integrations.get(row.workspace, row.integration)
        count = int(integration.connections)
        left = [name for name in connections.names(row.workspace, row.integration) if name != row.name]
        sole = left[0] if len(left) == 1 else None
        if _write(row, integration, entry, count=count, change=-1, sole=sole):
            return
    raise VersionConflict(f"The connection `{row.name}` was changed at the same time.")


def _write(
    row: ConnectionRow, integration: IntegrationRow, entry: AuditRow, *, count: int, change: int, sole: str | None
) -> bool:
    """False where something changed since it was read."""
    try:
        with transaction() as writes:
            if change > 0:
                writes.save(row, condition=ConnectionRow.name.does_not_exist())
            else:
                writes.delete(row, condition=ConnectionRow.name.exists())
            writes.save(entry)
            writes.update(
                integration,
                actions=[
                    IntegrationRow.connections.set(count + change),
                    IntegrationRow.sole_connection.set(sole) if sole else IntegrationRow.sole_connection.remove(),
                ],
                condition=(IntegrationRow.connections == count),
            )
    except TransactWriteError as error:
        if is_condition_failure(error):
            return False
        raise
    rows.forget(connections.row_key(row.workspace, row.integration, row.name))
    rows.forget(integrations.row_key(row.workspace, row.integration))
    return True
