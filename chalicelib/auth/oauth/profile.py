"""How a provider departs from plain OAuth 2.0, as data. Each default is what RFC 6749 and its companions say.

Annotations are not postponed in this module: pydantic would parse each of them at every cold start.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

_NAME: Final = r"^[A-Za-z0-9_.:-]{1,64}$"
AT_ONCE: Final = 64  # token requests that a provider gets of the sweep, unless its profile says otherwise
_HEADER: Final = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$"
Pointer = Annotated[str, Field(pattern=r"^(/[^/]*)*$", max_length=500, description="RFC 6901; empty: the whole body.")]
ParameterName = Annotated[str, Field(pattern=_NAME)]
Text = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00-\x1f\x7f]*$")]
Parameters = Annotated[dict[ParameterName, Text], Field(max_length=30)]
AuthorizeName = Literal[
    "client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method"
]
TokenName = Literal[
    "assertion",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "grant_type",
    "password",
    "redirect_uri",
    "refresh_token",
    "scope",
    "username",
]
Unit = Literal["delta_s", "delta_ms", "epoch_s", "epoch_ms", "iso"]


class _Part(BaseModel):
    """A default that is a part itself is constructed, not validated: that would build its schema at each cold start."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Moment(_Part):
    """Where an answer tells a moment, and in which unit; `delta_…` count from the answer."""

    pointer: Pointer
    unit: Unit = "delta_s"


class Keep(_Part):
    """A value to keep from a token answer or a callback, as `name`.

    A callback's parameters are read as a flat object. `host` keeps the host of a URL. `suffix` is what the value must
    end with, and is taken off. Where the profile's `config` declares `name`, the connection's config gets the value.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$")]
    pointer: Pointer
    kind: Literal["text", "host"] = Field(default="text", alias="as")
    suffix: str = Field(default="", max_length=253)


class Failure(_Part):
    """How an answer says no: an HTTP status from 400 on, or a body with one of `values` at `pointer`."""

    pointer: Pointer = ""
    values: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    code: Pointer = Field(default="/error", description="Where the error's code is.")
    permanent: Annotated[tuple[Text, ...], Field(max_length=50)] = Field(
        default=("invalid_grant",), description="Codes after which the grant is dead, and only its owner can renew it."
    )


class Answer(_Part):
    """Where a token endpoint's answer, JSON or urlencoded, has what (RFC 6749, section 5.1)."""

    access_token: Pointer = "/access_token"  # noqa: S105 (where it is)
    refresh_token: Pointer = "/refresh_token"  # noqa: S105
    token_type: Pointer = "/token_type"  # noqa: S105
    scope: Pointer = "/scope"
    expires: Moment = Moment.model_construct(pointer="/expires_in")
    failure: Failure = Failure.model_construct()
    keep: Annotated[tuple[Keep, ...], Field(max_length=20)] = ()
    lifetime_s: int | None = Field(default=None, ge=1, le=31_536_000, description="Where the answer does not tell it.")


class Assertion(_Part):
    """The JWT of a `jwt_bearer` grant (RFC 7523, section 2.1), signed with the client's private key.

    `subject` and the values of `claims` may hold `{variables}` of the connection's config; a claim whose variable has
    no value is left out.
    """

    audience: Text | None = Field(default=None, description="The token URL where absent.")
    subject: Text | None = None
    claims: Parameters = Field(default_factory=dict)
    has_scope: bool = Field(default=False, description="Scopes go in a claim of the JWT, not beside it.")
    lifetime_s: int = Field(default=300, ge=10, le=3600)


class Authorize(_Part):
    """The request that the user's browser carries to the provider (RFC 6749, section 4.1.1)."""

    pkce: Literal["S256", "none"] = "S256"
    response_type: Text = "code"
    parameters: Parameters = Field(default_factory=dict)
    names: Annotated[dict[AuthorizeName, ParameterName], Field(max_length=10)] = Field(default_factory=dict)

    @field_validator("parameters")
    @classmethod
    def _none_is_ours(cls, parameters: dict[str, str]) -> dict[str, str]:
        if ours := sorted(set(parameters) & {"client_id", "redirect_uri", "state", "code_challenge"}):
            raise ValueError(f"{', '.join(ours)} is not for `parameters` to set; `names` can rename it")
        return parameters


class Callback(_Part):
    """What the browser brings back."""

    code: ParameterName = "code"
    issuer: Text | None = Field(default=None, description="What `iss` must be (RFC 9207); where set, it must be there.")
    keep: Annotated[tuple[Keep, ...], Field(max_length=20)] = ()


class TokenRequest(_Part):
    """How the token endpoint is asked (RFC 6749, section 4.1.3)."""

    method: Literal["POST", "GET"] = "POST"
    body: Literal["form", "json"] = "form"
    headers: Annotated[dict[Annotated[str, Field(pattern=_HEADER)], Text], Field(max_length=20)] = Field(
        default_factory=dict
    )
    parameters: Parameters = Field(default_factory=dict)
    refresh_parameters: Parameters = Field(default_factory=dict)
    names: Annotated[dict[TokenName, ParameterName], Field(max_length=12)] = Field(default_factory=dict)
    basic_encoding: Literal["form", "raw"] = Field(
        default="form", description="Client id and secret before Basic: urlencoded (RFC 6749, 2.3.1), or as they are."
    )

    @field_validator("headers")
    @classmethod
    def _none_is_reserved(cls, headers: dict[str, str]) -> dict[str, str]:
        reserved = {"authorization", "content-length", "content-type", "cookie", "host", "transfer-encoding"}
        if taken := sorted(name for name in headers if name.lower() in reserved):
            raise ValueError(f"{', '.join(taken)} cannot be set here")
        return headers


class Refresh(_Part):
    """Whether and when tokens are renewed."""

    expected: bool = Field(default=True, description="False: the provider gives no refresh token, and none is missed.")
    hint: Text | None = Field(default=None, description="What makes the provider give one, such as a scope.")
    margin_s: int | None = Field(default=None, ge=0, le=86_400, description="Renew so long before expiry, not sooner.")
    at_once: int = Field(default=AT_ONCE, ge=1, le=512, description="Token requests of the sweep at the same time.")


class OAuthProfile(_Part):
    """The departures of one provider. Texts in parameters may hold `{variables}` of the connection's config."""

    authorize: Authorize = Authorize.model_construct()
    callback: Callback = Callback.model_construct()
    request: TokenRequest = TokenRequest.model_construct()
    answer: Answer = Answer.model_construct()
    refresh: Refresh = Refresh.model_construct()
    assertion: Assertion = Assertion.model_construct()
    scope_separator: Annotated[str, Field(pattern=r"^[ ,+;|]{1,2}$")] = " "
    revoke_url: Annotated[str, Field(max_length=2048)] | None = Field(default=None, description="RFC 7009.")
