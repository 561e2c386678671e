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
_LOOKED_AT: Final = 500  # entries that one page of a filtered list looks at
_DAY: Final = dt.timedelta(days=1)
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
        f"{place.workspace}#{now.astimezone(dt.UTC).date().isoformat()}",
        str(ulid),
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

    def matches(self, found: Mapping[str, Any]) -> bool:
        """True where every filter holds."""
        pairs = ((self.integration, "integration"), (self.connection, "connection"), (self.actor, "actor"))
        return all(wanted is None or found[name] == wanted for wanted, name in pairs)


def page(
    workspace: str, wanted: Wanted, *, limit: int, before: str | None, now: dt.datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Entries, the latest first, and the ULID to go on before; the page of a filtered list may come out short."""
    found: list[dict[str, Any]] = []
    seen, last = 0, None
    for row in _rows(workspace, wanted, before):
        if len(found) == limit or seen == _LOOKED_AT:
            return found, last
        seen, last = seen + 1, row.ulid
        if row.expires_at > now.timestamp() and wanted.matches(row.entry):
            found.append(row.entry)
    return found, None


def _rows(workspace: str, wanted: Wanted, before: str | None) -> Iterator[AuditRow]:
    oldest = _first_ulid(wanted.since)
    end = min(before or "~", _first_ulid(wanted.until + dt.timedelta(milliseconds=1)))
    day = min(wanted.until.astimezone(dt.UTC).date(), ULID.from_str(end).datetime.date())
    while day >= wanted.since.astimezone(dt.UTC).date() and end > oldest:
        bucket = f"{workspace}#{day.isoformat()}"
        span = AuditRow.ulid.between(oldest, end)
        rows = AuditRow.query(bucket, span, scan_index_forward=False, page_size=100, consistent_read=True)
        yield from (row for row in rows if row.ulid < end)
        day -= _DAY


def _first_ulid(moment: dt.datetime) -> str:
    """The lowest ULID of that millisecond."""
    return str(ULID.from_datetime(moment))[:_TIME_CHARACTERS].ljust(_ULID_CHARACTERS, "0")
