"""Runtime state: what processes agree on for a while, such as breakers, cool-downs, counters and unfinished logins.

One table holds all of it. An item's key is its kind and whatever names it within the kind (`key_of`); every item
expires. DynamoDB may take days to delete what has expired: readers regard it as absent (`current`), and the condition
of a write compares the expiry itself.
"""

from __future__ import annotations

from typing import Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib import aws
from chalicelib.settings import settings


class RuntimeRow(aws.Table):
    """An item by its key. Each kind of state is a subclass that adds the attributes of its items."""

    class Meta(aws.Meta):
        table_name = settings().resource("runtime")

    key = UnicodeAttribute(hash_key=True)  # kind#workspace#…
    expires_at = NumberAttribute()  # epoch seconds; DynamoDB's TTL

    @classmethod
    def current(cls, key: str, now: float) -> Self | None:
        """The item as it is at `now` (epoch seconds), by a consistent read; None where it has expired."""
        row = cls.find(key)
        return row if row is not None and row.expires_at > now else None


def key_of(kind: str, *names: str) -> str:
    """The key of an item: ``#`` occurs in no name of a workspace, integration, connection or API key."""
    return "#".join((kind, *names))
