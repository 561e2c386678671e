"""JSON Merge Patch (RFC 7396): applied to a document, and two of them made into one."""

from __future__ import annotations

from typing import Any


def merge(target: Any, patch: Any) -> Any:
    """`target` changed as `patch` says (the algorithm of section 2); neither argument is changed."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def compose(first: Any, then: Any) -> Any:
    """One patch that does what `first` and `then` do one after the other; removals are kept."""
    if not isinstance(first, dict) or not isinstance(then, dict):
        return then
    both = dict(first)
    for name, value in then.items():
        both[name] = compose(first[name], value) if name in first else value
    return both
