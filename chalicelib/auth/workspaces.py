"""Workspaces: the unit of isolation. Making one makes its keyring; deleting one shreds it.

Keyrings are made and destroyed by a function of its own (`administer`, see `app.py`): the API's own function may
only read them. `remotely` is how the API asks for it.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Literal

from pynamodb.exceptions import PutError

from chalicelib import aws, rows
from chalicelib.auth import api_keys, keyring
from chalicelib.auth.api_keys import GRANTABLE
from chalicelib.auth.tables import ApiKeyRow, WorkspaceRow
from chalicelib.aws import is_condition_failure
from chalicelib.errors import NameTaken, Unavailable, WorkspaceNotFound
from chalicelib.settings import settings

DEFAULT = "default"
_KIND = "workspace"
Operation = Literal["create_keyring", "destroy_keyring"]


def all_rows() -> list[WorkspaceRow]:
    """Every workspace of this deployment, by name."""
    return list(WorkspaceRow.query(_KIND, consistent_read=True))


def get(name: str) -> WorkspaceRow:
    """The workspace. Raises `WorkspaceNotFound`."""
    row = WorkspaceRow.find(_KIND, name)
    if row is None:
        raise WorkspaceNotFound(f"There is no workspace `{name}`.")
    return row


def create(name: str, *, now: dt.datetime) -> tuple[WorkspaceRow, ApiKeyRow, str]:
    """Make a workspace and its first admin key, which is shown once. Raises `NameTaken`."""
    remotely("create_keyring", name)
    row = _save(name, now=now)
    key_row, key = api_keys.issue(name, "admin", GRANTABLE, now=now)
    return row, key_row, key


def delete(name: str) -> None:
    """Revoke the workspace's keys, then destroy its keyring: what it sealed can never be opened again."""
    row = get(name)
    for key in ApiKeyRow.of_workspace.query(name):
        key.delete()
        rows.forget(api_keys.row_key(key.key_id))
    remotely("destroy_keyring", name)
    row.delete()


def remotely(operation: Operation, workspace: str) -> None:
    """Have the function `administer` do `operation`. Raises `Unavailable` where it fails."""
    answer = aws.client("lambda", read_timeout_s=20).invoke(
        FunctionName=settings().resource("administer"),
        Payload=json.dumps({"operation": operation, "workspace": workspace}).encode(),
    )
    if answer.get("FunctionError"):
        raise Unavailable("The keyring administration did not answer.")
    keyring.forget(workspace)


def administer(event: dict[str, Any]) -> dict[str, Any]:
    """The function itself. `bootstrap` makes the default workspace and, once, the deployment's root key.

    With ``"replace": true`` it revokes the root keys that there are and makes a new one.
    """
    match event.get("operation"):
        case "create_keyring":
            return {"created": keyring.create(event["workspace"])}
        case "destroy_keyring":
            keyring.destroy(event["workspace"])
            return {"destroyed": True}
        case "bootstrap":
            return {"key": _bootstrap(replace=bool(event.get("replace")))}
        case other:
            raise ValueError(f"unknown operation {other!r}")


def _bootstrap(*, replace: bool) -> str | None:
    now = dt.datetime.now(dt.UTC)
    keyring.create(DEFAULT)
    if WorkspaceRow.find(_KIND, DEFAULT) is None:
        _save(DEFAULT, now=now)
    roots = [row for row in ApiKeyRow.of_workspace.query(DEFAULT) if "root" in row.scopes]
    if roots and not replace:
        return None
    for row in roots:
        row.delete()
        rows.forget(api_keys.row_key(row.key_id))
    return api_keys.issue(DEFAULT, "root", ["root"], now=now)[1]


def _save(name: str, *, now: dt.datetime) -> WorkspaceRow:
    row = WorkspaceRow(_KIND, name, created_at=now)
    try:
        row.save(WorkspaceRow.name.does_not_exist())
    except PutError as error:
        if not is_condition_failure(error):
            raise
        raise NameTaken(f"There is a workspace `{name}` already.") from None
    return row
