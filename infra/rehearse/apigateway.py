"""moto's API Gateway, so that Chalice's REST API can be made, changed, deployed and called.

moto refuses Swagger 2.0, forgets a stage's settings at each deployment, and keeps no definition of a deployment: here
a deployment is what the definition and the gateway's answers were when it was made, as in AWS.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, Final

from infra.local import backends

_STAGE_SETTINGS: Final = ("method_settings", "access_log_settings", "tracing_enabled", "web_acl_arn")


@dataclass(frozen=True)
class Deployed:
    """What a stage answers with: Chalice's Swagger document, and the gateway's answers by their kind."""

    document: dict[str, Any]
    responses: dict[str, Any] = field(default_factory=dict)


_documents: dict[str, dict[str, Any]] = {}  # by API
_deployments: dict[tuple[str, str], Deployed] = {}  # by API and deployment


def deployed(api_id: str, stage: str) -> Deployed | None:
    """What the stage of an API answers with; None if there is no such stage."""
    api = _backend().apis.get(api_id)
    if api is None or stage not in api.stages:
        return None
    return _deployments[api_id, api.stages[stage].deployment_id]


def stage_settings(api_id: str, stage: str) -> dict[str, Any]:
    """The stage as `GetStage` tells it."""
    return dict(_backend().apis[api_id].stages[stage].to_json())


def _backend() -> Any:
    from moto.apigateway.models import apigateway_backends

    return apigateway_backends[backends.ACCOUNT][backends.REGION]


def install() -> None:
    """Applies the patches of this module."""
    take_swagger()
    make_each_resource_once()
    keep_deployments()


def take_swagger() -> None:
    """moto's import knows OpenAPI 3 alone, and wants a description. Overwriting takes the gateway's answers away."""
    from moto.apigateway.models import APIGatewayBackend

    put, import_ = APIGatewayBackend.put_rest_api, APIGatewayBackend.import_rest_api

    def put_rest_api(
        self: Any, function_id: str, api_doc: dict[str, Any], *_: Any, mode: str = "merge", **__: Any
    ) -> Any:
        api = put(self, function_id, _as_openapi(api_doc), False, mode=mode)
        _documents[function_id] = copy.deepcopy(api_doc)
        if mode == "overwrite":
            api.gateway_responses.clear()
        return api

    def import_rest_api(self: Any, api_doc: dict[str, Any], *_: Any, **__: Any) -> Any:
        api = import_(self, _as_openapi(api_doc), False)
        _documents[api.id] = copy.deepcopy(api_doc)
        return api

    APIGatewayBackend.put_rest_api, APIGatewayBackend.import_rest_api = put_rest_api, import_rest_api


def _as_openapi(document: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in document.items() if name != "swagger"}
    return {**found, "openapi": "3.0.1", "info": {"description": "", **document["info"]}}


def make_each_resource_once() -> None:
    """moto's import makes a second root, and a resource again that was made as another's parent."""
    from moto.apigateway.models import APIGatewayBackend

    create = APIGatewayBackend.create_resource

    def create_resource(self: Any, function_id: str, parent_resource_id: str, path_part: str) -> Any:
        api = self.get_rest_api(function_id)
        if not path_part:
            return api.get_resource_for_path("/")
        for resource in api.resources.values():
            if resource.parent_id == parent_resource_id and resource.path_part == path_part:
                return resource
        return create(self, function_id, parent_resource_id, path_part)

    APIGatewayBackend.create_resource = create_resource


def keep_deployments() -> None:
    """A deployment keeps what it deploys; the stage keeps its settings."""
    from moto.apigateway.models import APIGatewayBackend

    create = APIGatewayBackend.create_deployment

    def create_deployment(self: Any, function_id: str, name: str, *args: Any, **kwargs: Any) -> Any:
        api = self.get_rest_api(function_id)
        before = api.stages.get(name)
        made = create(self, function_id, name, *args, **kwargs)
        if before is not None:
            for setting in _STAGE_SETTINGS:
                setattr(api.stages[name], setting, getattr(before, setting))
        answers = {kind: dict(answer.to_json()) for kind, answer in api.gateway_responses.items()}
        _deployments[function_id, made.id] = Deployed(_documents[function_id], answers)
        return made

    APIGatewayBackend.create_deployment = create_deployment
