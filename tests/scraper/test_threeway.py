"""Three versions of an action become one."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.scraper.threeway import Conflict, merge, same

SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "b", "c"])
NAMES = st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True, max_size=4)
JSON = st.recursive(
    SCALARS | NAMES, lambda inner: st.dictionaries(st.sampled_from(["x", "y", "z"]), inner, max_size=3), max_leaves=12
)


@given(JSON, JSON)
def test_where_only_one_side_has_changed_it_wins(base: Any, other: Any) -> None:
    assert merge(base, base, other) == (other, [])
    assert merge(base, other, base) == (other, [])
    assert merge(base, other, other) == (other, [])


@given(JSON, JSON, JSON)
def test_merging_changes_no_argument_and_merging_the_result_again_changes_nothing(b: Any, o: Any, t: Any) -> None:
    before = copy.deepcopy((b, o, t))
    merged, _ = merge(b, o, t)
    assert (b, o, t) == before
    assert merge(t, merged, t) == (merged, [])
    assert merge(o, o, merged) == (merged, [])


@given(JSON, JSON, JSON)
def test_the_same_places_are_in_conflict_whichever_side_is_ours(b: Any, o: Any, t: Any) -> None:
    here = {each.pointer for each in merge(b, o, t)[1]}
    assert here == {each.pointer for each in merge(b, t, o)[1]}


def test_changes_of_different_members_are_both_kept() -> None:
    base = {"summary": "s", "input_schema": {"properties": {"a": {"type": "string"}}, "required": ["a"]}, "gone": 1}
    ours = {**base, "summary": "mine", "mine": True}
    theirs = {"summary": "s", "input_schema": {"properties": {"a": {}, "b": {}}, "required": ["a", "b"]}}
    merged, conflicts = merge(base, ours, theirs)
    assert conflicts == []
    assert merged == {**theirs, "summary": "mine", "mine": True}


def test_a_conflict_keeps_ours_and_is_told() -> None:
    merged, conflicts = merge({"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 3}})
    assert (merged, conflicts) == ({"a": {"b": 2}}, [Conflict("/a/b", 3)])
    merged, conflicts = merge({"a/b": {"c": 1}}, {}, {"a/b": {"c": 2}})
    assert (merged, [each.pointer for each in conflicts]) == ({}, ["/a~1b"])


def test_lists_of_names_are_merged_as_sets() -> None:
    assert merge(["a", "b"], ["a", "b", "mine"], ["b", "new"]) == (["b", "new", "mine"], [])
    assert merge([1], [2], [3])[0] == [2]


def test_true_is_not_one() -> None:
    assert not same({"a": [True]}, {"a": [1]})
    assert same({"a": [1.0]}, {"a": [1]})
    assert merge({"a": 1}, {"a": 1}, {"a": True})[0]["a"] is True
