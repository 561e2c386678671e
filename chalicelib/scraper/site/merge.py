"""The claims of many pages → one OpenAPI 3.1 document, each part with its evidence (`x-waygate-evidence`).

Stages: `addresses` tells the API's own origin and base path, and what is another product's; `templates` makes concrete
paths into templates; claims of one method and shape become one operation (`assembled`); `security` chooses among the
ways to authenticate. Operations that no page quotes do not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from chalicelib.scraper.site import addresses, assembled, credentials, paths, templates
from chalicelib.scraper.site.fragments import Endpoint, Fact, LeftOut, PageFragments
from chalicelib.settings import Caps

_DECLARED: Final = 5  # from so many endpoints with methods on, a site is one that names methods
_DOUBTED: Final = 0.3
_MOST_LEFT_OUT: Final = 200


@dataclass(frozen=True)
class Merged:
    """The document, warnings as ``(code, pointer, detail)``, what was left out and why, and facts of the whole API."""

    document: dict[str, Any]
    warnings: tuple[tuple[str, str, str], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    facts: tuple[Fact, ...] = field(default=())


@dataclass(slots=True)
class _Placed:
    claim: Endpoint
    template: templates.Claimed


def merge(pages: Sequence[PageFragments], *, start_url: str, base_url: str | None = None) -> Merged:
    """One document of all `pages`. `start_url` is where the documentation begins.

    `base_url` is where the owner says that the API is. Its path, if it has one, stands for the base path that the pages
    tell; a bare origin stands for theirs alone, and the paths keep all that follows it.
    """
    claims = [each for page in pages for each in page.endpoints]
    said = [each for page in pages for each in page.base_urls]
    where = addresses.Addresses(claims, said)
    left_out = [each for page in pages for each in page.left_out]
    placed = list(_placed(claims, where, left_out))
    templates.settle([each.template for each in placed])
    groups = _grouped(placed, where.base, left_out)
    auth = credentials.choose([each for page in pages for each in page.auth])
    has_path = bool(urlsplit(base_url).path.strip("/")) if base_url else bool(where.origin)
    base = _common_base(where.base, [path for _, path in groups]) if has_path else ""
    document = _document(pages, start_url, where, base)
    warnings: list[tuple[str, str, str]] = []
    if where.is_stand_in and not base_url:
        warnings.append(("base_url_stand_in", "/servers/0", f"{where.origin} stands for a host of your own."))
    for (method, shape), found in groups.items():
        path = _written(found, shape, base)
        is_guessed = all(each.claim.method is None for each in found)
        made = assembled.assemble(method, path, [each.claim for each in found], guessed=is_guessed, secrets=auth.names)
        document["paths"].setdefault(path, {})[method.lower()] = made.operation
        pointer = f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method.lower()}"
        warnings.extend((code, pointer, detail) for code, detail in made.warnings)
        deduced = sorted({name for each in found for name in each.template.deduced} & set(paths.placeholders(path)))
        if deduced and all(each.template.deduced for each in found):
            warnings.append(("path_parameter_deduced", pointer, f"{', '.join(deduced)}: the pages show examples only."))
    if auth.schemes:
        document["components"] = {"securitySchemes": auth.schemes}
        document["security"] = [{name: []} for name in auth.schemes]
        document["x-waygate-evidence"].extend(auth.evidence)
    facts = tuple(each for page in pages for each in page.facts)
    return Merged(document, tuple(warnings), tuple(left_out[:_MOST_LEFT_OUT]), facts[: Caps.PAGE_CLAIMS])


def _placed(claims: Sequence[Endpoint], where: addresses.Addresses, left_out: list[LeftOut]) -> list[_Placed]:
    """Claims of the API itself, each with its whole path."""
    found: list[_Placed] = []
    declared = sum(each.method is not None and each.form not in addresses.SAMPLES for each in claims)
    has_placeholders = any("{" in each.path and each.form not in addresses.SAMPLES for each in claims)
    for each in claims:
        path = where.full(each)
        is_callers = where.is_callers(each)
        if path is None or is_callers:
            left_out.append(
                LeftOut(
                    reason="webhook" if is_callers else "other_host",
                    what=f"{each.method or ''} {each.host}{each.path}".strip()[:300],
                    url=each.evidence.url,
                )
            )
            continue
        is_open = (
            each.form in addresses.SAMPLES or not has_placeholders or (each.form == "prose" and declared < _DECLARED)
        )
        is_prefix = each.form == "url" and path.endswith("/") and not each.host
        values = {text for sample in (*each.requests, *each.responses) for text in templates.scalars(sample.value)}
        keys = next((templates.members(sample.value) for sample in each.responses), frozenset())
        heading = " ".join(each.section[-1:])
        claim = templates.Claimed(each.method or "GET", path, is_open, is_prefix, heading, frozenset(values), keys)
        found.append(_Placed(each, claim))
    return found


def _grouped(placed: Sequence[_Placed], base: str, left_out: list[LeftOut]) -> dict[tuple[str, str], list[_Placed]]:
    """Claims by method and shape. One without a method joins those that have one, or is a GET of its own."""
    groups: dict[tuple[str, str], list[_Placed]] = {}
    shapes = {paths.shape(each.template.result) for each in placed}
    open_ones: dict[str, list[_Placed]] = {}
    for each in placed:
        shape = paths.shape(each.template.result)
        is_prefix = each.template.is_prefix and any(key.startswith(f"{shape}/") for key in shapes)
        if is_prefix or (shape in ("/", base) and not _is_described(each.claim)):
            continue
        if each.claim.method is None:
            open_ones.setdefault(shape, []).append(each)
        else:
            groups.setdefault((each.claim.method, shape), []).append(each)
    for key in [key for key, found in groups.items() if _is_family(key, found, groups)]:
        what = f"{key[0]} {key[1]}"[:300]
        left_out.append(LeftOut(reason="not_an_endpoint", what=what, url=groups[key][0].claim.evidence.url))
        del groups[key]
    known = {shape for _, shape in groups}
    declared = sum(any(each.claim.form != "prose" for each in found) for found in groups.values())
    names_methods = declared > 0 and declared * 2 >= len(set(open_ones) - known)
    for shape, found in open_ones.items():
        if shape in known:
            continue
        if shape == "/" or (names_methods and not any(addresses.is_shown(each.claim) for each in found)):
            left_out.extend(
                LeftOut(reason="not_an_endpoint", what=each.claim.path[:300], url=each.claim.evidence.url)
                for each in found[:1]
            )
            continue
        method = "POST" if any(each.claim.requests for each in found) else "GET"
        groups[method, shape] = found
    if names_methods:
        for key in [
            key for key, found in groups.items() if all(each.claim.evidence.confidence <= _DOUBTED for each in found)
        ]:
            left_out.append(
                LeftOut(
                    reason="not_an_endpoint", what=f"{key[0]} {key[1]}"[:300], url=groups[key][0].claim.evidence.url
                )
            )
            del groups[key]
    return groups


def _is_family(key: tuple[str, str], found: Sequence[_Placed], groups: dict[tuple[str, str], list[_Placed]]) -> bool:
    """Whether a path in prose is what several endpoints end in: “all ``/query`` routes”."""
    if any(each.claim.form != "prose" for each in found):
        return False
    method, shape = key
    return sum(other[0] == method and other[1] != shape and other[1].endswith(shape) for other in groups) > 1


def _is_described(claim: Endpoint) -> bool:
    """Whether an endpoint is declared and described: the root of an API is one only then."""
    return (
        claim.form in ("heading", "line", "code", "label", "table")
        and claim.method is not None
        and bool(claim.parameters or claim.responses)
    )


def _common_base(base: str, shapes: Sequence[str]) -> str:
    """`base`, where every path begins with it; else nothing."""
    return base if base and all(each == base or each.startswith(f"{base}/") for each in shapes) else ""


def _written(found: Sequence[_Placed], shape: str, base: str) -> str:
    """The template with the names that most claims give, less the base path."""
    best = max(found, key=lambda each: (not each.template.deduced, each.claim.evidence.confidence))
    path = best.template.result
    names: dict[str, int] = {}
    for name in paths.placeholders(path):
        names[name] = names.get(name, 0) + 1
    if any(count > 1 for count in names.values()):
        seen: dict[str, int] = {}
        parts = []
        for part in path.split("/"):
            for name in paths.placeholders(part):
                seen[name] = seen.get(name, 0) + 1
                if seen[name] > 1:
                    part = part.replace("{" + name + "}", "{" + f"{name}_{seen[name]}" + "}")
            parts.append(part)
        path = "/".join(parts)
    return path.removeprefix(base) or "/" if base and shape != base else path


def _document(pages: Sequence[PageFragments], start_url: str, where: addresses.Addresses, base: str) -> dict[str, Any]:
    titles = [page.title for page in pages if page.title]
    start = next((page.title for page in pages if page.url.rstrip("/") == start_url.rstrip("/") and page.title), "")
    version = next((fact.data["version"] for page in pages for fact in page.facts if fact.kind == "version"), "1")
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": (start or (titles[0] if titles else urlsplit(start_url).hostname or "API"))[:200],
            "version": version,
        },
        "servers": [],
        "paths": {},
        "x-waygate-evidence": [],
    }
    if where.origin:
        document["servers"] = [_server(where.origin + base)]
        if where.evidence is not None:
            document["x-waygate-evidence"].append({"field": "base_url", **where.evidence.model_dump(mode="json")})
    return document


def _server(url: str) -> dict[str, Any]:
    url = url.replace("<", "{").replace(">", "}")
    names = paths.placeholders(url)
    return {"url": url, **({"variables": {name: {"default": name} for name in names}} if names else {})}
