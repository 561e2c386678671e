"""The ways to authenticate that pages claim → the security schemes that the API has, by how sure the claims are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.scraper.site.fragments import Auth

_SURE: Final = 0.6


@dataclass(slots=True)
class Chosen:
    """Security schemes by name, their evidence, and the names that hold a credential, in lower case."""

    schemes: dict[str, Any] = field(default_factory=dict)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    names: frozenset[str] = frozenset()


def choose(claims: Sequence[Auth]) -> Chosen:
    """The schemes. A claim that is not sure by itself needs others that agree."""
    grouped: dict[tuple[str, str, str, str], list[Auth]] = {}
    for each in claims:
        prefix = (each.prefix or "").lower() if each.kind == "api_key" else ""
        grouped.setdefault((each.kind, each.place or "", (each.name or "").lower(), prefix), []).append(each)
    chosen = Chosen()
    names: set[str] = set()
    for found in sorted(grouped.values(), key=_weight, reverse=True):
        if _weight(found) < _SURE:
            continue
        best = max(found, key=lambda each: each.evidence.confidence)
        if best.kind == "api_key" and any(_is_same_place(best, each) for each in chosen.schemes.values()):
            continue
        name = f"{best.kind}_{len(chosen.schemes) + 1}"
        chosen.schemes[name] = _scheme(best, found)
        names.update(name for name in ((best.name or "").lower(),) if name and best.kind == "api_key")
        quoted = best.evidence.model_dump(mode="json") | {"confidence": round(min(0.99, _weight(found)), 3)}
        chosen.evidence.append({"field": f"auth/{name}", **quoted})
    chosen.names = frozenset(names)
    return chosen


def _weight(found: Sequence[Auth]) -> float:
    """How sure the claims are together: independent doubts multiply."""
    doubt = 1.0
    for each in sorted(found, key=lambda each: -each.evidence.confidence)[:4]:
        doubt *= 1 - each.evidence.confidence * (1 if doubt == 1.0 else 0.5)
    return 1 - doubt


def _is_same_place(one: Auth, scheme: dict[str, Any]) -> bool:
    return scheme.get("type") == "apiKey" and (scheme["in"], scheme["name"].lower()) == (
        one.place,
        (one.name or "").lower(),
    )


def _scheme(best: Auth, found: Sequence[Auth]) -> dict[str, Any]:
    if best.kind in ("basic", "bearer"):
        return {"type": "http", "scheme": best.kind}
    if best.kind == "api_key":
        scheme: dict[str, Any] = {"type": "apiKey", "in": best.place or "header", "name": best.name or "Authorization"}
        if best.prefix:
            scheme["description"] = f"{best.prefix} <key>"
        return scheme
    authorize = next((each.authorize_url for each in found if each.authorize_url), None)
    token = next((each.token_url for each in found if each.token_url), None)
    flows: dict[str, Any] = {}
    if authorize and token:
        flows["authorizationCode"] = {"authorizationUrl": authorize, "tokenUrl": token, "scopes": {}}
    elif token:
        flows["clientCredentials"] = {"tokenUrl": token, "scopes": {}}
    return {"type": "oauth2", "flows": flows}
