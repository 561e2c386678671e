"""A strict second opinion on a description: `openapi3-parser`, one operation at a time.

Whole descriptions are not for it: one bad node makes it refuse everything, and 13 MB take it 27 s. One operation
with the components that its request needs is a document of a few KB, which it reads in some milliseconds. What it
objects to becomes a warning; it never decides anything. Each document is made here and holds no `$ref` but those into
itself, so nothing can be fetched (security A13).
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from chalicelib.scraper.findings import Finding
from chalicelib.scraper.reader import Reading
from chalicelib.scraper.references import escape

MOST_SECONDS: Final = 3.0  # of CPU
MOST_OPERATIONS: Final = 150
_MOST_BYTES: Final = 30_000  # of one document: it is read by a YAML reader in Python, at some 100 KB/s
_MOST_COMPONENTS: Final = 100
_NOISE: Final = re.compile(r"\s*For further information visit \S+|\[type=[^\]]*\]")
_COMPONENT: Final = re.compile(r"#/components/([A-Za-z]+)/([^/]+)\Z")
_one_at_a_time = threading.Lock()  # it keeps a cache of references in a class


def object_to(
    reading: Reading, *, clock: Callable[[], float] = time.thread_time, most_seconds: float = MOST_SECONDS
) -> list[Finding]:
    """A warning for each operation that the strict reader refuses, and one if not all of them were shown to it.

    Of more than `MOST_OPERATIONS`, as many are shown, evenly spread.
    """
    if reading.normal.version in ("postman", "pack"):
        return []  # neither claims anything of the kind
    from openapi_parser.errors import ParserError
    from openapi_parser.parser import parse

    found: list[Finding] = []
    until = clock() + most_seconds
    names = list(reading.operations)
    chosen = names[:: -(-len(names) // MOST_OPERATIONS)]
    shown = 0
    for name in chosen:
        if clock() > until:
            break
        document = _document(reading, name)
        if document is None:
            continue
        shown += 1
        try:
            with _one_at_a_time:
                parse(spec_string=document)
        except ParserError as error:
            operation = reading.operations[name]
            pointer = f"/paths/{escape(operation.path)}/{operation.method.lower()}"
            found.append(Finding("strict_reader", reading.normal.places.of(pointer), _told(error)))
        except RecursionError:
            continue
    if shown < len(names):
        found.append(Finding("opinions_cut", "", f"The strict reader saw {shown:,} of {len(names):,} operations."))
    return found


def _told(error: Exception) -> str:
    """What is wrong, without the addresses and repeated values of pydantic's messages."""
    lines = [" ".join(_NOISE.sub("", line).split()) for line in str(error).splitlines()]
    return "; ".join(line for line in lines if line)[:500]


def _document(reading: Reading, name: str) -> str | None:
    """One operation, its request side and what that needs, as a JSON document of its own; None if that is too large."""
    source = reading.normal.document
    operation = reading.operations[name]
    item = source["paths"].get(operation.path)
    node = item.get(operation.method.lower()) if isinstance(item, dict) else None
    if not isinstance(node, dict):
        return None
    kept = {key: value for key, value in node.items() if key not in ("responses", "callbacks", "security", "servers")}
    responses = node.get("responses")
    told = {str(status): {"description": ""} for status in responses} if isinstance(responses, dict) else responses
    kept["responses"] = told if told is not None else {"default": {"description": ""}}
    path: dict[str, Any] = {operation.method.lower(): kept}
    if "parameters" in item:
        path["parameters"] = item["parameters"]
    components: dict[str, dict[str, Any]] = {}
    waiting, count = list(_references(path)), 0
    while waiting:
        match = _COMPONENT.match(waiting.pop())
        if match is None:
            return None  # it leads to another place, which cannot stand alone
        kind, key = match.group(1), match.group(2).replace("~1", "/").replace("~0", "~")
        if key in components.get(kind, {}):
            continue
        target = (source.get("components") or {}).get(kind, {}).get(key)
        count += 1
        if target is None or count > _MOST_COMPONENTS:
            return None
        components.setdefault(kind, {})[key] = target
        waiting += _references(target)
    document = {
        "openapi": str(source["openapi"]) if str(source["openapi"])[:3] in ("3.0", "3.1") else "3.1.0",
        "info": {"title": "One operation", "version": "1"},
        "paths": {operation.path: path},
        **({"components": components} if components else {}),
    }
    text = json.dumps(document)
    return text if len(text) <= _MOST_BYTES else None


def _references(node: Any) -> Iterator[str]:
    """Every `$ref` below `node`, wherever it stands: the strict reader follows them in examples as well."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if isinstance(here.get("$ref"), str):
                yield here["$ref"]
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
