"""The English of API documentation: which role a heading, a caption or a column plays, by its words.

These are words of the trade, not of any one site. Whatever is not in a list is content.
"""

from __future__ import annotations

import functools
import re
from typing import Final, Literal

Role = Literal["query", "path", "header", "cookie", "body", "request", "response", "errors"]
Column = Literal[
    "name",
    "type",
    "required",
    "optional",
    "description",
    "default",
    "place",
    "example",
    "enum",
    "method",
    "path",
    "code",
]

_WORD: Final = re.compile(r"[a-z0-9]+")
_QUOTED: Final = re.compile(r"[\"“][^\"”]{1,100}[\"”]|\(s\)")
_STATUS: Final = re.compile(r"(?:HTTP |Status |Code )?([1-5])\d\d\b(?!\.\d)(?:[ :–—-]+[A-Za-z ]{2,40})?\Z")
_NAMED: Final = re.compile(r"\w\.\w|_")


def _set(text: str) -> frozenset[str]:
    """The terms in `text`, which are set apart by commas."""
    return frozenset(" ".join(term.split()) for term in text.split(","))


_RESPONSE: Final = _set(
    """
    response, responses, return, returns, returned, result, results, output, reply, answer, success
    """
)
_ERRORS: Final = _set("error, errors, status, statuses, failure, exceptions")
_BODY: Final = _set("body, payload, json, form, data, multipart, bodyparam")
_QUERY: Final = _set("query, querystring, filters")
_PATH: Final = _set("path, route")
_HEADER: Final = _set("header, headers")
_PARTS: Final = _set(
    """
    parameter, parameters, param, params, argument, arguments, args, attribute, attributes, option, options,
    field, fields, input, inputs, property, properties, request, variables, keys, values, flags, conditions, modifiers
    """
)
_FILLERS: Final = _set(
    """
    the, a, an, of, for, and, or, this, following, available, supported, optional, required, http, https, url,
    uri, api, rest, call, curl, example, examples, sample, samples, command, usage, endpoint, method,
    definition, schema, structure, details, description, notes, note, code, codes, content, type, format,
    syntax, resource, string, possible, common, are, as, is, be, can, with, in, to, accepts, accepted, takes,
    you, pass, may, these, model, object, list, above, returns, like, looks, shell, bash, python, javascript,
    permissions, authorization, authentication
    """
)

_NEUTRAL: Final = _set(
    "body, headers, header, schema, attributes, fields, properties, example, json, the, format, data"
)

_COLUMN_NAMES: Final[dict[Column, str]] = {
    "name": """
    parameter, parameters, param, name, field, fields, attribute, key, argument, property, option, variable,
    header, member, element, column, query parameter, form field, field name, parameter name, attribute name,
    property name, param name, json property, query param, input
    """,
    "type": "type, data type, datatype, value type, schema, kind, field type",
    "required": """
    required, mandatory, req, required?, is required, requirement, presence, optional/required, required/optional,
    mandatory/optional, required or optional
    """,
    "optional": "optional, optional?",
    "description": """
    description, meaning, details, detail, notes, note, explanation, comment, comments, info, purpose, desc,
    definition, summary, use, usage, what it does, action, function, about
    """,
    "default": "default, default value, defaults",
    "place": "in, location, parameter type, param type, where, place, located in, sent in, passed in",
    "example": "example, sample, examples, example value, sample value",
    "enum": "values, allowed values, possible values, valid values, accepted values, enum, choices, options, value",
    "method": "method, http method, verb, http verb, http, request method, methods, verbs",
    "path": """
    path, endpoint, url, uri, route, resource, endpoint url, api endpoint, request url, resource path,
    resource url, request, uri path, url path, address, end point, api
    """,
    "code": """
    code, status, status code, http code, http status, error code, error, http status code, response code,
    errorcode, statuscode
    """,
}
_COLUMNS: Final[dict[str, Column]] = {name: kind for kind, names in _COLUMN_NAMES.items() for name in _set(names)}

_NAME_ENDS: Final = _set(
    "parameter, parameters, param, params, argument, arguments, field, fields, attribute, property, name"
)
_NAME_WORDS: Final = _NAME_ENDS | _set(
    "query, string, url, uri, path, body, form, json, request, http, post, get, data, api"
)
_METHOD_LABELS: Final = _set("method, http method, verb, http verb, request method, request type, methods")
_METHOD_ENDS: Final = _set("method, methods, verb, verbs")
_METHOD_WORDS: Final = _METHOD_ENDS | _set("http, request, preferred, supported, allowed, api, the")
_PATH_ENDS: Final = _set("url, uri, endpoint, path, route")
_PATH_WORDS: Final = _PATH_ENDS | _METHOD_ENDS | _set("http, request, api, the, full, resource, rest")
_PATH_LABELS: Final = _set(
    """
    url, uri, endpoint, path, route, resource, syntax, resource url, request url, api endpoint, http request, endpoint
    url, request uri, url structure, uri path, end point, address, api url, request path, full url, url path,
    location
    """
)


def words(text: str) -> list[str]:
    """The words of `text`, in lower case."""
    return _WORD.findall(text[:200].lower())


@functools.lru_cache(2048)
def role(text: str) -> Role | None:
    """The part of an endpoint's description that a heading or caption announces; `None` where it announces none."""
    if (status := _STATUS.match(text)) is not None:
        return "response" if status[1] in "23" else "errors"
    found = set(words(text))
    if {"output", "format"} <= found:
        found.remove("output")
    if not found & (_RESPONSE | _ERRORS | _BODY | _QUERY | _PATH | _HEADER | _PARTS) or len(found) > 14:
        return None
    if found & _ERRORS and not found & _PARTS:
        return "errors"
    if found & _RESPONSE:
        return "response"
    for name, vocabulary in (("header", _HEADER), ("query", _QUERY), ("path", _PATH), ("body", _BODY)):
        if found & vocabulary:
            return name  # type: ignore[return-value]
    return "request"


@functools.lru_cache(2048)
def is_neutral(text: str) -> bool:
    """Whether a caption names a part that requests and answers both have: “Body”, “Headers”, “Example”."""
    return set(words(text)) <= _NEUTRAL


@functools.lru_cache(2048)
def is_structural(text: str) -> bool:
    """Whether a heading names a part of a description (“Request body”, “Example”), and no subject of its own."""
    if _STATUS.match(text) is not None:
        return True
    text = _QUOTED.sub("", text)
    found = words(text) if not _NAMED.search(text) else []
    known = _FILLERS | _RESPONSE | _ERRORS | _BODY | _QUERY | _PATH | _HEADER | _PARTS
    return 0 < len(found) <= 7 and all(word in known or word.isdigit() for word in found)


@functools.lru_cache(2048)
def column(text: str) -> Column | None:
    """What a column holds, by its header."""
    plain = text.strip().strip(":*?").lower()
    if (known := _COLUMNS.get(plain) or _COLUMNS.get(plain.removesuffix("s"))) is not None:
        return known
    found = plain.replace("/", " ").split()
    return "name" if 1 < len(found) < 5 and found[-1] in _NAME_ENDS and set(found) <= _NAME_WORDS else None


@functools.lru_cache(2048)
def label(text: str) -> Literal["method", "path"] | None:
    """Whether `text` labels a method or an address."""
    plain = " ".join(text.strip().strip(":*").lower().split())
    found = plain.split()
    if plain in _METHOD_LABELS or (0 < len(found) < 5 and found[-1] in _METHOD_ENDS and set(found) <= _METHOD_WORDS):
        return "method"
    is_path = 0 < len(found) < 5 and found[-1] in _PATH_ENDS and set(found) <= _PATH_WORDS
    return "path" if plain in _PATH_LABELS or is_path else None
