"""Is what is deployed what would be deployed? Then functions and API are left alone, and nothing at all changes."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
from dataclasses import astuple
from pathlib import Path

from infra import policies
from infra.deploy import functions, gateway
from infra.deploy.options import Options
from infra.deploy.releases import Release
from infra.deploy.target import API_STAGE, Target


def settings_digest(stage: str, options: Options) -> str:
    """The same for the same settings of functions and API, besides the package: Chalice, its configuration, policies,
    the gateway's answers, and what the owner chose."""
    whole = hashlib.sha256(repr((importlib.metadata.version("chalice"), astuple(options))).encode())
    for path in [policies.CHALICE / "config.json", *policies.texts(stage), gateway.RESPONSES, Path(gateway.__file__)]:
        whole.update(path.read_bytes())
    return whole.hexdigest()


def is_there(target: Target, current: Release | None, package: Path, settings: str) -> bool:
    """True if the current release has these settings, every function this package, and the API that release's
    definition, which any `chalice deploy` in between would have replaced."""
    if current is None or current.settings_sha256 != settings:
        return False
    code = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    pages = target.client("lambda").get_paginator("list_functions").paginate()
    there = {each["FunctionName"]: each["CodeSha256"] for page in pages for each in page["Functions"]}
    if any(there.get(policies.deployed_name(name, target.stage)) != code for name in policies.FUNCTIONS):
        return False
    functions.recall(target)
    api = functions.rest_api(target)
    stage = target.client("apigateway").get_stage(restApiId=api, stageName=API_STAGE)
    return bool(stage["deploymentId"] == current.api_deployment)
