"""A pack (`registry.packs`) → the same reading that a description gives, so that review and merging are the same too.

A pack's schemas are finished: nothing is repaired or converted. They are held to the importer's bounds all the same
(security D3), since a pack comes from anywhere, as a description does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.auth.schemes import AuthScheme
from chalicelib.errors import NothingToImport
from chalicelib.registry import packs
from chalicelib.registry.closure import ONE_SCHEMA, PREFIX, SCHEMA_LIST, SCHEMA_MAP, closure
from chalicelib.registry.models import ActionFacts, IntegrationFacts
from chalicelib.registry.schema_bounds import FORKS
from chalicelib.scraper import servers
from chalicelib.scraper.bounds import limit_branches, limit_closures
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.naming import MOST, Known, Operation
from chalicelib.scraper.normalise import Normal, Places
from chalicelib.scraper.pieces import Converted, Draft
from chalicelib.scraper.reader import Reading
from chalicelib.scraper.references import escape
from chalicelib.settings import Caps

_PLACES: Final = Places(moved={"/components/schemas": "/definitions"})
_OF_READING: Final = frozenset(("name", "title", "base_url", "auth"))


def read(
    document: dict[str, Any],
    *,
    integration: str,
    base_url: str | None = None,
    auth: AuthScheme | None = None,
    known: Iterable[Known] = (),
) -> Reading:
    """What the pack in `document` holds, for the integration of that name.

    `base_url` and `auth` are the owner's word, which comes before the pack's; `known` are the actions that are there
    already. Raises `NotOpenApi` for what is no pack, `NothingToImport` where no action is usable.
    """
    pack = packs.read(document, name=integration)
    findings = Findings((each["code"], each["pointer"], each["detail"]) for each in pack.dropped)
    actions, definitions = _bounded(pack, findings)
    named = _named(actions, known)
    facts = _with_address(pack.integration, base_url, findings)
    members = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Reading(
        title=facts.title,
        description="",
        base_url=facts.base_url,
        auth=facts.auth if auth is None else auth,
        config=facts.profile.config,
        actions={name: actions[theirs] for name, theirs in named.items()},
        definitions=definitions,
        operations={
            name: Operation(actions[theirs].method, actions[theirs].path, theirs) for name, theirs in named.items()
        },
        repaired=findings.of("repaired"),
        dropped=findings.of("dropped"),
        warnings=findings.of("warning"),
        counts=findings.counts,
        openid_url=None,
        normal=Normal({}, "pack", _PLACES),
        beside={name: value for name, value in members.items() if name not in _OF_READING},
    )


def _with_address(facts: IntegrationFacts, base_url: str | None, findings: Findings) -> IntegrationFacts:
    """`facts` at the owner's address, where there is one; only that address's host is then approved."""
    if not base_url:
        return facts
    address = servers.read(None, findings, base_url=base_url, source_url="")
    profile = facts.profile.model_copy(update={"config": {**address.config, **facts.profile.config}})
    return facts.model_copy(update={"base_url": address.base_url, "hosts": (), "profile": profile})


def _named(actions: Mapping[str, ActionFacts], known: Iterable[Known]) -> dict[str, str]:
    """The name here → the name in the pack, in order of the names here.

    An action keeps its name, unless one that was written by hand has it. One that came here under another name, from a
    description of the same API, is known by its method and path.
    """
    known = list(known)
    imported = {each.name: each.operation for each in known if each.operation is not None}
    by_hand = {each.name for each in known} - imported.keys()
    left: dict[tuple[str, str], list[str]] = {}
    for name, operation in imported.items():
        if name not in actions:
            left.setdefault(operation[:2], []).append(name)
    places = [(facts.method, facts.path) for facts in actions.values()]
    named: dict[str, str] = {}
    for theirs, facts in actions.items():
        place = (facts.method, facts.path)
        here = left.get(place, [])
        name = here[0] if theirs not in imported and len(here) == 1 and places.count(place) == 1 else theirs
        bare, number = name, 1
        while name in by_hand or name in named or (name != theirs and name in actions):
            number += 1
            name = f"{bare[: MOST - 1 - len(str(number))]}-{number}"
        named[name] = theirs
    return dict(sorted(named.items()))


@dataclass
class _Weighed:
    """What a walk through one schema finds."""

    refs: set[str] = field(default_factory=set)
    forks: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    nodes: int = 0
    strays: int = 0  # `$ref`s that do not lead to a definition


def _weighed(schema: Any, pointer: str) -> _Weighed:
    found = _Weighed()
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        found.nodes += 1
        if not FORKS.isdisjoint(node):
            found.forks.append((node, pointer))
        for key, value in node.items():
            if key in ("$ref", "$dynamicRef", "$recursiveRef"):
                if key == "$ref" and str(value).startswith(PREFIX):
                    found.refs.add(str(value)[len(PREFIX) :].split("/")[0])
                else:
                    found.strays += 1
            elif key in ONE_SCHEMA:
                waiting.append(value)
            elif key in SCHEMA_LIST and isinstance(value, list):
                waiting += value
            elif key in SCHEMA_MAP and isinstance(value, dict):
                waiting += value.values()
    return found


def _bounded(pack: packs.Pack, findings: Findings) -> tuple[dict[str, ActionFacts], dict[str, Any]]:
    """The pack's actions and definitions, with every bound of an import kept."""
    shared = {name: _weighed(schema, f"/definitions/{escape(name)}") for name, schema in pack.definitions.items()}
    forks = [fork for weighed in shared.values() for fork in weighed.forks]
    unsound = {name for name, weighed in shared.items() if weighed.strays}
    drafts: dict[str, Draft] = {}
    for name, facts in pack.actions.items():
        pointer = f"/actions/{escape(name)}"
        asked, answered = (_weighed(each, pointer) for each in (facts.input_schema, facts.output_schema))
        reached = closure({"allOf": [facts.input_schema, facts.output_schema]}, pack.definitions) if unsound else {}
        if asked.strays or answered.strays or not unsound.isdisjoint(reached):
            findings.add("operation_invalid", pointer, "A `$ref` does not lead to a definition of the pack.")
            continue
        forks += asked.forks + answered.forks
        drafts[name] = Draft(facts, frozenset(asked.refs), frozenset(answered.refs), pointer)
    if not drafts:
        raise NothingToImport(f"None of the pack's {len(pack.actions)} actions is usable.")
    for pointer in dict.fromkeys(limit_branches(forks, pack.definitions)):
        findings.add("schema_branches", pointer, f"More than {Caps.SCHEMA_BRANCHES:,} combinations.")
    weights = {
        name: Converted(pack.definitions[name], frozenset(each.refs), each.nodes) for name, each in shared.items()
    }
    return limit_closures(drafts, weights, findings), pack.definitions
