"""Bounding what a schema can cost (security D3): how often it forks, and how much it refers to.

A validator tries every alternative at an instance location, and every alternative of an alternative: eighteen
definitions that each offer the next one twice make 2^18 attempts. `limit_branches` estimates that product and removes
the alternatives that go beyond the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from chalicelib.registry.closure import PREFIX, references
from chalicelib.scraper.findings import Findings
from chalicelib.settings import Caps

if TYPE_CHECKING:
    from chalicelib.registry.models import ActionFacts
    from chalicelib.scraper.operations import Draft
    from chalicelib.scraper.schemas import Converted

Place = TypeVar("Place")
_LISTS: Final = ("allOf", "anyOf", "oneOf")
_SINGLE: Final = ("not", "if", "then", "else")
FORKS: Final = frozenset((*_LISTS, *_SINGLE, "dependentSchemas"))


def limit_branches(forks: Iterable[tuple[dict[str, Any], Place]], definitions: Mapping[str, Any]) -> list[Place]:
    """Remove alternatives that multiply beyond `Caps.SCHEMA_BRANCHES`; the places of the schemas that had them.

    `forks` are the schemas, with their places, that have a keyword of `FORKS`; they are changed in place.
    """
    places = {id(schema): (schema, place) for schema, place in forks}
    estimate = _Estimate(definitions)
    cut: list[Place] = []
    for schema, place in places.values():
        cut += [places.get(removed, (schema, place))[1] for removed in estimate.settle(schema)]
    return cut


class _Estimate:
    """How many schemas are tried at one instance location, by identity of the schema that stands there."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
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
                children += node.get(key, ())
            children += [node.get(key) for key in _SINGLE]
            children += node.get("dependentSchemas", {}).values()
        if "$ref" in node:
            children.append(self._definitions.get(node["$ref"][len(PREFIX) :]))
        return [child for child in children if type(child) is dict]


def limit_closures(
    drafts: Mapping[str, Draft], definitions: Mapping[str, Converted], findings: Findings
) -> dict[str, ActionFacts]:
    """The actions of `drafts`; where what an input or output refers to is beyond the limit, that is not checked."""
    total = sum(converted.nodes for converted in definitions.values())
    if total <= Caps.SCHEMA_CLOSURE_NODES:  # as in nearly every description
        return {name: draft.action for name, draft in drafts.items()}
    return {name: _within_limit(draft, definitions, findings) for name, draft in drafts.items()}


def _within_limit(draft: Draft, definitions: Mapping[str, Converted], findings: Findings) -> ActionFacts:
    changes: dict[str, Any] = {}
    if _nodes(draft.input_refs, definitions) > Caps.SCHEMA_CLOSURE_NODES:
        changes["input_schema"] = _unchecked_properties(draft.action.input_schema)
    if _nodes(draft.output_refs, definitions) > Caps.SCHEMA_CLOSURE_NODES:
        changes["output_schema"] = None
    for name in changes:
        detail = f"The {name} refers to more than {Caps.SCHEMA_CLOSURE_NODES:,} subschemas."
        findings.add("schema_too_large", draft.pointer, detail)
    return draft.action.model_copy(update=changes) if changes else draft.action


def _nodes(roots: Iterable[str], definitions: Mapping[str, Converted]) -> int:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += definitions[name].refs
    return sum(definitions[name].nodes for name in found)


def _unchecked_properties(schema: dict[str, Any]) -> dict[str, Any]:
    """An input schema whose properties are asked for by name only."""
    properties = {
        name: {key: child[key] for key in ("title", "description") if key in child} if any(references(child)) else child
        for name, child in schema["properties"].items()
    }
    return {**schema, "properties": properties}
