"""Connect sessions: a link by which somebody without an API key connects an account, once, within an hour.

The link has the session's id and a secret, of which a hash is kept. Opening the link changes nothing, so that a
preview of it in a chat does no harm; the session is over with the first connection that comes of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import Any, Final

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from ulid import ULID

from chalicelib.aws import is_condition_failure
from chalicelib.errors import ConnectSessionNotFound
from chalicelib.runtime import RuntimeRow, key_of

TTL_S: Final = 3_600
KEPT_S: Final = 86_400  # what became of it can be asked for a day


class ConnectSessionRow(RuntimeRow):
    """`connect-session#<id>`."""

    session_id = UnicodeAttribute()
    workspace = UnicodeAttribute()
    digest = UnicodeAttribute()  # of the link's secret
    key_id = UnicodeAttribute()  # who made it
    integrations = JSONAttribute()
    connection = UnicodeAttribute()
    tags = JSONAttribute(default=list)
    return_to = UnicodeAttribute(null=True)
    status = UnicodeAttribute(default="open")  # open, connected
    reason = UnicodeAttribute(null=True)  # why the latest try came to nothing
    integration = UnicodeAttribute(null=True)  # which one was connected
    link_until = UnicodeAttribute()  # RFC 3339


def create(
    workspace: str,
    key_id: str,
    *,
    integrations: list[str],
    connection: str,
    tags: list[str],
    return_to: str | None,
    now: dt.datetime,
) -> tuple[ConnectSessionRow, str]:
    """A new session, and the secret of its link."""
    session_id, secret = f"cs_{ULID()}", secrets.token_urlsafe(32)
    row = ConnectSessionRow(
        key_of("connect-session", session_id),
        session_id=session_id,
        workspace=workspace,
        digest=_hash(secret),
        key_id=key_id,
        integrations=integrations,
        connection=connection,
        tags=tags,
        return_to=return_to,
        link_until=(now + dt.timedelta(seconds=TTL_S)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        expires_at=int(now.timestamp()) + KEPT_S,
    )
    row.save()
    return row, secret


def get(workspace: str, session_id: str, *, now: dt.datetime) -> ConnectSessionRow:
    """The workspace's session of that id. Raises `ConnectSessionNotFound`."""
    row = ConnectSessionRow.current(key_of("connect-session", session_id), now.timestamp())
    if row is None or row.workspace != workspace:
        raise ConnectSessionNotFound(f"There is no connect session `{session_id[:64]}`.")
    return row


def open_link(session_id: str, secret: str, *, now: dt.datetime) -> ConnectSessionRow | None:
    """The session that a link leads to; None where it is not known. It may be over: see `state_of`."""
    row = ConnectSessionRow.current(key_of("connect-session", session_id), now.timestamp())
    if row is None or not hmac.compare_digest(row.digest, _hash(secret)):
        return None
    return row


def state_of(row: ConnectSessionRow, *, now: dt.datetime) -> str:
    """`open`, `connected` or `expired`."""
    if row.status == "open" and now >= dt.datetime.fromisoformat(row.link_until):
        return "expired"
    return row.status


def settle(session_id: str, integration: str) -> bool:
    """Note what the session came to. False where it was over already."""
    return _change(
        session_id,
        [
            ConnectSessionRow.status.set("connected"),
            ConnectSessionRow.integration.set(integration),
            ConnectSessionRow.reason.remove(),
        ],
    )


def note_failure(session_id: str, reason: str) -> None:
    """Note why a try came to nothing; another one may follow."""
    _change(session_id, [ConnectSessionRow.reason.set(reason[:300])])


def _change(session_id: str, actions: list[Any]) -> bool:
    try:
        row = ConnectSessionRow(key_of("connect-session", session_id))
        row.update(actions=actions, condition=ConnectSessionRow.status == "open")
    except UpdateError as error:
        if is_condition_failure(error):
            return False
        raise
    return True


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
