"""An OpenAPI document → what the integration is, and its actions.

Stages: Swagger 2.0 is brought to 3.0 (`swagger2`); servers give the base URL (`servers`) and security the credential
(`security`); each operation gives one action (`operations`), named with all others in view (`naming`); the schemas
that actions refer to become shared definitions (`schemas`), bounded (`bounds`). 3.0 and 3.1 take the same road: what
differs lies in the schemas (`openapi30`).

One bad operation, parameter or schema never sinks the document: it becomes a finding with its pointer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.auth.schemes import AuthScheme
from chalicelib.errors import NothingToImport, NotOpenApi
from chalicelib.registry.models import ActionFacts, ConfigField
from chalicelib.scraper import naming, security, servers, swagger2
from chalicelib.scraper.bounds import limit_closures
from chalicelib.scraper.findings import Finding, Findings, Unusable
from chalicelib.scraper.operations import Draft, OperationReader, Source
from chalicelib.scraper.references import References, escape
from chalicelib.scraper.schemas import Schemas

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a description says, as far as it could be used.

    `definitions` are the schemas that actions refer to as ``#/$defs/name``, and those that these refer to. `hosts`
    are the host names of the base URL that are known without a connection's config.
    """

    title: str
    description: str
    base_url: str
    hosts: tuple[str, ...]
    auth: AuthScheme
    config: dict[str, ConfigField]
    actions: dict[str, ActionFacts]
    definitions: dict[str, Any]
    repaired: tuple[Finding, ...]
    dropped: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


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
) -> Reading:
    """Read a parsed Swagger 2.0, OpenAPI 3.0 or 3.1 description. `document` is not changed, but shared with the result.

    `source_url` and `page_hash` go into each action's evidence. `base_url` (as `check_base_url` has it) and `auth` are
    the owner's word, which comes before what the description says.

    Raises `NotOpenApi`, `BaseUrlMissing`, and `NothingToImport` where no operation is usable.
    """
    findings = Findings()
    version = _version(document)
    if version == "2.0":
        document = swagger2.upgrade(document, findings, source_url=source_url)
    references = References(document, findings)
    found = list(_operations(document, references, findings))
    address = servers.read(document.get("servers"), findings, base_url=base_url, source_url=source_url)
    if auth is None:
        nodes = [each.node for each in found]
        auth = security.read(document, nodes, references, findings, base_url=address.base_url)
    schemas = Schemas(references, findings, strict_siblings=not version.startswith(("2.", "3.0")))
    reader = OperationReader(references, schemas, findings, auth, Source(source_url, page_hash))
    drafts = _drafts(found, reader, document, findings)
    if not drafts:
        reasons = "; ".join(f"{each.pointer}: {each.detail}" for each in findings.of("dropped")[:3])
        raise NothingToImport(f"None of {len(found)} operations is usable. {reasons}".strip())
    actions, definitions = _settled(drafts, schemas, findings)
    info = document.get("info")
    info = info if isinstance(info, dict) else {}
    repaired, dropped, warnings = (
        _in_the_source(findings.of(kind), version) for kind in ("repaired", "dropped", "warning")
    )
    return Reading(
        title=_text(info.get("title"), 200),
        description=_text(info.get("description"), 100_000),
        base_url=address.base_url,
        hosts=address.hosts,
        auth=auth,
        config=address.config,
        actions=actions,
        definitions=definitions,
        repaired=repaired,
        dropped=dropped,
        warnings=warnings,
    )


def _version(document: dict[str, Any]) -> str:
    """``2.0`` or ``3.x``. Raises `NotOpenApi`."""
    if str(document.get("swagger", "")).startswith("2") and "openapi" not in document:
        version = "2.0"
    elif str(document.get("openapi", "")).startswith("3"):
        version = str(document["openapi"])
    else:
        said = document.get("openapi", document.get("swagger", document.get("swaggerVersion")))
        members = ", ".join(list(document)[:5])
        about = f"its version is {str(said)[:50]!r}" if said is not None else f"its members are {members or 'none'}"
        raise NotOpenApi(f"The document is not OpenAPI 3.x or Swagger 2.0: {about}.")
    if not isinstance(document.get("paths"), dict) and "webhooks" not in document and "components" not in document:
        raise NotOpenApi("The document has no `paths`.")
    return version


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


def _drafts(
    found: list[_Found], reader: OperationReader, document: dict[str, Any], findings: Findings
) -> dict[str, Draft]:
    drafts: dict[tuple[str, str], Draft] = {}
    ids: dict[tuple[str, str], naming.Operation] = {}
    for each in found:
        own_servers = each.node.get("servers") or each.item.get("servers")
        if own_servers and servers.names_another(own_servers, document.get("servers")):
            findings.add("operation_server_ignored", each.pointer, str(own_servers)[:200])
        operation_id = each.node.get("operationId")
        operation = naming.Operation(
            each.method.upper(), each.path, operation_id if isinstance(operation_id, str) else None
        )
        try:
            drafts[operation[:2]] = reader.read(each.method, each.path, each.node, each.item, each.pointer)
            ids[operation[:2]] = operation
        except Unusable as error:
            findings.add(error.finding.code, error.finding.pointer, error.finding.detail)
    names = naming.names(ids.values())
    return {name: drafts[key] for key, name in sorted(names.items(), key=lambda each: each[1])}


def _settled(
    drafts: dict[str, Draft], schemas: Schemas, findings: Findings
) -> tuple[dict[str, ActionFacts], dict[str, Any]]:
    """The actions and their definitions, with every bound kept."""
    roots = {name for draft in drafts.values() for name in draft.refs}
    definitions = schemas.reachable(roots)
    schemas.limit_branches()
    actions = limit_closures(drafts, definitions, findings)
    return actions, {name: converted.schema for name, converted in definitions.items()}


def _in_the_source(found: tuple[Finding, ...], version: str) -> tuple[Finding, ...]:
    """Pointers into the document as it was given, where the version step moved things."""
    if version != "2.0":
        return found
    return tuple(replace(each, pointer=swagger2.source_pointer(each.pointer)) for each in found)


def _text(value: Any, most: int) -> str:
    return value.strip()[:most] if isinstance(value, str) else ""
