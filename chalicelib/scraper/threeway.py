"""Three versions of a JSON document → one: what was changed by hand and what was changed upstream, both kept.

`base` is what both began with, `ours` has the edits made by hand, `theirs` what the description says now. Objects are
merged member by member, lists of names (`required`, `enum`, `tags`) as sets; any other value is one. Where both changed
the same thing differently, ours holds, and the conflict is told.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from chalicelib.scraper.references import escape


class Conflict(NamedTuple):
    """A place (RFC 6901) that both sides have changed, and what the description says there now."""

    pointer: str
    theirs: Any


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()


def merge(base: Any, ours: Any, theirs: Any) -> tuple[Any, list[Conflict]]:
    """`ours` and `theirs` merged, and where they are in conflict. No argument is changed.

    ``merge(b, b, t)`` is t, ``merge(b, o, b)`` is o, and ``merge(b, x, x)`` is x, without any conflict.
    """
    conflicts: list[Conflict] = []
    return _merged(base, ours, theirs, "", conflicts), conflicts


def _merged(base: Any, ours: Any, theirs: Any, pointer: str, conflicts: list[Conflict]) -> Any:
    if same(ours, theirs) or same(base, theirs):
        return ours
    if same(base, ours):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        before = base if isinstance(base, dict) else {}
        merged: dict[str, Any] = {}
        for name in dict.fromkeys((*theirs, *ours)):
            was, here, there = (each.get(name, MISSING) for each in (before, ours, theirs))
            value = _merged(was, here, there, f"{pointer}/{escape(name)}", conflicts)
            if value is not MISSING:
                merged[name] = value
        return merged
    if _are_names(base) and _are_names(ours) and _are_names(theirs):
        kept = [name for name in theirs if name in ours or name not in base]
        return kept + [name for name in ours if name not in theirs and name not in base]
    conflicts.append(Conflict(pointer, theirs))
    return ours


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; unlike Python, JSON knows ``true`` from ``1``."""
    if one is other:
        return True
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(same(value, other[name]) for name, value in one.items())
        )
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(type(each) is str for each in value) and len(set(value)) == len(value)
