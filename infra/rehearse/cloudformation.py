"""The resource types of our templates that moto's CloudFormation lacks: made, kept, found and deleted.

A type that has an effect in the rehearsal (a secret, an alarm) is made through moto's own service; of the others what
the template says is kept, for whoever plays their part: `edge` reads the distribution, `logs` the subscription.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Final

Properties = Mapping[str, Any]
kept: dict[str, dict[str, Properties]] = {}  # type → physical id → properties, as the template says them now
domains: list[str] = []  # the name, with its port, that distributions have: `edge` adds where it listens


def install() -> None:
    """Adds the types. To be called before moto has listed those that it knows."""
    from moto.cloudformation import parsing

    for kind, make in _KINDS.items():
        _add(kind, make)
    for listing in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        listing.cache_clear()
    compare_parameters_as_text()
    invalidate_what_was_made_here()


def compare_parameters_as_text() -> None:
    """moto keeps a number as a number, and so takes an update that changes nothing for one that does."""
    from moto.cloudformation.responses import CloudFormationResponse

    validate = CloudFormationResponse._validate_different_update

    def validate_different_update(self: Any, incoming: Any, template: str, stack: Any) -> None:
        told = SimpleNamespace(
            name=stack.name,
            template=stack.template,
            stack_parameters={name: str(value) for name, value in stack.stack_parameters.items()},
        )
        validate(self, incoming, template, told)

    CloudFormationResponse._validate_different_update = validate_different_update


def invalidate_what_was_made_here() -> None:
    """moto's CloudFront knows the distributions of its own API alone."""
    from moto.cloudfront.models import CloudFrontBackend, Invalidation

    create = CloudFrontBackend.create_invalidation

    def create_invalidation(self: Any, dist_id: str, paths: list[str], caller_ref: str) -> Any:
        if dist_id in kept.get("AWS::CloudFront::Distribution", {}):
            made = Invalidation(SimpleNamespace(location=f"https://cloudfront/{dist_id}"), paths, caller_ref)
            self.invalidations.setdefault(dist_id, []).append(made)
            return made
        return create(self, dist_id, paths, caller_ref)

    CloudFrontBackend.create_invalidation = create_invalidation


Made = tuple[str, dict[str, str]]  # physical id, attributes
Make = Callable[[str, Properties], Made]


_added: Final[list[type]] = []  # moto finds its types among the subclasses that are alive


def _add(kind: str, make: Make) -> None:
    from moto.core.common_models import CloudFormationModel

    class Resource(CloudFormationModel):  # type: ignore[misc]
        __module__ = "moto.rehearsal.models"  # where moto reads a service's name from

        def __init__(self, physical_id: str, attributes: dict[str, str]) -> None:
            self.physical_resource_id, self.attributes = physical_id, attributes

        @staticmethod
        def cloudformation_name_type() -> str:
            return ""

        @staticmethod
        def cloudformation_type() -> str:
            return kind

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:
            return attr in _ATTRIBUTES.get(kind, ())

        def get_cfn_attribute(self, attribute_name: str) -> str:
            return self.attributes[attribute_name]

        @classmethod
        def create_from_cloudformation_json(
            cls, resource_name: str, cloudformation_json: Any, *_: Any, **__: Any
        ) -> Any:
            properties = cloudformation_json.get("Properties", {})
            physical_id, attributes = make(resource_name, properties)
            kept.setdefault(kind, {})[physical_id] = properties
            return cls(physical_id, attributes)

        @classmethod
        def update_from_cloudformation_json(cls, original_resource: Any, cloudformation_json: Any, **_: Any) -> Any:
            kept[kind][original_resource.physical_resource_id] = cloudformation_json.get("Properties", {})
            return original_resource

        @classmethod
        def delete_from_cloudformation_json(cls, *_: Any) -> None:
            raise TypeError("by `delete`")

        def delete(self, *_: Any) -> None:
            kept[kind].pop(self.physical_resource_id, None)
            _UNMAKE.get(kind, lambda _id: None)(self.physical_resource_id)

    _added.append(Resource)


def _client(service: str) -> Any:
    import boto3

    return boto3.client(service)


def _drawn_id() -> str:
    return "E" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(13))


def _plain(name: str, _properties: Properties) -> Made:
    return f"{name}-{_drawn_id()}", {}


def _with_id(_name: str, _properties: Properties) -> Made:
    drawn = _drawn_id()
    return drawn, {"Id": drawn}


def _distribution(_name: str, _properties: Properties) -> Made:
    return _drawn_id(), {"DomainName": domains[-1]}


def _secret(_name: str, properties: Properties) -> Made:
    length = properties["GenerateSecretString"]["PasswordLength"]
    drawn = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))
    made = _client("secretsmanager").create_secret(Name=properties["Name"], SecretString=drawn)
    return str(made["ARN"]), {}


def _delete_secret(physical_id: str) -> None:
    _client("secretsmanager").delete_secret(SecretId=physical_id, ForceDeleteWithoutRecovery=True)


_OF_ALARMS: Final = frozenset(
    {
        *("AlarmName", "AlarmDescription", "ComparisonOperator", "TreatMissingData", "AlarmActions", "OKActions"),
        *("Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic"),
    }
)


def _alarm(_name: str, properties: Properties) -> Made:
    told = {name: value for name, value in properties.items() if name in _OF_ALARMS}
    numbers = {name: int(properties[name]) for name in ("Period", "EvaluationPeriods") if name in properties}
    if "Metrics" in properties:  # moto keeps them, and evaluates nothing
        told["Metrics"] = [{"Id": "total", "Expression": "0", "ReturnData": True}]
    _client("cloudwatch").put_metric_alarm(**told, **numbers, Threshold=float(properties["Threshold"]))
    return str(properties["AlarmName"]), {}


def _delete_alarm(physical_id: str) -> None:
    _client("cloudwatch").delete_alarms(AlarmNames=[physical_id])


_KINDS: Final[dict[str, Make]] = {
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::CloudFront::OriginAccessControl": _with_id,
    "AWS::CloudFront::ResponseHeadersPolicy": _with_id,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::Lambda::EventInvokeConfig": _plain,
    "AWS::Logs::MetricFilter": _plain,
    "AWS::Logs::SubscriptionFilter": _plain,
    "AWS::S3::BucketPolicy": _plain,
    "AWS::SNS::Subscription": _plain,
    "AWS::SNS::TopicPolicy": _plain,
    "AWS::SQS::QueuePolicy": _plain,
    "AWS::SecretsManager::Secret": _secret,
}
_ATTRIBUTES: Final = {
    "AWS::CloudFront::Distribution": ("DomainName",),
    "AWS::CloudFront::OriginAccessControl": ("Id",),
}
_UNMAKE: Final[dict[str, Callable[[str], None]]] = {
    "AWS::SecretsManager::Secret": _delete_secret,
    "AWS::CloudWatch::Alarm": _delete_alarm,
}
