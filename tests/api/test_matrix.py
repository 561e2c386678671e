"""Who may do what: every route of the route table, with every scope, every limit, and from every workspace.

A route that is new fails `test_every_route_is_in_the_matrix` until it is entered here.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest

import app
from chalicelib.auth import api_keys
from infra.local.demo import DemoServer
from infra.local.standin import LocalAws
from tests.api.test_jobs import PETS
from tests.client import Answer, Api
from tests.world import GET_PET, add_action, add_shop, connect

SCOPES: Final = ("invoke", "registry:read", "registry:write", "connections:write", "admin", "root")
ROUTES: Final = sorted({(e.method, e.path.removeprefix("/v1")): e for e in app.app.endpoints}.items())
# Routes whose scope is not in the route table: which scopes open them.
BY_THEMSELVES: Final[dict[tuple[str, str], set[str]]] = {
    ("GET", "/actions/{integration}/{action}"): {"invoke", "registry:read"},
    ("POST", "/actions/{integration}/{action}"): {"invoke"},
    ("GET", "/me"): set(SCOPES),
}
OPEN: Final = {("GET", "/health"), ("GET", "/health/ready"), ("GET", "/openapi.json")}
# Pages for a browser, which has no key: a flow's state and cookie, or a link's secret, stand for one (tests/oauth).
PAGES: Final = {
    ("GET", "/oauth/start/{flow}"),
    ("GET", "/oauth/callback"),
    ("GET", "/connect/{session}/{secret}"),
    ("POST", "/connect/{session}/{secret}"),
}
# What each route with an id in its path is called with; without a body: None.
BODIES: Final[dict[tuple[str, str], Any]] = {
    ("GET", "/actions/{integration}/{action}"): None,
    ("PUT", "/actions/{integration}/{action}"): GET_PET,
    ("PATCH", "/actions/{integration}/{action}"): {"title": "x"},
    ("DELETE", "/actions/{integration}/{action}"): None,
    ("POST", "/actions/{integration}/{action}"): {"pet_id": 1},
    ("GET", "/api-keys/{key_id}"): None,
    ("DELETE", "/api-keys/{key_id}"): None,
    ("GET", "/connections/{integration}/{connection}"): None,
    ("PUT", "/connections/{integration}/{connection}"): {"value": "some-credential"},
    ("PATCH", "/connections/{integration}/{connection}"): {"tags": ["x"]},
    ("DELETE", "/connections/{integration}/{connection}"): None,
    ("POST", "/connections/{integration}/{connection}/test"): {},
    ("POST", "/connections/{integration}/{connection}/authorize"): {},
    ("POST", "/connections/{integration}/{connection}/reconnect"): {},
    ("POST", "/connections/{integration}/{connection}/refresh"): None,
    ("POST", "/connections/{integration}/{connection}/export"): {"key": "A" * 43 + "="},
    ("POST", "/connections/{integration}/{connection}/import"): {"key": "A" * 43 + "=", "sealed": "AQ=="},
    ("POST", "/integrations/{integration}/clients/{client}/export"): {"key": "A" * 43 + "="},
    ("POST", "/integrations/{integration}/clients/{client}/import"): {"key": "A" * 43 + "=", "sealed": "AQ=="},
    ("GET", "/connect-sessions/{session}"): None,
    ("GET", "/integrations/{integration}"): None,
    ("GET", "/integrations/{integration}/clients"): None,
    ("GET", "/integrations/{integration}/clients/{client}"): None,
    ("PUT", "/integrations/{integration}/clients/{client}"): {"client_id": "x", "client_secret": "some-credential"},
    ("DELETE", "/integrations/{integration}/clients/{client}"): None,
    ("POST", "/integrations/{integration}/reset-breaker"): None,
    ("PATCH", "/integrations/{integration}"): {"title": "x"},
    ("DELETE", "/integrations/{integration}"): None,
    ("GET", "/integrations/{integration}/openapi.json"): None,
    ("GET", "/integrations/{integration}/pack"): None,
    ("GET", "/integrations/{integration}/health"): None,
    ("GET", "/invocations/{request}"): None,
    ("POST", "/invocations/{request}/replay"): None,
    ("GET", "/scrape-jobs/{job}"): None,
    ("POST", "/scrape-jobs/{job}/cancel"): None,
    ("GET", "/scrape-jobs/{job}/draft"): None,
    ("PATCH", "/scrape-jobs/{job}/draft"): {"state": "rejected"},
    ("GET", "/scrape-jobs/{job}/draft/actions/{action}"): None,
    ("PATCH", "/scrape-jobs/{job}/draft/actions/{action}"): {"state": "accepted"},
    ("POST", "/scrape-jobs/{job}/publish"): {"accept": "all"},
    ("PATCH", "/tags/{tag}"): {"name": "x"},
    ("DELETE", "/tags/{tag}"): None,
}
# Routes of the deployment's root key, which is of no workspace in this sense.
OF_THE_ROOT_KEY: Final = {("GET", "/workspaces/{workspace}"), ("DELETE", "/workspaces/{workspace}")}


def opened_by(route: tuple[str, str], scope: str | None) -> set[str]:
    """The single scopes that open a route."""
    if route in BY_THEMSELVES:
        return BY_THEMSELVES[route] | {"admin", "root"}
    assert scope is not None, f"{route}: the route table has no scope for it, so BY_THEMSELVES must"
    return {scope, "root"} | ({"admin"} if scope != "root" else set())


def nobodys(path: str) -> str:
    """A path with names that nothing has."""
    return re.sub(r"\{(\w+)\}", "nobodys", path)


def test_every_route_is_in_the_matrix() -> None:  # F2 F4
    with_ids = {route for route, _ in ROUTES if "{" in route[1]}
    assert with_ids == (set(BODIES) | OF_THE_ROOT_KEY | PAGES) - {("GET", "/oauth/callback")}
    for route, endpoint in ROUTES:
        if route not in OPEN | PAGES:
            opened_by(route, endpoint.scope)


@pytest.fixture
def keys(api: Api) -> Callable[..., Api]:
    """The API with a key of these scopes and limits."""

    def with_key(*scopes: str, workspace: str = "default", **limits: Any) -> Api:
        return api.as_key(api_keys.issue(workspace, "k", scopes, **limits)[1])

    return with_key


def is_refused(answer: Answer) -> bool:
    return answer.status == 403 and answer.json["code"] == "insufficient_scope"


def test_every_scope_opens_its_own_routes_and_no_other(keys: Callable[..., Api]) -> None:  # F2
    cells = 0
    for scope in SCOPES:
        alone, others = keys(scope), keys(*(s for s in SCOPES if s not in (scope, "admin", "root")))
        for route, endpoint in ROUTES:
            if route in OPEN | PAGES:
                continue
            opening = opened_by(route, endpoint.scope)
            method, path = route
            answer = alone.call(method, nobodys(path))
            assert is_refused(answer) is (scope not in opening), (scope, route, answer.status)
            answer = others.call(method, nobodys(path))
            has = set(SCOPES) - {scope, "admin", "root"}
            assert is_refused(answer) is opening.isdisjoint(has), (scope, route, answer.status)
            cells += 2
    assert cells >= 60


def test_a_limit_to_integrations_holds_with_every_scope(keys: Callable[..., Api]) -> None:  # F2
    mine = keys(*SCOPES, integrations=["mine"])
    for (method, path), _ in ROUTES:
        if "{integration}" in path:
            assert is_refused(mine.call(method, nobodys(path))), (method, path)
            assert not is_refused(mine.call(method, nobodys(path.replace("{integration}", "mine")))), (method, path)


def test_without_a_key_or_with_an_expired_one_nothing_opens(keys: Callable[..., Api], api: Api) -> None:  # F2 F3
    from chalicelib.api import bad_keys

    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    future = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    expired, valid = keys(*SCOPES, expires_at=past), keys(*SCOPES, expires_at=future)
    for route, _ in ROUTES:
        method, path = route[0], nobodys(route[1])
        if route in PAGES:
            continue
        if route in OPEN:
            assert api.as_key(None).call(method, path).status == 200
            continue
        assert api.as_key(None).call(method, path).status == 401, route
        assert expired.call(method, path).status == 401, route
        assert valid.call(method, path).status not in (401, 403), route
        bad_keys.forget_everything()


# --- workspaces -------------------------------------------------------------------------------------------------------


@pytest.fixture
def theirs(api: Api, aws: LocalAws, demo: DemoServer, run_job: Callable[..., dict[str, Any]]) -> dict[str, str]:
    """A workspace `default` with one of everything; the ids by the names of path parameters."""
    add_shop(api, demo, "theirs-shop", tags=["theirs-tag"])
    add_action(api, "theirs-shop", "theirs-action", tags=["theirs-tag"])
    connect(api, "theirs-shop", "theirs-connection")
    job = run_job("theirs-draft", {"type": "openapi", "document": json.dumps(PETS)})
    assert job["status"] == "needs_review", job
    called = api.post("/actions/theirs-shop/theirs-action", {"pet_id": 1})
    assert called.status == 200, called.body
    aws.drain()
    return {
        "integration": "theirs-shop",
        "client": "theirs-client",
        "session": "cs_theirs",
        "action": "theirs-action",
        "connection": "theirs-connection",
        "job": job["id"],
        "key_id": api.ok("GET", "/me")["key_id"],
        "request": called.json["meta"]["request_id"],
        "tag": "theirs-tag",
    }


def without_names(answer: Answer, names: dict[str, str]) -> tuple[int, str]:
    """Status and body, less the request's id and the ids that were asked for."""
    text = answer.body.decode()
    for name in sorted(names.values(), key=len, reverse=True):
        text = text.replace(name, "…")
    return answer.status, re.sub(r'"request_id": ?"req_[^"]+"', "", text)


def test_ids_of_another_workspace_are_as_unknown_as_random_ones(
    theirs: dict[str, str], root: Api, keys: Callable[..., Api], aws: LocalAws
) -> None:  # F4
    root.ok("POST", "/workspaces", {"name": "team"})
    team = keys("admin", workspace="team")
    random = {name: _scrambled(name, value) for name, value in theirs.items()}
    before = _stored(aws)
    for (method, path), body in BODIES.items():
        asked = [path.format(**ids) for ids in (theirs, random)]
        found, nothing = (team.call(method, one, body) for one in asked)
        assert without_names(found, theirs) == without_names(nothing, random), (method, path)
        if not path.startswith("/tags"):  # a tag is no thing of its own: changing one that nothing carries does nothing
            assert found.status == 404, (method, path, found.body)
    assert _stored(aws) == before
    aws.drain()


def test_lists_and_searches_show_nothing_of_another_workspace(
    theirs: dict[str, str], root: Api, keys: Callable[..., Api]
) -> None:  # F4
    root.ok("POST", "/workspaces", {"name": "team"})
    team = keys("admin", workspace="team")
    apart = {*PAGES, ("GET", "/workspaces")}
    lists = [route[1] for route, _ in ROUTES if route[0] == "GET" and "{" not in route[1] and route not in apart]
    for path, query in itertools.product(lists, ("", "?q=theirs", "?integration=theirs-shop", "?tag=theirs-tag")):
        answer = team.get(path + query)
        assert answer.status in (200, 422), path
        for name in (*theirs.values(), "theirs-draft"):
            assert name not in answer.body.decode(), (path, name)


def test_a_limited_key_sees_nothing_of_other_integrations_jobs_calls_and_tags(
    theirs: dict[str, str], keys: Callable[..., Api]
) -> None:  # F2 F4
    limited = keys("registry:read", "registry:write", integrations=["mine"])
    for (method, path), body in BODIES.items():
        if "{job}" in path or "{request}" in path:
            answer = limited.call(method, path.format(**theirs | {"action": "get-pet"}), body)
            assert answer.status in (403, 404), (method, path, answer.status)
    for path in (
        "/integrations",
        "/actions",
        "/actions?q=theirs",
        "/connections",
        "/scrape-jobs",
        "/invocations",
        "/usage",
    ):
        assert limited.ok("GET", path)["data"] == [], path


def test_every_row_of_a_workspace_begins_with_its_name(theirs: dict[str, str]) -> None:  # F4
    from tests.test_structure import TABLES

    apart = {"WorkspaceRow", "ApiKeyRow", "RuntimeRow", "RootKeyRow"}  # by name, by public id, by kind
    for table in TABLES:
        if table.__name__ not in apart:
            found = [getattr(row, table._hash_keyname) for row in table.scan()]
            assert all(key.split("#")[0] == "default" for key in found), (table.__name__, found)


@pytest.mark.parametrize("member", ["workspace_id", "workspace", "id", "created_at", "status", "version"])
def test_no_route_lets_a_caller_set_what_the_server_keeps(theirs: dict[str, str], api: Api, member: str) -> None:  # F6
    for (method, path), endpoint in ROUTES:
        if endpoint.body is None:
            continue
        asked = path.format(**theirs | {"workspace": "none"})
        body = {**(BODIES.get((method, path)) or {}), member: "theirs"}
        answer = api.call(method, asked, body)
        if answer.status == 403:  # of the root key alone
            continue
        assert (answer.status, answer.json["code"]) == (422, "invalid_input"), (method, path, answer.body)
        assert f"/{member}" in [fault["pointer"] for fault in answer.json["errors"]], (method, path, answer.body)


def _scrambled(name: str, value: str) -> str:
    if name in ("job", "request"):  # a ULID of the same age, or the answer would be another one
        return value[:-6] + ("000000" if not value.endswith("000000") else "111111")
    return value.replace("theirs", "nobody") if "theirs" in value else "zzzzzzzz"


def _stored(aws: LocalAws) -> list[str]:
    from tests.test_structure import TABLES

    rows = (row.attribute_values for table in TABLES if table.__name__ != "RuntimeRow" for row in table.scan())
    told = (str({name: value for name, value in row.items() if name != "last_used_at"}) for row in rows)
    return sorted(text for text in told if "team" not in text)  # the other one's own calls are in its log
