"""An action's input from the command line, and the other small languages that options speak.

Every word is pure text in and plain values out; reading files and standard input is a function passed in.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.failures import Misuse

_DURATION: Final = re.compile(r"^(\d{1,9})([smhdw])$")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_MOST_REFS: Final = 20
_MOST_BRANCHES: Final = 200  # a schema may be made of itself
_COMMON_LABELS: Final = frozenset({"www", "api", "docs", "developer", "developers"})

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """What the input words say: `documents` are whole objects, `exact` JSON values, `texts` still untyped."""

    documents: tuple[dict[str, Any], ...]
    exact: dict[str, Any]
    texts: dict[str, tuple[str, ...]]

    def values(self, schema: Schema | None) -> dict[str, Any]:
        """The input; `schema` is the action's input schema, or None where it is not known (texts stay texts)."""
        merged: dict[str, Any] = {}
        for document in self.documents:
            merged.update(document)
        for name, texts in self.texts.items():
            merged[name] = typed(texts, property_schema(schema, name), schema or {}, name)
        return {**merged, **self.exact}


def parse_words(words: Sequence[str], read: Callable[[str], str]) -> Words:
    """The words ``key=text``, ``key:=json``, ``@file.json`` and ``-``. `read` is given a path, or ``-``.

    Raises `Misuse`.
    """
    documents: list[dict[str, Any]] = []
    exact: dict[str, Any] = {}
    texts: dict[str, tuple[str, ...]] = {}
    for word in words:
        if word == "-" or word.startswith("@"):
            documents.append(_document(word, read))
            continue
        name, separator, text = word.partition("=")
        is_exact = name.endswith(":")
        name = name.removesuffix(":")
        if not separator or not name:
            raise Misuse(
                f"{word!r} is not an input.", fix="Use key=text, key:=json, @file.json, or - for standard input."
            )
        if is_exact:
            if name in exact or name in texts:
                raise Misuse(f"{name} is given twice.")
            exact[name] = parse_json(text, name)
        elif name in exact:
            raise Misuse(f"{name} is given twice.")
        else:
            texts[name] = (*texts.get(name, ()), text)
    return Words(tuple(documents), exact, texts)


def typed(texts: Sequence[str], schema: Schema | None, root: Schema, name: str) -> Any:
    """`texts` as the type that `schema` asks for.

    A list takes each of several texts as an element, or one text split at its commas. What cannot be the type it
    should be stays a text: the API says best what it wants.
    """
    types = schema_types(schema, root)
    if "array" in types and "string" not in types:
        single = _typed_one(texts[0], types - {"array"}) if len(texts) == 1 and types != {"array"} else texts[0]
        return _typed_list(texts, schema or {}, root) if isinstance(single, str) else single
    if len(texts) > 1:
        raise Misuse(f"{name} is given {len(texts)} times, and is not a list.")
    return _typed_one(texts[0], types)


def schema_types(schema: Schema | None, root: Schema) -> frozenset[str]:
    """The JSON types that `schema` allows, as far as its surface tells; empty where it does not."""
    found: set[str] = set()
    for branch in _branches(schema, root):
        if "type" in branch:
            found.update([branch["type"]] if isinstance(branch["type"], str) else branch["type"])
        elif "enum" in branch or "const" in branch:
            found.update(_type_of(value) for value in branch.get("enum", [branch.get("const")]))
    return frozenset(found)


def property_schema(schema: Schema | None, name: str) -> Schema | None:
    """The schema of one property of an input schema, its reference followed."""
    found = _resolve((schema or {}).get("properties", {}).get(name), schema or {})
    return found if isinstance(found, Mapping) else None


def parse_json(text: str, what: str) -> Any:
    """`text` as JSON; duplicate keys, NaN and numbers beyond a double are refused. Raises `Misuse`."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise Misuse(f"The JSON of {what} is nested too deeply.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Misuse(
            f"{what} is not JSON: {error.msg} at {place}.", fix="Text needs quotes: key:='\"text\"'."
        ) from None
    except ValueError as error:
        raise Misuse(f"{what} is not usable JSON: {error}.") from None
    return value


def pairs(words: Iterable[str], what: str) -> dict[str, str]:
    """``key=value`` words as a dict. Raises `Misuse`."""
    found: dict[str, str] = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator or not name:
            raise Misuse(f"{what} {word!r} is not key=value.")
        found[name] = value
    return found


def commas(values: Iterable[str] | None) -> list[str]:
    """Options that may be repeated or separated by commas, as one list without empty parts."""
    return [part.strip() for value in values or () for part in value.split(",") if part.strip()]


def moment(text: str, *, now: dt.datetime, ahead: bool) -> str:
    """``10m``, ``30d`` (from `now`, back or ahead) or an RFC 3339 time, as the API takes it. Raises `Misuse`."""
    found = _DURATION.match(text)
    try:
        if found:
            distance = dt.timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
            at = now + distance if ahead else now - distance
        else:
            at = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
            at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
        return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        raise Misuse(f"{text!r} is not a time.", fix="Use 30s, 10m, 2h, 7d, 4w, or 2026-11-24T12:00:00Z.") from None


def name_from(source: str) -> str:
    """A name for what `source`, a URL or a file, describes: kebab-case, without what every API is called; or empty."""
    if "://" in source:
        host = re.sub(r"^[^:]+://(?:[^/@]*@)?", "", source).split("/")[0].split(":")[0].lower()
        is_address = host.replace(".", "").isdigit() or host == "localhost"
        return "" if is_address else _kebab(_registered(host))
    stem = re.sub(r"(\.(json|ya?ml|gz|openapi|swagger|pack))+$", "", Path(source).name, flags=re.IGNORECASE)
    if stem.lower() in ("openapi", "swagger", "api", "spec"):
        stem = Path(source).resolve().parent.name
    return _kebab(_registered(stem) if re.search(r"\w\.(com|org|net|io|dev|app|ai|co)$", stem) else stem)


def _registered(host: str) -> str:
    """What somebody has called their host: ``docs.api.shop.example.com`` → ``shop-example``."""
    parts = [part for part in host.split(".") if part not in _COMMON_LABELS]
    return "-".join(parts[:-1] or parts)


def _kebab(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")


def _document(word: str, read: Callable[[str], str]) -> dict[str, Any]:
    place = word if word == "-" else word[1:]
    what = "Standard input" if word == "-" else place
    value = parse_json(read(place), what)
    if not isinstance(value, dict):
        raise Misuse(f"{what} must hold a JSON object: the action's input.")
    return value


def _typed_list(texts: Sequence[str], schema: Schema, root: Schema) -> Any:
    if len(texts) == 1 and texts[0].lstrip().startswith("["):
        return _json_or_text(texts[0], list)
    parts = texts if len(texts) > 1 else (texts[0].split(",") if texts[0] else [])
    items = next((branch["items"] for branch in _branches(schema, root) if "items" in branch), None)
    types = schema_types(items, root)
    return [_typed_one(part, types) for part in parts]


def _typed_one(text: str, types: frozenset[str]) -> Any:
    if not types or "string" in types:
        return text
    if "null" in types and text == "null":
        return None
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "integer" in types and re.fullmatch(r"-?\d{1,4000}", text):
        return int(text)
    if "number" in types:
        return _json_or_text(text, (int, float))
    if "object" in types:
        return _json_or_text(text, dict)
    return text


def _json_or_text(text: str, kinds: type | tuple[type, ...]) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, kinds) and not isinstance(value, bool) else text


def _resolve(schema: Any, root: Schema) -> Any:
    """`schema` with a local ``$ref`` followed."""
    for _ in range(_MOST_REFS):
        if not isinstance(schema, Mapping) or not str(schema.get("$ref", "")).startswith("#/"):
            return schema
        place: Any = root
        for part in schema["$ref"][2:].split("/"):
            place = place.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(place, Mapping) else None
        schema = place
    return None


def _branches(schema: Any, root: Schema) -> list[Schema]:
    """`schema`, or in place of one that states no type, the alternatives or parts that it is made of."""
    found: list[Schema] = []
    waiting = [schema]
    for _ in range(_MOST_BRANCHES):
        if not waiting:
            break
        resolved = _resolve(waiting.pop(), root)
        if not isinstance(resolved, Mapping):
            continue
        parts = [part for keyword in ("anyOf", "oneOf", "allOf") for part in resolved.get(keyword, ())]
        if parts and not {"type", "enum", "const"} & set(resolved):
            waiting += parts
        else:
            found.append(resolved)
    return found


def _type_of(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _unique(found: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(found)
    if len(members) < len(found):
        raise ValueError("an object has the same key twice")
    return members


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not a number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is beyond what a double holds")
    return value
