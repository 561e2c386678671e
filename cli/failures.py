"""What ends a command early, each with its exit status.

::

    Failure                1  anything that has no status of its own
    ├── Misuse             2  the command line does not make sense
    ├── KeyMissing         4  there is no API key to send
    └── Problem               the API answered with a problem document (RFC 9457), whose code decides:
                           3  the upstream's fault: `upstream_…`, `circuit_open`
                           4  credentials: `unauthenticated`, `insufficient_scope`, `needs_reauth`,
                              `connection_required`
                           1  every other code
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

FAILED: Final = 1
MISUSE: Final = 2
UPSTREAM: Final = 3
AUTH: Final = 4
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells have it

_AUTH_CODES: Final = frozenset({"unauthenticated", "insufficient_scope", "needs_reauth", "connection_required"})


class Failure(Exception):
    """Something went wrong. `message` is a sentence for the user, `fix` says what to do about it."""

    exit_status: ClassVar[int] = FAILED

    def __init__(self, message: str, *, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    @property
    def status(self) -> int:
        """The exit status."""
        return self.exit_status

    def document(self) -> dict[str, Any]:
        """What `--json` prints of it on standard error."""
        return {
            "code": "usage" if self.status == MISUSE else "failed",
            "detail": self.message,
            **({"suggested_fix": self.fix} if self.fix else {}),
        }


class Misuse(Failure):
    """The command line does not make sense; nothing was asked of the API."""

    exit_status = MISUSE


class KeyMissing(Failure):
    """There is no API key to send."""

    exit_status = AUTH


class Problem(Failure):
    """The API refused. `members` is its problem document."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        super().__init__(str(members.get("detail") or members.get("title") or "The API refused."))
        self.members = dict(members)
        self.fix = members.get("suggested_fix")

    @property
    def code(self) -> str:
        """The stable name of what went wrong."""
        return str(self.members.get("code") or "")

    @property
    def status(self) -> int:
        """The exit status that the problem's code stands for."""
        if self.code.startswith("upstream_") or self.code == "circuit_open":
            return UPSTREAM
        return AUTH if self.code in _AUTH_CODES else FAILED

    def document(self) -> dict[str, Any]:
        """The problem document as it came."""
        return self.members
