"""The loopback AWS endpoint, as another process sees it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.endpoint import Endpoint
from tests.local.conftest import STAGE, THINGS, thing

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/dynamodb/aws4_request, Signature=x"}
TARGET = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}


@pytest.fixture(scope="module")
def endpoint(module_aws: Any) -> Iterator[Endpoint]:
    endpoint = Endpoint(0)
    yield endpoint
    endpoint.stop()


def test_another_process_reaches_the_same_store_and_functions(aws: Any, client: Any, endpoint: Endpoint) -> None:
    client("dynamodb").put_item(TableName=THINGS, Item=thing("ours"))
    program = f"""
import boto3
db = boto3.client("dynamodb")
assert "Item" in db.get_item(TableName="{THINGS}", Key={thing("ours")!r})
db.put_item(TableName="{THINGS}", Item={thing("theirs")!r})
s3 = boto3.client("s3")
s3.put_object(Bucket="waygate-{STAGE}-documents", Key="a b", Body=b"theirs")
answer = boto3.client("lambda").invoke(FunctionName="waygate-{STAGE}-hello", Payload=b'{{"a": 1}}')
assert b'"event": {{"a": 1}}' in answer["Payload"].read()
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    assert "Item" in client("dynamodb").get_item(TableName=THINGS, Key=thing("theirs"))
    stored = client("s3").get_object(Bucket=f"waygate-{STAGE}-documents", Key="a b")
    assert stored["Body"].read() == b"theirs"


def post(endpoint: Endpoint, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    connection.request("POST", path, b"{}", headers)
    response = connection.getresponse()
    assert "Access-Control-Allow-Origin" not in response.headers
    response.read()
    connection.close()
    return response.status


def test_a_signed_request_of_a_program_is_answered(aws: Any, endpoint: Endpoint) -> None:
    assert post(endpoint, "/", {**SIGNED, **TARGET}) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**SIGNED, "Origin": "https://evil.example"},
        {**SIGNED, "Sec-Fetch-Site": "cross-site"},
        {**SIGNED, "Host": "evil.example"},
        {"Authorization": "Bearer x"},
    ],
)
def test_what_a_web_page_could_send_is_refused(aws: Any, endpoint: Endpoint, headers: dict[str, str]) -> None:
    assert post(endpoint, "/", {**TARGET, **headers}) == 403


def test_motos_own_controls_are_out_of_reach(aws: Any, endpoint: Endpoint) -> None:
    assert post(endpoint, "/moto-api/reset", SIGNED) == 403
