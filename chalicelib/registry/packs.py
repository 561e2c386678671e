"""Packs: an integration as one document that another workspace, or another Waygate, can import.

A pack holds the integration (address, auth scheme, profile, policy, tags), its actions with their evidence, and the
definitions that they refer to. It holds no secret, no connection, no workspace, no version and no time; its parts
are in a fixed order and members with their default are left out, so two packs of one thing are the same text, and a
change is a small diff.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.checked_json import pointer
from chalicelib.errors import NothingToImport, NotOpenApi
from chalicelib.registry.closure import PREFIX, bundle, references
from chalicelib.registry.exported import Exported
from chalicelib.registry.models import ActionFacts, ActionName, IntegrationFacts
from chalicelib.registry.shared_schemas import SharedSchemas
from chalicelib.registry.validation import UnusableSchema, compile_schema, too_deep
from chalicelib.settings import Caps

FORMAT: Final = "waygate-pack/1"
_DEPTH: Final = Caps.SCHEMA_DEPTH * 2  # a schema below a property takes two levels of the document


@dataclass(frozen=True)
class Pack:
    """What a pack says. `dropped` are the actions that it has and that cannot be used, as `{code, pointer, detail}`."""

    integration: IntegrationFacts
    actions: dict[str, ActionFacts]
    definitions: dict[str, Any]
    dropped: list[dict[str, str]]


class _Named(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    name: ActionName
    facts: ActionFacts


class _Document(BaseModel):
    """The pack's own shape; its actions are checked one by one."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    format: str = Field(alias="waygate")
    integration: IntegrationFacts
    actions: dict[str, Any]
    definitions: dict[str, dict[str, Any] | bool] = Field(default_factory=dict)


def is_pack(document: Mapping[str, Any]) -> bool:
    """Whether a parsed document says that it is a pack."""
    return str(document.get("waygate", "")).startswith("waygate-pack/")


def write(exported: Exported) -> bytes:
    """The pack of an integration, as indented JSON."""
    shared = SharedSchemas(PREFIX)
    packed: dict[str, Any] = {}
    for name, facts in exported.actions.items():
        document = facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for member in ("input_schema", "output_schema"):
            if member in document:
                document[member] = shared.take(document[member], exported.definitions[name], f"{name}-{member[:-7]}")
        packed[name] = document
    integration = exported.facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return _dump({"waygate": FORMAT, "integration": integration, "actions": packed, "definitions": shared.schemas})


def read(document: Mapping[str, Any], *, name: str | None = None) -> Pack:
    """What the pack in `document` says; `name` is what the integration is to be called here, if not as there.

    Every action is checked as one written by hand would be: its shape, that its references lead somewhere, and that a
    validator takes its schemas. One that fails is dropped, and said so. Raises `NotOpenApi` for what is no pack of
    this format, `NothingToImport` where no action is usable.
    """
    if document.get("waygate") != FORMAT:
        raise NotOpenApi(f"The document is no pack of the format {FORMAT}.")
    integration = document.get("integration")
    if name and isinstance(integration, dict):
        document = {**document, "integration": {**integration, "name": name}}
    try:
        shape = _Document.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise NotOpenApi(f"The pack is not well formed: {pointer(first['loc'])}: {first['msg']}.") from None
    if too_deep(shape.definitions, _DEPTH):
        raise NotOpenApi(f"The pack's definitions are nested more than {_DEPTH} levels deep.")
    dropped: list[dict[str, str]] = []
    actions: dict[str, ActionFacts] = {}
    for each, facts in shape.actions.items():
        try:
            actions[each] = _Named.model_validate({"name": each, "facts": facts}).facts
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            dropped.append(_dropped(each, f"{pointer(first['loc'][1:])}: {first['msg']}"))
    usable = _usable(actions, shape.definitions, dropped)
    if not usable:
        raise NothingToImport(f"None of the pack's {len(shape.actions)} actions is usable.")
    return Pack(shape.integration, usable, shape.definitions, dropped)


def _usable(
    actions: Mapping[str, ActionFacts], definitions: Mapping[str, Any], dropped: list[dict[str, str]]
) -> dict[str, ActionFacts]:
    """The actions whose schemas a validator takes: all of them are tried at once, and singly only where that fails."""
    everything = [schema for facts in actions.values() for schema in _schemas(facts)]
    if not _fault({"allOf": [{"anyOf": [*everything, True]}, {"anyOf": [*_links(definitions), True]}]}, definitions):
        return dict(actions)
    usable: dict[str, ActionFacts] = {}
    for name, facts in actions.items():
        fault = next((found for schema in _schemas(facts) if (found := _fault(schema, definitions))), None)
        if fault is None:
            usable[name] = facts
        else:
            dropped.append(_dropped(name, fault))
    return usable


def _fault(schema: Any, definitions: Mapping[str, Any]) -> str | None:
    """Why `schema` cannot be used; None where it can."""
    if too_deep(schema, _DEPTH):
        return f"A schema is nested more than {_DEPTH} levels deep."
    if missing := sorted({ref for ref in references(schema) if ref.split("/")[0] not in definitions}):
        return f"A schema refers to {missing[0]}, which the pack does not define."
    try:
        compile_schema(bundle(schema, definitions))
    except UnusableSchema as error:
        return str(error)
    return None


def _schemas(facts: ActionFacts) -> list[Any]:
    return [facts.input_schema, *([facts.output_schema] if facts.output_schema is not None else [])]


def _links(definitions: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"$ref": PREFIX + name} for name in definitions]


def _dropped(name: str, detail: str) -> dict[str, str]:
    return {"code": "operation_invalid", "pointer": pointer(["actions", name]), "detail": detail[:500]}


def _dump(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
