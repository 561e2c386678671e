"""The upstream's own API as OpenAPI 3.1, put together from the actions: importing it gives the same actions.

What OpenAPI has no word for is kept in extensions: `x-waygate-evidence` (where an operation was read),
`x-waygate-name` and `x-waygate-names` (what the input calls a parameter, or members of the body), `x-waygate-title`
(where it is not the summary), `x-waygate-behaviour` (where the method says otherwise), `x-waygate-default` (one that
does not fit its schema) and `x-waygate-auth` (the auth scheme as Waygate has it).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from chalicelib.auth.schemes import AuthScheme
from chalicelib.registry.exported import Exported
from chalicelib.registry.models import ActionFacts, Binding, IntegrationFacts
from chalicelib.registry.shared_schemas import COMPONENTS, SharedSchemas

_FLOWS: Final = {
    "authorization_code": ("authorizationCode", ("authorize_url", "token_url")),
    "client_credentials": ("clientCredentials", ("token_url",)),
    "password": ("password", ("token_url",)),
    "implicit": ("implicit", ("authorize_url",)),
}
_URLS: Final = {"authorize_url": "authorizationUrl", "token_url": "tokenUrl", "refresh_url": "refreshUrl"}
_USUAL: Final = {"GET": "read", "HEAD": "read", "OPTIONS": "read", "TRACE": "read", "POST": "create",
                 "PUT": "update", "PATCH": "update", "DELETE": "delete"}  # fmt: skip
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def upstream_document(exported: Exported) -> dict[str, Any]:
    """The document."""
    shared = SharedSchemas(COMPONENTS)
    facts = exported.facts
    paths: dict[str, dict[str, Any]] = {}
    security = _security(facts.auth)
    needed = list(facts.auth.scopes) if facts.auth.type == "oauth2" else []
    requirements = [{"default": needed}] if security is not None else []
    for name, action in exported.actions.items():
        method = action.method.lower()
        path = _path(action)
        if method in paths.get(path, {}):  # what a server tells apart by other means; a fragment is never sent
            path = f"{path}#{name}"
        operation = paths.setdefault(path, {})[method] = _operation(name, action, exported.definitions[name], shared)
        if action.auth != "required":
            operation["security"] = [*requirements, {}] if action.auth == "optional" else []
            if action.auth == "optional" and not requirements:
                operation["x-waygate-auth"] = "optional"
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": facts.title or facts.name, "version": str(exported.version)},
        "servers": [_server(facts)],
        "paths": paths,
        "components": {"schemas": shared.schemas},
    }
    if facts.auth.type != "none":
        document["x-waygate-auth"] = facts.auth.model_dump(mode="json", by_alias=True, exclude_none=True)
    if security is not None:
        document["components"]["securitySchemes"] = {"default": security}
        document["security"] = requirements
    return document


def _path(action: ActionFacts) -> str:
    """The path's key: what every request carries in its query stands there, as it does where an import found it."""
    pairs = [(each.name, each.value) for each in action.constants if each.place == "query"]
    return f"{action.path}?{urlencode(pairs)}" if pairs else action.path


def _operation(name: str, action: ActionFacts, definitions: Mapping[str, Any], shared: SharedSchemas) -> dict[str, Any]:
    told = {"summary": action.summary, "description": action.description, "tags": list(action.tags)}
    operation: dict[str, Any] = {"operationId": name, **{key: value for key, value in told.items() if value}}
    if action.title and action.title != action.summary[:300]:
        operation["x-waygate-title"] = action.title
    if action.deprecated:
        operation["deprecated"] = True
    taken = shared.take(action.input_schema, definitions, f"{name}-input")
    source = taken if "properties" in taken else action.input_schema
    if parameters := _parameters(action, source):
        operation["parameters"] = parameters
    if (body := _body(action, source)) is not None:
        operation["requestBody"] = body
    answer: dict[str, Any] = {"description": "Success."}
    if action.output_schema is not None:
        schema = shared.take(action.output_schema, definitions, f"{name}-output")
        answer["content"] = {"application/json": {"schema": schema}}
    operation["responses"] = {"200": answer}
    if action.behaviour != _USUAL[action.method]:
        operation["x-waygate-behaviour"] = action.behaviour
    if action.evidence:
        operation["x-waygate-evidence"] = [
            each.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for each in action.evidence
        ]
    return operation


def _parameters(action: ActionFacts, source: Mapping[str, Any]) -> list[dict[str, Any]]:
    required = source.get("required", ())
    in_path = _PLACEHOLDER.findall(action.path)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for constant in action.constants:
        if constant.place != "query":
            schema = {"type": "string", "enum": [constant.value]}
            parameter = {"name": constant.name, "in": constant.place, "required": True, "schema": schema}
            found[constant.place, constant.name.lower()] = parameter
    if action.idempotency_header:
        name = action.idempotency_header
        found["header", name.lower()] = {"name": name, "in": "header", "schema": {"type": "string"}}
    for name, schema in source["properties"].items():
        binding = action.bindings[name]
        if binding.place == "body" or (binding.place == "path" and binding.name not in in_path):
            continue
        is_required = binding.place == "path" or name in required
        key = (binding.place, binding.name.lower() if binding.place == "header" else binding.name)
        found.setdefault(key, _parameter(name, schema, binding, is_required=is_required))
    return list(found.values())


def _parameter(name: str, schema: Any, binding: Binding, *, is_required: bool) -> dict[str, Any]:
    parameter: dict[str, Any] = {"name": binding.name, "in": binding.place}
    if is_required:
        parameter["required"] = True
    if isinstance(schema, dict):
        parameter |= {key: schema[key] for key in ("description", "deprecated") if key in schema}
    if _is_renamed(name, binding):
        parameter["x-waygate-name"] = name
    if binding.media_type is not None:
        return {**parameter, "content": {binding.media_type: {"schema": schema}}}
    if binding.style is not None:
        parameter["style"] = binding.style
    if binding.explode is not None:
        parameter["explode"] = binding.explode
    if binding.allow_reserved and binding.place == "query":
        parameter["allowReserved"] = True
    return {**parameter, "schema": schema}


def _is_renamed(name: str, binding: Binding) -> bool:
    """Whether a property is called something else than what it is sent as."""
    return name != (binding.name or "body")


def _body(action: ActionFacts, source: Mapping[str, Any]) -> dict[str, Any] | None:
    members = {name: binding for name, binding in action.bindings.items() if binding.place == "body"}
    members = {name: binding for name, binding in members.items() if name in source["properties"]}
    if not members:
        return None
    required = [name for name in source.get("required", ()) if name in members]
    media_type = action.body_media_type or "application/json"
    whole = next((name for name, binding in members.items() if not binding.name), None)
    if whole is not None:
        content: dict[str, Any] = {"schema": source["properties"][whole]}
        body: dict[str, Any] = {"content": {media_type: content}}
        if _is_renamed(whole, members[whole]):
            body["x-waygate-name"] = whole
        return {**body, "required": True} if whole in required else body
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    for name, binding in members.items():
        schema["properties"].setdefault(binding.name, source["properties"][name])
    alternatives = _alternatives(source, members)
    if required:
        schema["required"] = [members[name].name for name in required]
    content = {"schema": {**schema, **alternatives}}
    encoding = {binding.name: said for binding in members.values() if (said := _encoding(binding))}
    if encoding:
        content["encoding"] = encoding
    renamed = {binding.name: name for name, binding in members.items() if _is_renamed(name, binding)}
    body = {"content": {media_type: content}, **({"x-waygate-names": renamed} if renamed else {})}
    return {**body, "required": True} if required or alternatives else body


def _alternatives(source: Mapping[str, Any], members: Mapping[str, Binding]) -> dict[str, Any]:
    """`anyOf` or `oneOf` of an input that say which members of its body are required together."""
    elsewhere = {name for name in source["properties"] if name not in members or name != members[name].name}

    def fits(schema: Any) -> bool:
        return isinstance(schema, dict) and schema.keys() == {"required"} and elsewhere.isdisjoint(schema["required"])

    return {key: source[key] for key in ("anyOf", "oneOf") if all(map(fits, source.get(key) or [None]))}


def _encoding(binding: Binding) -> dict[str, Any]:
    said = {"contentType": binding.media_type, "style": binding.style, "explode": binding.explode}
    return {key: value for key, value in said.items() if value is not None}


def _server(facts: IntegrationFacts) -> dict[str, Any]:
    variables = {}
    for name, field in facts.profile.config.items():
        if "{" + name + "}" in facts.base_url:
            default = field.default if field.default is not None else next(iter(field.enum), "")
            variable: dict[str, Any] = {"default": default}
            if field.enum:
                variable["enum"] = list(field.enum)
            if field.description:
                variable["description"] = field.description
            variables[name] = variable
    return {"url": facts.base_url, **({"variables": variables} if variables else {})}


def _security(auth: AuthScheme) -> dict[str, Any] | None:
    """The Security Scheme Object that comes nearest; None where there is none."""
    match auth.type:
        case "api_key":
            return {"type": "apiKey", "in": auth.place, "name": auth.name}
        case "basic":
            return {"type": "http", "scheme": "basic"}
        case "bearer" if auth.name and auth.name.lower() != "authorization":
            return {"type": "apiKey", "in": "header", "name": auth.name}
        case "bearer":
            return {"type": "http", "scheme": auth.prefix or "bearer"}
        case "oauth2":
            flow, needed = _FLOWS[auth.grant or "authorization_code"]
            urls = {said: url for member, said in _URLS.items() if (url := getattr(auth, member))}
            if not all(getattr(auth, member) for member in needed):
                return {"type": "http", "scheme": "bearer"}
            return {"type": "oauth2", "flows": {flow: {**urls, "scopes": dict.fromkeys(auth.scopes, "")}}}
        case _:
            return None
