"""Does what was deployed work? A few requests through CloudFront, as the world makes them."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.console_headers import console_headers
from infra.deploy.failure import DeployFailed
from infra.deploy.target import say

PATIENCE_S: Final = 90.0  # new functions and DNS names take a moment to be known everywhere
_PAUSE_S: Final = 2.0


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def get(url: str, key: str | None = None) -> Answer:
    """GET, whatever its status. Raises `OSError` where nobody answers."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # nosec B310 - an https address of ours
            return Answer(answer.status, _lower(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, _lower(error.headers), error.read())


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def run(origin: str, stage: str, key: str | None, *, patience_s: float = PATIENCE_S) -> None:
    """Raises `DeployFailed` for the first thing that is not as it should be, after it had time to become so."""
    deadline = time.monotonic() + patience_s
    for what, check in _CHECKS.items():
        while (found := _tried(check, origin, stage)) is not None:
            if time.monotonic() > deadline:
                raise DeployFailed(f"{what}: {found}", "See the lines of the API's function in its log group.")
            time.sleep(_PAUSE_S)
    if key is not None and (answer := get(f"{origin}/api/v1/me", key)).status != 200:
        raise DeployFailed(f"The key of this machine is answered {answer.status}.", "`make key` makes a new one.")
    say("smoke", f"{origin}: {', '.join(_CHECKS)}{', key' if key else ''} work")


def _tried(check: Callable[[str, str], str | None], origin: str, stage: str) -> str | None:
    try:
        return check(origin, stage)
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def _health(origin: str, stage: str) -> str | None:
    answer = get(f"{origin}/api/v1/health/ready")
    if answer.status != 200 or answer.json()["stage"] != stage:
        return f"{answer.status} {answer.body[:200]!r}"
    return None if "strict-transport-security" in answer.headers else "no Strict-Transport-Security"


def _refusal(origin: str, _stage: str) -> str | None:
    answer = get(f"{origin}/api/v1/me")
    is_ours = answer.headers.get("content-type") == "application/problem+json" and "request-id" in answer.headers
    return None if answer.status == 401 and is_ours else f"{answer.status} {answer.headers.get('content-type')}"


def _console(origin: str, _stage: str) -> str | None:
    answer = get(f"{origin}/")
    if answer.status != 200 or b"<html" not in answer.body.lower():
        return f"{answer.status} {answer.body[:200]!r}"
    wrong = [n for n, value in console_headers(is_https=True).items() if answer.headers.get(n.lower()) != value]
    return f"other headers than in infra/console_headers.json: {', '.join(wrong)}" if wrong else None


_CHECKS: Final[dict[str, Callable[[str, str], str | None]]] = {
    "health": _health,
    "refusal": _refusal,
    "console": _console,
}
