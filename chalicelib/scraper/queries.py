"""The query of a path template, which OpenAPI does not allow there and many write: `/x?kind=a&page={page}`, `/x{?a,b}`.

Fixed pairs become constants, variables become query parameters. RFC 6570 (form-style expansion) gives ``{?a,b*}`` and
``{&a}`` their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from chalicelib.registry.profile import Constant
from chalicelib.scraper.parameters import Property, binding

_EXPRESSION: Final = re.compile(r"\{[?&]([^{}]*)\}")
_VARIABLE: Final = re.compile(r"\{([^{}]+)\}")
_MOST_NAME: Final = 200
_MOST_VALUE: Final = 2_000


class Variable(NamedTuple):
    """A variable, the name that its value is sent under, and whether the template always has it."""

    sent: str
    name: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Query:
    """`constants` are sent as they are, values of `variables` are asked for.

    `patterns` are names whose value is made of a variable and text around it: what is asked for is the whole value.
    """

    constants: tuple[Constant, ...] = ()
    variables: tuple[Variable, ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()


NONE: Final = Query()


def split(template: str) -> tuple[str, Query]:
    """The path of a template, and its query. Raises `ValueError` where the query cannot be read."""
    names: list[str] = []
    for expression in _EXPRESSION.findall(template):
        names += [name.strip().rstrip("*").split(":")[0] for name in expression.split(",")]
    path, question_mark, query = _EXPRESSION.sub("", template).partition("?")
    if not question_mark and not names:
        return path, NONE
    constants: list[Constant] = []
    variables = [Variable(name, name, False) for name in names]
    patterns: list[tuple[str, str]] = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        if (only := _VARIABLE.fullmatch(name)) and not value:  # `/x?{page}`
            variables.append(Variable(only[1], only[1], True))
        elif only := _VARIABLE.fullmatch(value):
            variables.append(Variable(name, only[1], True))
        elif "{" in value:
            patterns.append((name, value))
        elif len(name) <= _MOST_NAME and len(value) <= _MOST_VALUE:
            constants.append(Constant(place="query", name=name, value=value))
        else:
            raise ValueError("The path holds a query that is too long")
    sent = [each.name for each in constants] + [each.sent for each in variables] + [name for name, _ in patterns]
    for name in sent:
        if not 0 < len(name) <= _MOST_NAME or "{" in name or "}" in name:
            raise ValueError("The path holds a query template that cannot be read")
    return path, Query(tuple(constants), tuple(dict.fromkeys(variables)), tuple(patterns))


def applied(query: Query, declared: Iterable[Property], in_path: Iterable[str], pointer: str) -> list[Property]:
    """`declared` with the variables of the query among them; `in_path` are the variables of the path itself.

    A parameter that is declared for the path or the query under the variable's name, or under the name that is sent,
    says what the value is; a variable that nothing declares is asked for as a string.
    """
    found = list(declared)
    stays = frozenset(in_path)
    for sent, variable, is_required in query.variables:
        at = next((n for n, each in enumerate(found) if _is_of(each, sent, variable, stays)), None)
        place = binding("query", sent)
        if at is None:
            found.append(Property({"type": "string"}, place, is_required, frozenset(), pointer))
        else:
            kept = found[at].binding.model_copy(update={"place": "query", "name": sent})
            found[at] = replace(found[at], binding=kept if found[at].binding.place == "query" else place)
    for sent, pattern in query.patterns:
        if not any(each.key == ("query", sent) for each in found):
            schema = {"type": "string", "description": f"As `{pattern}`."}
            found.append(Property(schema, binding("query", sent), True, frozenset(), pointer))
    constant = {each.name for each in query.constants}
    return [each for each in found if each.binding.place != "query" or each.binding.name not in constant]


def _is_of(each: Property, sent: str, variable: str, in_path: frozenset[str]) -> bool:
    place, name = each.binding.place, each.binding.name
    return (place == "query" and name in (sent, variable)) or (
        place == "path" and name in (sent, variable) and name not in in_path
    )
