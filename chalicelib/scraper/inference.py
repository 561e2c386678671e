"""Examples → a schema that every one of them fits (JSON Schema 2020-12).

An example shows what may come, never what must: nothing is required, and nothing is forbidden that was not seen.
"""

from __future__ import annotations

import re
from typing import Any, Final

_DEPTH: Final = 24
_MEMBERS: Final = 50  # of a list, looked at
_NODES: Final = 5_000  # values of all examples together
_MAP_KEYS: Final = re.compile(r"[0-9]+|[0-9a-fA-F-]{24,}")
_KIND: Final = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


def infer(samples: list[Any]) -> dict[str, Any]:
    """The schema of `samples`, which are JSON values; ``{}`` where there are none, or nothing is known."""
    return _Inference().schema(samples, 0)


class _Inference:
    def __init__(self) -> None:
        self._left = _NODES

    def schema(self, samples: list[Any], depth: int) -> dict[str, Any]:
        self._left -= len(samples)
        if not samples or depth > _DEPTH or self._left < 0:
            return {}
        kinds = dict.fromkeys(_kind(sample) for sample in samples)
        if "number" in kinds:
            kinds.pop("integer", None)
        if list(kinds) == ["null"]:
            return {}  # that something may be missing says nothing of what it is
        schema: dict[str, Any] = {"type": next(iter(kinds)) if len(kinds) == 1 else sorted(kinds)}
        objects = [sample for sample in samples if isinstance(sample, dict)]
        if objects:
            schema.update(self._members(objects, depth))
        lists = [sample for sample in samples if isinstance(sample, list)]
        if members := [member for each in lists for member in each[:_MEMBERS]][: _MEMBERS * 4]:
            complete = sum(len(each) for each in lists) == len(members)
            if complete and (inner := self.schema(members, depth + 1)):
                schema["items"] = inner
        return schema

    def _members(self, objects: list[dict[str, Any]], depth: int) -> dict[str, Any]:
        names = dict.fromkeys(name for each in objects for name in each)
        if len(names) > 2 and all(_MAP_KEYS.fullmatch(name) for name in names):  # ids are data, not names
            values = [value for each in objects for value in each.values()]
            return {"additionalProperties": self.schema(values, depth + 1)}
        properties = {name: self.schema([each[name] for each in objects if name in each], depth + 1) for name in names}
        return {"properties": properties} if properties else {}


def _kind(sample: Any) -> str:
    return _KIND.get(type(sample), "object" if isinstance(sample, dict) else "array")
