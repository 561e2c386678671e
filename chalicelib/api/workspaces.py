"""``/workspaces``: for the deployment's root key only."""

from __future__ import annotations

from typing import Any

from chalicelib.api import instants
from chalicelib.api.routing import Context, Query, Reply, Routes
from chalicelib.auth import workspaces
from chalicelib.auth.tables import WorkspaceRow
from chalicelib.errors import InvalidInput, WrongState
from chalicelib.registry import integrations
from chalicelib.registry.models import Name
from chalicelib.registry.profile import Strict
from chalicelib.scraper import jobs

routes = Routes()


class NewWorkspace(Strict):
    """A workspace's name."""

    name: Name


class Deletion(Query):
    """Shredding is confirmed by naming the workspace twice: in the path and here."""

    confirm: str | None = None


@routes("GET", "/v1/workspaces", scope="root")
def page(_: Context) -> dict[str, Any]:
    """All workspaces."""
    return {"data": [_show(row) for row in workspaces.all_rows()], "next_cursor": None}


@routes("POST", "/v1/workspaces", scope="root", body=NewWorkspace)
def create(_: Context, body: NewWorkspace) -> Reply:
    """Make a workspace, its keyring, and its first admin key, which is shown only here."""
    row, key_row, key = workspaces.create(body.name, now=instants.now())
    shown = {**_show(row), "api_key": {"id": key_row.key_id, "key": key}}
    return Reply(shown, 201, {"Location": f"/api/v1/workspaces/{row.name}"})


@routes("GET", "/v1/workspaces/{workspace}", scope="root")
def get(context: Context) -> dict[str, Any]:
    """One workspace."""
    return _show(workspaces.get(context.parameters["workspace"]))


@routes("DELETE", "/v1/workspaces/{workspace}", scope="root", query=Deletion)
def delete(context: Context, query: Deletion) -> Reply:
    """Delete a workspace with all that is in it, and shred its credentials."""
    name = context.parameters["workspace"]
    workspaces.get(name)
    if name == workspaces.DEFAULT:
        raise WrongState("The workspace `default` stays as long as the deployment does.")
    if query.confirm != name:
        fault = {"pointer": "/confirm", "code": "not_confirmed", "detail": "must repeat the workspace's name"}
        raise InvalidInput(
            f"Deleting `{name}` shreds its credentials for good.",
            fix=f"Repeat the request with ?confirm={name}.",
            errors=[fault],
        )
    integrations.delete_all(name)
    jobs.delete_all(name)
    workspaces.delete(name)
    return Reply(None, 204)


def _show(row: WorkspaceRow) -> dict[str, Any]:
    return {"name": row.name, "created_at": instants.show(row.created_at)}
