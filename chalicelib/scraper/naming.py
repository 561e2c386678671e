"""Names of actions: kebab-case, at most 64 characters, unique, made from the operation alone.

An `operationId` is taken when people made it or a framework made it legibly; else the name is the method and the
path, less a leading `/api` or `/v1`. Only a clash brings in anything else: the operation with the shortest path keeps
the name, every other one gets its method and whole path instead, and a digest of them where even that is taken. The
order of the document never matters.

What has been imported before keeps its name: an operation is known by its method and path template, whatever the
parameters in it are called now, and else by its `operationId`. No other operation ever takes a name that is in use.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

MOST: Final = 64
_METHODS: Final = "get|put|post|delete|options|head|patch|trace"
_GENERATED: Final = re.compile(r"[0-9a-fA-F]{16,}|[0-9a-fA-F-]{32,}|[0-9_-]+")
_SPRINGFOX: Final = re.compile(rf"Using(?:{_METHODS})(?:_\d+)?\Z", re.IGNORECASE)
_CONTROLLER: Final = re.compile(r"Controller(?=[_.#-])")
_ONLY_METHOD: Final = re.compile(rf"(?:{_METHODS})(?:-api)?(?:-v\d+)?")
_PLURAL_ACRONYM: Final = re.compile(r"(?<=[A-Z]{2})s(?=[A-Z_./-]|\Z)")
_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")
_PREFIX: Final = re.compile(r"\A(?:/(?:api|rest|v\d+(?:\.\d+)*))+/(?=.)", re.IGNORECASE)
_FIRST_BOUND: Final = MOST // 2
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_PATTERN: Final = re.compile(r"\{([^{}:]{1,100}):(?:[^{}]|\{[^{}]*\})*\}")
_QUERY_TEMPLATE: Final = re.compile(r"[?&][^?&={}]*=?\{[^{}]*\}|\{[?&][^{}]*\}")
_T = TypeVar("_T")


class Operation(NamedTuple):
    """What a name is made from. `path` is the template as the description has it."""

    method: str
    path: str
    operation_id: str | None = None


@functools.lru_cache(maxsize=4096)
def kebab(text: str) -> str:
    """`text` in kebab-case: words of ``a-z0-9``, split where case or punctuation says so; empty if there are none."""
    ascii_text = text if text.isascii() else unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    ascii_text = ascii_text.replace("OAuth", "Oauth").replace("'", "")
    ascii_text = _PLURAL_ACRONYM.sub("S", ascii_text)
    return _SEPARATORS.sub("-", _WORD_START.sub("-", ascii_text).lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Known:
    """An action that is there already; `operation` is what it was imported from, None if it was written by hand."""

    name: str
    operation: Operation | None


def name_of(operation: Operation) -> str:
    """The name of an operation where nothing else wants it."""
    chosen = _from_id(operation)
    return _cut(chosen or from_path(operation._replace(path=_PREFIX.sub("/", operation.path))))


def from_path(operation: Operation) -> str:
    """The method and the whole path as one name, such as `get-v1-users-id`; not cut."""
    path = operation.path
    if "{" in path:
        path = _QUERY_TEMPLATE.sub("", _PATTERN.sub(r"{\1}", path))
    return kebab(f"{operation.method.lower()} {path if path not in ('/', '') else 'root'}")


def names(operations: Iterable[Operation], known: Iterable[Known] = ()) -> dict[tuple[str, str], str]:
    """``(method, path)`` → name, for operations that differ in one of the two. Independent of their order."""
    operations, known = list(operations), list(known)
    kept = recognised(operations, known)
    taken = {each.name for each in known}
    wanted: dict[str, list[Operation]] = {}
    for operation in operations:
        if operation[:2] not in kept:
            wanted.setdefault(name_of(operation), []).append(operation)
    given: dict[tuple[str, str], str] = {}
    losers: list[Operation] = []
    for name, group in wanted.items():
        first, *others = sorted(group, key=lambda each: (len(each.path), each.path, each.method))
        if name in taken:
            others.append(first)
        else:
            given[first.method, first.path] = name
        losers += others
    return {**kept, **given, **_names_of_losers(losers, taken.union(wanted))}


def named(operations: Iterable[Operation], known: Iterable[Known] = ()) -> dict[str, Operation]:
    """Name → operation, in order of the names."""
    by_key = {operation[:2]: operation for operation in operations}
    given = names(by_key.values(), known)
    return {name: by_key[key] for key, name in sorted(given.items(), key=lambda each: each[1])}


def recognised(operations: Iterable[Operation], known: Iterable[Known]) -> dict[tuple[str, str], str]:
    """``(method, path)`` → the name of the action that each operation has been imported as.

    The path as it is comes first, then the path whatever its parameters are called, then the `operationId`; each only
    where it tells one operation and one action apart from all others.
    """
    left = [each for each in known if each.operation is not None]
    waiting = list(operations)
    found: dict[tuple[str, str], str] = {}
    for identity in (_path_of, _template_of, _id_of):
        actions = _told_apart((identity(each.operation), each) for each in left if each.operation is not None)
        candidates = _told_apart((identity(operation), operation) for operation in waiting)
        pairs = {each.name: candidates[key] for key, each in actions.items() if key in candidates}
        found.update({(operation.method, operation.path): name for name, operation in pairs.items()})
        left = [each for each in left if each.name not in pairs]
        waiting = [operation for operation in waiting if operation[:2] not in found]
    return found


def _told_apart(identified: Iterable[tuple[Hashable, _T]]) -> dict[Hashable, _T]:
    found: dict[Hashable, list[_T]] = {}
    for key, each in identified:
        if key is not None:
            found.setdefault(key, []).append(each)
    return {key: group[0] for key, group in found.items() if len(group) == 1}


def _path_of(operation: Operation) -> Hashable:
    return operation.method, operation.path


def _template_of(operation: Operation) -> Hashable:
    return operation.method, _PLACEHOLDER.sub("{}", operation.path).rstrip("/")


def _id_of(operation: Operation) -> Hashable:
    return operation.operation_id or None


def _names_of_losers(losers: list[Operation], taken: Iterable[str]) -> dict[tuple[str, str], str]:
    seconds: dict[str, list[Operation]] = {}
    for operation in losers:
        seconds.setdefault(_cut(from_path(operation)), []).append(operation)
    given: dict[tuple[str, str], str] = {}
    used = set(taken)
    for name, group in sorted(seconds.items()):
        for operation in sorted(group):
            is_free = len(group) == 1 and name not in used
            unique = name if is_free else _digested(name_of(operation), operation, used)
            used.add(unique)
            given[operation.method, operation.path] = unique
    return given


def _digested(name: str, operation: Operation, used: set[str]) -> str:
    text = f"{operation.method} {operation.path}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    for length in range(6, 41):
        candidate = f"{name[: MOST - 1 - length].rstrip('-')}-{digest[:length]}"
        if candidate not in used:
            return candidate
    raise AssertionError("two operations with one digest")


def _from_id(operation: Operation) -> str:
    """The name that the operationId gives; empty where it says nothing that people would read."""
    text = (operation.operation_id or "").strip()
    if not text or _GENERATED.fullmatch(text):
        return ""
    text = _SPRINGFOX.sub("", text) or text
    text = _without_route(text, operation)
    text = _CONTROLLER.sub("", text)
    name = kebab(text)
    return "" if _ONLY_METHOD.fullmatch(name) or name.isdigit() else name


def _without_route(text: str, operation: Operation) -> str:
    """An id that a framework made as `<function>_<path>_<method>` is the function's name."""
    route = re.sub(r"\W", "_", operation.path)
    tail = f"{route}_{operation.method.lower()}"
    return text[: -len(tail)] if len(route) > 1 and text.lower().endswith(tail.lower()) else text


def _cut(name: str) -> str:
    """At most 64 characters, ending with a whole word where one ends in the second half."""
    name = name or "operation"
    if len(name) <= MOST:
        return name
    end = name.rfind("-", _FIRST_BOUND, MOST + 1)
    return name[: end if end > 0 else MOST].rstrip("-")
