"""Each patch of moto is still needed, and fits this version."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.local import patches
from infra.local.patches import UnsupportedMoto, check_version
from tests.local import unpatched
from tests.local.conftest import THINGS, thing

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.xdist_group("patches")  # the probes run once


@pytest.fixture(scope="module")
def needed() -> dict[str, bool]:
    command = [sys.executable, "-m", unpatched.__name__]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(finished.stdout.splitlines()[-1])  # type: ignore[no-any-return]


@pytest.mark.parametrize("patch", [probe.__name__ for probe in unpatched.PROBES])
def test_moto_still_needs_the_patch(needed: dict[str, bool], patch: str) -> None:
    assert needed[patch], f"moto does this by itself now: drop {patch} from infra/local/patches"


def test_another_version_of_moto_is_refused_with_the_command_that_helps() -> None:
    check_version(patches.MOTO_VERSION)
    with pytest.raises(UnsupportedMoto, match=r"pip install moto==5\.2\.5"):
        check_version("5.3.0")


def test_a_query_does_not_sort_the_table(aws: Any, client: Any) -> None:
    db = client("dynamodb")
    for number in range(5):
        db.put_item(TableName=THINGS, Item=thing(f"p{number}", due_shard="0", due_at=number))
    from infra.local import backends

    table = backends.dynamodb().tables[THINGS]
    table.all_items = lambda: pytest.fail("the whole table was read")
    try:
        for index, condition in ((None, "pk = :v"), ("due", "due_shard = :v")):
            extra = {"IndexName": index} if index else {}
            db.query(
                TableName=THINGS,
                KeyConditionExpression=condition,
                ExpressionAttributeValues={":v": {"S": "0"}},
                **extra,
            )
    finally:
        del table.all_items


def test_aws_is_never_asked_over_the_network(aws: Any) -> None:
    """A service that nothing here implements is answered by the stubber, not by AWS."""
    import boto3
    from botocore.exceptions import ClientError

    with pytest.raises((ClientError, NotImplementedError)):
        boto3.client("gamelift", region_name="us-east-1").list_fleets()


def test_the_current_label_decides_which_version_of_a_secret_is_read(aws: Any, client: Any) -> None:
    secrets = client("secretsmanager")
    old = secrets.create_secret(Name="k", SecretString="old")["VersionId"]
    new = secrets.put_secret_value(SecretId="k", SecretString="new", VersionStages=["NEXT"])["VersionId"]
    move = {"SecretId": "k", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": old, "MoveToVersionId": new}
    assert secrets.get_secret_value(SecretId="k")["SecretString"] == "old"
    secrets.update_secret_version_stage(**move)
    assert secrets.get_secret_value(SecretId="k")["SecretString"] == "new"
    assert secrets.get_secret_value(SecretId="k", VersionStage="AWSPREVIOUS")["SecretString"] == "old"
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.update_secret_version_stage(**move)
