"""Building the upstream request: a pure function from action, input and base URL to a request without credentials.

The credential is added by `sign`, last and apart, so that everything that is shown, logged or recorded can be made
from what has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.auth.schemes import AuthScheme, Placement, reserved_names
from chalicelib.egress import Outbound
from chalicelib.errors import InvalidInput, ReservedParameter
from chalicelib.gateway import bodies, serialize
from chalicelib.gateway.serialize import CannotSerialize
from chalicelib.observability import REDACTED, mask_pairs
from chalicelib.registry.models import ActionFacts, Binding
from chalicelib.settings import Caps

_BAD_HEADER_VALUE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})


@dataclass(frozen=True)
class Request:
    """An upstream request, complete but for its credential. `query` holds encoded ``name=value`` pairs."""

    method: str
    base_url: str
    path: str
    query: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The whole URL, without what a credential adds to it."""
        return self.base_url + self.path + (f"?{'&'.join(self.query)}" if self.query else "")


def build(action: ActionFacts, values: Mapping[str, Any], *, base_url: str, scheme: AuthScheme) -> Request:
    """The request that `values` make of `action`.

    Raises `InvalidInput` with every value that cannot be put where it belongs, and `ReservedParameter` for names
    that belong to the connection or to HTTP (B7, C1–C5).
    """
    faults: list[dict[str, str]] = []
    reserved = reserved_names(scheme)
    path_parts: dict[str, str] = {}
    query: list[str] = []
    headers: list[tuple[str, str]] = []
    cookies: list[tuple[str, str]] = []
    members: dict[str, Any] = {}
    whole_body: list[Any] = []
    for name, value in values.items():
        binding = action.bindings[name]
        if (binding.place, binding.name.lower()) in reserved:
            raise ReservedParameter(
                f"`{name}` would set the {binding.place} parameter {binding.name}, which belongs to the connection or to HTTP.",
                errors=[{"pointer": f"/{name}", "code": "reserved_parameter", "detail": "remove it"}],
            )
        try:
            match binding.place:
                case "path":
                    path_parts[binding.name] = serialize.path_value(value, binding)
                case "query":
                    query += serialize.query_pairs(value, binding)
                case "header":
                    headers.append((binding.name, _checked_header(serialize.header_value(value, binding))))
                case "cookie":
                    cookies += serialize.cookie_pairs(value, binding)
                case "body" if binding.name:
                    members[binding.name] = value
                case "body":
                    whole_body.append(value)
        except CannotSerialize as error:
            faults.append({"pointer": f"/{name}", "code": "cannot_be_sent", "detail": str(error)})
    content: tuple[bytes, str] | None = None
    try:
        content = _body(action, members, whole_body)
    except CannotSerialize as error:
        faults.append({"pointer": "/body" if whole_body else "", "code": "cannot_be_sent", "detail": str(error)})
    if faults:
        raise InvalidInput("Some values cannot be sent where the API wants them.", errors=faults)
    for constant in action.constants:
        if constant.place == "query":
            query += serialize.query_pairs(constant.value, Binding(place="query", name=constant.name))
        elif constant.place == "header":
            headers.append((constant.name, constant.value))
        else:
            cookies.append((constant.name, constant.value))
    return Request(
        method=action.method,
        base_url=base_url,
        path=_PLACEHOLDER.sub(lambda m: path_parts[m[1]], action.path),
        query=tuple(query),
        headers=(*_standard_headers(action, headers, content), *headers),
        cookies=tuple(cookies),
        body=content[0] if content else None,
    )


def sign(request: Request, placement: Placement) -> Outbound:
    """The request with its credential, ready for the door."""
    cookies = (*request.cookies, *placement.cookies)
    headers = (*request.headers, *placement.headers)
    if cookies:
        headers = (*headers, ("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
    secret_pairs = tuple(
        pair
        for name, value in placement.query
        for pair in serialize.query_pairs(value, Binding(place="query", name=name))
    )
    pairs = (*request.query, *secret_pairs)
    url = request.base_url + request.path + (f"?{'&'.join(pairs)}" if pairs else "")
    return Outbound(request.method, url, headers, request.body)


def masked(request: Request, placement: Placement) -> dict[str, Any]:
    """What was, or would be, sent: `{method, url, headers}`, every secret replaced."""
    secret_query = [f"{name}={REDACTED}" for name, _ in placement.query]
    pairs = [*request.query, *secret_query]
    cookies = [*mask_pairs(request.cookies), *([name, REDACTED] for name, _ in placement.cookies)]
    headers = [*mask_pairs(request.headers), *([name, REDACTED] for name, _ in placement.headers)]
    if cookies:
        headers.append(["Cookie", "; ".join(f"{name}={value}" for name, value in cookies)])
    url = request.base_url + request.path + (f"?{'&'.join(pairs)}" if pairs else "")
    return {"method": request.method, "url": url, "headers": headers}


def _body(action: ActionFacts, members: dict[str, Any], whole: list[Any]) -> tuple[bytes, str] | None:
    if whole:
        return bodies.encode(whole[0], action.body_media_type or "application/json")
    if members:
        return bodies.encode(members, action.body_media_type or "application/json")
    if action.body_media_type and action.method not in _READS and "json" in action.body_media_type:
        declares_object = any(b.place == "body" and b.name for b in action.bindings.values())
        return (b"{}", action.body_media_type) if declares_object else None
    return None


def _standard_headers(
    action: ActionFacts, given: Iterable[tuple[str, str]], content: tuple[bytes, str] | None
) -> list[tuple[str, str]]:
    names = {name.lower() for name, _ in given}
    standard = [("User-Agent", "waygate"), ("Accept-Encoding", "gzip, deflate")]
    if "accept" not in names:
        standard.append(("Accept", "application/json, */*;q=0.8"))
    if content is not None:
        standard.append(("Content-Type", content[1]))
    return [pair for pair in standard if pair[0].lower() not in names]


def _checked_header(value: str) -> str:
    if _BAD_HEADER_VALUE.search(value):
        raise CannotSerialize("must not hold control characters or characters beyond Latin-1 (RFC 9110, 5.5)")
    if len(value) > Caps.HEADER_VALUE_BYTES:
        raise CannotSerialize(f"must not be longer than {Caps.HEADER_VALUE_BYTES} bytes")
    return value
