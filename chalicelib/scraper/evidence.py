"""The quotes that a description made from pages carries (`x-waygate-evidence`) → the evidence of its actions.

Only the document that our own merge made is believed here: anyone can write such a member into a description.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from chalicelib.registry.models import ActionFacts, Evidence
from chalicelib.scraper.findings import Finding

MEMBER: Final = "x-waygate-evidence"
PROFILE: Final = "x-waygate-profile"
HELD: Final = frozenset(("endpoint_unverified", "field_without_quote", "method_guessed"))
"""Warnings that keep an action from being accepted with all others: someone has to name it."""

_MOST: Final = 100  # of one action


def of_operation(node: Mapping[str, Any], pointer: str) -> tuple[Evidence, ...]:
    """The evidence of an operation. `pointer` is where it stands in the description; its own claims have it besides."""
    found: list[Evidence] = []
    for claim in _claims(node):
        place = {"pointer": pointer} if claim.get("field") == "operation" else {}
        try:
            found.append(Evidence.model_validate({**claim, **place}))
        except ValidationError:  # longer than evidence may be
            continue
    return tuple(found)


def of_integration(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The evidence of the base URL, of how calls authenticate, and of the profile, as the draft shows it."""
    return _claims(document)


def unquoted(name: str, action: ActionFacts, pointer: str) -> Iterator[Finding]:
    """Which inputs of an action that was read on pages no quote proves. The operation's quote holds the path's own."""
    quoted = {each.field for each in action.evidence if each.quote}
    if "operation" not in quoted:
        yield Finding("field_without_quote", pointer, f"{name} has no quote of its method and path.")
    for each, bound in action.bindings.items():
        named = bound.name or "body"
        if bound.place != "path" and f"input_schema/{named}"[:200] not in quoted:
            yield Finding("field_without_quote", pointer, f"`{each}` of {name} has no quote.")


def _claims(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    claims = node.get(MEMBER)
    return [each for each in claims if isinstance(each, dict)][:_MOST] if isinstance(claims, list) else []
