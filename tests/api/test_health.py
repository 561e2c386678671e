"""How an integration is: a state in a word, what it is made of, and how to end what holds calls back."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import pytest

from chalicelib import aws as real_aws
from chalicelib.auth import connections
from chalicelib.auth.tables import ConnectionRow
from infra.local.standin import LocalAws
from tests.api.test_usage import NOW, failed, recorded, store
from tests.aws_calls import AwsCalls
from tests.client import Api
from tests.egress.wire import Wire, answer, serving
from tests.gateway.shop import MEMBERS, add, call, open_shop


@pytest.fixture
def wire() -> Iterator[Wire]:
    with serving() as wire:
        yield wire


@pytest.fixture
def shop(api: Api, wire: Wire) -> Wire:
    open_shop(api, wire)
    return wire


def state(api: Api, name: str = "shop") -> str:
    """The state, which the list, the integration and its health all say."""
    found = [
        next(row for row in api.ok("GET", "/integrations?limit=100")["data"] if row["name"] == name),
        api.ok("GET", f"/integrations/{name}"),
        api.ok("GET", f"/integrations/{name}/health"),
    ]
    assert len({(row["state"], row["state_reason"]) for row in found}) == 1
    assert (found[0]["state_reason"] is None) is (found[0]["state"] == "ready")
    return str(found[0]["state"])


def mark(name: str, status: str, integration: str = "shop") -> None:
    row = connections.get("default", integration, name)
    connections.mark(row, status, "because", now=dt.datetime.now(dt.UTC))


def test_a_state_is_told_in_a_word(api: Api, shop: Wire) -> None:
    assert state(api) == "ready"
    api.ok("PUT", "/connections/shop/second", MEMBERS["bearer"])
    mark("second", "needs_reauth")
    assert state(api) == "needs_attention"
    mark("default", "error")
    assert state(api) == "needs_attention"
    assert api.ok("GET", "/integrations/shop")["state_reason"] == "2 connections must be connected again."
    mark("default", "disabled")
    mark("second", "disabled")
    assert state(api) == "not_connected"
    api.ok("PATCH", "/integrations/shop", {"enabled": False})
    assert state(api) == "disabled"


def test_an_upstream_that_needs_no_credential_is_ready_without_a_connection(api: Api) -> None:
    api.ok("POST", "/integrations", {"name": "open", "base_url": "https://open.example/", "auth": {"type": "none"}})
    api.ok("POST", "/integrations", {"name": "locked", "base_url": "https://a.example/", "auth": {"type": "bearer"}})
    assert (state(api, "open"), state(api, "locked")) == ("ready", "not_connected")


def test_an_upstream_that_keeps_failing_degrades_it_until_it_is_reset(api: Api, shop: Wire, aws: LocalAws) -> None:
    shop.reply = lambda seen: answer(status="503 Down")
    while call(api).json["code"] != "circuit_open":
        pass
    assert state(api) == "degraded"
    aws.drain()
    health = api.ok("GET", "/integrations/shop/health")
    assert (health["breaker"]["state"], health["breaker"]["origins"]) == ("open", [shop.url])
    assert health["last_errors"][0]["code"] == "circuit_open"
    after = api.ok("POST", "/integrations/shop/reset-breaker")
    assert (after["state"], after["breaker"]["state"]) == ("ready", "closed")
    shop.reply = lambda seen: answer()
    assert call(api).status == 200


def test_the_latest_errors_are_shown_and_nothing_else(api: Api, shop: Wire) -> None:
    store(*(failed(502, "upstream_failed", action=f"act-{n}", request_id=_id(n)) for n in range(15)))
    store(*(recorded(NOW - 30) for _ in range(5)), failed(502, "upstream_failed", integration="other"))
    errors = api.ok("GET", "/integrations/shop/health")["last_errors"]
    assert [one["action"] for one in errors] == [f"act-{n}" for n in range(14, 4, -1)]


def _id(number: int) -> str:
    from ulid import ULID

    return f"req_{ULID.from_timestamp(NOW - 100 + number)}"


def test_connections_are_counted_by_status(api: Api, shop: Wire) -> None:
    for name, status in (("a", "needs_reauth"), ("b", "error"), ("c", "disabled"), ("d", "needs_reauth")):
        api.ok("PUT", f"/connections/shop/{name}", MEMBERS["bearer"])
        mark(name, status)
    health = api.ok("GET", "/integrations/shop/health")
    assert health["connections"] == {"pending": 0, "active": 1, "needs_reauth": 2, "error": 1, "disabled": 1}
    assert [row["name"] for row in api.ok("GET", "/connections?status=needs_reauth")["data"]] == ["a", "d"]


def test_a_list_asks_the_store_as_often_however_long_it_is(api: Api, aws_calls: AwsCalls) -> None:
    for number in range(12):
        facts = {"name": f"api-{number}", "base_url": f"https://{number}.example/", "auth": {"type": "bearer"}}
        api.ok("POST", "/integrations", facts)
        if number % 2:
            api.ok("PUT", f"/connections/api-{number}/default", MEMBERS["bearer"])
    made, listed = [], []
    for limit in (2, 12):
        aws_calls.forget()
        listed.append(api.ok("GET", f"/integrations?limit={limit}")["data"])
        made.append(aws_calls.made)
    assert made[0] == made[1] == ["Query", "BatchGetItem", "Query"]
    states = [row["state"] for row in listed[1]]
    assert states.count("ready") == 6 == states.count("not_connected")


def test_integrations_whose_names_begin_alike_keep_their_own_connections(api: Api) -> None:
    for name in ("a", "a-b", "a0", "b"):
        facts = {"name": name, "base_url": "https://a.example/", "auth": {"type": "bearer"}}
        api.ok("POST", "/integrations", facts)
    api.ok("PUT", "/connections/a-b/default", MEMBERS["bearer"])
    mark("default", "needs_reauth", "a-b")
    assert [state(api, name) for name in ("a", "a-b", "a0", "b")] == [
        "not_connected",
        "needs_attention",
        "not_connected",
        "not_connected",
    ]


def test_the_index_that_states_are_read_from_holds_no_credential(api: Api, shop: Wire) -> None:  # B2
    (row,) = ConnectionRow.of_workspace.query("default")
    assert (row.status, row.sealed, row.last4) == ("active", None, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=HELP", ["desk", "shop-2"]),
        ("q=shop", ["shop-1", "shop-2"]),
        ("q=api.desk", ["desk"]),
        ("q=money", ["shop-1"]),
        ("q=shop&tag=money", ["shop-1"]),
        ("q=nothing", []),
        ("q=", ["desk", "shop-1", "shop-2"]),
    ],
)
def test_integrations_are_found_by_a_text(api: Api, query: str, expected: list[str]) -> None:
    for name, title, tags in (("desk", "Help desk", []), ("shop-1", "", ["money"]), ("shop-2", "", ["helper"])):
        facts = {"name": name, "title": title, "base_url": f"https://api.{name}.example/", "tags": tags}
        api.ok("POST", "/integrations", facts)
    found, cursor = [], ""
    for _ in itertools.count():
        page = api.ok("GET", f"/integrations?limit=1&{query}{cursor}")
        found += [row["name"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == expected


def test_me_says_which_deployment_answers_and_what_the_key_may(api: Api) -> None:
    from chalicelib.auth import api_keys

    me = api.ok("GET", "/me")
    assert (me["stage"], me["workspace"], me["read_only"], me["callback_url"]) == ("local", "default", False, None)
    for scopes, is_read_only in ((["registry:read"], True), (["registry:read", "invoke"], False), (["invoke"], False)):
        key = api_keys.issue("default", "k", scopes)[1]
        assert api.as_key(key).ok("GET", "/me")["read_only"] is is_read_only


def test_me_tells_the_callback_url_to_register_once_it_is_known(api: Api) -> None:
    from chalicelib.auth.oauth import public_origin

    ssm = real_aws.client("ssm")
    ssm.put_parameter(Name=public_origin.parameter(), Value="https://waygate.example", Type="String")
    assert api.ok("GET", "/me")["callback_url"] == "https://waygate.example/api/v1/oauth/callback"


def test_the_log_is_filtered_by_key_and_by_what_was_replayed(api: Api, shop: Wire, aws: LocalAws) -> None:
    from chalicelib.auth import api_keys

    add(api, "other")
    api.ok("PATCH", "/integrations/shop", {"policy": {"record": "full"}})
    first = call(api).headers["Request-Id"]
    other_key = api.as_key(api_keys.issue("default", "k", ["invoke"])[1])
    second = call(other_key, "other").headers["Request-Id"]
    aws.drain()
    again = api.post(f"/invocations/{first}/replay", {}).headers["Request-Id"]
    aws.drain()

    def ids(query: str) -> list[str]:
        return [one["request_id"] for one in api.ok("GET", f"/invocations?{query}")["data"]]

    assert ids(f"key_id={str(other_key.key).split('_')[2]}") == [second]
    assert ids(f"replay_of={first}") == [again]
    assert ids("integration=shop&outcome=failed") == []
