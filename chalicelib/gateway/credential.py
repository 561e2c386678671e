"""Stage 5 of an invocation: the connection's credential, refreshed where it is due, placed as the scheme wants it.

A token that still serves is never worth an error: where its refresh fails, the call goes on with what there is. Where
the upstream refuses a token, it is refreshed once, and the call is sent once more only if the credential has changed.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.auth import connections, lease, refresh
from chalicelib.auth.audit import Actor
from chalicelib.auth.lease import Seen, Wish
from chalicelib.auth.oauth.tokens import Tokens
from chalicelib.auth.refresh import Outcome
from chalicelib.auth.schemes import Placement, place
from chalicelib.auth.tables import ConnectionRow
from chalicelib.egress import check_origin
from chalicelib.errors import UpstreamFailed
from chalicelib.gateway.resolve import Resolved
from chalicelib.observability import Forms, guard_forms, guard_secrets
from chalicelib.registry.models import IntegrationFacts
from chalicelib.settings import Caps

By = Callable[[], Actor]  # asked only where there is something for the audit


@dataclass(frozen=True)
class Held:
    """A credential, ready to be sent. `row` is the connection as it was when it was opened."""

    placement: Placement
    row: ConnectionRow | None = None
    access_token: str | None = None


@dataclass(frozen=True)
class _Opened:
    """A credential as this process has opened it, for calls that are given the very same row and integration."""

    held: Held
    facts: IntegrationFacts
    base_url: str
    forms: Forms
    at: float

    def is_for(self, row: ConnectionRow, facts: IntegrationFacts, base_url: str) -> bool:
        """True for the very same row and integration, and the same address."""
        return self.held.row is row and self.facts is facts and self.base_url == base_url


_REMEMBERED: Final = 1_000
_opened: OrderedDict[int, _Opened] = OrderedDict()  # by the identity of the row, which `held` keeps alive


def hold(resolved: Resolved, base_url: str, *, by: By, until: float, is_dry: bool = False) -> Held:
    """The connection's credential for a call to `base_url`; a dry run refreshes nothing.

    `by` names the caller, for the audit; `until` (epoch seconds) is when the function must be done.

    Raises `NeedsReauth`, and `UpstreamFailed` where a token has expired and its provider gives no new one.
    """
    row, facts = resolved.connection, resolved.integration
    if row is None or resolved.action.auth == "none":
        return Held(Placement())
    outcome = Outcome(row)
    if facts.auth.type == "oauth2" and not is_dry:
        seen = Seen(Wish.DUE, row.fingerprint, facts.auth.departures.refresh.margin_s)
        if row.status in lease.USABLE and lease.is_wanted(row, seen, refresh.PACE.now()):
            outcome = _refresh(resolved, row, Wish.DUE, by=by, until=until)
    held = _open(facts, outcome.row, base_url)
    if outcome.failure and lease.life_of(outcome.row, None).has_ended(refresh.PACE.now()):
        raise not_refreshed(outcome)
    return held


def renew_refused(resolved: Resolved, held: Held, base_url: str, *, by: By, until: float) -> Held | None:
    """After the upstream refused `held`: a credential that is another one, or None."""
    if held.row is None or held.access_token is None:
        return None
    outcome = _refresh(resolved, held.row, Wish.REFUSED, by=by, until=until)
    if outcome.row.status not in lease.USABLE:
        return None
    new = _open(resolved.integration, outcome.row, base_url)
    return new if new.access_token != held.access_token else None


def give_up(held: Held, *, by: By) -> None:
    """The upstream refuses a token that its provider has only just given."""
    if held.row is not None:
        now = dt.datetime.fromtimestamp(refresh.PACE.now(), dt.UTC)
        connections.give_up(held.row, "rejected_after_refresh", by(), now=now)


def not_refreshed(outcome: Outcome) -> UpstreamFailed:
    """The error of a connection whose provider gives no new token for the time being."""
    wait_s = max(1, math.ceil((outcome.retry_at or 0.0) - refresh.PACE.now()))
    return UpstreamFailed(
        f"The token of `{outcome.row.name}` was not refreshed: {outcome.failure}",
        fix=f"POST /api/v1/connections/{outcome.row.integration}/{outcome.row.name}/refresh tries again at once.",
        headers={"Retry-After": str(wait_s)},
    )


def _refresh(resolved: Resolved, row: ConnectionRow, wish: Wish, *, by: By, until: float) -> Outcome:
    from chalicelib.registry.renewal import renewal_of  # with all of OAuth, which few invocations need

    return refresh.refresh(row, wish, renewal_of(resolved.integration, by()), until=until)


def _open(facts: IntegrationFacts, row: ConnectionRow, base_url: str) -> Held:
    """Remembered for 300 s, while the row is the one that was opened: rows are read again after 30 s (B9)."""
    now = time.monotonic()
    known = _opened.get(id(row))
    if known and known.is_for(row, facts, base_url) and now - known.at < Caps.KEYRING_FRESH_S:
        guard_forms(known.forms)
        return known.held
    credential: Any = connections.open_credential(row, facts.auth, check_origin(base_url))
    placement = place(facts.auth, credential)
    forms = guard_secrets(placement.secrets)
    held = Held(placement, row, credential.access_token if isinstance(credential, Tokens) else None)
    _opened.pop(id(row), None)
    _opened[id(row)] = _Opened(held, facts, base_url, forms, now)
    _forget_older(now - Caps.KEYRING_FRESH_S)
    return held


def _forget_older(moment: float) -> None:
    while _opened:
        oldest = next(iter(_opened.items()), None)
        if oldest is None or (oldest[1].at > moment and len(_opened) <= _REMEMBERED):
            return
        _opened.pop(oldest[0], None)


def forget_everything() -> None:
    """Forget all credentials: for tests, and for a store that was replaced underneath."""
    _opened.clear()
