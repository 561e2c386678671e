"""Concrete paths → templates: which segment of ``/users/jdoe/keys/42`` is a value, told by evidence.

What counts: another page declares the placeholder; the segment looks like an id; it comes back as a value in the bodies
shown beside it; its siblings answer alike and take the same methods. What counts against it: the path is declared with
the segment as it is, or a heading speaks of it, as headings name what is fixed and not what is an example.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.scraper.site import paths

_ID: Final = re.compile(
    r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|(?=[0-9a-f]*\d)[0-9a-f]{8,}|"
    r"(?=[0-9A-F]*\d)[0-9A-F]{8,}"
    r"|\d{4}-\d\d-\d\d(?:T[\d:.Z+-]*)?|[\w.+%-]+@[\w-]+\.[\w.]+|\d{1,3}(?:\.\d{1,3}){3}|[xX]{3,}(?:-[xX]+)*|\.{3}|…"
    r"|(?=[^\d]*\d[^\d]*\d)(?=.*[A-Za-z])[A-Za-z]{1,8}[_-](?=[A-Za-z0-9]*\d)[A-Za-z0-9]{5,}|(?=(?:\D*\d){3})"
    r"(?=.*[a-zA-Z])[A-Za-z0-9]{9,}"
    r"|.*%[0-9A-Fa-f]{2}.*|[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){3,}|[\w.-]*:\d+"
)
_VERSION: Final = re.compile(r"v?\d{1,2}(?:\.\d+){0,2}|v\d+(?:alpha|beta)\d*|latest|\d{4}-\d\d-\d\d")
_META: Final = re.compile(
    r"(?:foo|bar|baz|qux|quux|foobar|example|sample|(?:my|your|some|example|sample|new|a|test)[-_]\w[\w-]*)(?:\.\w+)?",
    re.IGNORECASE,
)
_EXTENSION: Final = re.compile(r"(.+)\.(json|xml|csv|txt|html|png|jpg|jpeg|gif|yaml|rss|atom)\Z")
_WORD: Final = re.compile(r"[a-z0-9]+")
_SERVICES: Final = frozenset(("services", "apis", "versions"))
_THRESHOLD: Final = 0.6
_MOST_DEPTH: Final = 16
_MOST_SIBLINGS: Final = 400


@dataclass(slots=True)
class Claimed:
    """One mention of a path. `values` are the scalars of bodies shown with it, `keys` the members of its answers."""

    method: str
    path: str
    is_open: bool
    is_prefix: bool = False
    heading: str = ""
    values: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    result: str = ""
    deduced: tuple[str, ...] = ()
    segments: list[str] = field(default_factory=list)


def settle(claims: Sequence[Claimed]) -> None:
    """Give each claim its `result`, a template, and the placeholders that were `deduced`."""
    for claim in claims:
        claim.segments = [part for part in claim.path.split("/") if part]
    extension = _usual_extension(claims)
    for claim in claims:
        if extension and claim.is_open and not claim.path.endswith("/") and not _EXTENSION.match(claim.path):
            claim.segments[-1:] = [f"{claim.segments[-1]}.{extension}"] if claim.segments else []
    _Level((), list(claims)).settle()
    for claim in claims:
        claim.result = "/" + "/".join(claim.segments) if claim.segments else "/"
        if claim.path.endswith("/") and claim.segments:
            claim.result += "/"
        claim.deduced = tuple(
            name for name in paths.placeholders(claim.result) if name not in paths.placeholders(claim.path)
        )


def _usual_extension(claims: Sequence[Claimed]) -> str:
    """The extension that prose leaves out: two paths are shown with and without it, none is declared without it."""
    shown = {claim.path for claim in claims}
    found = Counter(
        ending[2] for path in shown if (ending := _EXTENSION.match(path)) is not None and ending[1] in shown
    )  # fmt: skip
    if not found or found.most_common(1)[0][1] < 2:
        return ""
    extension = found.most_common(1)[0][0]
    is_declared = any(not claim.is_open and not claim.path.endswith(f".{extension}") for claim in claims)
    return "" if is_declared else extension


class _Level:
    """All claims whose paths begin alike, and the segment that comes next."""

    def __init__(self, prefix: tuple[str, ...], claims: list[Claimed]) -> None:
        self.prefix = prefix
        self.at = len(prefix)
        self.claims = [claim for claim in claims if len(claim.segments) > self.at]
        self.is_prefix = any(claim.is_prefix and len(claim.segments) == self.at for claim in claims)
        self.children: dict[str, list[Claimed]] = {}
        for claim in self.claims:
            self.children.setdefault(claim.segments[self.at], []).append(claim)

    def settle(self) -> None:
        if not self.claims or self.at >= _MOST_DEPTH:
            return
        fixed = {part for part, claims in self.children.items() if "{" not in part and self._is_fixed(part, claims)}
        declared = [part for part in self.children if "{" in part]
        whole = [part for part in declared if re.fullmatch(r"\{[^{}]*\}", part)]
        values = self._values(fixed, whole)
        if values and self._is_rest(values):
            self._collapse(values)
        next_groups: dict[str, list[Claimed]] = {}
        for part, claims in self.children.items():
            if part in values:
                part = self._placeholder(part, whole, values)
            key = paths.shape(part) if "{" in part else part
            for claim in claims:
                claim.segments[self.at] = part
            next_groups.setdefault(key, []).extend(claims)
        for key, claims in next_groups.items():
            _Level((*self.prefix, key), claims).settle()

    def _is_fixed(self, part: str, claims: Sequence[Claimed]) -> bool:
        """A segment that a page declares as it is; an id is one even there."""
        return any(not claim.is_open for claim in claims) and not _looks_like_id(part)

    def _values(self, fixed: set[str], whole: Sequence[str]) -> set[str]:
        open_parts = [part for part in self.children if "{" not in part and part not in fixed][:_MOST_SIBLINGS]
        values: set[str] = set()
        for part in open_parts:
            claims = self.children[part]
            if (_looks_like_id(part) and not self._is_version(part)) or (
                whole and self.at > 0 and self._may_stand_for(claims, whole) and not self._is_named(part, claims)
            ):
                values.add(part)
        if self.at == 0:
            return values
        rest = [part for part in open_parts if part not in values and not _VERSION.fullmatch(part)]
        likely = {part for part in rest if self._score(part, rest, bool(values)) >= _THRESHOLD}
        likely = {part for part in rest if self._score(part, rest, bool(values or likely)) >= _THRESHOLD}
        if likely and len(likely) * 2 >= len(
            rest
        ):  # most siblings are values: so are the others, unless a heading speaks of them
            left = [part for part in rest if part not in likely and not _is_plural(part)]
            likely.update(part for part in left if not self._is_named(part, self.children[part]))
        return values | likely

    def _is_version(self, part: str) -> bool:
        """Whether a segment near the root is a version of the API; a bare number after a plural is the id of one."""
        follows_plural = bool(self.prefix) and _is_plural(self.prefix[-1]) and self.prefix[-1] not in _SERVICES
        return self.at < 2 and _VERSION.fullmatch(part) is not None and not (part.isdigit() and follows_plural)

    def _may_stand_for(self, claims: Sequence[Claimed], whole: Sequence[str]) -> bool:
        """Whether a placeholder is declared with one of the tails that are shown, or follows a plural."""
        if self.prefix and _is_plural(self.prefix[-1]):
            return True
        declared = {
            paths.shape("/".join(each.segments[self.at + 1 :])) for part in whole for each in self.children[part]
        }
        return any(any(_covers(one, each.segments[self.at + 1 :]) for one in declared) for each in claims)

    def _score(self, part: str, siblings: Sequence[str], has_values: bool) -> float:
        claims = self.children[part]
        bare = _bare(part)
        score = 0.0
        if any(_echoes(bare, claim) for claim in claims):
            score += 0.5
        noun = _singular(self.prefix[-1]) if self.prefix else ""
        if noun and any(f"{noun}={bare}".lower() in claim.values for claim in claims):
            score += 0.4
        if _META.fullmatch(part):
            score += 0.6
        if self.is_prefix:
            score += 0.5
        if has_values:
            score += 0.2
        if not all(claim.is_open for claim in claims):
            score -= 0.1
        others = [each for each in siblings if each != part]
        alike = [each for each in others if self._is_alike(claims, self.children[each])]
        score += min(0.45, 0.15 * len(alike))
        if self.prefix and _is_plural(self.prefix[-1]) and not _is_plural(bare):
            score += 0.15
        if {claim.method for claim in claims} & {"PUT", "DELETE"} and self._is_last(claims):
            score += 0.1
        if self._is_named(part, claims):
            score -= 0.6
        return score

    def _is_alike(self, claims: Sequence[Claimed], others: Sequence[Claimed]) -> bool:
        """Whether two siblings take the same methods with the same tails, or answer with the same members."""
        one = {(claim.method, tuple(claim.segments[self.at + 1 :])) for claim in claims}
        other = {(claim.method, tuple(claim.segments[self.at + 1 :])) for claim in others}
        keys, other_keys = ({claim.keys for claim in each if claim.keys} for each in (claims, others))
        if keys and other_keys:
            return bool(keys & other_keys)
        return len(one & other) >= 2

    def _is_last(self, claims: Sequence[Claimed]) -> bool:
        return any(len(claim.segments) == self.at + 1 for claim in claims)

    def _is_named(self, part: str, claims: Sequence[Claimed]) -> bool:
        """Whether most headings above speak of the segment."""
        words = _WORD.findall(_bare(part).lower())
        if not words:
            return False
        stems = {_singular(word) for word in words}
        named = sum(stems <= {_singular(word) for word in _WORD.findall(claim.heading.lower())} for claim in claims)
        return named * 2 > len(claims)

    def _is_rest(self, values: Iterable[str]) -> bool:
        """Whether what follows is one value with slashes in it: answers show tails of one and of several segments."""
        lengths = {
            len(claim.segments) - self.at
            for part in values
            for claim in self.children[part]
            if _echoes("/".join(claim.segments[self.at :]), claim)
        }
        return 1 in lengths and len(lengths) > 1

    def _collapse(self, values: Iterable[str]) -> None:
        for part in values:
            for claim in self.children[part]:
                del claim.segments[self.at + 1 :]

    def _placeholder(self, part: str, whole: Sequence[str], values: set[str]) -> str:
        extension = _EXTENSION.match(part)
        tail = f".{extension[2]}" if extension else ""
        with_tail = [each for each in self.children if "{" in each and tail and each.endswith(tail)]
        if with_tail:
            return with_tail[0]
        if whole and not tail:
            return whole[0]
        if part.startswith("@") or (part[:1] == "~"):
            return part
        return "{" + self._name(values) + "}" + tail

    def _name(self, values: set[str]) -> str:
        before = next((each for each in reversed(self.prefix) if "{" not in each), "")
        noun = re.sub(r"\W", "_", _singular(before)) if _is_plural(before) or before else ""
        is_number = all(_looks_like_id(_bare(each)) for each in values)
        name = f"{noun}_id" if is_number and noun else noun or "id"
        return name or "id"


def _covers(shape: str, tail: Sequence[str]) -> bool:
    wanted = [part for part in shape.split("/") if part]
    return len(wanted) == len(tail) and all("{" in one or one == other for one, other in zip(wanted, tail, strict=True))


def _bare(part: str) -> str:
    found = _EXTENSION.match(part)
    return found[1] if found else part


def _looks_like_id(part: str) -> bool:
    return _ID.fullmatch(_bare(part)[:200]) is not None


def _echoes(value: str, claim: Claimed) -> bool:
    """Whether a body shown with the claim holds the value, perhaps behind a slash."""
    return len(value) > 1 and (value in claim.values or f"/{value}" in claim.values)


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if _is_plural(word) else word


def scalars(value: Any) -> Iterator[str]:
    """Strings and numbers in a JSON value, at most 2,000; those of an object also as ``name=value``, in lower case."""
    stack, left = [value], 2_000
    while stack and left:
        left -= 1
        each = stack.pop()
        if isinstance(each, dict):
            stack.extend(list(each.values())[:200])
            yield from (f"{name}={one}".lower()[:200] for name, one in each.items() if isinstance(one, str | int))
        elif isinstance(each, list):
            stack.extend(each[:50])
        elif isinstance(each, str):
            if len(each) <= 200:
                yield each
        elif isinstance(each, int) and not isinstance(each, bool):
            yield str(each)


def members(value: Any) -> frozenset[str]:
    """The names at the top of a JSON object, or of the objects in a list."""
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, dict)), None)
    return frozenset(value) if isinstance(value, dict) else frozenset()
