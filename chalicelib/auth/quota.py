"""How many calls per second something may make: a workspace, an API key, an integration."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

_BURST_S = 2.0  # a quota that names no burst allows two seconds' worth at once


class Quota(BaseModel):
    """`per_second` calls in the long run, `burst` at once: by default those of two seconds, and one at least."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    per_second: float = Field(gt=0, le=100_000, allow_inf_nan=False, description="Calls per second in the long run.")
    burst: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Calls at once; two seconds' worth if null."
    )

    @property
    def at_once(self) -> float:
        """The calls that may come at once."""
        return max(1.0, self.per_second * _BURST_S) if self.burst is None else float(self.burst)
