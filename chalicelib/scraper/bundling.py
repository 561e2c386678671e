"""A description in several files → one document.

Every file that a `$ref` leads to, from the entry on, is put under ``x-waygate-files`` by its name, and the `$ref`s are
rewritten to lead there; the reader then needs no file and no socket (security A13). Files come wave by wave from a
`Loader`; where one lies outside of the entry's origin, cannot be had, or is beyond a bound, its `$ref` is left as it
is, and a note says why.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from chalicelib.errors import WaygateError
from chalicelib.scraper.document import parse
from chalicelib.scraper.references import escape
from chalicelib.settings import Caps

FILES: Final = "x-waygate-files"
MOST_FILES: Final = 500
AT_ONCE: Final = 4  # files in memory that nobody has counted yet; each may have 64 MB
MOST_SECONDS: Final = 18.0  # of the 28 that a function has
_LEADS_OUT: Final = re.compile(rb"""\$ref["']?\s*:\s*["']?(?![#"'\s])""")
_DATA: Final = frozenset(("example", "examples", "default", "enum", "const", "value"))
_NAMED: Final = frozenset(
    (
        *("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas", "parameters"),
        *("responses", "requestBodies", "headers", "pathItems", "paths", "content", "encoding", "callbacks"),
    )
)
_FILE_NAME: Final = re.compile(r"\.(?:json|ya?ml)(?:#|\Z)", re.IGNORECASE)

Loader = Callable[[list[str]], Mapping[str, bytes | WaygateError]]


@dataclass
class Bundle:
    """The one document; `notes` are findings as ``(code, pointer, detail)``; `files` is how many were joined."""

    document: dict[str, Any]
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    files: int = 0


def leads_out(data: bytes) -> bool:
    """Whether some `$ref` of a JSON or YAML text does not begin with ``#``; the text is not parsed."""
    return _LEADS_OUT.search(data) is not None


def bundle(
    document: dict[str, Any],
    location: str,
    load: Loader,
    *,
    name_of: Callable[[str], str] = str,
    clock: Callable[[], float] = time.monotonic,
) -> Bundle:
    """`document` (which is changed), found at the URL `location`, with every file it needs.

    `load` is given URLs of the same origin, and gives their bytes or the error; `name_of` says under which name a
    file is kept.
    """
    return _Bundler(document, location, load, name_of, clock).run()


class _Bundler:
    def __init__(
        self,
        document: dict[str, Any],
        location: str,
        load: Loader,
        name_of: Callable[[str], str],
        clock: Callable[[], float],
    ) -> None:
        self._root = document
        self._root_location = urldefrag(location).url
        self._load, self._name_of, self._clock = load, name_of, clock
        self._until = clock() + MOST_SECONDS
        self._files: dict[str, Any] = {}
        self._wanted: dict[str, list[tuple[dict[str, Any], str, str, str]]] = {}
        self._asked: set[str] = set()
        self._bytes = 0
        self._bundle = Bundle(document)

    def run(self) -> Bundle:
        self._rewrite(self._root, self._root_location)
        while self._wanted:
            wave, self._wanted = self._wanted, {}
            for location, answer in self._loaded(list(wave)).items():
                self._settle(location, answer, wave[location])
        if self._files:
            self._root[FILES] = self._files
        self._bundle.files = len(self._files)
        return self._bundle

    def _loaded(self, locations: list[str]) -> dict[str, bytes | str]:
        """The bytes of each file, or why there are none."""
        allowed = [each for each in locations if self._is_near(each)][: MOST_FILES - len(self._asked)]
        answers: dict[str, bytes | WaygateError] = {}
        loaded = self._bytes
        for n in range(0, len(allowed), AT_ONCE):
            if self._clock() >= self._until or loaded >= Caps.DOCUMENT_BYTES:
                break
            some = allowed[n : n + AT_ONCE]
            self._asked.update(some)
            answers |= self._load(some)
            loaded += sum(len(each) for each in map(answers.get, some) if isinstance(each, bytes))
        found: dict[str, bytes | str] = {}
        for location in locations:
            answer = answers.get(location)
            if isinstance(answer, bytes):
                self._bytes += len(answer)
                too_much = self._bytes > Caps.DOCUMENT_BYTES
                found[location] = "the files are larger than 64 MB together" if too_much else answer
            elif answer is not None:
                found[location] = str(answer.detail or answer.title)
            elif not self._is_near(location):
                found[location] = "it is not of the same origin as the description"
            else:
                found[location] = f"more than {MOST_FILES} files, 64 MB or {MOST_SECONDS:.0f} seconds"
        return found

    def _settle(self, location: str, answer: bytes | str, uses: list[tuple[dict[str, Any], str, str, str]]) -> None:
        """Parse what came, and let every use of it lead there."""
        name = self._name_of(location)
        if isinstance(answer, bytes):
            try:
                tree = parse(answer)
            except WaygateError as error:
                answer = str(error.detail or error.title)
            else:
                self._files[name] = tree
                self._rewrite(tree, location)
        for holder, key, fragment, pointer in uses:
            if isinstance(answer, bytes):
                holder[key] = _inside(name, fragment)
            else:
                self._bundle.notes.append(("file_unread", pointer, f"{location}: {answer}"))

    def _is_near(self, location: str) -> bool:
        here, there = urlsplit(self._root_location), urlsplit(location)
        return (here.scheme, here.netloc) == (there.scheme, there.netloc)

    def _rewrite(self, tree: Any, location: str) -> None:
        """Note or rewrite each `$ref` of one file. What lies in examples and defaults is data."""
        is_root = tree is self._root
        prefix = "" if is_root else f"/{FILES}/{escape(self._name_of(location))}"
        seen: set[int] = set()
        waiting: list[tuple[Any, str, bool]] = [(tree, prefix, False)]
        while waiting:
            node, pointer, is_named = waiting.pop()
            if id(node) in seen:  # YAML's aliases give one object several places
                continue
            seen.add(id(node))
            if isinstance(node, list):
                waiting += [(child, f"{pointer}/{n}", False) for n, child in enumerate(node) if _is_container(child)]
                continue
            if not is_named:
                for holder, key in _references(node):
                    self._reference(holder, key, location, is_root, pointer)
            for key, child in node.items():
                if _is_container(child) and (is_named or key not in _DATA):
                    waiting.append((child, f"{pointer}/{escape(str(key))}", not is_named and key in _NAMED))

    def _reference(self, holder: dict[str, Any], key: str, location: str, is_root: bool, pointer: str) -> None:
        try:
            target, fragment = urldefrag(holder[key])
            absolute = urljoin(location, target)
            urlsplit(absolute)
        except ValueError:
            return  # the reader will say that it leads nowhere
        if not target or absolute == location:
            if not is_root:
                holder[key] = _inside(self._name_of(location), fragment)
            elif target:
                holder[key] = f"#{fragment}"
        elif absolute == self._root_location:
            holder[key] = f"#{fragment}"
        elif (name := self._name_of(absolute)) in self._files:
            holder[key] = _inside(name, fragment)
        else:
            self._wanted.setdefault(absolute, []).append((holder, key, fragment, pointer))


def _references(node: dict[str, Any]) -> Iterable[tuple[dict[str, Any], str]]:
    """Where `node` itself leads: its `$ref`, and those of its discriminator's mapping that are file names."""
    if isinstance(node.get("$ref"), str):
        yield node, "$ref"
    discriminator = node.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    if isinstance(mapping, dict):
        yield from [(mapping, key) for key, ref in mapping.items() if isinstance(ref, str) and _FILE_NAME.search(ref)]


def _inside(name: str, fragment: str) -> str:
    """The `$ref` that leads to a fragment of a file in the bundle."""
    place = f"/{FILES}/{escape(name)}"
    text = unquote(fragment)
    if text and not text.startswith("/"):
        return f"#{text}"  # an anchor, which is looked for in the whole bundle
    return f"#{place}{text}"


def _is_container(node: Any) -> bool:
    return isinstance(node, dict | list) and bool(node)
