"""Bounding what a schema can cost (security D3): how often it forks, and how much it refers to.

`registry.schema_bounds` estimates the forks; `limit_branches` removes the alternatives that go beyond the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from chalicelib.registry.closure import PREFIX, references
from chalicelib.registry.models import ActionFacts
from chalicelib.registry.schema_bounds import Estimate
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.pieces import Converted, Draft
from chalicelib.settings import Caps

Place = TypeVar("Place")


def limit_branches(forks: Iterable[tuple[dict[str, Any], Place]], definitions: Mapping[str, Any]) -> list[Place]:
    """Remove alternatives that multiply beyond `Caps.SCHEMA_BRANCHES`; the places of the schemas that had them.

    `forks` are the schemas, with their places, that have a keyword of `schema_bounds.FORKS`; they are changed in place.
    """
    places = {id(schema): (schema, place) for schema, place in forks}
    estimate = Estimate(lambda ref: _target(definitions, ref[len(PREFIX) :]))
    cut: list[Place] = []
    for schema, place in places.values():
        cut += [places.get(removed, (schema, place))[1] for removed in estimate.settle(schema)]
    return cut


def _target(definitions: Mapping[str, Any], ref: str) -> Any:
    """What ``name``, or ``name/and/a/place/inside``, leads to; the latter comes with packs alone."""
    if ref in definitions:
        return definitions[ref]
    target: Any = definitions
    for token in ref.split("/"):
        token = token.replace("~1", "/").replace("~0", "~")
        if isinstance(target, list):
            target = target[int(token)] if token.isdecimal() and int(token[:9]) < len(target) else None
        else:
            target = target.get(token) if isinstance(target, Mapping) else None
    return target


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
