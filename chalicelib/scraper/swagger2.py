"""Swagger 2.0 → OpenAPI 3.0: one version step, values in, values out.

Follows “Upgrading from OpenAPI 2.0 to 3.0” (OpenAPI Initiative): `host`, `basePath` and `schemes` become `servers`;
`definitions`, `parameters`, `responses` and `securityDefinitions` become `components`; body and form parameters become
a `requestBody`, `consumes` and `produces` the media types of content, `collectionFormat` a style.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from chalicelib.scraper.bundling import FILES
from chalicelib.scraper.findings import Findings, Unusable
from chalicelib.scraper.references import References, Unresolved, escape
from chalicelib.scraper.swagger2_schemas import SCHEMA_OF_PARAMETER, upgraded_schema

_METHODS: Final = frozenset(["get", "put", "post", "delete", "options", "head", "patch"])
_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_JSON: Final = "application/json"
_MOVED: Final = {
    "/definitions/": "/components/schemas/",
    "/parameters/": "/components/parameters/",
    "/responses/": "/components/responses/",
    "/securityDefinitions/": "/components/securitySchemes/",
}
_DEFINITIONS: Final = "#/definitions/"
_FLOWS: Final = {"accessCode": "authorizationCode", "application": "clientCredentials"}
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "csv": {"explode": False},
    "multi": {"style": "form", "explode": True},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
}


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The OpenAPI 3.0 document, and where its parts stood in the 2.0 document: prefix → prefix of a pointer."""

    document: dict[str, Any]
    places: dict[str, str]


def upgrade(document: dict[str, Any], findings: Findings, *, source_url: str = "") -> Upgraded:
    """`document` (Swagger 2.0, unchanged) as OpenAPI 3.0.3. The scheme of `source_url` stands in for a missing one."""
    upgraded = _Upgrade(document, findings)
    return Upgraded(upgraded.document(source_url), upgraded.places)


class _Upgrade:
    def __init__(self, document: dict[str, Any], findings: Findings) -> None:
        self._source = document
        self._findings = findings
        self._references = References(document, findings)
        self._led: dict[str, str] = {}
        self._brought: dict[str, Any] = {}  # schemas that stood elsewhere than under `definitions`, by their new name
        self.places = {new.rstrip("/"): old.rstrip("/") for old, new in _MOVED.items()}
        self.places |= {f"/servers/{n}": "/host" for n in range(5)} | {"/servers": "/host"}

    def document(self, source_url: str) -> dict[str, Any]:
        source = self._source
        components = {
            "schemas": {name: self._schema(node) for name, node in _mapping(source.get("definitions")).items()},
            "parameters": {
                name: self._parameter(node, f"/parameters/{escape(name)}")
                for name, node in _mapping(source.get("parameters")).items()
                if not _is_of_body(node)
            },
            "responses": {
                name: self._response(node, _produced(source))
                for name, node in _mapping(source.get("responses")).items()
            },
            "securitySchemes": {
                name: self._security_scheme(node) for name, node in _mapping(source.get("securityDefinitions")).items()
            },
        }
        kept: dict[str, Any] = {
            key: source[key] for key in ("info", "tags", "externalDocs", "security") if key in source
        }
        paths = source.get("paths")
        if isinstance(paths, dict):
            kept["paths"] = {path: self._item(item, f"/paths/{escape(path)}") for path, item in paths.items()}
        while self._brought:
            name, node = self._brought.popitem()
            components["schemas"][name] = self._schema(node)
        if FILES in source:
            kept[FILES] = source[FILES]
        servers = self._servers(source_url)
        return {"openapi": "3.0.3", **kept, **({"servers": servers} if servers else {}), "components": components}

    def _schema(self, node: Any) -> Any:
        return upgraded_schema(node, self._lead)

    def _lead(self, ref: str) -> str:
        """A schema's `$ref` as it is in 3.0. What it leads to, if not a definition, becomes one: it may have moved."""
        if ref.startswith(_DEFINITIONS):
            return f"#/components/schemas/{ref[len(_DEFINITIONS) :]}"
        if ref not in self._led:
            self._led[ref] = ref
            try:
                node, pointer = self._references.resolve(ref)
            except Unresolved:
                return ref
            if isinstance(node, dict) and pointer:
                name = self._references.generated_name(pointer)
                self._led[ref] = f"#/components/schemas/{name}"
                self.places[f"/components/schemas/{name}"] = pointer
                self._brought[name] = node
        return self._led[ref]

    def _followed(self, node: dict[str, Any], home: str, pointer: str) -> tuple[dict[str, Any], str]:
        """A node that is not where 3.0 would look for it, `$ref`s followed; else as it is."""
        ref = node.get("$ref")
        if not isinstance(ref, str) or ref.startswith(f"#{home}"):
            return node, pointer
        try:
            return self._references.follow(node, pointer, "operation_unresolved")
        except Unusable:
            return node, pointer

    def _servers(self, source_url: str) -> list[dict[str, Any]]:
        host, base_path = self._source.get("host"), self._source.get("basePath")
        path = base_path if isinstance(base_path, str) else ""
        if not isinstance(host, str) or not host.strip():
            return [{"url": path}] if path else []
        host = host.strip()
        if "://" in host:
            return [{"url": host + path}]
        schemes = [each for each in _texts(self._source.get("schemes")) if each in ("https", "http")]
        if not schemes:
            used = urlsplit(source_url).scheme
            schemes = [used if used in ("http", "https") else "https"]
            if schemes[0] != used:
                self._findings.add("scheme_assumed", "/host", host)
        joined = f"{host.rstrip('/')}/{path.lstrip('/')}"
        return [{"url": f"{scheme}://{joined}"} for scheme in sorted(set(schemes), reverse=True)]

    def _item(self, item: Any, pointer: str) -> Any:
        if not isinstance(item, dict):
            return item
        item, pointer = self._followed(item, "/paths/", pointer)
        if "$ref" in item:
            return {"$ref": item["$ref"]}
        shared = item.get("parameters")
        upgraded: dict[str, Any] = {}
        shared_body = self._body_parameters(shared, f"{pointer}/parameters")
        if shared is not None:
            upgraded["parameters"] = self._parameters(shared, f"{pointer}/parameters")
        for method, operation in item.items():
            if method in _METHODS:
                upgraded[method] = self._operation(operation, shared_body, f"{pointer}/{method}")
        return upgraded

    def _operation(self, operation: Any, shared_body: list[dict[str, Any]], pointer: str) -> Any:
        if not isinstance(operation, dict):
            return operation
        dropped = ("parameters", "responses", "consumes", "produces", "schemes")
        upgraded = {key: value for key, value in operation.items() if key not in dropped}
        parameters = operation.get("parameters")
        if parameters is not None:
            upgraded["parameters"] = self._parameters(parameters, f"{pointer}/parameters")
        own = self._body_parameters(parameters, f"{pointer}/parameters")
        named = {(each["in"], str(each.get("name"))) for each in own}
        has_own_body = any(each.get("in") == "body" for each in own)
        inherited = [
            each
            for each in shared_body
            if (each["in"], str(each.get("name"))) not in named and not (has_own_body and each.get("in") == "body")
        ]
        consumed = _texts(operation.get("consumes", self._source.get("consumes")))
        if own or inherited:
            upgraded["requestBody"] = self._request_body([*own, *inherited], consumed, pointer)
        responses, produced = operation.get("responses"), _produced(operation, self._source)
        upgraded["responses"] = (
            {str(status): self._response(node, produced) for status, node in responses.items()}
            if isinstance(responses, dict)
            else responses
        )
        return upgraded

    def _body_parameters(self, nodes: Any, pointer: str) -> list[dict[str, Any]]:
        """The body and form parameters of a list, `$ref`s followed; what cannot be followed is left to the reader."""
        found: list[dict[str, Any]] = []
        for n, node in enumerate(nodes if isinstance(nodes, list) else ()):
            try:
                target, _ = self._references.follow(node, f"{pointer}/{n}", "parameter_unresolved")
            except Unusable:
                continue
            if _is_of_body(target):
                found.append(target)
        return found

    def _parameters(self, nodes: Any, pointer: str) -> Any:
        if not isinstance(nodes, list):
            return nodes
        kept: list[Any] = []
        for n, node in enumerate(nodes):
            try:
                target, _ = self._references.follow(node, f"{pointer}/{n}", "parameter_unresolved")
            except Unusable:
                target = {}
            if not _is_of_body(target):
                kept.append(self._parameter(node, f"{pointer}/{n}"))
        return kept

    def _parameter(self, node: Any, pointer: str) -> Any:
        if not isinstance(node, dict):
            return node
        node, pointer = self._followed(node, "/parameters/", pointer)
        if "$ref" in node:
            return {"$ref": _moved(node["$ref"])}
        kept = {key: node[key] for key in ("name", "in", "description", "required", "deprecated") if key in node}
        schema = node["schema"] if isinstance(node.get("schema"), dict) else _schema_of(node)
        if node.get("type") == "array":
            kept.update(self._style(node, pointer))
        return {**kept, "schema": self._schema(schema)}

    def _style(self, node: dict[str, Any], pointer: str) -> dict[str, Any]:
        wanted = node.get("collectionFormat", "csv")
        style = _STYLES.get(wanted) if isinstance(wanted, str) else None
        if style is None:
            self._findings.add("swagger_collection_format", pointer, f"`collectionFormat: {str(wanted)[:50]}`.")
            style = _STYLES["csv"]
        return style if node.get("in") in ("query", "formData") else {}

    def _request_body(self, parameters: list[dict[str, Any]], consumed: list[str], pointer: str) -> dict[str, Any]:
        bodies = [each for each in parameters if each.get("in") == "body"]
        forms = [each for each in parameters if each.get("in") == "formData"]
        if len(bodies) > 1 or (bodies and forms):
            self._findings.add("swagger_body_merged", pointer, f"{len(bodies)} body and {len(forms)} form parameters.")
        if forms:
            return self._form(forms, consumed, pointer)
        body = bodies[0]
        schema = body["schema"] if isinstance(body.get("schema"), dict) else _schema_of(body)
        media = {"schema": self._schema(schema)}
        kept: dict[str, Any] = {key: body[key] for key in ("description", "required") if key in body}
        return {**kept, "content": dict.fromkeys(consumed or [_JSON], media)}

    def _form(self, forms: list[dict[str, Any]], consumed: list[str], pointer: str) -> dict[str, Any]:
        has_file = any(each.get("type") == "file" for each in forms)
        properties: dict[str, Any] = {}
        encoding: dict[str, Any] = {}
        for each in forms:
            name = str(each.get("name", ""))
            description = {"description": each["description"]} if "description" in each else {}
            properties[name] = {**self._schema(_schema_of(each)), **description}
            if each.get("type") == "array":
                encoding[name] = {"style": "form", **self._style(each, pointer)}
        required = [str(each.get("name", "")) for each in forms if each.get("required") is True]
        schema = {"type": "object", "properties": properties, **({"required": required} if required else {})}
        media = {"schema": schema, **({"encoding": encoding} if encoding else {})}
        forms_consumed = [each for each in consumed if each in (_FORM, _MULTIPART)]
        media_type = _MULTIPART if has_file or forms_consumed == [_MULTIPART] else _FORM
        return {"required": bool(required), "content": {media_type: media}}

    def _response(self, node: Any, produced: list[str]) -> Any:
        if not isinstance(node, dict):
            return node
        node, _ = self._followed(node, "/responses/", "")
        if "$ref" in node:
            return {"$ref": _moved(node["$ref"])}
        upgraded: dict[str, Any] = {"description": node.get("description", "")}
        if isinstance(schema := node.get("schema"), dict):
            is_file = schema.get("type") == "file"
            media = {"schema": self._schema(schema)}
            shown = node.get("examples")
            if isinstance(shown, dict) and _JSON in shown:
                media["example"] = shown[_JSON]
            types = ["application/octet-stream"] if is_file else produced or [_JSON]
            upgraded["content"] = dict.fromkeys(types, media)
        return upgraded

    def _security_scheme(self, node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        kept = {"description": node["description"]} if "description" in node else {}
        match node.get("type"):
            case "basic":
                return {**kept, "type": "http", "scheme": "basic"}
            case "oauth2":
                names = ("authorizationUrl", "tokenUrl", "refreshUrl")
                flow = {key: node[key] for key in names if key in node}
                name = str(node.get("flow", ""))
                flows = {_FLOWS.get(name, name): {**flow, "scopes": _mapping(node.get("scopes"))}}
                return {**kept, "type": "oauth2", "flows": flows}
        return node


def _produced(*owners: dict[str, Any]) -> list[str]:
    return next((_texts(owner["produces"]) for owner in owners if "produces" in owner), [])


def _schema_of(node: dict[str, Any]) -> dict[str, Any]:
    """The schema that a 2.0 parameter spells out beside its name."""
    return {key: value for key, value in node.items() if key in SCHEMA_OF_PARAMETER}


def _is_of_body(node: Any) -> bool:
    return isinstance(node, dict) and node.get("in") in ("body", "formData")


def _moved(ref: Any) -> Any:
    if isinstance(ref, str):
        for old, new in _MOVED.items():
            if ref.startswith(f"#{old}"):
                return f"#{new}{ref[len(old) + 1 :]}"
    return ref


def _mapping(node: Any) -> dict[str, Any]:
    return {str(key): value for key, value in node.items()} if isinstance(node, dict) else {}


def _texts(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    return [each for each in node if isinstance(each, str)] if isinstance(node, list) else []
