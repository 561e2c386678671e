"""What becomes of an action that is imported again."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.registry.models import ActionFacts
from chalicelib.scraper.naming import Operation
from chalicelib.scraper.reimport import Fingerprints, Outcome, Stored, outcome
from chalicelib.scraper.threeway import same
from tests.scraper.specs import read_small

OPERATION = Operation("GET", "/a/{id}", "getA")


def an_action(path: str = "/a/{id}", *names: str, **members: Any) -> dict[str, Any]:
    inside = [part.split("}")[0] for part in path.split("{")[1:]]
    bindings = {name: {"in": "path", "name": name} for name in inside} | {n: {"in": "query", "name": n} for n in names}
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in bindings}}
    schema["required"] = inside
    made = {"method": "GET", "path": path, "behaviour": "read", "input_schema": schema, "bindings": bindings, **members}
    return ActionFacts.model_validate(made).model_dump(mode="json", by_alias=True, exclude_defaults=True)


def again(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], old: Any = None, new: Any = None
) -> Outcome:
    shared: dict[str, Any] = new or {}
    before = Stored("get-a", 3, ours, old or {}, Fingerprints(old or {}), base, OPERATION)
    return outcome(theirs, shared, Fingerprints(shared), before)


ACTIONS = st.builds(
    lambda path, names, summary, tags: an_action(path, *names, summary=summary, tags=tags),
    st.sampled_from(["/a", "/a/{id}", "/a/{key}", "/b/{id}/{key}"]),
    st.lists(st.sampled_from(["p", "q", "r"]), unique=True, max_size=3),
    st.sampled_from(["", "one", "two"]),
    st.lists(st.sampled_from(["x", "y"]), unique=True),
)


@given(ACTIONS, ACTIONS, ACTIONS)
def test_whatever_was_edited_and_changed_the_outcome_is_a_valid_action(base: Any, ours: Any, theirs: Any) -> None:
    given_ = copy.deepcopy((base, ours, theirs))
    found = again(base, ours, theirs)
    assert (base, ours, theirs) == given_
    ActionFacts.model_validate(found.facts)
    assert found.imported == theirs
    assert found.change == "same" or not same(found.facts, ours)
    settled = again(theirs, found.facts, theirs)
    assert (settled.change, settled.warnings, settled.is_news) == ("same", [], False)


@given(ACTIONS, ACTIONS)
def test_without_edits_the_description_has_the_word_and_without_news_the_edits(one: Any, other: Any) -> None:
    assert again(one, one, other).facts == other
    assert again(one, other, one).facts == other
    assert again(one, other, one).warnings == []


def test_an_edit_that_no_longer_fits_gives_way_and_is_told() -> None:
    base = an_action()
    ours = {**base, "path": "/mine/{id}", "summary": "Mine"}
    found = again(base, ours, an_action("/a/{key}"))
    assert (found.facts["path"], found.facts["summary"]) == ("/a/{key}", "Mine")
    assert [each["code"] for each in found.warnings] == ["edit_kept", "edit_lost"]
    assert "path parameter id" in found.warnings[1]["detail"]


def test_a_definition_that_is_only_called_differently_changes_nothing() -> None:
    old, new = {"Pet": {"type": "string"}}, {"Animal": {"type": "string"}}
    base = an_action(output_schema={"$ref": "#/$defs/Pet"})
    found = again(base, base, an_action(output_schema={"$ref": "#/$defs/Animal"}), old, new)
    assert (found.change, found.is_news) == ("same", True)


def test_a_changed_definition_changes_the_actions_that_need_it_also_through_others() -> None:
    def paths(kind: str) -> Any:
        inner = {"Inner": {"type": kind}, "Outer": {"properties": {"x": {"$ref": "#/components/schemas/Inner"}}}}
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Outer"}}}
        found = {"/x": {"get": {"responses": {"200": {"content": content}}}}, "/y": {"get": {}}}
        return read_small(found, components={"schemas": inner})

    first, second = paths("string"), paths("integer")
    prints = Fingerprints(first.definitions), Fingerprints(second.definitions)
    changed = {}
    for name, facts in first.actions.items():
        document = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        changed[name] = prints[0].of(document) != prints[1].of(document)
    assert changed == {"get-x": True, "get-y": False}
