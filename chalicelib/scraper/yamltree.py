"""YAML → the tree that the same document written as JSON would give (security D4).

Built from libyaml's events, so that depth and size are bounded while reading. Scalars follow the JSON schema of
YAML 1.2 (section 10.2): a date, `no`, `on`, `0755` and `.inf` are strings. Keys are the strings they are written as.
Aliases and merge keys are followed while what they expand to stays in proportion to the text; tags of YAML's own JSON
types are honoured, any other is refused.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from chalicelib.errors import DocumentTooComplex, DocumentTooDeep, MalformedDocument
from chalicelib.settings import Caps

_CORE: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_CONSTANTS: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TAGGED: Final[dict[str, tuple[type, ...]]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}
_NUMERIC_START: Final = frozenset("-0123456789")
_NO_KEY: Final = object()


def load(text: str) -> Any:
    """The tree of the one document in `text`; None if it is empty.

    Raises `MalformedDocument`, `DocumentTooDeep` and `DocumentTooComplex`, each with line and column.
    """
    loader = yaml.CSafeLoader(text)
    try:
        return _Builder(len(text)).build(loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MalformedDocument(f"Not valid YAML: {error.problem or error.context}: {_where(mark)}.") from None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise MalformedDocument(f"Not valid YAML: {str(error).splitlines()[0]}.") from None
    finally:
        loader.dispose()


def _where(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "position unknown"


class _Builder:
    """Turns events into a tree. `_stack` holds what is open: (container, pending key, anchor, size before it)."""

    def __init__(self, text_length: int) -> None:
        self._limit = min(max(Caps.YAML_EXPANSION * text_length, 1_000), Caps.DOCUMENT_BYTES)
        self._size = self._nodes = 0
        self._stack: list[list[Any]] = []
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._root: Any = None
        self._has_root = False

    def build(self, loader: Any) -> Any:
        """The tree of the events of `loader`."""
        get = loader.get_event
        while (event := get()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent:
                self._open(event, {})
            elif kind is SequenceStartEvent:
                self._open(event, [])
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close()
            elif kind is AliasEvent:
                self._alias(event)
        return self._root

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        self._grow(len(text) + 1, 1, event)
        top = self._stack[-1] if self._stack else None
        if top is not None and type(top[0]) is dict and top[1] is _NO_KEY:
            top[1] = text
            return
        value: Any = text
        if event.tag is not None and event.tag != "!":
            value = _tagged(event)
        elif event.implicit[0] and event.tag is None:
            value = _plain(text, event)
        if event.anchor:
            self._anchors[event.anchor] = (value, len(text) + 1, 1)
        self._put(value, event)

    def _open(self, event: Any, container: Any) -> None:
        expected = _CORE + ("map" if type(container) is dict else "seq")
        if event.tag not in (None, "!", expected):
            raise _refused_tag(event)
        if len(self._stack) >= Caps.YAML_DEPTH:
            raise DocumentTooDeep(f"Nested more than {Caps.YAML_DEPTH} levels deep: {_where(event.start_mark)}.")
        if self._stack and type(self._stack[-1][0]) is dict and self._stack[-1][1] is _NO_KEY:
            raise MalformedDocument(f"A key must be a text: {_where(event.start_mark)}.")
        self._grow(2, 1, event)
        self._stack.append([container, _NO_KEY, event, self._size, self._nodes])

    def _close(self) -> None:
        container, _, event, size, nodes = self._stack.pop()
        if event.anchor:
            self._anchors[event.anchor] = (container, self._size - size + 2, self._nodes - nodes + 1)
        self._put(container, event)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise DocumentTooComplex(
                f"*{event.anchor} has no anchor before it, or contains itself: {_where(event.start_mark)}."
            )
        value, size, nodes = self._anchors[event.anchor]
        self._grow(size, nodes, event)
        top = self._stack[-1] if self._stack else None
        if top is not None and type(top[0]) is dict and top[1] is _NO_KEY:
            if not isinstance(value, str):
                raise MalformedDocument(f"A key must be a text: {_where(event.start_mark)}.")
            top[1] = value
            return
        self._put(value, event)

    def _put(self, value: Any, event: Any) -> None:
        if not self._stack:
            if self._has_root:
                raise MalformedDocument(f"Several documents in one file: {_where(event.start_mark)}.")
            self._root, self._has_root = value, True
            return
        top = self._stack[-1]
        if type(top[0]) is list:
            top[0].append(value)
            return
        key, top[1] = top[1], _NO_KEY
        if key == "<<" and isinstance(value, dict | list):
            _merge(top[0], value)
        else:
            top[0][key] = value

    def _grow(self, size: int, nodes: int, event: Any) -> None:
        self._size += size
        self._nodes += nodes
        if self._size > self._limit or self._nodes > Caps.DOCUMENT_NODES:
            raise DocumentTooComplex(
                f"Aliases expand to more than {Caps.YAML_EXPANSION} times the text: {_where(event.start_mark)}."
            )


def _merge(into: dict[str, Any], source: Any) -> None:
    """YAML's merge key: what is already there, or comes later, wins over what is merged."""
    for mapping in source if isinstance(source, list) else [source]:
        if isinstance(mapping, dict):
            for key, value in mapping.items():
                into.setdefault(key, value)


def _plain(text: str, event: Any) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in _NUMERIC_START:
        if _INTEGER.match(text):
            try:
                return int(text)
            except ValueError:
                raise MalformedDocument(f"An integer of too many digits: {_where(event.start_mark)}.") from None
        if _FLOAT.match(text):
            number = float(text)
            return number if abs(number) != float("inf") else text
    return text


def _tagged(event: Any) -> Any:
    """The value of a scalar with one of YAML's own tags that JSON has a type for."""
    kind = event.tag.removeprefix(_CORE)
    if kind == "str":
        return event.value
    value = _plain(event.value, event)
    if type(value) not in _TAGGED.get(kind, ()):
        raise _refused_tag(event)
    return float(value) if kind == "float" else value


def _refused_tag(event: Any) -> MalformedDocument:
    return MalformedDocument(f"The tag {event.tag} is not read: {_where(event.start_mark)}.")
