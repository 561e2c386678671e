"""What a model may answer. One bad claim is dropped and counted; it never sinks the others."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MOST_ENDPOINTS: Final = 200
_FENCE: Final = re.compile(r"\A\s*```(?:json)?\s*|\s*```\s*\Z")
Text = Annotated[str, Field(max_length=2_000)]
Quote = Annotated[str, Field(min_length=1, max_length=2_000)]


class Said(BaseModel):
    """A claim: unknown members are errors, each claim has its quote."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quote: Quote


class SaidParameter(Said):
    """A parameter or a member of the body."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    place: Literal["path", "query", "header", "cookie", "body"] | None
    type: Literal["string", "integer", "number", "boolean", "array", "object"] | None
    required: bool | None
    description: Text | None


class SaidEndpoint(Said):
    """An endpoint; method and path as the page writes them."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] | None
    path: Annotated[str, Field(min_length=1, max_length=2_000)]
    summary: Text | None
    parameters: Annotated[tuple[SaidParameter, ...], Field(max_length=100)]


class SaidBaseUrl(Said):
    """Where the API is."""

    url: Annotated[str, Field(pattern=r"^https?://", max_length=2_000)]


class SaidAuth(Said):
    """A way to authenticate; `name` is the header, query parameter or cookie."""

    kind: Literal["bearer", "basic", "api_key", "oauth2"]
    place: Literal["header", "query", "cookie"] | None
    name: Annotated[str, Field(max_length=200)] | None
    scopes: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=100)]


Claim = TypeVar("Claim", bound=Said)


class Answer(BaseModel):
    """All of it: the shape that the server is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoints: Annotated[tuple[SaidEndpoint, ...], Field(max_length=MOST_ENDPOINTS)]
    base_urls: Annotated[tuple[SaidBaseUrl, ...], Field(max_length=5)]
    auth: Annotated[tuple[SaidAuth, ...], Field(max_length=10)]


class Malformed(Exception):
    """The answer is no JSON object of the wanted shape."""


@dataclass(frozen=True)
class Understood:
    """The claims of an answer that have the right shape, and how many had not."""

    endpoints: list[SaidEndpoint] = field(default_factory=list)
    base_urls: list[SaidBaseUrl] = field(default_factory=list)
    auth: list[SaidAuth] = field(default_factory=list)
    dropped: int = 0


def schema() -> dict[str, Any]:
    """The JSON Schema of `Answer`, with the keywords that servers' strict modes know and no others."""
    return dict(_plain(Answer.model_json_schema()))


def understand(text: str) -> Understood:
    """Read an answer. Raises `Malformed`, also for one that was cut off."""
    try:
        tree = json.loads(_FENCE.sub("", text))
    except (ValueError, RecursionError):
        raise Malformed("the answer is not JSON") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("endpoints"), list):
        raise Malformed("the answer is not of the wanted shape")
    endpoints, bad_endpoints = _each(SaidEndpoint, tree["endpoints"], MOST_ENDPOINTS)
    base_urls, bad_urls = _each(SaidBaseUrl, tree.get("base_urls"), 5)
    auth, bad_auth = _each(SaidAuth, tree.get("auth"), 10)
    return Understood(endpoints, base_urls, auth, bad_endpoints + bad_urls + bad_auth)


def _each(kind: type[Claim], items: Any, most: int) -> tuple[list[Claim], int]:
    found: list[Claim] = []
    listed = items if isinstance(items, list) else []
    for item in listed[:most]:
        try:
            found.append(kind.model_validate(item, strict=False))
        except (ValidationError, RecursionError):
            continue
    return found, len(listed) - len(found)


_UNKNOWN_TO_STRICT: Final = frozenset(
    ("title", "description", "default", "minLength", "maxLength", "maxItems", "pattern")
)


def _plain(node: Any, *, names: bool = False) -> Any:
    """`node` without those keywords; `names`: its members are names of properties, and stay."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _plain(value, names=key in ("properties", "$defs"))
        for key, value in node.items()
        if names or key not in _UNKNOWN_TO_STRICT
    }
