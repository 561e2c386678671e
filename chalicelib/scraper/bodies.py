"""Request Body Objects → input properties (OpenAPI 3.1, sections 4.8.13 to 4.8.15).

The properties of a plain object stand side by side with the parameters; any other body is one property.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from chalicelib.registry.closure import PREFIX, references
from chalicelib.registry.models import Binding
from chalicelib.scraper.keywords import WRITE_ONLY_REQUIRED
from chalicelib.scraper.openapi30 import ANNOTATIONS
from chalicelib.scraper.parameters import Property, binding, input_name
from chalicelib.scraper.pieces import Converted
from chalicelib.scraper.references import References, escape
from chalicelib.scraper.schemas import Schemas

FORM: Final = "application/x-www-form-urlencoded"
_MOST_PARTS: Final = 64
_FORM_STYLES: Final = ("form", "spaceDelimited", "pipeDelimited", "deepObject")
_PLAIN: Final = ANNOTATIONS | {
    *("type", "properties", "required", "allOf", "$ref", "additionalProperties", "discriminator"),
    *("minProperties", "maxProperties", WRITE_ONLY_REQUIRED),
}
_FILE: Final = {
    "type": "object",
    "properties": {
        "base64": {"type": "string", "contentEncoding": "base64"},
        "text": {"type": "string"},
        "filename": {"type": "string"},
        "content_type": {"type": "string"},
    },
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: its properties, the media type to send them in, and where it was read.

    `alternatives` are an `anyOf` or `oneOf` that say which properties are required together.
    """

    properties: tuple[Property, ...]
    media_type: str
    pointer: str
    alternatives: dict[str, Any] = field(default_factory=dict)


def read(node: Any, pointer: str, resolver: References, schemas: Schemas) -> Body | None:
    """The body that a Request Body or Reference Object asks for; None if it has no content.

    Raises `Unusable` (`body_unusable`) where it cannot be read.
    """
    body, pointer = resolver.follow(node, pointer, "body_unusable")
    content = body.get("content")
    chosen = preferred(content)
    if chosen is None or content is None:
        return None
    media = content[chosen] if isinstance(content[chosen], dict) else {}
    where = f"{pointer}/content/{escape(chosen)}/schema"
    is_required = body.get("required") is True
    kind = _essence(chosen)
    if not (_is_json(kind) or kind == FORM or kind.startswith("multipart/")):
        raw = replace(_raw(media, kind, where, is_required, schemas), name=input_name(body.get("x-waygate-name")))
        return Body((raw,), _media_type(chosen), pointer)
    converted = schemas.inline(media.get("schema", {}), where)
    if _is_empty(converted.schema):
        return None
    plain = _Flat(schemas).of(converted)
    if plain is None:
        schema = converted.schema if isinstance(converted.schema, dict) else {}
        name = input_name(body.get("x-waygate-name"))
        whole = Property(schema, binding("body", ""), is_required, converted.refs, pointer, name)
        return Body((whole,), _media_type(chosen), pointer)
    encoding = media.get("encoding") if kind == FORM or kind.startswith("multipart/") else None
    said = body.get("x-waygate-names")
    renamed = said if isinstance(said, dict) else {}
    properties = tuple(
        Property(
            schema=_file(schema) if kind.startswith("multipart/") else schema,
            binding=_member(name, schema, kind, encoding),
            required=is_required and name in plain.required,
            refs=plain.refs[name],
            pointer=pointer,
            name=input_name(renamed.get(name)),
        )
        for name, schema in plain.properties.items()
    )
    return Body(properties, _media_type(chosen), pointer, plain.alternatives if is_required else {})


def preferred(content: Any) -> str | None:
    """The media type of a Content map that suits an API of JSON best; the first of equals."""
    if not isinstance(content, dict):
        return None
    return min((key for key in content if isinstance(key, str)), key=lambda key: _rank(_essence(key)), default=None)


def is_json(media_type: str) -> bool:
    """Whether a media type, or range, is or may be JSON (RFC 6839, section 3.1)."""
    return _is_json(_essence(media_type))


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith(("+json", "/json")) or kind in ("*/*", "application/*")


def _essence(media_type: str) -> str:
    return media_type.split(";")[0].strip().lower()


def _rank(kind: str) -> int:
    if kind == "application/json":
        return 0
    order = (_is_json(kind), kind == FORM, kind == "multipart/form-data", kind.startswith("multipart/"))
    if True in order:
        return 1 + order.index(True)
    return 5 if kind.startswith("text/") else 6 if kind == "application/octet-stream" else 7


def _media_type(chosen: str) -> str:
    """What to say in Content-Type: a range becomes what it is read as; a character set is the sender's to add."""
    if "*" in chosen or not chosen.strip() or len(chosen) > 200:
        return "application/json"
    parts = [part.strip() for part in chosen.split(";")]
    return "; ".join(part for part in parts if part and not part.lower().startswith(("charset=", "boundary=")))


def _is_empty(schema: Any) -> bool:
    """Whether a schema allows nothing but an empty object, which is not worth sending."""
    return (
        isinstance(schema, dict)
        and schema.get("type") == "object"
        and not schema.get("properties")
        and schema.get("additionalProperties") is False
        and schema.keys().isdisjoint(("allOf", "patternProperties", "$ref"))
    )


def _raw(media: dict[str, Any], kind: str, where: str, is_required: bool, schemas: Schemas) -> Property:
    """A body that is text or bytes: what its schema says of a structure cannot be sent as such."""
    converted = schemas.inline(media.get("schema", {}), where)
    described = converted.schema if isinstance(converted.schema, dict) else {}
    annotations = {key: value for key, value in described.items() if key in ("title", "description", "examples")}
    if kind.startswith("text/") or kind.endswith(("/xml", "+xml")):
        schema: dict[str, Any] = {**annotations, "type": "string"}
    else:
        schema = _file({**annotations, "type": "string", "contentMediaType": "application/octet-stream"})
    return Property(schema, binding("body", ""), is_required, frozenset(), where)


def _file(schema: Any) -> Any:
    """A binary string, or a list of them, as what the gateway takes for a file: base64, or an object with a name."""
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "array" and (inner := _file(schema.get("items"))) is not schema.get("items"):
        return {**schema, "items": inner}
    if schema.get("contentMediaType") != "application/octet-stream" or "$ref" in schema:
        return schema
    kept = {key: value for key, value in schema.items() if key in ANNOTATIONS}
    return {**kept, "anyOf": [{"type": "string", "contentEncoding": "base64"}, _FILE]}


def _member(name: str, schema: Any, kind: str, encoding: Any) -> Binding:
    """Where a property of a form goes; its Encoding Object says how it is written."""
    said = encoding.get(name) if isinstance(encoding, dict) else None
    said = said if isinstance(said, dict) else {}
    style, explode, content_type = said.get("style"), said.get("explode"), said.get("contentType")
    if kind.startswith("multipart/") and not isinstance(content_type, str) and _file(schema) is not schema:
        content_type = "application/octet-stream"
    return binding(
        "body",
        name,
        style if isinstance(style, str) and style in _FORM_STYLES else None,
        explode if isinstance(explode, bool) else None,
        media_type=content_type[:200] if isinstance(content_type, str) else None,
    )


def _only_requires(alternatives: list[Any]) -> bool:
    return all(isinstance(each, dict) and each.keys() == {"required"} for each in alternatives)


class _Flat:
    """The properties of an object schema, through `$ref` and `allOf`, or None if it is not a plain object."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self.properties: dict[str, Any] = {}
        self.required: set[str] = set()
        self.refs: dict[str, frozenset[str]] = {}
        self.alternatives: dict[str, Any] = {}

    def of(self, converted: Converted) -> _Flat | None:
        """Everything that `converted` says, if all of it is plain."""
        waiting = [converted]
        for _ in range(_MOST_PARTS):
            if not waiting:
                break
            part = waiting.pop(0)
            if not self._take(part, waiting):
                return None
        self.properties = {name: schema for name, schema in self.properties.items() if not self._is_read_only(schema)}
        names = self.properties.keys()
        if waiting or not names or not all(0 < len(name) <= 200 for name in names):
            return None
        return self

    def _take(self, part: Converted, waiting: list[Converted]) -> bool:
        schema = part.schema
        if not isinstance(schema, dict):
            return False
        alternatives = {key: schema[key] for key in ("anyOf", "oneOf") if key in schema and _only_requires(schema[key])}
        if not schema.keys() - alternatives.keys() <= _PLAIN or (alternatives and self.alternatives):
            return False
        self.alternatives |= alternatives
        kind = schema.get("type", "object")
        if kind != "object" and not (isinstance(kind, list) and set(kind) == {"object", "null"}):
            return False
        if schema.get("additionalProperties", False) is not False:
            return False
        for name, child in schema.get("properties", {}).items():
            if name in self.properties:
                child = {"allOf": [self.properties[name], child]}
            self.properties[name] = child
            self.refs[name] = frozenset(references(child)) if part.refs else self.refs.get(name, frozenset())
        self.required.update(schema.get("required", ()), schema.get(WRITE_ONLY_REQUIRED, ()))
        if "$ref" in schema:
            waiting.append(self._schemas.definition(schema["$ref"][len(PREFIX) :]))
        waiting += [Converted(child, part.refs, part.nodes) for child in schema.get("allOf", ())]
        return True

    def _is_read_only(self, schema: Any) -> bool:
        for _ in range(3):
            if not isinstance(schema, dict):
                return False
            if schema.get("readOnly") is True:
                return True
            if "$ref" not in schema:
                return False
            schema = self._schemas.definition(schema["$ref"][len(PREFIX) :]).schema
        return False
