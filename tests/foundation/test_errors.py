"""The error tree: drawn, documented, and each error a problem document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from chalicelib import errors
from chalicelib.errors import InvalidInput, NotRecordedYet, Unauthenticated, WaygateError, error_classes

EVERY = list(error_classes())


def tree(root: type[WaygateError], stem: str = "", branch: str = "") -> Iterator[str]:
    """The tree as `errors` draws it: a status where it changes, a code where there is one."""
    status = str(root.status) if "status" in vars(root) else ""
    code = vars(root).get("code", "")
    yield f"{stem}{branch}{root.__name__}".ljust(33) + f"{status:<5}{code}".rstrip()
    inner = stem + {"": "", "├── ": "│   ", "└── ": "    "}[branch]
    children = [child for child in root.__subclasses__() if child.__module__ == errors.__name__]
    for child in children:
        yield from tree(child, inner, "└── " if child is children[-1] else "├── ")


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    block = (errors.__doc__ or "").split("::\n\n")[1].split("\n\n")[0]
    drawn = [line.removeprefix("    ").rstrip() for line in block.splitlines()]
    wanted = [line.rstrip() for line in tree(WaygateError)]
    assert drawn == wanted, "draw it so:\n" + "\n".join(f"    {line}" for line in wanted)


def test_every_class_says_what_it_means() -> None:
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, WaygateError)]
    assert len(classes) > 40
    for one in classes:
        assert one.__doc__, one
        assert one.__doc__.strip().endswith("."), one


def test_codes_are_unique_and_titles_differ_from_the_general_one() -> None:
    codes = [one.code for one in EVERY]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)
    assert [one.code for one in EVERY if one.title == WaygateError.title] == ["internal_error"]


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.code)
def test_every_error_is_a_problem_document(one: type[WaygateError]) -> None:
    problem = json.loads(json.dumps(one().problem("req_1")))
    assert problem["status"] == one.status
    assert 400 <= problem["status"] < 600
    assert {"type", "title", "status", "code", "detail", "retryable", "request_id"} <= set(problem)


def test_a_problem_holds_every_fault_and_every_fact() -> None:
    fault = {"pointer": "/a", "code": "type", "detail": "must be text"}
    problem = InvalidInput("One fault.", fix="Mend it.", errors=[fault], facts={"did_you_mean": ["b"]}).problem("req_1")
    assert problem["errors"] == [fault]
    assert (problem["suggested_fix"], problem["did_you_mean"]) == ("Mend it.", ["b"])


def test_an_internal_error_says_nothing_about_itself() -> None:  # B8
    body = json.dumps(WaygateError().problem("req_01J00000000000000000000000"))
    assert len(body) <= 512
    assert "Error" not in body


def test_errors_that_http_wants_headers_for_bring_them() -> None:
    assert Unauthenticated().headers["WWW-Authenticate"].startswith("Bearer")
    assert NotRecordedYet().headers["Retry-After"] == "2"
