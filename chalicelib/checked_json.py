"""Our own input, parsed without surprises: RFC 8259 and I-JSON (RFC 7493).

Refused are what parsers disagree on or choke on: duplicate keys, NaN and Infinity, more than 64 levels, more than
100,000 values, integers of more than 4,300 digits (D1). Integers are exact, whatever their size.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from chalicelib.errors import MalformedJson
from chalicelib.settings import Caps


def loads(data: bytes) -> Any:
    """The value in `data`. Raises `MalformedJson` saying what is wrong and where."""
    if data.count(b"[") + data.count(b"{") > Caps.JSON_NODES or _too_deep(data):
        raise MalformedJson(f"The body nests deeper than {Caps.JSON_DEPTH} levels, or holds too many values.")
    try:
        value = json.loads(data, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise MalformedJson(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except UnicodeDecodeError as error:
        raise MalformedJson(f"The body is not UTF-8: byte {error.start}.") from None
    except RecursionError:
        raise MalformedJson(f"The body nests deeper than {Caps.JSON_DEPTH} levels.") from None
    except ValueError as error:
        if "digits" not in str(error):
            raise
        raise MalformedJson("The body holds an integer of more than 4,300 digits.") from None
    if data.count(b",") >= Caps.JSON_NODES and _count(value) > Caps.JSON_NODES:
        raise MalformedJson(f"The body holds more than {Caps.JSON_NODES:,} values.")
    return value


def _too_deep(data: bytes) -> bool:
    """A quick over-estimate first; the exact depth only where that is not enough."""
    if data.count(b"[") + data.count(b"{") <= Caps.JSON_DEPTH:
        return False
    depth, in_string, escaped = 0, False, False
    for byte in data:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > Caps.JSON_DEPTH:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise MalformedJson(f"The body names the member {twice[:100]!r} twice in one object.")
    return members


def _refuse_constant(constant: str) -> NoReturn:
    raise MalformedJson(f"The body holds {constant}, which is not JSON.")


def _count(value: Any) -> int:
    """How many values there are, without recursion."""
    count, open_values = 0, [value]
    while open_values:
        item = open_values.pop()
        count += 1
        if isinstance(item, dict):
            open_values.extend(item.values())
        elif isinstance(item, list):
            open_values.extend(item)
    return count
