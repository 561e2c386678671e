"""`{variables}` of a connection's config in URLs and parameters: filled once, never expanded a second time (C6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.errors import InvalidInput

_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")


def variables(template: str) -> frozenset[str]:
    """The names of the variables in `template`."""
    return frozenset(_VARIABLE.findall(template))


def fill_url(template: str, config: Mapping[str, Any]) -> str:
    """`template` with its variables filled from `config`. Raises `InvalidInput` for one that is missing or odd."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        given = config.get(name)
        if given is None:
            fault = {"pointer": f"/config/{name}", "code": "missing", "detail": "required"}
            raise InvalidInput(f"The connection's config lacks `{name}`, which {template} needs.", errors=[fault])
        if not is_plain(given):
            fault = {"pointer": f"/config/{name}", "code": "pattern", "detail": "letters, digits, `.`, `-`, `_`"}
            raise InvalidInput(f"`{name}` has a value that cannot stand in a URL.", errors=[fault])
        return str(given)

    return _VARIABLE.sub(value, template)


def fill_text(template: str, config: Mapping[str, Any]) -> str | None:
    """`template` with its variables filled from `config`; None where one of them has no value."""
    if any(config.get(name) is None for name in variables(template)):
        return None
    return _VARIABLE.sub(lambda match: str(config[match[1]]), template)


def authority(template: str) -> str:
    """``scheme://authority`` of a URL template, as it is written."""
    scheme, _, rest = template.partition("://")
    return f"{scheme}://{re.split('[/?#]', rest, maxsplit=1)[0]}".lower()


def open_end(template: str) -> str | None:
    """The variable in which a URL template's host ends, which could make it any host at all; None where there is none.

    A host of which less than a domain and its suffix is fixed counts as open: ``{tenant}.com`` could be anybody's.
    """
    host = re.split("[/?#]", template.partition("://")[2], maxsplit=1)[0].rsplit(":", 1)[0]
    names = _VARIABLE.findall(host)
    fixed = host.rpartition("}")[2]
    is_bounded = fixed.startswith(".") and fixed.count(".") >= 2
    return str(names[-1]) if names and not is_bounded else None


def is_plain(value: Any) -> bool:
    """True for what can stand in a URL without changing where it leads."""
    return (
        isinstance(value, str)
        and bool(value)
        and value.isascii()
        and ".." not in value
        and all(c.isalnum() or c in ".-_" for c in value)
    )
