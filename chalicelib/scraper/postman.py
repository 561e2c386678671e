"""Postman collections 2.1 and 2.0 → OpenAPI 3.1: one normaliser, values in, values out.

Folders become tags; ``:name`` and ``{{name}}`` in a path become parameters; the collection's variables complete its
addresses, or become variables of the server. Examples of answers give the schemas. Values that a collection may hold
as secrets (`auth`, headers, query) are never copied. See the schema of the format, schema.postman.com, v2.1.0.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.scraper import postman_auth, postman_requests
from chalicelib.scraper.findings import Findings
from chalicelib.scraper.postman_requests import VARIABLE, Operation, Requests, pairs, text
from chalicelib.scraper.references import escape

_MOST_ITEMS: Final = 20_000
_MOST_DEPTH: Final = 32
_SCHEMA: Final = re.compile(r"schema\.(?:get)?postman\.com/.*v2\.", re.IGNORECASE)
_ONE_VARIABLE: Final = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_RANK_OF_HOST: Final = 5  # variables inside variables are followed so far


@dataclass(frozen=True, slots=True)
class Converted:
    """The OpenAPI document, and where each part of it stood in the collection: pointer → pointer."""

    document: dict[str, Any]
    places: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Item:
    """A request in its place, with the auth that folders hand down."""

    node: dict[str, Any]
    folders: tuple[str, ...]
    pointer: str
    auth: Any = field(default=None)


def is_collection(document: dict[str, Any]) -> bool:
    """Whether a document is a Postman collection of version 2.x, also as the API wraps it."""
    collection = _unwrapped(document)
    info = collection.get("info")
    if not isinstance(info, dict) or "item" not in collection:
        return False
    return _SCHEMA.search(str(info.get("schema", ""))) is not None or "_postman_id" in info


def convert(document: dict[str, Any], findings: Findings) -> Converted:
    """`document` (a collection, unchanged) as OpenAPI 3.1."""
    return _Conversion(document, findings).run()


def _unwrapped(document: dict[str, Any]) -> dict[str, Any]:
    inner = document.get("collection")
    return inner if isinstance(inner, dict) and "item" in inner else document


class _Conversion:
    def __init__(self, document: dict[str, Any], findings: Findings) -> None:
        self._collection = _unwrapped(document)
        self._prefix = "" if self._collection is document else "/collection"
        self._findings = findings
        self._variables = {
            str(each.get("key", each.get("id", ""))): text(each.get("value"))
            for each in pairs(self._collection.get("variable"))
        }
        self._schemes = postman_auth.Schemes()
        self._places: dict[str, str] = {"/servers": f"{self._prefix}/variable"}

    def run(self) -> Converted:
        collection = self._collection
        top_auth = collection.get("auth")
        items = list(_items(collection.get("item"), f"{self._prefix}/item", top_auth, self._findings))
        read = [(item, operation) for item in items if (operation := self._operation(item)) is not None]
        base = self._base([operation.base for _, operation in read])
        paths: dict[str, dict[str, Any]] = {}
        for item, operation in read:
            self._place(paths, item, operation, base)
        info = collection.get("info")
        info = info if isinstance(info, dict) else {}
        converted: dict[str, Any] = {
            "openapi": "3.1.0",
            "info": {
                "title": text(info.get("name")),
                "description": postman_requests.described(info.get("description")),
                "version": "1",
            },
            "paths": paths,
        }
        if server := self._server(base):
            converted["servers"] = [server]
        if (requirement := self._schemes.requirement(top_auth)) is not None:
            converted["security"] = requirement
        if self._schemes.declared:
            converted["components"] = {"securitySchemes": self._schemes.declared}
            self._places["/components/securitySchemes"] = f"{self._prefix}/auth"
        return Converted(converted, self._places)

    def _operation(self, item: _Item) -> Operation | None:
        reader = Requests(self._variables, self._findings)
        return reader.read(item.node, item.pointer)

    def _place(self, paths: dict[str, dict[str, Any]], item: _Item, operation: Operation, base: str) -> None:
        """Put one operation under its path; a second one of the same method and path adds its examples."""
        node = operation.node
        node["operationId"] = text(item.node.get("name"))[:200] or None
        node["tags"] = list(item.folders)
        if node["operationId"] is None:
            del node["operationId"]
        requirement = self._schemes.requirement(item.auth, operation.authorization)
        if requirement is not None:
            node["security"] = requirement
        if operation.base and operation.base != base:
            node["servers"] = [self._server(operation.base) or {"url": operation.base}]
        there = paths.setdefault(operation.path, {})
        pointer = f"/paths/{escape(operation.path)}/{operation.method}"
        if operation.method not in there:
            there[operation.method] = node
            self._places[pointer] = item.pointer
            return
        self._findings.add("postman_merged", pointer, f"{item.pointer} is another example of it.")
        postman_requests.add_example(there[operation.method], node)

    def _base(self, bases: list[str]) -> str:
        """The address that most requests go to."""
        counts = Counter(base for base in bases if base)
        return min(counts, key=lambda base: (-counts[base], bases.index(base))) if counts else ""

    def _server(self, base: str) -> dict[str, Any] | None:
        """The server of `base`, with the variables that the collection does not settle."""
        url = self._settled(base)
        names = dict.fromkeys(name.strip() for name in VARIABLE.findall(url))
        if not url or _ONE_VARIABLE.match(url):
            return None  # nothing but variables: the address is asked for
        if "://" not in url:
            url = f"https://{url}"
        for name in names:
            url = re.sub(r"\{\{\s*" + re.escape(name) + r"\s*\}\}", lambda _, n=name: "{" + n + "}", url)  # type: ignore[misc]
        variables = {name: {"default": self._variables.get(name, "")} for name in names}
        return {"url": url, **({"variables": variables} if variables else {})}

    def _settled(self, base: str) -> str:
        """`base` with a variable at its very beginning replaced by the value that the collection has for it."""
        for _ in range(_RANK_OF_HOST):
            match = _ONE_VARIABLE.match(base)
            value = self._variables.get(match.group(1), "") if match else ""
            if match is None or not value:
                break
            rest = base[match.end() :]
            base = value.rstrip("/") + rest if rest.startswith(("/", ":")) or not rest else value + rest
        return base


def _items(nodes: Any, pointer: str, auth: Any, findings: Findings) -> Iterator[_Item]:
    """Every request, folder by folder, in order; without recursion, since a collection may nest folders at will."""
    waiting: list[tuple[Any, str, tuple[str, ...], Any]] = [(nodes, pointer, (), auth)]
    seen = 0
    while waiting:
        here, pointer, folders, inherited = waiting.pop()
        found: list[tuple[Any, str, tuple[str, ...], Any]] = []
        for n, node in enumerate(here if isinstance(here, list) else ()):
            where = f"{pointer}/{n}"
            seen += 1
            if seen > _MOST_ITEMS or not isinstance(node, dict) or len(folders) > _MOST_DEPTH:
                findings.add("operation_not_an_object", where, "Not an item, or more of them than are read.")
                continue
            own = node.get("auth") or inherited
            if "item" in node:
                found.append((node["item"], f"{where}/item", (*folders, text(node.get("name"))), own))
            elif "request" in node:
                request = node["request"]
                auth_here = request.get("auth") if isinstance(request, dict) else None
                yield _Item(node, tuple(name for name in folders if name), where, auth_here or own)
            else:
                findings.add("operation_not_an_object", where, "An item has neither `request` nor `item`.")
        waiting += reversed(found)
