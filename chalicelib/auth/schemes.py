"""How an upstream wants to be authenticated, and what a credential for it looks like.

A scheme is data (OpenAPI 3.1, Security Scheme Object, is its origin); a credential is one of five small models, of
which that of `oauth2` is `oauth.tokens.Tokens`; `place` is a pure function from both to the headers, query pairs and
cookies that carry it.

Annotations are not postponed in this module: pydantic would parse each of them at every cold start.
"""

import base64
import re
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from chalicelib.auth.oauth.profile import OAuthProfile
from chalicelib.auth.oauth.tokens import Tokens
from chalicelib.checked_json import pointer
from chalicelib.egress.hosts import with_ascii_host
from chalicelib.errors import InvalidInput, TooLarge
from chalicelib.http1 import grammar
from chalicelib.settings import Caps

AuthType = Literal["none", "api_key", "basic", "bearer", "custom_headers", "oauth2"]
Grant = Literal["authorization_code", "client_credentials", "password", "jwt_bearer", "implicit"]
TOKEN = f"^{grammar.TOKEN}$"
HEADER_VALUE = r"^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$"  # section 5.5
# Headers of HTTP itself, and those by which servers let a request pretend to be another one.
NEVER_SET: Final = frozenset(
    (
        *("accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "forwarded"),
        *("host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"),
        *("x-http-method", "x-http-method-override", "x-method-override", "x-original-url", "x-rewrite-url"),
    )
)
_NEVER_PREFIXES: Final = ("x-forwarded-", "proxy-")
_PLAIN: Final = OAuthProfile.model_construct()

_WITHOUT_CONSENT: Final = frozenset({"client_credentials", "password", "jwt_bearer"})


class AuthScheme(BaseModel):
    """Where the credential goes. For `oauth2`, where it comes from as well."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)

    type: AuthType = "none"
    place: Literal["header", "query", "cookie", "body"] | None = Field(default=None, alias="in")
    name: str | None = Field(default=None, min_length=1, max_length=128)
    prefix: str | None = Field(default=None, max_length=64, pattern=r"^[\x21-\x7e]*$")
    template: str | None = Field(default=None, max_length=200, pattern=r"^[\x20-\x7e]*\{value\}[\x20-\x7e]*$")
    fixed_password: str | None = Field(default=None, max_length=64, pattern=r"^[\x21-\x7e]*$")
    grant: Grant | None = None
    authorize_url: str | None = Field(default=None, max_length=2048)
    token_url: str | None = Field(default=None, max_length=2048)
    refresh_url: str | None = Field(default=None, max_length=2048)
    scopes: Annotated[tuple[Annotated[str, Field(max_length=500)], ...], Field(max_length=200)] = ()
    oauth: OAuthProfile | None = None

    @property
    def departures(self) -> OAuthProfile:
        """How the provider departs from plain OAuth 2.0."""
        return self.oauth or _PLAIN

    @property
    def needs_consent(self) -> bool:
        """The account's owner is sent to the provider, and comes back by the callback (RFC 6749, 4.1)."""
        return self.type == "oauth2" and self.grant not in _WITHOUT_CONSENT

    @field_validator("authorize_url", "token_url", "refresh_url")
    @classmethod
    def _ascii_host(cls, value: str | None) -> str | None:
        return value if value is None else with_ascii_host(value)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.type == "api_key" and not (self.place and self.name):
            raise ValueError("an api_key scheme needs `in` (header, query, cookie or body) and `name`")
        if self.type not in ("api_key", "oauth2") and self.place:
            raise ValueError(f"`in` belongs to api_key and oauth2, not to {self.type}")
        if self.template and (self.prefix or self.type not in ("api_key", "bearer", "oauth2")):
            raise ValueError("`template` goes with api_key, bearer and oauth2, and instead of `prefix`")
        if self.fixed_password is not None and self.type != "basic":
            raise ValueError(f"`fixed_password` belongs to basic, not to {self.type}")
        if self.oauth is not None and self.type != "oauth2":
            raise ValueError(f"`oauth` belongs to oauth2, not to {self.type}")
        if self.name and self.place not in ("query", "body"):
            if not re.fullmatch(TOKEN, self.name):
                raise ValueError(f"{self.name!r} is not the name of a header or cookie (RFC 9110, 5.6.2)")
            if self.place != "cookie" and belongs_to_http(self.name):
                raise ValueError(f"{self.name} belongs to HTTP itself")
        return self


class _Credential(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ApiKeyCredential(_Credential):
    """`{value}`"""

    value: str = Field(min_length=1, max_length=8192, pattern=HEADER_VALUE)


class BasicCredential(_Credential):
    """`{username, password}`: RFC 7617; the user name holds no colon, the password may be empty."""

    username: str = Field(max_length=1024, pattern=r"^[^:\x00-\x1f\x7f]*$")
    password: str = Field(default="", max_length=8192, pattern=r"^[^\x00-\x1f\x7f]*$")


class BearerCredential(_Credential):
    """`{token}`: RFC 6750."""

    token: str = Field(min_length=1, max_length=16384, pattern=HEADER_VALUE)


class CustomHeadersCredential(_Credential):
    """`{headers: {name: value}}`: several secret headers that go together."""

    headers: dict[
        Annotated[str, Field(pattern=TOKEN, max_length=128)],
        Annotated[str, Field(pattern=HEADER_VALUE, max_length=8192)],
    ] = Field(min_length=1, max_length=16)

    @field_validator("headers")
    @classmethod
    def _none_is_reserved(cls, headers: dict[str, str]) -> dict[str, str]:
        if reserved := sorted(name for name in headers if belongs_to_http(name)):
            raise ValueError(f"{', '.join(reserved)} belongs to HTTP itself")
        if len({name.lower() for name in headers}) < len(headers):
            raise ValueError("two headers differ only in upper and lower case")
        return headers


Credential = ApiKeyCredential | BasicCredential | BearerCredential | CustomHeadersCredential | Tokens

CREDENTIALS: dict[str, type[BaseModel]] = {
    "api_key": ApiKeyCredential,
    "basic": BasicCredential,
    "bearer": BearerCredential,
    "custom_headers": CustomHeadersCredential,
    "oauth2": Tokens,
}


class Placement(NamedTuple):
    """What a credential adds to a request; every value in it is secret."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    body: tuple[tuple[str, str], ...] = ()
    secrets: frozenset[str] = frozenset()


def parse_credential(auth_type: str, members: dict[str, Any]) -> Credential | None:
    """The credential in `members`, checked against what `auth_type` needs; None where it needs none.

    Raises `InvalidInput` with a pointer per fault; no message repeats a value.
    """
    model = CREDENTIALS.get(auth_type)
    if model is None:
        if members:
            raise InvalidInput(
                f"A connection of auth type `{auth_type}` takes no {', '.join(sorted(members))}.",
                errors=[
                    {"pointer": pointer([name]), "code": "unexpected", "detail": "not used"} for name in sorted(members)
                ],
            )
        return None
    try:
        credential = model.model_validate(members)
    except ValidationError as error:
        wanted = ", ".join(f"`{name}`" for name in model.model_fields)
        raise InvalidInput(
            f"The credential does not have the shape of auth type `{auth_type}`, which takes {wanted}.",
            errors=[
                {"pointer": pointer(p for p in e["loc"] if p != "[key]"), "code": e["type"], "detail": e["msg"]}
                for e in error.errors(include_input=False, include_url=False)
            ],
        ) from None
    if len(credential.model_dump_json()) > Caps.CREDENTIAL_BYTES:
        raise TooLarge(f"The credential is larger than {Caps.CREDENTIAL_BYTES:,} bytes.")
    return credential  # type: ignore[return-value]  # the table holds exactly the members of the union


def place(scheme: AuthScheme, credential: Credential | None) -> Placement:
    """The headers, query pairs and cookies that carry `credential` as `scheme` wants them."""
    match credential:
        case None:
            return Placement()
        case ApiKeyCredential(value=value):
            return _placed(scheme, scheme.name or "", _written(scheme, value, None), frozenset({value}))
        case BasicCredential(username=username, password=password):
            if scheme.fixed_password is not None:  # a key in the place of the user's name
                password = scheme.fixed_password
            encoded = base64.b64encode(f"{username}:{password}".encode()).decode()
            secret = username if scheme.fixed_password is not None else password or username
            secrets = frozenset(filter(None, {secret, encoded}))
            return Placement(headers=(("Authorization", f"Basic {encoded}"),), secrets=secrets)
        case BearerCredential(token=token):
            return _placed(
                scheme, scheme.name or "Authorization", _written(scheme, token, "Bearer"), frozenset({token})
            )
        case Tokens(access_token=access_token):
            in_header = scheme.place in (None, "header")  # elsewhere: RFC 6750, section 2.3
            name = scheme.name or ("Authorization" if in_header else "access_token")
            value = _written(scheme, access_token or "", "Bearer" if in_header else None)
            return _placed(scheme, name, value, credential.secrets)
        case CustomHeadersCredential(headers=headers):
            return Placement(headers=tuple(headers.items()), secrets=frozenset(headers.values()))


def _written(scheme: AuthScheme, value: str, usual: str | None) -> str:
    """`value` as the API wants it written: ``Bearer …``, ``Token token="…"``, bare (an empty prefix)."""
    if scheme.template:
        return scheme.template.replace("{value}", value)
    prefix = usual if scheme.prefix is None else scheme.prefix
    return f"{prefix} {value}" if prefix else value


def _placed(scheme: AuthScheme, name: str, value: str, secrets: frozenset[str]) -> Placement:
    pair = ((name, value),)
    match scheme.place:
        case "query":
            return Placement(query=pair, secrets=secrets)
        case "cookie":
            return Placement(cookies=pair, secrets=secrets)
        case "body":
            return Placement(body=pair, secrets=secrets)
        case _:
            return Placement(headers=pair, secrets=secrets)


def belongs_to_http(header: str) -> bool:
    """True for headers that neither a credential nor input may set (B7, C5)."""
    lowered = header.lower()
    return lowered in NEVER_SET or lowered.startswith(_NEVER_PREFIXES)


def reserved_names(scheme: AuthScheme, header_names: Iterable[str] = ()) -> frozenset[tuple[str, str]]:
    """The ``(place, lower-case name)`` pairs that belong to the credential or to HTTP.

    `header_names` are those of the connection's own credential.
    """
    names = {"authorization", "cookie", *NEVER_SET, *(name.lower() for name in header_names)}
    owned = {("header", name) for name in names}
    if scheme.name:
        owned.add((scheme.place or "header", scheme.name.lower()))
    return frozenset(owned)


def is_reserved(place: str, name: str, owned: frozenset[tuple[str, str]]) -> bool:
    """True where action input must not set `name` in `place`: it is one of `owned`, or of a family of such names.

    ``_method`` makes Rails, Laravel and others treat a request as one of another method (C5).
    """
    lowered = name.lower()
    if (place, lowered) in owned or (place in ("query", "body") and lowered == "_method"):
        return True
    return place == "header" and belongs_to_http(name)
