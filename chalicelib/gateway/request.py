"""Building the upstream request: a pure function from action, input and base URL to a request without credentials.

The credential is added by `sign`, last and apart, so that everything that is shown, logged or recorded can be made
from what has none.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import unquote

from chalicelib.auth.schemes import TOKEN, Placement, is_reserved
from chalicelib.checked_json import pointer
from chalicelib.egress import Outbound
from chalicelib.errors import InvalidInput, ReservedParameter
from chalicelib.gateway import bodies, media, serialize
from chalicelib.gateway.serialize import CannotSerialize, Pair
from chalicelib.observability import REDACTED, is_secret_name, mask_pairs, redact
from chalicelib.registry.models import ActionFacts, Binding
from chalicelib.registry.profile import Constant, Tls
from chalicelib.settings import Caps

Owned = frozenset[tuple[str, str]]
_JSON: Final = "application/json"
_NOT_IN_HEADER: Final = re.compile(r"[\x00-\x1f\x7f]|[^\x00-\xff]")  # RFC 9110, 5.5, less the tab
_STANDARD: Final = (
    ("User-Agent", "waygate"),
    ("Accept-Encoding", "gzip, br"),
    ("Accept", "application/json, */*;q=0.8"),
)
_PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")
_KEPT_IN_TEMPLATE: Final = "%:/@!$&'()*+,;="  # RFC 3986, 3.3; what is encoded already stays so
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "TRACE"})


@dataclass(frozen=True)
class Request:
    """An upstream request, complete but for its credential. `query` holds encoded ``(name, value)`` pairs."""

    method: str
    base_url: str
    path: str
    query: tuple[Pair, ...] = ()
    headers: tuple[Pair, ...] = ()
    cookies: tuple[Pair, ...] = ()
    body: bytes | None = field(default=None, repr=False)

    def url(self, query: Iterable[Pair]) -> str:
        """The whole URL with this query."""
        pairs = "&".join(f"{name}={value}" for name, value in query)
        return self.base_url + self.path + (f"?{pairs}" if pairs else "")

    @property
    def content_type(self) -> str:
        """Its Content-Type; empty where it has none."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")

    def with_header(self, name: str, value: str) -> Request:
        """The same request with one header more."""
        return replace(self, headers=(*self.headers, (name, value)))


def build(
    action: ActionFacts,
    values: Mapping[str, Any],
    *,
    base_url: str,
    owned: Owned,
    constants: Iterable[Constant] = (),
) -> Request:
    """The request that `values` make of `action`; `owned` are the names that belong to the connection.

    `constants` are the profile's: each is put where neither the action nor `values` have put something already.

    Raises `InvalidInput` with every value that cannot be put where it belongs, and `ReservedParameter` for names
    that belong to the connection or to HTTP (B7, C1–C5).
    """
    draft = _Draft(owned)
    faults: list[dict[str, str]] = []
    for name, value in values.items():
        try:
            draft.put(name, value, action.bindings[name])
        except CannotSerialize as error:
            faults.append({"pointer": pointer([name]), "code": "cannot_be_sent", "detail": str(error)})
    for constant in action.constants:
        draft.put_constant(constant)
    for constant in constants:
        if not draft.has(constant):
            draft.put_constant(constant)
    faults += _missing(action, draft.path)
    content: bodies.Body | None = None
    try:
        content = _body(action, draft)
        if content is not None:
            draft.check_header("Content-Type", content[1])
    except CannotSerialize as error:
        faults.append({"pointer": pointer(draft.whole), "code": "cannot_be_sent", "detail": str(error)})
    if faults:
        raise InvalidInput("Some values cannot be sent where the API wants them.", errors=faults)
    return Request(
        method=action.method,
        base_url=base_url,
        path=_fill(action.path, draft.path),
        query=tuple(draft.query),
        headers=(*standard_headers(draft.headers, content and content[1]), *draft.headers),
        cookies=tuple(draft.cookies),
        body=content[0] if content else None,
    )


def standard_headers(given: Iterable[Pair] = (), content_type: str | None = None) -> tuple[Pair, ...]:
    """What every request says, unless it was `given`."""
    standard = _STANDARD if content_type is None else (*_STANDARD, ("Content-Type", content_type))
    names = {name.lower() for name, _ in given}
    return tuple(pair for pair in standard if pair[0].lower() not in names) if names else standard


def sign(request: Request, placement: Placement, tls: Tls | None = None) -> Outbound:
    """The request with its credential, ready for the door."""
    secret = [(serialize.encode(name), serialize.encode(value)) for name, value in placement.query]
    headers = (*request.headers, *placement.headers, *_cookie_header([*request.cookies, *placement.cookies]))
    body = request.body
    if placement.body:
        body, content_type = bodies.with_members(body, request.content_type, placement.body)
        headers = (*(pair for pair in headers if pair[0].lower() != "content-type"), ("Content-Type", content_type))
    return Outbound(request.method, request.url((*request.query, *secret)), headers, body, tls.ca_pem if tls else None)


def masked(request: Request, placement: Placement) -> dict[str, Any]:
    """What was, or would be, sent: `{method, url, headers}`, every secret replaced."""
    query = [
        *((name, REDACTED if is_secret_name(unquote(name)) else value) for name, value in request.query),
        *((serialize.encode(name), REDACTED) for name, _ in placement.query),
    ]
    headers = [*mask_pairs(request.headers), *([name, REDACTED] for name, _ in placement.headers)]
    cookies = [*mask_pairs(request.cookies), *([name, REDACTED] for name, _ in placement.cookies)]
    headers += [list(pair) for pair in _cookie_header(cookies)]
    return {"method": request.method, "url": redact(request.url(query)), "headers": headers}


class _Draft:
    """The parts of a request, filled value by value."""

    def __init__(self, owned: Owned) -> None:
        self._owned = owned
        self._header_bytes = 0
        self.path: dict[str, str] = {}
        self.query: list[Pair] = []
        self.headers: list[Pair] = []
        self.cookies: list[Pair] = []
        self.members: list[bodies.Member] = []
        self.whole: dict[str, Any] = {}  # the one property that is the whole body

    def put(self, name: str, value: Any, binding: Binding) -> None:
        """Place the value of property `name`. Raises `CannotSerialize` or `ReservedParameter`."""
        match binding.place:
            case "path":
                self.path[binding.name] = serialize.path_value(value, binding)
            case "query":
                pairs = serialize.query_pairs(value, binding)
                self._check_owner(name, "query", pairs)
                self.query += pairs
            case "header":
                pair = (binding.name, serialize.header_value(value, binding))
                self._check_owner(name, "header", [pair])
                self.check_header(*pair)
                self.headers.append(pair)
            case "cookie":
                pairs = serialize.cookie_pairs(value, binding)
                self._check_owner(name, "cookie", pairs)
                self.check_header("Cookie", "; ".join(map("=".join, pairs)))
                self.cookies += pairs
            case "body" if binding.name:
                self._check_owner(name, "body", [(binding.name, "")])
                self.members.append((binding, value))
            case "body":
                self.whole[name] = value

    def put_constant(self, constant: Constant) -> None:
        """Place a constant, as a string given for a parameter of that name would be."""
        try:
            self.put(constant.name, constant.value, Binding(place=constant.place, name=constant.name))
        except CannotSerialize as error:
            fault = {"pointer": "", "code": "cannot_be_sent", "detail": f"the constant {constant.name} {error}"}
            raise InvalidInput("A constant of this action cannot be sent.", errors=[fault]) from None

    def has(self, constant: Constant) -> bool:
        """True where its place is taken; the names of headers have no case (RFC 9110, 5.1)."""
        if constant.place == "header":
            return any(name.lower() == constant.name.lower() for name, _ in self.headers)
        pairs = self.query if constant.place == "query" else self.cookies
        return any(unquote(name) == constant.name for name, _ in pairs)

    def _check_owner(self, name: str, place: str, pairs: Iterable[Pair]) -> None:
        """Exploded objects bring names of their own, so it is the names as sent that are checked."""
        for sent, _ in pairs:
            if is_reserved(place, unquote(sent), self._owned):
                raise ReservedParameter(
                    f"`{name}` would set {place} `{unquote(sent)[:200]}`, which belongs to the connection or to HTTP.",
                    errors=[{"pointer": pointer([name]), "code": "reserved_parameter", "detail": "remove it"}],
                )

    def check_header(self, name: str, value: str) -> None:
        """Raises `CannotSerialize` for what HTTP does not allow, or too much of it (C3)."""
        if not re.fullmatch(TOKEN, name):
            raise CannotSerialize("has a name that no header can have (RFC 9110, 5.6.2)")
        if _NOT_IN_HEADER.search(value):
            raise CannotSerialize("must not hold control characters or characters beyond Latin-1 (RFC 9110, 5.5)")
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > Caps.HEADER_VALUE_BYTES:
            raise CannotSerialize(f"makes the headers longer than {Caps.HEADER_VALUE_BYTES:,} bytes")


def _missing(action: ActionFacts, path: Mapping[str, str]) -> list[dict[str, str]]:
    """A fault for each path parameter without a value: the input schema need not say that it is required."""
    missing = [part for part in _pieces(action.path)[1::2] if part not in path]
    if not missing:
        return []
    asked = {binding.name: name for name, binding in action.bindings.items() if binding.place == "path"}
    return [{"pointer": pointer([asked[part]]), "code": "required", "detail": "is missing"} for part in missing]


def _fill(template: str, parts: Mapping[str, str]) -> str:
    """The path; a ``{…}`` inside a value is never expanded (C6)."""
    return "".join(parts[piece] if n % 2 else piece for n, piece in enumerate(_pieces(template)))


@functools.lru_cache(4_096)
def _pieces(template: str) -> tuple[str, ...]:
    """A path template as literal, name, literal, name, … literal; literals encoded."""
    pieces = enumerate(_PLACEHOLDER.split(template))
    return tuple(piece if n % 2 else serialize.encode(piece, _KEPT_IN_TEMPLATE) for n, piece in pieces)


def _body(action: ActionFacts, draft: _Draft) -> bodies.Body | None:
    media_type = action.body_media_type or _JSON
    if draft.whole:
        return bodies.encode(next(iter(draft.whole.values())), media_type)
    if draft.members or (action.method not in _WITHOUT_BODY and _takes_object(action, media_type)):
        return bodies.encode_members(draft.members, media_type)
    return None


def _takes_object(action: ActionFacts, media_type: str) -> bool:
    has_members = any(binding.place == "body" and binding.name for binding in action.bindings.values())
    return has_members and media.is_json(media.essence(media_type))


def _cookie_header(cookies: Sequence[Sequence[str]]) -> list[Pair]:
    return [("Cookie", "; ".join(f"{name}={value}" for name, value in cookies))] if cookies else []
