"""A workspace saved as one file, and brought back into another one, by the command against a real local stack."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cli import backups
from cli.failures import Failure, Misuse
from tests.cli.conftest import Waygate
from tests.cli.fake import Asked, serving
from tests.conftest import LocalStack

pytestmark = pytest.mark.xdist_group("local_stack")
DEMO_KEY = "demo-key-1234567890"
PASSPHRASE = "correct horse battery staple"
SEALED = ("--secret-env", "PASSPHRASE")


def workspace(waygate: Waygate, name: str) -> Waygate:
    """The command with an admin key of a new workspace."""
    key = waygate.ok("workspaces", "create", name).out.strip()
    return Waygate(waygate.folder, {**waygate.environment, "WAYGATE_API_KEY": key, "PASSPHRASE": PASSPHRASE})


@pytest.fixture(scope="module")
def saved(local_stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Waygate]:
    """A workspace with some of everything, and its backup."""
    folder = tmp_path_factory.mktemp("saved")
    root = Waygate(folder, {"WAYGATE_URL": local_stack.url, "WAYGATE_API_KEY": local_stack.key})
    one = workspace(root, "saved")
    description = f"{local_stack.demo_url}/openapi.json"
    one.ok("add", description, "--name", "shop", "--publish")
    one.ok("connect", "shop", "--secret-stdin", stdin=DEMO_KEY)
    one.ok("connect", "shop", "--name", "spare", "--secret-stdin", stdin=DEMO_KEY)
    auth = {
        "type": "oauth2",
        "grant": "client_credentials",
        "token_url": f"{local_stack.demo_url}/oauth/token",
        "scopes": ["shop:read"],
    }
    one.ok("add", description, "--name", "crm", "--publish", "--verify", "/whoami", "--auth-json", json.dumps(auth))
    one.ok("clients", "put", "crm", "--client-id", "demo-client", "--secret-stdin", stdin="demo-client-secret")
    one.ok("connect", "crm")
    one.ok("keys", "create", "--name", "billing app", "--scope", "invoke", "--integration", "shop")
    file = folder / "workspace.zip"
    one.ok("backup", str(file), *SEALED)
    return file, one


def test_the_file_is_its_owners_and_holds_no_secret_in_clear(saved: tuple[Path, Waygate]) -> None:
    file, one = saved
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert set(content) == {
        "manifest.json",
        "api-keys.json",
        *(f"integrations/{name}.{kind}" for name in ("crm", "shop") for kind in ("json", "pack.json")),
    }
    everything = b"".join(content.values()).decode()
    for secret in (DEMO_KEY, "demo-client-secret", PASSPHRASE, one.environment["WAYGATE_API_KEY"]):
        assert secret not in everything
    assert json.loads(content["manifest.json"])["workspace"] == "saved"
    assert {key["name"] for key in json.loads(content["api-keys.json"])} >= {"billing app"}


def test_a_backup_is_not_written_over_and_a_failed_one_leaves_nothing(
    saved: tuple[Path, Waygate], tmp_path: Path
) -> None:
    file, one = saved
    assert one("backup", str(file), *SEALED).status == 2
    assert one("backup", str(tmp_path / "x.zip"), *SEALED, PASSPHRASE="short").status == 2
    assert one("backup", str(tmp_path / "x.zip"), *SEALED, WAYGATE_API_KEY="wg_live_abcdefgh_x").status == 4
    assert list(tmp_path.iterdir()) == []


def test_a_restored_workspace_calls_what_the_saved_one_called(saved: tuple[Path, Waygate], waygate: Waygate) -> None:
    file, one = saved
    new = workspace(waygate, "restored")
    done = new.ok("restore", str(file), *SEALED)
    assert "Restored: 2 integrations," in done.out
    assert "1 clients, 3 connections, 4 credentials" in done.out
    assert "waygate keys create --name 'billing app' --scope invoke --integration shop" in done.err
    assert new.ok("call", "shop", "get-pet", "pet_id=1", "--connection", "spare").json["data"]["name"] == "Rex"
    assert new.ok("call", "crm", "get-pet", "pet_id=1").json["data"]["name"] == "Rex"
    for integration in ("shop", "crm"):
        names = [
            {action["name"] for action in side.ok("list", integration, "--json").json["data"]} for side in (one, new)
        ]
        assert names[0] == names[1]
        assert len(names[0]) > 10
    audit = one.ok("audit", "--json").out
    assert audit.count('"exported"') == 4


def test_a_restore_leaves_alone_what_is_there_and_brings_what_is_missing(
    saved: tuple[Path, Waygate], waygate: Waygate
) -> None:
    file, _ = saved
    new = workspace(waygate, "repeated")
    new.ok("restore", str(file), *SEALED)
    new.ok("disconnect", "shop", "spare")
    again = new.ok("restore", str(file), *SEALED, "--json").json
    assert (again["integrations"], again["connections"], again["credentials"], again["missing"]) == (0, 1, 1, {})
    assert set(again["kept"]) == {"shop", "crm", "shop/default", "crm/clients/default", "crm/default"}


def test_without_the_passphrase_nothing_is_restored(saved: tuple[Path, Waygate], waygate: Waygate) -> None:
    file, _ = saved
    new = workspace(waygate, "locked")
    wrong = new("restore", str(file), *SEALED, PASSPHRASE="correct horse battery maple")
    assert (wrong.status, "not the passphrase" in wrong.err) == (1, True)
    assert new.ok("list", "--json").json["data"] == []


def test_a_backup_without_credentials_needs_no_passphrase_and_says_what_to_connect(
    saved: tuple[Path, Waygate], waygate: Waygate
) -> None:
    _, one = saved
    file = waygate.folder / "plain.zip"
    one.ok("backup", str(file), "--no-credentials")
    new = workspace(waygate, "plain")
    done = new("restore", str(file))
    assert done.status == 1
    assert "shop/default: The backup holds no credential of it." in done.err
    assert {row["name"] for row in new.ok("list", "--json").json["data"]} == {"shop", "crm"}


def test_an_address_that_was_changed_in_the_file_gets_no_credential(
    saved: tuple[Path, Waygate], waygate: Waygate, local_stack: LocalStack
) -> None:  # A8
    file, _ = saved
    changed = waygate.folder / "changed.zip"
    stolen: list[Asked] = []

    def evil(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        stolen.append(asked)
        return 200, {}, b"{}"

    with serving(evil) as server:
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new_file:
            for name in old.namelist():
                new_file.writestr(name, old.read(name).decode().replace(local_stack.demo_url, server.url))
        new = workspace(waygate, "changed")
        done = new("restore", str(changed), *SEALED)
    assert done.status == 1
    assert "shop/default: The sealed credential does not open here." in done.err
    assert not any("Authorization" in one.headers or "X-Api-Key" in one.headers for one in stolen)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({}, "is no backup: it has no manifest.json"),
        ({"manifest.json": {"format": "waygate-backup/2", "integrations": []}}, "is of the format 'waygate-backup/2'"),
        ({"manifest.json": {"format": backups.FORMAT, "integrations": ["../../x"]}}, "which is no name"),
        ({"manifest.json": []}, "is not what a backup has there"),
    ],
)
def test_what_is_no_backup_is_refused(tmp_path: Path, members: dict[str, Any], reason: str) -> None:
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name, document in members.items():
            archive.writestr(name, json.dumps(document))
    with pytest.raises(Misuse, match=reason):
        backups.Backup(file)


def test_a_file_that_asks_for_a_costly_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    lock = {"kdf": "scrypt", "n": 2**40, "r": 8, "p": 1, "salt": "AAAA", "check": ""}
    with zipfile.ZipFile(file, "w") as archive:
        document = {"format": backups.FORMAT, "integrations": [], "credentials": lock}
        archive.writestr("manifest.json", json.dumps(document))
    with pytest.raises(Misuse, match="locked in a way"):
        _ = backups.Backup(file).lock
    file.write_bytes(b"PK no zip")
    with pytest.raises(Misuse, match="is no backup"):
        backups.Backup(file)


def test_a_lock_opens_with_its_passphrase_alone() -> None:
    lock, key = backups.new_lock(PASSPHRASE)
    assert lock.open(PASSPHRASE) == key
    assert len(key) == 32
    assert backups.new_lock(PASSPHRASE)[1] != key
    with pytest.raises(Failure, match="not the passphrase"):
        lock.open(PASSPHRASE + "!")
