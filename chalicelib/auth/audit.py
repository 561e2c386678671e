"""The audit of credentials: who did what to which connection's credential, when and from where; never a value.

An entry is written with what it tells of, in the same transaction where that is one write. Uses of a credential are in
the invocation log instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from ulid import ULID

from chalicelib.auth.tables import AuditRow
from chalicelib.settings import settings

What = Literal[
    "created", "changed", "refreshed", "needs_reauth", "orphaned", "adopted", "revoked", "exported", "deleted"
]
_LOOKED_AT: Final = 1_000  # entries that one page of a filtered list looks at: about 0.4 MB, read by one query
_TIME_CHARACTERS: Final = 10  # of a ULID; the rest is random
_ULID_CHARACTERS: Final = 26


class Actor(NamedTuple):
    """Who does something: ``key:<id>``, ``session:<id>`` or ``sweep``; and the address that it came from, if any."""

    name: str
    address: str | None = None


SWEEP: Final = Actor("sweep")


class Place(NamedTuple):
    """Whose credential it is."""

    workspace: str
    integration: str
    connection: str


def entry(
    place: Place, what: What, actor: Actor, *, now: dt.datetime, details: Mapping[str, Any] | None = None
) -> AuditRow:
    """An entry, not yet written. `details` say more about `what`: a fingerprint, a reason; nothing secret."""
    ulid = ULID.from_datetime(now)
    return AuditRow(
        place.workspace,
        str(ulid),
        place=f"{place.workspace}#{place.integration}#{place.connection}",
        entry={
            "id": str(ulid),
            "at": now.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "what": what,
            "integration": place.integration,
            "connection": place.connection,
            "actor": actor.name,
            "address": actor.address,
            "details": dict(details or {}),
        },
        expires_at=int(now.timestamp()) + settings().audit_days * 86_400,
    )


class Wanted(NamedTuple):
    """What the audit is filtered by; times are inclusive. `connection` is a name, or ``integration/name``."""

    since: dt.datetime
    until: dt.datetime
    integration: str | None = None
    connection: str | None = None
    actor: str | None = None

    @property
    def place(self) -> tuple[str | None, str | None]:
        """The integration and the name of the one connection that is wanted, as far as they are told."""
        integration, _, name = (self.connection or "").rpartition("/")
        return integration or self.integration, name or None

    def matches(self, found: Mapping[str, Any]) -> bool:
        """True where every filter holds."""
        integration, name = self.place
        told = ((self.integration, "integration"), (self.actor, "actor"))
        pairs = (*told, (integration, "integration"), (name, "connection"))
        return all(wanted is None or found[member] == wanted for wanted, member in pairs)


def page(
    workspace: str, wanted: Wanted, *, limit: int, before: str | None, now: dt.datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Entries, the latest first, and the ULID to go on before; the page of a filtered list may come out short."""
    oldest, end = _first_ulid(wanted.since), _first_ulid(wanted.until + dt.timedelta(milliseconds=1))
    end = min(before or end, end)
    if end <= oldest:
        return [], None
    found: list[dict[str, Any]] = []
    seen, last = 0, None
    for row in _rows(workspace, wanted, (oldest, end), limit):
        if row.ulid == end:  # where the page before this one ended
            continue
        if len(found) == limit or seen == _LOOKED_AT:
            return found, last
        seen, last = seen + 1, row.ulid
        if row.expires_at > now.timestamp() and wanted.matches(row.entry):
            found.append(row.entry)
    return found, None


def _rows(workspace: str, wanted: Wanted, span: tuple[str, str], limit: int) -> Iterator[AuditRow]:
    """By the index of connections where one is wanted, else all of the workspace's. One query gives a whole page."""
    integration, name = wanted.place
    of_one = integration is not None and name is not None
    is_whole = wanted.actor is None and (of_one or (integration, name) == (None, None))
    options: dict[str, Any] = {"scan_index_forward": False, "page_size": (limit if is_whole else _LOOKED_AT) + 2}
    between = AuditRow.ulid.between(*span)
    if of_one:
        yield from AuditRow.of_connection.query(f"{workspace}#{integration}#{name}", between, **options)
    else:
        yield from AuditRow.query(workspace, between, consistent_read=True, **options)


def _first_ulid(moment: dt.datetime) -> str:
    """The lowest ULID of that millisecond."""
    return str(ULID.from_datetime(moment))[:_TIME_CHARACTERS].ljust(_ULID_CHARACTERS, "0")
