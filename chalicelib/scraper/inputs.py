"""The flat input of an action: parameters and the properties of its body side by side (design, section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.auth.schemes import is_reserved
from chalicelib.registry.models import Binding
from chalicelib.registry.profile import Constant
from chalicelib.scraper.bodies import Body
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.parameters import IDEMPOTENCY_HEADERS, IGNORED_HEADERS, Property

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_PRECEDENCE: Final = ("path", "query", "header", "cookie", "body")


@dataclass(frozen=True, slots=True)
class Input:
    """What an action asks for, where each of it goes, and what it sends without asking."""

    schema: dict[str, Any]
    bindings: dict[str, Binding]
    constants: tuple[Constant, ...]
    idempotency_header: str | None
    refs: frozenset[str]


def placeholders(path: str) -> list[str]:
    """The parameter names of a path template."""
    return _PLACEHOLDER.findall(path)


def flatten(
    parameters: Iterable[Property], body: Body | None, reserved: frozenset[tuple[str, str]], findings: Findings
) -> Input:
    """The input of one operation. `reserved` are the ``(place, lower-case name)`` pairs that are not its own to set."""
    asked: list[Property] = []
    constants: list[Constant] = []
    idempotency_header: str | None = None
    for each in parameters:
        place, name = each.binding.place, each.binding.name
        lowered = name.lower()
        if place == "header" and lowered in IGNORED_HEADERS:
            continue
        if is_reserved(place, name, reserved):
            findings.add("parameter_reserved", each.pointer, f"`{name}` in {place}.")
        elif place == "header" and lowered in IDEMPOTENCY_HEADERS:
            idempotency_header = name
        elif (constant := _constant(each)) is not None:
            constants.append(constant)
        else:
            asked.append(each)
    for each in body.properties if body is not None else ():
        if is_reserved("body", each.binding.name, reserved):
            findings.add("parameter_reserved", each.pointer, f"`{each.binding.name}` in the body.")
        else:
            asked.append(each)
    named = _named(asked)
    schema: dict[str, Any] = {"type": "object", "properties": {name: each.schema for name, each in named.items()}}
    required = [name for name, each in named.items() if each.required]
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    if body is not None and all(named.get(each.binding.name) is each for each in body.properties):
        schema.update(body.alternatives)
    return Input(
        schema=schema,
        bindings={name: each.binding for name, each in named.items()},
        constants=tuple(constants),
        idempotency_header=idempotency_header,
        refs=frozenset().union(*[each.refs for each in named.values()]),
    )


def _constant(each: Property) -> Constant | None:
    """A required header with exactly one allowed value is not worth asking for."""
    if each.binding.place != "header" or not each.required or not isinstance(each.schema, dict):
        return None
    allowed = each.schema.get("enum", [each.schema["const"]] if "const" in each.schema else [])
    if len(allowed) != 1 or not isinstance(allowed[0], str | int) or isinstance(allowed[0], bool):
        return None
    value = str(allowed[0])
    return Constant(place="header", name=each.binding.name, value=value) if len(value) <= 2000 else None


def _named(properties: list[Property]) -> dict[str, Property]:
    """A name for each: its own, unless one of an earlier place (see `_PRECEDENCE`) has it: then `name_in_place`.

    What an export of ours says comes before all that.
    """
    given = {each.name for each in properties if each.name}
    own = {each.binding.name or "body" for each in properties if not each.name}
    named: dict[str, Property] = {}
    for each in sorted(properties, key=lambda each: _PRECEDENCE.index(each.binding.place)):
        bare = each.binding.name or "body"
        if each.name and each.name not in named:
            named[each.name] = each
            continue
        name = bare
        number = 1
        while name in named or name in given or (name != bare and name in own):
            name = f"{bare}_in_{each.binding.place}" + (f"_{number}" if number > 1 else "")
            number += 1
        named[name] = each
    return named
