"""API keys: made, shown once, checked, revoked.

A key reads ``wg_live_<8 characters>_<secret>``: the eight are its public id, the secret is 256 random bits in
base 62 and a checksum of six, so that a typing error is told from a real key without a look-up. Stored is the SHA-256
of the whole key (a slow hash would protect nothing more: there is nothing to guess), compared in constant time (F1).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
import string
import zlib
from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple, get_args

from chalicelib import rows
from chalicelib.auth.quota import Quota
from chalicelib.auth.tables import ApiKeyRow
from chalicelib.aws import RowKey, Table
from chalicelib.errors import ApiKeyNotFound, InsufficientScope, Unauthenticated

Scope = Literal["invoke", "registry:read", "registry:write", "connections:write", "admin", "root"]
GRANTABLE: Final = tuple(scope for scope in get_args(Scope) if scope != "root")
_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_KEY = re.compile(r"wg_live_(?P<id>[0-9a-z]{8})_(?P<secret>[0-9A-Za-z]{43})(?P<sum>[0-9A-Za-z]{6})")
_NO_DIGEST: Final = "0" * 64


class Caller(NamedTuple):
    """Who is asking: a key, its workspace and what it may do."""

    key_id: str
    name: str
    workspace: str
    scopes: frozenset[str]
    integrations: frozenset[str] | None
    expires_at: dt.datetime | None
    limits: Quota | None = None

    def is_expired(self, now: dt.datetime | None = None) -> bool:
        """True once the key's expiry has passed."""
        return self.expires_at is not None and self.expires_at <= (now or dt.datetime.now(dt.UTC))

    def has(self, scope: Scope) -> bool:
        """`root` includes everything, `admin` all but workspaces."""
        return scope in self.scopes or "root" in self.scopes or (scope != "root" and "admin" in self.scopes)

    def require(self, scope: Scope, integration: str | None = None) -> None:
        """Raises `InsufficientScope` unless the key has `scope`, and may use `integration` where one is named."""
        if not self.has(scope):
            raise InsufficientScope(
                f"The key {self.key_id} lacks the scope `{scope}`; it has {', '.join(sorted(self.scopes)) or 'none'}.",
                fix=f"Use a key with the scope `{scope}`.",
            )
        if integration is not None and self.integrations is not None and integration not in self.integrations:
            raise InsufficientScope(
                f"The key {self.key_id} is limited to {', '.join(sorted(self.integrations))}.",
                fix="Use a key that may use this integration.",
            )

    def sees(self, integration: str) -> bool:
        """True where the key's list of integrations, if it has one, includes this one."""
        return self.integrations is None or integration in self.integrations


def new_key(key_id: str | None = None) -> tuple[str, str]:
    """A fresh key: ``(public id, whole key)``."""
    key_id = key_id or "".join(secrets.choice(string.digits + string.ascii_lowercase) for _ in range(8))
    body = f"wg_live_{key_id}_{_base62(secrets.randbits(256), 43)}"
    return key_id, body + _checksum(body)


def draw(
    workspace: str,
    name: str,
    scopes: Iterable[str],
    *,
    integrations: Iterable[str] | None = None,
    limits: Quota | None = None,
    expires_at: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> tuple[ApiKeyRow, str]:
    """Make a key without storing it; the second value is the key itself, which is not kept anywhere."""
    key_id, key = new_key()
    row = ApiKeyRow(
        key_id,
        workspace=workspace,
        name=name,
        digest=_digest(key),
        scopes=sorted(scopes),
        integrations=None if integrations is None else sorted(integrations),
        limits=None if limits is None else limits.model_dump(),
        expires_at=expires_at,
        created_at=now or dt.datetime.now(dt.UTC),
    )
    return row, key


def issue(workspace: str, name: str, scopes: Iterable[str], **limits: Any) -> tuple[ApiKeyRow, str]:
    """Make and store a key, as `draw` describes it."""
    row, key = draw(workspace, name, scopes, **limits)
    row.save(ApiKeyRow.key_id.does_not_exist())
    return row, key


class Shown(NamedTuple):
    """A key as a request shows it: well-formed, not yet compared with what is stored."""

    key_id: str
    digest: str


def parse(authorization: str | None) -> Shown:
    """The key in an ``Authorization`` header (RFC 6750). Raises `Unauthenticated` for what is none; nothing is read."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    if not token:
        raise Unauthenticated("The header `Authorization: Bearer wg_live_…` is missing.")
    match = _KEY.fullmatch(token.strip())
    if scheme.lower() != "bearer" or match is None:
        raise Unauthenticated("The Authorization header does not hold a Waygate key (`Bearer wg_live_…`).")
    if _checksum(match.string[: match.start("sum")]) != match["sum"]:
        raise Unauthenticated("This API key has a typing error: its checksum is wrong.")
    return Shown(match["id"], _digest(match.string))


def authenticate(authorization: str | None, *, now: dt.datetime | None = None) -> Caller:
    """The caller behind an ``Authorization`` header.

    Raises `Unauthenticated`, with one message for unknown, revoked and expired keys alike.
    """
    shown = parse(authorization)
    key = row_key(shown.key_id)
    return caller_of(rows.read([key])[key], shown, now=now)


def caller_of(row: Table | None, shown: Shown, *, now: dt.datetime | None = None) -> Caller:
    """The caller who shows a key whose row is `row`. Raises `Unauthenticated` as `authenticate` does."""
    stored = row if isinstance(row, ApiKeyRow) else None
    is_same = hmac.compare_digest(stored.digest if stored else _NO_DIGEST, shown.digest)
    if stored is None or not is_same or (caller := _caller(stored)).is_expired(now):
        raise Unauthenticated("This API key is unknown, revoked or expired.")
    return caller


def _caller(row: ApiKeyRow) -> Caller:
    """Made once per row read."""
    known: Caller | None = getattr(row, "_caller", None)
    if known is None:
        known = _caller_of(row)
        object.__setattr__(row, "_caller", known)
    return known


def _caller_of(row: ApiKeyRow) -> Caller:
    return Caller(
        key_id=row.key_id,
        name=row.name,
        workspace=row.workspace,
        scopes=frozenset(row.scopes),
        integrations=None if row.integrations is None else frozenset(row.integrations),
        expires_at=row.expires_at,
        limits=None if row.limits is None else Quota.model_construct(**row.limits),
    )


def is_known(authorization: str | None) -> bool:
    """True where this process has read the row of the key in `authorization`, and the key fits. No call is made."""
    match = _KEY.search(authorization or "")
    row = rows.peek(row_key(match["id"])) if match else None
    return match is not None and isinstance(row, ApiKeyRow) and hmac.compare_digest(row.digest, _digest(match[0]))


def row_key(key_id: str) -> RowKey:
    """Where the key's row is."""
    return (ApiKeyRow, key_id, None)


def get(workspace: str, key_id: str) -> ApiKeyRow:
    """The key of that id. Raises `ApiKeyNotFound`, also for a key of another workspace."""
    row = ApiKeyRow.find(key_id)
    if row is None or row.workspace != workspace:
        raise ApiKeyNotFound(f"There is no API key `{key_id}`.")
    return row


def revoke(workspace: str, key_id: str) -> None:
    """Delete the key: refused here at once, in other processes within 30 s."""
    get(workspace, key_id).delete()
    rows.forget(row_key(key_id))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), 6)


def _base62(number: int, width: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _ALPHABET[digit] + digits
    return digits.rjust(width, "0")
