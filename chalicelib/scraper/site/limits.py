"""How far a job may go: pages, depth, bytes, time, pace and tokens (A14, G10). An owner may lower each."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from chalicelib.registry.profile import Strict
from chalicelib.settings import Caps

Width = Literal["path", "host", "site"]  # see `scope.Scope`
_HOST: Final = r"^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$"


class Limits(Strict):
    """The bounds of one job. What is left out has the greatest value that is allowed."""

    scope: Width = "path"
    hosts: Annotated[tuple[Annotated[str, Field(pattern=_HOST)], ...], Field(max_length=10)] = ()
    pages: int = Field(default=Caps.SITE_PAGES, ge=1, le=Caps.SITE_PAGES)
    depth: int = Field(default=Caps.SITE_DEPTH, ge=0, le=Caps.SITE_DEPTH)
    bytes: int = Field(default=Caps.SITE_BYTES, ge=1_000, le=Caps.SITE_BYTES)
    page_bytes: int = Field(default=Caps.PAGE_BYTES, ge=1_000, le=Caps.PAGE_BYTES)
    seconds: float = Field(default=Caps.SITE_S, ge=1, le=Caps.SITE_S)
    requests_per_s: float = Field(default=Caps.SITE_REQUESTS_PER_S, gt=0, le=10)
    tokens: int | None = Field(default=None, ge=0, description="Of the model; else what the settings allow.")
