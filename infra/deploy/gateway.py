"""What `chalice deploy` does not say of the API: the answers that API Gateway makes itself, throttling, the access log.

Chalice overwrites the API's definition each time, and with it the gateway's answers; the stage's own settings stay.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final

from infra.deploy.options import Options
from infra.deploy.target import API_STAGE, ROOT, Target, say

RESPONSES: Final = ROOT / "infra/gateway_responses.json"
_TRIES: Final = 12
_PAUSE_S: Final = 5.0
ACCESS_LOG: Final = {  # the resource, not the path: neither names nor query strings, in which OAuth codes travel
    "request_id": "$context.requestId",
    "extended_request_id": "$context.extendedRequestId",
    "trace_id": "$context.xrayTraceId",
    "at": "$context.requestTimeEpoch",
    "address": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "latency_ms": "$context.responseLatency",
    "function_ms": "$context.integrationLatency",
    "error": "$context.error.responseType",
}


def finish(target: Target, api_id: str, options: Options, outputs: dict[str, str]) -> str:
    """Sets all of it and makes it effective; the id of the API's deployment. `outputs` are the edge stack's."""
    gateway = target.client("apigateway")
    for kind, response in json.loads(RESPONSES.read_text(encoding="utf-8")).items():
        gateway.put_gateway_response(restApiId=api_id, responseType=kind, **response)
    made = gateway.create_deployment(restApiId=api_id, stageName=API_STAGE, description="with the gateway's answers")
    _name_log_role(gateway, outputs["AccessLogRoleArn"])
    settings = {
        "/accessLogSettings/destinationArn": outputs["AccessLogArn"].removesuffix(":*"),
        "/accessLogSettings/format": json.dumps(ACCESS_LOG, separators=(",", ":")),
        "/*/*/throttling/rateLimit": f"{options.calls_per_s:g}",
        "/*/*/throttling/burstLimit": str(options.calls_at_once),
    }
    patches = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    gateway.update_stage(restApiId=api_id, stageName=API_STAGE, patchOperations=patches)
    say(
        "api",
        f"{api_id}: answers, access log, at most {options.calls_per_s:g} calls/s ({options.calls_at_once} at once)",
    )
    return str(made["id"])


def go_back(target: Target, api_id: str, deployment_id: str) -> None:
    """Makes an earlier deployment of the API the effective one."""
    patch = {"op": "replace", "path": "/deploymentId", "value": deployment_id}
    target.client("apigateway").update_stage(restApiId=api_id, stageName=API_STAGE, patchOperations=[patch])


def release_log_role(target: Target, role_arn: str) -> None:
    """Withdraws our role for the account's logs, if it is named; another deployment's takes its place, if any."""
    gateway = target.client("apigateway")
    if gateway.get_account().get("cloudwatchRoleArn") != role_arn:
        return
    ours, suffix = role_arn.rpartition("/")[2], f"-api-logs-{target.region}"
    pages = target.client("iam").get_paginator("list_roles").paginate()
    roles = (role for page in pages for role in page["Roles"])
    others = [
        role["Arn"]
        for role in roles
        if role["RoleName"].startswith("waygate-") and role["RoleName"].endswith(suffix) and role["RoleName"] != ours
    ]
    _set_log_role(gateway, others[0] if others else "")
    say("api", f"the account's log role is now {others[0] if others else 'none'}")


def _name_log_role(gateway: Any, role_arn: str) -> None:
    if not gateway.get_account().get("cloudwatchRoleArn"):
        _set_log_role(gateway, role_arn)


def _set_log_role(gateway: Any, role_arn: str) -> None:
    """Tells the account's log role; one that was made just now is refused for some seconds."""
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role_arn}
    for tries_left in reversed(range(_TRIES)):
        try:
            gateway.update_account(patchOperations=[patch])
            return
        except gateway.exceptions.BadRequestException:
            if not tries_left:
                raise
            time.sleep(_PAUSE_S)
