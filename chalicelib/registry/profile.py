"""An upstream's quirks, as data: the profile of an integration.

A field exists because some API needs it, its default is what the plain standard says, and all of it is validated when
it is stored. `docs/profile.md` is generated from these models.

Annotations are not postponed in this module: pydantic would parse each of them at every cold start.
"""

import re
from typing import Annotated, Final, Literal, Self

import jsonschema_rs
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from chalicelib.auth.schemes import TOKEN, belongs_to_http
from chalicelib.egress import check_ca

_HOSTNAME: Final = re.compile(r"(?!.{254})[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63})*")
_NOT_IN_HEADER: Final = re.compile(r"[\x00-\x1f\x7f]|[^\x00-\xff]")
_IN_URL: Final = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


class Strict(BaseModel):
    """A model whose unknown fields are errors (F6: no mass assignment).

    A default that is such a model is constructed, not validated: that would build its schema at each cold start.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


HeaderName = Annotated[str, Field(pattern=TOKEN, max_length=128)]
Pointer = Annotated[str, Field(pattern=r"^(/[^/]*)*$", max_length=500)]
Statuses = Annotated[tuple[Annotated[int, Field(ge=100, le=599)], ...], Field(max_length=20)]


class ConfigField(Strict):
    """One thing that a connection must say before a URL of the integration is complete: a tenant, a region, a host."""

    description: str = Field(default="", max_length=2000, description="What it is, and where its owner finds it.")
    enum: tuple[str, ...] = Field(default=(), max_length=200, description="The only values, where there are few.")
    default: str | None = Field(default=None, max_length=500, description="Used by connections that say nothing.")
    pattern: str | None = Field(
        default=None, max_length=500, description="A regular expression (linear time, no look-around) for the value."
    )
    prefix: str | None = Field(
        default=None, max_length=200, description="What people paste before the value, such as `https://`: taken off."
    )
    suffix: str | None = Field(
        default=None, max_length=200, description="The same after it, such as `.example.com`: taken off."
    )
    format: Literal["hostname"] | None = Field(default=None, description="`hostname`: a whole host name (RFC 1123).")

    @field_validator("pattern")
    @classmethod
    def _pattern_compiles(cls, value: str | None) -> str | None:
        if value is not None:
            _matcher(value)
        return value

    @model_validator(mode="after")
    def _default_fits(self) -> Self:
        is_checked = self.pattern is not None or self.format is not None  # an imported default is what it is
        if is_checked and self.default is not None and (fault := self.fault(self.default)):
            raise ValueError(f"the default {fault[1]}")
        return self

    def plain(self, value: str) -> str:
        """`value` as it stands in a URL: without the declared prefix and suffix."""
        return value.strip().removeprefix(self.prefix or "").removesuffix(self.suffix or "")

    def fault(self, value: str) -> tuple[str, str] | None:
        """Why `value` cannot be taken, as ``(code, detail)``. Whatever is declared, it never holds URL syntax (C6)."""
        text = self.plain(value)
        if self.enum and text not in self.enum:
            return "enum", f"must be one of {', '.join(self.enum)}"
        if not _IN_URL.fullmatch(text) or ".." in text:
            return "pattern", "must be letters, digits, `.`, `-` and `_`, since it stands in a URL"
        if self.format == "hostname" and not _HOSTNAME.fullmatch(text):
            return "format", "must be a host name, such as acme.example.com"
        if self.pattern is not None and not _matcher(self.pattern).is_valid(text):
            return "pattern", f"must match {self.pattern}"
        return None


def _matcher(pattern: str) -> jsonschema_rs.Draft202012Validator:
    """In the linear-time engine: no pattern of a user's runs in Python's `re` (D2)."""
    anchored = f"^(?:{pattern})$"
    try:
        return jsonschema_rs.Draft202012Validator(
            {"type": "string", "pattern": anchored}, pattern_options=jsonschema_rs.RegexOptions()
        )
    except (ValueError, jsonschema_rs.ValidationError):
        raise ValueError("is not a regular expression that runs in linear time") from None


class Constant(Strict):
    """A value that requests carry and nobody is asked for, such as an API version header."""

    place: Literal["query", "header", "cookie"] = Field(alias="in", description="Where it goes.")
    name: str = Field(max_length=200, description="Its name there.")
    value: str = Field(max_length=2000, description="Its value, as text.")


def name_fault(place: str, name: str) -> str | None:
    """Why nothing at `place` may be called `name`: it cannot be sent, or belongs to HTTP (B7, C3, C5)."""
    if place in ("header", "cookie") and not re.fullmatch(TOKEN, name):
        return f"{name[:100]!r} cannot be the name of a {place} (RFC 9110, 5.6.2)"
    lowered = name.lower()
    if place == "header" and (belongs_to_http(name) or lowered in ("authorization", "cookie")):
        return f"the header {name} belongs to HTTP or to the connection"
    if place in ("query", "body") and lowered == "_method":
        return f"{name} would make the request one of another method"
    return None


def constant_fault(constant: Constant) -> str | None:
    """The same for a constant, and for a value that no header can hold."""
    if not constant.name:
        return "a constant needs a name"
    if constant.place != "query" and _NOT_IN_HEADER.search(constant.value):
        return f"the value of {constant.name} holds what no header can (RFC 9110, 5.5)"
    return name_fault(constant.place, constant.name)


class BodyRule(Strict):
    """What a JSON body must hold for a rule to match.

    With `values`, one of them (as text) at `pointer`; with `contains`, one of these texts there, whatever the case;
    with neither, anything but null, false, 0, "", [] and {}. Without a pointer, `contains` is sought in
    the body's text.
    """

    pointer: Pointer | None = Field(default=None, description="A JSON pointer (RFC 6901) into the body.")
    values: tuple[str, ...] = Field(default=(), max_length=50, description="Values that match, as text.")
    contains: tuple[str, ...] = Field(default=(), max_length=50, description="Texts that match where they occur.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.pointer is None and not self.contains:
            raise ValueError("needs `pointer`, or `contains` for the text of the whole body")
        if self.pointer is None and self.values:
            raise ValueError("`values` are compared at a `pointer`")
        return self


class Window(Strict):
    """One window of an upstream's rate limit, as its headers tell of it. The reset's unit must be declared."""

    remaining: HeaderName | None = Field(default=None, description="The header that says how many calls are left.")
    reset: HeaderName = Field(description="The header that says when the window starts anew.")
    unit: Literal["epoch_s", "epoch_ms", "delta_s", "delta_ms", "iso", "duration"] = Field(
        description="How it says so: a moment (`epoch_s`, `epoch_ms`, `iso`), a time to wait (`delta_s`, `delta_ms`), "
        "or text such as `6m0s` (`duration`)."
    )


LimitScope = Literal["connection", "integration", "action"]


class RateLimits(Strict):
    """How an upstream says “too many”: which answers mean it, which headers tell what is left."""

    statuses: Statuses = Field(
        default=(429,),
        description="Statuses that may mean it. 429 confirms itself; any other needs a Retry-After, a window that is "
        "used up, or the body rule.",
    )
    windows: Annotated[tuple[Window, ...], Field(max_length=10)] = Field(
        default=(), description="What its headers tell. Of several windows the longest wait counts."
    )
    body: BodyRule | None = Field(default=None, description="A body that means it, whatever the status.")
    scope: LimitScope = Field(
        default="connection",
        description="What the upstream counts together: the calls of a connection, of all of them, or of each action.",
    )


class AuthFailure(Strict):
    """How an upstream says that it does not accept the credential."""

    statuses: Statuses = Field(default=(401,), description="Statuses that say so by themselves.")
    body: BodyRule | None = Field(default=None, description="A body that says so, whatever the status (200 included).")


class AnswerRule(Strict):
    """What an answer means where its status does not say. The first rule that matches counts."""

    statuses: Statuses = Field(default=(), description="Only answers of these statuses; none: of any.")
    body: BodyRule | None = Field(default=None, description="Only answers with such a body.")
    means: Literal["success", "failure", "retry", "rate_limited"] = Field(
        description="`success`: the call did what was asked. `failure`: it did not, though the status is good "
        "(`errors` of GraphQL). `retry`: not now; tried again where that is safe. `rate_limited`: too many calls."
    )

    @model_validator(mode="after")
    def _matches_something(self) -> Self:
        if not self.statuses and self.body is None:
            raise ValueError("needs `statuses` or `body`: it would match every answer")
        return self


class Cursor(Strict):
    """Where a page's cursor is, and where the next request carries it."""

    found_in: Literal["body", "header"] = Field(default="body", description="Where the answer has it.")
    pointer: Pointer | None = Field(default=None, description="In the body: a JSON pointer (RFC 6901) to it.")
    header: HeaderName | None = Field(default=None, description="In a header: its name.")
    of_last_item: bool = Field(default=False, description="`pointer` is inside the page's last item.")
    sent_in: Literal["query", "body", "path"] = Field(default="query", description="Where the next request has it.")
    name: str = Field(min_length=1, max_length=200, description="Its name there; dots nest within a body.")
    valid_s: int | None = Field(default=None, gt=0, le=31_536_000, description="Seconds after which it expires.")

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.pointer if self.found_in == "body" else self.header) is None:
            raise ValueError(f"needs `{'pointer' if self.found_in == 'body' else 'header'}`")
        return self


class Counter(Strict):
    """An offset or a page number, which requests count up themselves."""

    name: str = Field(min_length=1, max_length=200, description="The parameter; dots nest within a body.")
    sent_in: Literal["query", "body", "path"] = Field(default="query", description="Where requests have it.")
    start: Annotated[int, Field(ge=0, le=1)] = Field(default=0, description="Of the first page: 0 or 1.")
    step: Literal["page", "items"] = Field(
        default="items", description="What the next request adds: 1 (`page`), or the items received (`items`)."
    )
    on_first: bool = Field(default=True, description="Whether the first request has it.")


class PageSize(Strict):
    """How many items a page has."""

    name: str = Field(min_length=1, max_length=200, description="The parameter; dots nest within a body.")
    sent_in: Literal["query", "body"] = Field(default="query", description="Where requests have it.")
    default: int | None = Field(default=None, gt=0, le=100_000, description="What the API takes where nothing is said.")
    maximum: int | None = Field(default=None, gt=0, le=100_000, description="The most that it takes.")


class Stop(Strict):
    """What ends a list, besides a cursor or link that is absent, null or empty, or the same as before."""

    more: Pointer | None = Field(default=None, description="A boolean in the body: false ends the list.")
    total: Pointer | None = Field(default=None, description="The number of all items, or of all pages.")
    total_counts: Literal["items", "pages"] = Field(default="items", description="What `total` counts.")
    on_short_page: bool = Field(default=False, description="A page with fewer items than asked for is the last.")
    on_empty_page: bool = Field(default=True, description="So is one without items. False: some APIs go on after one.")
    max_pages: int = Field(default=1_000, gt=0, le=100_000, description="Never more pages than this in one run.")


class Pagination(Strict):
    """How lists go on. Stored, validated and shown; not executed yet."""

    style: Literal["cursor", "offset", "page", "link", "next_url"] = Field(
        description="`link`: the Link header's rel=next (RFC 8288). `next_url`: a URL in the body. Both lead to "
        "the integration's approved hosts only."
    )
    items: Pointer = Field(default="", description="Where the items are; empty: the body itself.")
    items_are: Literal["array", "object"] = Field(default="array", description="`object`: by key, as values.")
    cursor: Cursor | None = Field(default=None, description="For style `cursor`.")
    counter: Counter | None = Field(default=None, description="For styles `offset` and `page`.")
    next_url: Pointer | None = Field(default=None, description="For style `next_url`: absolute or relative.")
    size: PageSize | None = Field(default=None, description="The parameter for the page's size.")
    stop: Stop = Field(default=Stop.model_construct(), description="What ends a list.")

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        needed = {"cursor": "cursor", "offset": "counter", "page": "counter", "next_url": "next_url"}
        own = needed.get(self.style)
        if own is not None and getattr(self, own) is None:
            raise ValueError(f"style `{self.style}` needs `{own}`")
        for other in {"cursor", "counter", "next_url"} - {own}:
            if getattr(self, other) is not None:
                raise ValueError(f"`{other}` does not belong to style `{self.style}`")
        return self


class Tls(Strict):
    """Whom an upstream's certificate may be signed by, besides the authorities that everybody trusts."""

    ca_pem: str = Field(max_length=16_384, description="One or more certificates, PEM.")

    @field_validator("ca_pem")
    @classmethod
    def _is_pem(cls, value: str) -> str:
        check_ca(value)
        return value


class Profile(Strict):
    """An upstream's quirks, as data."""

    config: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$")], ConfigField] = Field(
        default_factory=dict,
        max_length=50,
        description="The variables of `base_url`, `hosts` and actions' `server`, filled from a connection's `config`.",
    )
    tls: Tls | None = Field(default=None, description="Further authorities, of an owner's own.")
    constants: Annotated[tuple[Constant, ...], Field(max_length=20)] = Field(
        default=(), description="What every request carries, unless the action says something else there."
    )
    idempotency_header: HeaderName | None = Field(
        default=None, description="The header that makes any write of this API repeatable; an action's own goes first."
    )
    auth_failure: AuthFailure = Field(
        default=AuthFailure.model_construct(),
        description="How the upstream says that it does not accept the credential.",
    )
    rate_limits: RateLimits = Field(
        default=RateLimits.model_construct(), description="How it says “too many”, and what is left."
    )
    answers: Annotated[tuple[AnswerRule, ...], Field(max_length=20)] = Field(
        default=(), description="What answers mean where their status does not say."
    )
    pagination: Pagination | None = Field(default=None, description="How its lists go on (stored, not executed yet).")

    @field_validator("constants")
    @classmethod
    def _constants_can_be_sent(cls, constants: tuple[Constant, ...]) -> tuple[Constant, ...]:
        if fault := next(filter(None, map(constant_fault, constants)), None):
            raise ValueError(fault)
        return constants
