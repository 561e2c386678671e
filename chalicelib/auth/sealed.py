"""Where sealed values lie: the list that rotation of a keyring goes through.

Whatever else comes to be sealed and stays (more than days) belongs on this list, and is then re-sealed with the rest.
What expires by itself needs no entry: a keyring only grows, so it stays readable until it is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from chalicelib import aws
from chalicelib.auth import connections
from chalicelib.auth.oauth import clients
from chalicelib.auth.tables import ClientRow, ConnectionRow
from chalicelib.auth.vault import Context


@dataclass(frozen=True)
class Place:
    """Rows of one kind, with a `version`. `rows` yields a workspace's, consistently read; `attribute` is sealed."""

    name: str
    rows: Callable[[str], Iterator[Any]]
    attribute: str
    context: Callable[[Any], Context]


def _connections(workspace: str) -> Iterator[ConnectionRow]:
    keys = [
        connections.row_key(workspace, row.integration, row.place.partition("#")[2])
        for row in ConnectionRow.of_workspace.query(workspace)
    ]
    for start in range(0, len(keys), aws.BATCH):
        for found in aws.batch_read(keys[start : start + aws.BATCH]).values():
            if isinstance(found, ConnectionRow):
                yield found


def _clients(workspace: str) -> Iterator[ClientRow]:
    """By a scan: clients are few, their table knows them by integration, and a rotation is rare."""
    yield from ClientRow.scan(ClientRow.owner.startswith(f"{workspace}#"), consistent_read=True)


PLACES: Final[tuple[Place, ...]] = (
    Place("connections", _connections, "sealed", connections.context_of),
    Place("OAuth clients", _clients, "sealed", clients.context_of),
)
