"""Parameter Objects → input properties (OpenAPI 3.1, section 4.8.12).

Each parameter is read once, however many operations refer to it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.registry.models import Binding
from chalicelib.scraper.findings import Findings, Unusable
from chalicelib.scraper.keywords import IS_VALID
from chalicelib.scraper.references import References
from chalicelib.scraper.schemas import Schemas

PLACES: Final = ("path", "query", "header", "cookie")
IGNORED_HEADERS: Final = frozenset(("accept", "content-type", "authorization"))  # OpenAPI 3.1, Parameter Object
IDEMPOTENCY_HEADERS: Final = frozenset(("idempotency-key", "x-idempotency-key"))
_STYLES: Final = {
    "path": ("simple", "matrix", "label"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}


@dataclass(frozen=True, slots=True)
class Property:
    """One thing to ask for: what it looks like, where it goes, and the definitions that its schema refers to."""

    schema: Any
    binding: Binding
    required: bool
    refs: frozenset[str]
    pointer: str
    name: str | None = None  # what the input calls it, where an export of ours says so

    @property
    def key(self) -> tuple[str, str]:
        """What makes two parameters the same one: place and name, header names in any case."""
        name = self.binding.name
        return self.binding.place, name.lower() if self.binding.place == "header" else name


@functools.lru_cache(maxsize=4096)
def binding(
    place: str,
    name: str,
    style: str | None = None,
    explode: bool | None = None,
    allow_reserved: bool = False,
    media_type: str | None = None,
) -> Binding:
    """A `Binding`; most of a description's are the same few, so they are shared."""
    return Binding.model_validate(
        {
            "in": place,
            "name": name,
            "style": style,
            "explode": explode,
            "allow_reserved": allow_reserved,
            "media_type": media_type,
        }
    )


class Parameters:
    """Reads the parameters of one document."""

    def __init__(self, references: References, schemas: Schemas, findings: Findings) -> None:
        self._references = references
        self._schemas = schemas
        self._findings = findings
        self._by_ref: dict[str, Property | None] = {}

    def read(self, nodes: Any, pointer: str) -> Iterator[Property]:
        """The usable ones of a list of Parameter or Reference Objects; the others become findings."""
        if nodes is None:
            return
        if not isinstance(nodes, list):
            self._findings.add("parameter_invalid", pointer, "`parameters` is not a list.")
            return
        for n, node in enumerate(nodes):
            ref = node.get("$ref") if type(node) is dict else None
            if type(ref) is str and ref in self._by_ref:
                found = self._by_ref[ref]
            else:
                found = self._usable(node, f"{pointer}/{n}")
                if type(ref) is str:
                    self._by_ref[ref] = found
            if found is not None:
                yield found

    def _usable(self, node: Any, pointer: str) -> Property | None:
        try:
            target, pointer = self._references.follow(node, pointer, "parameter_unresolved")
            return self._property(target, pointer)
        except Unusable as error:
            self._findings.add(error.finding.code, error.finding.pointer, error.finding.detail)
            return None

    def _property(self, node: dict[str, Any], pointer: str) -> Property:
        name, place = node.get("name"), node.get("in")
        if not isinstance(name, str) or not 0 < len(name) <= 200:
            raise Unusable("parameter_invalid", pointer, "A parameter needs a `name` of at most 200 characters.")
        if place not in PLACES:
            raise Unusable("parameter_invalid", pointer, f"`{name}` is in {str(place)[:100]!r}.")
        if place == "path" and node.get("required") is not True:
            self._findings.add("path_parameter_required", pointer, f"`{name}` is not marked as required.")
        source, where, media_type = self._schema_of(node, name, pointer)
        converted = self._schemas.inline(source, where)
        return Property(
            schema=annotated(converted.schema, node),
            binding=self._binding(node, place, name, media_type, pointer),
            required=place == "path" or node.get("required") is True,
            refs=converted.refs,
            pointer=pointer,
            name=input_name(node.get("x-waygate-name")),
        )

    def _schema_of(self, node: dict[str, Any], name: str, pointer: str) -> tuple[Any, str, str | None]:
        """A parameter's schema, its pointer, and the media type it is written in, if it has one."""
        if "schema" in node:
            return node["schema"], f"{pointer}/schema", None
        content = node.get("content")
        if isinstance(content, dict) and content:
            media_type, media = next(iter(content.items()))
            schema = media.get("schema", {}) if isinstance(media, dict) else {}
            return schema, f"{pointer}/content", str(media_type)[:200]
        beside = {key: value for key, value in node.items() if key in _MISPLACED}
        if beside:
            self._findings.add("parameter_schema_moved", pointer, f"`{name}` has no `schema`.")
        return beside, pointer, None

    def _binding(self, node: dict[str, Any], place: Any, name: str, media_type: str | None, pointer: str) -> Binding:
        style, explode = node.get("style"), node.get("explode")
        if style is not None and style not in _STYLES[place]:
            self._findings.add("schema_keyword_invalid", pointer, f"`style: {str(style)[:50]}` of `{name}` in {place}.")
            style = None
        explode = explode if isinstance(explode, bool) else None
        allow_reserved = place == "query" and node.get("allowReserved") is True  # it applies to no other place
        return binding(place, name, style, explode, allow_reserved, media_type)


def input_name(said: Any) -> str | None:
    """What `x-waygate-name` says, if that can be the name of a property."""
    return said if isinstance(said, str) and 0 < len(said) <= 200 else None


_MISPLACED: Final = (frozenset(IS_VALID) | {"items"}) - {"description", "required", "deprecated", "example", "examples"}


def annotated(schema: Any, node: dict[str, Any]) -> dict[str, Any]:
    """`schema` with what a Parameter Object says about it: its description, examples and deprecation."""
    out = dict(schema) if isinstance(schema, dict) else ({} if schema else {"not": {}})
    description = node.get("description")
    if isinstance(description, str) and description:
        out["description"] = description
    if node.get("deprecated") is True:
        out["deprecated"] = True
    if "example" in node:
        examples = [node["example"]]
    else:
        given = node.get("examples")
        values = given.values() if isinstance(given, dict) else ()
        examples = [example["value"] for example in values if isinstance(example, dict) and "value" in example]
    if examples and IS_VALID["examples"](examples):
        out["examples"] = examples
    return out


def overridden(shared: Iterable[Property], own: Iterable[Property], findings: Findings) -> list[Property]:
    """A path's parameters and an operation's own: the operation's replace those of the same name and place."""
    found: dict[tuple[str, str], Property] = {}
    for properties in (own, shared):
        here: set[tuple[str, str]] = set()
        for each in properties:
            if each.key in here:
                findings.add("parameter_duplicate", each.pointer, f"`{each.binding.name}` in {each.binding.place}.")
            here.add(each.key)
            found.setdefault(each.key, each)
    return sorted(found.values(), key=lambda each: PLACES.index(each.binding.place))
