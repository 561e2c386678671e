"""The audit of credentials: who, what, when and from where; never a value. And what a connection says of its end."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import boto3
import pytest

from chalicelib.auth import audit, expiry
from chalicelib.auth.audit import Place
from chalicelib.auth.tables import AuditRow, ConnectionRow
from chalicelib.registry.models import IntegrationFacts
from infra.local.demo import DemoServer, credentials
from infra.local.standin import LocalAws
from tests.auth import grants
from tests.auth.grants import EPOCH, Clock, add_crm, stored, token_in
from tests.auth.provider import LIFETIME_S, Provider, says, serving
from tests.aws_calls import AwsCalls
from tests.client import Api
from tests.world import add_shop, connect


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as one:
        yield one


@pytest.fixture
def crm(api: Api, provider: Provider) -> IntegrationFacts:
    return add_crm(api, provider)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(EPOCH + 60)
    grants.pace_of(monkeypatch, clock)
    return clock


def test_every_change_of_a_credential_is_told_with_its_author_and_address(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    body = {"value": credentials.API_KEY}
    api.ok("PUT", "/connections/shop/default", body, address="192.0.2.7")
    api.ok("PUT", "/connections/shop/default", body)
    api.ok("PATCH", "/connections/shop/default", {"metadata": {"a": 1}})  # no credential is touched
    api.ok("PATCH", "/connections/shop/default", {"enabled": False})
    api.ok("DELETE", "/connections/shop/default")
    found = api.ok("GET", "/audit")["data"]
    assert [one["what"] for one in found] == ["deleted", "changed", "changed", "created"]
    first = found[-1]
    key_id = api.ok("GET", "/me")["key_id"]
    assert (first["actor"], first["address"]) == (f"key:{key_id}", "192.0.2.7")
    assert (first["integration"], first["connection"]) == ("shop", "default")
    assert credentials.API_KEY not in json.dumps(found)


def test_behind_cloudfront_the_audit_names_the_client_and_not_the_edge(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    boto3.client("secretsmanager").create_secret(Name="waygate/local/origin-secret", SecretString="s3cret-s3cret")
    for shown in ("s3cret-s3cret", "guessed"):
        headers = {"Waygate-Origin-Secret": shown, "X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
        body = {"value": credentials.API_KEY}
        assert api.call("PUT", "/connections/shop/default", body, headers=headers, address="203.0.113.7").status < 300
    assert [one["address"] for one in api.ok("GET", "/audit")["data"]] == ["203.0.113.7", "198.51.100.1"]


def test_the_audit_is_filtered_paged_and_exported(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    for name in ("a", "b", "c"):
        connect(api, name=name)
    assert [one["connection"] for one in api.ok("GET", "/audit?connection=b")["data"]] == ["b"]
    assert api.ok("GET", "/audit?actor=sweep")["data"] == []
    assert api.ok("GET", "/audit?since=2040-01-01T00:00:00Z")["data"] == []
    assert api.ok("GET", "/audit?until=2020-01-01T00:00:00Z")["data"] == []
    first = api.ok("GET", "/audit?limit=2")
    rest = api.ok("GET", f"/audit?limit=2&cursor={first['next_cursor']}")
    assert [one["connection"] for one in first["data"] + rest["data"]] == ["c", "b", "a"]
    assert rest["next_cursor"] is None
    lines = api.get("/audit?format=jsonl&limit=2")
    assert lines.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line)["connection"] for line in lines.body.splitlines()] == ["c", "b"]
    more = api.get(f"/audit?limit=2&cursor={lines.headers['Next-Cursor']}", headers={"Accept": "application/x-ndjson"})
    assert [json.loads(line)["connection"] for line in more.body.splitlines()] == ["a"]


def test_one_connection_is_found_by_its_integration_and_name(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    add_shop(api, demo, name="other")
    for integration, name in (("shop", "a"), ("shop", "b"), ("other", "b")):
        api.ok("PUT", f"/connections/{integration}/{name}", {"value": credentials.API_KEY})
    api.ok("DELETE", "/connections/shop/b")

    def told(query: str) -> list[tuple[str, str, str]]:
        found = api.ok("GET", f"/audit?{query}")["data"]
        return [(one["integration"], one["connection"], one["what"]) for one in found]

    whole = [("shop", "b", "deleted"), ("shop", "b", "created")]
    assert told("connection=shop/b") == told("integration=shop&connection=b") == whole
    assert told("integration=shop&connection=shop/b") == whole
    assert told("connection=b") == [whole[0], ("other", "b", "created"), whole[1]]
    assert told("integration=other&connection=shop/b") == told("connection=shop/c") == []


@pytest.mark.parametrize(
    "query", ["", "&connection=shop/quiet", "&connection=quiet", "&integration=shop", "&actor=sweep"]
)
def test_a_page_of_a_quiet_year_is_one_query(api: Api, aws_calls: AwsCalls, query: str) -> None:
    now = dt.datetime.now(dt.UTC)
    for days in (390, 200, 7, 0):
        at = now - dt.timedelta(days=days)
        audit.entry(Place("default", "shop", "quiet"), "refreshed", audit.SWEEP, now=at).save()
    aws_calls.forget()
    first = api.ok("GET", f"/audit?limit=2{query}")
    rest = api.ok("GET", f"/audit?limit=2{query}&cursor={first['next_cursor']}")
    assert aws_calls.made.count("Query") == 2
    assert [one["at"][:10] for one in first["data"] + rest["data"]] == [
        (now - dt.timedelta(days=days)).date().isoformat() for days in (0, 7, 200, 390)
    ]
    assert rest["next_cursor"] is None


def test_the_audit_is_for_admins_and_ends_with_its_time(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    connect(api)
    key = api.ok("POST", "/api-keys", {"name": "reader", "scopes": ["registry:read", "connections:write"]})["key"]
    assert api.as_key(key).get("/audit").status == 403
    for row in AuditRow.scan():
        row.expires_at = 1
        row.save()
    assert api.ok("GET", "/audit")["data"] == []


def test_an_entry_and_what_it_tells_of_are_one_write(
    api: Api, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_shop(api, demo)
    connect(api)
    before = api.ok("GET", "/connections/shop/default")

    def unwritable(*_: object, **__: object) -> AuditRow:
        return AuditRow("", "", entry={}, expires_at=1)  # DynamoDB takes no empty key

    monkeypatch.setattr(audit, "entry", unwritable)
    assert api.put("/connections/shop/default", {"value": "another-key-0123456789"}).status == 500
    assert api.delete("/connections/shop/default").status == 500
    assert api.ok("GET", "/connections/shop/default") == before


def test_refreshing_by_hand(api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock) -> None:
    grants.connect(crm, provider.grant())
    before = token_in(stored())
    shown = api.ok("POST", "/connections/crm/default/refresh")
    assert token_in(stored()) != before
    assert (shown["status"], shown["last_refreshed_at"]) == ("active", instant(clock.at))
    assert shown["next_refresh_at"] == instant(clock.at + LIFETIME_S * 0.8)
    assert shown["expires_at"] == instant(clock.at + LIFETIME_S)
    provider.behaviours = [says(429)]
    failed = api.post("/connections/crm/default/refresh")
    assert (failed.status, failed.json["code"]) == (502, "upstream_failed")
    provider.behaviours = [says(400, error="invalid_grant")]
    dead = api.post("/connections/crm/default/refresh")
    assert (dead.status, dead.json["code"]) == (409, "needs_reauth")
    assert "invalid_grant" in dead.json["detail"]


def test_a_refresh_by_a_call_is_told_with_the_callers_address(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    grants.connect(crm, provider.grant())
    clock.at = EPOCH + LIFETIME_S * 0.9
    assert api.call("POST", "/actions/crm/read", {}, address="192.0.2.9").status == 200
    (entry,) = [one for one in api.ok("GET", f"/audit?since={instant(EPOCH)}")["data"] if one["what"] == "refreshed"]
    assert (entry["actor"], entry["address"]) == (f"key:{api.ok('GET', '/me')['key_id']}", "192.0.2.9")


def test_what_nobody_can_refresh_says_so(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    connect(api)
    got = api.post("/connections/shop/default/refresh")
    assert (got.status, got.json["code"]) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("scheme", "status", "outcome"),
    [
        ({"oauth": {"revoke_url": "{url}/revoke"}}, 200, "revoked"),
        ({"oauth": {"revoke_url": "{url}/revoke"}}, 503, "failed"),
        ({}, 200, "unsupported"),
    ],
)
def test_deleting_revokes_at_the_provider_as_far_as_that_goes(
    api: Api, provider: Provider, clock: Clock, scheme: dict[str, dict[str, str]], status: int, outcome: str
) -> None:
    provider.revocation_status = status
    auth = json.loads(json.dumps(scheme).replace("{url}", provider.url))
    crm = add_crm(api, provider, **auth)
    given = provider.grant()
    grants.connect(crm, given)
    answer = api.ok("DELETE", "/connections/crm/default")
    assert answer["revocation"]["outcome"] == outcome
    assert provider.revoked == ([given["refresh_token"]] if scheme else [])
    assert ConnectionRow.find("default#crm", "default") is None
    (deleted,) = [one for one in api.ok("GET", "/audit")["data"] if one["what"] == "deleted"]
    assert deleted["details"]["revocation"] == outcome


def test_a_client_whose_secret_is_replaced_keeps_its_connections(
    api: Api, crm: IntegrationFacts, provider: Provider, clock: Clock
) -> None:
    from chalicelib.auth.oauth import clients
    from chalicelib.auth.oauth.clients import Client

    grants.connect(crm, provider.grant())
    provider.behaviours = [says(401, error="invalid_client")]  # the old secret is not accepted any more
    clock.at = EPOCH + LIFETIME_S * 0.9
    assert api.post("/actions/crm/read", {}).status == 200
    row = clients.get("default", "crm", "default")
    clients.put_client(row, Client("default", "our-id", "the-new-secret"), crm.auth)
    clients.save(row, is_new=False, now=grants._moment(clock.at))
    assert api.ok("POST", "/connections/crm/default/refresh")["status"] == "active"


def test_a_secret_with_an_end_is_warned_of_ahead_and_ended_in_time(
    api: Api, aws: LocalAws, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_shop(api, demo)
    now = dt.datetime.now(dt.UTC)
    ends = now + dt.timedelta(days=40)
    made = connect(api, value=credentials.API_KEY, expires_at=ends.isoformat())
    assert (made["warnings"], made["next_refresh_at"], made["status"]) == ([], None, "active")
    clock = Clock(now.timestamp())
    grants.pace_of(monkeypatch, clock)
    for ahead in expiry.WARNED_AHEAD:
        clock.at = (ends - ahead).timestamp() + 1
        assert aws.fire("sweep")["due"] == 1
        assert aws.fire("sweep")["due"] == 0  # once for each date
    found = ConnectionRow.find("default#shop", "default")
    assert found is not None
    assert (found.status, found.reason) == ("needs_reauth", "credential_expired")
    assert [one["what"] for one in api.ok("GET", "/audit")["data"]].count("needs_reauth") <= 1
    (soon,) = expiry.warnings_of(found, now=ends - dt.timedelta(days=6))
    assert soon["detail"] == "The credential expires in 6 days, and cannot be refreshed."


def test_a_secret_that_has_ended_already_is_refused(api: Api, demo: DemoServer) -> None:
    add_shop(api, demo)
    got = api.put("/connections/shop/default", {"value": credentials.API_KEY, "expires_at": "2020-01-01T00:00:00Z"})
    assert (got.status, got.json["errors"][0]["pointer"]) == (422, "/expires_at")


def instant(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
