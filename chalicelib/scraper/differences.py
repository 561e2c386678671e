"""What a changed action means to those who call it.

Two schemas are walked side by side, `$ref`s followed in the definitions of each. What makes fewer values valid narrows,
what makes more of them valid widens: narrowing an input breaks callers, widening an output breaks readers; the other
way round each only adds. What cannot be told apart counts as breaking; words (titles, descriptions, examples) are
neutral.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from chalicelib.registry.closure import PREFIX
from chalicelib.scraper.references import escape
from chalicelib.scraper.threeway import same

Kind = Literal["breaking", "additive", "neutral"]
Change = Literal["narrows", "widens", "changes", "rewords"]
MOST: Final = 100  # differences of one action
_MOST_STEPS: Final = 5_000  # pairs of schemas looked at, for one action
_WORDS: Final = frozenset(("title", "description", "examples", "default", "deprecated", "discriminator", "$comment"))
_OF_INPUT: Final[dict[Change, Kind]] = {
    "narrows": "breaking", "widens": "additive", "changes": "breaking", "rewords": "neutral",
}  # fmt: skip
_OF_OUTPUT: Final[dict[Change, Kind]] = {**_OF_INPUT, "narrows": "additive", "widens": "breaking"}
_UPPER: Final = frozenset(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"))
_LOWER: Final = frozenset(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"))
_CHILD: Final = ("items", "additionalProperties", "contains", "propertyNames", "unevaluatedProperties")
_ALTERNATIVES: Final = ("anyOf", "oneOf")
_OTHERS: Final = {
    "method": "neutral", "path": "neutral", "bindings": "neutral", "constants": "neutral", "behaviour": "neutral",
}  # fmt: skip
_SCHEMAS: Final = ("input_schema", "output_schema")
_NOT_TOLD: Final = frozenset(("evidence", "proof"))


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: where in the action (RFC 6901), what it means to callers, and what it is."""

    pointer: str
    kind: Kind
    detail: str


def compare(
    before: Mapping[str, Any], old: Mapping[str, Any], after: Mapping[str, Any], new: Mapping[str, Any]
) -> list[Difference]:
    """The differences between two actions (documents of `ActionFacts`), each with the definitions it refers to."""
    found: list[Difference] = []
    for name in sorted((before.keys() | after.keys()) - _NOT_TOLD - set(_SCHEMAS)):
        here, there = before.get(name), after.get(name)
        if not same(here, there):
            found.append(Difference(f"/{name}", "neutral", f"{_short(here)} became {_short(there)}"))
    for member, kinds in (("input_schema", _OF_INPUT), ("output_schema", _OF_OUTPUT)):
        walk = _Walk(old, new)
        for pointer, change, detail in walk.pairs(before.get(member), after.get(member), f"/{member}"):
            found.append(Difference(pointer, kinds[change], detail))
            if len(found) >= MOST:
                return [*found, Difference("", "neutral", "There are more differences than are listed.")]
    return found


Step = tuple[str, Change, str]


class _Walk:
    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self._old, self._new = old, new
        self._seen: set[tuple[str, str]] = set()
        self._steps = 0

    def pairs(self, one: Any, other: Any, pointer: str) -> Iterator[Step]:
        """The differences of two schemas and all below them, without recursion."""
        waiting: list[tuple[Any, Any, str]] = [(one, other, pointer)]
        while waiting:
            one, other, pointer = waiting.pop(0)
            self._steps += 1
            if self._steps > _MOST_STEPS:
                yield pointer, "changes", "The schemas are too large to be compared further."
                return
            refs = (_ref(one), _ref(other))
            if any(refs):
                key = (refs[0] or repr(id(one)), refs[1] or repr(id(other)))
                if key in self._seen:
                    continue
                self._seen.add(key)
                one, other = _resolved(one, self._old), _resolved(other, self._new)
            if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
                yield from _whole(one, other, pointer)
                continue
            yield from self._keywords(one, other, pointer, waiting)

    def _keywords(self, one: Any, other: Any, pointer: str, waiting: list[tuple[Any, Any, str]]) -> Iterator[Step]:
        for key in sorted(one.keys() | other.keys()):
            here, there = one.get(key), other.get(key)
            if key == "properties":
                yield from _members(one, other, pointer, waiting)
            elif key == "required":
                yield from _required(one, other, pointer)
            elif key in _CHILD and isinstance(here, dict) and isinstance(there, dict):
                waiting.append((here, there, f"{pointer}/{key}"))
            elif key in (*_ALTERNATIVES, "allOf", "prefixItems") and here is not None and there is not None:
                yield from _listed(key, here, there, pointer, waiting)
            elif key not in ("$defs", "$ref") and not same(here, there):
                yield f"{pointer}/{key}", _change(key, here, there), f"{_short(here)} became {_short(there)}"


def _members(one: Any, other: Any, pointer: str, waiting: list[tuple[Any, Any, str]]) -> Iterator[Step]:
    """Properties that came and went; those that stayed are compared. For callers of an input a new one that may be left
    out widens; for readers of an output it narrows: more is known of what comes."""
    here, there = one.get("properties", {}), other.get("properties", {})
    is_input = pointer.startswith("/input_schema")
    for name in sorted(here.keys() | there.keys()):
        where = f"{pointer}/properties/{escape(name)}"
        if name not in there:
            yield where, "narrows" if is_input else "widens", f"`{name}` is gone"
        elif name not in here:
            is_required = name in other.get("required", ())
            change: Change = "widens" if is_input and not is_required else "narrows"
            yield where, change, f"`{name}` is new" + (" and required" if is_required else "")
        else:
            waiting.append((here[name], there[name], where))


def _required(one: Any, other: Any, pointer: str) -> Iterator[Step]:
    here, there = set(one.get("required", ())), set(other.get("required", ()))
    before, after = one.get("properties", {}), other.get("properties", {})
    for name in sorted(there - here):
        if name in before or name not in after:  # a new property has been told already
            yield f"{pointer}/required", "narrows", f"`{name}` is required now"
    for name in sorted(here - there):
        if name in after or name not in before:
            yield f"{pointer}/required", "widens", f"`{name}` is optional now"


def _listed(key: str, here: Any, there: Any, pointer: str, waiting: list[tuple[Any, Any, str]]) -> Iterator[Step]:
    """Alternatives in pairs. The ones that moved are matched first; what is left over came or went."""
    one, other = list(here), list(there)
    if key != "prefixItems":
        for each in here:
            twin = next((n for n, candidate in enumerate(other) if same(each, candidate)), None)
            if twin is not None and (_ref(each) or not _has_ref(each)):
                waiting.append((each, other[twin], f"{pointer}/{key}"))
                one.remove(each)
                other.pop(twin)
    for n, (each, match) in enumerate(zip(one, other, strict=False)):
        waiting.append((each, match, f"{pointer}/{key}/{n}"))
    if len(one) != len(other):
        more = len(other) > len(one)
        change: Change = "widens" if more is (key in _ALTERNATIVES) else "narrows"
        yield f"{pointer}/{key}", change, f"{len(here)} alternatives became {len(there)}"


def _whole(one: Any, other: Any, pointer: str) -> Iterator[Step]:
    """Where one of the two is no object: nothing known, everything, or nothing at all allowed."""
    if same(one, other):
        return
    if _allows_everything(one) and _allows_everything(other):
        return
    if _allows_everything(other) or one is False:
        yield pointer, "widens", "anything is allowed now" if _allows_everything(other) else "values are allowed now"
    else:
        yield pointer, "narrows", "nothing is allowed any more" if other is False else "a schema is known now"


def _change(key: str, here: Any, there: Any) -> Change:
    """What a changed keyword does to what is valid."""
    if key in _WORDS or key.startswith("x-") or key in ("readOnly", "writeOnly"):
        return "rewords"
    if here is None or there is None:
        if key == "additionalProperties":
            here, there = (True if each is None else each for each in (here, there))
            return "widens" if there is True else "narrows"
        return "widens" if there is None else "narrows"
    rule = _RULES.get(key)
    return rule(here, there) if rule is not None else "changes"


def _of_sets(one: set[Any], other: set[Any]) -> Change:
    return "widens" if one < other else "narrows" if other < one else "changes"


def _of_types(here: Any, there: Any) -> Change:
    one, other = ({each} if isinstance(each, str) else set(each) for each in (here, there))
    one, other = (each | {"integer"} if "number" in each else each for each in (one, other))
    return _of_sets(one, other)


def _of_enum(here: Any, there: Any) -> Change:
    return _of_sets({repr(each) for each in here}, {repr(each) for each in there})


def _of_bound(is_upper: bool) -> Callable[[Any, Any], Change]:
    return lambda here, there: "widens" if (there > here) is is_upper else "narrows"


_RULES: Final[dict[str, Callable[[Any, Any], Change]]] = {
    "type": _of_types,
    "enum": _of_enum,
    "uniqueItems": lambda _, there: "narrows" if there else "widens",
    "additionalProperties": lambda here, there: "widens" if there is True or here is False else "narrows",
    **{key: _of_bound(True) for key in _UPPER},
    **{key: _of_bound(False) for key in _LOWER},
}


def _allows_everything(schema: Any) -> bool:
    return schema is None or schema is True or schema == {}


def _ref(schema: Any) -> str | None:
    ref = schema.get("$ref") if isinstance(schema, dict) else None
    return ref if isinstance(ref, str) else None


def _has_ref(schema: Any) -> bool:
    return PREFIX in repr(schema)


def _resolved(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema with what its `$ref` leads to in its place; what stands beside the `$ref` holds as well."""
    beside: dict[str, Any] = {}
    for _ in range(32):
        ref = _ref(schema)
        if ref is None:
            break
        beside = {**{key: value for key, value in schema.items() if key != "$ref"}, **beside}
        schema = definitions.get(ref.removeprefix(PREFIX), {})
    return {**schema, **beside} if beside and isinstance(schema, dict) else schema


def _short(value: Any) -> str:
    return "nothing" if value is None else repr(value)[:80]
