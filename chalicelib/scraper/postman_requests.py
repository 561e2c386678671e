"""One Postman request → a path, a method and an Operation Object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.scraper.findings import Findings
from chalicelib.scraper.inference import infer

VARIABLE: Final = re.compile(r"\{\{([^{}]*)\}\}")
_COLON: Final = re.compile(r"\A:([A-Za-z_][\w.-]*)")
_BARE_VARIABLE: Final = re.compile(r"(?<![\"\w}])\{\{[^{}]*\}\}(?![\"\w{])")
_METHODS: Final = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace"))
_LANGUAGES: Final = {
    "json": "application/json", "xml": "application/xml", "html": "text/html", "text": "text/plain",
    "javascript": "application/javascript",
}  # fmt: skip
_FILE: Final = {"type": "string", "format": "binary"}
_GRAPHQL: Final = {
    "type": "object",
    "properties": {"query": {"type": "string"}, "variables": {"type": "object"}, "operationName": {"type": "string"}},
    "required": ["query"],
}
_SCALAR: Final = ["string", "number", "boolean"]
_MOST_TEXT: Final = 1_000_000
_EXAMPLES: Final = "x-waygate-examples"
_MOST_SAMPLES: Final = 20


@dataclass(frozen=True, slots=True)
class Operation:
    """`base` is the address as the request has it, with ``{{variables}}``; `authorization` bearer, basic or empty."""

    method: str
    base: str
    path: str
    node: dict[str, Any]
    authorization: str


def text(value: Any) -> str:
    """`value`, if it is one that a text can show; else nothing."""
    return value.strip() if isinstance(value, str) else str(value) if type(value) in (int, float) else ""


def pairs(node: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list."""
    yield from (each for each in node if isinstance(each, dict)) if isinstance(node, list) else ()


def described(node: Any) -> str:
    """A description: a text, or an object with its content."""
    return text(node.get("content")) if isinstance(node, dict) else text(node)


def add_example(node: dict[str, Any], other: dict[str, Any]) -> None:
    """Let the operation `node` also allow what `other`, of the same method and path, shows."""
    known = {(each["in"], each["name"]) for each in node["parameters"]}
    node["parameters"] += [each for each in other["parameters"] if (each["in"], each["name"]) not in known]
    node["responses"] = _merged_contents(node["responses"], other["responses"])
    if "requestBody" in node and "requestBody" in other:
        bodies = _merged_contents({"": node["requestBody"]}, {"": other["requestBody"]})
        node["requestBody"] = bodies[""]
    elif "requestBody" in other:
        node["requestBody"] = other["requestBody"]


def _merged_contents(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two maps of what has `content`: of the same media type, the schema is of all examples together."""
    merged = dict(first)
    for key, there in second.items():
        here = merged.setdefault(key, there)
        if here is there:
            continue
        content = dict(here.get("content", {}))
        for media_type, media in there.get("content", {}).items():
            samples = [*content.get(media_type, {}).get(_EXAMPLES, ()), *media.get(_EXAMPLES, ())][:_MOST_SAMPLES]
            known = content.setdefault(media_type, media)
            if samples and known is not media:
                content[media_type] = {"schema": infer(samples), _EXAMPLES: samples}
        merged[key] = {**here, "content": content}
    return merged


class Requests:
    """Reads the requests of one collection."""

    def __init__(self, variables: dict[str, str], findings: Findings) -> None:
        self._variables = variables
        self._findings = findings

    def read(self, item: dict[str, Any], pointer: str) -> Operation | None:
        """The operation of an item; None, with a finding, where it cannot be one."""
        request = item["request"]
        if isinstance(request, str):
            request = {"url": request, "method": "GET"}
        if not isinstance(request, dict) or not request.get("url"):
            self._findings.add("operation_invalid", pointer, "A request without an address.")
            return None
        method = text(request.get("method", "GET")).lower() or "get"
        if method not in _METHODS:
            self._findings.add("operation_invalid", pointer, f"The method {method[:50].upper()} is not OpenAPI's.")
            return None
        base, path, query = _address(request["url"])
        template, parameters = _path(path, request["url"])
        headers = [each for each in pairs(_headers(request.get("header"))) if text(each.get("key"))]
        node: dict[str, Any] = {
            "summary": text(item.get("name"))[:1000],
            "description": described(request.get("description", item.get("description"))),
            "parameters": [*parameters, *_query(query), *_header_parameters(headers)],
            "responses": _responses(item.get("response")),
        }
        body = _body(request.get("body"), _header(headers, "content-type"))
        if body is not None:
            node["requestBody"] = body
        authorization = _header(headers, "authorization").split(" ")[0].lower()
        return Operation(method, base, template, node, authorization)


def _address(url: Any) -> tuple[str, list[str], list[dict[str, Any]]]:
    """An address in its parts: base, segments of the path, pairs of the query."""
    raw = text(url.get("raw")) if isinstance(url, dict) else text(url)
    query = list(pairs(url.get("query"))) if isinstance(url, dict) else []
    raw, _, asked = raw.split("#")[0].partition("?")
    if not query and asked:
        query = [{"key": pair.partition("=")[0], "value": pair.partition("=")[2]} for pair in asked.split("&")]
    if isinstance(url, dict) and url.get("host"):
        host = ".".join(map(text, url["host"])) if isinstance(url["host"], list) else text(url["host"])
        segments = url.get("path", [])
        segments = segments.strip("/").split("/") if isinstance(segments, str) else map(_segment, _list(segments))
        port = f":{text(url['port'])}" if url.get("port") else ""
        protocol = f"{text(url['protocol'])}://" if url.get("protocol") else ""
        if not protocol and "://" in raw:
            protocol = f"{raw.split('://')[0]}://"
        return f"{protocol}{host}{port}", [each for each in segments if each], query
    scheme, mark, rest = raw.rpartition("://") if "://" in raw else ("", "", raw)
    host, *segments = rest.split("/")
    return f"{scheme}{mark}{host}", [each for each in segments if each], query


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _segment(node: Any) -> str:
    return text(node.get("value")) if isinstance(node, dict) else text(node)


def _path(segments: list[str], url: Any) -> tuple[str, list[dict[str, Any]]]:
    """The template and its parameters: `:name` and `{{name}}` alike."""
    declared = pairs(url.get("variable") if isinstance(url, dict) else None)
    told = {text(each.get("key", each.get("id"))): each for each in declared}
    names: dict[str, None] = {}

    def named(match: re.Match[str]) -> str:
        name = re.sub(r"[{}/?#\s]+", "_", match.group(1).strip())[:200] or "value"
        names[name] = None
        return "{" + name + "}"

    written = [VARIABLE.sub(named, _COLON.sub(named, segment)) for segment in segments]
    parameters = []
    for name in names:
        description = described(told.get(name, {}).get("description"))
        shown = {"description": description} if description else {}
        schema = {"type": ["string", "number"]}
        parameters.append({"name": name, "in": "path", "required": True, "schema": schema, **shown})
    return "/" + "/".join(re.sub(r"\s", "%20", each) for each in written), parameters


def _query(query: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pairs of a query; a name that comes twice is a list. Values are examples at best, secrets at worst."""
    found: dict[str, dict[str, Any]] = {}
    for each in query:
        name = text(each.get("key"))
        if not name or "{{" in name or len(name) > 200:
            continue
        is_repeated = name in found
        description = described(each.get("description")) or found.get(name, {}).get("description", "")
        schema: dict[str, Any] = {"type": _SCALAR}
        schema = {"type": "array", "items": schema} if is_repeated else schema
        found[name] = {"name": name, "in": "query", "schema": schema}
        if description:
            found[name]["description"] = description
    return list(found.values())


def _headers(node: Any) -> Any:
    """A list of headers; in some collections they are one text of lines."""
    if isinstance(node, str):
        lines = [line.partition(":") for line in node.splitlines() if ":" in line]
        return [{"key": name.strip(), "value": value.strip()} for name, _, value in lines]
    return node


def _header(headers: list[dict[str, Any]], name: str) -> str:
    return next((text(each.get("value")) for each in headers if text(each["key"]).lower() == name), "")


def _header_parameters(headers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in headers:
        name = text(each["key"])
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}", name):
            continue
        description = described(each.get("description"))
        shown = {"description": description} if description else {}
        found.setdefault(name.lower(), {"name": name, "in": "header", "schema": {"type": "string"}, **shown})
    return list(found.values())


def _body(node: Any, content_type: str) -> dict[str, Any] | None:
    if not isinstance(node, dict) or node.get("disabled") is True:
        return None
    content_type = content_type.split(";")[0].strip().lower()
    content_type = content_type if "{{" not in content_type else ""
    match node.get("mode"):
        case "raw":
            return _raw(text(node.get("raw")), _language(node), content_type)
        case "urlencoded":
            return _form(node.get("urlencoded"), "application/x-www-form-urlencoded")
        case "formdata":
            return _form(node.get("formdata"), "multipart/form-data")
        case "file":
            return {"content": {content_type or "application/octet-stream": {"schema": _FILE}}}
        case "graphql":
            return {"required": True, "content": {"application/json": {"schema": _GRAPHQL}}}
    return None


def _language(node: dict[str, Any]) -> str:
    options = node.get("options")
    raw = options.get("raw") if isinstance(options, dict) else None
    return text(raw.get("language")) if isinstance(raw, dict) else ""


def _raw(body: str, language: str, content_type: str) -> dict[str, Any] | None:
    if not body:
        return None
    media_type = content_type or _LANGUAGES.get(language, "")
    if not media_type or "json" in media_type:
        sample = _json(_BARE_VARIABLE.sub("null", body))
        if sample is not _NOT_JSON:
            return {"content": {media_type or "application/json": _media(sample)}}
    return {"content": {media_type or "text/plain": {"schema": {} if "json" in media_type else {"type": "string"}}}}


def _form(node: Any, media_type: str) -> dict[str, Any] | None:
    properties: dict[str, Any] = {}
    encoding: dict[str, Any] = {}
    for each in pairs(node):
        name = text(each.get("key"))
        if not name or "{{" in name:
            continue
        is_file = each.get("type") == "file"
        schema: dict[str, Any] = dict(_FILE) if is_file else {"type": _SCALAR}
        if description := described(each.get("description")):
            schema["description"] = description
        if name in properties:
            schema = {"type": "array", "items": schema}
        properties[name] = schema
        if isinstance(each.get("contentType"), str):
            encoding[name] = {"contentType": each["contentType"]}
    if not properties:
        return None
    media: dict[str, Any] = {"schema": {"type": "object", "properties": properties}}
    return {"content": {media_type: {**media, **({"encoding": encoding} if encoding else {})}}}


def _responses(nodes: Any) -> dict[str, Any]:
    """The example answers by status; what is JSON gives a schema, of all examples of a status together."""
    responses: dict[str, Any] = {}
    for each in pairs(nodes):
        code = each.get("code")
        if type(code) is not int or not 100 <= code <= 599:
            continue
        response: dict[str, Any] = {"description": text(each.get("name")) or text(each.get("status"))}
        body = text(each.get("body"))
        sample = _json(body) if body else _NOT_JSON
        if sample is not _NOT_JSON:
            response["content"] = {"application/json": _media(sample)}
        elif body:
            response["content"] = {"text/plain": {"schema": {"type": "string"}}}
        responses = _merged_contents(responses, {str(code): response})
    return responses


def _media(sample: Any) -> dict[str, Any]:
    return {"schema": infer([sample]), _EXAMPLES: [sample]}


_NOT_JSON: Final = object()


def _json(body: str) -> Any:
    """What a text is as JSON. A variable that stood for a value reads as null, of which nothing is known."""
    try:
        return json.loads(body[:_MOST_TEXT]) if body[:1] in '{["-0123456789tfn' else _NOT_JSON
    except (ValueError, RecursionError):
        return _NOT_JSON
