"""A reading, beside what is there already → the draft that is reviewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from chalicelib.registry.models import ActionFacts
from chalicelib.scraper import evidence, examples, reimport, strict
from chalicelib.scraper.drafts import Draft
from chalicelib.scraper.findings import Finding
from chalicelib.scraper.reader import Reading
from chalicelib.scraper.references import escape
from chalicelib.scraper.reimport import Fingerprints, Stored

_MOST_OF_ACTION: Final = 50  # warnings shown with one action; the draft has them all
_MOST_OF_JOB: Final = 200
_MOST_CHARACTERS: Final = 60_000  # of a job's own warnings: they lie in its item


def draft(reading: Reading, before: Mapping[str, Stored], *, is_ours: bool = False) -> Draft:
    """The draft of `reading`, for an integration whose actions are `before`. `is_ours`: it was read on pages."""
    opinions = [*examples.check(reading), *strict.object_to(reading)]
    if is_ours:
        opinions += _without_quotes(reading)
    warnings = [*reading.warnings, *opinions]
    prints = Fingerprints(reading.definitions)
    told = _by_operation(reading, [*warnings, *reading.dropped])
    actions: dict[str, dict[str, Any]] = {}
    carried: dict[str, Any] = {}
    for name, facts in reading.actions.items():
        document = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        found = reimport.outcome(document, reading.definitions, prints, before.get(name))
        carried |= found.carried
        actions[name] = {
            "facts": found.facts,
            "imported": None if found.facts == found.imported else found.imported,
            "operation": list(reading.operations[name]),
            "seen": before[name].version if name in before else None,
            "is_news": found.is_news,
            "confidence": _confidence(facts),
            "change": found.change,
            "differences": found.differences,
            "warnings": [*found.warnings, *told.get(name, ())],
        }
    counts = Counter(reading.counts) + Counter(each.code for each in opinions)
    counts += Counter(each["code"] for read in actions.values() for each in read["warnings"] if each["code"] in _OURS)
    imported = {name for name, each in before.items() if each.base is not None}
    return Draft(
        integration={
            **reading.beside,
            "title": reading.title[:200],
            "base_url": reading.base_url,
            "auth": reading.auth.model_dump(mode="json", by_alias=True, exclude_none=True),
            "profile": {
                **reading.beside.get("profile", {}),
                **(reading.normal.document.get(evidence.PROFILE, {}) if is_ours else {}),
                "config": {name: field.model_dump(mode="json") for name, field in reading.config.items()},
            },
        },
        definitions={**carried, **reading.definitions},
        actions=actions,
        removed=sorted(imported - set(reading.actions)),
        repaired=[asdict(finding) for finding in reading.repaired],
        dropped=[asdict(finding) for finding in reading.dropped],
        warnings=[asdict(finding) for finding in warnings],
        counts=dict(sorted(counts.items())),
        evidence=evidence.of_integration(reading.normal.document) if is_ours else [],
    )


def _confidence(action: ActionFacts) -> float:
    """How sure it is that a call is made right: the least of what the request is made of. Answers are shown anyway."""
    asked = [each.confidence for each in action.evidence if each.field != "output_schema"]
    return min(asked, default=0.0)


def _without_quotes(reading: Reading) -> Iterator[Finding]:
    for name, action in reading.actions.items():
        method, path, _ = reading.operations[name]
        yield from evidence.unquoted(name, action, f"/paths/{escape(path)}/{method.lower()}")


_OURS: Final = frozenset(("edit_kept", "edit_lost"))


def brief(findings: Iterable[dict[str, str]], counts: Mapping[str, int]) -> list[dict[str, str]]:
    """The findings that a job itself shows: as many as fit into its item; the last says how many there are.

    One of each code comes first, so that hundreds of one kind do not crowd out the others.
    """
    first: dict[str, dict[str, str]] = {}
    others = [each for each in findings if first.setdefault(each["code"], each) is not each]
    shown: list[dict[str, str]] = []
    size = 0
    for each in (*first.values(), *others):
        size += sum(map(len, each.values()))
        if len(shown) == _MOST_OF_JOB or size > _MOST_CHARACTERS:
            listed = ", ".join(f"{count} {code}" for code, count in counts.items())
            shown.append({"code": "findings_cut", "pointer": "", "detail": f"The draft has them all: {listed}."[:1000]})
            break
        shown.append(each)
    return shown


def _by_operation(reading: Reading, findings: Sequence[Finding]) -> dict[str, list[dict[str, str]]]:
    """The findings that concern one action: those at its operation, or below."""
    names = {_place(facts.evidence): name for name, facts in reading.actions.items()}
    names |= {f"/actions/{each.operation_id}": name for name, each in reading.operations.items()}  # in a pack
    told: dict[str, list[dict[str, str]]] = {}
    for each in findings:
        end = len(each.pointer)
        while end > 0 and each.pointer[:end] not in names:
            end = each.pointer.rfind("/", 0, end)
        if end > 0:
            here = told.setdefault(names[each.pointer[:end]], [])
            if len(here) < _MOST_OF_ACTION:
                here.append(asdict(each))
    return told


def _place(evidence: Sequence[Any]) -> str:
    return next((each.pointer for each in evidence if each.field == "operation"), "") or "-"
