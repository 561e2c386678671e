"""Integrations: create, read, list, change, delete.

What no invocation needs (OAuth clients, the search index) is imported where it is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pynamodb.exceptions import PutError

from chalicelib import aws, rows
from chalicelib.auth import connections
from chalicelib.auth.oauth import templates
from chalicelib.auth.tables import ConnectionRow
from chalicelib.aws import RowKey, is_condition_failure
from chalicelib.egress import check_origin
from chalicelib.errors import EgressBlocked, IntegrationNotFound, InvalidInput, NameTaken, VersionConflict
from chalicelib.registry.models import IntegrationFacts
from chalicelib.registry.tables import ActionRow, IntegrationRow


def row_key(workspace: str, name: str) -> RowKey:
    """Where the integration's row is."""
    return (IntegrationRow, workspace, name)


def facts_of(row: IntegrationRow) -> IntegrationFacts:
    """The integration in `row`. Built without validation: it was validated when it was stored."""
    facts: IntegrationFacts | None = getattr(row, "_facts", None)
    if facts is None:
        facts = IntegrationFacts.model_validate(row.facts)
        object.__setattr__(row, "_facts", facts)
    return facts


def origins_of(facts: IntegrationFacts, config: dict[str, Any] | None = None) -> tuple[str, ...]:
    """The origins that a credential of this integration may be sent to, sorted, for a connection with `config`: that of
    the base URL, the `hosts` and, for OAuth tokens, those of the endpoints that renew and revoke them.

    Raises `InvalidInput` where an address needs a value that `config` lacks.
    """
    found = set(called_origins(facts, config))
    if facts.auth.type == "oauth2":
        scheme, known = facts.auth, config_of(facts, config)
        urls = (scheme.token_url, scheme.refresh_url, scheme.departures.revoke_url)
        found |= {check_origin(templates.fill_url(url, known)) for url in urls if url}
    return tuple(sorted(found))


def called_origins(facts: IntegrationFacts, config: dict[str, Any] | None = None) -> tuple[str, ...]:
    """The origins that actions may call, sorted. Raises as `origins_of` does."""
    urls = (facts.base_url, *facts.hosts)
    return tuple(sorted({check_origin(complete_url(url, facts, config or {})) for url in urls}))


def origin_of(facts: IntegrationFacts, config: dict[str, Any] | None = None) -> str:
    """The origin of the API itself. Raises as `origins_of` does."""
    return check_origin(complete_url(facts.base_url, facts, config or {}))


def config_of(facts: IntegrationFacts, config: dict[str, Any] | None = None) -> dict[str, Any]:
    """A connection's `config` as it stands in URLs, with the defaults of what it leaves out."""
    fields = facts.profile.config
    found = {name: field.default for name, field in fields.items() if field.default is not None} | (config or {})
    return {
        name: fields[name].plain(value) if name in fields and isinstance(value, str) else value
        for name, value in found.items()
    }


def approved_url(facts: IntegrationFacts, config: dict[str, Any], server: str | None) -> str:
    """The base URL of a call: the integration's, or an action's own `server`, complete.

    Raises `EgressBlocked` for a server that is on none of the integration's origins (A8).
    """
    url = complete_url(server or facts.base_url, facts, config)
    if server is not None and check_origin(url) not in called_origins(facts, config):
        raise EgressBlocked(
            f"The action's server {url} is on none of the origins that `{facts.name}` may call.",
            fix='Add its origin to the integration: PATCH {"hosts": ["https://…"]}.',
        )
    return url


def complete_url(url: str, facts: IntegrationFacts, config: dict[str, Any]) -> str:
    """`url` with its variables filled from `config`, else their defaults (OpenAPI, Server Variable Object)."""
    template = url
    for name, field in facts.profile.config.items():
        marker = "{" + name + "}"
        if marker not in url:
            continue
        value = config.get(name, field.default)
        if value is None:
            raise InvalidInput(
                f"The connection's config lacks `{name}`, which {template} needs.",
                errors=[{"pointer": f"/config/{name}", "code": "missing", "detail": field.description or "required"}],
            )
        if fault := field.fault(value):
            raise InvalidInput(
                f"The connection's config gives `{name}` a value that cannot stand in {template}.",
                errors=[{"pointer": f"/config/{name}", "code": fault[0], "detail": fault[1]}],
            )
        url = url.replace(marker, field.plain(value))
    return url.rstrip("/")


def create(workspace: str, facts: IntegrationFacts, *, now: dt.datetime) -> IntegrationRow:
    """Store a new integration. Raises `NameTaken`, and `InvalidInput` for a base URL that may not be called."""
    check_reachable(facts)
    row = IntegrationRow(
        workspace,
        facts.name,
        facts=facts.model_dump(mode="json", by_alias=True),
        enabled=facts.enabled,
        created_at=now,
        updated_at=now,
    )
    try:
        row.save(IntegrationRow.name.does_not_exist())
    except PutError as error:
        if not is_condition_failure(error):
            raise
        fix = "Choose another name, or PATCH it."
        raise NameTaken(f"There is an integration `{facts.name}` already.", fix=fix) from None
    rows.forget(row_key(workspace, facts.name))
    return row


def get(workspace: str, name: str) -> IntegrationRow:
    """The integration as it is now. Raises `IntegrationNotFound` with the names that come near."""
    row = IntegrationRow.find(workspace, name)
    if row is None:
        raise not_found(workspace, name)
    return row


def not_found(workspace: str, name: str) -> IntegrationNotFound:
    """The error for an integration that is not there, with similar names."""
    known = [row.name for row in IntegrationRow.query(workspace, attributes_to_get=["name"], limit=500)]
    near = did_you_mean(name, known)
    fix = f"Did you mean `{near[0]}`?" if near else "Add it: `waygate add FILE|URL`, or POST /api/v1/integrations."
    return IntegrationNotFound(f"There is no integration `{name}`.", fix=fix, facts={"did_you_mean": near})


def did_you_mean(name: str, known: Sequence[str]) -> list[str]:
    """At most three of `known` that look like `name`, the nearest first."""
    import difflib

    return difflib.get_close_matches(name, known, n=3, cutoff=0.5)


def page(
    workspace: str, *, limit: int, after: str | None, tag: str | None = None, text: str | None = None
) -> tuple[list[IntegrationRow], str | None]:
    """Integrations by name, and the name to go on after; None at the end.

    Where one is given, only those under `tag`, and those with `text` in name, title, base URL or tags (whatever the
    case).
    """
    condition = IntegrationRow.name > after if after else None
    size = limit + 1 if tag is None and text is None else None
    found: list[IntegrationRow] = []
    for row in IntegrationRow.query(workspace, condition, limit=size, consistent_read=True):
        if (tag is None or tag in row.facts.get("tags", ())) and (text is None or _holds(row, text)):
            found.append(row)
        if len(found) > limit:
            return found[:limit], found[limit - 1].name
    return found, None


def _holds(row: IntegrationRow, text: str) -> bool:
    said = (row.name, row.facts.get("title", ""), row.facts["base_url"], *row.facts.get("tags", ()))
    return text.casefold() in "\n".join(said).casefold()


def replace(row: IntegrationRow, facts: IntegrationFacts, *, now: dt.datetime) -> IntegrationRow:
    """Store changed facts, unless `row` is out of date (`VersionConflict`).

    Where credentials could now travel elsewhere, or in another form, they are not taken along: a sealed credential
    is bound to its origins, and connections whose origin or token URL has changed are marked `needs_reauth` (A8).
    """
    check_reachable(facts)
    before = facts_of(row)
    seen = int(row.version)
    row.facts = facts.model_dump(mode="json", by_alias=True)
    row.enabled, row.version, row.updated_at = facts.enabled, seen + 1, now
    object.__setattr__(row, "_facts", facts)
    try:
        row.save(IntegrationRow.version == seen)
    except PutError as error:
        if not is_condition_failure(error):
            raise
        raise VersionConflict(f"The integration `{row.name}` was changed at the same time.") from None
    rows.forget(row_key(row.workspace, row.name))
    if (before.base_url, before.hosts, before.auth) != (facts.base_url, facts.hosts, facts.auth):
        _unbind(row, facts, now=now)
    return row


def delete(workspace: str, name: str) -> None:
    """Delete the integration and all below it. Interrupted, it can be repeated: its own row goes last."""
    from chalicelib.auth.oauth import clients
    from chalicelib.registry import action_index

    row = get(workspace, name)
    owner = connections.owner(workspace, name)
    with ConnectionRow.batch_write() as batch:
        for connection in ConnectionRow.query(owner, attributes_to_get=["owner", "name"]):
            batch.delete(connection)
            rows.forget(connections.row_key(workspace, name, connection.name))
    clients.delete_all(workspace, name)
    for key in (owner, f"{owner}#definitions"):
        with ActionRow.batch_write() as actions:
            for action in ActionRow.query(key, attributes_to_get=["owner", "name"]):
                actions.delete(action)
                rows.forget((ActionRow, key, action.name))
    for prefix in ("definitions", "actions"):
        aws.delete_objects(f"{prefix}/{workspace}/{name}/")
    action_index.mark(workspace, [name])
    row.delete()
    rows.forget(row_key(workspace, name))


def check_reachable(facts: IntegrationFacts) -> None:
    """Raises `InvalidInput` for a base URL or OAuth URL whose text the egress door would refuse."""
    urls = {"/base_url": facts.base_url} | {f"/hosts/{n}": host for n, host in enumerate(facts.hosts)}
    for member in ("authorize_url", "token_url", "refresh_url"):
        if value := getattr(facts.auth, member):
            urls[f"/auth/{member}"] = value
    if value := facts.auth.departures.revoke_url:
        urls["/auth/oauth/revoke_url"] = value
    for pointer, url in urls.items():
        sample = url
        for name in facts.profile.config:
            sample = sample.replace("{" + name + "}", "x")
        try:
            check_origin(sample)
        except EgressBlocked as error:
            detail = str(error.detail)
            raise InvalidInput(
                f"{url}: {detail}", errors=[{"pointer": pointer, "code": "egress_blocked", "detail": detail}]
            ) from None


def _unbind(row: IntegrationRow, facts: IntegrationFacts, *, now: dt.datetime) -> None:
    for connection in ConnectionRow.query(connections.owner(row.workspace, row.name), consistent_read=True):
        if connection.status != "active":
            continue
        try:
            same = origins_of(facts, connection.config) == tuple(sorted(connection.origins))
        except InvalidInput:
            same = False
        if not same or connection.auth_type != facts.auth.type:
            reason = "the integration's address or auth scheme has changed"
            connections.mark(connection, "needs_reauth", reason, now=now)


def delete_all(workspace: str) -> None:
    """Delete every integration of a workspace."""
    from chalicelib.registry import action_index

    for row in list(IntegrationRow.query(workspace, attributes_to_get=["workspace", "name"])):
        delete(workspace, row.name)
    action_index.delete_all(workspace)


def set_definitions(row: IntegrationRow, digest: str | None, *, now: dt.datetime) -> None:
    """Note which shared definitions the latest import left; counts as a new version of the integration."""
    change = IntegrationRow.definitions.set(digest) if digest else IntegrationRow.definitions.remove()
    row.update(
        actions=[change, IntegrationRow.updated_at.set(now), IntegrationRow.version.add(1)],
        condition=IntegrationRow.name.exists(),
    )
    rows.forget(row_key(row.workspace, row.name))
