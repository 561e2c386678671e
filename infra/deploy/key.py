"""The root key of a deployment: drawn once, written into a file that its owner alone can read, never printed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from infra.deploy.failure import DeployFailed
from infra.deploy.target import ROOT, Target, say


def env_file(target: Target) -> Path:
    """Where the key is kept on this machine."""
    return ROOT / ".waygate" / f"{target.stage}.env"


def bootstrap(target: Target, origin: str) -> None:
    """Makes the workspace `default` and the root key, unless they are there. In CI the key is thrown away: whoever
    needs one replaces it (`make key`)."""
    key = _ask(target, {"operation": "bootstrap"})["key"]
    if key is None:
        say("key", "the root key is made already (`make key` replaces it)")
    elif os.environ.get("CI"):
        say("key", f"no key is kept in CI: `make key STAGE={target.stage}` on your machine makes one")
    else:
        _write(target, origin, key)


def replace(target: Target, origin: str) -> None:
    """Revokes the root keys that there are and makes a new one."""
    _write(target, origin, _ask(target, {"operation": "bootstrap", "replace": True})["key"])


def read(target: Target) -> str | None:
    """The key that this machine has, if any."""
    file = env_file(target)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.partition("=")[2] for line in lines if line.startswith("export WAYGATE_API_KEY=")), None)


def _ask(target: Target, event: dict[str, Any]) -> dict[str, Any]:
    """What the function `administer` answers. Raises `DeployFailed`."""
    answer = target.client("lambda").invoke(FunctionName=target.name("administer"), Payload=json.dumps(event).encode())
    payload: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise DeployFailed(
            f"The function administer failed: {payload.get('errorType')}: {payload.get('errorMessage')}",
            f"Its lines are in the log group /aws/lambda/{target.name('administer')}.",
        )
    return payload


def _write(target: Target, origin: str, key: str) -> None:
    file = env_file(target)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(f"export WAYGATE_URL={origin}\nexport WAYGATE_API_KEY={key}\n")
    say("key", f"the root key is in {file.relative_to(ROOT)}: `source` it, and keep it safe")
