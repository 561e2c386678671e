"""Keyrings: append-only, cached for 300 s, destroyed for good."""

from __future__ import annotations

import base64
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import aws as clients
from chalicelib.auth import keyring
from chalicelib.auth.keyring import Key, Keyring
from chalicelib.errors import WorkspaceNotFound
from chalicelib.settings import Caps
from infra.local.standin import LocalAws

FIRST, SECOND, THIRD = (Key(bytes([n]) * 8, bytes([n]) * 32, created_at) for n, created_at in enumerate((0, 100, 500)))


def append(workspace: str, created_at: float) -> Key:
    """What rotation does: one more key."""
    client = boto3.client("secretsmanager")
    name = keyring.secret_name(workspace)
    ring = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    key = Key(b"newkey!!", b"\1" * 32, created_at)
    member = {"id": key.key_id.hex(), "key": base64.b64encode(key.secret).decode(), "created_at": created_at}
    client.put_secret_value(SecretId=name, SecretString=json.dumps({"keys": [*ring["keys"], member]}))
    return key


@pytest.mark.parametrize(
    ("now", "key"),
    [(0.0, FIRST), (399.9, FIRST), (400.0, SECOND), (799.9, SECOND), (800.0, THIRD), (10_000.0, THIRD)],
)
def test_a_new_key_seals_once_every_process_must_have_it(now: float, key: Key) -> None:
    assert Keyring((FIRST, SECOND, THIRD)).sealing_key(now) is key


def test_the_first_key_seals_at_once() -> None:
    assert Keyring((FIRST,)).sealing_key(0) is FIRST


def test_every_key_opens_for_ever() -> None:
    ring = Keyring((FIRST, SECOND))
    assert (ring.key(FIRST.key_id), ring.key(SECOND.key_id), ring.key(b"unknown!")) == (FIRST, SECOND, None)


def test_derived_keys_outlive_rotation_and_differ_by_purpose() -> None:
    assert Keyring((FIRST,)).derive("cursors") == Keyring((FIRST, SECOND)).derive("cursors")
    derived = {Keyring((FIRST,)).derive("cursors"), Keyring((FIRST,)).derive("x"), Keyring((SECOND,)).derive("cursors")}
    assert len(derived) == 3
    assert all(len(key) == 32 for key in derived)


def test_a_keyring_is_made_once(aws: LocalAws) -> None:
    assert keyring.create("w")
    before = keyring.read("w")
    assert not keyring.create("w")
    keyring.forget("w")
    assert keyring.read("w") == before


def test_workspaces_have_keys_of_their_own(aws: LocalAws) -> None:
    keyring.create("a")
    keyring.create("b")
    assert keyring.read("a").keys[0].secret != keyring.read("b").keys[0].secret


def test_a_keyring_is_read_once_in_300_seconds(aws: LocalAws) -> None:  # B9
    keyring.create("w", now=lambda: 0.0)
    assert len(keyring.read("w", now=lambda: 1_000.0).keys) == 1
    append("w", 1_000.0)
    assert len(keyring.read("w", now=lambda: 1_000.0 + Caps.KEYRING_FRESH_S - 1).keys) == 1
    assert len(keyring.read("w", now=lambda: 1_000.0 + Caps.KEYRING_FRESH_S).keys) == 2


def test_a_clock_that_went_back_makes_the_cache_stale(aws: LocalAws) -> None:
    keyring.create("w")
    keyring.read("w", now=lambda: 1_000.0)
    append("w", 0.0)
    assert len(keyring.read("w", now=lambda: 10.0).keys) == 2


def test_a_workspace_without_a_keyring_does_not_exist(aws: LocalAws) -> None:
    with pytest.raises(WorkspaceNotFound):
        keyring.read("nobody")


def test_a_destroyed_keyring_is_gone_at_once(aws: LocalAws) -> None:
    keyring.create("w")
    keyring.read("w")
    keyring.destroy("w")
    with pytest.raises(WorkspaceNotFound):
        keyring.read("w")
    keyring.destroy("w")  # once more does no harm
    assert keyring.create("w")


@pytest.mark.parametrize("call", ["create", "read", "destroy"])
def test_other_failures_of_the_store_are_not_swallowed(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    class Broken:
        def __getattr__(self, operation: str) -> object:
            def fail(**_: object) -> None:
                raise ClientError({"Error": {"Code": "AccessDeniedException"}}, operation)

            return fail

    monkeypatch.setattr(clients, "client", lambda *_, **__: Broken())
    with pytest.raises(ClientError):
        getattr(keyring, call)("w")
