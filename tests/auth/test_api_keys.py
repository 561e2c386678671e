"""API keys: format, checksum, expiry, revocation, scopes."""

from __future__ import annotations

import datetime as dt
import hmac
import itertools
import re

import pytest

from chalicelib import rows
from chalicelib.auth import api_keys
from chalicelib.auth.api_keys import GRANTABLE, Caller, authenticate, issue, new_key, parse
from chalicelib.auth.tables import ApiKeyRow
from chalicelib.errors import ApiKeyNotFound, InsufficientScope, Unauthenticated
from infra.local.standin import LocalAws

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def key(aws: LocalAws) -> str:
    """A key that may invoke."""
    return issue("default", "app", ["invoke"])[1]


def refused(authorization: str | None, **options: dt.datetime) -> str:
    with pytest.raises(Unauthenticated) as caught:
        authenticate(authorization, **options)
    return str(caught.value.detail)


def test_a_key_has_a_public_id_256_random_bits_and_a_checksum() -> None:  # F1
    key_id, key = new_key()
    assert re.fullmatch(r"wg_live_[0-9a-z]{8}_[0-9A-Za-z]{49}", key)
    assert key.split("_")[2] == key_id
    assert 62**43 > 2**256
    assert len({new_key()[1] for _ in range(100)}) == 100


def test_a_key_is_kept_as_its_hash(aws: LocalAws) -> None:  # F1 B1
    row, key = issue("default", "app", ["invoke"])
    stored = ApiKeyRow.get(row.key_id).to_simple_dict() | {"digest": row.digest}
    assert re.fullmatch(r"[0-9a-f]{64}", row.digest)
    assert key not in str(stored)
    assert key.split("_")[3] not in str(stored)


def test_a_key_names_its_caller(key: str) -> None:
    for spelling in (f"Bearer {key}", f"bearer  {key}", f" BEARER {key} "):
        caller = authenticate(spelling)
        assert (caller.workspace, caller.name, caller.scopes) == ("default", "app", {"invoke"})
        assert parse(spelling).key_id == caller.key_id


def test_a_typing_error_is_told_without_a_look_up(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "read", lambda *_, **__: pytest.fail("no look-up is wanted"))
    for at in (20, 40, len(key) - 1):
        wrong = key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1 :]
        assert "checksum" in refused(f"Bearer {wrong}")


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer {}x", "Bearer x{}"])
def test_what_is_no_key_is_refused_without_a_look_up(
    key: str, given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "read", lambda *_, **__: pytest.fail("no look-up is wanted"))
    refused(given and given.format(key))


def test_unknown_forged_expired_and_revoked_keys_look_the_same(aws: LocalAws) -> None:  # F1
    row, key = issue("default", "app", ["invoke"], expires_at=NOW)
    unknown = new_key()[1]
    forged = new_key(row.key_id)[1]  # the right id and a right checksum
    said = {refused(f"Bearer {one}", now=NOW) for one in (unknown, forged, key)}
    assert authenticate(f"Bearer {key}", now=NOW - dt.timedelta(seconds=1)).key_id == row.key_id
    api_keys.revoke("default", row.key_id)
    said.add(refused(f"Bearer {key}", now=NOW - dt.timedelta(seconds=1)))
    assert said == {"This API key is unknown, revoked or expired."}


def test_every_key_is_compared_in_constant_time(key: str, monkeypatch: pytest.MonkeyPatch) -> None:  # F1
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def compare(one: str, other: str) -> bool:
        compared.append((len(one), len(other)))
        return real(one, other)

    monkeypatch.setattr(api_keys.hmac, "compare_digest", compare)
    authenticate(f"Bearer {key}")
    refused(f"Bearer {new_key()[1]}")
    assert compared == [(64, 64), (64, 64)]  # also where there is no such key


def test_a_key_of_another_workspace_does_not_exist(aws: LocalAws) -> None:  # F4
    row, _ = issue("other", "app", ["invoke"])
    with pytest.raises(ApiKeyNotFound):
        api_keys.revoke("default", row.key_id)
    with pytest.raises(ApiKeyNotFound):
        api_keys.get("default", "00000000")


def test_revocation_reaches_other_processes_when_their_row_lapses(key: str) -> None:  # F3
    import time

    caller = authenticate(f"Bearer {key}")
    ApiKeyRow.get(caller.key_id).delete()  # another process revokes it
    authenticate(f"Bearer {key}")
    rows.read([api_keys.row_key(caller.key_id)], now=lambda: time.time() + 31)
    refused(f"Bearer {key}")


SCOPES = [*GRANTABLE, "root"]


@pytest.mark.parametrize(("held", "wanted"), list(itertools.product(SCOPES, SCOPES)))
def test_a_scope_opens_its_own_door_and_no_other(held: str, wanted: str) -> None:  # F2
    caller = Caller("k", "n", "w", frozenset({held}), None, None)
    may = held == wanted or held == "root" or (held == "admin" and wanted != "root")
    assert caller.has(wanted) is may  # type: ignore[arg-type]
    if may:
        caller.require(wanted)  # type: ignore[arg-type]
    else:
        with pytest.raises(InsufficientScope, match=f"lacks the scope `{wanted}`"):
            caller.require(wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", GRANTABLE)
def test_a_list_of_integrations_limits_every_scope(scope: str) -> None:  # F2
    limited = Caller("k", "n", "w", frozenset({scope}), frozenset({"shop"}), None)
    limited.require(scope, "shop")  # type: ignore[arg-type]
    limited.require(scope)  # type: ignore[arg-type]
    assert limited.sees("shop")
    assert not limited.sees("other")
    with pytest.raises(InsufficientScope, match="limited to shop"):
        limited.require(scope, "other")  # type: ignore[arg-type]


def test_a_key_with_an_empty_list_of_integrations_sees_none() -> None:  # F2
    nothing = Caller("k", "n", "w", frozenset({"admin"}), frozenset(), None)
    assert not nothing.sees("shop")
    with pytest.raises(InsufficientScope):
        nothing.require("invoke", "shop")
