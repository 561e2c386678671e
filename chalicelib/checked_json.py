"""Our own input, parsed without surprises: RFC 8259 and I-JSON (RFC 7493).

Refused are what parsers disagree on or choke on: duplicate keys, NaN and Infinity, numbers beyond a double, text that
is not UTF-8, lone surrogates, more than 64 levels, more than 100,000 values, integers of more than 4,300 digits (D1).
Integers are exact, whatever their size. Depth and count are measured before anything is built.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from chalicelib.errors import MalformedJson
from chalicelib.settings import Caps

# An unclosed string reaches to the end; nothing is matched twice, so that nothing is remembered for it.
_STRING: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def loads(data: bytes) -> Any:
    """The value in `data`. Raises `MalformedJson` saying what is wrong and where."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedJson(f"The body is not UTF-8: byte {error.start}.") from None
    if text.startswith("\ufeff"):
        raise MalformedJson("The body begins with a BOM, which JSON must not have (RFC 8259, 8.1).")
    _check_size(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError:  # int's own limit
        raise MalformedJson("The body holds an integer of more than 4,300 digits.") from None
    if _SURROGATE.search(text) and not _is_encodable(value):
        raise MalformedJson("The body holds half of a surrogate pair, which is no character.")
    return value


def pointer(path: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _check_size(text: str) -> None:
    """Raises `MalformedJson` for too many levels or values.

    The brackets and commas of the whole text are an over-estimate that nearly every body passes; only then is what
    stands inside strings left out, and the count exact.
    """
    if text.count("[") + text.count("{") <= Caps.JSON_DEPTH and text.count(",") < Caps.JSON_NODES - Caps.JSON_DEPTH:
        return
    bare = "".join(_STRING.sub("0", text).split())
    opened = bare.count("[") + bare.count("{")
    values = 1 + bare.count(",") + opened - bare.count("[]") - bare.count("{}")
    if max(opened, values) > Caps.JSON_NODES:
        raise MalformedJson(f"The body holds more than {Caps.JSON_NODES:,} values.")
    depth = 0
    for bracket in _BRACKET.findall(bare):
        depth += 1 if bracket in "[{" else -1
        if depth > Caps.JSON_DEPTH:
            raise MalformedJson(f"The body nests deeper than {Caps.JSON_DEPTH} levels.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise MalformedJson(f"The body names the member {twice[:100]!r} twice in one object.")
    return members


def _refuse_constant(constant: str) -> NoReturn:
    raise MalformedJson(f"The body holds {constant}, which is not JSON.")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise MalformedJson(f"The body holds {digits[:40]}, which is more than a double can hold.")
    return number


def _is_encodable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)
