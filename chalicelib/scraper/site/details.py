"""What prose says of a parameter: “required”, “optional, defaults to 20”, “one of a, b or c”, “maximum 100”."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from chalicelib.scraper.site.fragments import JsonType

Scalar = str | int | float | bool

_TYPES: Final[dict[str, tuple[JsonType, str | None]]] = {
    **dict.fromkeys(("string", "str", "text", "char", "varchar", "strings", "symbol", "token"), ("string", None)),
    **dict.fromkeys(
        ("integer", "int", "long", "int32", "int64", "integers", "ints", "bigint", "uint", "short", "unsigned"),
        ("integer", None),
    ),
    **dict.fromkeys(("number", "float", "double", "decimal", "numeric", "numbers", "floats", "real"), ("number", None)),
    **dict.fromkeys(("boolean", "bool", "flag", "booleans"), ("boolean", None)),
    **dict.fromkeys(("array", "list", "arrays", "set", "collection"), ("array", None)),
    **dict.fromkeys(
        ("object", "hash", "map", "dict", "dictionary", "json", "struct", "objects", "hashmap"), ("object", None)
    ),
    **dict.fromkeys(("datetime", "timestamp", "rfc3339"), ("string", None)),
    "date": ("string", "date"), "uuid": ("string", "uuid"), "guid": ("string", "uuid"), "email": ("string", "email"),
    "url": ("string", "uri"), "uri": ("string", "uri"), "file": ("string", "binary"), "binary": ("string", "binary"),
    "enum": ("string", None),
}  # fmt: skip
TYPE_WORD: Final = "|".join(sorted((re.escape(word) for word in _TYPES), key=len, reverse=True))
_NAME: Final = r"[A-Za-z0-9_.:@+-]{1,60}"
_VALUE: Final = rf"(?:`([^`\n]{{1,80}})`|\"([^\"\n]{{0,80}})\"|“([^”\n]{{1,80}})”|'([^'\n]{{1,80}})'|({_NAME}))"
_NOT_REQUIRED: Final = re.compile(r"\b(?:optional(?:ly)?|not (?:required|mandatory))\b", re.IGNORECASE)
_REQUIRED: Final = re.compile(
    r"\b(?:required|mandatory|must be (?:given|provided|specified|set))\b(?! (?:if|when|unless|for|only|by|scope"
    r"|permission|to))",
    re.IGNORECASE,
)
_CONDITIONAL: Final = re.compile(r"\b(?:required|mandatory) (?:if|when|unless|for|only)\b", re.IGNORECASE)
_DEFAULT: Final = re.compile(
    rf"\b(?:defaults?(?: value)?(?: is set)?(?: to| is| of)?|by default)[ ]{{0,3}}[:=]?[ ]{{0,3}}{_VALUE}",
    re.IGNORECASE,
)
_IS_DEFAULT: Final = re.compile(rf"{_VALUE} \((?:the )?default\)", re.IGNORECASE)
_CHOICES: Final = re.compile(
    r"\b(?:(?:must be |can be |should be |is |are )?(?:one|any|either|some) of(?: the following)?(?: values| options)?"
    r"|(?:allowed|possible|valid|accepted|supported|available|permitted) (?:values|options|choices)(?: are| is"
    r"| include)?"
    r"|options|values|choices|enum|can be(?: either)?|must be(?: either)?|either)[ ]{0,3}[:=]?[ ]{0,3}[(\[]?",
    re.IGNORECASE,
)
_ANNOUNCES: Final = re.compile(
    r"\b(?:one of|(?:allowed|possible|valid|accepted|supported|available|permitted|following) (?:values|options"
    r"|choices)|values|choices|either)\b[^.:]{0,40}(?::|\Z)",
    re.IGNORECASE,
)
_LEADING: Final = re.compile(r"(?:\((?:required|optional)\)\s{0,3})?([A-Za-z][A-Za-z ]{2,24})\.(?=\s|\Z)")
_CHOICE: Final = re.compile(rf"\s{{0,3}}{_VALUE}(?:\s{{0,2}}\([^()\n]{{1,60}}\))?")
_SEPARATOR: Final = re.compile(r"\s{0,3}(?:,?\s{0,3}(?:or|and)\b|[,|/]|;)\s{0,3}", re.IGNORECASE)
_NUMBER: Final = r"(-?\d[\d,_]{0,15}(?:\.\d{1,10})?)"
_UNIT: Final = (
    r"(?!\s?(?:characters?|chars?|bytes?|letters?|kb|mb|kib|mib|items|elements|entries|digits|in length))(?![\d.,]\d)"
)
_MAXIMUM: Final = re.compile(
    rf"\b(?:max(?:imum)?(?: value)?(?: of| is)?|up to|at most"
    rf"|no more than)[ ]{{0,2}}[:=]?[ ]{{0,2}}`?{_NUMBER}\b{_UNIT}",
    re.IGNORECASE,
)
_MINIMUM: Final = re.compile(
    rf"\b(?:min(?:imum)?(?: value)?(?: of| is)?|at least)[ ]{{0,2}}[:=]?[ ]{{0,2}}`?{_NUMBER}\b{_UNIT}", re.IGNORECASE
)
_BETWEEN: Final = re.compile(
    rf"\b(?:between|from|range(?: is)?:?)[ ]{{1,2}}`?{_NUMBER}`?[ ]{{0,2}}(?:and|to|-|–"
    rf"|\.\.)[ ]{{0,2}}`?{_NUMBER}\b{_UNIT}",
    re.IGNORECASE,
)
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Details:
    """What was said; `None` or empty where nothing was."""

    required: bool | None = None
    default: Scalar | None = None
    enum: tuple[Scalar, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A type as JSON Schema has it."""

    type: JsonType
    item_type: JsonType | None = None
    format: str | None = None
    nullable: bool = False


def read(text: str) -> Details:
    """What `text` says."""
    text = text[:_MOST]
    minimum, maximum = _bounds(text)
    return Details(is_required(text), _default(text), _enum(text), minimum, maximum)


def announces_choices(text: str) -> bool:
    """Whether the values that a parameter may take follow `text`, or have begun to."""
    return _ANNOUNCES.search(text[:_MOST]) is not None


def is_required(text: str) -> bool | None:
    """Whether `text` says “required” (true) or “optional” (false)."""
    if _NOT_REQUIRED.search(text) or _CONDITIONAL.search(text):
        return False
    return True if _REQUIRED.search(text) else None


def type_of(text: str) -> Typed | None:
    """The type that a cell or a parenthesis names: ``int``, ``?string``, ``array of strings``, ``string[]``."""
    plain = text.strip().lower()[:80]
    nullable = plain.startswith("?") or "null" in plain
    is_list = "[]" in plain or plain.startswith(("array", "list", "[", "comma"))
    found = re.findall(r"[a-z]+[0-9]{0,4}", plain)
    kinds = [_TYPES[word] for word in found if word in _TYPES]
    if not kinds:
        return Typed("array", nullable=nullable) if is_list else None
    if is_list:
        is_reference = any(word in ("id", "ids") for word in found)
        inner = next((kind for kind, _ in kinds if kind != "array"), None) if not is_reference else None
        return Typed("array", inner, nullable=nullable)
    if len({kind for kind, _ in kinds}) > 1 and ("|" in plain or " or " in plain):
        return None
    kind, form = kinds[0]
    if any(word in ("date",) for word in found) and "time" in plain:
        form = None
    return Typed(kind, None, form, nullable)


def leading_type(text: str) -> Typed | None:
    """The type that a description begins with, as in ``(required) Array of String. The names.``"""
    found = _LEADING.match(text)
    return type_of(found[1]) if found else None


def scalar(text: str) -> Scalar:
    """`text` as the JSON value that it looks like."""
    plain = text.strip().strip("`\"'")
    if plain.lower() in ("true", "false"):
        return plain.lower() == "true"
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,14})", plain):
        return int(plain)
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,14})\.\d{1,10}", plain):
        return float(plain)
    return plain


def _group(found: re.Match[str]) -> str:
    return next((group for group in found.groups() if group is not None), "")


def _default(text: str) -> Scalar | None:
    found = _DEFAULT.search(text) or _IS_DEFAULT.search(text)
    if found is None:
        return None
    value = _group(found).rstrip(".,;:")
    if not value or value.lower() in (
        "the",
        "a",
        "an",
        "to",
        "is",
        "value",
        "this",
        "all",
        "none",
        "null",
        "and",
        "if",
        "it",
        "no",
        "not",
        "in",
    ):
        return None
    return scalar(value)


def _enum(text: str) -> tuple[Scalar, ...]:
    for lead in _CHOICES.finditer(text):
        found = _choices(text, lead.end())
        is_sure = lead[0].rstrip().lower().endswith(("of", ":", "either")) or "value" in lead[0].lower()
        quoted = [was_quoted for _, was_quoted in found]
        if len(found) >= 2 and (all(quoted) or is_sure):
            return tuple(dict.fromkeys(scalar(value) for value, _ in found))[:50]
    return ()


def _choices(text: str, at: int) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    while len(found) < 50 and (choice := _CHOICE.match(text, at)) is not None:
        bare = choice[5]
        if bare is not None and bare.lower() in ("the", "a", "an", "of", "is", "these", "following"):
            break
        found.append((_group(choice).rstrip(".,;:"), bare is None))
        separator = _SEPARATOR.match(text, choice.end())
        if separator is None:
            break
        at = separator.end()
        if again := _SEPARATOR.match(text, at):
            at = again.end()
    else:
        return found
    after = text[choice.end() : choice.end() + 2] if choice else ""
    if found and not found[-1][1] and after[:1] == " " and after[1:2].islower():
        found.pop()  # the sentence goes on: its last word was no value
    return found


def _bounds(text: str) -> tuple[float | None, float | None]:
    if between := _BETWEEN.search(text):
        return _number(between[1]), _number(between[2])
    least, most = _MINIMUM.search(text), _MAXIMUM.search(text)
    return _number(least[1]) if least else None, _number(most[1]) if most else None


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "").replace("_", ""))
    except ValueError:
        return None
