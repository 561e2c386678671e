"""Workspaces: the unit of isolation. Making one makes its keyring; deleting one shreds it.

Keyrings are made and destroyed by a function of its own (`administer`, see `app.py`): the API's own function may
only read them. `remotely` is how the API asks for it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, Literal

from pynamodb.exceptions import PutError, TransactWriteError

from chalicelib import aws, rows
from chalicelib.auth import api_keys, keyring, rotation
from chalicelib.auth.api_keys import GRANTABLE
from chalicelib.auth.tables import ApiKeyRow, RootKeyRow, WorkspaceRow
from chalicelib.aws import is_condition_failure
from chalicelib.errors import NameTaken, Unavailable, WorkspaceNotFound
from chalicelib.settings import settings

DEFAULT = "default"
_KIND = "workspace"
_TRIES = 5
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


def start_remotely(operation: Literal["rotate_keyring"], workspace: str) -> None:
    """Have the function `administer` begin with `operation`; nobody waits for it."""
    aws.client("lambda").invoke(
        FunctionName=settings().resource("administer"),
        InvocationType="Event",
        Payload=json.dumps({"operation": operation, "workspace": workspace}).encode(),
    )


def continue_rotations() -> dict[str, Any]:
    """Push every rotation that is under way: what a schedule does, so that none stays half-way."""
    found = [row.name for row in all_rows() if rotation.is_under_way(rotation.state(row.name))]
    for name in found:
        start_remotely("rotate_keyring", name)
    return {"continued": found}


def administer(event: dict[str, Any], *, has_time: Callable[[], bool] = lambda: True) -> dict[str, Any]:
    """The function itself. `bootstrap` makes the default workspace and, once, the deployment's root key.

    With ``"replace": true`` it revokes the root keys that there are and makes a new one. A rotation stops where
    `has_time` says no, and goes on when it is asked again.
    """
    match event.get("operation"):
        case "create_keyring":
            return {"created": keyring.create(event["workspace"])}
        case "destroy_keyring":
            keyring.destroy(event["workspace"])
            return {"destroyed": True}
        case "rotate_keyring":
            return {"status": rotation.advance(event["workspace"], has_time=has_time)}
        case "bootstrap":
            return {"key": _bootstrap(replace=bool(event.get("replace")))}
        case other:
            raise ValueError(f"unknown operation {other!r}")


def _bootstrap(*, replace: bool) -> str | None:
    now = dt.datetime.now(dt.UTC)
    keyring.create(DEFAULT)
    if WorkspaceRow.find(_KIND, DEFAULT) is None:
        _save(DEFAULT, now=now)
    for _ in range(_TRIES):
        seen = RootKeyRow.find("root", "key")
        roots = {row.key_id: row for row in ApiKeyRow.of_workspace.query(DEFAULT) if "root" in row.scopes}
        if seen is not None and (row := ApiKeyRow.find(seen.key_id)):  # the index may not know it yet
            roots[row.key_id] = row
        if roots and not replace:
            return None
        new, key = api_keys.draw(DEFAULT, "root", ["root"], now=now)
        if _crown(new, seen):
            for row in roots.values():
                row.delete()
                rows.forget(api_keys.row_key(row.key_id))
            return key
    raise Unavailable("Others are making root keys at this moment.")


def _crown(new: ApiKeyRow, seen: RootKeyRow | None) -> bool:
    """Store the root key and say that it is the one. False where another has become it since `seen` was read."""
    unchanged = RootKeyRow.key_id == seen.key_id if seen else RootKeyRow.kind.does_not_exist()
    try:
        with aws.transaction() as transaction:
            transaction.save(RootKeyRow(key_id=new.key_id), condition=unchanged)
            transaction.save(new, condition=ApiKeyRow.key_id.does_not_exist())
    except TransactWriteError as error:
        if is_condition_failure(error):
            return False
        raise
    return True


def _save(name: str, *, now: dt.datetime) -> WorkspaceRow:
    row = WorkspaceRow(_KIND, name, created_at=now)
    try:
        row.save(WorkspaceRow.name.does_not_exist())
    except PutError as error:
        if not is_condition_failure(error):
            raise
        raise NameTaken(f"There is a workspace `{name}` already.") from None
    return row
