"""What must hold before anything is changed: each check says what is wrong and what to do."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from infra import policies
from infra.deploy import stack
from infra.deploy.failure import DeployFailed
from infra.deploy.target import ROOT, Target, say

PYTHON: Final = (3, 11)  # what the tests ran on: a function gets the Python that packaged it
_BUSY: Final = "_IN_PROGRESS"
_BROKEN: Final = {
    "ROLLBACK_COMPLETE": "It was never made. Delete it, and deploy again.",
    "ROLLBACK_FAILED": "It was never made. Delete it, and deploy again.",
    "DELETE_FAILED": "Look at its events, remove what is in the way, and delete it.",
    "UPDATE_ROLLBACK_FAILED": "Run `aws cloudformation continue-update-rollback --stack-name {name}`.",
}


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Raises `DeployFailed` for another Python than the tests ran on."""
    if version != PYTHON:
        wanted, found = (".".join(map(str, each)) for each in (PYTHON, version))
        raise DeployFailed(
            f"This is Python {found}; functions are deployed with {wanted}, which the tests run on.",
            f"Run `make clean`, and then `make deploy PYTHON=/path/to/python{wanted}`.",
        )


def check_stage(stage: str, chalice: Path = policies.CHALICE) -> dict[str, Any]:
    """Chalice's configuration. Raises `DeployFailed` for a stage that it lacks or whose policies are old."""
    config: dict[str, Any] = json.loads((chalice / "config.json").read_text(encoding="utf-8"))
    if stage not in config["stages"]:
        raise DeployFailed(
            f"There is no stage `{stage}` in .chalice/config.json, which has {', '.join(config['stages'])}.",
            f"Run `make policies ADD={stage}` to add it.",
        )
    if wrong := [path.name for path in policies.stale([stage]) if path.parent.name == stage]:
        raise DeployFailed(f"Policies are not up to date: {', '.join(wrong)}.", "Run `make policies`.")
    return config


def check_console(folder: Path = ROOT / "ui/dist") -> None:
    """Raises `DeployFailed` where there is no console to upload."""
    if not (folder / "index.html").exists():
        raise DeployFailed("The console is not built.", "Run `make ui`, which needs Node.js 20.19 or newer.")


def find_target(stage: str) -> Target:
    """The account and region that the environment names. Raises `DeployFailed` where it names none that answers."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

    fix = "Set AWS_PROFILE, or sign in with `aws sso login`; see docs/deploying.md."
    session = boto3.Session()
    if not session.region_name:
        raise DeployFailed("No region is chosen.", "Set AWS_REGION, or `region` in the profile.")
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except (NoCredentialsError, NoRegionError) as error:
        raise DeployFailed(f"There are no AWS credentials: {error}.", fix) from None
    except ClientError as error:
        raise DeployFailed(f"AWS refuses these credentials: {error.response['Error']['Message']}", fix) from None
    except BotoCoreError as error:
        raise DeployFailed(f"AWS cannot be asked who this is: {error}", fix) from None
    return Target(stage, account, session.region_name)


def check_stacks(target: Target) -> None:
    """Raises `DeployFailed` for a stack that CloudFormation is busy with, or cannot update."""
    for name in (stack.base_name(target), stack.edge_name(target)):
        status = stack.status(target, name)
        if status and status.endswith(_BUSY) and status != "REVIEW_IN_PROGRESS":
            raise DeployFailed(f"The stack {name} is {status}.", "Wait until that is done, and try again.")
        if status in _BROKEN:
            raise DeployFailed(f"The stack {name} is {status}.", _BROKEN[status].format(name=name))


def check_all(stage: str) -> Target:
    """All of it; where to deploy to."""
    check_python()
    check_stage(stage)
    check_console()
    target = find_target(stage)
    check_stacks(target)
    say("checks", f"stage {stage}, account {target.account}, {target.region}, Python {PYTHON[0]}.{PYTHON[1]}")
    return target
