"""What moto 5.2.5 lacks for standing in for AWS: every change to it, one small function each.

A patch is written against moto's own code, so any other version is refused: upgrade moto, run `tests/local`, and
drop what the new version no longer needs (each patch's test says so) before raising `MOTO_VERSION`.
"""

from __future__ import annotations

import threading
from typing import Final

MOTO_VERSION: Final = "5.2.5"
_once = threading.Lock()
_applied = False


class UnsupportedMoto(RuntimeError):
    """The installed moto is not the one that the patches were written for."""


def check_version(installed: str) -> None:
    """Raises `UnsupportedMoto` unless `installed` is the version that the patches fit."""
    if installed != MOTO_VERSION:
        raise UnsupportedMoto(
            f"moto {installed} is installed, local mode needs {MOTO_VERSION}: run `pip install moto=={MOTO_VERSION}`"
        )


def apply() -> None:
    """Applies every patch, once per process. Raises `UnsupportedMoto` for another version of moto."""
    global _applied
    import moto

    check_version(moto.__version__)
    from infra.local.patches import (
        awslambda,
        core,
        dynamodb,
        imports,
        plain_transactions,
        secretsmanager,
        sqs,
        stepfunctions,
    )

    with _once:
        if _applied:
            return
        for module in (imports, core, dynamodb, plain_transactions, secretsmanager, sqs, stepfunctions, awslambda):
            module.apply()
        _applied = True
