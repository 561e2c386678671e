"""Following `$ref`s inside one document, and naming the schemas that they lead to.

Nothing outside of the document is ever read (security A13). A schema that something refers to becomes a definition:
those under `components/schemas` keep their names, as far as ``A-Za-z0-9._-`` allows; any other place gets a name made
from its pointer. RFC 6901 pointers, in RFC 3986 fragments.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import Any, Final
from urllib.parse import unquote

from chalicelib.scraper.findings import Findings, Unusable

_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,128}\Z")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_HOPS: Final = 32
_NOWHERE: Final = object()
LOCAL: Final = ("#/$defs/", "#/definitions/")


class Unresolved(Exception):
    """A `$ref` cannot be followed; `code` is the finding it deserves if it is a schema's."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def escape(token: str) -> str:
    """One reference token of a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1")


class References:
    """The `$ref`s of one OpenAPI 3 `document`."""

    def __init__(self, document: dict[str, Any], findings: Findings) -> None:
        self._document = document
        self._findings = findings
        components = document.get("components")
        schemas = components.get("schemas") if isinstance(components, dict) else None
        self._schemas: dict[str, Any] = schemas if isinstance(schemas, dict) else {}
        self._name_of = {f"/components/schemas/{escape(key)}": name for key, name in _safe_names(self._schemas).items()}
        self._taken = set(self._name_of.values())
        self._targets: dict[str, tuple[Any, str]] = {}
        self._definition_of: dict[str, str] = {}
        self._anchors: dict[str, tuple[Any, str]] | None = None  # looked for once something asks for one

    def follow(self, node: Any, pointer: str, code: str) -> tuple[dict[str, Any], str]:
        """What `node`, perhaps a Reference Object, stands for, with its pointer.

        Raises `Unusable` with `code` where it leads out of the document, to nothing, in a circle or to no object.
        """
        for _ in range(_MOST_HOPS):
            if not isinstance(node, dict):
                raise Unusable(code, pointer, f"Expected an object, found {_kind(node)}.")
            ref = node.get("$ref")
            if ref is None:
                return node, pointer
            try:
                node, pointer = self.resolve(ref)
            except Unresolved as error:
                raise Unusable(code, pointer, str(error)) from None
        raise Unusable(code, pointer, f"`$ref` {ref} leads in a circle.")

    def definition(self, ref: Any, where: str) -> str:
        """The name of the definition that a schema's `$ref` refers to. Raises `Unresolved`."""
        if isinstance(ref, str) and (known := self._definition_of.get(ref)):
            return known
        try:
            node, pointer = self._anchored(ref) or self.resolve(ref)
        except Unresolved:
            if (found := self._enclosed(ref, where)) is not None:
                return found  # which depends on `where`, so it is not kept
            name = ref.rsplit("/", 1)[-1].lstrip("#") if isinstance(ref, str) else ""
            if name not in self._schemas or not (ref.startswith("#") or ref == name):
                raise
            pointer = f"/components/schemas/{escape(name)}"
            node = self._schemas[name]
            self._findings.add("reference_repaired", where, f"{ref} is read as #{pointer}.")
        if not isinstance(node, dict | bool) or pointer == "":
            raise Unresolved("reference_missing", f"`$ref` {ref} leads to {_kind(node)}, not to a schema.")
        self._definition_of[ref] = name = self._named(node, pointer)
        return name

    def _anchored(self, ref: Any) -> tuple[Any, str] | None:
        """What a `$ref` to an `$anchor` or an `$id` leads to (JSON Schema 2020-12, core, section 8.2)."""
        if not isinstance(ref, str) or ref.startswith("#/") or ref in ("", "#"):
            return None
        if self._anchors is None:
            self._anchors = _anchors(self._document)
        return self._anchors.get(ref) or (self._anchors.get(unquote(ref)) if "%" in ref else None)

    def _enclosed(self, ref: Any, where: str) -> str | None:
        """The name of what ``#/$defs/x`` or ``#/definitions/x`` leads to within a schema around `where`.

        Such a schema was written to stand alone, and put into the description with its own definitions.
        """
        if not isinstance(ref, str) or not ref.startswith(LOCAL):
            return None
        around: list[tuple[Any, str]] = []
        node: Any = self._document
        end = 0
        while end >= 0:  # from the document down to the `$ref`
            following = where.find("/", end + 1)
            token = where[end + 1 : following if following > 0 else len(where)]
            node = _member(node, token.replace("~1", "/").replace("~0", "~"))
            end = following
            around.append((node, where[:end] if end > 0 else where))
        inside = [token.replace("~1", "/").replace("~0", "~") for token in unquote(ref[2:]).split("/")]
        for node, pointer in reversed(around):
            if not isinstance(node, dict) or inside[0] not in node:
                continue
            for token in inside:
                node = _member(node, token)
            if isinstance(node, dict | bool):
                return self._named(node, pointer + "".join(f"/{escape(token)}" for token in inside))
        return None

    def _named(self, node: Any, pointer: str) -> str:
        if pointer not in self._name_of:
            self._name_of[pointer] = self.generated_name(pointer)
        name = self._name_of[pointer]
        self._targets[name] = (node, pointer)
        return name

    def target(self, name: str) -> tuple[Any, str]:
        """The schema behind a name that `definition` gave, and its pointer."""
        return self._targets[name]

    def resolve(self, ref: Any) -> tuple[Any, str]:
        """What a `$ref` leads to, and its pointer. Raises `Unresolved`."""
        if not isinstance(ref, str):
            raise Unresolved("reference_missing", f"`$ref` is {_kind(ref)}, not a text.")
        if not ref.startswith("#"):
            raise Unresolved("external_ref", f"`$ref` {ref[:200]} leads out of the document.")
        for fragment in (unquote(ref[1:]), ref[1:]):
            node: Any = self._document
            tokens = [token.replace("~1", "/").replace("~0", "~") for token in fragment.split("/")]
            if tokens[0] != "":
                break
            for token in tokens[1:]:
                node = _member(node, token)
            if node is not _NOWHERE:
                return node, "".join(f"/{escape(token)}" for token in tokens[1:])
        raise Unresolved("reference_missing", f"`$ref` {ref[:200]} leads to nothing.")

    def generated_name(self, pointer: str) -> str:
        """A new name for the schema at `pointer`: its last telling word, and a digest."""
        telling = [token for token in pointer.split("/") if token not in _STRUCTURE]
        name = f"{_UNSAFE.sub('-', telling[-1] if telling else 'schema').strip('-.')[:60]}-{_digest(pointer)}"
        while name in self._taken:
            name += "-"
        self._taken.add(name)
        return name


_STRUCTURE: Final = frozenset(
    [
        "schema",
        "items",
        "properties",
        "allOf",
        "anyOf",
        "oneOf",
        "additionalProperties",
        "content",
        "application~1json",
        "responses",
    ]
    + [str(n) for n in range(20)]
)


def _anchors(document: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    """Every `$anchor`, `$dynamicAnchor` and absolute `$id` of a document, by the `$ref` that leads there."""
    found: dict[str, tuple[Any, str]] = {}
    seen: set[int] = set()
    waiting: list[tuple[Any, str]] = [(document, "")]
    while waiting:
        node, pointer = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            for key, prefix in (("$anchor", "#"), ("$dynamicAnchor", "#"), ("$id", "")):
                if pointer and isinstance(name := node.get(key), str) and name:
                    found.setdefault(f"{prefix}{name}", (node, pointer))
            waiting += [(child, f"{pointer}/{escape(str(key))}") for key, child in node.items() if _is_container(child)]
        else:
            waiting += [(child, f"{pointer}/{n}") for n, child in enumerate(node) if _is_container(child)]
    return found


def _is_container(node: Any) -> bool:
    return isinstance(node, dict | list)


def _member(node: Any, token: str) -> Any:
    if isinstance(node, dict):
        return node.get(token, _NOWHERE)
    if isinstance(node, list) and token.isascii() and token.isdigit() and int(token[:9]) < len(node):
        return node[int(token[:9])]
    return _NOWHERE


def _safe_names(names: dict[str, Any]) -> dict[str, str]:
    """A safe name for each; one that had to change and is then taken ends with a digest of the original."""
    safe = {name: name for name in names if _SAFE_NAME.match(name)}
    taken = set(safe)
    odd = {name: _UNSAFE.sub("_", name).strip("_")[:100] or "schema" for name in names if name not in safe}
    wanted = Counter(odd.values())
    for name, cleaned in odd.items():
        unique = cleaned not in taken and wanted[cleaned] == 1
        safe[name] = cleaned if unique else f"{cleaned}-{_digest(name)}"
    return safe


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _kind(node: Any) -> str:
    return {list: "a list", str: "a text", type(None): "null", dict: "an object", bool: "a boolean"}.get(
        type(node), "a number"
    )
