"""A request as an example shows it, whichever language the example is written in."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.scraper.site.paths import Target


@dataclass(slots=True)
class Shown:
    """One request of an example. `quote` is the text that shows it; `form` and `query` are pairs in order.

    `body` is the text of a body that is no form. `is_explicit` tells whether the example names its method.
    """

    method: str
    target: Target
    quote: str
    is_explicit: bool = True
    headers: list[tuple[str, str]] = field(default_factory=list)
    query: list[tuple[str, str]] = field(default_factory=list)
    form: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    body: str | None = None
    is_multipart: bool = False
    basic: str | None = None
    end: int = 0

    def header(self, name: str) -> str | None:
        """The value of a header, if it is shown."""
        return next((value for each, value in self.headers if each.lower() == name.lower()), None)
