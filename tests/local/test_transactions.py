"""What a transaction does the short way is what it does moto's way."""

from __future__ import annotations

import base64
import binascii
import copy
import json
import weakref
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infra.local import backends, codecs
from infra.local.patches import plain_transactions
from tests.local.conftest import NAMES, THINGS, thing

pytestmark = pytest.mark.usefixtures("module_aws")

_LARGE = {"S": "x" * 210_000}
_KEYS = st.sampled_from([thing("a"), thing("b"), thing("c"), {"pk": {"S": ""}, "sk": {"S": "-"}}, {"pk": {"S": "a"}}])
_NUMBERS = st.one_of(st.integers(0, 10**6).map(str), st.sampled_from(["-1", "1.5", "1e3", "9" * 38, "x"]))
_VALUES = st.one_of(
    _NUMBERS.map(lambda number: {"N": number}),
    st.text(max_size=3).map(lambda text: {"S": text}),
    st.binary(max_size=3).map(lambda data: {"B": data}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"M": {"n": {"L": [{"N": "1"}]}}}),
    st.just(_LARGE),
)
_CONDITIONS = st.sampled_from([None, "attribute_not_exists(pk)", "attribute_not_exists(sk)", "attribute_exists(pk)"])
_NAMES = st.sampled_from(["v", "w", "calls", "pk"])


def _put(key: dict[str, Any], more: dict[str, Any], condition: str | None) -> dict[str, Any]:
    put = {"TableName": THINGS, "Item": {**more, **key}}
    return {"Put": put if condition is None else {**put, "ConditionExpression": condition}}


def _update(key: dict[str, Any], added: list[tuple[str, Any]], changed: list[tuple[str, Any]]) -> dict[str, Any]:
    names = {f"#{number}": name for number, (name, _) in enumerate(added + changed)}
    values = {f":{number}": value for number, (_, value) in enumerate(added + changed)}
    numbers = range(len(added) + len(changed))
    clauses = [
        "ADD " + ", ".join(f"#{n} :{n}" for n in numbers[: len(added)]) if added else "",
        "SET " + ", ".join(f"#{n} = :{n}" for n in numbers[len(added) :]) if changed else "",
    ]
    return {
        "Update": {
            "TableName": THINGS,
            "Key": key,
            "UpdateExpression": " ".join(filter(None, clauses)),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
    }


def _as_sent(attributes: dict[str, Any]) -> Any:
    return json.loads(json.dumps(attributes, default=lambda data: base64.b64encode(data).decode()))


def _held(item: Any) -> str:
    """What moto holds, bytes as bytes."""
    return str(sorted((name, attribute.type, attribute.value) for name, attribute in item.attrs.items()))


_SETTINGS = st.lists(st.tuples(_NAMES, _VALUES), max_size=2)
_ENTRIES = st.one_of(
    st.builds(_put, _KEYS, st.dictionaries(_NAMES, _VALUES, max_size=3), _CONDITIONS),
    st.builds(_update, _KEYS, st.lists(st.tuples(_NAMES, _VALUES), min_size=1, max_size=3), _SETTINGS),
    st.just({"Put": {"TableName": NAMES, "Item": {"name": {"S": "n"}}}}),
    st.just({"Delete": {"TableName": THINGS, "Key": thing("b")}}),
    st.just(
        {"ConditionCheck": {"TableName": THINGS, "Key": thing("c"), "ConditionExpression": "attribute_exists(pk)"}}
    ),
    st.just({"Put": {"TableName": "nowhere", "Item": thing("a")}}),
)


@settings(deadline=None, max_examples=300)
@given(
    before=st.dictionaries(st.sampled_from("abc"), st.dictionaries(_NAMES, _VALUES, max_size=2), max_size=2),
    entries=st.lists(_ENTRIES, min_size=1, max_size=4),
)
@example(before={}, entries=[_put(thing("a"), {"v": _LARGE, "w": _LARGE}, None)])  # of more than 400 KB together
def test_the_short_way_leads_to_the_same(
    before: dict[str, Any], entries: list[dict[str, Any]], client: Callable[[str], Any]
) -> None:
    def outcome() -> tuple[object, object]:
        tables = backends.dynamodb().tables
        for name in (THINGS, NAMES):
            tables[name].items.clear()
        for pk, attributes in before.items():
            codecs.item_from_json(tables[THINGS], _as_sent({**attributes, **thing(pk)}))
        try:
            client("dynamodb").transact_write_items(TransactItems=copy.deepcopy(entries))
            refused: object = None
        except ClientError as error:
            refused = error.response["Error"], error.response.get("CancellationReasons")
        except Exception as error:  # what moto does not expect
            refused = type(error), str(error)
        return refused, {name: sorted(map(_held, tables[name].all_items())) for name in (THINGS, NAMES)}

    short = outcome()
    with mock.patch.object(plain_transactions, "outcomes", return_value=None):
        assert short == outcome()


@pytest.fixture
def things(client: Callable[[str], Any]) -> Iterator[Any]:
    table = backends.dynamodb().tables[THINGS]
    table.items.clear()
    yield table
    table.items.clear()


def test_an_item_that_cannot_be_read_is_never_half_there(things: Any) -> None:
    codecs.item_from_json(things, {**_as_sent(thing("a")), "v": {"B": "abc"}})
    (item,) = things.all_items()
    for _ in range(2):
        with pytest.raises(binascii.Error):
            item.to_json()


def test_an_item_that_is_replaced_does_not_stay_in_memory(things: Any) -> None:
    codecs.item_from_json(things, _as_sent(thing("a")))
    replaced = weakref.ref(*things.all_items())
    codecs.item_from_json(things, _as_sent(thing("a")))
    assert replaced() is None


def test_records_and_counters_go_the_short_way(aws: Any, client: Callable[[str], Any]) -> None:
    from moto.dynamodb.models import DynamoDBBackend

    count = _update(thing("b"), [("calls", {"N": "2"}), ("ms3", {"N": "1"})], [("expires_at", {"N": "99"})])
    put = _put(thing("a"), {"record": {"B": b"packed"}}, None)
    with mock.patch.object(DynamoDBBackend, "transact_write_items", side_effect=AssertionError("moto's way")):
        for _ in range(2):
            client("dynamodb").transact_write_items(TransactItems=[put, count])

    items = {item.hash_key.value: codecs.item_to_json(item) for item in backends.dynamodb().tables[THINGS].all_items()}
    assert items["b"] == thing("b", calls=4, ms3=2, expires_at=99)
    assert items["a"]["record"] == {"B": "cGFja2Vk"}
