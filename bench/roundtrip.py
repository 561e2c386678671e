"""Every description, imported, exported as OpenAPI 3.1, validated, and imported again.

Both exports are validated by openapi-spec-validator (`bench.validator`): the upstream's own API, and our gateway's.
Importing the upstream's must give the same actions. Files are shared out among processes; each counts its CPU time.
"""

from __future__ import annotations

import copy
import json
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from bench import corpus
from bench.validator import Validator
from chalicelib.errors import WaygateError
from chalicelib.registry.closure import closure
from chalicelib.registry.exported import Exported
from chalicelib.registry.gateway_document import gateway_document
from chalicelib.registry.models import ActionFacts, IntegrationFacts, Profile
from chalicelib.registry.upstream_document import upstream_document
from chalicelib.scraper.reader import Reading, read

Read = Callable[[bytes], Reading]
_COMPARED = tuple(name for name in ActionFacts.model_fields if name not in ("evidence", "proof"))
_ALSO_UNCHANGED = 40  # files that the unchanged validator sees as well
_MOST_FOR_IT = 30  # operations of one of them: its time grows with their square


@dataclass
class Tripped:
    """What came of the files, summed up."""

    files: int = 0
    operations: int = 0
    documents: int = 0
    changed: int = 0
    cpu_s: float = 0.0
    faults: list[tuple[str, str]] = field(default_factory=list)
    differing: list[tuple[str, str]] = field(default_factory=list)
    compared: int = 0
    disagreements: list[tuple[str, str]] = field(default_factory=list)

    def __iadd__(self, other: Tripped) -> Tripped:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


def tripped(paths: list[Path], import_: Read, processes: int) -> Tripped:
    """All of `paths`, by so many processes; the large ones first, so that they end together."""
    order = sorted(paths, key=lambda path: -path.stat().st_size)
    small = [path for path in order if path.stat().st_size < 60_000]
    compared = set(random.Random(1).sample(small, min(2 * _ALSO_UNCHANGED, len(small))))
    work = [(path, import_, path in compared) for path in order]
    found = Tripped()
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, maxtasksperchild=400) as pool:
        for one in pool.imap_unordered(_one, work):
            found += one
    for listed in (found.faults, found.differing, found.disagreements):
        listed.sort()
    return found


def exported(reading: Reading) -> Exported:
    """What publishing `reading` and exporting it gives."""
    facts = IntegrationFacts(
        name="api",
        title=reading.title,
        base_url=reading.base_url,
        auth=reading.auth,
        profile=Profile(config=reading.config),
    )
    return Exported(facts, 1, reading.actions, dict.fromkeys(reading.actions, reading.definitions))


def _one(work: tuple[Path, Read, bool]) -> Tripped:
    path, import_, is_compared = work
    began = time.process_time()
    label = corpus.label(path)
    try:
        before = import_(path.read_bytes())
    except WaygateError:
        return Tripped()
    found = Tripped(files=1, operations=len(before.actions))
    whole = exported(before)
    for made in (upstream_document(whole), gateway_document(whole)):
        document = json.loads(json.dumps(made))
        found.documents += 1
        fault = next(iter(Validator(document).iter_errors()), None)
        if fault is not None:
            found.faults.append((label, str(fault.message)[:200]))
        if is_compared and len(before.actions) <= _MOST_FOR_IT:
            found += _disagreements(label, document)
    changed = differing(before, read(json.loads(json.dumps(upstream_document(whole))), source_url=corpus.SOURCE))
    found.changed = len(changed)
    if changed:
        found.differing.append((label, f"{len(changed)}: {', '.join(changed)}"[:300]))
    found.cpu_s = time.process_time() - began
    return found


def _disagreements(label: str, document: dict[str, Any]) -> Tripped:
    """What the unchanged validator says otherwise, of the document and of it spoilt in each of the ways below."""
    found = Tripped()
    for name, spoilt in (("as it is", document), *spoilings(document)):
        found.compared += 1
        ours, theirs = (
            sorted(str(error.message) for error in kind(copy.deepcopy(spoilt)).iter_errors())
            for kind in (Validator, OpenAPIV31SpecValidator)
        )
        if ours != theirs:
            found.disagreements.append((label, f"{name}: {ours[:1]} is not {theirs[:1]}"[:300]))
    return found


def spoilings(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The document with one fault each, of kinds that different parts of the validator find."""
    faults: dict[str, Any] = {
        "a type that there is not": {"type": "strange"},
        "a pattern that is none": {"type": "string", "pattern": "("},
        "a default of another type": {"type": "integer", "default": "ten"},
        "a required that is no list": {"type": "object", "required": "name"},
        "a nested bound that is a text": {"properties": {"a": {"items": {"minimum": "1"}}}},
        "a choice of what is no schema": {"anyOf": [{"type": 5}]},
    }
    for name, schema in faults.items():
        spoilt = copy.deepcopy(document)
        spoilt.setdefault("components", {}).setdefault("schemas", {})["Spoilt"] = schema
        yield name, spoilt
    for name, operation in (
        ("a path parameter too many", {"parameters": [{"name": "none", "in": "path", "required": True, "schema": {}}]}),
        ("an operationId twice", {"operationId": next(_ids(document), "x")}),
        ("a response without a description", {"responses": {"200": {}}}),
    ):
        spoilt = copy.deepcopy(document)
        spoilt["paths"]["/spoilt"] = {"get": {"responses": {"200": {"description": ""}}, **operation}}
        yield name, spoilt


def _ids(document: dict[str, Any]) -> Iterator[str]:
    return (node["operationId"] for item in document["paths"].values() for node in item.values())


def differing(before: Reading, after: Reading) -> list[str]:
    """The names of the actions that are not the same after export and import."""
    names = set(before.actions) ^ set(after.actions)
    known = before.definitions.keys() | after.definitions.keys()
    moved = {name for name in known if before.definitions.get(name) != after.definitions.get(name)}
    for name in before.actions.keys() & after.actions.keys():
        one, two = before.actions[name], after.actions[name]
        schemas = {"allOf": [one.input_schema, one.output_schema]}
        if any(getattr(one, member) != getattr(two, member) for member in _COMPARED) or (
            moved and not moved.isdisjoint(closure(schemas, before.definitions))
        ):
            names.add(name)
    if (before.auth, before.base_url, before.config) != (after.auth, after.base_url, after.config):
        names.add("(the integration)")
    return sorted(names)
