"""What Waygate relies on in DynamoDB."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import NAMES, THINGS, thing

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def db(client: Any) -> Any:
    return client("dynamodb")


@pytest.fixture
def short_thread_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def get(db: Any, pk: str, sk: str = "-") -> Any:
    return db.get_item(TableName=THINGS, Key=thing(pk, sk)).get("Item")


def test_a_condition_that_fails_changes_nothing_and_returns_the_old_item_on_request(db: Any) -> None:
    db.put_item(TableName=THINGS, Item=thing("a", v=1))
    for call in (
        lambda **more: db.put_item(
            TableName=THINGS, Item=thing("a", v=2), ConditionExpression="attribute_not_exists(pk)", **more
        ),
        lambda **more: db.update_item(
            TableName=THINGS,
            Key=thing("a"),
            UpdateExpression="SET v = :two",
            ConditionExpression="v = :two",
            ExpressionAttributeValues={":two": {"N": "2"}},
            **more,
        ),
        lambda **more: db.delete_item(
            TableName=THINGS,
            Key=thing("a"),
            ConditionExpression="v = :two",
            ExpressionAttributeValues={":two": {"N": "2"}},
            **more,
        ),
    ):
        with pytest.raises(db.exceptions.ConditionalCheckFailedException) as refused:
            call(ReturnValuesOnConditionCheckFailure="ALL_OLD")
        assert refused.value.response["Item"] == thing("a", v=1)
        with pytest.raises(db.exceptions.ConditionalCheckFailedException) as refused:
            call()
        assert "Item" not in refused.value.response
    assert get(db, "a") == thing("a", v=1)


def test_of_many_threads_that_create_an_item_exactly_one_wins(db: Any, short_thread_switches: None) -> None:
    barrier = threading.Barrier(16)

    def create(number: int, round_: int) -> bool:
        barrier.wait()
        try:
            db.put_item(
                TableName=THINGS,
                Item=thing(f"round-{round_}", winner=number),
                ConditionExpression="attribute_not_exists(pk)",
            )
        except db.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        for round_ in range(40):
            won = list(pool.map(create, range(16), [round_] * 16))
            assert won.count(True) == 1
            assert get(db, f"round-{round_}") == thing(f"round-{round_}", winner=won.index(True))


def test_counters_added_to_by_many_threads_lose_nothing(db: Any, short_thread_switches: None) -> None:
    def add(_: int) -> None:
        db.update_item(
            TableName=THINGS,
            Key=thing("n"),
            UpdateExpression="ADD c :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(200)))
    assert get(db, "n")["c"] == {"N": "200"}


def test_every_kind_of_value_comes_back_as_it_was_put(db: Any) -> None:
    item = {
        **thing("a", n=-1.5),
        "b": {"B": b"\x00\xff"},
        "bs": {"BS": [b"\x01"]},
        "ns": {"NS": ["1"]},
        "m": {"M": {"l": {"L": [{"B": b"\xfe"}, {"BOOL": False}, {"NULL": True}, {"S": ""}]}}},
    }
    db.put_item(TableName=THINGS, Item=item)
    assert get(db, "a") == item
    assert db.scan(TableName=THINGS)["Items"] == [item]
    put = db.put_item(TableName=THINGS, Item=thing("a"), ReturnValues="ALL_OLD", ReturnConsumedCapacity="TOTAL")
    assert put["Attributes"] == item
    assert put["ConsumedCapacity"]["TableName"] == THINGS
    projected = db.get_item(TableName=THINGS, Key=thing("a"), ProjectionExpression="sk")
    assert projected["Item"] == {"sk": {"S": "-"}}
    assert db.describe_table(TableName=THINGS)["Table"]["CreationDateTime"]


def test_one_batch_reads_from_several_tables(db: Any) -> None:
    db.put_item(TableName=THINGS, Item=thing("a"))
    db.put_item(TableName=NAMES, Item={"name": {"S": "n"}, "v": {"B": b"\x00\xff"}})
    answer = db.batch_get_item(
        RequestItems={THINGS: {"Keys": [thing("a"), thing("missing")]}, NAMES: {"Keys": [{"name": {"S": "n"}}]}}
    )
    assert answer["Responses"] == {THINGS: [thing("a")], NAMES: [{"name": {"S": "n"}, "v": {"B": b"\x00\xff"}}]}
    assert answer["UnprocessedKeys"] == {}


def test_a_sparse_index_holds_only_items_with_its_attributes_in_their_order(db: Any) -> None:
    db.put_item(TableName=THINGS, Item=thing("late", due_shard="0", due_at=100, secret="x"))
    db.put_item(TableName=THINGS, Item=thing("soon", due_shard="0", due_at=9))
    db.put_item(TableName=THINGS, Item=thing("other", due_shard="1", due_at=1))
    db.put_item(TableName=THINGS, Item=thing("never"))
    db.put_item(TableName=THINGS, Item=thing("half", due_shard="0"))
    query = {
        "TableName": THINGS,
        "IndexName": "due",
        "KeyConditionExpression": "due_shard = :shard AND due_at <= :now",
        "ExpressionAttributeValues": {":shard": {"S": "0"}, ":now": {"N": "100"}},
    }
    assert db.query(**query)["Items"] == [
        thing("soon", due_shard="0", due_at=9),
        thing("late", due_shard="0", due_at=100),
    ]
    db.update_item(TableName=THINGS, Key=thing("soon"), UpdateExpression="REMOVE due_at")
    assert [item["pk"]["S"] for item in db.query(**query)["Items"]] == ["late"]


def test_an_expired_item_is_still_returned(db: Any) -> None:
    db.put_item(TableName=THINGS, Item=thing("old", expires_at=1))
    assert get(db, "old") == thing("old", expires_at=1)
    assert db.scan(TableName=THINGS)["Items"] == [thing("old", expires_at=1)]


def test_a_query_reads_its_partition_in_pages_in_both_directions(db: Any) -> None:
    for number in range(7):
        db.put_item(TableName=THINGS, Item=thing("p", f"k{number}"))
        db.put_item(TableName=THINGS, Item=thing(f"other-{number}", "k"))

    def read(forward: bool) -> list[str]:
        pages = db.get_paginator("query").paginate(
            TableName=THINGS,
            KeyConditionExpression="pk = :p AND sk > :k",
            ExpressionAttributeValues={":p": {"S": "p"}, ":k": {"S": "k1"}},
            ScanIndexForward=forward,
            PaginationConfig={"PageSize": 2},
        )
        return [item["sk"]["S"] for page in pages for item in page["Items"]]

    assert read(forward=True) == ["k2", "k3", "k4", "k5", "k6"]
    assert read(forward=False) == ["k6", "k5", "k4", "k3", "k2"]
    assert (
        db.query(TableName=THINGS, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "nobody"}})[
            "Items"
        ]
        == []
    )


def test_a_transaction_happens_whole(db: Any) -> None:
    db.put_item(TableName=THINGS, Item=thing("gone"))
    db.put_item(TableName=THINGS, Item=thing("n", c=1))
    one = {":one": {"N": "1"}}
    db.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": NAMES, "Item": {"name": {"S": "new"}}}},
            {"Delete": {"TableName": THINGS, "Key": thing("gone")}},
            {
                "Update": {
                    "TableName": THINGS,
                    "Key": thing("n"),
                    "UpdateExpression": "SET c = c + :one",
                    "ExpressionAttributeValues": one,
                }
            },
        ]
    )
    assert get(db, "gone") is None
    assert get(db, "n") == thing("n", c=2)
    assert "Item" in db.get_item(TableName=NAMES, Key={"name": {"S": "new"}})


def test_a_cancelled_transaction_changes_nothing_and_says_which_condition_failed(db: Any) -> None:
    db.put_item(TableName=THINGS, Item=thing("taken", v=1))
    with pytest.raises(db.exceptions.TransactionCanceledException) as cancelled:
        db.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": NAMES, "Item": {"name": {"S": "new"}}}},
                {
                    "Put": {
                        "TableName": THINGS,
                        "Item": thing("taken", v=2),
                        "ConditionExpression": "attribute_not_exists(pk)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
            ]
        )
    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == thing("taken", v=1)
    assert "Item" not in db.get_item(TableName=NAMES, Key={"name": {"S": "new"}})
    assert get(db, "taken") == thing("taken", v=1)


def test_a_transaction_may_not_name_an_item_twice(db: Any) -> None:
    put = {"Put": {"TableName": THINGS, "Item": thing("a")}}
    with pytest.raises(ClientError, match="multiple operations on one item"):
        db.transact_write_items(TransactItems=[put, put])
    assert get(db, "a") is None


def test_an_update_that_is_refused_leaves_the_item_as_it_was(db: Any) -> None:
    db.put_item(TableName=THINGS, Item=thing("a", v="small"))
    for key, present in (("a", thing("a", v="small")), ("absent", None)):
        with pytest.raises(ClientError, match="size"):
            db.update_item(
                TableName=THINGS,
                Key=thing(key),
                UpdateExpression="SET w = :w, v = :large",
                ExpressionAttributeValues={":w": {"S": "w"}, ":large": {"S": "x" * 420_000}},
            )
        assert get(db, key) == present


def test_a_read_of_a_missing_key_leaves_nothing_behind(db: Any) -> None:
    from infra.local import backends

    assert get(db, "missing") is None
    assert len(backends.dynamodb().tables[THINGS].items) == 0
