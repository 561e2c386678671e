"""``/health`` and ``/health/ready``: is it up, and can it reach its store?"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.api.routing import Context, Routes
from chalicelib.auth.tables import WorkspaceRow
from chalicelib.errors import Unavailable
from chalicelib.settings import settings
from chalicelib.version import VERSION

routes = Routes()


@routes("GET", "/v1/health", is_public=True)
def alive(_: Context) -> dict[str, Any]:
    """The process answers."""
    return {"status": "ok", "version": VERSION, "stage": settings().stage}


@routes("GET", "/v1/health/ready", is_public=True)
def ready(_: Context) -> dict[str, Any]:
    """The store answers as well."""
    try:
        found = WorkspaceRow.find("workspace", "default")
    except (PynamoDBException, BotoCoreError, ClientError):
        raise Unavailable("The table of workspaces cannot be read.") from None
    if found is None:
        raise Unavailable("The deployment has not been bootstrapped.", fix="Run `make deploy`, or `make run` locally.")
    return {"status": "ready", "version": VERSION, "stage": settings().stage}
