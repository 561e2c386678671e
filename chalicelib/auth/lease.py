"""The lease on a connection's tokens: who may refresh them now. Values in, values out; `refresh` performs.

All state is in the connection's own item, so each step is one conditional write:

- `fence` counts up with every lease and with every credential that is put. A lease is taken on the condition that the
  fence is the one that was read, and everything that its holder writes has the condition ``fence = :mine``.
- `lease_owner` and `lease_until` say who refreshes, and until when that is believed.
- `intent` and `intent_at` say which tokens were about to be exchanged: what an exchange without an end leaves behind.
- `trouble` counts what went wrong since the last success.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from chalicelib.auth.due import Life
from chalicelib.auth.tables import ConnectionRow

LEASE_S: Final = 30.0
EXCHANGE_LEFT_S: Final = 15.0  # of the lease, or no exchange begins
EXCHANGE_S: Final = 10.0  # of wall clock, at the most
ONE_MORE_TRY: Final = 1  # with tokens over which a holder of the lease died
USABLE: Final = ("active", "error")


class Trouble(NamedTuple):
    """What went wrong with the present tokens: `lost` answers and `crashes` leave it open whether they still work."""

    failures: int = 0
    lost: int = 0
    crashes: int = 0

    @classmethod
    def of(cls, row: ConnectionRow) -> Trouble:
        """The trouble noted in `row`."""
        return cls(**(row.trouble or {}))

    @property
    def is_in_doubt(self) -> bool:
        """True where an exchange of these tokens may have happened without our seeing its answer."""
        return self.lost + self.crashes > 0

    def noted(self) -> dict[str, int]:
        """As the row keeps it."""
        return self._asdict()


class Wish(enum.Enum):
    """Why a refresh is wanted."""

    DUE = "due"  # a call finds that it is time
    SWEPT = "swept"  # the index says that it is time
    REFUSED = "refused"  # an upstream does not accept the tokens that were read
    ASKED = "asked"  # somebody says so


class Step(enum.Enum):
    """What to do about a connection's tokens."""

    USE = "use"
    TAKE = "take the lease"
    WAIT = "another one refreshes them"
    COOL = "a refresh has just failed"
    GIVE_UP = "two holders of the lease died over these tokens"


class Seen(NamedTuple):
    """What whoever wants a refresh knew of the tokens when it began. `margin_s` is the profile's."""

    wish: Wish
    fingerprint: str | None = None
    margin_s: float | None = None


def life_of(row: ConnectionRow, margin_s: float | None) -> Life:
    """The life of the tokens in `row`. Whether they may die idle is the sweep's business, and settled by its date."""
    issued_at = _seconds(row.last_refreshed_at)
    return Life(row.created_at.timestamp() if issued_at is None else issued_at, _seconds(row.expires_at), margin_s)


def is_held(row: ConnectionRow, now: float) -> bool:
    """True while the row's lease is believed."""
    return row.lease_owner is not None and float(row.lease_until or 0) >= now


def is_wanted(row: ConnectionRow, seen: Seen, now: float) -> bool:
    """True where `row`, as it was just read, still needs what `seen` wished for."""
    if seen.wish is Wish.SWEPT:
        return row.status in USABLE and _has_come(row.refresh_at, now)
    if seen.wish is Wish.DUE or row.fingerprint != seen.fingerprint:
        life = life_of(row, seen.margin_s)
        return life.is_due(now) if row.renewable else life.has_ended(now)
    return True


def decide(row: ConnectionRow, seen: Seen, now: float) -> Step:
    """The next step towards usable tokens, for a `row` as it was just read."""
    if row.status not in USABLE and seen.wish is not Wish.ASKED:
        return Step.USE  # whoever opens it is told why not
    if not is_wanted(row, seen, now):
        return Step.USE
    if is_held(row, now):
        return Step.WAIT
    if row.lease_owner is not None and after_crash(row).crashes > ONE_MORE_TRY:
        return Step.GIVE_UP
    if seen.wish in (Wish.DUE, Wish.REFUSED) and is_cooling(row, now):
        return Step.COOL
    return Step.TAKE


def is_cooling(row: ConnectionRow, now: float) -> bool:
    """True where a try has failed and the time for the next has not come; or where we have stopped trying."""
    has_failed = not row.lease_owner and Trouble.of(row).failures > 0
    return has_failed and not _has_come(row.refresh_at, now)


def _has_come(at: float | None, now: float) -> bool:
    return at is not None and float(at) <= now


def after_crash(row: ConnectionRow) -> Trouble:
    """The trouble of a row whose lease is over without its holder having said anything."""
    trouble = Trouble.of(row)
    return trouble._replace(crashes=trouble.crashes + 1)


def take(row: ConnectionRow, owner: str, now: float) -> dict[str, Any]:
    """UpdateItem's arguments: take the lease of a row that was read."""
    trouble = after_crash(row) if row.lease_owner is not None else Trouble.of(row)
    values = {":status": {"S": row.status}, ":trouble": {"S": json.dumps(trouble.noted())}}
    condition = "attribute_not_exists(fence)"
    if row.fence is not None:
        condition, values[":seen"] = "fence = :seen", number(row.fence)
    condition += " AND #status = :status"
    return _lease((row.owner, row.name), owner, now, condition=condition, values=values, also=", trouble = :trouble")


def take_due(owner_key: str, name: str, owner: str, now: float) -> dict[str, Any]:
    """UpdateItem's arguments: take the lease of a connection that the index calls due, without having read it."""
    usable = {f":usable{n}": {"S": status} for n, status in enumerate(USABLE)}
    condition = f"refresh_at <= :now AND attribute_not_exists(lease_owner) AND #status IN ({', '.join(usable)})"
    return _lease((owner_key, name), owner, now, condition=condition, values={":now": number(now), **usable})


def _lease(
    place: tuple[str, str], owner: str, now: float, *, condition: str, values: Mapping[str, Any], also: str = ""
) -> dict[str, Any]:
    return {
        "TableName": ConnectionRow.Meta.table_name,
        "Key": ConnectionRow.raw_key(*place),
        "UpdateExpression": "SET lease_owner = :me, lease_until = :until, refresh_at = :until, intent_at = :began,"
        f" intent = if_not_exists(fingerprint, :none){also} ADD fence :one",
        "ConditionExpression": f"attribute_exists(#name) AND {condition}",
        "ExpressionAttributeNames": {"#name": "name", "#status": "status"},
        "ExpressionAttributeValues": {
            ":me": {"S": owner},
            ":until": number(now + LEASE_S),
            ":began": number(now),
            ":none": {"S": "-"},
            ":one": {"N": "1"},
            **values,
        },
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _seconds(moment: dt.datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def number(value: float) -> dict[str, str]:
    """A number as DynamoDB's low-level client wants it."""
    return {"N": repr(value)}
