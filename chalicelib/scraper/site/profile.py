"""What pages say of the whole API → the integration's profile, as far as it is certain what is meant, with evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from chalicelib.scraper.site.fragments import Fact

_MOST_WINDOWS: Final = 3
_UNITS: Final = (
    ("epoch_ms", re.compile(r"millisecond.{0,60}(?:1970|epoch|unix)|(?:epoch|unix).{0,60}millisecond", re.IGNORECASE)),
    ("epoch_s", re.compile(r"1970|epoch|unix", re.IGNORECASE)),
    ("iso", re.compile(r"ISO[ -]?8601|RFC[ -]?3339", re.IGNORECASE)),
    ("delta_ms", re.compile(r"millisecond", re.IGNORECASE)),
    (
        "delta_s",
        re.compile(r"seconds? (?:left|remaining|until|before|till|to wait)|(?:in|of|number of) seconds", re.IGNORECASE),
    ),
)


def of(facts: Sequence[Fact]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The profile of `facts`, and its evidence: ``{field, url, quote, page_hash, confidence}``.

    A reset header is only taken with its unit, which must stand beside it. How lists are paged, and limits in words,
    are told as evidence for the reviewer.
    """
    windows: list[dict[str, str]] = []
    evidence: list[dict[str, Any]] = []
    remaining: list[str] = []
    for fact in facts:
        quote = fact.evidence.quote
        if fact.kind == "pagination" or (fact.kind == "rate_limit" and "headers" not in fact.data):
            evidence.append(_cited(fact.kind, fact))
        elif fact.kind == "rate_limit":
            names = [str(name) for name in fact.data["headers"]]
            remaining += [name for name in names if "remaining" in name.lower()]
            unit = next((unit for unit, pattern in _UNITS if pattern.search(quote)), None)
            resets = [name for name in names if "reset" in name.lower()]
            if unit is not None and len(resets) == 1 and all(each["reset"] != resets[0] for each in windows):
                windows.append({"reset": resets[0], "unit": unit})
                evidence.append(_cited("profile/rate_limits", fact))
    for window in windows:
        left = re.sub("reset", "remaining", window["reset"], flags=re.IGNORECASE).lower()
        named = next((name for name in remaining if name.lower() == left), None)
        if named is not None:
            window["remaining"] = named
    profile = {"rate_limits": {"windows": windows[:_MOST_WINDOWS]}} if windows else {}
    return profile, evidence[:20]


def _cited(field: str, fact: Fact) -> dict[str, Any]:
    return {"field": field, **fact.evidence.model_dump(mode="json")}
