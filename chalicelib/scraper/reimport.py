"""Importing again: what is there, what the description says now, and what becomes of each action.

Of every imported action three versions are known: as it was last imported (`base`, kept in its row), as it is (`ours`,
perhaps edited by hand), and as the description has it now (`theirs`). The draft proposes the merge of the three.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from pydantic import ValidationError

from chalicelib import aws
from chalicelib.registry import actions, definitions
from chalicelib.registry.closure import closure, references
from chalicelib.registry.models import ActionFacts
from chalicelib.registry.tables import ActionRow
from chalicelib.scraper import differences, threeway
from chalicelib.scraper.naming import Known, Operation
from chalicelib.scraper.tables import JobRow

_INPUT: Final = ("method", "path", "input_schema", "bindings", "constants", "body_media_type", "idempotency_header")
Document = dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """An action as it is. `base` is what it was last imported as; None if it was written by hand."""

    name: str
    version: int
    facts: Document
    definitions: Mapping[str, Any]
    prints: Fingerprints
    base: Document | None
    operation: Operation | None

    @property
    def print(self) -> str:
        """The digest of what it is and does."""
        return self.prints.of(self.facts)

    @property
    def known(self) -> Known:
        """What naming must know of it."""
        return Known(self.name, self.operation)


@dataclass(frozen=True)
class Outcome:
    """What an import would make of an action: an entry of the draft, but for its confidence.

    `carried` are definitions that only the edits still need. `imported` is the description's own word; `is_news` where
    it is not what it was at the last import.
    """

    facts: Document
    imported: Document
    change: str
    differences: list[dict[str, str]]
    warnings: list[dict[str, str]]
    carried: dict[str, Any]
    is_news: bool = True


def stored(row: JobRow) -> dict[str, Stored]:
    """Every action of the job's integration, by name."""
    found: dict[str, Stored] = {}
    by_digest: dict[str | None, Fingerprints] = {}
    for action in ActionRow.query(f"{row.owner}#{row.integration}", consistent_read=True):
        facts = actions.facts_of(action)
        document = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        last = _last_import(action)
        operation = Operation(*last["operation"]) if last else None
        base = last["facts"] if last else None
        if last is None and facts.evidence:  # nothing is kept of its import: what is there counts as that
            operation, base = Operation(facts.method, facts.path), document
        shared = definitions.load(row.owner, row.integration, action.definitions)
        prints = by_digest.setdefault(action.definitions, Fingerprints(shared))
        version = int(action.version or 1)
        found[action.name] = Stored(action.name, version, document, shared, prints, base, operation)
    return found


def _last_import(action: ActionRow) -> Document | None:
    kept: Document | None = action.imported
    if kept is not None and "stored_at" in kept:
        packed = aws.get_object(kept["stored_at"])
        return aws.unpack(packed) if packed is not None else None
    return kept


def imported(operation: Operation, facts: Document) -> Document:
    """What is kept in an action's row about the import that made it."""
    return {"operation": list(operation), "facts": facts}


def outcome(theirs: Document, shared: Mapping[str, Any], prints: Fingerprints, before: Stored | None) -> Outcome:
    """What becomes of an action that the description has as `theirs`, with the definitions `shared`."""
    if before is None:
        return Outcome(theirs, theirs, "added", [], [], {})
    base = before.base if before.base is not None else before.facts
    merged, warnings = _merged(base, before.facts, theirs)
    carried = _carried(merged, shared, before.definitions)
    is_news = not _equal(base, theirs)
    if prints.of(merged) == before.print:
        return Outcome(merged, theirs, "same", [], warnings, carried, is_news)
    found = [
        asdict(each) for each in differences.compare(before.facts, before.definitions, merged, {**carried, **shared})
    ]
    return Outcome(merged, theirs, "changed" if found else "same", found, warnings, carried, is_news)


def _equal(one: Document, other: Document) -> bool:
    """Whether two actions are one, wherever in the description they stood."""
    return threeway.same({**one, "evidence": None}, {**other, "evidence": None})


def _merged(base: Document, ours: Document, theirs: Document) -> tuple[Document, list[dict[str, str]]]:
    """The three as one action that is valid, with a warning for each edit that is in conflict or cannot be kept."""
    if _equal(base, ours):
        return theirs, []
    merged, conflicts = threeway.merge(base, ours, theirs)
    warnings = [
        {"code": "edit_kept", "pointer": each.pointer, "detail": f"The description now says {each.theirs!r}."[:500]}
        for each in conflicts
        if not each.pointer.startswith("/evidence")
    ]
    merged = {name: value for name, value in merged.items() if name != "evidence"}  # it may be `ours` itself
    if "evidence" in theirs:
        merged["evidence"] = theirs["evidence"]
    lost = _fit(merged)
    for attempt in (merged, {**merged, **_of(theirs, _INPUT)}, theirs):
        complete = {name: value for name, value in attempt.items() if value is not None}
        try:
            ActionFacts.model_validate(complete)
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]
            lost.append(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}")
            continue
        return complete, warnings + [{"code": "edit_lost", "pointer": "", "detail": each[:500]} for each in lost]
    raise AssertionError("what has been imported is valid")


def _of(document: Document, names: tuple[str, ...]) -> Document:
    return {name: document.get(name) for name in names}


def _fit(merged: Document) -> list[str]:
    """Remove from `merged` (changed) what has lost its counterpart: properties and bindings go together."""
    schema, bindings = merged.get("input_schema"), merged.get("bindings")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(schema, dict) or not isinstance(properties, dict) or not isinstance(bindings, dict):
        return []
    gone = [name for name in properties if name not in bindings]
    if gone:
        kept = {name: each for name, each in properties.items() if name in bindings}
        required = [name for name in schema.get("required", ()) if name in kept]
        rest = {key: value for key, value in schema.items() if key not in ("properties", "required")}
        merged["input_schema"] = {**rest, "properties": kept, **({"required": required} if required else {})}
        properties = kept
    merged["bindings"] = {name: each for name, each in bindings.items() if name in properties}
    return [f"`{name}` is no longer part of the API." for name in gone]


def _carried(merged: Document, shared: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The former definitions that `merged` needs and the new ones lack."""
    needed: dict[str, Any] = {}
    for member in ("input_schema", "output_schema"):
        lacking = {name for name in references(merged.get(member)) if name not in shared}
        for name in lacking & before.keys():
            needed |= {name: before[name], **closure(before[name], before)}
    return {name: schema for name, schema in needed.items() if name not in shared}


class Fingerprints:
    """Digests of what actions are and do, with the definitions that they need; each definition is digested once."""

    def __init__(self, shared: Mapping[str, Any]) -> None:
        self._shared = shared
        self._known: dict[str, tuple[str, tuple[str, ...]]] = {}

    def of(self, document: Mapping[str, Any]) -> str:
        """The digest of an action; evidence and proof left out."""
        told = {name: value for name, value in document.items() if name not in ("evidence", "proof")}
        needed: dict[str, str] = {}
        waiting = [ref for member in ("input_schema", "output_schema") for ref in references(told.get(member))]
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed[name], refs = self._definition(name)
                waiting += refs
        return _digest([told, sorted(needed.items())])

    def _definition(self, name: str) -> tuple[str, tuple[str, ...]]:
        if name not in self._known:
            schema = self._shared.get(name)
            self._known[name] = (_digest(schema), tuple(references(schema)))
        return self._known[name]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
