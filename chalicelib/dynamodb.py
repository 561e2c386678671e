"""DynamoDB's protocol, spoken plainly, for the calls that read and write items.

An UpdateItem costs botocore 1.0 to 1.8 ms of CPU (`python -m bench.refreshing`), most of which checks, resolves,
announces and converts what is known beforehand. `Plain` is mixed into boto3's client and tries such a call once
without all that: `sigv4` signs it, `http1` carries it over botocore's own connections. Answers and refused conditions
it knows; whatever else comes of the try, the call is made again by botocore, which knows retries, throttling, clocks
that are off and every other error. So a lost answer may mean a second call, as it does with botocore alone.
"""

from __future__ import annotations

import base64
import functools
import time
import uuid
import zlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from chalicelib import sigv4
from chalicelib.http1.post import Answer, CannotExchange, post

_PLAIN: Final = frozenset(
    {
        *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"),
        *("BatchGetItem", "BatchWriteItem", "TransactWriteItems"),
    }
)
_REFUSALS: Final = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})
_TARGET: Final = "DynamoDB_20120810"
_Client: Any = object  # botocore's class of the client, whose inner parts have no types


class Plain(_Client):  # type: ignore[misc]
    """Calls that go the short way first. botocore's event ``creating-client-class.dynamodb`` mixes it in."""

    def _make_api_call(self, operation_name: str, api_params: dict[str, Any]) -> Any:
        if operation_name not in _PLAIN or self._pool is None:
            return super()._make_api_call(operation_name, api_params)
        if operation_name == "TransactWriteItems":  # the same token in both tries, so it happens once
            api_params = {"ClientRequestToken": str(uuid.uuid4()), **api_params}
        answer = self._try(operation_name, api_params)
        if answer is None:
            return super()._make_api_call(operation_name, api_params)
        if code := answer.get("Error", {}).get("Code"):
            raise self.exceptions.from_code(code)(answer, operation_name)
        return answer

    def _try(self, operation_name: str, api_params: dict[str, Any]) -> dict[str, Any] | None:
        """What botocore would make of the answer; None where it has to be asked. Its events are told as by itself."""
        told: dict[str, Any] = {
            "method": "POST",
            "url": f"{self.meta.endpoint_url}/",
            "headers": {
                "Host": urlsplit(self.meta.endpoint_url).netloc,
                "X-Amz-Target": f"{_TARGET}.{operation_name}",
                "Content-Type": "application/x-amz-json-1.0",
                "Accept-Encoding": "identity",
            },
            "body": orjson.dumps(api_params, default=_in_base64),
        }
        model = self.meta.service_model.operation_model(operation_name)
        signer, events = self._request_signer, self.meta.events
        event = f"before-call.dynamodb.{operation_name}"
        _, given = events.emit_until_response(event, model=model, params=told, request_signer=signer, context={})
        if given is not None:
            parsed: dict[str, Any] = given[1]
            return parsed
        try:
            return _read(self._exchange(operation_name, told))
        except CannotExchange:
            return None

    def _exchange(self, operation_name: str, told: Mapping[str, Any]) -> Answer:
        """Signed with the client's credentials, and answered by DynamoDB or whoever takes its place."""
        from botocore.awsrequest import AWSPreparedRequest

        headers, body = told["headers"], told["body"]
        credentials, region = self._request_signer._credentials.get_frozen_credentials(), self.meta.region_name
        headers |= sigv4.sign(headers, body, credentials, region=region, service="dynamodb", now=time.time())
        request = AWSPreparedRequest(told["method"], told["url"], headers, body, stream_output=False)
        for _, given in self.meta.events.emit(f"before-send.dynamodb.{operation_name}", request=request):
            if given is not None:
                return Answer(given.status_code, given.headers, given.content)
        return post(self._pool, headers, body)

    @functools.cached_property
    def _pool(self) -> Any:
        """botocore's own connections to the endpoint; None where the short way does not lead there."""
        session, url = self._endpoint.http_session, self.meta.endpoint_url
        if session._proxy_config.proxy_url_for(url) or urlsplit(url).path or not self._request_signer._credentials:
            return None
        pool = session._manager.connection_from_url(url)
        session._setup_ssl_cert(pool, url, session._verify)
        return pool


def mix_in(base_classes: list[type], **_: Any) -> None:
    """botocore's handler for the event in which a client's class is made."""
    base_classes.insert(0, Plain)


def _read(answer: Answer) -> dict[str, Any] | None:
    """An answer or a refused condition; None for everything else, damaged answers included."""
    checksum = answer.headers.get("x-amz-crc32")
    if answer.status not in (200, 400) or checksum not in (None, str(zlib.crc32(answer.body))):
        return None
    try:
        told: dict[str, Any] = with_bytes(orjson.loads(answer.body))
    except ValueError:
        return None
    return told if answer.status == 200 else _refusal(told)


def _refusal(answer: dict[str, Any]) -> dict[str, Any] | None:
    """A refused condition, as botocore has it; None for every other error."""
    code = str(answer.pop("__type", "")).rpartition("#")[2]
    if code not in _REFUSALS:
        return None
    return {"Error": {"Code": code, "Message": answer.get("message") or answer.get("Message", "")}, **answer}


def _in_base64(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"DynamoDB takes no {type(value).__name__}")


def with_bytes(value: Any) -> Any:
    """DynamoDB's JSON with its binary values as bytes."""
    if isinstance(value, dict):
        if len(value) == 1:
            if isinstance(binary := value.get("B"), str):
                return {"B": base64.b64decode(binary)}
            if isinstance(binaries := value.get("BS"), list):
                return {"BS": [base64.b64decode(one) for one in binaries]}
        return {name: with_bytes(member) for name, member in value.items()}
    return [with_bytes(item) for item in value] if isinstance(value, list) else value
