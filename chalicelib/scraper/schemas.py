"""Schema Objects of a description → JSON Schema 2020-12 that every validator accepts.

Each schema is read once, where something needs it: `inline` reads one that stands in an operation, `definition` one
that a `$ref` leads to. `$ref`s are kept, as ``#/$defs/name``. On the way each keyword is checked, and repaired or left
out with a finding (`keywords`), what OpenAPI 3.0 says differently is upgraded (`openapi30`), and depth is bounded
(security D3). So no result needs the meta-schema: it is valid as built. Branching and size are bounded by `bounds`.
"""

from __future__ import annotations

import functools
from collections.abc import Container, Iterable
from typing import Any, Final

from chalicelib.registry.closure import ONE_SCHEMA, PREFIX, SCHEMA_LIST, SCHEMA_MAP
from chalicelib.registry.schema_bounds import FORKS
from chalicelib.scraper import openapi30
from chalicelib.scraper.bounds import limit_branches
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.keywords import (
    IS_VALID,
    MOVED_REQUIRED,
    PATTERN_NOT_ENFORCED,
    TEXTS,
    TYPES,
    UNFIT_DEFAULT,
    WRITE_ONLY_REQUIRED,
    Meaningless,
    enum_of_strings,
    is_any_type,
    repaired,
)
from chalicelib.scraper.pieces import Converted
from chalicelib.scraper.references import LOCAL, References, Unresolved, escape
from chalicelib.settings import Caps

_SCALARS_BUT_TEXT: Final = frozenset((int, float, bool))
_UNFINISHED: Final = openapi30.LEGACY | FORKS | {"pattern", "enum", "required", UNFIT_DEFAULT, MOVED_REQUIRED}
_KEPT_FLAGS: Final = frozenset(("additionalProperties", "unevaluatedProperties", "unevaluatedItems", "items"))

Where = tuple[Any, str]  # the parent's Where (None at the top), and the pointer or token from there


class Schemas:
    """The schemas of one document. `strict_siblings`: what stands beside a `$ref` counts (3.1), not only annotates."""

    def __init__(self, references: References, findings: Findings, *, strict_siblings: bool) -> None:
        self._references = references
        self._findings = findings
        self._strict_siblings = strict_siblings
        self._definitions: dict[str, Converted] = {}
        self._by_ref: dict[str, tuple[str, dict[str, str]]] = {}
        self._refs: set[str] = set()
        self._nodes = 0
        self._forks: list[tuple[dict[str, Any], Where]] = []
        self._mappings: list[dict[str, str]] = []

    def inline(self, node: Any, pointer: str) -> Converted:
        """The schema at `pointer` of the document, as 2020-12."""
        outer = self._refs, self._nodes
        self._refs, self._nodes = set(), 0
        schema = self._schema(node, (None, pointer), 0)
        converted = Converted(schema, frozenset(self._refs), self._nodes)
        self._refs, self._nodes = outer
        return converted

    def definition(self, name: str) -> Converted:
        """The definition of a name that a converted schema refers to."""
        if (known := self._definitions.get(name)) is not None:
            return known
        node, pointer = self._references.target(name)
        self._definitions[name] = converted = self.inline(node, pointer)
        return converted

    def reachable(self, names: Iterable[str]) -> dict[str, Converted]:
        """All definitions that those of `names` need, themselves included."""
        found: dict[str, Converted] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self.definition(name)
                waiting += found[name].refs
        return dict(sorted(found.items()))

    def limit_branches(self) -> None:
        """Bound what alternatives multiply to, in everything that has been read. Call once, at the end."""
        resolved = {name: converted.schema for name, converted in self._definitions.items()}
        for where in limit_branches(self._forks, resolved):
            self._note("schema_branches", where, f"More than {Caps.SCHEMA_BRANCHES:,} combinations.")

    def limit_mappings(self, kept: Container[str]) -> None:
        """Remove from discriminators what leads to none of the definitions that are `kept`: nothing else names it."""
        for mapping in self._mappings:
            for value in [value for value, ref in mapping.items() if ref.startswith(PREFIX)]:
                if mapping[value][len(PREFIX) :] not in kept:
                    del mapping[value]

    def _schema(self, node: Any, where: Where, depth: int) -> Any:
        if type(node) is not dict:
            if type(node) is bool:
                return node
            self._note("schema_keyword_invalid", where, f"A schema is {type(node).__name__}, not an object.")
            return {}
        self._nodes += 1
        if depth > Caps.SCHEMA_DEPTH:
            self._note("schema_too_deep", where, f"Nested more than {Caps.SCHEMA_DEPTH} levels deep.")
            return {}
        if "$ref" in node:
            return self._reference(node, where, depth)
        out: dict[str, Any] = {}
        for key, value in node.items():
            if type(value) is str and (key in TEXTS or (key == "type" and value in TYPES)):
                out[key] = value  # most keywords by far; a call for each would cost a tenth of the import
                continue
            is_valid = IS_VALID.get(key)
            if is_valid is not None:
                if is_valid(value):
                    out[key] = value
                else:
                    self._repair(out, key, value, where)
            elif key == "properties" and type(value) is dict:
                inner = (where, key)
                out[key] = {name: self._schema(child, (inner, name), depth + 1) for name, child in value.items()}
            elif key in _SUBSCHEMAS:
                self._subschemas(out, key, value, where, depth)
        if _UNFINISHED.isdisjoint(out) and out.get("format") not in openapi30.BINARY_FORMATS:
            return out
        return self._finished(out, where)

    def _finished(self, out: dict[str, Any], where: Where) -> dict[str, Any]:
        if UNFIT_DEFAULT in out:
            out.setdefault("default", out.pop(UNFIT_DEFAULT))
        if MOVED_REQUIRED in out:
            out["required"] = out.pop(MOVED_REQUIRED)
            *parts, last = out.get("allOf", [{}])
            if parts and isinstance(last, dict) and last.keys() == {"required"}:
                out["allOf"] = parts
        if "pattern" in out and not is_linear(out["pattern"]):
            self._note("pattern_unsupported", where, out["pattern"])
            out[PATTERN_NOT_ENFORCED] = out.pop("pattern")
        if "enum" in out and out.get("type") == "string" and not _SCALARS_BUT_TEXT.isdisjoint(map(type, out["enum"])):
            out["enum"] = enum_of_strings(out["enum"])
            self._note("keyword_repaired", where, "`enum` of a string holds numbers or booleans.")
        if "required" in out and "properties" in out:
            _require_in_one_direction_only(out)
        if not openapi30.LEGACY.isdisjoint(out) or out.get("format") in openapi30.BINARY_FORMATS:
            out = openapi30.upgrade(out, lambda code, detail: self._note(code, where, detail))
        if not FORKS.isdisjoint(out):
            self._forks.append((out, where))
        return out

    def _reference(self, node: dict[str, Any], where: Where, depth: int) -> dict[str, Any]:
        ref = node["$ref"]
        known = self._by_ref.get(ref) if type(ref) is str else None
        target: dict[str, Any] = {}
        if known is None:
            try:
                name = self._references.definition(ref, _pointer(where))
            except Unresolved as error:
                self._note(error.code, where, str(error))
            else:
                known = (name, {"$ref": PREFIX + name})
                if not ref.startswith(LOCAL):  # such a one depends on where it stands
                    self._by_ref[ref] = known
        if known is not None:
            self._refs.add(known[0])
            target = known[1]
        if len(node) == 1:
            return target
        beside = {
            key: value
            for key, value in node.items()
            if key not in _BESIDE_REF and (self._strict_siblings or key in openapi30.ANNOTATIONS)
        }
        merged: dict[str, Any] = self._schema(beside, where, depth)
        merged.update(target)
        if True in (node.get("nullable"), node.get("x-nullable")):
            merged = openapi30.allow_null(merged)
            self._forks.append((merged, where))
        return merged

    def _subschemas(self, out: dict[str, Any], key: str, value: Any, where: Where, depth: int) -> None:
        inner = (where, key)
        match value:
            case bool() if key in _KEPT_FLAGS:
                out[key] = value
            case dict() if key in ONE_SCHEMA:
                out[key] = self._schema(value, inner, depth + 1)
            case list() if key in SCHEMA_LIST and value:
                out[key] = [self._schema(child, (inner, str(n)), depth + 1) for n, child in enumerate(value)]
            case dict() if key in SCHEMA_MAP:
                out[key] = {
                    name: self._schema(child, (inner, name), depth + 1)
                    for name, child in value.items()
                    if key != "patternProperties" or self._is_usable(name, inner)
                }
            case list() if key == "items":
                self._note("array_items_listed", where, "`items` is a list.")
                if value:
                    children = [self._schema(child, (inner, str(n)), depth + 1) for n, child in enumerate(value)]
                    out["prefixItems"] = children
            case str() if key == "$dynamicRef":
                self._note("dynamic_ref", where, f"`$dynamicRef: {value[:100]}`.")
                out.update(self._reference({"$ref": value}, where, depth))
            case dict() | str() if key == "discriminator":
                out[key] = self._discriminator(value)
            case _:
                self._note("schema_keyword_invalid", where, f"`{key}` holds {str(value)[:100]!r}.")

    def _discriminator(self, value: Any) -> dict[str, Any]:
        if type(value) is str:
            return {"propertyName": value}
        mapping = value.get("mapping")
        kept: dict[str, Any] = {"propertyName": str(value.get("propertyName", ""))}
        if type(mapping) is dict:
            kept["mapping"] = {name: self._mapped(ref) for name, ref in mapping.items()}
            self._mappings.append(kept["mapping"])
        return kept

    def _mapped(self, ref: Any) -> str:
        """A mapped schema: by its `$ref`, or by its name under `components/schemas`."""
        for tried in (ref, f"#/components/schemas/{escape(str(ref))}"):
            if isinstance(tried, str) and tried.startswith("#/"):
                try:
                    return PREFIX + self._references.definition(tried, "")
                except Unresolved:
                    continue
        return str(ref)

    def _repair(self, out: dict[str, Any], key: str, value: Any, where: Where) -> None:
        if key == "type" and is_any_type(value):
            self._note("type_repaired", where, f"`type: {value}` allows everything.")
            return
        if key == "type" and value == "file":
            out.update({"type": "string", "format": "binary"})
            self._note("type_repaired", where, "`type: file` is a binary string.")
            return
        try:
            out[key] = repaired(key, value)
        except Meaningless as error:
            self._note("schema_keyword_invalid", where, f"{error}.")
        else:
            code = "type_repaired" if key == "type" else "keyword_repaired"
            self._note(code, where, f"`{key}` held {str(value)[:100]!r}.")

    def _is_usable(self, pattern: str, where: Where) -> bool:
        if is_linear(pattern):
            return True
        self._note("pattern_unsupported", where, pattern)
        return False

    def _note(self, code: str, where: Where, detail: str) -> None:
        self._findings.add(code, _pointer(where), detail)


_BESIDE_REF: Final = frozenset(("$ref", "nullable", "x-nullable"))
_SUBSCHEMAS: Final = (ONE_SCHEMA | SCHEMA_LIST | SCHEMA_MAP | {"discriminator", "$dynamicRef"}) - {"$defs"}


def _pointer(where: Where) -> str:
    tokens: list[str] = []
    parent, token = where
    while parent is not None:
        tokens.append(escape(token))
        parent, token = parent
    return "/".join([token, *reversed(tokens)])


def _require_in_one_direction_only(schema: dict[str, Any]) -> None:
    """Requests never carry what is read-only, responses never what is write-only (OpenAPI 3.0, Schema Object).

    One definition serves both directions, so neither is required in it; `inputs` asks for the write-only ones again.
    """
    properties = schema["properties"]
    write_only: list[str] = []
    kept: list[str] = []
    for name in schema["required"]:
        child = properties.get(name)
        if type(child) is dict and child.get("writeOnly") is True:
            write_only.append(name)
        elif type(child) is not dict or child.get("readOnly") is not True:
            kept.append(name)
    if len(kept) < len(schema["required"]):
        schema["required"] = kept
        if write_only:
            schema[WRITE_ONLY_REQUIRED] = write_only


@functools.lru_cache(maxsize=4096)
def is_linear(pattern: str) -> bool:
    """Whether the validator's linear-time engine takes `pattern` (security D2): no look-around, no back-reference."""
    import jsonschema_rs

    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions())
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True
