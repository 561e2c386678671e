"""Where the API lives: which origin is its own, which part of the paths is its base, and what belongs to others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from chalicelib.scraper.site import paths
from chalicelib.scraper.site.fragments import BaseUrl, Endpoint, Evidence

SAMPLES: Final = frozenset(("message", "curl", "snippet", "url"))
_GENERIC: Final = re.compile(
    r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|[\w.-]*\bexample\.(?:com"
    r"|org|net|edu|io)|[\w.-]*\.(?:local|test|invalid|example|internal)"
    r"|(?:[\w-]*\.)?(?:your|my)[-_]?[\w-]*(?:\.[\w.-]+)?|[A-Z][A-Z_]+|\$\{?\w+\}?|\{\{?[\w. -]+\}?\}|<[\w. :-]+>"
    r"|\[[\w. -]+\])(?::[\w${}<>]+)?\Z"
)  # fmt: skip


_LOCAL: Final = re.compile(r"(?:https?://)?(?:localhost|\d+\.\d+\.\d+\.\d+|\[[\da-f:]+\])(?::\d+)?\Z", re.IGNORECASE)
_WEBHOOK: Final = re.compile(r"\b(?:web-?hooks?|call-?backs?|event notifications?)\b", re.IGNORECASE)


def is_shown(endpoint: Endpoint) -> bool:
    """Whether an address without a method is more than mentioned: its answer or its parameters are shown."""
    parameters = any(each.description for each in endpoint.parameters)
    return bool(endpoint.responses or endpoint.response_fields or parameters)


def origin_of(host: str) -> str:
    """Scheme and host in lower case; without a scheme as it is."""
    return host.rstrip("/") if any(c in host for c in "{<$[") else host.rstrip("/").lower()


def is_generic(host: str) -> bool:
    """Whether `host` stands for whatever machine the reader runs the API on, or is left for the reader to fill in."""
    bare = re.sub(r"^https?://", "", host, flags=re.IGNORECASE).rpartition("@")[2]
    return "." not in bare or _GENERIC.match(bare) is not None


class Addresses:
    """The API's origin and base path, as the pages tell them.

    `origin` is empty where no page names one. `base` is a path without a slash at its end, or empty. `evidence` is
    where the base URL was read, `others` are further base URLs that pages name.
    """

    def __init__(self, endpoints: Sequence[Endpoint], said: Sequence[BaseUrl]) -> None:
        self._used = _votes(endpoints)
        self._said = [each for each in said if self._may_be(each)]
        self.origin = self._origin()
        self.base = self._base(endpoints)
        self.evidence: Evidence | None = next(
            (each.evidence for each in self._said if _origin(each) == self.origin), None
        )
        relative = [each.path for each in endpoints if not each.host and each.form not in SAMPLES]
        with_base = sum(self._has_base(path) for path in relative)
        self._is_written = bool(self.base) and with_base * 2 >= len(relative) > 0
        self._own = {self.origin, *(_origin(each) for each in self._said if each.said)}
        self.others = tuple(dict.fromkeys(each.url for each in self._said if _origin(each) != self.origin))[:5]

    @property
    def is_stand_in(self) -> bool:
        """Whether the origin is one that the reader has to fill in, and not the reader's own machine."""
        return bool(self.origin) and is_generic(self.origin) and _LOCAL.match(self.origin) is None

    def is_callers(self, endpoint: Endpoint) -> bool:
        """Whether an address is the reader's own, which the API calls: a stand-in host below words on webhooks."""
        is_stand_in = (
            bool(endpoint.host) and is_generic(endpoint.host) and not is_generic(self.origin or "http://x.example")
        )
        return is_stand_in and any(_WEBHOOK.search(text) for text in endpoint.section)

    def full(self, endpoint: Endpoint) -> str | None:
        """The whole path of an endpoint from the origin on; `None` where it is another product's."""
        if endpoint.host:
            origin = origin_of(endpoint.host)
            if origin not in self._own and not is_generic(origin) and not self._is_kin(origin):
                return None
            if self.base and endpoint.form in SAMPLES and not self._has_base(endpoint.path) and origin == self.origin:
                return None  # a page for browsers on the same host
            return endpoint.path
        if not self.base or self._is_written or self._has_base(endpoint.path):
            return endpoint.path
        return f"{self.base}{endpoint.path}" if endpoint.path != "/" else self.base

    def _is_kin(self, origin: str) -> bool:
        """The same host with another scheme, or with none."""
        strip = re.compile(r"^https?://")
        return strip.sub("", origin) in {strip.sub("", each) for each in self._own}

    def _has_base(self, path: str) -> bool:
        return path == self.base or path.startswith(f"{self.base}/")

    def _may_be(self, said: BaseUrl) -> bool:
        """An address that no endpoint is shown with counts only where none is shown with any of a real host."""
        origin = _origin(said)
        if origin in self._used or not self._used:
            return True
        if is_generic(origin):
            return False
        return not any(not is_generic(each) for each in self._used) or self._is_family(origin)

    def _is_family(self, origin: str) -> bool:
        host = origin.rpartition("//")[2]
        return any(host == each.rpartition("//")[2] for each in self._used)

    def _origin(self) -> str:
        real = {each: n for each, n in self._used.items() if not is_generic(each)}
        votes: dict[str, float] = {}
        for each in self._said:
            origin = _origin(each)
            weight = 2 + 3 * self._used.get(origin, 0) + (0 if is_generic(origin) else 3)
            votes[origin] = votes.get(origin, 0) + weight
        if votes:
            return max(votes, key=votes.__getitem__)
        if real and max(real.values()) * 4 >= sum(self._used.values()):
            return _with_scheme(max(real, key=real.__getitem__))
        generic = sorted((each for each in self._used if each.startswith("http")), key=self._used.__getitem__)
        return generic[-1] if generic else ""

    def _base(self, endpoints: Sequence[Endpoint]) -> str:
        told: Counter[str] = Counter()
        shown = {each.path for each in endpoints if each.host}
        relative = {each.path for each in endpoints if not each.host}
        for each in self._said:
            path = paths.template(
                urlsplit(each.url.replace("{", "(").replace("}", ")")).path.replace("(", "{").replace(")", "}")
            ).rstrip("/")
            if not path or _origin(each) != self.origin:
                continue
            path, hits = _as_shown(path, shown)
            told[path] += 1 + hits + sum(one.startswith(f"{path}/") for one in relative)
        candidates = [
            path for path, _ in told.most_common() if "{" not in path and _is_borne_out(path, shown, relative)
        ]
        if candidates:
            return candidates[0]
        left = Counter(self._missing(endpoints))
        if left and left.most_common(1)[0][1] >= 2:
            return left.most_common(1)[0][0]
        return ""

    def _missing(self, endpoints: Sequence[Endpoint]) -> list[str]:
        """What examples have before the declared path that they are examples of."""
        declared = list({each.path for each in endpoints if not each.host and each.form not in SAMPLES})[:1_000]
        by_last: dict[str, list[str]] = {}
        for path in declared:
            by_last.setdefault(path.strip("/").split("/")[0], []).append(path)
        found: list[str] = []
        for path in list({each.path for each in endpoints if each.host or each.form in SAMPLES})[:1_000]:
            parts = path.strip("/").split("/")
            for cut in range(1, min(len(parts), 4)):
                tail = "/" + "/".join(parts[cut:])
                if any(
                    paths.fits(one, tail) and one.count("/") == tail.count("/")
                    for one in by_last.get(parts[cut], ())[:50]
                ):
                    found.append("/" + "/".join(parts[:cut]))
                    break
            if parts[0] in by_last and any(
                paths.fits(one, path) and one.count("/") == path.count("/") for one in by_last[parts[0]][:50]
            ):
                found.append("")
        return found


def _votes(endpoints: Sequence[Endpoint]) -> dict[str, float]:
    """How many pages show each origin; how often it stands on them only settles ties (G10: one page cannot outvote).

    An address that is merely linked to counts only where no page shows how to call one.
    """
    called = [each for each in endpoints if each.host and (each.method or is_shown(each))]
    shown = {
        (origin_of(each.host), each.path, _page(each)) for each in called or (each for each in endpoints if each.host)
    }
    pages = Counter(origin for origin, _ in {(origin, page) for origin, _, page in shown})
    mentions = Counter(origin for origin, _, _ in shown)
    return {origin: count + mentions[origin] / (mentions.total() + 1) for origin, count in pages.most_common()}


def _page(endpoint: Endpoint) -> str:
    return endpoint.evidence.url.partition("#")[0]


def _is_borne_out(base: str, shown: set[str], relative: set[str]) -> bool:
    """Whether what is shown does not contradict a base path: half of the whole addresses, or of the paths, have it."""
    below = [path == base or path.startswith(f"{base}/") for path in shown]
    if sum(below) * 2 >= len(below):
        return True
    return sum(path.startswith(f"{base}/") for path in relative) * 2 > len(relative)


def _as_shown(path: str, shown: set[str]) -> tuple[str, int]:
    """A base path whose version is left open, as the examples fill it in; and how many examples begin with it."""
    pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "([^/{}]+)", re.escape(path)) + "(?:/|$)")
    hits = Counter(found[0].rstrip("/") for each in shown if (found := pattern.match(each)))
    return (hits.most_common(1)[0][0], sum(hits.values())) if hits else (path, 0)


def _origin(said: BaseUrl) -> str:
    scheme, _, rest = said.url.partition("://")
    return origin_of(f"{scheme}://{rest.partition('/')[0]}")


def _with_scheme(origin: str) -> str:
    return origin if origin.startswith("http") else f"https://{origin}"
