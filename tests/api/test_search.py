"""`GET /actions?q=`: ranked, forgiving, filtered, and never showing what is gone."""

from __future__ import annotations

import json
import zlib
from functools import partial

import pytest

from chalicelib import aws as store
from chalicelib.auth import api_keys
from chalicelib.registry import action_index
from chalicelib.registry.tables import ActionRow
from infra.local.demo import DemoServer
from infra.local.standin import LocalAws
from tests.client import Api
from tests.world import add_action, add_shop


@pytest.fixture(autouse=True)
def _nothing_is_held() -> None:
    action_index.forget_everything()


@pytest.fixture
def shop(api: Api, demo: DemoServer) -> Api:
    """Two integrations with a handful of actions."""
    add_shop(api, demo)
    add_shop(api, demo, name="tracker")
    add_action(api, name="get-pet", summary="One pet", tags=["pets"])
    add_action(api, name="create-pet", summary="Register a pet", tags=["pets", "writes"])
    for name, method, summary in (
        ("create-issue", "POST", "Create an issue"),
        ("list-issues", "GET", "List issues of a project"),
        ("close-issue", "POST", "Close an issue"),
        ("list-projects", "GET", "List projects"),
    ):
        facts = {"method": method, "path": f"/{name}", "behaviour": "read", "summary": summary, "tags": ["work"]}
        api.ok("PUT", f"/actions/tracker/{name}", facts)
    return api


def found(api: Api, query: str) -> list[str]:
    return [action["name"] for action in api.ok("GET", f"/actions?{query}")["data"]]


def test_the_best_answer_comes_first(shop: Api) -> None:
    assert found(shop, "q=create+issue")[0] == "create-issue"
    assert set(found(shop, "q=issues")) == {"list-issues", "close-issue", "create-issue"}
    assert found(shop, "q=project")[:2] == ["list-projects", "list-issues"]


@pytest.mark.parametrize("text", ["creat isue", "craete issue", "create isssue", "CREATE ISSUES", "crea iss"])
def test_a_slip_of_the_fingers_is_forgiven(shop: Api, text: str) -> None:
    assert found(shop, f"q={text.replace(' ', '+')}")[0] == "create-issue"


def test_a_beginning_is_enough(shop: Api) -> None:
    assert found(shop, "q=proj")[0] == "list-projects"


@pytest.mark.parametrize("text", ["zzzzzz", "%2A%2A%2A", "the"])
def test_what_nothing_answers_finds_nothing(shop: Api, text: str) -> None:
    assert found(shop, f"q={text}") == []


def test_filters_hold(shop: Api) -> None:
    assert set(found(shop, "q=pet+issue&integration=shop")) == {"get-pet", "create-pet"}
    assert set(found(shop, "q=pet&tag=writes")) == {"create-pet"}
    assert found(shop, "q=issue&tag=writes") == []


def test_a_key_finds_only_what_it_may_see(shop: Api) -> None:
    made = shop.ok("POST", "/api-keys", {"name": "k", "scopes": ["registry:read"], "integrations": ["shop"]})
    assert set(found(shop.as_key(made["key"]), "q=pet+issue")) == {"get-pet", "create-pet"}


def test_pages_go_through_the_whole_ranking(shop: Api) -> None:
    everything = found(shop, "q=issue+list+pet")
    paged: list[str] = []
    cursor = ""
    while True:
        page = shop.ok("GET", f"/actions?q=issue+list+pet&limit=2{cursor}")
        paged += [action["name"] for action in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert paged == everything
    assert len(paged) == 6
    assert shop.get(f"/actions?q=other{cursor or '&cursor=x'}").json["code"] == "invalid_cursor"


def test_a_change_is_found_and_a_deleted_action_is_not(shop: Api) -> None:
    assert found(shop, "q=walrus") == []
    add_action(shop, name="get-walrus", summary="One walrus")
    assert found(shop, "q=walrus") == ["get-walrus"]
    shop.ok("PATCH", "/actions/shop/get-walrus", {"summary": "One narwhal"})
    assert found(shop, "q=narwhal") == ["get-walrus"]
    assert shop.delete("/actions/shop/get-walrus").status == 204
    assert found(shop, "q=narwhal") == []


def test_an_index_that_is_behind_shows_nothing_that_is_gone(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(found(shop, "q=pet")) == {"get-pet", "create-pet"}
    monkeypatch.setattr(action_index, "mark", lambda *_: None)  # as where another process wrote
    assert shop.delete("/actions/shop/get-pet").status == 204
    assert found(shop, "q=pet") == ["create-pet"]


def test_what_another_process_wrote_is_found_within_a_minute(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(shop, "q=walrus") == []
    held = action_index._known.held["default"]
    add_action(shop, name="get-walrus", summary="One walrus")
    action_index._known.held["default"] = held  # this process has heard of nothing
    assert found(shop, "q=walrus") == []
    monkeypatch.setattr(action_index, "_current", partial(action_index._current, now=lambda: held.checked_at + 20.1))
    assert found(shop, "q=walrus") == ["get-walrus"]


def test_the_stored_index_serves_a_new_process(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    first = found(shop, "q=issue")
    action_index.forget_everything()
    monkeypatch.setattr(action_index, "_document", None)  # no row is read again
    assert found(shop, "q=issue") == first


def test_a_large_workspace_is_indexed_in_the_background(
    shop: Api, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_index, "_SMALL", 0)
    assert found(shop, "q=issue")  # over the changes, which this process has read
    aws.functions.drain()
    action_index.forget_everything()
    monkeypatch.setattr(action_index, "_document", None)
    assert found(shop, "q=create+issue")[0] == "create-issue"  # over what the function has stored


def test_what_does_not_fit_into_one_run_is_done_by_the_next(shop: Api, aws: LocalAws) -> None:
    ticks = iter([0.0, 100.0])
    first = action_index.bring_up_to_date({"workspace": "default"}, clock=lambda: next(ticks))
    assert first == {"integrations": 1, "complete": False}
    aws.functions.drain()
    assert action_index.bring_up_to_date({"workspace": "default"}) == {"integrations": 0, "complete": True}
    assert found(shop, "q=pet")
    assert found(shop, "q=issue")


def test_an_index_of_another_format_is_made_again(shop: Api) -> None:
    assert found(shop, "q=issue")
    store.put_object("search/default/index", zlib.compress(json.dumps({"format": 0}).encode() + b"\n"))
    action_index.forget_everything()
    assert found(shop, "q=create+issue")[0] == "create-issue"


def test_a_deleted_workspace_leaves_no_index(root: Api, demo: DemoServer) -> None:
    root.ok("POST", "/workspaces", {"name": "team"})
    api = root.as_key(api_keys.issue("team", "k", ["admin"])[1])
    add_shop(api, demo)
    add_action(api)
    assert found(api, "q=pet") == ["get-pet"]
    assert store.get_object("search/team/index") is not None
    assert root.delete("/workspaces/team?confirm=team").status == 204
    assert store.get_object("search/team/index") is None
    assert list(ActionRow.query("team##search")) == []
