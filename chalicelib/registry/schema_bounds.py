"""What a schema can cost a validator (security D3): how often it forks, how much it holds.

A validator tries every alternative at an instance location, and every alternative of an alternative: eighteen
definitions that each offer the next one twice make 2^18 attempts. `Estimate` finds that product. An import cuts what
goes beyond the limits, with a warning; a schema that is written by hand is refused (`over_limit`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import unquote

from chalicelib.settings import Caps

_LISTS: Final = ("allOf", "anyOf", "oneOf")
_SINGLE: Final = ("not", "if", "then", "else")
FORKS: Final = frozenset((*_LISTS, *_SINGLE, "dependentSchemas"))
_ELSEWHERE: Final = ("$dynamicRef", "$recursiveRef")


def over_limit(schema: Any) -> str | None:
    """Why a self-contained schema costs too much, or cannot be judged; None where it is within the limits."""
    root = copy.deepcopy(schema)  # estimating cuts what is beyond the limit
    nodes = list(_objects(root))
    if len(nodes) > Caps.SCHEMA_CLOSURE_NODES:
        return f"holds {len(nodes):,} objects; {Caps.SCHEMA_CLOSURE_NODES:,} are the most"
    for node in nodes:
        reference = node.get("$ref")
        if isinstance(reference, str) and reference != "#" and not reference.startswith("#/"):
            return f"refers to {reference[:100]!r}; references are pointers into the schema itself (#/$defs/…)"
        if any(keyword in node for keyword in _ELSEWHERE):
            return "uses dynamic references, whose cost cannot be told"
    estimate = Estimate(lambda ref: _at(root, ref))
    if any(estimate.settle(node) for node in nodes if not FORKS.isdisjoint(node)):
        return f"offers more than {Caps.SCHEMA_BRANCHES:,} alternatives (anyOf, oneOf, allOf) at one place"
    return None


def _objects(root: Any) -> Iterator[dict[str, Any]]:
    stack = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            stack += value.values()
        elif isinstance(value, list):
            stack += value


def _at(root: Any, reference: Any) -> Any:
    """What a local reference refers to; None where there is nothing."""
    value = root
    for part in str(reference).split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


class Estimate:
    """How many schemas are tried at one instance location, by identity of the schema that stands there.

    `resolve` gives what a `$ref` refers to, or None.
    """

    def __init__(self, resolve: Callable[[str], Any]) -> None:
        self._resolve = resolve
        self._known: dict[int, int] = {}
        self._opened: set[int] = set()

    def settle(self, schema: dict[str, Any]) -> list[int]:
        """Estimate `schema` and all that applies in its place; the identities of those that were cut.

        Depth first with a stack of its own, since definitions may chain by the thousand. A schema that is met while it
        is still open (a circle of `$ref`s) counts once.
        """
        known, opened = self._known, self._opened
        cut: list[int] = []
        stack: list[tuple[dict[str, Any], list[dict[str, Any]] | None]] = [(schema, None)]
        while stack:
            node, children = stack.pop()
            if children is not None:
                total = sum([known.get(id(child), 1) for child in children])
                if total > Caps.SCHEMA_BRANCHES:
                    for key in FORKS:
                        node.pop(key, None)
                    cut.append(id(node))
                    total = 1
                known[id(node)] = total
            elif id(node) not in known and id(node) not in opened:
                opened.add(id(node))
                children = self._in_place(node)
                stack.append((node, children or [{}]))
                stack += [(child, None) for child in children]
        return cut

    def _in_place(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """The schemas that apply to the same instance location as `node` (JSON Schema 2020-12, core, section 10.2)."""
        children: list[Any] = []
        if not FORKS.isdisjoint(node):
            for key in _LISTS:
                listed = node.get(key)
                children += listed if isinstance(listed, list) else ()
            children += [node.get(key) for key in _SINGLE]
            dependent = node.get("dependentSchemas")
            children += dependent.values() if isinstance(dependent, dict) else ()
        if "$ref" in node:
            children.append(self._resolve(node["$ref"]))
        return [child for child in children if type(child) is dict]
