"""Which metrics the code emits, found by reading it: every call of `emit_metrics`, with its names and dimensions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Emitted:
    """One metric at one place. `dimensions` come besides the stage."""

    name: str
    dimensions: tuple[str, ...]
    module: str


def emitted() -> list[Emitted]:
    """All of them, by name. Raises `AssertionError` for a call whose names are not written out."""
    found = [one for path in sorted((ROOT / "chalicelib").rglob("*.py")) for one in _in(path)]
    return sorted(found, key=lambda one: (one.name, one.module))


def _in(path: Path) -> list[Emitted]:
    module = str(path.relative_to(ROOT))
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "emit_metrics":
            values, dimensions = (_keys(argument, module) for argument in node.args)
            found += [Emitted(name, dimensions, module) for name in values]
    return found


def _keys(node: ast.expr, module: str) -> tuple[str, ...]:
    assert isinstance(node, ast.Dict), f"{module}: write the metrics out as a dict"
    return tuple(ast.literal_eval(key) for key in node.keys if key is not None)
