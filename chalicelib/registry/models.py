"""What an integration and an action are: the shapes of design section 10, validated wherever they enter.

Input models forbid unknown fields; what the server keeps (versions, times) is not theirs to set.

Annotations are not postponed in this module: pydantic would parse each of them at every cold start.
"""

import re
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from chalicelib.auth.oauth import templates
from chalicelib.auth.quota import Quota
from chalicelib.auth.schemes import TOKEN, AuthScheme
from chalicelib.egress.hosts import with_ascii_host
from chalicelib.registry.profile import Constant, Profile, Strict
from chalicelib.settings import settings

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", max_length=63)]
ActionName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", max_length=64)]
Tag = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9 _.:/-]{0,62}$")]
Tags = Annotated[tuple[Tag, ...], Field(max_length=50)]
Method = Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
Behaviour = Literal["read", "create", "update", "delete"]
ActionAuth = Literal["required", "optional", "none"]
Schema = dict[str, Any] | bool
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?=/|$)", re.IGNORECASE)


Output = Literal["off", "warn", "strict"]
Record = Literal["metadata", "full", "none"]


def _recording() -> Record:
    """Bodies are kept where nothing leaves the machine; in a deployment only where the owner says so (B5)."""
    return "full" if settings().is_local else "metadata"


class BreakerPolicy(Strict):
    """When an origin counts as failing, and for how long it is left alone at first."""

    enabled: bool = True
    failure_rate: float = Field(default=0.5, gt=0, le=1, description="Of the latest calls, at most 20, failed.")
    minimum_calls: int = Field(default=5, ge=1, le=20, description="Fewer calls say nothing.")
    open_s: float = Field(default=10.0, ge=1, le=60, description="Doubles, up to 60 s, with each probe that fails.")


class Policy(Strict):
    """How calls of this integration are made and recorded."""

    timeout_s: float = Field(default=25.0, gt=0, le=25, description="Whole call, seconds.")
    output: Output = Field(default="warn", description="What becomes of an answer that does not fit its schema.")
    record: Record = Field(default_factory=_recording, description="What is kept of a call, besides its metrics.")
    limits: Quota | None = Field(default=None, description="Calls of this integration, of all keys together.")
    breaker: BreakerPolicy = BreakerPolicy.model_construct()


class Verification(Strict):
    """The call that proves a credential works."""

    method: Literal["GET", "HEAD", "POST"] = "GET"
    path: str = Field(pattern=r"^/[^\s?#{}]*$", max_length=500)
    expect_status: int = Field(default=200, ge=200, le=299)
    body: dict[str, Any] | None = Field(default=None, description="Sent as JSON, for an API that wants a POST.")

    @field_validator("path")
    @classmethod
    def _path(cls, value: str) -> str:
        return check_path(value)


def check_path(value: str) -> str:
    """A path without the segments ``.`` and ``..``, by which a server could leave the base path (C1)."""
    if _DOTS.search(value):
        raise ValueError("must not hold `.` or `..` as a segment")
    return value


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
    return check_path(value.rstrip("/"))


def variables(*urls: str) -> set[str]:
    """The names of the ``{variables}`` in `urls`."""
    return {part.split("}")[0] for url in urls for part in url.split("{")[1:]}


class IntegrationFacts(Strict):
    """What an owner says about an upstream: the body of POST, and of PATCH as a merge patch (RFC 7396)."""

    name: Name
    title: str = Field(default="", max_length=200)
    base_url: str = Field(max_length=2048)
    hosts: Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=50)] = Field(
        default=(), description="Other origins that calls, and the credential, may go to; a bare name means https."
    )
    auth: AuthScheme = AuthScheme.model_construct()
    verification: Verification | None = None
    profile: Profile = Profile.model_construct()
    policy: Policy = Policy.model_construct()
    tags: Tags = ()
    enabled: bool = True

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str) -> str:
        return check_base_url(value)

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        found = [check_base_url(value if "://" in value else f"https://{value}") for value in values]
        if wrong := next((origin for origin in found if urlsplit(origin).path), None):
            raise ValueError(f"{wrong}: a host has no path; an action's `server` may have one")
        return tuple(dict.fromkeys(found))

    @model_validator(mode="after")
    def _variables_are_declared(self) -> Self:
        for member, urls in (("base_url", (self.base_url,)), ("hosts", self.hosts)):
            if missing := variables(*urls) - set(self.profile.config):
                raise ValueError(f"{member} uses {{{', '.join(sorted(missing))}}}, which profile.config lacks")
        return self

    @model_validator(mode="after")
    def _oauth_addresses_are_bounded(self) -> Self:
        """Whoever fills a connection's config must not choose where a client's secret goes."""
        scheme = self.auth
        urls = (scheme.authorize_url, scheme.token_url, scheme.refresh_url, scheme.departures.revoke_url)
        for url in filter(None, urls):
            if missing := templates.variables(url) - set(self.profile.config):
                raise ValueError(f"{url} uses {{{', '.join(sorted(missing))}}}, which profile.config does not declare")
            if (name := templates.open_end(url)) and not self.profile.config[name].enum:
                raise ValueError(
                    f"the host of {url} ends with {{{name}}}, which then needs an `enum` in profile.config"
                )
        return self


class Binding(Strict):
    """Where one input property goes in the upstream request (OpenAPI 3.1, Parameter Object)."""

    place: Literal["path", "query", "header", "cookie", "body"] = Field(alias="in")
    name: str = Field(max_length=200, description="The upstream's name; empty where the property is the whole body.")
    style: Literal["matrix", "label", "simple", "form", "spaceDelimited", "pipeDelimited", "deepObject"] | None = None
    explode: bool | None = None
    allow_reserved: bool = False
    media_type: str | None = Field(default=None, max_length=200, description="Serialise as this (`content`).")


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
    server: str | None = Field(
        default=None, max_length=2048, description="Instead of the base URL; on its origin or one of the `hosts`."
    )
    behaviour: Behaviour
    auth: ActionAuth = Field(
        default="required",
        description="Whether calls carry the credential: optional, where there is one; none, never (`security: []`).",
    )
    idempotency_header: Annotated[str, Field(pattern=TOKEN)] | None = None
    deprecated: bool = False
    input_schema: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})
    bindings: dict[str, Binding] = Field(default_factory=dict)
    constants: tuple[Constant, ...] = ()
    body_media_type: str | None = Field(default=None, max_length=200)
    output_schema: Schema | None = None
    output: Output | None = Field(default=None, description="Instead of the integration's policy.")
    evidence: tuple[Evidence, ...] = ()
    proof: Literal["documented", "dry_run", "called"] = "documented"

    @field_validator("path")
    @classmethod
    def _path(cls, value: str) -> str:
        return check_path(value)

    @field_validator("server")
    @classmethod
    def _server(cls, value: str | None) -> str | None:
        return None if value is None else check_base_url(value)

    @model_validator(mode="after")
    def _bindings_fit(self) -> Self:
        properties = self.input_schema.get("properties", {})
        if unbound := set(properties) - set(self.bindings):
            raise ValueError(f"no binding for input property {', '.join(sorted(unbound))}")
        in_path = {b.name for b in self.bindings.values() if b.place == "path"}
        if missing := variables(self.path) - in_path:
            raise ValueError(f"path parameter {', '.join(sorted(missing))} has no binding")
        return self
