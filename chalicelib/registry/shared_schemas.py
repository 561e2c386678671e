"""Schemas of many actions in one document: each definition once, under one name, wherever it came from.

An action's `$ref`s lead to the definitions of its import, or to `$defs` of its own if it was written by hand. Two
actions may so mean different things by one name. Where a name is taken by another definition, the later one, and
whatever refers to it, gets a number behind its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from chalicelib.registry.closure import ONE_SCHEMA, PREFIX, SCHEMA_LIST, SCHEMA_MAP, bundle, references
from chalicelib.registry.validation import UnusableSchema, compile_schema

COMPONENTS: Final = "#/components/schemas/"
UNFIT_DEFAULT: Final = "x-waygate-default"
MOVED_REQUIRED: Final = "x-waygate-required"
_INTEGERS: Final = {"int32": 2**31, "int64": 2**63}
_ANNOTATIONS: Final = frozenset(
    ("default", "description", "title", "example", "examples", "deprecated", "readOnly", "writeOnly", "discriminator")
)
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


class SharedSchemas:
    """Collects definitions; `prefix` is what a `$ref` to one of them begins with in the new document."""

    def __init__(self, prefix: str, taken: Iterable[str] = ()) -> None:
        self._prefix = prefix
        self._taken = set(taken)
        self._sources: dict[str, Any] = {}  # by the new name: the definition as it was
        self._placed: dict[str, Any] = {}
        self._names: dict[int, tuple[Mapping[str, Any], dict[str, str]]] = {}

    @property
    def schemas(self) -> dict[str, Any]:
        """What has been collected, by name."""
        return dict(sorted(self._placed.items()))

    def take(self, schema: Any, definitions: Mapping[str, Any], hint: str) -> Any:
        """`schema` as it stands in the new document; the definitions that it needs are collected.

        `hint` names it where it must itself become a definition, since it refers to places inside of itself.
        """
        if not isinstance(schema, dict):
            return schema
        if "$defs" in schema:
            definitions = {**definitions, **schema["$defs"]}
            schema = {key: value for key, value in schema.items() if key != "$defs"}
        names = self._names_of(definitions)
        self._collect(references(schema), definitions, names)
        if not _refers_to_itself(schema, names):
            return self._rewritten(schema, definitions, names, None)
        own = self._free(hint)
        self._taken.add(own)
        self._placed[own] = self._rewritten(schema, definitions, names, own)
        return {"$ref": self._prefix + own}

    def _names_of(self, definitions: Mapping[str, Any]) -> dict[str, str]:
        """The new name of each definition."""
        known = self._names.get(id(definitions))
        if known is not None:
            return known[1]
        names = {name: _UNSAFE.sub("_", name) or "schema" for name in definitions}
        differing = {name for name, new in names.items() if self._is_another(new, definitions[name])}
        users = _users(definitions) if differing else {}
        waiting = list(differing)
        while waiting:
            for user in users.get(waiting.pop(), ()):
                if user not in differing:
                    differing.add(user)
                    waiting.append(user)
        for name in sorted(differing):
            names[name] = self._free(names[name])
            self._taken.add(names[name])
        self._names[id(definitions)] = definitions, names  # the mapping itself is kept, so that its id stays its own
        for name, new in names.items():
            self._sources[new] = definitions[name]
        return names

    def _is_another(self, name: str, definition: Any) -> bool:
        return name in self._taken or (name in self._sources and self._sources[name] != definition)

    def _free(self, name: str) -> str:
        candidate, number = name, 1
        while candidate in self._taken or candidate in self._sources:
            number += 1
            candidate = f"{name}-{number}"
        return candidate

    def _collect(self, wanted: Iterable[str], definitions: Mapping[str, Any], names: Mapping[str, str]) -> None:
        waiting = [ref.split("/")[0] for ref in wanted]
        while waiting:
            name = waiting.pop()
            if name in definitions and names[name] not in self._placed:
                definition = definitions[name]
                self._placed[names[name]] = self._rewritten(definition, definitions, names, None)
                waiting += [ref.split("/")[0] for ref in references(definition)]

    def _rewritten(
        self, schema: dict[str, Any], definitions: Mapping[str, Any], names: Mapping[str, str], own: str | None
    ) -> Any:
        def fits(node: dict[str, Any]) -> bool:
            return self._prefix == PREFIX or _default_fits(node, definitions)

        def unknown(node: dict[str, Any]) -> list[str]:
            return [] if self._prefix == PREFIX else _unknown_required(node, definitions)

        return _rewritten(schema, lambda ref: self._moved(ref, names, own), fits, unknown)

    def _moved(self, ref: str, names: Mapping[str, str], own: str | None) -> str:
        if ref.startswith(PREFIX):
            name, slash, rest = ref[len(PREFIX) :].partition("/")
            return self._prefix + names.get(name, name) + slash + rest
        return f"{self._prefix}{own}{ref[1:]}" if own and (ref == "#" or ref.startswith("#/")) else ref


def _users(definitions: Mapping[str, Any]) -> dict[str, list[str]]:
    """By name: the definitions that refer to it."""
    users: dict[str, list[str]] = {}
    for name, definition in definitions.items():
        for ref in references(definition):
            users.setdefault(ref.split("/")[0], []).append(name)
    return users


def _refers_to_itself(schema: dict[str, Any], names: Mapping[str, str]) -> bool:
    found: list[str] = []

    def note(ref: str) -> str:
        found.append(ref)
        return ref

    _rewritten(schema, note, lambda _: True, lambda _: [])
    local = [ref for ref in found if ref == "#" or ref.startswith("#/")]
    return any(not ref.startswith(PREFIX) or ref[len(PREFIX) :].split("/")[0] not in names for ref in local)


def _rewritten(
    schema: Any,
    moved: Callable[[str], str],
    fits: Callable[[dict[str, Any]], bool],
    unknown: Callable[[dict[str, Any]], list[str]],
) -> Any:
    """`schema` with every `$ref` changed by `moved`; what lies in examples and defaults is data, and stays.

    A default that does not fit (as `fits` has it) makes the whole document invalid: it is kept under another name.
    So do, to validators of OpenAPI, required properties beside `allOf` that nothing describes (as `unknown` has it):
    an `allOf` of their own asks for them, and the list as it was is kept beside it.
    """
    if not isinstance(schema, dict):
        return schema
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "$ref" and isinstance(value, str):
            out[key] = moved(value)
        elif key in ONE_SCHEMA:
            out[key] = _rewritten(value, moved, fits, unknown)
        elif key in SCHEMA_LIST and isinstance(value, list):
            out[key] = [_rewritten(child, moved, fits, unknown) for child in value]
        elif key in SCHEMA_MAP and isinstance(value, dict):
            out[key] = {name: _rewritten(child, moved, fits, unknown) for name, child in value.items()}
        elif key == "discriminator" and isinstance(value, dict) and isinstance(value.get("mapping"), dict):
            mapping = {
                name: moved(ref) if isinstance(ref, str) and ref.startswith(PREFIX) else ref
                for name, ref in value["mapping"].items()
            }
            out[key] = {**value, "mapping": mapping}
        elif key == "default" and not fits(schema):
            out[UNFIT_DEFAULT] = value
        else:
            out[key] = value
    if strange := unknown(schema):
        out["allOf"] = [*out["allOf"], {"required": strange}]
        out["required"] = [name for name in schema["required"] if name not in strange]
        out[MOVED_REQUIRED] = schema["required"]
    return out


def _unknown_required(schema: dict[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """What is required beside `allOf` and is described neither there nor in it."""
    if not schema.get("required") or not isinstance(schema.get("allOf"), list):
        return []
    known = set(schema.get("properties", ()))
    waiting, seen = list(schema["allOf"]), set[str]()
    while waiting and not known.issuperset(schema["required"]):
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        known.update(node.get("properties", ()))
        waiting += [child for key in ("allOf", "anyOf", "oneOf") for child in node.get(key, ())]
        waiting += [node[key] for key in ("items", "not") if key in node]
        for name in references({"$ref": node.get("$ref")}):
            if name not in seen:
                seen.add(name)
                waiting.append(definitions.get(name))
    return [name for name in schema["required"] if name not in known]


def _default_fits(schema: dict[str, Any], definitions: Mapping[str, Any]) -> bool:
    value = schema["default"]
    if isinstance(value, int | float) and abs(value) >= _INTEGERS.get(str(schema.get("format")), float("inf")):
        return False  # what JSON Schema takes for a mere note, OpenAPI's formats hold to
    asserted = {key: said for key, said in schema.items() if key not in _ANNOTATIONS}
    if asserted.keys() <= {"type"} and isinstance(asserted.get("type"), str):
        kind = _KINDS[asserted["type"]]
        return isinstance(value, kind) and (bool in kind or not isinstance(value, bool))
    try:
        return bool(compile_schema(bundle(asserted, definitions)).is_valid(value))
    except UnusableSchema:
        return False
