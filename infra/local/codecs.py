"""moto's objects as plain JSON, and back.

Each pair `…_to_json` / `…_from_json` is one service's. The JSON names things as AWS does, not as moto does, so that
what is stored outlives a version of moto.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
from typing import Any, Final

from chalicelib.dynamodb import with_bytes
from infra.local import backends
from infra.local.places import Key, attribute_of, key_of, put_at

_AS_THEY_ARE: Final = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})  # in moto as in JSON


def item_to_json(item: Any) -> dict[str, Any]:
    """A DynamoDB item in DynamoDB's own JSON: ``{"name": {"S": "…"}}``."""
    return {name: _attribute_to_json(value) for name, value in item.attrs.items()}


def _attribute_to_json(attribute: Any) -> dict[str, Any]:
    value = attribute.value
    if attribute.type == "M":
        value = {name: _attribute_to_json(member) for name, member in value.items()}
    elif attribute.type == "L":
        value = [_attribute_to_json(member) for member in value]
    elif attribute.type in ("SS", "NS", "BS"):
        value = [_text(member) for member in value]
    elif attribute.type == "B":
        value = _text(value)
    return {attribute.type: value}


def _text(value: Any) -> Any:
    return in_base64(value) if isinstance(value, bytes) else value


def in_base64(value: bytes) -> str:
    """Bytes as JSON holds them."""
    return base64.b64encode(value).decode()


def item_from_json(table: Any, attributes: dict[str, Any]) -> None:
    """Puts the item into moto's table, past its checks: it passed them when it was written."""
    key = key_of(table, attributes)
    put_at(table, key, _kept_item()(key, attributes))


@functools.cache
def _kept_item() -> Any:
    from moto.dynamodb.models.dynamo_type import Item, LimitedSizeDict

    class KeptItem(Item):  # type: ignore[misc]
        """An item that stays JSON until somebody looks at its attributes, as nobody does at most of the log's."""

        def __new__(cls, *_: Any) -> Any:
            return object.__new__(cls)  # moto's base class keeps every instance that it makes, for ever

        def __init__(self, key: Key, attributes: dict[str, Any]) -> None:
            self.hash_key, self.range_key = key
            self._kept = attributes

        def __getattr__(self, name: str) -> Any:
            if name != "attrs":
                raise AttributeError(name)
            attributes = LimitedSizeDict()
            for attribute, value in self._kept.items():  # the size check of each attribute walks all others
                dict.__setitem__(attributes, attribute, _attribute_from_json(value))
            self.attrs = attributes
            del self._kept
            return attributes

    return KeptItem


def _attribute_from_json(value: dict[str, Any]) -> Any:
    (kind,) = value
    return attribute_of(value if kind in _AS_THEY_ARE else with_bytes(value))


def object_to_json(stored: Any) -> dict[str, Any]:
    """What is known of an S3 object besides its body."""
    return {
        "etag": stored.etag.strip('"'),
        "last_modified": stored.last_modified.isoformat(),
        "metadata": dict(stored.metadata),
        "storage_class": stored.storage_class,
        "encryption": stored.encryption,
        "kms_key_id": stored.kms_key_id,
        "tags": backends.s3().tagger.get_tag_dict_for_resource(stored.arn),
    }


def object_from_json(bucket: Any, name: str, described: dict[str, Any], body: bytes) -> None:
    """Puts the object into moto's bucket."""
    from moto.s3.models import FakeKey

    stored = FakeKey(
        name,
        body,
        account_id=backends.ACCOUNT,
        region_name=bucket.region_name,
        storage=described["storage_class"],
        etag=described["etag"],
        bucket_name=bucket.name,
        encryption=described["encryption"],
        kms_key_id=described["kms_key_id"],
    )
    stored.last_modified = dt.datetime.fromisoformat(described["last_modified"])
    stored.set_metadata(described["metadata"], replace=False)
    bucket.keys[name] = stored
    if described["tags"]:
        tags = [{"Key": key, "Value": value} for key, value in described["tags"].items()]
        backends.s3().tagger.tag_resource(stored.arn, tags)


_SECRET_FIELDS = ("description", "tags", "kms_key_id", "last_changed_date", "created_date", "deleted_date", "policy")


def secret_to_json(secret: Any) -> dict[str, Any]:
    """A secret with all of its versions and their labels."""
    return {
        "arn": secret.arn,
        "current_version": secret.default_version_id,
        "versions": {name: _version_to_json(version) for name, version in secret.versions.items()},
        **{name: getattr(secret, name) for name in _SECRET_FIELDS},
    }


def _version_to_json(version: dict[str, Any]) -> dict[str, Any]:
    return {name: {"base64": _text(value)} if isinstance(value, bytes) else value for name, value in version.items()}


def secret_from_json(name: str, described: dict[str, Any]) -> None:
    """Puts the secret into moto's store."""
    from moto.secretsmanager.models import FakeSecret

    secret = FakeSecret(backends.ACCOUNT, backends.REGION, name, secret_version={}, version_id="")
    secret.arn = described["arn"]
    secret.versions = {
        version: {
            key: base64.b64decode(value["base64"]) if isinstance(value, dict) else value for key, value in held.items()
        }
        for version, held in described["versions"].items()
    }
    secret.default_version_id = described["current_version"]
    for field in _SECRET_FIELDS:
        setattr(secret, field, described[field])
    backends.secretsmanager().secrets[name] = secret


_PARAMETER_FIELDS = (
    "value",
    "parameter_type",
    "description",
    "allowed_pattern",
    "keyid",
    "version",
    "data_type",
    "labels",
    "tier",
    "policies",
)


def parameter_to_json(versions: list[Any]) -> list[dict[str, Any]]:
    """Every version of one parameter, oldest first."""
    return [
        {**{name: getattr(version, name) for name in _PARAMETER_FIELDS}, "modified": _iso(version.last_modified_date)}
        for version in versions
    ]


def _iso(moment: Any) -> Any:
    return moment.isoformat() if isinstance(moment, dt.datetime) else moment


def parameter_from_json(name: str, versions: list[dict[str, Any]]) -> None:
    """Puts the parameter into moto's store."""
    from moto.ssm.models import Parameter

    restored = []
    for held in versions:
        fields = {field: held[field] for field in _PARAMETER_FIELDS if field != "value"}
        modified = held["modified"]
        if isinstance(modified, str):
            modified = dt.datetime.fromisoformat(modified)
        parameter = Parameter(backends.ACCOUNT, name, "", last_modified_date=modified, **fields)
        parameter.value = held["value"]  # moto keeps a SecureString with its key's name in front
        restored.append(parameter)
    backends.ssm()._parameters[name] = restored  # `name` as moto writes it: "/a" is kept as "a"


_MESSAGE_FIELDS = (
    "body",
    "system_attributes",
    "sender_id",
    "sent_timestamp",
    "approximate_receive_count",
    "approximate_first_receive_timestamp",
    "delayed_until",
)


def message_to_json(message: Any) -> dict[str, Any]:
    """A message of a queue. It comes back visible: whoever had received it is gone."""
    attributes = {name: _version_to_json(value) for name, value in message.message_attributes.items()}
    return {"attributes": attributes, **{name: getattr(message, name) for name in _MESSAGE_FIELDS}}


def message_from_json(queue: Any, message_id: str, described: dict[str, Any]) -> None:
    """Puts the message into moto's queue."""
    from moto.sqs.models import Message

    message = Message(message_id, described["body"])
    message.message_attributes = {
        name: {key: base64.b64decode(part["base64"]) if isinstance(part, dict) else part for key, part in held.items()}
        for name, held in described["attributes"].items()
    }
    for field in _MESSAGE_FIELDS:
        setattr(message, field, described[field])
    queue._messages.append(message)
