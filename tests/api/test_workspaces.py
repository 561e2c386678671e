"""Workspaces: isolated, made and shredded by the root key."""

from __future__ import annotations

import boto3
import pytest

from infra.local.demo import DemoServer
from tests.client import Api
from tests.world import add_action, add_shop, connect


def test_default_is_there_from_the_start(root: Api) -> None:
    assert [w["name"] for w in root.ok("GET", "/workspaces")["data"]] == ["default"]


def test_only_the_root_key_knows_workspaces(api: Api) -> None:
    assert api.get("/workspaces").status == 403
    assert api.post("/workspaces", {"name": "team"}).status == 403


def test_a_workspace_comes_with_a_key_of_its_own(root: Api, demo: DemoServer) -> None:
    made = root.post("/workspaces", {"name": "team"})
    assert made.status == 201
    team = root.as_key(made.json["api_key"]["key"])
    assert team.ok("GET", "/me")["workspace"] == "team"
    assert root.post("/workspaces", {"name": "team"}).json["code"] == "name_taken"


def test_one_workspace_sees_nothing_of_another(root: Api, demo: DemoServer) -> None:  # F4
    team = root.as_key(root.ok("POST", "/workspaces", {"name": "team"})["api_key"]["key"])
    add_shop(root, demo)
    add_action(root)
    connect(root)
    for path in ("/integrations", "/actions", "/connections", "/scrape-jobs", "/invocations"):
        assert team.ok("GET", path)["data"] == []
    for path in ("/integrations/shop", "/actions/shop/get-pet", "/connections/shop/default"):
        theirs, nobodys = team.get(path), team.get(path.replace("shop", "none"))
        assert theirs.status == nobodys.status == 404
    assert team.post("/actions/shop/get-pet", {"pet_id": 1}).status == 404
    add_shop(team, demo)
    assert team.ok("GET", "/integrations/shop")["connections"] == 0


def test_deleting_a_workspace_shreds_it(root: Api, demo: DemoServer) -> None:
    key = root.ok("POST", "/workspaces", {"name": "team"})["api_key"]["key"]
    team = root.as_key(key)
    add_shop(team, demo)
    connect(team)
    assert root.delete("/workspaces/team").json["errors"][0]["pointer"] == "/confirm"
    assert team.get("/me").status == 200
    assert root.delete("/workspaces/team?confirm=team").status == 204
    assert team.get("/me").status == 401
    names = [s["Name"] for s in boto3.client("secretsmanager").list_secrets()["SecretList"]]
    assert names == ["waygate/local/default/keyring"]
    assert root.get("/workspaces/team").json["code"] == "workspace_not_found"


def test_default_cannot_be_deleted(root: Api) -> None:
    assert root.delete("/workspaces/default?confirm=default").json["code"] == "wrong_state"


@pytest.mark.parametrize("name", ["", "A", "a" * 64, "a#b", "-a"])
def test_a_workspace_name_is_checked(root: Api, name: str) -> None:
    assert root.post("/workspaces", {"name": name}).json["errors"][0]["pointer"] == "/name"


def test_bootstrap_makes_one_root_key_only(api: Api) -> None:
    from chalicelib.auth.workspaces import administer

    assert administer({"operation": "bootstrap"}) == {"key": None}
    first = administer({"operation": "bootstrap", "replace": True})["key"]
    second = administer({"operation": "bootstrap", "replace": True})["key"]
    assert api.as_key(first).get("/me").status == 401
    assert api.as_key(second).ok("GET", "/me")["scopes"] == ["root"]


def test_two_bootstraps_at_once_make_one_root_key(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.auth import api_keys, workspaces
    from chalicelib.auth.tables import ApiKeyRow, RootKeyRow

    for row in ApiKeyRow.of_workspace.query("default"):
        row.delete()
    RootKeyRow("root", "key").delete()
    made: list[str | None] = []
    draw = api_keys.draw

    def overtaken(*arguments: object, **members: object) -> object:
        monkeypatch.setattr(api_keys, "draw", draw)
        made.append(workspaces.administer({"operation": "bootstrap"})["key"])
        return draw(*arguments, **members)

    monkeypatch.setattr(api_keys, "draw", overtaken)
    made.append(workspaces.administer({"operation": "bootstrap"})["key"])
    assert [key is not None for key in made] == [True, False]
    assert sum("root" in row.scopes for row in ApiKeyRow.of_workspace.query("default")) == 1


def test_a_bootstrap_before_the_index_knows_the_root_key_makes_no_second_one(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.auth.tables import ApiKeyRow
    from chalicelib.auth.workspaces import administer

    monkeypatch.setattr(ApiKeyRow.of_workspace, "query", lambda *_: iter(()))
    assert administer({"operation": "bootstrap"}) == {"key": None}
