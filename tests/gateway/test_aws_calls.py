"""How many calls to AWS an invocation makes (design, section 3): warm none, after the lapse one, cold at most five."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from chalicelib import rows
from chalicelib.auth import connections, keyring
from chalicelib.gateway import credential, resolve
from chalicelib.registry import actions, definitions, validation
from chalicelib.settings import Caps
from tests.aws_calls import AwsCalls
from tests.client import Api
from tests.egress.wire import Wire
from tests.gateway.shop import MEMBERS, call, open_shop


def turn_cold() -> None:
    """As a process that has just started."""
    rows.forget_everything()
    resolve.forget_everything()
    keyring.forget()
    credential.forget_everything()
    definitions._loaded.clear()
    validation._compiled.clear()


def let_rows_lapse() -> None:
    """As half a minute later."""
    past = time.time() - Caps.FRESH_S
    for key, known in rows._known.items():
        rows._known[key] = known._replace(read_at=past)


@pytest.fixture
def shop(api: Api, wire: Wire) -> Api:
    """A shop that this process does not know yet."""
    open_shop(api, wire, policy={"record": "metadata"})
    turn_cold()
    return api


def test_cold_an_invocation_makes_at_most_five(shop: Api, aws_calls: AwsCalls) -> None:
    aws_calls.forget()
    assert call(shop).status == 200
    assert 2 <= len(aws_calls.made) <= 5, aws_calls.made
    assert aws_calls.made.count("GetSecretValue") == 1


def test_cold_with_definitions_of_its_own_it_makes_at_most_five(api: Api, wire: Wire, aws_calls: AwsCalls) -> None:
    open_shop(api, wire, policy={"record": "metadata"})
    digest = definitions.store("default", "shop", {"Pet": {"type": "object"}})
    row = actions.get("default", "shop", "read")
    row.facts = {**row.facts, "output_schema": {"$ref": "#/$defs/Pet"}}
    row.definitions = digest
    row.save()
    turn_cold()
    aws_calls.forget()
    assert call(api).json["meta"]["output_valid"] is True
    assert len(aws_calls.made) <= 5, aws_calls.made


def test_warm_an_invocation_makes_none(shop: Api, aws_calls: AwsCalls) -> None:
    call(shop)
    aws_calls.forget()
    for _ in range(3):
        assert call(shop).status == 200
    assert aws_calls.made == []


@pytest.mark.parametrize("named", [{}, {"Waygate_Connection": "default"}])
def test_after_the_lapse_an_invocation_makes_one(shop: Api, aws_calls: AwsCalls, named: dict[str, str]) -> None:
    call(shop, **named)
    let_rows_lapse()
    aws_calls.forget()
    assert call(shop, **named).status == 200
    assert aws_calls.made == ["BatchGetItem"]
    aws_calls.forget()
    call(shop, **named)
    assert aws_calls.made == []


def test_of_several_connections_the_default_one_costs_no_more(shop: Api, aws_calls: AwsCalls) -> None:
    shop.ok("PUT", "/connections/shop/second", MEMBERS["bearer"])
    call(shop)
    let_rows_lapse()
    aws_calls.forget()
    assert call(shop).json["meta"]["connection"] == "default"
    assert aws_calls.made == ["BatchGetItem"]


def test_a_keyring_is_read_once_in_300_seconds(shop: Api, aws_calls: AwsCalls) -> None:
    call(shop)
    keyring._cache["default"] = (keyring._cache["default"][0], time.time() - Caps.KEYRING_FRESH_S)
    credential.forget_everything()  # what was opened is forgotten after 300 s as well
    aws_calls.forget()
    call(shop)
    assert aws_calls.made == ["GetSecretValue"]


def test_what_changes_is_known_to_this_process_at_once(shop: Api, wire: Wire) -> None:  # F3
    assert call(shop).status == 200
    shop.ok("PUT", "/connections/shop/default", {"token": "another-token-123"})
    call(shop)
    assert wire.requests[-1].header("authorization") == "Bearer another-token-123"
    shop.ok("PATCH", "/integrations/shop", {"enabled": False})
    assert call(shop).json["code"] == "integration_disabled"
    shop.ok("PATCH", "/integrations/shop", {"enabled": True})
    shop.delete("/actions/shop/read")
    assert call(shop).json["code"] == "action_not_found"


def test_what_another_process_changes_is_known_when_the_rows_lapse(shop: Api) -> None:  # F3
    assert call(shop).status == 200
    row = connections.get("default", "shop", "default")
    row.status = "disabled"
    row.save()  # past this process's memory
    assert call(shop).status == 200
    let_rows_lapse()
    assert call(shop).json["code"] == "needs_reauth"


def test_recording_bodies_costs_one_write(api: Api, wire: Wire, aws_calls: AwsCalls) -> None:
    open_shop(api, wire, policy={"record": "full"})
    call(api)
    aws_calls.forget()
    assert call(api).status == 200
    assert aws_calls.made == ["PutItem"]


def test_an_idempotency_key_costs_two_writes_and_its_repetition_a_write_and_a_read(
    shop: Api, aws_calls: AwsCalls
) -> None:
    call(shop)
    aws_calls.forget()
    call(shop, Idempotency_Key="k")
    assert aws_calls.made == ["PutItem", "UpdateItem"]
    aws_calls.forget()
    call(shop, Idempotency_Key="k")
    assert aws_calls.made == ["PutItem", "GetItem"]


def test_an_opened_credential_is_forgotten_after_300_seconds(  # B9
    shop: Api, aws_calls: AwsCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    really = connections.open_credential

    def noted(*given: object, **named: object) -> object:
        opened.append(given)
        return really(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(connections, "open_credential", noted)
    call(shop)
    call(shop)
    assert len(opened) == 1
    for key, known in credential._opened.items():
        credential._opened[key] = replace(known, at=known.at - Caps.KEYRING_FRESH_S)
    call(shop)
    assert (len(opened), len(credential._opened)) == (2, 1)
