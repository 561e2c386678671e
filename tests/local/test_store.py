"""The durable store."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from infra.local.store import INLINE_BYTES, Record, Store, StoreError


def held(store: Store) -> dict[tuple[str, str], Record]:
    return {(record.kind, record.key): record for record in store.load()}


def test_records_are_put_replaced_and_deleted(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    store.write([Record("a", "1", {"v": 1}), Record("a", "2", [1, "ä"], b"body"), Record("b", "1", 0)])
    store.write([Record("a", "1", {"v": 2}), Record("b", "1", None), Record("b", "absent", None)])
    assert held(store) == {
        ("a", "1"): Record("a", "1", {"v": 2}),
        ("a", "2"): Record("a", "2", [1, "ä"], b"body"),
    }
    store.clear()
    assert held(store) == {}
    store.close()


def test_what_was_written_is_there_without_a_clean_stop(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write([Record("a", "1", {"v": 1}, b"x" * (INLINE_BYTES + 1))])
    other = sqlite3.connect(tmp_path / "state.db")
    assert other.execute("SELECT payload FROM records").fetchall() == [('{"v":1}',)]
    other.close()
    store.close()


def test_large_bodies_are_files_written_once_and_collected_when_unused(tmp_path: Path) -> None:
    body = b"x" * (INLINE_BYTES + 1)
    store = Store(tmp_path)
    store.write([Record("s3", "one", {}, body), Record("s3", "two", {}, body), Record("s3", "small", {}, b"y")])
    assert len(list((tmp_path / "blobs").iterdir())) == 1
    store.write([Record("s3", "one", None)])
    store.close()
    store = Store(tmp_path)
    assert held(store)["s3", "two"].body == body
    store.write([Record("s3", "two", None)])
    store.close()
    Store(tmp_path).close()
    assert list((tmp_path / "blobs").iterdir()) == []


def test_its_files_are_the_owners_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    store.write([Record("s3", "one", {}, b"x" * (INLINE_BYTES + 1))])
    store.close()
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    for path in (tmp_path / "state").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_one_process_at_a_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(StoreError, match="another process uses the state folder"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "file" / "state")


def make_foreign(path: Path) -> None:
    database = sqlite3.connect(path / "state.db")
    database.execute("PRAGMA user_version=99")
    database.close()


def test_a_state_of_another_format_is_read_from_its_export(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write([Record("a", "1", {"v": 1}), Record("s3", "k", {}, b"z" * (INLINE_BYTES + 1))])
    before = held(store)
    store.close()
    make_foreign(tmp_path)
    store = Store(tmp_path)
    assert held(store) == before
    assert (tmp_path / "state.format-99.db").exists()
    store.close()


def test_a_state_of_another_format_without_an_export_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).close()
    make_foreign(tmp_path)
    (tmp_path / "export.jsonl").unlink()
    with pytest.raises(StoreError, match="has format 99"):
        Store(tmp_path)
    assert (tmp_path / "state.db").exists()


def test_an_export_is_there_only_after_a_clean_stop(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.close()
    assert (tmp_path / "export.jsonl").exists()
    store = Store(tmp_path)
    assert not (tmp_path / "export.jsonl").exists()
    store.close()
