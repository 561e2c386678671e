"""What reading a description yields piece by piece: a schema, an action; each with what it refers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.registry.models import ActionFacts


class Converted(NamedTuple):
    """A schema, the definitions that it refers to by itself, and how many subschemas it has."""

    schema: Any
    refs: frozenset[str]
    nodes: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An action, and the definitions that its input and its output refer to by themselves."""

    action: ActionFacts
    input_refs: frozenset[str]
    output_refs: frozenset[str]
    pointer: str

    @property
    def refs(self) -> frozenset[str]:
        """What input and output refer to."""
        return self.input_refs | self.output_refs
