"""What one page claims, each claim with the words that it was read in. JSON-serialisable, so steps can hand it on.

Any reader yields these: the deterministic one, or a model whose quotes were checked (`page.Parsed.holds`). Nothing here
is settled yet: paths are as written, the same endpoint may be claimed many times, and claims may contradict each other.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Location = Literal["path", "query", "header", "cookie", "body"]
JsonType = Literal["string", "integer", "number", "boolean", "array", "object"]
Form = Literal["line", "heading", "table", "label", "code", "message", "curl", "snippet", "prose", "url", "model"]
AuthKind = Literal["bearer", "basic", "api_key", "oauth2"]
Short = Annotated[str, Field(max_length=300)]


class Claim(BaseModel):
    """Fields that are unknown are errors; what is read is not changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(Claim):
    """Where a claim was read: the page's address with the nearest fragment, its hash, the words, how sure they are."""

    url: str = Field(max_length=2048)
    page_hash: str = Field(default="", max_length=128)
    quote: str = Field(min_length=1, max_length=2000)
    confidence: float = Field(ge=0, le=1)


class Parameter(Claim):
    """One parameter, or one member of a body. What the page does not say is `None` or empty."""

    name: Short
    place: Location | None = None
    required: bool | None = None
    type: JsonType | None = None
    item_type: JsonType | None = None
    format: Short | None = None
    nullable: bool = False
    description: str = Field(default="", max_length=4000)
    enum: tuple[str | int | float | bool, ...] = ()
    default: str | int | float | bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    example: Any = None
    evidence: Evidence


class Sample(Claim):
    """A body as an example shows it: `value` is the JSON where it parses, else the text."""

    value: Any
    media_type: Short = "application/json"
    status: int | None = None
    evidence: Evidence


class Endpoint(Claim):
    """One mention of an endpoint. `path` is as written, without host and query; `host` is the origin it was shown with.

    `method` is `None` where the page names none. `form` is how it was written. `section` are the headings above, from
    the outermost in. `auth` are ways to authenticate that its own samples show.
    """

    method: Annotated[str, Field(pattern=r"^[A-Z]{3,7}$")] | None
    path: str = Field(pattern=r"^/", max_length=2000)
    host: str = Field(default="", max_length=300)
    form: Form
    summary: Short = ""
    description: str = Field(default="", max_length=10_000)
    deprecated: bool = False
    parameters: tuple[Parameter, ...] = ()
    requests: tuple[Sample, ...] = ()
    responses: tuple[Sample, ...] = ()
    response_fields: tuple[Parameter, ...] = ()
    auth: tuple[AuthKind, ...] = ()
    section: tuple[Short, ...] = ()
    evidence: Evidence


class BaseUrl(Claim):
    """An address that the API is said to live under. `said` is true where the page calls it that."""

    url: str = Field(pattern=r"^https?://", max_length=2048)
    said: bool
    evidence: Evidence


class Auth(Claim):
    """A way to authenticate. `name` is the header, query parameter or cookie; `prefix` precedes the credential."""

    kind: AuthKind
    place: Literal["header", "query", "cookie"] | None = None
    name: Short | None = None
    prefix: Short | None = None
    authorize_url: Short | None = None
    token_url: Short | None = None
    scopes: tuple[Short, ...] = ()
    evidence: Evidence


class Fact(Claim):
    """Something said about the whole API: a rate limit, how lists are paged, what an error looks like, a version.

    `data` holds what could be read of it, for example ``{"requests": 100, "per_s": 60}``, ``{"headers": […]}``,
    ``{"style": "cursor", "parameters": [...]}``, ``{"status": 404, "meaning": "…"}``.
    """

    kind: Literal["rate_limit", "pagination", "error", "version"]
    data: dict[str, Any]
    evidence: Evidence


class LeftOut(Claim):
    """Something that looks like an endpoint and is none of this API's: why, and where."""

    reason: Literal["other_host", "webhook", "changelog", "unquoted", "too_many", "not_an_endpoint"]
    what: Short
    url: str = Field(default="", max_length=2048)


class PageFragments(Claim):
    """All that one page claims."""

    url: str = Field(max_length=2048)
    page_hash: str = Field(default="", max_length=128)
    title: str = Field(default="", max_length=500)
    endpoints: tuple[Endpoint, ...] = ()
    base_urls: tuple[BaseUrl, ...] = ()
    auth: tuple[Auth, ...] = ()
    facts: tuple[Fact, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    is_cut: bool = False
