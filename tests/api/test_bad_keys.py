"""Guessing keys."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from chalicelib import aws as our_aws
from chalicelib.api import bad_keys, client_address
from chalicelib.auth.api_keys import new_key
from chalicelib.errors import RateLimited
from chalicelib.settings import Caps
from infra.local.standin import LocalAws
from tests.client import Api

GUESSER = "203.0.113.7"


def guess(api: Api, times: int, address: str = GUESSER) -> list[int]:
    return [api.as_key(new_key()[1]).get("/me", address=address).status for _ in range(times)]


def test_a_source_of_bad_keys_is_told_to_wait(api: Api) -> None:  # F5
    assert set(guess(api, Caps.BAD_KEYS_PER_MINUTE + 1)) == {401}
    answer = api.as_key(new_key()[1]).get("/me", address=GUESSER)
    assert (answer.status, answer.json["code"]) == (429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert api.as_key("nonsense").post("/actions/a/b", {}, address=GUESSER).status == 429
    assert guess(api, 1, "203.0.113.8") == [401]
    assert api.as_key(None).get("/me", address=GUESSER).status == 401


def test_a_key_that_is_in_use_works_on_beside_a_guesser(api: Api) -> None:  # F5
    assert api.get("/me", address=GUESSER).status == 200
    guess(api, 30)
    assert api.get("/me", address=GUESSER).status == 200
    forged = api.key[:-10] + "0000000000"
    assert api.as_key(forged).get("/me", address=GUESSER).status == 429


def test_while_a_source_waits_its_keys_are_not_looked_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:  # F5
    guess(api, 30)
    monkeypatch.setattr("chalicelib.rows.read", lambda *_: pytest.fail("looked up"))
    assert guess(api, 1) == [429]


def test_a_minute_later_all_is_forgotten(api: Api) -> None:  # F5
    for _ in range(21):
        bad_keys.note("s", now=lambda: 1_000.0)
    with pytest.raises(RateLimited):
        bad_keys.check("s", "Bearer x", now=lambda: 1_059.0)
    bad_keys.check("s", "Bearer x", now=lambda: 1_060.0)
    bad_keys.note("s", now=lambda: 1_061.0)
    bad_keys.check("s", "Bearer x", now=lambda: 1_062.0)


def test_processes_count_together(api: Api) -> None:  # F5
    def another_process(tries: int) -> None:
        for _ in range(tries):
            bad_keys.note("s", now=lambda: 1_000.0)

    for _ in range(4):
        another_process(5)
        bad_keys.forget_everything()  # a process knows nothing of what others have counted
    another_process(4)
    bad_keys.check("s", "Bearer x", now=lambda: 1_001.0)
    another_process(1)
    with pytest.raises(RateLimited):
        bad_keys.check("s", "Bearer x", now=lambda: 1_001.0)


def test_each_process_counts_for_itself_where_the_counter_fails(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from pynamodb.exceptions import UpdateError

    def fail(*_: object, **__: object) -> None:
        raise UpdateError("down")

    monkeypatch.setattr(bad_keys.BadKeysRow, "update", fail)
    assert guess(api, 22)[-2:] == [401, 429]


def test_a_request_with_a_good_key_costs_no_call(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bad_keys.BadKeysRow, "update", lambda *_, **__: pytest.fail("counted"))
    assert api.get("/me").status == 200
    assert guess(api, 4) == [401] * 4


@pytest.mark.parametrize(
    ("secret", "sent", "forwarded", "source"),
    [
        ("", "", "198.51.100.1", "203.0.113.7"),
        ("s3cret", "", "198.51.100.1", "203.0.113.7"),
        ("s3cret", "wrong", "198.51.100.1", "203.0.113.7"),
        ("s3cret", "s3cret", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("s3cret", "s3cret", "6.6.6.6, 198.51.100.1, 203.0.113.7", "198.51.100.1"),
        ("s3cret", "s3cret", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("s3cret", "s3cret", "nonsense", "unknown"),
        ("s3cret", "s3cret", "", "203.0.113.7"),
    ],
)
def test_a_forwarded_address_is_believed_beside_the_origins_secret_alone(
    aws: LocalAws, secret: str, sent: str, forwarded: str, source: str
) -> None:  # F5
    if secret:
        boto3.client("secretsmanager").create_secret(Name="waygate/local/origin-secret", SecretString=secret)
    headers = {"waygate-origin-secret": sent, "x-forwarded-for": forwarded}
    assert client_address.source_of("203.0.113.7", headers) == source


def test_the_origins_secret_is_read_once_and_for_bad_keys_alone(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("secretsmanager").create_secret(Name="waygate/local/origin-secret", SecretString="s3cret-s3cret")
    asked, client = [], our_aws.client

    def noted(service: str, **options: Any) -> Any:
        asked.append(service)
        return client(service, **options)

    monkeypatch.setattr(client_address.aws, "client", noted)
    behind = {"Waygate-Origin-Secret": "s3cret-s3cret", "X-Forwarded-For": "198.51.100.1"}
    assert api.call("GET", "/me", headers=behind).status == 200
    assert "secretsmanager" not in asked
    for _ in range(3):
        assert api.as_key("nonsense").call("GET", "/me", headers=behind).status == 401
    assert asked.count("secretsmanager") == 1
    assert list(bad_keys._sources) == ["198.51.100.1"]
