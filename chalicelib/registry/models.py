"""What an integration and an action are: the shapes of design section 10, validated wherever they enter.

Input models forbid unknown fields; what the server keeps (versions, times) is not theirs to set.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from chalicelib.auth.schemes import TOKEN, AuthScheme
from chalicelib.egress import check_ca
from chalicelib.egress.hosts import with_ascii_host

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", max_length=63)]
ActionName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", max_length=64)]
Tag = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9 _.:/-]{0,62}$")]
Tags = Annotated[tuple[Tag, ...], Field(max_length=50)]
Method = Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
Behaviour = Literal["read", "create", "update", "delete"]
Schema = dict[str, Any] | bool


class Strict(BaseModel):
    """A model whose unknown fields are errors (F6: no mass assignment)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ConfigField(Strict):
    """One thing that a connection must say before the base URL is complete (OpenAPI: Server Variable Object)."""

    description: str = Field(default="", max_length=2000)
    enum: tuple[str, ...] = ()
    default: str | None = Field(default=None, max_length=500)


HeaderName = Annotated[str, Field(pattern=TOKEN, max_length=128)]


class Window(Strict):
    """One window of an upstream's rate limit, as its headers tell of it. The reset's unit must be declared."""

    remaining: HeaderName | None = None
    reset: HeaderName
    unit: Literal["epoch_s", "epoch_ms", "delta_s", "delta_ms", "iso", "duration"]


class BodyRule(Strict):
    """An answer whose JSON body holds one of `values` (as text) at `pointer` (RFC 6901)."""

    pointer: str = Field(pattern=r"^(/[^/]*)+$", max_length=500)
    values: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]


class RateLimits(Strict):
    """How an upstream says “too many”: which answers mean it, which headers tell what is left."""

    statuses: Annotated[tuple[int, ...], Field(max_length=10)] = (429,)
    windows: Annotated[tuple[Window, ...], Field(max_length=10)] = ()
    body: BodyRule | None = None


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

    rate_limits: RateLimits = RateLimits()
    tls: Tls | None = None

    config: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$")], ConfigField] = Field(
        default_factory=dict, description="The variables of `base_url`, filled from a connection's `config`."
    )


class Policy(Strict):
    """How calls of this integration are made and recorded."""

    timeout_s: float = Field(default=25.0, gt=0, le=25, description="Whole call, seconds.")
    output: Literal["off", "warn", "strict"] = "warn"
    record: Literal["metadata", "none"] = "metadata"


class Verification(Strict):
    """The call that proves a credential works."""

    method: Literal["GET", "HEAD", "POST"] = "GET"
    path: str = Field(pattern=r"^/[^\s?#{}]*$", max_length=500)
    expect_status: int = Field(default=200, ge=200, le=299)


def check_base_url(value: str) -> str:
    """An absolute http(s) URL without credentials, query or fragment; with `{variables}` (OpenAPI, Server Object).

    Its host comes out as it travels: in A-labels (A9).
    """
    value = with_ascii_host(value)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be an absolute http:// or https:// URL")
    if "@" in parts.netloc or "\\" in value or any(c.isspace() or ord(c) < 32 for c in value):
        raise ValueError("must not hold credentials, backslashes or white space")
    if parts.query or parts.fragment:
        raise ValueError("must not hold a query or a fragment")
    return value.rstrip("/")


class IntegrationFacts(Strict):
    """What an owner says about an upstream: the body of POST, and of PATCH as a merge patch (RFC 7396)."""

    name: Name
    title: str = Field(default="", max_length=200)
    base_url: str = Field(max_length=2048)
    hosts: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    auth: AuthScheme = AuthScheme()
    verification: Verification | None = None
    profile: Profile = Profile()
    policy: Policy = Policy()
    tags: Tags = ()
    enabled: bool = True

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str) -> str:
        return check_base_url(value)

    @model_validator(mode="after")
    def _variables_are_declared(self) -> IntegrationFacts:
        used = {part.split("}")[0] for part in self.base_url.split("{")[1:]}
        if missing := used - set(self.profile.config):
            raise ValueError(f"base_url uses {{{', '.join(sorted(missing))}}}, which profile.config does not declare")
        return self


class Binding(Strict):
    """Where one input property goes in the upstream request (OpenAPI 3.1, Parameter Object)."""

    place: Literal["path", "query", "header", "cookie", "body"] = Field(alias="in")
    name: str = Field(max_length=200, description="The upstream's name; empty where the property is the whole body.")
    style: Literal["matrix", "label", "simple", "form", "spaceDelimited", "pipeDelimited", "deepObject"] | None = None
    explode: bool | None = None
    allow_reserved: bool = False
    media_type: str | None = Field(default=None, max_length=200, description="Serialise as this (`content`).")


class Constant(Strict):
    """A value that every request carries and nobody is asked for, such as an API version header."""

    place: Literal["query", "header", "cookie"] = Field(alias="in")
    name: str = Field(max_length=200)
    value: str = Field(max_length=2000)


class Evidence(Strict):
    """Where a fact came from: a pointer into a description, or a quote from a page."""

    field: str = Field(max_length=200)
    url: str = Field(max_length=2048)
    pointer: str | None = None
    quote: str | None = Field(default=None, max_length=4000)
    page_hash: str | None = None
    confidence: float = Field(default=1.0, ge=0, le=1)


class ActionFacts(Strict):
    """What an action is, less its place and version: the body of PUT, and what an import yields."""

    title: str = Field(default="", max_length=300)
    summary: str = Field(default="", max_length=1000)
    description: str = Field(default="", max_length=100_000)
    method: Method
    path: str = Field(pattern=r"^/[^\s?#]*$", max_length=2000)
    tags: Tags = ()
    behaviour: Behaviour
    idempotency_header: Annotated[str, Field(pattern=TOKEN)] | None = None
    deprecated: bool = False
    input_schema: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})
    bindings: dict[str, Binding] = Field(default_factory=dict)
    constants: tuple[Constant, ...] = ()
    body_media_type: str | None = Field(default=None, max_length=200)
    output_schema: Schema | None = None
    evidence: tuple[Evidence, ...] = ()
    proof: Literal["documented", "dry_run", "called"] = "documented"

    @model_validator(mode="after")
    def _bindings_fit(self) -> ActionFacts:
        properties = self.input_schema.get("properties", {})
        if unbound := set(properties) - set(self.bindings):
            raise ValueError(f"no binding for input property {', '.join(sorted(unbound))}")
        in_path = {b.name for b in self.bindings.values() if b.place == "path"}
        in_template = {part.split("}")[0] for part in self.path.split("{")[1:]}
        if missing := in_template - in_path:
            raise ValueError(f"path parameter {', '.join(sorted(missing))} has no binding")
        return self
