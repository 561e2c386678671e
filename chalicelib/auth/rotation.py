"""Rotating a keyring: a new key, and everything sealed anew under it.

    starting   asked for; the id of the new key is drawn and written down, so that it is added once
    waiting    the key is in the keyring; it seals nothing until every process's cache must have it
    resealing  each sealed value is opened and sealed again, by a write on the condition that it is still the same
    done       a whole pass found nothing under an older key

`advance` goes as far as it can and may be called at any time, by several processes at once, and after any
interruption: what is done already is skipped. Until the end, and after it, older keys open what they sealed: a
keyring only grows (its first key also is what fingerprints and cursors derive from).
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError

from chalicelib.auth import keyring, vault
from chalicelib.auth.sealed import PLACES, Place
from chalicelib.auth.vault import CannotOpen
from chalicelib.aws import is_condition_failure
from chalicelib.runtime import RuntimeRow, key_of
from chalicelib.settings import Caps

_MARGIN_S: Final = 30.0  # for clocks that differ, and for who read the keyring while the key was being added
_KEPT_S: Final = 30 * 86_400
_NAMED: Final = 20  # values that cannot be opened are named, up to so many


class RotationRow(RuntimeRow):
    """How far the latest rotation of a workspace is. Times in epoch seconds."""

    status = UnicodeAttribute()
    key_id = UnicodeAttribute()
    started_at = NumberAttribute()
    continues_at = NumberAttribute(null=True)
    finished_at = NumberAttribute(null=True)
    resealed = NumberAttribute(default=0)
    unreadable = JSONAttribute(default=list)


def state(workspace: str, *, now: Callable[[], float] = time.time) -> RotationRow | None:
    """The latest rotation; None where there was none within 30 days."""
    return RotationRow.current(key_of("rotation", workspace), now())


def is_under_way(row: RotationRow | None) -> bool:
    """True where `advance` has something to do, now or later."""
    return row is not None and row.status != "done"


def start(workspace: str, *, now: Callable[[], float] = time.time) -> RotationRow:
    """The rotation that is under way, else a new one."""
    moment = now()
    seen = state(workspace, now=now)
    if seen is not None and is_under_way(seen):
        return seen
    row = RotationRow(
        key_of("rotation", workspace),
        status="starting",
        key_id=secrets.token_hex(keyring.KEY_ID_BYTES),
        started_at=moment,
        expires_at=moment + _KEPT_S,
    )
    try:
        row.save(RotationRow.key.does_not_exist() | (RotationRow.status == "done") | (RotationRow.expires_at <= moment))
    except PutError as error:
        found = state(workspace, now=now)
        if not is_condition_failure(error) or found is None:
            raise
        return found
    return row


def advance(
    workspace: str, *, now: Callable[[], float] = time.time, has_time: Callable[[], bool] = lambda: True
) -> str:
    """Take the rotation as far as it can go at this moment, and return its status (``none`` where there is none)."""
    row = state(workspace, now=now)
    if row is None or row.status == "done":
        return row.status if row else "none"
    key = keyring.add(workspace, row.key_id, now=now)
    due = key.created_at + Caps.KEYRING_FRESH_S + _MARGIN_S
    if now() < due:
        _note(row, status="waiting", continues_at=due)
        return "waiting"
    _note(row, status="resealing", continues_at=None)
    keyring.forget(workspace)
    while True:
        changed, unreadable = _pass(row, workspace, now, has_time)
        if changed is None:
            return "resealing"
        if changed == 0:
            _note(row, status="done", finished_at=now(), unreadable=unreadable)
            return "done"


def show(row: RotationRow | None) -> dict[str, Any]:
    """The rotation as the API shows it."""
    if row is None:
        return {"status": "none"}
    return {
        "status": row.status,
        "started_at": _instant(row.started_at),
        "continues_at": _instant(row.continues_at),
        "finished_at": _instant(row.finished_at),
        "resealed": int(row.resealed),
        "unreadable": list(row.unreadable),
    }


def _pass(
    row: RotationRow, workspace: str, now: Callable[[], float], has_time: Callable[[], bool]
) -> tuple[int | None, list[str]]:
    """One look at everything sealed: how much of it was not under the newest key (None: there was no time for all
    of it), and what cannot be opened at all."""
    changed = 0
    unreadable: list[str] = []
    for place in PLACES:
        for one in place.rows(workspace):
            if not has_time():
                return None, unreadable
            try:
                if not _reseal(place, one, now):
                    continue
            except CannotOpen:
                if len(unreadable) < _NAMED:
                    unreadable.append(f"{place.name}/{'/'.join(place.context(one).names)}")
                continue
            changed += 1
            row.update(actions=[RotationRow.resealed.add(1)])
    return changed, unreadable


def _reseal(place: Place, one: Any, now: Callable[[], float]) -> bool:
    """True where `one` had to be sealed anew, also where another writer was faster: the next pass looks again."""
    sealed = getattr(one, place.attribute)
    if sealed is None:
        return False
    anew = vault.reseal(place.context(one), bytes(sealed), now=now)
    if anew is None:
        return False
    attribute = getattr(type(one), place.attribute)
    try:  # whoever read the row before must not write the old bytes back: the version tells
        one.update(actions=[attribute.set(anew), type(one).version.add(1)], condition=attribute == bytes(sealed))
    except UpdateError as error:
        if not is_condition_failure(error):
            raise
    return True


def _note(row: RotationRow, **members: Any) -> None:
    actions = []
    for name, value in members.items():
        attribute = getattr(RotationRow, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    row.update(actions=actions)


def _instant(epoch_s: float | None) -> str | None:
    if epoch_s is None:
        return None
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
