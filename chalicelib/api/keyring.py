"""``/keyring/rotate``: a new key for the workspace's credentials, and how far that is."""

from __future__ import annotations

from typing import Any

from chalicelib.api.routing import Context, Reply, Routes
from chalicelib.auth import rotation, workspaces

routes = Routes()


@routes("GET", "/v1/keyring/rotate", scope="admin")
def get(context: Context) -> dict[str, Any]:
    """How far the latest rotation is."""
    return rotation.show(rotation.state(context.workspace))


@routes("POST", "/v1/keyring/rotate", scope="admin")
def rotate(context: Context) -> Reply:
    """Start a rotation, or give the one that is under way a push. It takes some six minutes and interrupts nothing."""
    row = rotation.start(context.workspace)
    workspaces.start_remotely("rotate_keyring", context.workspace)
    return Reply(rotation.show(row), 202, {"Location": "/api/v1/keyring/rotate"})
