"""Why a step cannot go on."""

from __future__ import annotations


class DeployFailed(RuntimeError):
    """What went wrong and what to do about it, for whoever ran the command."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(f"{what}\n  {fix}" if fix else what)
