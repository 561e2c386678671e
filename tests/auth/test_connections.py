"""Connections: sealed into their own row, opened for one origin."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from pynamodb.exceptions import UpdateError

from chalicelib.auth import connections, keyring
from chalicelib.auth.schemes import AuthScheme
from chalicelib.auth.tables import ConnectionRow
from chalicelib.errors import ConnectionNotFound, InvalidInput, NeedsReauth, VersionConflict
from chalicelib.registry.profile import ConfigField
from infra.local.standin import LocalAws

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ORIGIN = "https://shop.example"
SCHEMES = {
    "api_key": AuthScheme.model_validate({"type": "api_key", "in": "header", "name": "X-Key"}),
    "basic": AuthScheme(type="basic"),
    "bearer": AuthScheme(type="bearer"),
    "custom_headers": AuthScheme(type="custom_headers"),
    "none": AuthScheme(type="none"),
}
MEMBERS: dict[str, dict[str, Any]] = {
    "api_key": {"value": "canary-0123456789"},
    "basic": {"username": "ann", "password": "canary-0123456789"},
    "bearer": {"token": "canary-0123456789"},
    "custom_headers": {"headers": {"X-Secret": "canary-0123456789", "X-Id": "canary-id-0123456"}},
    "none": {},
}


@pytest.fixture(autouse=True)
def _ring(aws: LocalAws) -> None:
    keyring.create("acme")
    keyring.create("other")


def connected(auth_type: str = "bearer", **members: Any) -> ConnectionRow:
    row = connections.new_row("acme", "shop", "default", auth_type, now=NOW)
    connections.put_credential(row, members or MEMBERS[auth_type], [ORIGIN])
    return row


@pytest.mark.parametrize("auth_type", SCHEMES)
def test_a_credential_goes_in_sealed_and_comes_out_whole(auth_type: str) -> None:  # B1
    row = connected(auth_type)
    row.save()
    stored = connections.get("acme", "shop", "default")
    assert "canary" not in json.dumps(stored.serialize(), default=str)
    opened = connections.open_credential(stored, SCHEMES[auth_type], ORIGIN)
    assert (opened.model_dump() if opened else {}) == MEMBERS[auth_type]


@pytest.mark.parametrize(
    ("members", "last4"),
    [({"token": "x" * 8 + "1234"}, "1234"), ({"token": "x" * 11}, None)],
)
def test_the_last_four_are_kept_of_long_secrets_only(members: dict[str, str], last4: str | None) -> None:  # B2
    assert connected("bearer", **members).last4 == last4


def test_a_key_that_is_a_user_name_shows_nothing() -> None:  # B2
    assert connected("basic", username="key-0123456789", password="").last4 is None


def test_the_names_of_secret_headers_are_known_without_opening() -> None:  # B7
    assert connected("custom_headers").secret_header_names == ["X-Id", "X-Secret"]
    assert connected("bearer").secret_header_names == []


def test_a_credential_replaced_by_none_leaves_nothing() -> None:
    row = connected("custom_headers")
    row.auth_type = "none"
    connections.put_credential(row, {}, [ORIGIN])
    assert (row.sealed, row.last4, row.fingerprint, row.secret_header_names) == (None, None, None, [])


def test_the_same_secret_has_the_same_fingerprint() -> None:
    assert connected().fingerprint == connected().fingerprint != connected("bearer", token="another-0123").fingerprint


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": "disabled"}, "is disabled"),
        ({"status": "needs_reauth", "reason": "the address has changed"}, "the address has changed"),
        ({"status": "pending"}, "is pending: no credential"),
        ({"auth_type": "basic"}, "wants bearer"),
        ({"sealed": None}, "not bound"),
        ({"origins": ["https://elsewhere.example"]}, "not bound"),
        ({"origins": [ORIGIN, "https://elsewhere.example"]}, "cannot be opened"),
        ({"workspace": "other"}, "cannot be opened"),
        ({"integration": "other"}, "cannot be opened"),
        ({"name": "other"}, "cannot be opened"),
        ({"sealed": b"\x01nonsense"}, "cannot be opened"),
    ],
)
def test_a_credential_that_does_not_belong_here_stays_shut(change: dict[str, Any], says: str) -> None:  # B1 A8
    row = connected()
    for name, value in change.items():
        setattr(row, name, value)
    with pytest.raises(NeedsReauth, match=says) as caught:
        connections.open_credential(row, SCHEMES["bearer"], ORIGIN)
    assert caught.value.facts["connect"]["method"] == "PUT"
    assert caught.value.suggested_fix


def test_a_credential_is_opened_for_its_own_origin_alone() -> None:  # A8
    with pytest.raises(NeedsReauth, match=r"not bound to https://evil\.example"):
        connections.open_credential(connected(), SCHEMES["bearer"], "https://evil.example")


def test_two_writers_do_not_overwrite_each_other() -> None:
    row = connected()
    row.save()
    one, other = connections.get("acme", "shop", "default"), connections.get("acme", "shop", "default")
    connections.save(one, now=NOW)
    with pytest.raises(VersionConflict):
        connections.save(other, now=NOW)
    assert int(connections.get("acme", "shop", "default").version) == 2


def test_a_mark_changes_the_state_alone() -> None:
    row = connected()
    row.save()
    connections.mark(row, "needs_reauth", "expired", now=NOW)
    found = connections.get("acme", "shop", "default")
    assert (found.status, found.reason, int(found.version), found.sealed) == ("needs_reauth", "expired", 2, row.sealed)
    connections.mark(found, "active", None, now=NOW)
    assert connections.get("acme", "shop", "default").reason is None
    found.delete()
    with pytest.raises(UpdateError):
        connections.mark(found, "active", None, now=NOW)
    assert connections.find("acme", "shop", "default") is None


def test_a_connection_that_is_not_there_names_those_that_are() -> None:
    connected().save()
    with pytest.raises(ConnectionNotFound) as caught:
        connections.get("acme", "shop", "octo")
    assert caught.value.facts == {"connections": ["default"]}


def test_a_config_fits_what_the_base_url_declares() -> None:
    declared = {"region": ConfigField(enum=("eu", "us")), "tenant": ConfigField()}
    connections.check_config({"region": "eu", "tenant": "x", "more": "y"}, declared)
    with pytest.raises(InvalidInput) as caught:
        connections.check_config({"region": "mars", "a/b": 5}, declared)
    assert [(fault["pointer"], fault["code"]) for fault in caught.value.errors] == [
        ("/config/region", "enum"),
        ("/config/a~1b", "string_type"),
    ]
