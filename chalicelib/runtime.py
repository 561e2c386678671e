"""Runtime state: what processes agree on for a while, such as breakers, cool-downs, counters and unfinished logins.

One table holds all of it. An item's key is its kind and whatever names it within the kind (`key_of`); every item
expires. DynamoDB may take days to delete what has expired: readers regard it as absent (`current`), and the condition
of a write compares the expiry itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException

from chalicelib import aws
from chalicelib.settings import settings

FAILURES: Final = (BotoCoreError, ClientError, PynamoDBException)  # the store does not do what it was asked


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

    @classmethod
    def update_if(
        cls, key: str, update: str, values: Mapping[str, str | float], *, condition: str | None = None
    ) -> tuple[Self | None, bool]:
        """Update the item: as it is now, and True. Where `condition` refuses: as found (None: absent), and False.

        `update` and `condition` are DynamoDB's expressions; attributes are written as ``#name``, values as ``:name``.
        pynamodb cannot return the item that made a condition fail, hence the low-level client.
        """
        words = f"{update} {condition or ''}".replace("(", " ").replace(")", " ").replace(",", " ").split()
        request = {
            "TableName": cls.Meta.table_name,
            "Key": cls.raw_key(key),
            "UpdateExpression": update,
            "ExpressionAttributeNames": {word: word[1:] for word in words if word.startswith("#")},
            "ExpressionAttributeValues": {
                f":{name}": {"S": value} if isinstance(value, str) else {"N": str(value)}
                for name, value in values.items()
            },
            "ReturnValues": "ALL_NEW",
        }
        if condition is not None:
            request |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        try:
            return cls.from_raw_data(aws.client("dynamodb").update_item(**request)["Attributes"]), True
        except ClientError as error:
            if not aws.is_condition_failure(error):
                raise
            found: Any = error.response.get("Item")
            return (cls.from_raw_data(found) if found else None), False

    @classmethod
    def take(cls, key: str, now: float, **expected: str) -> Self | None:
        """The item as it was at `now`, which nobody can take a second time; None where it has expired, is not there
        or differs from `expected` in an attribute."""
        names = {f"#{n}": name for n, name in enumerate(("expires_at", *expected))}
        values = {":0": {"N": str(now)}} | {f":{n}": {"S": text} for n, text in enumerate(expected.values(), start=1)}
        try:
            answer = aws.client("dynamodb").delete_item(
                TableName=cls.Meta.table_name,
                Key=cls.raw_key(key),
                ConditionExpression=" AND ".join(["#0 > :0", *(f"#{n} = :{n}" for n in range(1, len(names)))]),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            if aws.is_condition_failure(error):
                return None
            raise
        return cls.from_raw_data(answer["Attributes"])


def key_of(kind: str, *names: str) -> str:
    """The key of an item: ``#`` occurs in no name of a workspace, integration, connection or API key."""
    return "#".join((kind, *names))
