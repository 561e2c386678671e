"""`chalice deploy` and `chalice delete`, and what Chalice remembers between them.

Chalice keeps the ids of what it made in `.chalice/deployed/{stage}.json`, and would make a second API without it. The
file lies beside the releases too, so that another machine or a fresh clone changes the same deployment.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from botocore.exceptions import ClientError

from infra import policies
from infra.deploy.failure import DeployFailed
from infra.deploy.target import ROOT, Target, say
from infra.packaging import PackageRefused, package

_KEY: Final = "chalice/deployed.json"
_CHALICE: Final = "import sys; from chalice.cli import main; sys.exit(main())"


def make_package(stage: str) -> Path:
    """The zip that `chalice deploy` will ship. Raises `DeployFailed`."""
    try:
        made = package(stage)
    except PackageRefused as refused:
        raise DeployFailed(f"The package is not fit to ship: {refused}") from None
    say("package", f"{made.name}, {made.stat().st_size / 1e6:.1f} MB")
    return made


def deploy(target: Target) -> str:
    """Makes or changes functions, schedules, queue mappings and the API; its id. Raises `DeployFailed`."""
    recall(target)
    try:
        _chalice(target, "deploy")
    finally:
        _remember(target)
    return rest_api(target)


def delete(target: Target) -> None:
    """Deletes all that `deploy` made. Raises `DeployFailed`."""
    recall(target)
    if memory(target).exists():
        _chalice(target, "delete")
        memory(target).unlink()
    else:
        say("chalice", "nothing was deployed")


def put_code(target: Target, names: Iterable[str], code: Mapping[str, str]) -> None:
    """Gives the functions `names` the package in S3 at `code`. Raises `DeployFailed`, before any of it is done, where
    one of them is not there any more."""
    client = target.client("lambda")
    deployed = [policies.deployed_name(name, target.stage) for name in names]
    pages = client.get_paginator("list_functions").paginate()
    there = {function["FunctionName"] for page in pages for function in page["Functions"]}
    if missing := [name for name in deployed if name not in there]:
        raise DeployFailed(
            f"That release has functions that were deleted since: {', '.join(missing)}.",
            "Check out its tag and run `make deploy`.",
        )
    for name in deployed:
        client.update_function_code(FunctionName=name, **code)
    for name in deployed:
        client.get_waiter("function_updated_v2").wait(FunctionName=name)
    say("functions", f"{len(deployed)} have their package back")


def rest_api(target: Target) -> str:
    """The id of the API that is deployed. Raises `DeployFailed` where there is none."""
    if memory(target).exists():
        for resource in json.loads(memory(target).read_text(encoding="utf-8"))["resources"]:
            if resource["resource_type"] == "rest_api":
                return str(resource["rest_api_id"])
    raise DeployFailed(f"No API is deployed for {target.stage}.", f"Run `make deploy STAGE={target.stage}` first.")


def memory(target: Target) -> Path:
    """The file that Chalice keeps."""
    return ROOT / ".chalice/deployed" / f"{target.stage}.json"


def recall(target: Target) -> None:
    """Puts what was remembered beside the releases where Chalice looks for it, unless what lies there is newer."""
    try:
        answer = target.client("s3").get_object(Bucket=target.bucket("releases"), Key=_KEY)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
            return
        raise
    file = memory(target)
    if file.exists() and dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC) >= answer["LastModified"]:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(answer["Body"].read())


def _remember(target: Target) -> None:
    if memory(target).exists():
        target.client("s3").put_object(
            Bucket=target.bucket("releases"), Key=_KEY, Body=memory(target).read_bytes(), ContentType="application/json"
        )


def _chalice(target: Target, verb: str) -> None:
    say("chalice", verb)
    environment = {**os.environ, "AWS_DEFAULT_REGION": target.region}
    command = [sys.executable, "-c", _CHALICE, "--project-dir", str(ROOT), verb, "--stage", target.stage]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise DeployFailed(f"`chalice {verb}` failed; what it said is above.", "Mend that, and try again.")
