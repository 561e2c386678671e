"""A canary in the credential of every auth type, every way for a call to fail, and a search of all that is left."""

from __future__ import annotations

import contextlib
import json
import logging
import ssl
from collections.abc import Callable, Iterable, Iterator

import boto3
import pytest

from chalicelib import observability
from chalicelib.gateway import attempt
from infra.local.standin import LocalAws
from tests.client import Answer, Api
from tests.egress.wire import Seen, Wire, answer, serving
from tests.gateway.shop import MEMBERS, SCHEMES, SECRET

CLIENT_SECRET = "canary-of-the-client-0123456789"
LIBRARIES = ("", "urllib3", "botocore", "boto3", "authlib", "openai", "waygate")
TYPES = (*SCHEMES, "oauth2")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every line that this process writes, with every library at its most talkative."""
    written: list[str] = []
    sink = observability.line_sink
    monkeypatch.setattr(observability, "line_sink", lambda line: (written.append(line), sink(line)))
    before = {name: logging.getLogger(name).level for name in LIBRARIES}
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield written
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def echo(status: str, *headers: str, kind: str = "application/json", cut: int = 0) -> Callable[[Seen], bytes]:
    """An answer that says all that was sent: as JSON, or as text."""

    def reply(seen: Seen) -> bytes:
        said = " ".join([seen.target, *(f"{name}: {value}" for name, value in seen.headers)])
        body = json.dumps({"you": said}).encode() if kind == "application/json" else said.encode()
        return answer(
            body[: len(body) - cut], *(header.replace("@", SECRET) for header in headers), status=status, kind=kind
        )

    return reply


ANSWERS: dict[str, tuple[Callable[[Seen], bytes | Iterable[bytes]], set[int]]] = {
    "accepted": (echo("200 OK"), {200}),
    "as text": (echo("200 OK", kind="text/plain"), {200}),
    "bad request": (echo("400 Bad Request"), {424}),
    "unauthorized": (echo("401 Unauthorized", "WWW-Authenticate: Bearer @"), {409, 424}),
    "forbidden": (echo("403 Forbidden", kind="text/html"), {424}),
    "not found": (echo("404 Not Found"), {424}),
    "too many": (echo("429 Too Many Requests", "Retry-After: 30"), {429}),
    "oops": (echo("500 Oops"), {502}),
    "unavailable": (echo("503 Unavailable", kind="text/plain"), {502, 503}),
    "redirect": (echo("302 Found", "Location: http://127.0.0.1:1/?key=@"), {200}),
    "broken JSON": (echo("200 OK", cut=3), {502}),
    "cut off": (lambda seen: echo("200 OK")(seen)[:-5].replace(b"Content-Length: ", b"Content-Length: 9"), {502, 504}),
    "wrong encoding": (echo("200 OK", "Content-Encoding: gzip"), {502}),
    "large headers": (echo("200 OK", *(f"X-{n}: @{'x' * 900}" for n in range(90))), {502}),
    "no answer": (lambda _: b"", {502, 503}),
    "garbage": (lambda seen: echo("200 OK")(seen).replace(b"HTTP/1.1 200", b"ECHO"), {502}),
}


def connect(api: Api, name: str, base_url: str, kind: str, wire: Wire) -> None:
    """An integration with a connection and an action whose answer is held against a schema."""
    scheme = SCHEMES.get(kind) or {
        "type": "oauth2",
        "grant": "client_credentials",
        "token_url": f"{wire.url}/token",
        "scopes": ["a"],
    }
    facts = {"name": name, "base_url": base_url, "auth": scheme, "policy": {"record": "full"}}
    api.ok("POST", "/integrations", facts)
    if kind == "oauth2":
        client = {"client_id": "us", "client_secret": CLIENT_SECRET, "auth_method": "client_secret_post"}
        api.ok("PUT", f"/integrations/{name}/clients/default", client)
    api.ok("PUT", f"/connections/{name}/default", MEMBERS.get(kind, {}))
    for action, more in (("read", {}), ("strict", {"output": "strict", "output_schema": {"type": "array"}})):
        api.ok("PUT", f"/actions/{name}/{action}", {"method": "GET", "path": "/x", "behaviour": "read", **more})


def give_tokens(wire: Wire, reply: Callable[[Seen], bytes | Iterable[bytes]]) -> None:
    """The upstream answers by `reply`, its token endpoint with the canary."""
    token = json.dumps({"access_token": SECRET, "token_type": "Bearer", "expires_in": 3600}).encode()

    wire.reply = lambda seen: answer(token) if seen.target == "/token" else reply(seen)


def calls(api: Api, wire: Wire, kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Answer, set[int]]]:
    """Every way to fail, one after the other."""
    for what, (reply, statuses) in ANSWERS.items():
        give_tokens(wire, reply)
        patience = {"Waygate-Timeout": "0.3"} if what == "cut off" else {}
        yield what, api.post("/actions/shop/read", headers=patience), statuses
        api.ok("POST", "/integrations/shop/reset-breaker")
    give_tokens(wire, echo("200 OK"))
    yield "not as its schema", api.post("/actions/shop/strict"), {502}
    yield "raw", api.post("/actions/shop/read", headers={"Waygate-Response": "raw"}), {200}
    yield "rehearsed", api.post("/actions/shop/read?dry_run=true"), {200}
    yield "tried", api.post("/connections/shop/default/test"), {200, 409, 422}
    give_tokens(wire, lambda seen: wire.drip(echo("200 OK")(seen)))
    yield "too slow", api.post("/actions/shop/read", headers={"Waygate-Timeout": "0.3"}), {504}
    for name, expected in (("unnamed", {502}), ("untrusted", {502}), ("closed", {502}), ("forbidden", {403})):
        yield name, api.post(f"/actions/{name}/read"), expected
    if kind == "oauth2":
        wire.reply = echo("500 Oops")
        yield "no new token", api.post("/connections/shop/default/refresh"), {409, 502, 503}
    with monkeypatch.context() as patched:
        patched.setattr(attempt, "attempt", _fail)
        yield "a fault of ours", api.post("/actions/shop/read"), {500}


def _fail(*_: object, **__: object) -> None:
    raise KeyError(SECRET)


@pytest.mark.parametrize("kind", TYPES)
def test_a_canary_is_nowhere_whatever_fails(
    api: Api,
    aws: LocalAws,
    wire: Wire,
    lines: list[str],
    self_signed: ssl.SSLContext,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # B1 B2 B3 B4 B8
    left: dict[str, str] = {}
    give_tokens(wire, echo("200 OK"))
    with serving(tls=self_signed) as untrusted:
        elsewhere = {"unnamed": "https://nothing.invalid", "untrusted": untrusted.url}
        elsewhere |= {"closed": "http://127.0.0.1:1025", "forbidden": "http://169.254.169.254"}
        for name, base_url in {"shop": wire.url, **elsewhere}.items():
            connect(api, name, base_url, kind, wire)
        for what, got, expected in calls(api, wire, kind, monkeypatch):
            assert got.status in expected, (what, got.status, got.body)
            left[what] = got.body.decode("utf-8", "replace") + json.dumps(dict(got.headers))
    for path in ("/connections", "/integrations", "/invocations", "/audit", "/connections/shop/default"):
        left[path] = api.get(path).body.decode()
    aws.drain()
    left |= {f"line {n}": line for n, line in enumerate(lines)} | dict(stored())
    assert any(SECRET in str(seen) or "Basic " in str(seen) for seen in wire.requests)
    assert sum('"kind":"invocation"' in line for line in lines) >= len(ANSWERS)
    for secret in (SECRET, CLIENT_SECRET):
        for form in observability._spellings(secret):
            assert [where for where, text in left.items() if form in text] == [], form


def stored() -> Iterator[tuple[str, str]]:
    """Everything that AWS keeps, keyrings' contents aside."""
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    for table in dynamodb.list_tables()["TableNames"]:
        yield table, str(dynamodb.scan(TableName=table)["Items"])
    for bucket in s3.list_buckets()["Buckets"]:
        for item in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            yield item["Key"], str(s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read())
    yield "secrets", str(boto3.client("secretsmanager").list_secrets())
    sqs, steps = boto3.client("sqs"), boto3.client("stepfunctions")
    for url in sqs.list_queues().get("QueueUrls", []):
        with contextlib.suppress(sqs.exceptions.QueueDoesNotExist):
            yield url, str(sqs.receive_message(QueueUrl=url, VisibilityTimeout=0).get("Messages"))
    for machine in steps.list_state_machines()["stateMachines"]:
        for execution in steps.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]:
            yield execution["name"], str(steps.get_execution_history(executionArn=execution["executionArn"]))
