"""Does a body say what a rule of the profile asks for? Pure; the rule is `registry.profile.BodyRule`."""

from __future__ import annotations

from typing import Any, Final

import orjson

from chalicelib.egress import Answer
from chalicelib.registry.profile import BodyRule

_ABSENT: Final = object()
_NOTHING: Final[tuple[Any, ...]] = (None, False, "", [], {}, _ABSENT)
_LOOKED_AT: Final = 100_000  # bytes of a body in which a text is sought


def matches(answer: Answer, rule: BodyRule) -> bool:
    """True where the body of `answer` is as `rule` says. What is not JSON has nothing at any pointer."""
    if rule.pointer is None:
        return _contains(answer.body[:_LOOKED_AT].decode(errors="replace"), rule)
    try:
        value = at(orjson.loads(answer.body), rule.pointer)
    except orjson.JSONDecodeError:
        return False
    if value is _ABSENT:
        return False
    if rule.values or rule.contains:
        return _text(value) in rule.values or _contains(_text(value), rule)
    return value not in _NOTHING


def at(value: Any, pointer: str) -> Any:
    """What is at `pointer` (RFC 6901) in `value`; a value of its own where there is nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name, _ABSENT)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return _ABSENT
    return value


def _contains(text: str, rule: BodyRule) -> bool:
    lowered = text.lower()
    return any(wanted.lower() in lowered for wanted in rule.contains)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
