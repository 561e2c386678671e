"""The short way to DynamoDB: the same as by botocore, and by botocore wherever something is not as usual."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import aws as our_aws
from chalicelib import dynamodb
from chalicelib.runtime import RuntimeRow
from infra.local.standin import LocalAws
from tests.aws_calls import AwsCalls
from tests.egress.wire import Seen, Wire, answer, serving

TABLE = RuntimeRow.Meta.table_name
KEY = {"key": {"S": "one"}}
OK = json.dumps({"Attributes": {"key": {"S": "one"}, "sealed": {"B": "AAH/"}}}).encode()
SCALARS = st.one_of(
    st.text().map(lambda text: {"S": text}),
    st.integers(-(10**30), 10**30).map(lambda number: {"N": str(number)}),
    st.binary(min_size=1).map(lambda raw: {"B": raw}),
    st.booleans().map(lambda flag: {"BOOL": flag}),
    st.just({"NULL": True}),
    st.lists(st.binary(min_size=1), min_size=1, unique=True).map(lambda all_of: {"BS": sorted(all_of)}),
)
NAMES = st.sampled_from(["a", "B", "S", "BS", "M"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner).map(lambda items: {"L": items}),
        st.dictionaries(NAMES, inner).map(lambda members: {"M": members}),
    ),
    max_leaves=8,
)


def update(**members: Any) -> dict[str, Any]:
    return {"TableName": TABLE, "Key": KEY, "ReturnValues": "ALL_NEW", **members}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
def test_what_is_written_and_read_is_what_botocore_writes_and_reads(aws: LocalAws, value: dict[str, Any]) -> None:
    change = update(UpdateExpression="SET #v = :v", ExpressionAttributeNames={"#v": "B"})
    change["ExpressionAttributeValues"] = {":v": value}
    plain, theirs = our_aws.client("dynamodb").update_item(**change), boto3.client("dynamodb").update_item(**change)
    assert plain["Attributes"] == theirs["Attributes"]
    read = {"RequestItems": {TABLE: {"Keys": [KEY]}}}
    plain, theirs = our_aws.client("dynamodb").batch_get_item(**read), boto3.client("dynamodb").batch_get_item(**read)
    assert plain["Responses"] == theirs["Responses"]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.update_item(
            **update(
                UpdateExpression="SET n = :n",
                ConditionExpression="n = :n",
                ExpressionAttributeValues={":n": {"N": "2"}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        ),
        lambda client: client.delete_item(TableName=TABLE, Key=KEY, ConditionExpression="attribute_not_exists(n)"),
        lambda client: client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": TABLE, "Item": {"key": {"S": "two"}}}},
                {"Delete": {"TableName": TABLE, "Key": KEY, "ConditionExpression": "attribute_not_exists(n)"}},
            ]
        ),
    ],
)
def test_a_refused_condition_is_the_error_that_botocore_raises(
    aws: LocalAws, aws_calls: AwsCalls, call: Callable[[Any], object]
) -> None:
    our_aws.client("dynamodb").update_item(
        **update(UpdateExpression="SET n = :n, s = :s", ExpressionAttributeValues={":n": {"N": "1"}, ":s": {"B": b"x"}})
    )
    raised = []
    for client in (our_aws.client("dynamodb"), boto3.client("dynamodb")):
        aws_calls.forget()
        with pytest.raises(ClientError) as caught:
            call(client)
        assert len(aws_calls.made) == 1
        told = {name: value for name, value in caught.value.response.items() if name != "ResponseMetadata"}
        raised.append((type(caught.value).__name__, str(caught.value), caught.value.operation_name, told))
        assert our_aws.is_condition_failure(caught.value)
    assert raised[0] == raised[1]


def client_of(endpoint: str, **config: Any) -> Any:
    session = boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret", aws_session_token="token")
    session.events.register("creating-client-class.dynamodb", dynamodb.mix_in)
    made = Config(retries={"max_attempts": 0}, **config)
    return session.client("dynamodb", endpoint_url=endpoint, region_name="eu-central-1", config=made)


@pytest.fixture(scope="module")
def _served() -> Iterator[tuple[Wire, Any]]:
    with serving() as wire:
        yield wire, client_of(wire.url)


@pytest.fixture
def wire(_served: tuple[Wire, Any]) -> Wire:
    """A DynamoDB on a socket."""
    wire, _ = _served
    wire.reply = lambda _: answer(OK)
    wire.requests.clear()
    return wire


@pytest.fixture
def client(_served: tuple[Wire, Any]) -> Any:
    """A client of it that goes the short way."""
    return _served[1]


def test_a_call_is_one_request_with_the_signature_of_its_credentials(wire: Wire, client: Any) -> None:
    assert client.update_item(**update())["Attributes"]["sealed"] == {"B": b"\x00\x01\xff"}
    (seen,) = wire.requests
    assert seen.header("x-amz-target") == "DynamoDB_20120810.UpdateItem"
    assert seen.header("x-amz-security-token") == "token"
    assert seen.header("authorization") == signature(wire, seen)


def signature(wire: Wire, seen: Seen) -> str:
    """What botocore makes of the request as it was seen, at the time that it names."""
    signed = str(seen.header("authorization")).split("SignedHeaders=")[1].split(",")[0].split(";")
    headers = {name: str(seen.header(name)) for name in signed}
    request = AWSRequest("POST", f"{wire.url}/", headers=headers, data=seen.body)
    request.context["timestamp"] = seen.header("x-amz-date")
    signer = SigV4Auth(boto3.Session("AKID", "secret", "token").get_credentials(), "dynamodb", "eu-central-1")
    text = signer.string_to_sign(request, signer.canonical_request(request))
    scope = signer.credential_scope(request)
    return f"AWS4-HMAC-SHA256 Credential=AKID/{scope}, SignedHeaders={';'.join(signed)}, Signature=" + signer.signature(
        text, request
    )


def refusal(code: str, status: str = "400 Bad Request") -> bytes:
    kind = "application/x-amz-json-1.0"
    return answer(json.dumps({"__type": f"com.amazonaws#{code}"}).encode(), status=status, kind=kind)


@pytest.mark.parametrize(
    "odd",
    [
        refusal("ThrottlingException"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("RequestTimeTooSkewed"),
        refusal("InternalServerError", "500 Internal Server Error"),
        answer(b"<html>", status="503 Service Unavailable", kind="text/html"),
        answer(b"<html>", status="400 Bad Request", kind="text/html"),
        answer(b'{"Attributes": ', f"x-amz-crc32: {zlib.crc32(OK)}"),
        answer(OK, "x-amz-crc32: 7up"),
        b"",  # the connection closes without an answer
    ],
)
def test_whatever_is_not_as_usual_is_asked_again_by_botocore(wire: Wire, client: Any, odd: bytes) -> None:
    wire.reply = lambda _: odd if len(wire.requests) == 1 else answer(OK, f"x-amz-crc32: {zlib.crc32(OK)}")
    assert client.update_item(**update())["Attributes"]["key"] == {"S": "one"}
    first, second = wire.requests
    assert json.loads(first.body) == json.loads(second.body)
    assert "Boto3" in str(second.header("user-agent"))


@pytest.mark.parametrize("is_behind_a_proxy", [True, False])
def test_where_an_endpoint_lies_below_a_path_or_behind_a_proxy_botocore_goes(
    wire: Wire, *, is_behind_a_proxy: bool
) -> None:
    if is_behind_a_proxy:
        client, target = client_of("http://dynamodb.test", proxies={"http": wire.url}), "http://dynamodb.test/"
    else:
        client, target = client_of(f"{wire.url}/aws"), "/aws"
    assert client.update_item(**update())["Attributes"]["key"] == {"S": "one"}
    (seen,) = wire.requests
    assert seen.target == target
    assert "Boto3" in str(seen.header("user-agent"))


def test_both_tries_of_a_transaction_have_the_same_token(wire: Wire, client: Any) -> None:
    wire.reply = lambda _: b"" if len(wire.requests) == 1 else answer(b"{}")
    put = {"Put": {"TableName": TABLE, "Item": {"key": {"S": "one"}, "sealed": {"B": b"\xff"}}}}
    client.transact_write_items(TransactItems=[put])
    first, second = (json.loads(seen.body) for seen in wire.requests)
    assert first["ClientRequestToken"] == second["ClientRequestToken"] != ""
    assert first == second


def test_what_dynamodb_cannot_read_botocore_explains(wire: Wire, client: Any) -> None:
    wire.reply = lambda _: refusal("SerializationException")
    with pytest.raises(ParamValidationError, match="Invalid type for parameter Key"):
        client.update_item(TableName=TABLE, Key="one")
    wire.reply = lambda _: refusal("ResourceNotFoundException")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.update_item(**update())
