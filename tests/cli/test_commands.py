"""Every command against a real local stack: what it prints, and what it leaves behind."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from cli.commands.usage import bars
from tests.cli.conftest import Waygate
from tests.conftest import LocalStack

pytestmark = pytest.mark.xdist_group("local_stack")
DEMO_KEY = "demo-key-1234567890"


@pytest.fixture(scope="module")
def description(local_stack: LocalStack) -> bytes:
    """The demo upstream's own description."""
    with urllib.request.urlopen(f"{local_stack.demo_url}/openapi.json", timeout=10) as answer:
        content: bytes = answer.read()
    return content


@pytest.fixture
def shop(waygate: Waygate, description: bytes, request: pytest.FixtureRequest) -> str:
    """An integration of its own for the test: published, and not connected."""
    name = request.node.name.replace("_", "-")[:40].strip("-").lower()
    waygate.ok("add", "-", "--name", name, "--publish", stdin=description)
    return name


def test_the_first_minute(waygate: Waygate, description: bytes) -> None:
    (waygate.folder / "petshop.openapi.json").write_bytes(description)
    added = waygate.ok("add", "petshop.openapi.json")
    assert "Endpoints    " in added.out
    assert "draft, waits for review" in added.out
    assert "Next: waygate review petshop" in added.err
    reviewed = waygate.ok("review", "petshop")
    assert "CHANGE" in reviewed.out
    assert "/pets/{pet_id}" in reviewed.out
    assert "waygate review petshop --accept" in reviewed.err
    published = waygate.ok("review", "petshop", "--reject", "delete-pet", "--accept", "confidence>=0.5")
    assert "1 kept in the draft: delete-pet" in published.out
    connected = waygate.ok("connect", "petshop", "--secret-stdin", stdin=f"{DEMO_KEY}\n")
    assert "petshop/default connected." in connected.out
    assert DEMO_KEY not in connected.out + connected.err
    called = waygate.ok("call", "petshop", "get-pet", "pet_id=1")
    assert called.json["data"]["name"] == "Rex"
    assert called.out.count("\n") == 1
    assert waygate("call", "petshop", "delete-pet", "pet_id=1").status == 1
    waygate.ok("delete", "petshop", "--yes")
    assert waygate("show", "petshop").status == 1


def test_add_by_url_and_gzipped_file_and_standard_input(
    waygate: Waygate, local_stack: LocalStack, description: bytes
) -> None:
    url = f"{local_stack.demo_url}/openapi.json"
    by_url = waygate.ok("add", url, "--name", "by-url", "--json").json
    (waygate.folder / "packed.json.gz").write_bytes(gzip.compress(description))
    by_file = waygate.ok("add", "packed.json.gz", "--json").json
    by_pipe = waygate.ok("add", "-", "--name", "by-pipe", "--json", stdin=description).json
    assert by_url["job"]["source"]["url"] == url
    assert by_file["job"]["integration"] == "packed"
    counts = [each["draft"]["actions"] for each in (by_url, by_file, by_pipe)]
    assert counts[0] > 10
    assert counts == [counts[0]] * 3
    assert set(by_url["draft"]["warnings"]) == {"auth_alternatives"}


def test_base_url_and_auth_come_with_the_job(waygate: Waygate) -> None:
    bare = {"openapi": "3.1.0", "info": {"title": "Bare", "version": "1"}, "paths": {"/x": {"get": {"responses": {}}}}}
    content = json.dumps(bare)
    refused = waygate("add", "-", "--name", "bare", stdin=content)
    assert (refused.status, refused.out) == (1, "")
    assert "base_url_missing" in refused.err
    assert "Fix: Repeat it with --base-url" in refused.err
    waygate.ok(
        "add", "-", "--name", "bare", "--publish", "--base-url", "https://bare.example",
        "--auth", "api_key:query:token", stdin=content,
    )  # fmt: skip
    shown = waygate.ok("show", "bare", "--json").json
    assert shown["base_url"] == "https://bare.example"
    assert shown["auth"] == {"type": "api_key", "in": "query", "name": "token"}
    assert "api_key query token" in waygate.ok("show", "bare").out


def test_a_description_that_is_none_fails_with_its_code(waygate: Waygate) -> None:
    ran = waygate("add", "-", "--name", "bad", stdin="just a text")
    assert (ran.status, ran.out) == (1, "")
    assert "(not_openapi)" in ran.err
    assert "  Fix: " in ran.err
    machine = waygate("add", "-", "--name", "bad", "--json", stdin="just a text")
    assert json.loads(machine.err)["code"] == "not_openapi"
    late = waygate("review", "bad")
    assert (late.status, late.out) == (1, "")


def test_review_shows_everything_as_json_and_accepts_by_name(waygate: Waygate, description: bytes) -> None:
    waygate.ok("add", "-", "--name", "choosy", stdin=description)
    draft = waygate.ok("review", "choosy", "--json").json
    assert len(draft["actions"]) == draft["total"] > 10
    done = waygate.ok("review", draft["job"]["id"], "--accept", "get-pet, list-pets", "--json").json
    assert done["published"] == ["get-pet", "list-pets"]
    assert [action["name"] for action in waygate.ok("list", "choosy", "--json").json["data"]] == done["published"]
    rest = waygate.ok("review", "choosy", "--yes")
    assert "published" in rest.out
    unknown = waygate("review", "choosy", "--accept", "no-such-action")
    assert unknown.status == 1
    assert waygate("review", "never-added").status == 1


def test_connect_takes_the_secret_from_file_and_environment(waygate: Waygate, shop: str) -> None:
    (waygate.folder / "secret").write_text(DEMO_KEY + "\n")
    waygate.ok("connect", shop, "--secret-file", "secret", "--tag", "team-a", "--config", "note=kept")
    again = waygate.ok("connect", shop, "--secret-env", "THE_KEY", "--json", THE_KEY=DEMO_KEY).json
    assert again["connection"]["tags"] == ["team-a"]
    assert again["connection"]["config"] == {"note": "kept"}
    assert again["connection"]["version"] == 2
    assert again["test"] is None
    assert DEMO_KEY not in json.dumps(again)
    nobody = waygate("connect", shop)
    assert (nobody.status, "nobody to ask" in nobody.err) == (2, True)
    untestable = waygate("connect", shop, "--name", "other", "--secret-env", "K", "--test", K="x")
    assert untestable.status == 1
    assert "nothing was saved" in untestable.err
    shown = waygate.ok("show", shop)
    assert "default" in shown.out
    assert "other" not in shown.out
    waygate.ok("disconnect", shop, "default")
    gone = waygate("call", shop, "get-pet", "pet_id=1")
    assert (gone.status, gone.out) == (4, "")


@pytest.mark.parametrize(
    ("kind", "auth", "secret", "more"),
    [
        ("api-key-header", "api_key:header:X-Api-Key", DEMO_KEY, []),
        ("api-key-query", "api_key:query:api_key", DEMO_KEY, []),
        ("api-key-cookie", "api_key:cookie:shop_key", DEMO_KEY, []),
        ("bearer", "bearer", "demo-token-1234567890", []),
        ("basic", "basic", "demo-password-1234", ["--username", "demo"]),
        ("custom-headers", "custom_headers", '{"X-App-Id": "demo-app", "X-App-Secret": "demo-secret-1234567890"}', []),
    ],
)
def test_connect_knows_every_auth_type(
    waygate: Waygate, local_stack: LocalStack, kind: str, auth: str, secret: str, more: list[str]
) -> None:
    whoami = {"get": {"operationId": "whoami", "responses": {"200": {"description": "ok"}}}}
    document = {"openapi": "3.1.0", "info": {"title": kind, "version": "1"}, "paths": {"/whoami": whoami}}
    base_url = f"{local_stack.demo_url}/auth/{kind}"
    waygate.ok(
        "add", "-", "--name", kind, "--publish", "--base-url", base_url, "--auth", auth, stdin=json.dumps(document)
    )
    _patch(waygate, f"/integrations/{kind}", {"verification": {"method": "GET", "path": "/whoami"}})
    connected = waygate.ok("connect", kind, "--secret-stdin", *more, stdin=secret)
    assert "ok: GET " in connected.out
    assert waygate.ok("test", kind, "--json").json["ok"] is True
    assert waygate.ok("call", kind, "whoami").json["meta"]["upstream"]["status"] == 200
    if kind == "bearer":
        wrong = waygate("connect", kind, "--name", "wrong", "--secret-stdin", stdin="wrong-token-123")
        assert wrong.status == 3
        assert "failed: " in wrong.out
        assert waygate("test", kind, "wrong").status == 3
        assert "wrong-token-123" not in wrong.out + wrong.err


def test_oauth_tokens_are_renewed_by_hand_and_revoked_at_the_end(waygate: Waygate, local_stack: LocalStack) -> None:
    token_url = f"{local_stack.demo_url}/oauth/token"
    auth = {"type": "oauth2", "grant": "client_credentials", "token_url": token_url, "scopes": ["shop:read"]}
    description = f"{local_stack.demo_url}/openapi.json"
    waygate.ok("add", description, "--name", "renewed", "--publish", "--auth-json", json.dumps(auth))
    unregistered = waygate("connect", "renewed")
    assert "waygate clients put renewed --client-id ID" in unregistered.err
    waygate.ok("clients", "put", "renewed", "--client-id", "demo-client", "--secret-stdin", stdin="demo-client-secret")
    before = waygate.ok("connect", "renewed", "--json").json["connection"]
    after = waygate.ok("refresh", "renewed", "--json").json
    assert before["secret"]["fingerprint"] != after["secret"]["fingerprint"]
    assert "renewed/default has new tokens, which serve until 20" in waygate.ok("refresh", "renewed").out
    assert waygate("refresh", "renewed", "no-such").status == 1
    gone = waygate.ok("disconnect", "renewed", "default")
    assert "renewed/default disconnected." in gone.out
    assert "At the provider: unsupported." in gone.out + gone.err


def test_show_warns_of_a_credential_that_ends_soon(waygate: Waygate, shop: str) -> None:
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=4)
    _patch(waygate, f"/connections/{shop}/ending", {"value": DEMO_KEY, "expires_at": ends.isoformat()}, method="PUT")
    shown = waygate.ok("show", shop)
    assert "ending: The credential expires in" in shown.out + shown.err


def _patch(waygate: Waygate, path: str, body: dict[str, Any], method: str = "PATCH") -> None:
    request = urllib.request.Request(
        f"{waygate.environment['WAYGATE_URL']}/api/v1{path}", json.dumps(body).encode(), method=method
    )
    request.add_header("Authorization", f"Bearer {waygate.environment['WAYGATE_API_KEY']}")
    urllib.request.urlopen(request, timeout=10).close()


def test_call_types_its_words_by_the_schema(waygate: Waygate) -> None:
    listed = waygate.ok("call", "demo", "list-pets", "limit=2", "tags=friendly,large").json
    assert len(listed["data"]["data"]) <= 2
    assert all({"friendly", "large"} <= set(pet["tags"]) for pet in listed["data"]["data"])
    (waygate.folder / "input.json").write_text('{"pet_id": 2}')
    assert waygate.ok("call", "demo/get-pet", "@input.json").json["data"]["id"] == 2
    assert waygate.ok("call", "demo", "get-pet", "-", stdin='{"pet_id": 3}').json["data"]["id"] == 3
    assert waygate.ok("call", "demo", "get-pet", "@input.json", "pet_id:=4").json["data"]["id"] == 4


def test_call_dry_run_shows_the_request_and_no_secret(waygate: Waygate) -> None:
    dry = waygate.ok("call", "demo", "get-pet", "pet_id=1", "--dry-run", "--timeout", "5", "-c", "default")
    assert dry.json["data"]["request"]["url"].endswith("/v1/pets/1")
    assert dry.json["meta"]["upstream"] is None
    assert DEMO_KEY not in dry.out


def test_call_raw_writes_the_upstreams_bytes(waygate: Waygate, local_stack: LocalStack) -> None:
    photo = waygate.ok("call", "demo", "download-photo", "pet_id=1", "--raw").stdout
    request = urllib.request.Request(f"{local_stack.demo_url}/v1/pets/1/photo", headers={"X-Api-Key": DEMO_KEY})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert photo == answer.read()


def test_calls_that_fail_say_whose_fault_it_is(waygate: Waygate) -> None:
    wrong = waygate("call", "demo", "get-pet", "pet_id=rex")
    assert (wrong.status, wrong.out) == (1, "")
    assert "  /pet_id: " in wrong.err
    assert "Fix: See its inputs: waygate show demo/get-pet" in wrong.err
    missing = waygate("call", "demo", "get-pet", "pet_id=999999")
    assert (missing.status, missing.out) == (3, "")
    assert "Upstream: " in missing.err
    misspelt = waygate("call", "demo", "get-pett", "pet_id=1")
    assert (misspelt.status, "get-pet`?" in misspelt.err) == (1, True)
    stranger = waygate("call", "demo", "get-pet", "pet_id=1", WAYGATE_API_KEY="wg_live_aaaaaaaa_bbbb")
    assert stranger.status == 4


def test_list_searches_and_show_explains(waygate: Waygate) -> None:
    assert "demo  " in waygate.ok("list").out
    found = waygate.ok("list", "-q", "pet photo", "--json").json["data"]
    assert {(each["integration"], each["name"]) for each in found} >= {
        ("demo", "download-photo"),
        ("demo", "upload-photo"),
    }
    assert "get-pet" in waygate.ok("list", "demo", "--tag", "pets").out
    empty = waygate.ok("list", "demo", "-q", "xyzzyquux")
    assert (empty.out, empty.err) == ("", "No action matches.\n")
    assert waygate("list", "no-such-integration").status == 1
    shown = waygate.ok("show", "demo/get-pet")
    row = next(text for text in shown.out.splitlines() if text.startswith("pet_id "))
    assert row.split()[:4] == ["pet_id", "integer", "yes", "path"]
    assert "waygate call demo get-pet pet_id=…" in shown.err
    assert waygate.ok("show", "demo", "get-pet", "--json").json["input_schema"]["required"] == ["pet_id"]


def test_logs_list_and_one(waygate: Waygate) -> None:
    request = waygate.ok("call", "demo", "get-pet", "pet_id=5").json["meta"]["request_id"]
    one = waygate.ok("logs", request)
    assert "demo/get-pet" in one.out
    assert "ATTEMPT" in one.out
    assert waygate.ok("logs", request, "--json").json["request_id"] == request
    listed = waygate.ok(
        "logs", "--integration", "demo", "--action", "get-pet", "--since", "10m", "-n", "500", "--json"
    ).json
    assert request in {record["request_id"] for record in listed["data"]}
    assert request in waygate.ok("logs", "-n", "100").out
    assert waygate.ok("logs", "--code", "no_such_code").out == ""
    assert waygate("logs", "nonsense").status == 1
    assert request not in waygate.ok("logs", "--until", "1h", "-n", "100").out
    assert request not in waygate.ok("logs", "--outcome", "failed", "-n", "100").out


def test_a_recorded_call_is_replayed(waygate: Waygate) -> None:
    request = waygate.ok("call", "demo", "get-pet", "pet_id=1", "--json").json["meta"]["request_id"]
    again = waygate.ok("replay", request, "--json").json
    assert again["data"]["name"] == "Rex"
    assert again["meta"]["request_id"] != request
    assert '{"pet_id":1}' in waygate.ok("logs", request).out.replace(" ", "").replace("\n", "")


def test_the_audit_is_listed_and_filtered(waygate: Waygate) -> None:
    listed = waygate.ok("audit", "--integration", "demo", "--json").json["data"]
    assert "created" in {entry["what"] for entry in listed}
    assert "demo/default" in waygate.ok("audit", "-n", "100").out
    assert waygate.ok("audit", "--actor", "key:nobody00", "--since", "1h").out == ""


def test_keys_are_printed_once_and_revoked(waygate: Waygate) -> None:
    made = waygate.ok(
        "keys", "create", "--name", "ci", "--scope", "invoke", "--integration", "demo", "--expires", "30d"
    )
    key = made.out.strip()
    assert key.startswith("wg_live_")
    assert key not in made.err
    key_id = key.split("_")[2]
    listed = waygate.ok("keys", "list")
    assert key_id in listed.out
    assert key not in listed.out
    limited = waygate("call", "demo", "get-pet", "pet_id=1", WAYGATE_API_KEY=key)
    if limited.status != 0:  # a key that may only invoke cannot read the schema
        assert "key:=json" in limited.err
    assert waygate.ok("call", "demo", "get-pet", "pet_id:=1", WAYGATE_API_KEY=key).json["data"]["id"] == 1
    refused = waygate("keys", "list", WAYGATE_API_KEY=key)
    assert (refused.status, "insufficient_scope" in refused.err or "admin" in refused.err) == (4, True)
    waygate.ok("keys", "revoke", key_id)
    wrong = waygate("keys", "create", "--name", "x", "--scope", "everything")
    assert (wrong.status, "/scopes" in wrong.err) == (1, True)


def test_workspaces(waygate: Waygate) -> None:
    key = waygate.ok("workspaces", "create", "second").out.strip()
    assert "second" in waygate.ok("workspaces", "list").out
    assert waygate.ok("list", "--json", WAYGATE_API_KEY=key).json == {"data": []}
    assert waygate("workspaces", "list", WAYGATE_API_KEY=key).status == 4


def test_doctor_is_well(waygate: Waygate, local_stack: LocalStack) -> None:
    ran = waygate.ok("doctor")
    assert all(text.startswith("ok ") for text in ran.out.splitlines()), ran.out
    checks = waygate.ok("doctor", "--json").json
    assert checks["ok"] is True
    assert [check["check"] for check in checks["checks"]] == [
        "address", "health", "version", "clock", "ready", "key", "demo",
    ]  # fmt: skip
    (waygate.folder / ".waygate").mkdir()
    file = waygate.folder / ".waygate/env"
    file.write_text(f"export WAYGATE_URL={local_stack.url}\nexport WAYGATE_API_KEY={local_stack.key}\n")
    file.chmod(0o644)
    open_file = waygate("doctor", WAYGATE_URL="", WAYGATE_API_KEY="")
    assert open_file.status == 1
    assert f"chmod 600 {file}" in open_file.out


def test_doctor_says_what_to_do(waygate: Waygate, tmp_path: Path) -> None:
    bad_key = waygate("doctor", WAYGATE_API_KEY="wg_live_aaaaaaaa_bbbb")
    assert bad_key.status == 4
    assert "failed   key:" in bad_key.out
    assert "skipped  demo:" in bad_key.out
    down = waygate("doctor", WAYGATE_URL="http://127.0.0.1:9")
    assert down.status == 1
    assert "→ Is it running? `make run` starts it." in down.out


def test_a_pack_is_added_and_what_has_changed_is_told(waygate: Waygate, local_stack: LocalStack, shop: str) -> None:
    url = f"{local_stack.url}/api/v1/integrations/{shop}/pack"
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {local_stack.key}"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        pack = json.loads(answer.read())
    pack["actions"]["get-pet"]["description"] = "News."
    file = waygate.folder / "packed-elsewhere.pack.json"
    file.write_text(json.dumps(pack))
    added = waygate.ok("add", file.name, "--publish", "--json").json
    assert added["job"]["integration"] == "packed-elsewhere"
    assert added["draft"]["changes"]["added"] == added["draft"]["actions"] == len(pack["actions"])
    assert set(pack["actions"]["get-pet"]) <= set(waygate.ok("show", "packed-elsewhere/get-pet", "--json").json)
    again = waygate.ok("add", file.name, "--name", shop, "--type", "pack")
    assert f"Changes      1 changed, {len(pack['actions']) - 1} same" in again.out
    assert waygate("add", file.name, "--type", "postman", "--name", "nope").status == 1


def test_usage_counts_calls_by_integration_and_by_action(waygate: Waygate, shop: str) -> None:
    waygate.ok("connect", shop, "--secret-stdin", stdin=f"{DEMO_KEY}\n")
    for pet in ("1", "2", "999999"):
        waygate("call", shop, "get-pet", f"pet_id={pet}")
    waygate.ok("logs", waygate("call", shop, "get-pet", "pet_id=1").json["meta"]["request_id"])  # recorded by now
    report = waygate.ok("usage", shop, "--json").json
    assert [(row["action"], row["calls"], row["errors"]["upstream"]) for row in report["data"]] == [("get-pet", 4, 1)]
    table = waygate.ok("usage").out.splitlines()
    (row,) = [line.split() for line in table if line.startswith(shop)]
    assert row[1:6] == ["4", "1", "0", "1", "0"]
    assert row[-1] == "█"
    assert any(line.startswith("all ") for line in table)
    assert "No calls" in waygate.ok("usage", shop, "--action", "never-was").err
    assert waygate("usage", "--action", "get-pet").status == 2


def test_bars_are_as_high_as_the_counts() -> None:
    assert bars([0, 1, 4, 8]) == " ▁▄█"
    assert bars([0, 0]) == "  "
    assert bars([]) == ""


def test_logs_are_filled_again_and_say_how_much_was_read(waygate: Waygate) -> None:
    waygate.ok("call", "demo", "get-pet", "pet_id=1")
    assert waygate("logs", "--backfill").status == 2
    assert waygate("logs", "--backfill", "--since", "1h", "--integration", "demo").status == 2
    shown = waygate.ok("logs", "--backfill", "--since", "1h")
    assert "read again; what was missing is in the log now." in shown.out
    assert waygate.ok("logs", "--backfill", "--since", "1h", "--json").json["lines"] >= 1
