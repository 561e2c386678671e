"""All claims of one endpoint → its OpenAPI operation, with evidence for each part and warnings about disagreement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.http1 import grammar
from chalicelib.scraper import inference
from chalicelib.scraper.site import paths
from chalicelib.scraper.site.fragments import Endpoint, Evidence, Parameter, Sample

_SENDS: Final = frozenset(("POST", "PUT", "PATCH"))
_NOT_ASKED: Final = frozenset(
    ("authorization", "content-type", "accept", "host", "user-agent", "content-length", "cookie")
)
_PLAIN: Final = re.compile(r"[^a-z0-9]")
_NAME: Final = re.compile(grammar.TOKEN)
_NAME_CHARACTERS: Final = 128
_MOST_QUOTES: Final = 5
_EXAMPLE_BYTES: Final = 4_000
_PLACES: Final = ("path", "query", "header", "cookie")


@dataclass(slots=True)
class Assembled:
    """One operation, and warnings as ``(code, detail)``."""

    operation: dict[str, Any]
    warnings: list[tuple[str, str]] = field(default_factory=list)


def assemble(
    method: str, path: str, claims: Sequence[Endpoint], *, guessed: bool, secrets: frozenset[str]
) -> Assembled:
    """The operation of `claims`. `guessed`: no page names the method. `secrets` are names that the credential has."""
    return _Assembly(method, path, claims, guessed=guessed, secrets=secrets).operation()


class _Assembly:
    def __init__(
        self, method: str, path: str, claims: Sequence[Endpoint], *, guessed: bool, secrets: frozenset[str]
    ) -> None:
        self.method, self.path, self.guessed = method, path, guessed
        self.claims = sorted(claims, key=lambda each: -each.evidence.confidence)
        self.warnings: list[tuple[str, str]] = []
        self.evidence: list[dict[str, Any]] = []
        self.secrets = secrets
        self.names = paths.placeholders(path)

    def operation(self) -> Assembled:
        self._cite("operation", [each.evidence for each in self.claims], 0.5 if self.guessed else 1.0)
        parameters, members = self._sorted()
        operation: dict[str, Any] = {}
        if summary := self._summary():
            operation["summary"] = summary
        description = max((each.description for each in self.claims), key=len, default="")
        if description:
            operation["description"] = description
        if tag := self._tag():
            operation["tags"] = [tag]
        if any(each.deprecated for each in self.claims):
            operation["deprecated"] = True
        if listed := [self._parameter(place, name, told) for (place, name), told in parameters.items()]:
            operation["parameters"] = listed
        if (body := self._body(members)) is not None:
            operation["requestBody"] = body
        operation["responses"] = self._responses()
        if self.guessed:
            self.warnings.append(
                ("method_guessed", f"No page names the method of {self.path}; {self.method} is assumed.")
            )
        operation["x-waygate-evidence"] = self.evidence
        return Assembled(operation, self.warnings)

    def _summary(self) -> str:
        told = [each.summary for each in self.claims if each.summary]
        return max(told[:1] or [""], key=len)[:300]

    def _tag(self) -> str:
        best = next((each.section for each in self.claims if each.section), ())
        return best[0][:60] if len(best) > 1 else ""

    # -- evidence -----------------------------------------------------------------------------------------------------

    def _cite(self, name: str, found: Sequence[Evidence], most: float = 1.0) -> None:
        """The best quotes of a field. Agreement of independent places makes it surer, never certain."""
        distinct = list({(each.url, each.quote): each for each in found}.values())[:50]
        best = sorted(distinct, key=lambda each: -each.confidence)[: _MOST_QUOTES if name == "operation" else 2]
        doubt = 1.0
        for each in best[:3]:
            doubt *= 1 - each.confidence * (1.0 if doubt == 1.0 else 0.3)
        for each in best:
            sure = round(min(most, 0.99, max(each.confidence, 1 - doubt if each is best[0] else 0.0)), 3)
            quoted = {"url": each.url, "quote": each.quote, "page_hash": each.page_hash, "confidence": sure}
            self.evidence.append({"field": name[:200], **{key: value for key, value in quoted.items() if value != ""}})

    # -- inputs -------------------------------------------------------------------------------------------------------

    def _sorted(self) -> tuple[dict[tuple[str, str], list[Parameter]], dict[str, list[Parameter]]]:
        """Claims by place and name, and those of the body by name."""
        told = [each for claim in self.claims for each in claim.parameters]
        places: dict[str, Counter[str]] = {}
        for each in told:
            if each.place is not None and each.place != "path":
                places.setdefault(each.name, Counter())[each.place] += 3 if each.evidence.confidence > 0.7 else 1
        named = {_plain(name): name for name in self.names}
        parameters: dict[tuple[str, str], list[Parameter]] = {("path", name): [] for name in dict.fromkeys(self.names)}
        members: dict[str, list[Parameter]] = {}
        loose = [each for each in told if each.place == "path" and _plain(each.name) not in named]
        for each in told:
            if each.place in ("path", None) and _plain(each.name) in named:
                parameters["path", named[_plain(each.name)]].append(each)
                continue
            place = each.place
            if place is None or place == "path":
                seen = places.get(each.name)
                place = seen.most_common(1)[0][0] if seen else self._usual_place()  # type: ignore[assignment]
                if each in loose and self._stands_in(loose, each, parameters):
                    continue
            if place == "body" and self.method in ("GET", "HEAD") and not any(claim.requests for claim in self.claims):
                place = "query"
            if each.name.lower() in self.secrets or (place == "header" and each.name.lower() in _NOT_ASKED):
                continue
            if place == "header" and (len(each.name) > _NAME_CHARACTERS or not _NAME.fullmatch(each.name)):
                continue
            if place == "body":
                members.setdefault(each.name, []).append(each)
            else:
                parameters.setdefault((place or "query", each.name), []).append(each)
        return parameters, members

    def _usual_place(self) -> str:
        return "body" if self.method in _SENDS else "query"

    def _stands_in(
        self, loose: Sequence[Parameter], each: Parameter, parameters: dict[tuple[str, str], list[Parameter]]
    ) -> bool:
        """A path parameter described under another name than the path's: the only one of each is the same."""
        names = {_plain(one.name) for one in loose}
        free = [
            key for key, told in parameters.items() if key[0] == "path" and all(_plain(t.name) in names for t in told)
        ]
        if len(names) == 1 and len(free) == 1:
            parameters[free[0]].append(each)
            return True
        return False

    def _parameter(self, place: str, name: str, told: Sequence[Parameter]) -> dict[str, Any]:
        found: dict[str, Any] = {"name": name, "in": place}
        if place == "path" or self._is_required(told):
            found["required"] = True
        if description := _description(told):
            found["description"] = description
        found["schema"] = self._schema(name, told) or {"type": "string"}
        is_list = found["schema"].get("type") == "array"
        if is_list and place == "query":
            found["schema"].setdefault("items", {"type": "string"})
        source = [each.evidence for each in told]
        self._cite(f"input_schema/{name}", source or [self.claims[0].evidence])
        return found

    def _is_required(self, told: Iterable[Parameter]) -> bool:
        said = [each for each in told if each.required is not None]
        return bool(said) and max(said, key=lambda each: each.evidence.confidence).required is True

    def _schema(self, name: str, told: Sequence[Parameter]) -> dict[str, Any]:
        typed = [each for each in told if each.type is not None]
        schema: dict[str, Any] = {}
        if typed:
            best = max(typed, key=lambda each: each.evidence.confidence)
            kinds = {each.type for each in typed}
            is_wider = kinds <= {"integer", "number"} or best.type == "string"
            if (
                len(kinds) > 1
                and not is_wider
                and any(each.type != best.type and each.evidence.confidence >= 0.7 for each in typed)
            ):
                self.warnings.append(
                    (
                        "types_conflict",
                        f"{name} is said to be {' and '.join(sorted(map(str, kinds)))}; {best.type} is used.",
                    )
                )
            schema["type"] = [best.type, "null"] if best.nullable else best.type
            if best.format:
                schema["format"] = best.format
            if best.type == "array" and best.item_type:
                schema["items"] = {"type": best.item_type}
        for each in told:
            _constrain(schema, each)
        return schema

    # -- bodies -------------------------------------------------------------------------------------------------------

    def _body(self, members: dict[str, list[Parameter]]) -> dict[str, Any] | None:
        samples = [sample for claim in self.claims for sample in claim.requests][:20]
        if not members and not samples:
            return None
        if self.method in ("GET", "HEAD") and not samples:
            return None
        schema = inference.infer([sample.value for sample in samples])
        if not members and schema.get("type") != "object":
            self._cite("input_schema/body", [sample.evidence for sample in samples])
            return {"content": {"application/json": {"schema": schema}}}
        properties: dict[str, Any] = {}
        required: list[str] = []
        seen = schema.get("properties", {})
        for name, told in members.items():
            if _is_nested(name, members, seen):
                continue
            own = self._schema(name, told)
            properties[name] = {**seen.get(name, {}), **own} if _agree(seen.get(name), own) else own
            if description := _description(told):
                properties[name]["description"] = description
            if self._is_required(told):
                required.append(name)
            self._cite(f"input_schema/{name}", [each.evidence for each in told])
        for name, shape in seen.items():
            if name not in properties:
                properties[name] = shape
                self._cite(f"input_schema/{name}", [sample.evidence for sample in samples])
        whole: dict[str, Any] = {"type": "object", "properties": properties}
        if required:
            whole["required"] = required
        media = self._media(members, samples)
        return {"required": bool(required), "content": {media: {"schema": whole}}}

    def _media(self, members: dict[str, list[Parameter]], samples: Sequence[Sample]) -> str:
        if any(each.format == "binary" for told in members.values() for each in told):
            return "multipart/form-data"
        forms = [
            claim
            for claim in self.claims
            if claim.form == "curl" and not claim.requests and any(each.place == "body" for each in claim.parameters)
        ]
        return "application/x-www-form-urlencoded" if len(forms) > len(samples) else "application/json"

    def _responses(self) -> dict[str, Any]:
        by_status: dict[str, list[Sample]] = {}
        for claim in self.claims:
            for sample in claim.responses:
                by_status.setdefault(str(sample.status or 200), []).append(sample)
        fields = [each for claim in self.claims for each in claim.response_fields]
        responses: dict[str, Any] = {}
        for status, samples in sorted(by_status.items()):
            schema = _response_schema(samples)
            responses[status] = {"description": "As shown in the documentation."}
            media = {"schema": schema}
            if len(str(samples[0].value)) <= _EXAMPLE_BYTES:
                media["example"] = samples[0].value
            responses[status]["content"] = {"application/json": media}
            if status.startswith("2"):
                self._cite("output_schema", [sample.evidence for sample in samples])
        if fields and not any(status.startswith("2") for status in responses):
            schema = {"type": "object", "properties": {each.name: _told(each) for each in fields}}
            responses["200"] = {"description": "As described.", "content": {"application/json": {"schema": schema}}}
            self._cite("output_schema", [each.evidence for each in fields])
        if not any(status.startswith("2") for status in responses):
            responses["200"] = {"description": "Success."}
        return responses


def _response_schema(samples: Sequence[Sample]) -> dict[str, Any]:
    """What all samples fit; what each of three or more samples has is required."""
    values = [sample.value for sample in samples]
    schema = inference.infer(values)
    if len(values) >= 3 and all(isinstance(each, dict) for each in values):
        always = set.intersection(*(set(each) for each in values)) & set(schema.get("properties", {}))
        if always:
            schema["required"] = sorted(always)
    return schema


def _told(each: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": each.type} if each.type else {}
    if each.description:
        schema["description"] = each.description
    return schema


def _constrain(schema: dict[str, Any], told: Parameter) -> None:
    kind = schema.get("type")
    if told.enum and "enum" not in schema and kind not in ("array", "object", "boolean"):
        schema["enum"] = [str(each) if kind == "string" else each for each in told.enum]
    if told.default is not None and "default" not in schema and _is_of(told.default, kind):
        schema["default"] = told.default
    if kind in ("integer", "number"):
        for word, value in (("minimum", told.minimum), ("maximum", told.maximum)):
            if value is not None:
                schema.setdefault(word, int(value) if value == int(value) else value)


def _is_of(value: object, kind: object) -> bool:
    match kind:
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "string" | None:
            return isinstance(value, str)
        case _:
            return False


def _agree(seen: dict[str, Any] | None, own: dict[str, Any]) -> bool:
    """Whether what an example shows may be added to what a table says."""
    return seen is not None and (
        own.get("type") in (None, seen.get("type")) or (own.get("type") == "number" and seen.get("type") == "integer")
    )


def _is_nested(name: str, members: dict[str, list[Parameter]], seen: dict[str, Any]) -> bool:
    """``address.city`` and ``address[city]`` describe a member of ``address``, where that is known itself."""
    parent = re.split(r"\[\]\.|\.|\[", name, maxsplit=1)[0]
    return parent not in (name, "") and (
        parent in members or parent in seen or f"{parent}[]" in members.keys() - {name}
    )


def _description(told: Iterable[Parameter]) -> str:
    return max((each.description for each in told), key=len, default="")


def _plain(name: str) -> str:
    return _PLAIN.sub("", name.lower())


def quoted(claims: Iterable[Endpoint]) -> Iterator[Endpoint]:
    """Claims that have words to show."""
    return (each for each in claims if each.evidence.quote.strip("- "))
