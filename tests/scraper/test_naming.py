"""Action names: valid, unique, readable, and independent of the order of the document."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.scraper.naming import Known, Operation, name_of, names, recognised

VALID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
OPERATIONS = st.lists(
    st.builds(
        Operation,
        st.sampled_from(["GET", "POST", "PUT"]),
        st.text("/ab{}ü-", max_size=12).map(lambda text: "/" + text)
        | st.text(max_size=80).map(lambda text: "/" + text),
        st.none() | st.text(max_size=90) | st.sampled_from(["get", "getUser", "get_user", "a" * 70, "123"]),
    ),
    max_size=20,
    unique_by=lambda operation: operation[:2],
)


@given(OPERATIONS, st.randoms(use_true_random=False))
def test_names_are_valid_unique_and_independent_of_order(operations: list[Operation], order: random.Random) -> None:
    found = names(operations)
    assert set(found) == {operation[:2] for operation in operations}
    assert len(set(found.values())) == len(operations)
    assert all(VALID.fullmatch(name) for name in found.values())
    shuffled = list(operations)
    order.shuffle(shuffled)
    assert names(shuffled) == found


@given(OPERATIONS)
def test_an_operation_that_clashes_with_none_keeps_its_own_name(operations: list[Operation]) -> None:
    found = names(operations)
    wanted = [name_of(operation) for operation in operations]
    for operation, name in zip(operations, wanted, strict=True):
        if wanted.count(name) == 1:
            assert found[operation[:2]] == name


@pytest.mark.parametrize(
    ("method", "path", "operation_id", "name"),
    [
        ("GET", "/users/{id}", None, "get-users-id"),
        ("GET", "/", None, "get-root"),
        ("GET", "/api/v1/users/{id}", None, "get-users-id"),
        ("GET", "/v1", None, "get-v1"),
        ("GET", "/x", "repos/get", "repos-get"),
        ("GET", "/x", "listPetsByID", "list-pets-by-id"),
        ("GET", "/x", "getHTTPResponse", "get-http-response"),
        ("GET", "/x", "getUserIDs", "get-user-ids"),
        ("GET", "/x", "OAuth2TokenURLs", "oauth2-token-urls"),
        ("GET", "/x", "files.list", "files-list"),
        ("GET", "/x", "list_all_pets", "list-all-pets"),
        ("GET", "/x", "UsersController_findOne_v2", "users-find-one-v2"),
        ("GET", "/x", "listUsersUsingGET_1", "list-users"),
        ("GET", "/api/v1/users/{id}", "get_api_v1_users__id__get", "get-users-id"),
        ("GET", "/items/{item_id}", "read_item_items__item_id__get", "read-item"),
        ("GET", "/things", "5dadbf8e0e3d4c0011aabbcc", "get-things"),
        ("GET", "/things", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "get-things"),
        ("GET", "/things", "12", "get-things"),
        ("DELETE", "/чат", "чат", "delete"),
        ("GET", "/x", "Gérer les été", "gerer-les-ete"),
        ("GET", "/x", "list-" + "very-" * 20 + "long", "list" + "-very" * 12),
    ],
)  # fmt: skip
def test_a_name_reads_well(method: str, path: str, operation_id: str | None, name: str) -> None:
    assert name_of(Operation(method, path, operation_id)) == name


def test_of_operations_that_clash_the_one_with_the_shortest_path_keeps_the_name() -> None:
    found = names(
        [
            Operation("POST", "/accounts/{id}/user", "getUser"),
            Operation("GET", "/users", "getUser"),
            Operation("GET", "/v2/users", "getUser"),
            Operation("GET", "/v2-users", "get-v2-users"),
        ]
    )
    assert found["GET", "/users"] == "get-user"
    assert found["POST", "/accounts/{id}/user"] == "post-accounts-id-user"
    assert re.fullmatch(r"get-user-[0-9a-f]{6}", found["GET", "/v2/users"])


def test_adding_an_operation_renames_no_other() -> None:
    before = [Operation("GET", "/a", "list"), Operation("GET", "/b", None), Operation("GET", "/longer", "dup")]
    after = names([*before, Operation("PUT", "/much/longer", "dup"), Operation("PUT", "/c", "list")])
    assert names(before).items() <= after.items() or names(before)["GET", "/longer"] == after["GET", "/longer"]
    assert all(after[key] == name for key, name in names(before).items())


@given(OPERATIONS, OPERATIONS)
def test_what_was_imported_keeps_its_name_whatever_comes_and_goes(
    before: list[Operation], after: list[Operation]
) -> None:
    first = names(before)
    known = [Known(first[operation[:2]], operation) for operation in before]
    second = names([*before, *(each for each in after if each[:2] not in first)], known)
    assert {key: second[key] for key in first} == first
    assert len(set(second.values())) == len(second)
    changed = names(after, known)
    assert len(set(changed.values())) == len(after)
    assert all(VALID.fullmatch(name) for name in changed.values())
    kept = recognised(after, known)
    assert all(changed[key] == name for key, name in kept.items())
    assert {name for key, name in changed.items() if key not in kept}.isdisjoint(first.values())


@pytest.mark.parametrize(
    ("now", "is_known"),
    [
        (Operation("GET", "/users/{id}", "getUser"), True),
        (Operation("GET", "/users/{id}", "users_read_v2"), True),
        (Operation("GET", "/users/{userId}", "other"), True),
        (Operation("GET", "/users/{id}/", None), True),
        (Operation("GET", "/v2/users/{id}", "getUser"), True),
        (Operation("POST", "/users/{id}", "getUser"), True),
        (Operation("POST", "/users/{id}", "other"), False),
        (Operation("GET", "/people/{id}", "other"), False),
    ],
)
def test_an_operation_is_known_by_its_path_and_else_by_its_id(now: Operation, is_known: bool) -> None:
    known = [Known("my-name", Operation("GET", "/users/{id}", "getUser")), Known("list", None)]
    assert (names([now], known)[now[:2]] == "my-name") is is_known


def test_an_id_that_moves_to_another_path_does_not_take_the_name_of_one_that_stays() -> None:
    known = [Known("get-user", Operation("GET", "/users/{id}", "getUser"))]
    now = [Operation("GET", "/users/{id}", "getUserOld"), Operation("GET", "/v2/users/{id}", "getUser")]
    found = names(now, known)
    assert found[now[0][:2]] == "get-user"
    assert found[now[1][:2]] == "get-v2-users-id"


def test_what_was_written_by_hand_is_never_taken_for_an_import() -> None:
    operation = Operation("GET", "/users/{id}", "getUser")
    assert names([operation], [Known("get-user", None)])[operation[:2]] == "get-users-id"


def test_a_pattern_within_a_placeholder_is_no_part_of_the_name() -> None:
    assert name_of(Operation("GET", "/files/{id:[0-9]{1,9}}/parts/{part:.+}")) == "get-files-id-parts-part"
