"""Tags: listed with counts, renamed and taken away everywhere, assigned and filtered by."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from chalicelib.api import tags as api_tags
from infra.local.demo import DemoServer
from infra.local.demo.credentials import API_KEY
from tests.client import Api
from tests.world import add_action, add_shop


@pytest.fixture
def tagged(api: Api, demo: DemoServer) -> Api:
    """Three kinds of things under `pets`."""
    add_shop(api, demo, tags=["pets", "demo"])
    add_shop(api, demo, name="other", tags=["demo"])
    add_action(api, tags=["pets"])
    add_action(api, name="create-pet", tags=["pets", "a/b c"])
    api.ok("PUT", "/connections/shop/default", {"value": API_KEY, "tags": ["pets"]})
    return api


def counted(api: Api) -> dict[str, tuple[int, int, int]]:
    found = api.ok("GET", "/tags")["data"]
    return {each["name"]: (each["integrations"], each["actions"], each["connections"]) for each in found}


def test_tags_are_listed_with_what_carries_them(tagged: Api) -> None:
    assert counted(tagged) == {"a/b c": (0, 1, 0), "demo": (2, 0, 0), "pets": (1, 2, 1)}
    first = tagged.ok("GET", "/tags?limit=2")
    assert [each["name"] for each in first["data"]] == ["a/b c", "demo"]
    rest = tagged.ok("GET", f"/tags?limit=2&cursor={first['next_cursor']}")
    assert ([each["name"] for each in rest["data"]], rest["next_cursor"]) == (["pets"], None)


def test_a_tag_is_renamed_everywhere(tagged: Api) -> None:
    before = tagged.ok("GET", "/actions/shop/get-pet")
    assert tagged.ok("PATCH", "/tags/pets", {"name": "animals"}) == {
        "name": "animals", "integrations": 1, "actions": 2, "connections": 1, "remaining": 0,
    }  # fmt: skip
    assert counted(tagged) == {"a/b c": (0, 1, 0), "animals": (1, 2, 1), "demo": (2, 0, 0)}
    after = tagged.ok("GET", "/actions/shop/get-pet")
    assert (after["tags"], after["version"]) == (["animals"], before["version"] + 1)
    assert after["input_schema"] == before["input_schema"]
    assert tagged.ok("GET", "/integrations/shop")["tags"] == ["animals", "demo"]
    assert tagged.ok("GET", "/connections/shop/default")["status"] == "active"
    assert [a["name"] for a in tagged.ok("GET", "/actions?q=pet&tag=animals")["data"]]


def test_renaming_to_a_tag_that_exists_makes_one_of_both(tagged: Api) -> None:
    tagged.ok("PATCH", "/tags/demo", {"name": "pets"})
    assert counted(tagged)["pets"] == (2, 2, 1)
    assert tagged.ok("GET", "/integrations/shop")["tags"] == ["pets"]


def test_a_tag_is_taken_away_everywhere(tagged: Api) -> None:
    assert tagged.ok("DELETE", f"/tags/{quote('a/b c', safe='')}")["actions"] == 1
    assert tagged.ok("DELETE", "/tags/pets")["connections"] == 1
    assert counted(tagged) == {"demo": (2, 0, 0)}
    assert tagged.ok("DELETE", "/tags/pets")["integrations"] == 0


def test_what_the_time_does_not_suffice_for_is_left_to_the_next_call(
    tagged: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as hurried:
        hurried.setattr(api_tags, "_RESERVE_S", 1_000)
        assert tagged.ok("PATCH", "/tags/pets", {"name": "animals"})["remaining"] == 4
    assert tagged.ok("PATCH", "/tags/pets", {"name": "animals"})["remaining"] == 0


def test_a_tag_has_a_shape(tagged: Api) -> None:
    assert tagged.patch("/tags/pets", {"name": " "}).json["errors"][0]["pointer"] == "/name"
    assert tagged.patch("/tags/%20", {"name": "x"}).status == 422


def test_integrations_and_actions_are_filtered_by_tag(tagged: Api) -> None:
    assert [i["name"] for i in tagged.ok("GET", "/integrations?tag=demo")["data"]] == ["other", "shop"]
    assert [i["name"] for i in tagged.ok("GET", "/integrations?tag=pets")["data"]] == ["shop"]
    page = tagged.ok("GET", "/integrations?tag=demo&limit=1")
    assert [i["name"] for i in page["data"]] == ["other"]
    rest = tagged.ok("GET", f"/integrations?tag=demo&limit=1&cursor={page['next_cursor']}")
    assert ([i["name"] for i in rest["data"]], rest["next_cursor"]) == (["shop"], None)
    assert [a["name"] for a in tagged.ok("GET", "/actions?tag=pets")["data"]] == ["create-pet", "get-pet"]


def test_a_limited_key_sees_and_changes_only_its_own(tagged: Api) -> None:
    def key(*scopes: str) -> Api:
        made = tagged.ok("POST", "/api-keys", {"name": "k", "scopes": list(scopes), "integrations": ["other"]})
        return tagged.as_key(made["key"])

    assert counted(key("registry:read")) == {"demo": (1, 0, 0)}
    assert key("registry:write").ok("DELETE", "/tags/demo")["integrations"] == 1
    assert counted(tagged)["demo"] == (1, 0, 0)
    assert key("registry:read").delete("/tags/demo").json["code"] == "insufficient_scope"


def test_tags_of_connections_need_the_scope_for_connections(tagged: Api) -> None:
    made = tagged.ok("POST", "/api-keys", {"name": "k", "scopes": ["registry:write"]})
    assert tagged.as_key(made["key"]).delete("/tags/pets").json["code"] == "insufficient_scope"
    assert counted(tagged)["pets"] == (1, 2, 1)


def test_connections_are_filtered_by_tag(tagged: Api) -> None:
    tagged.ok("PUT", "/connections/shop/second", {"value": API_KEY, "tags": ["staging"]})
    tagged.ok("PUT", "/connections/other/default", {"value": API_KEY, "tags": ["pets", "staging"]})
    both = tagged.ok("GET", "/connections?tag=pets")["data"]
    assert [(each["integration"], each["name"]) for each in both] == [("other", "default"), ("shop", "default")]
    assert [each["name"] for each in tagged.ok("GET", "/connections?tag=staging&integration=shop")["data"]] == [
        "second"
    ]
    found, cursor = [], ""
    while cursor is not None:
        page = tagged.ok("GET", f"/connections?tag=staging&limit=1{cursor and f'&cursor={cursor}'}")
        found += [each["integration"] for each in page["data"]]
        cursor = page["next_cursor"]
    assert found == ["other", "shop"]


def test_a_tag_is_there_once_something_carries_it_and_gone_with_the_last(tagged: Api) -> None:
    tagged.ok("PATCH", "/actions/shop/get-pet", {"tags": ["pets", "new"]})
    tagged.ok("PATCH", "/integrations/shop", {"tags": ["new"]})
    tagged.ok("PATCH", "/connections/shop/default", {"tags": ["new"]})
    assert counted(tagged)["new"] == (1, 1, 1)
    assert [a["name"] for a in tagged.ok("GET", "/actions?tag=new")["data"]] == ["get-pet"]
    tagged.ok("DELETE", "/tags/new")
    assert "new" not in counted(tagged)
    assert tagged.ok("GET", "/connections?tag=new")["data"] == []
