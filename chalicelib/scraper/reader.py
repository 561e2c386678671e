"""An OpenAPI document → what the integration is, and its actions.

Stages: whatever the source is becomes OpenAPI 3 (`normalise`); servers give the base URL (`servers`) and security the
credential (`security`); each operation gives one action (`operations`), named with all others in view (`naming`); the
schemas that actions refer to become shared definitions (`schemas`), bounded (`bounds`). 3.0 and 3.1 take the same
road: what differs lies in the schemas (`openapi30`).

One bad operation, parameter or schema never sinks the document: it becomes a finding with its pointer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from chalicelib.auth.schemes import AuthScheme
from chalicelib.errors import NothingToImport
from chalicelib.registry.models import ActionFacts
from chalicelib.registry.profile import ConfigField
from chalicelib.scraper import SourceType, naming, security, servers
from chalicelib.scraper.bounds import limit_closures
from chalicelib.scraper.bundling import FILES
from chalicelib.scraper.findings import Finding, Findings, Unusable
from chalicelib.scraper.normalise import Normal, normalise
from chalicelib.scraper.operations import OperationReader, Source
from chalicelib.scraper.pieces import Draft
from chalicelib.scraper.references import References, escape
from chalicelib.scraper.schemas import Schemas

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a description says, as far as it could be used.

    `definitions` are the schemas that actions refer to as ``#/$defs/name``, and those that these refer to. `operations`
    are what each action was made from. `counts` says how often each code was found. `openid_url` is where the endpoints
    of the chosen OAuth scheme would have to be discovered. `normal` is the document as it was read. `beside` are
    members of the integration that no description has, as a pack brings them.
    """

    title: str
    description: str
    base_url: str
    auth: AuthScheme
    config: dict[str, ConfigField]
    actions: dict[str, ActionFacts]
    definitions: dict[str, Any]
    operations: dict[str, naming.Operation]
    repaired: tuple[Finding, ...]
    dropped: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    counts: dict[str, int]
    openid_url: str | None
    normal: Normal
    beside: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Found:
    """An operation in its place."""

    method: str
    path: str
    node: dict[str, Any]
    item: dict[str, Any]
    pointer: str


def read(
    document: dict[str, Any],
    *,
    source_url: str,
    page_hash: str | None = None,
    base_url: str | None = None,
    auth: AuthScheme | None = None,
    source_type: SourceType = "auto",
    known: Iterable[naming.Known] = (),
    notes: Iterable[tuple[str, str, str]] = (),
    is_ours: bool = False,
) -> Reading:
    """Read a parsed description: Swagger 2.0, OpenAPI 3.0 or 3.1, Postman. It is not changed, but the result shares it.

    `source_url` and `page_hash` go into each action's evidence. `base_url` (as `check_base_url` has it) and `auth` are
    the owner's word, which comes before what the description says. `known` are the actions that are there already,
    which keep their names. `notes` are findings of an earlier stage, as ``(code, pointer, detail)``. `is_ours`: our
    merge made it of pages, so its evidence are the quotes in it.

    Raises `NotOpenApi`, `BaseUrlMissing`, and `NothingToImport` where no operation is usable.
    """
    findings = Findings(notes)
    normal = normalise(document, findings, source_type=source_type, source_url=source_url)
    document = normal.document
    references = References(document, findings)
    found = list(_operations(document, references, findings))
    address = servers.read(document.get("servers"), findings, base_url=base_url, source_url=source_url)
    nodes = [each.node for each in found]
    guard = security.Security(document, references, findings, address.base_url)
    auth = guard.chosen(nodes) if auth is None else auth
    schemas = Schemas(references, findings, strict_siblings=not normal.version.startswith(("2.", "3.0")))
    reader = OperationReader(references, schemas, findings, auth, Source(source_url, page_hash, normal.places, is_ours))
    drafts = _drafts(found, reader, guard, document, findings)
    if not drafts:
        raise _nothing(len(found), findings)
    operations = naming.named([operation for operation, _ in drafts.values()], known)
    named = {name: drafts[operation[:2]][1] for name, operation in operations.items()}
    actions, definitions = _settled(named, schemas, findings)
    title, description = _about(document)
    return Reading(
        title=title,
        description=description,
        base_url=address.base_url,
        auth=auth,
        config=address.config,
        actions=actions,
        definitions=definitions,
        operations=operations,
        repaired=_in_the_source(findings.of("repaired"), normal),
        dropped=_in_the_source(findings.of("dropped"), normal),
        warnings=_in_the_source(findings.of("warning"), normal),
        counts=findings.counts,
        openid_url=guard.openid_url,
        normal=normal,
    )


def _operations(document: dict[str, Any], references: References, findings: Findings) -> Iterator[_Found]:
    """Each operation in its place, path by path."""
    paths = document.get("paths")
    for path, node in paths.items() if isinstance(paths, dict) else ():
        if path.startswith("x-"):
            continue
        pointer = f"/paths/{escape(path)}"
        is_reference = isinstance(node, dict) and "$ref" in node
        code = "operation_unresolved" if is_reference else "operation_not_an_object"
        try:
            item, pointer = references.follow(node, pointer, code)
        except Unusable as error:
            findings.add(error.finding.code, error.finding.pointer, error.finding.detail)
            continue
        for method in _METHODS:
            operation = item.get(method)
            if isinstance(operation, dict):
                yield _Found(method, path, operation, item, f"{pointer}/{method}")
            elif operation is not None:
                findings.add("operation_not_an_object", f"{pointer}/{method}", "An operation must be an object.")
        others = item.get("additionalOperations")
        for method in ("query", *(others if isinstance(others, dict) else ())):
            if method == "query" and not isinstance(item.get(method), dict):
                continue
            place = method if method == "query" else f"additionalOperations/{escape(method)}"
            findings.add("method_unsupported", f"{pointer}/{place}", f"{method.upper()[:40]} {path[:200]}")
    webhooks = document.get("webhooks")
    if isinstance(webhooks, dict) and webhooks:
        findings.add("webhooks_ignored", "/webhooks", ", ".join(map(str, webhooks))[:200])


def _drafts(
    found: list[_Found],
    reader: OperationReader,
    guard: security.Security,
    document: dict[str, Any],
    findings: Findings,
) -> dict[tuple[str, str], tuple[naming.Operation, Draft]]:
    drafts: dict[tuple[str, str], tuple[naming.Operation, Draft]] = {}
    first: dict[str, str] = {}
    for each in found:
        own_servers = each.node.get("servers") or each.item.get("servers")
        if own_servers and servers.names_another(own_servers, document.get("servers")):
            findings.add("operation_server_ignored", each.pointer, str(own_servers)[:200])
        operation_id = each.node.get("operationId")
        operation_id = operation_id if isinstance(operation_id, str) else None
        if operation_id and (before := first.setdefault(operation_id, each.pointer)) != each.pointer:
            findings.add("operation_id_duplicate", each.pointer, f"{operation_id[:200]!r} is that of {before}, too.")
        operation = naming.Operation(each.method.upper(), each.path, operation_id)
        try:
            draft = reader.read(each.path, each.node, each.item, each.pointer, guard.needed(each.node))
            drafts[operation[:2]] = (operation, draft)
        except Unusable as error:
            findings.add(error.finding.code, error.finding.pointer, error.finding.detail)
    return drafts


def _settled(
    drafts: dict[str, Draft], schemas: Schemas, findings: Findings
) -> tuple[dict[str, ActionFacts], dict[str, Any]]:
    """The actions and their definitions, with every bound kept."""
    roots = {name for draft in drafts.values() for name in draft.refs}
    definitions = schemas.reachable(roots)
    schemas.limit_mappings(definitions)
    schemas.limit_branches()
    actions = limit_closures(drafts, definitions, findings)
    return actions, {name: converted.schema for name, converted in definitions.items()}


def _in_the_source(found: tuple[Finding, ...], normal: Normal) -> tuple[Finding, ...]:
    """Pointers into the document as it was given, where the normaliser moved things."""
    if normal.version.startswith("3") and FILES not in normal.document:
        return found
    return tuple(replace(each, pointer=normal.places.of(each.pointer)) for each in found)


def _nothing(count: int, findings: Findings) -> NothingToImport:
    reasons = "; ".join(f"{each.pointer}: {each.detail}" for each in findings.of("dropped")[:3])
    return NothingToImport(f"None of {count} operations is usable. {reasons}".strip()[:2000])


def _about(document: dict[str, Any]) -> tuple[str, str]:
    info = document.get("info")
    info = info if isinstance(info, dict) else {}
    return _text(info.get("title"), 200), _text(info.get("description"), 100_000)


def _text(value: Any, most: int) -> str:
    return value.strip()[:most].rstrip() if isinstance(value, str) else ""
