"""How integrations are: in a word, with its reason, over what breakers, cool-downs and connections say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from chalicelib.auth.tables import ConnectionRow
from chalicelib.registry.models import IntegrationFacts

State = Literal["ready", "not_connected", "needs_attention", "degraded", "disabled"]
LOOKED_AT: Final = 5_000  # connections that one answer looks at


def statuses(workspace: str, integrations: Sequence[str]) -> dict[str, Counter[str]]:
    """How many connections of each status the integrations have, by one query over the workspace's connections.

    The integrations are a page of a list: what lies between the first and the last is read, at most `LOOKED_AT`.
    """
    found: dict[str, Counter[str]] = {name: Counter() for name in integrations}
    if found:
        starts = sorted(f"{name}#" for name in found)
        span = ConnectionRow.place.between(starts[0], starts[-1] + "\x7f")
        for row in ConnectionRow.of_workspace.query(workspace, span, limit=LOOKED_AT):
            if row.integration in found:
                found[row.integration][row.status] += 1
    return found


def state_of(
    facts: IntegrationFacts, connections: Mapping[str, int], breaker: Mapping[str, Any] | None
) -> tuple[State, str | None]:
    """The state and its reason. `connections` are how many there are of each status; `breaker` None: not known."""
    if not facts.enabled:
        return "disabled", "Calls are refused until it is enabled again."
    if breaker is not None and breaker["state"] != "closed":
        return "degraded", "The upstream keeps failing, so it is left alone for a moment."
    lost = connections.get("needs_reauth", 0) + connections.get("error", 0)
    if lost:
        return "needs_attention", f"{lost} connection{'s' * (lost > 1)} must be connected again."
    if facts.auth.type != "none" and not connections.get("active", 0):
        return "not_connected", "Without an active connection its actions cannot be called."
    return "ready", None
