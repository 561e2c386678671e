"""What a process knows of the store, and for how long."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Sequence

import pytest

from chalicelib import rows
from chalicelib.auth.tables import ApiKeyRow
from chalicelib.aws import RowKey, Table
from chalicelib.settings import Caps

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Store:
    """Counts what is read of it."""

    def __init__(self) -> None:
        self.rows: dict[RowKey, Table] = {}
        self.reads: list[list[RowKey]] = []
        self.meanwhile = lambda: None

    def read(self, keys: Sequence[RowKey]) -> dict[RowKey, Table | None]:
        """As `aws.batch_read`; what happens `meanwhile` happens after the rows have left the store."""
        self.reads.append(list(keys))
        found = {key: self.rows.get(key) for key in keys}
        self.meanwhile()
        return found


def key(name: str) -> RowKey:
    return (ApiKeyRow, name, None)


def row(name: str) -> ApiKeyRow:
    return ApiKeyRow(name, workspace="w", name=name, digest="", scopes=[], created_at=NOW)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of the rows a, b and c, and a process that knows none of them."""
    made = Store()
    made.rows = {key(name): row(name) for name in "abc"}
    monkeypatch.setattr(rows, "batch_read", made.read)
    rows.forget_everything()
    yield made
    rows.forget_everything()


def names(found: dict[RowKey, Table | None]) -> dict[str, bool]:
    return {key[1]: one is not None for key, one in found.items()}


def test_a_row_is_read_once_and_trusted_for_30_seconds(store: Store) -> None:
    for moment in (0.0, 1.0, Caps.FRESH_S - 0.001):
        assert names(rows.read([key("a")], now=lambda m=moment: m)) == {"a": True}
    assert len(store.reads) == 1
    rows.read([key("a")], now=lambda: Caps.FRESH_S)
    assert len(store.reads) == 2


def test_all_that_lapsed_is_read_in_one_call(store: Store) -> None:
    rows.read([key("a")], now=lambda: 0.0)
    rows.read([key("b")], now=lambda: 20.0)
    assert names(rows.read([key("a"), key("b"), key("c"), key("c")], now=lambda: 35.0)) == dict.fromkeys("abc", True)
    assert store.reads[2:] == [[key("a"), key("c")]]


def test_age_counts_from_before_the_read(store: Store) -> None:
    moments = iter([0.0, Caps.FRESH_S])
    rows.read([key("a")], now=lambda: next(moments))
    rows.read([key("a")], now=lambda: next(moments))
    assert len(store.reads) == 2


def test_a_clock_that_went_back_makes_rows_stale(store: Store) -> None:
    rows.read([key("a")], now=lambda: 1_000.0)
    rows.read([key("a")], now=lambda: 10.0)
    assert len(store.reads) == 2


def test_a_row_that_was_not_there_is_never_remembered(store: Store) -> None:
    assert names(rows.read([key("new")], now=lambda: 0.0)) == {"new": False}
    store.rows[key("new")] = row("new")
    assert names(rows.read([key("new")], now=lambda: 0.0)) == {"new": True}


def test_a_row_that_has_gone_is_forgotten(store: Store) -> None:
    rows.read([key("a")], now=lambda: 0.0)
    del store.rows[key("a")]
    assert names(rows.read([key("a")], now=lambda: 31.0)) == {"a": False}
    assert rows.peek(key("a")) is None


def test_a_write_forgets_its_row_at_once(store: Store) -> None:
    rows.read([key("a"), key("b")], now=lambda: 0.0)
    rows.forget(key("a"))
    rows.forget(key("never read"))
    rows.read([key("a"), key("b")], now=lambda: 1.0)
    assert store.reads[1:] == [[key("a")]]


def test_a_row_that_was_written_while_it_was_read_is_not_remembered(store: Store) -> None:
    store.meanwhile = lambda: rows.forget(key("a"))
    rows.read([key("a")], now=lambda: 0.0)
    assert rows.peek(key("a")) is None
    store.meanwhile = rows.forget_everything
    rows.read([key("a")], now=lambda: 0.0)
    assert rows.peek(key("a")) is None


def test_peeking_makes_no_call_and_knows_no_age(store: Store) -> None:
    assert rows.peek(key("a")) is None
    rows.read([key("a")], now=lambda: 0.0)
    assert rows.peek(key("a")) is store.rows[key("a")]
    assert len(store.reads) == 1


def test_a_key_that_no_item_can_have_is_not_asked_for(store: Store) -> None:  # D9
    impossible = [key(""), key("x" * 2049), (ApiKeyRow, "a", ""), (ApiKeyRow, "a", "ü" * 513)]
    assert all(one is None for one in rows.read(impossible, now=lambda: 0.0).values())
    assert store.reads == []


def test_the_oldest_are_forgotten_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_KEPT", 2)
    for name in "abc":
        rows.read([key(name)], now=lambda: 0.0)
    assert [rows.peek(key(name)) is not None for name in "abc"] == [False, True, True]


def test_threads_may_read_and_forget_at_once(store: Store) -> None:
    wrong: list[object] = []

    def work() -> None:
        for n in range(300):
            name = "abc"[n % 3]
            found = rows.read([key(name), key("none")], now=lambda: 0.0)
            if names(found) != {name: True, "none": False}:
                wrong.append(found)
            rows.forget(key("abc"[(n + 1) % 3]))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
