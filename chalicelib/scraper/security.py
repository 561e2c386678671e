"""How calls authenticate: Security Schemes and Requirements → one `AuthScheme` (OpenAPI 3.1, sections 4.8.27, 4.8.30).

A description may offer alternatives; an integration has one scheme. What was not chosen, and what cannot be supported
and why, becomes findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from pydantic import ValidationError

from chalicelib.auth.schemes import AuthScheme
from chalicelib.registry.models import ActionAuth
from chalicelib.scraper.findings import Findings, Unusable
from chalicelib.scraper.references import References, escape

_GRANTS: Final = (
    ("authorizationCode", "authorization_code"),
    ("clientCredentials", "client_credentials"),
    ("password", "password"),
    ("implicit", "implicit"),
)
_NEEDS_COMPUTING: Final = frozenset(
    [
        "digest",
        "asap",
        "edgegrid",
        "hawk",
        "hoba",
        "mutual",
        "negotiate",
        "ntlm",
        "scram-sha-1",
        "scram-sha-256",
        "oauth",
        "vapid",
        "dpop",
        "gnap",
        "signature",
        "hmac",
        "aws4-hmac-sha256",
    ]
)
_POINTER: Final = "/components/securitySchemes"
_OTHER: Final = "auth_other_needed"


class _Unsupported(Exception):
    """A scheme, or several together, that no connection can hold; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class _Alternative:
    """One Security Requirement that can be met: the names of its schemes, and what they come to."""

    names: tuple[str, ...]
    scheme: AuthScheme


def read(
    document: dict[str, Any],
    operations: Iterable[dict[str, Any]],
    references: References,
    findings: Findings,
    *,
    base_url: str,
) -> AuthScheme:
    """The scheme that calls of the whole API use; `operations` are its Operation Objects.

    The first alternative of the document's own `security` that is supported; else the one that most operations name;
    else the only scheme there is. Relative OAuth addresses are joined to `base_url`.
    """
    return Security(document, references, findings, base_url).chosen(list(operations))


@dataclass(frozen=True, slots=True)
class Need:
    """What one operation asks for. `says` has it in words where that is its own; `code` is the finding about it."""

    says: str | None = None
    code: str | None = None
    auth: ActionAuth = "required"


class Security:
    """How one document's calls authenticate. `openid_url` is where the chosen scheme's endpoints would be found."""

    def __init__(self, document: dict[str, Any], references: References, findings: Findings, base_url: str) -> None:
        components = document.get("components")
        declared = components.get("securitySchemes") if isinstance(components, dict) else None
        self._declared: dict[str, Any] = declared if isinstance(declared, dict) else {}
        self._global = document.get("security")
        self._document = document
        self._references = references
        self._findings = findings
        self._base_url = base_url
        self._chosen: frozenset[str] | None = None
        self._openid: dict[str, str] = {}
        self.openid_url: str | None = None

    def needed(self, operation: dict[str, Any]) -> Need:
        """What an Operation Object says of its credential, or the document of all.

        Where neither says anything, that counts as an omission: a credential is required. What the document says of
        all does not stand against the owner's word.
        """
        own = operation.get("security")
        if operation.get("x-waygate-auth") == "optional":  # an export, where OpenAPI has no word for the scheme
            return Need(auth="optional")
        if not isinstance(own, list) or own == self._global:
            return Need(auth=_auth_of(self._global if self._chosen is not None else None))
        ways = list(_requirements(own))
        auth = _auth_of(own)
        if not any(names for names, _ in ways):
            return Need("none", auth=auth)
        written = [
            " + ".join(f"{name} ({' '.join(map(str, scopes[name]))})" if scopes[name] else name for name in names)
            for names, scopes in ways
        ]
        is_other = self._chosen is not None and not any(frozenset(names) <= self._chosen for names, _ in ways)
        return Need(" or ".join(each or "none" for each in written)[:4000], _OTHER if is_other else None, auth)

    def chosen(self, operations: list[dict[str, Any]]) -> AuthScheme:
        """The scheme that calls use; call once, before `needed`. An export of ours says it whole, and is believed."""
        if (said := self._said()) is not None:
            self._chosen = frozenset(name for names, _ in _requirements(self._global) for name in names)
            return said
        wanted = self._wanted(operations)
        if not self._declared or not wanted:
            declared = ", ".join(self._declared)[:300]
            detail = f"It uses none of what it declares: {declared}." if declared else "It declares no security scheme."
            self._findings.add("auth_unknown", _POINTER if self._declared else "", detail)
            return AuthScheme()
        usable = [found for names in wanted if (found := self._alternative(names)) is not None]
        if not usable:
            self._findings.add("auth_unknown", _POINTER, "None of the declared ways is supported.")
            return AuthScheme()
        first, *others = usable
        if others:
            listed = ", ".join(" + ".join(each.names) for each in others[:20])
            self._findings.add("auth_alternatives", "/security", f"{' + '.join(first.names)} was chosen over {listed}.")
        self._chosen = frozenset(first.names)
        self.openid_url = next((self._openid[name] for name in first.names if name in self._openid), None)
        self._warn(first)
        return self._with_scopes(first, operations)

    def _said(self) -> AuthScheme | None:
        try:
            return AuthScheme.model_validate(self._document["x-waygate-auth"])
        except (KeyError, ValidationError):
            return None

    def _wanted(self, operations: list[dict[str, Any]]) -> list[tuple[str, ...]]:
        """The requirements to try, best first: each the names that go together."""
        own = list(dict.fromkeys(names for names, _ in _requirements(self._global) if names))
        if own:
            return own
        counts: Counter[tuple[str, ...]] = Counter()
        for operation in operations:
            counts.update({names for names, _ in _requirements(operation.get("security")) if names})
        if counts:
            return [names for names, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))]
        return [(name,) for name in self._declared] if len(self._declared) == 1 else []

    def _alternative(self, names: tuple[str, ...]) -> _Alternative | None:
        try:
            schemes = [self._scheme(name) for name in names]
            return _Alternative(names, schemes[0] if len(schemes) == 1 else _combined(schemes))
        except _Unsupported as error:
            self._findings.add("auth_unsupported", f"{_POINTER}/{escape(names[0])}", f"{' + '.join(names)}: {error}")
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]["msg"]
            self._findings.add("auth_unsupported", f"{_POINTER}/{escape(names[0])}", f"{' + '.join(names)}: {problem}")
        return None

    def _scheme(self, name: str) -> AuthScheme:
        pointer = f"{_POINTER}/{escape(name)}"
        if name not in self._declared:
            raise _Unsupported(f"{name} is not declared")
        try:
            node, _ = self._references.follow(self._declared[name], pointer, "auth_unsupported")
        except Unusable as error:
            raise _Unsupported(error.finding.detail) from None
        match node.get("type"):
            case "apiKey":
                return AuthScheme(type="api_key", place=node.get("in"), name=node.get("name"))
            case "http":
                return self._http(str(node.get("scheme", "")).strip(), pointer)
            case "oauth2":
                return self._oauth2(node.get("flows"), pointer)
            case "openIdConnect":
                url = str(node.get("openIdConnectUrl", ""))[:500]
                self._findings.add("auth_urls_missing", pointer, f"{name} leaves them to be discovered at {url}.")
                self._openid[name] = url
                return AuthScheme(type="oauth2", grant="authorization_code")
            case "mutualTLS":
                raise _Unsupported("a client certificate would be needed")
            case kind:
                raise _Unsupported(f"its type is {str(kind)[:100]!r}")

    def _http(self, scheme: str, pointer: str) -> AuthScheme:
        match scheme.lower():
            case "basic":
                return AuthScheme(type="basic")
            case "bearer":
                return AuthScheme(type="bearer")
            case "":
                raise _Unsupported("it does not name its HTTP scheme")
            case lowered if lowered in _NEEDS_COMPUTING:
                raise _Unsupported(f"HTTP {scheme} needs an answer computed for each request")
        self._findings.add("auth_prefix_assumed", pointer, f"Authorization: {scheme} <token>")
        return AuthScheme(type="bearer", prefix=scheme)

    def _oauth2(self, flows: Any, pointer: str) -> AuthScheme:
        flows = flows if isinstance(flows, dict) else {}
        for name, grant in _GRANTS:
            flow = flows.get(name)
            if not isinstance(flow, dict):
                continue
            if others := [other for other in flows if other != name]:
                detail = f"The flow {name} was chosen over {', '.join(others)}."
                self._findings.add("auth_alternatives", pointer, detail)
            if grant == "implicit":
                self._findings.add("auth_unsupported", pointer, "The implicit grant; a token can be given by hand.")
            scopes = flow.get("scopes")
            return AuthScheme.model_validate(
                {
                    "type": "oauth2",
                    "grant": grant,
                    "authorize_url": self._url(flow.get("authorizationUrl"), pointer),
                    "token_url": self._url(flow.get("tokenUrl"), pointer),
                    "refresh_url": self._url(flow.get("refreshUrl"), pointer),
                    "scopes": tuple(str(scope) for scope in scopes) if isinstance(scopes, dict) else (),
                }
            )
        raise _Unsupported("it declares no OAuth flow that is known")

    def _url(self, url: Any, pointer: str) -> str | None:
        if not isinstance(url, str) or not url:
            return None
        try:
            joined = urljoin(self._base_url + "/", url)
            is_usable = urlsplit(joined).scheme in ("http", "https") and bool(urlsplit(joined).netloc)
        except ValueError:
            is_usable = False
        if not is_usable or len(joined) > 2048 or "{" in joined:  # nothing says who would fill a variable in
            self._findings.add("auth_urls_missing", pointer, f"{url[:200]} is not an address.")
            return None
        return joined

    def _warn(self, chosen: _Alternative) -> None:
        pointer = f"{_POINTER}/{escape(chosen.names[0])}"
        scheme = chosen.scheme
        if scheme.type == "custom_headers":
            headers = ", ".join(_header_of(self._scheme(name)) for name in chosen.names)
            self._findings.add("auth_combined", pointer, f"The connection's headers are {headers}.")
        elif scheme.type == "api_key" and scheme.place == "header" and (scheme.name or "").lower() == "authorization":
            self._findings.add("auth_prefix_unclear", pointer, "Give the whole value, for example `Bearer …`.")

    def _with_scopes(self, chosen: _Alternative, operations: list[dict[str, Any]]) -> AuthScheme:
        if chosen.scheme.type != "oauth2":
            return chosen.scheme
        needed: dict[str, None] = {}
        for security in (self._global, *(operation.get("security") for operation in operations)):
            for names, requirement in _requirements(security):
                if chosen.names[0] in names:
                    scopes = requirement[chosen.names[0]]
                    needed.update(dict.fromkeys(s for s in scopes if isinstance(s, str)) if scopes else {})
        if needed:
            return chosen.scheme.model_copy(update={"scopes": tuple(needed)})
        if chosen.scheme.scopes:
            listed = " ".join(chosen.scheme.scopes)
            self._findings.add("auth_scopes_all", f"{_POINTER}/{escape(chosen.names[0])}", listed)
        return chosen.scheme


def _requirements(security: Any) -> Iterator[tuple[tuple[str, ...], dict[str, list[Any]]]]:
    """Each Security Requirement Object of a `security` list, as its names and its scopes by name."""
    for requirement in security if isinstance(security, list) else ():
        if isinstance(requirement, dict):
            scopes = {str(name): value if isinstance(value, list) else [] for name, value in requirement.items()}
            yield tuple(scopes), scopes


def _auth_of(security: Any) -> ActionAuth:
    """What a `security` list comes to: an empty Security Requirement makes the credential optional."""
    ways = [names for names, _ in _requirements(security)]
    if not isinstance(security, list) or (security and not ways) or (all(ways) and ways):
        return "required"
    return "optional" if any(ways) else "none"


def _combined(schemes: list[AuthScheme]) -> AuthScheme:
    """Several schemes that every call needs at once: possible where each of them is a header."""
    for scheme in schemes:
        _header_of(scheme)
    return AuthScheme(type="custom_headers")


def _header_of(scheme: AuthScheme) -> str:
    if scheme.type == "api_key" and scheme.place == "header" and scheme.name:
        return scheme.name
    if scheme.type in ("basic", "bearer"):
        return "Authorization"
    raise _Unsupported(f"{scheme.type} together with another scheme; only headers can go together")
