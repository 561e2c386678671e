"""Rotating a keyring: everything is sealed anew, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import boto3
import pytest
from pynamodb.models import Model

from chalicelib.auth import keyring, rotation, vault, workspaces
from chalicelib.auth.tables import ConnectionRow
from chalicelib.settings import Caps
from infra.local.demo import DemoServer
from infra.local.standin import LocalAws
from tests.client import Api
from tests.world import add_action, add_shop, connect

LATER_S = Caps.KEYRING_FRESH_S + 31


class Clock:
    """Epoch seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop(api: Api, demo: DemoServer) -> Api:
    """Ten connections, sealed under the workspace's first key."""
    add_shop(api, demo)
    add_action(api)
    for n in range(10):
        connect(api, name=f"c{n}")
    return api


def keys_used() -> list[bytes]:
    return [vault.key_id_of(bytes(row.sealed)) for row in ConnectionRow.scan()]


def names_of_keys() -> list[bytes]:
    keyring.forget()
    return [key.key_id for key in keyring.read("default").keys]


def test_a_rotation_seals_everything_anew_and_nothing_stops_working(shop: Api, clock: Clock) -> None:  # B10
    (first,) = names_of_keys()
    rotation.start("default", now=clock)
    assert rotation.advance("default", now=clock) == "waiting"
    old, new = names_of_keys()
    assert old == first
    assert set(keys_used()) == {first}
    clock.now += LATER_S
    assert rotation.advance("default", now=clock) == "done"
    assert set(keys_used()) == {new}
    assert rotation.show(rotation.state("default", now=clock))["resealed"] == 10
    for n in range(10):
        answer = shop.post("/actions/shop/get-pet", {"pet_id": 1}, headers={"Waygate-Connection": f"c{n}"})
        assert answer.status == 200


def test_a_new_key_seals_nothing_until_every_cache_has_it(shop: Api, clock: Clock) -> None:  # B10
    (first,) = names_of_keys()
    rotation.start("default", now=clock)
    rotation.advance("default", now=clock)
    context = vault.Context("default", "shop", "c0")
    assert vault.key_id_of(vault.seal(context, b"x", now=clock)) == first
    clock.now += Caps.KEYRING_FRESH_S - 1
    assert vault.key_id_of(vault.seal(context, b"x", now=clock)) == first
    assert rotation.advance("default", now=clock) == "waiting"
    clock.now += 2
    assert vault.key_id_of(vault.seal(context, b"x", now=clock)) != first


@pytest.mark.parametrize("kill_at", [1, 4, 10, 11])
def test_a_rotation_that_is_killed_half_way_is_finished_by_the_next(
    shop: Api, clock: Clock, monkeypatch: pytest.MonkeyPatch, kill_at: int
) -> None:  # B10
    first = names_of_keys()[0]
    rotation.start("default", now=clock)
    rotation.advance("default", now=clock)
    clock.now += LATER_S
    writes = iter(range(1, 1_000))
    update = Model.update

    def killed(row: Model, *arguments: object, **members: object) -> object:
        if isinstance(row, ConnectionRow) and next(writes) == kill_at:
            raise KeyboardInterrupt
        return update(row, *arguments, **members)

    monkeypatch.setattr(Model, "update", killed)
    if kill_at <= 10:
        with pytest.raises(KeyboardInterrupt):
            rotation.advance("default", now=clock)
        assert keys_used().count(first) == 11 - kill_at
        for n in range(10):  # what is still under the old key opens as well
            vault.unseal(vault.Context("default", "shop", f"c{n}", (origin_of(n),)), sealed(n))
    assert rotation.advance("default", now=clock) == "done"
    assert first not in keys_used()


def test_a_rotation_without_time_goes_on_where_it_stopped(shop: Api, clock: Clock) -> None:  # B10
    first = names_of_keys()[0]
    rotation.start("default", now=clock)
    rotation.advance("default", now=clock)
    clock.now += LATER_S
    moments = iter([True] * 3 + [False])
    assert rotation.advance("default", now=clock, has_time=lambda: next(moments)) == "resealing"
    assert keys_used().count(first) == 7
    assert rotation.advance("default", now=clock) == "done"
    assert rotation.show(rotation.state("default", now=clock))["resealed"] == 10


def test_a_credential_that_changes_meanwhile_is_not_overwritten(
    shop: Api, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:  # B10
    rotation.start("default", now=clock)
    rotation.advance("default", now=clock)
    clock.now += LATER_S
    reseal = vault.reseal

    def overtaken(*arguments: object, **members: object) -> object:
        monkeypatch.setattr(vault, "reseal", reseal)
        shop.ok("PUT", "/connections/shop/c0", {"value": "put-while-it-was-resealed"})
        return reseal(*arguments, **members)

    monkeypatch.setattr(vault, "reseal", overtaken)
    assert rotation.advance("default", now=clock) == "done"
    row = ConnectionRow.get("default#shop", "c0")
    assert b"put-while-it-was-resealed" in vault.unseal(
        vault.Context("default", "shop", "c0", (origin_of(0),)), sealed(0)
    )
    assert vault.key_id_of(bytes(row.sealed)) == names_of_keys()[1]


def test_whoever_read_before_cannot_write_the_old_bytes_back(shop: Api, clock: Clock) -> None:  # B10
    from chalicelib.auth import connections
    from chalicelib.errors import VersionConflict

    stale = connections.get("default", "shop", "c0")
    rotation.start("default", now=clock)
    rotation.advance("default", now=clock)
    clock.now += LATER_S
    rotation.advance("default", now=clock)
    with pytest.raises(VersionConflict):
        connections.save(stale, now=stale.updated_at)


def test_what_cannot_be_opened_is_named_and_stops_nothing(shop: Api, clock: Clock) -> None:  # B10
    row = ConnectionRow.get("default#shop", "c3")
    row.update(actions=[ConnectionRow.sealed.set(b"\1" + b"damaged!" + bytes(40))])
    rotation.start("default", now=clock)
    rotation.advance("default", now=clock)
    clock.now += LATER_S
    assert rotation.advance("default", now=clock) == "done"
    shown = rotation.show(rotation.state("default", now=clock))
    assert (shown["resealed"], shown["unreadable"]) == (9, ["connections/shop/c3"])


def test_a_key_is_added_once_however_often_it_is_asked_for(shop: Api, clock: Clock) -> None:  # B10
    row = rotation.start("default", now=clock)
    assert rotation.start("default", now=clock).key_id == row.key_id
    for _ in range(3):
        rotation.advance("default", now=clock)
    assert len(names_of_keys()) == 2
    clock.now += LATER_S
    rotation.advance("default", now=clock)
    rotation.start("default", now=clock)
    rotation.advance("default", now=clock)
    assert len(names_of_keys()) == 3


def test_two_who_add_a_key_at_once_lose_none(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:  # B10
    keyring.create("w")
    client = boto3.client("secretsmanager")
    put = client.put_secret_value

    class Overtaken:
        def __getattr__(self, name: str) -> object:
            return getattr(client, name)

        def put_secret_value(self, **members: object) -> object:
            monkeypatch.setattr(keyring.aws, "client", lambda _: client)
            keyring.add("w", "bb" * 8)
            return put(**members)

    monkeypatch.setattr(keyring.aws, "client", lambda _: Overtaken())
    keyring.add("w", "aa" * 8)
    keyring.forget()
    assert [key.key_id.hex()[:2] for key in keyring.read("w").keys][1:] == ["bb", "aa"]


def test_rotating_again_and_again_needs_no_more_than_one_secret_and_its_labels(aws: LocalAws) -> None:  # B10
    keyring.create("w")
    for n in range(1, 30):
        keyring.add("w", f"{n:016x}")
    client = boto3.client("secretsmanager")
    assert len(client.list_secrets()["SecretList"]) == 1
    labels = client.describe_secret(SecretId=keyring.secret_name("w"))["VersionIdsToStages"]
    assert sum(map(len, labels.values())) <= 3


def test_many_connections_and_a_thousand_new_credentials_write_no_secret(shop: Api) -> None:  # B10
    from chalicelib.auth import connections

    client = boto3.client("secretsmanager")
    before = client.describe_secret(SecretId=keyring.secret_name("default"))["VersionIdsToStages"]
    row = connections.get("default", "shop", "c0")
    for n in range(1_000):
        connections.put_credential(row, {"value": f"the token after refresh {n}"}, row.origins)
    connections.save(row, now=row.updated_at)
    assert client.describe_secret(SecretId=keyring.secret_name("default"))["VersionIdsToStages"] == before
    assert len(client.list_secrets()["SecretList"]) == 1


def test_the_api_starts_it_and_shows_how_far_it_is(shop: Api, aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop.ok("GET", "/keyring/rotate") == {"status": "none"}
    started = shop.post("/keyring/rotate")
    assert (started.status, started.json["status"]) == (202, "starting")
    aws.drain()
    waiting = shop.ok("GET", "/keyring/rotate")
    assert waiting["status"] == "waiting"
    assert waiting["continues_at"] > waiting["started_at"]
    monkeypatch.setattr(rotation, "_MARGIN_S", -Caps.KEYRING_FRESH_S)
    monkeypatch.setattr(Caps, "KEYRING_FRESH_S", 0.0)
    assert aws.fire("continue_rotations") == {"continued": ["default"]}
    aws.drain()
    done = shop.ok("GET", "/keyring/rotate")
    assert (done["status"], done["resealed"], done["unreadable"]) == ("done", 10, [])
    assert aws.fire("continue_rotations") == {"continued": []}


def test_one_workspace_does_not_rotate_another(root: Api, clock: Clock) -> None:
    workspaces.create("team", now=dt.datetime.now(dt.UTC))
    rotation.start("team", now=clock)
    assert root.ok("GET", "/keyring/rotate") == {"status": "none"}


def origin_of(n: int) -> str:
    return str(ConnectionRow.get("default#shop", f"c{n}").origins[0])


def sealed(n: int) -> bytes:
    return bytes(ConnectionRow.get("default#shop", f"c{n}").sealed)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    keyring.forget()
